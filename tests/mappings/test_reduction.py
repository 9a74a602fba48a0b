"""Reduction undoes embeddings, manifolds are smaller nets, and depth lifting holds on its data
only.
"""

from __future__ import annotations

import itertools
import random
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy

import rankstrat
from rankstrat.activation.record import Activation, Z
from rankstrat.errors import DataError, FamilyError
from rankstrat.families import fully_connected, matrix_factorization, two_layer
from rankstrat.mappings import (
    critical_stratum,
    identify,
    lifting,
    null,
    reduction,
    splitting,
    steps,
)
from rankstrat.model.model import Chart, Model
from rankstrat.rank.certificate import Verdict
from rankstrat.rank.model_rank import model_rank
from rankstrat.symmetry import invariant_manifolds


def random_point(model: Model, seed: int, denominator: int = 3) -> Chart:
    draw = random.Random(seed)
    return model.point(
        [
            Fraction(draw.choice([*range(-8, 0), *range(1, 9)]), denominator)
            for _ in range(model.size)
        ]
    )


# Reduction


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "softplus"])
@pytest.mark.parametrize("widths", [[2, 2, 1], [1, 2, 2, 1]])
def test_reduction_undoes_splitting_and_null_units(widths: list[int], activation: str) -> None:
    net = fully_connected(widths, activation)
    point = net.point(list(range(1, net.size + 1)))
    twice = steps(net, [(1, 0), (1, 2)])
    wide = twice.chart(point, dict.fromkeys(twice.symbols, 3))
    assert reduction(wide).reduced == point
    silent = null(net, layer=len(widths) - 2)
    found = reduction(silent.chart(point, {"alpha": 1}))
    assert found.reduced == point
    assert found.critical is Verdict.PROVED
    assert len(found.moves) == 1


def test_constant_and_mirrored_units() -> None:
    net = fully_connected([1, 3, 1])
    found = reduction(net.point(W1=[[2], [-2], [0]], b1=[1, -1, 5], W2=[[3, 4, 7]], b2=[1]))
    assert found.reduced.arrays["W2"].tolist() == [[-1]]
    assert found.reduced.arrays["b2"].tolist() == [7 * sympy.tanh(5) + 1]
    assert "mirror image" in found.moves[1]
    assert reduction(fully_connected([1, 2, 1]).point([1, 2, 3, 4, 5, 6, 7])).moves == ()


def test_reduction_of_a_chart_is_symbolic() -> None:
    net = two_layer(width=2, inputs=1)
    w, t = sympy.symbols("w t")
    found = reduction(net.chart({"a1": 1 - t, "a2": t, "w1_1": w, "w2_1": w}))
    assert found.reduced.values == {sympy.Symbol("a1"): 1, sympy.Symbol("w1_1"): w}


def test_critical_strata_count_groups_and_silent_units() -> None:
    point = two_layer(width=5, inputs=3).point(
        a=[1, 2, 0, 1, 0], w=[[1, 0, 0], [-1, 0, 0], [5, 5, 0], [0, 1, 0], [1, 1, 1]]
    )
    stratum = critical_stratum(point)
    assert (stratum.r, stratum.l) == (2, 2)
    assert stratum.dimension_bound() == (5 - 2 - 2) + 2 * 2
    generic = two_layer(width=2, inputs=1, activation="exp").point(a=[1, 1], w=[[1], [-1]])
    assert critical_stratum(generic).r == 2
    with pytest.raises(FamilyError, match="without bias"):
        critical_stratum(two_layer(width=1, inputs=1, bias=True).point([1, 1, 1]))


# Invariant manifolds are smaller nets


@pytest.mark.parametrize(
    "model",
    [
        two_layer(width=3, inputs=1, activation="sigmoid", bias=True),
        fully_connected([1, 2, 2, 1]),
        matrix_factorization(1, 2, 2),
    ],
)
def test_fixed_sets_of_swaps_and_flips_are_images_of_one_step_embeddings(model: Model) -> None:
    found = invariant_manifolds(model)
    assert found
    for manifold in found:
        mapping = identify(manifold)
        assert mapping is not None
        assert mapping.evidence.everywhere
        assert int(manifold.rank()) == int(model_rank(mapping.source.generic()))


