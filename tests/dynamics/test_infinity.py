"""Critical points at infinity: least squares by hand, and gradients on the way there."""

import numpy as np
import pytest

import rankstrat as rs
from rankstrat.dynamics.loss import Loss
from rankstrat.errors import DataError
from rankstrat.families import two_layer

X, Y = [-1, 0, 1, 2], [1, 0, 2, 1]


def test_steps_of_width_1_by_hand():
    # a s(x) with s = +-1 is best at a = mean(s y), with mean squared error mean(y^2) - a^2: the
    # constant has a = 1 and 3/2 - 1, each of the three steps a = +-1/2 and 3/2 - 1/4
    net = two_layer(1, 1, bias=True)
    found = rs.critical_functions(net, X, Y, starts=40, at_infinity=True)
    steps = sorted(f.loss for f in found.functions if f.limit == "1 step")
    assert steps == pytest.approx([0.5, 1.25, 1.25, 1.25], abs=1e-12)
    assert all(
        f.kind == "strict local minimum of the limit model" for f in found.functions if f.limit
    )


def test_the_gradient_tends_to_zero_on_the_way_to_a_step():
    loss = Loss(two_layer(1, 1, bias=True), X, Y)
    sizes = [np.abs(loss.gradient([0.5, w, -0.5 * w])).max() for w in (10.0, 20.0, 80.0)]
    assert sizes[0] > sizes[1] > sizes[2] and sizes[2] < 1e-12


def test_the_gradient_tends_to_zero_on_the_way_to_a_pair():
    x = [-3, -2, -1, 0, 1, 2, 3]
    y = [0, 1, 3, -1, 2, 0, 1]
    net = two_layer(2, 1, bias=True)
    found = rs.critical_functions(net, x, y, starts=15, at_infinity=True, seed=3)
    pairs = [f for f in found.functions if f.limit == "1 pair"]
    assert pairs
    loss = Loss(net, x, y)
    for f in pairs:
        top, v, c, w, b = (float(u.mid()) for u in f.point.box)
        sizes = []
        for eps in (1e-2, 1e-3):
            theta = np.array([
                top / 2 + 0.5 / eps, top / 2 - 0.5 / eps, w + eps * v, w - eps * v, b + eps * c,
                b - eps * c,
            ])  # fmt: skip
            sizes.append(np.abs(loss.gradient(theta)).max())
        assert 2 * loss.value(theta) == pytest.approx(f.loss, rel=1e-3)
        assert sizes[1] < sizes[0] / 5 and sizes[1] < 0.05


def test_sigmoid_steps_go_from_0_to_1():
    # 0 and 1 on the data: the best height is the mean of the labels on the side of 1
    net = two_layer(1, 1, "sigmoid", bias=True)
    found = rs.critical_functions(net, X, Y, starts=60, at_infinity=True)
    expected = {round(1.5 - sum(v) ** 2 / 4 / len(v), 9) for k in range(4) for v in (Y[k:],)}
    assert expected <= {round(f.loss, 9) for f in found.functions if f.limit}


def test_softplus_has_no_steps():
    found = rs.critical_functions(
        two_layer(1, 1, "softplus", bias=True), X, Y, starts=10, at_infinity=True
    )
    assert not any("step" in f.limit for f in found.functions)


def test_an_output_bias_error():
    with pytest.raises(DataError, match="output bias"):
        rs.critical_functions(two_layer(1, 1, output_bias=True), X, Y, starts=3, at_infinity=True)