# Depth


def empirical_gradient(
    widths: list[int], theta: np.ndarray, x: np.ndarray, y: np.ndarray, sigma: Any
) -> tuple[np.ndarray, float]:
    def outputs(t: np.ndarray) -> np.ndarray:
        h, start = x.T, 0
        for layer, (m, n) in enumerate(itertools.pairwise(widths), 1):
            w, b = t[start : start + m * n].reshape(n, m), t[start + m * n : start + m * n + n]
            start += m * n + n
            h = w @ h + b[:, None]
            h = sigma(h) if layer < len(widths) - 1 else h
        return h[0]

    def loss(t: np.ndarray) -> float:
        return float(np.sum((outputs(t) - y) ** 2) / 2)

    step = 1e-6
    gradient = [
        (loss(theta + step * e) - loss(theta - step * e)) / (2 * step) for e in np.eye(theta.size)
    ]
    return outputs(theta), float(np.abs(gradient).max())


SIGMAS = {"relu": lambda z: np.maximum(z, 0), "leaky_relu": lambda z: np.maximum(z, z / 100)}


@pytest.mark.parametrize("activation", SIGMAS)
@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("layer", [0, 1])
def test_lifting_keeps_outputs_and_criticality_on_the_data(
    activation: str, seed: int, layer: int
) -> None:
    widths = [2, 2, 1]
    deep = [*widths[: layer + 1], widths[layer] + 1, *widths[layer + 1 :]]
    net = fully_connected(widths, activation)
    point = random_point(net, seed)
    draw = random.Random(100 + seed)
    inputs = [[Fraction(draw.randint(-20, 20), 7) for _ in range(2)] for _ in range(14)]
    step = lifting(point, fully_connected(deep, activation), inputs, layer=layer)
    assert step.verdict is Verdict.PROVED
    x = np.array(inputs, dtype=float)
    theta, lifted = (np.array([float(v) for v in c.raw]) for c in (point, step.image))
    zero = np.zeros(len(inputs))
    f, _ = empirical_gradient(widths, theta, x, zero, SIGMAS[activation])
    g, _ = empirical_gradient(deep, lifted, x, zero, SIGMAS[activation])
    assert np.abs(f - g).max() < 1e-9
    eye = np.eye(theta.size) * 1e-6
    columns = [
        (
            empirical_gradient(widths, theta + e, x, zero, SIGMAS[activation])[0]
            - empirical_gradient(widths, theta - e, x, zero, SIGMAS[activation])[0]
        )
        / 2e-6
        for e in eye
    ]
    residual = np.linalg.svd(np.array(columns).T)[0][:, -1]
    assert empirical_gradient(widths, theta, x, f - residual, SIGMAS[activation])[1] < 1e-5
    assert empirical_gradient(deep, lifted, x, f - residual, SIGMAS[activation])[1] < 1e-5


def test_lifting_claims_nothing_off_the_data() -> None:
    net, deep = fully_connected([1, 1, 1], "relu"), fully_connected([1, 1, 1, 1], "relu")
    point = net.point([1, 0, 2, 1])
    step = lifting(point, deep, [[1], [-2], [3]], layer=0)
    (before,), (after,) = (
        [o.subs(c.values).subs(c.model.inputs[0], -50) for o in c.model.outputs]
        for c in (point, step.image)
    )
    assert before == 1
    assert after == 1
    steeper = lifting(net.point([-1, 0, 2, 1]), deep, [[1], [-2], [3]], layer=0)
    values = [
        c.model.outputs[0].subs(c.values).subs(c.model.inputs[0], -50)
        for c in (steeper.source, steeper.image)
    ]
    assert values[0] != values[1]


def test_after_a_relu_layer_the_identity_block_is_global_and_keeps_the_rank() -> None:
    """docs/proofs.md#lifting: W_hat >= 0, b_hat > 0 after a hidden relu layer preserves outputs
    everywhere.
    """
    net = fully_connected([1, 2, 1], "relu")
    point = random_point(net, 4)
    step = lifting(
        point,
        fully_connected([1, 2, 2, 1], "relu"),
        [[1], [-2], [3]],
        layer=1,
        weights=[[1, 0], [0, 1]],
        bias=[1, 2],
    )
    for x in range(-9, 9):
        f, g = (
            c.model.outputs[0].subs(c.values).subs(c.model.inputs[0], x)
            for c in (point, step.image)
        )
        assert f == g


def test_lifting_refuses_what_it_cannot_do() -> None:
    inputs = [[1], [-2], [3]]
    tanh = fully_connected([1, 1, 1])
    with pytest.raises(FamilyError, match="no linear piece"):
        lifting(tanh.point([1] * 4), fully_connected([1, 1, 1, 1]), inputs, layer=1)
    net = fully_connected([1, 2, 1], "relu")
    point = random_point(net, 1)
    with pytest.raises(DataError, match="outside every linear piece"):
        lifting(
            point, fully_connected([1, 1, 2, 1], "relu"), inputs, layer=0, weights=[[1]], bias=[0]
        )
    with pytest.raises(FamilyError, match="one more layer"):
        lifting(point, fully_connected([1, 2, 1], "relu"), inputs, layer=0)
    with pytest.raises(FamilyError, match="widen it to 2"):
        lifting(point, fully_connected([1, 2, 1, 1], "relu"), inputs, layer=1)
    with pytest.raises(DataError, match="no solution"):
        lifting(
            point,
            fully_connected([1, 2, 1, 1], "relu"),
            inputs,
            layer=1,
            weights=[[0, 0]],
            bias=[1],
        )
    with pytest.raises(DataError, match="entries each"):
        lifting(point, fully_connected([1, 2, 2, 1], "relu"), [[1, 2]], layer=1)


def test_a_narrow_new_layer_works_when_the_next_weights_have_low_rank() -> None:
    net = fully_connected([1, 2, 1], "leaky_relu")
    point = net.point(W1=[[1], [2]], b1=[0, 1], W2=[[3, -1]], b2=[1])
    step = lifting(
        point,
        fully_connected([1, 2, 1, 1], "leaky_relu"),
        [[1], [-2], [3]],
        layer=1,
        weights=[[3, -1]],
        bias=[50],
    )
    assert step.verdict is Verdict.PROVED


def test_a_split_point_is_still_reducible_after_a_change_of_shares() -> None:
    net = two_layer(width=1, inputs=2, bias=True)
    mapping = splitting(net)
    for alpha in (0, 1, Fraction(1, 3), -2):
        point = net.point([2, 1, 1, 5])
        assert reduction(mapping.chart(point, {"alpha": alpha})).reduced == point


def test_a_linear_piece_is_not_taken_from_a_name() -> None:
    """z + sin(pi z) agrees with z at whole numbers, where its slope does not."""
    impostor = Activation("identity", Z + sympy.sin(sympy.pi * Z))
    net = fully_connected([1, 1, 1], impostor).point([1, 0, 2, 1])
    with pytest.raises(FamilyError, match="no linear piece"):
        lifting(net, fully_connected([1, 1, 1, 1], impostor), [[1], [-2], [3]], layer=1)


def test_moves_name_the_units_of_the_net_that_was_given():
    net = rankstrat.families.two_layer(width=5, inputs=1)
    point = net.point(a=[0, 1, 0, 2, 3], w=[[7], [5], [6], [9], [-5]])
    moves = rankstrat.mappings.reduction(point).moves
    assert moves == (
        "unit 0 of layer 1 has no outgoing weight",
        "unit 2 of layer 1 has no outgoing weight",
        "unit 4 of layer 1 is a mirror image of unit 1",
    )
