"""Target sets of deep networks by splitting: verified charts, the table of LLR, widths, and
malformed targets.
"""

from __future__ import annotations

import numpy as np
import pytest
import sympy

from rankstrat import Verdict, model_rank
from rankstrat.errors import TargetError
from rankstrat.families import fully_connected, two_layer
from rankstrat.families._shared.deep_branches import IDLE, SILENT, Widening
from rankstrat.families._shared.equivariance import equivariance
from rankstrat.families._shared.narrow_networks import Network
from rankstrat.rank.zero import same_functions
from rankstrat.targets import as_target, optimistic_sample_size, target_set


def network(widths, activation="tanh", bias=False, output_bias=None):
    return fully_connected(widths, activation, bias, bias if output_bias is None else output_bias)


def a_point(model, seed=0):
    """Small nonzero integers."""
    values = np.random.default_rng(seed).choice([-3, -2, -1, 1, 2, 3], model.size)
    return model.point([int(v) for v in values])


def forward(point, x, sigma):
    """The network at float inputs (columns), written out with numpy."""
    arrays, layer = point.arrays, x
    depth = sum(name.startswith("W") for name in arrays)
    for number in range(1, depth + 1):
        layer = np.array(arrays[f"W{number}"], float) @ layer
        if f"b{number}" in arrays:
            layer = layer + np.array(arrays[f"b{number}"], float)[:, None]
        layer = layer if number == depth else sigma(layer)
    return layer


CASES = [
    ([2, 2, 2, 1], [2, 1, 1, 1], "tanh", False),
    ([1, 3, 2, 1], [1, 2, 1, 1], "sigmoid", True),
    ([2, 2, 3, 2], [2, 1, 2, 2], "softplus", True),
    ([1, 2, 2, 2, 1], [1, 1, 1, 1, 1], "tanh", True),
]


@pytest.mark.parametrize(("wide", "narrow", "activation", "bias"), CASES)
def test_every_branch_carries_the_target(wide, narrow, activation, bias):
    target = a_point(network(narrow, activation, bias), seed=1)
    q = target_set(network(wide, activation, bias), target)
    sigma = {
        "tanh": np.tanh,
        "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
        "softplus": lambda z: np.logaddexp(0, z),
    }
    x = np.random.default_rng(2).normal(size=(wide[0], 9))
    star = forward(target, x, sigma[activation])
    assert not q.complete
    for b in q.branches:
        assert np.allclose(forward(b.sample(seed=3), x, sigma[activation]), star)
        assert b.dimension == len(b.chart.coordinates) and (b.representative or b).contains(
            b.minimum.minimiser
        )
    for b in [b for b in q.branches if b.representative is None][::2]:
        outputs = [o.xreplace(b.chart.values) for o in q.model.outputs]
        assert same_functions(outputs, q.target.expressions, q.model.inputs, b.chart.coordinates)


def test_branches_are_counted_by_maps():
    """Maps of two units onto one, or to idle or silent: 2^2 + ... = 5; without sigma(0) = 0 no
    silent ones: 3.
    """
    for activation, count in (("tanh", 5), ("sigmoid", 3)):
        q = target_set(
            network([1, 2, 2, 1], activation), a_point(network([1, 1, 1, 1], activation))
        )
        assert len(q.branches) == count**2
        assert sum(b.representative is None for b in q.branches) == (count // 2 + 1) ** 2
    dimensions = {b.label: b.dimension for b in q.branches}
    assert dimensions["{1,2} | {1,2}"] == 2 + 1 and dimensions["{1} idle{2} | {1} idle{2}"] == 1 + 2


@pytest.mark.parametrize("depth", [2, 3, 4])
@pytest.mark.parametrize("inputs", [1, 2])
def test_one_unit_in_every_layer(depth, inputs):
    """LLR Table 1: d + L - 1 without biases, attained; at least d + 1, so both agree for two
    layers.
    """
    target = a_point(network([inputs, *[1] * depth]), seed=depth)
    for width in (1, 2):
        q = target_set(network([inputs, *[width] * (depth - 1), 1]), target)
        size = optimistic_sample_size(q)
        assert size.upper == inputs + depth - 1 and size.attained is Verdict.PROVED
        # in its own architecture an irreducible network is determined up to signs
        own = width == 1
        assert size.lower == (size.upper if own else inputs + 1)
        assert (size.minimal is Verdict.PROVED) == (own or depth == 2)


@pytest.mark.parametrize(
    ("narrow", "bound"),
    [([2, 1, 1, 1], 4), ([2, 1, 2, 1], 6), ([2, 2, 1, 1], 7), ([2, 2, 2, 1], 10)],
)
def test_table_of_the_specification(narrow, bound):
    """d m_1 + m_1 m_2 + m_2, the number of parameters, at every width."""
    target = a_point(network(narrow), seed=4)
    uppers = []
    for wide in (narrow, [2, 2, 2, 1], [2, 3, 2, 1]):
        size = optimistic_sample_size(target_set(network(wide), target))
        assert model_rank(size.minimiser).value == size.upper
        uppers.append(size.upper)
    assert uppers == [bound] * 3


def test_sizes_do_not_increase_with_width():
    target = a_point(network([1, 2, 1, 1], "sigmoid", bias=True), seed=5)
    widths = ([1, 2, 1, 1], [1, 3, 1, 1], [1, 3, 2, 1], [1, 30, 20, 1])
    uppers = [
        optimistic_sample_size(target_set(network(w, "sigmoid", bias=True), target)).upper
        for w in widths
    ]
    assert uppers == sorted(uppers, reverse=True) and uppers[0] == target.model.size


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "softplus", "square"])
@pytest.mark.parametrize("bias", [False, True])
def test_no_deep_point_has_a_lower_rank_than_its_function_forces(activation, bias):
    rng = np.random.default_rng(6)
    model = network([2, 2, 2, 2], activation, bias)
    for _ in range(4):
        point = model.point([int(v) for v in rng.integers(-1, 2, model.size)])
        forced = equivariance(model, as_target(model, point), shifts=bias, constants=bias)
        assert model_rank(forced).lower <= model_rank(point).upper


def test_targets_are_reduced_first():
    deep = network([1, 2, 2, 1])
    same = network([1, 2, 2, 1]).point(
        W1=[[1], [1]], W2=[[1, 2], [-1, -2]], W3=[[2, 1]]
    )  # = tanh(3 tanh(x))
    size = optimistic_sample_size(target_set(deep, same))
    assert size.upper == 3
    idle = network([1, 3, 2, 1]).point(W1=[[1], [2], [0]], W2=[[1, 0, 5], [1, 0, 5]], W3=[[2, 1]])
    assert optimistic_sample_size(target_set(deep, idle)).upper == 3
    zero = network([1, 3, 2, 1]).point(W1=[[1], [2], [0]], W2=[[1, 0, 5], [1, 0, 5]], W3=[[2, -2]])
    assert optimistic_sample_size(target_set(deep, zero)).value == 0


def test_two_layer_networks_are_networks_of_depth_two():
    target = two_layer(1, 2, bias=True, output_bias=True).point(a=[2], w=[[1, 3]], b=[1], c=4)
    size = optimistic_sample_size(target_set(network([2, 3, 1], bias=True), target))
    assert (size.value, size.minimal) == (5, Verdict.PROVED)


def test_an_affine_map_has_one_point():
    target = a_point(network([3, 4], bias=True))
    q = target_set(network([3, 4], "sigmoid", bias=True), target)
    size = optimistic_sample_size(q)
    assert q.complete and (size.value, size.minimal) == (16, Verdict.PROVED)


def test_many_branches_are_condensed():
    target = a_point(network([1, 1, 1, 1]))
    q = target_set(network([1, 4, 4, 1]), target)
    assert all(b.representative is None for b in q.branches) and "some of the" in q.basis
    (only,) = target_set(network([1, 45, 45, 1]), target).branches
    assert only.label == "{1,2..45} | {1,2..45}" and only.dimension == 44 * 46


@pytest.mark.parametrize(
    ("model", "target", "message"),
    [
        (network([1, 2, 2, 1]), sympy.Symbol("x1") ** 9, "charts="),
        (network([1, 2, 2, 1]), network([1, 1, 1]).point([1, 2]), "charts="),
        (
            network([1, 2, 2, 1]),
            network([1, 1, 1, 1], "sin").point([1, 2, 3]),
            "charts=",
        ),
        (
            network([1, 2, 2, 1]),
            network([1, 3, 1, 1]).point([1, 2, 3, 1, 1, 1, 1]),
            "at least as wide",
        ),
        (
            network([1, 2, 2, 1]),
            network([1, 1, 1, 1], bias=True).point([1, 2, 3, 4, 5, 6]),
            "bias=True",
        ),
        (
            network([1, 2, 2, 1]),
            network([1, 1, 1, 1], output_bias=True).point([1, 2, 3, 4]),
            "output_bias=True",
        ),
        (network([1, 2, 2, 1]), network([1, 1, 1, 1]).point([1, sympy.sqrt(2), 3]), "not rational"),
        (network([1, 2, 2, 1]), network([1, 1, 1, 2]).point([1, 2, 3, 4]), "2 outputs"),
    ],
)
def test_malformed_targets(model, target, message):
    with pytest.raises(TargetError, match=message):
        target_set(model, target)


def test_wrong_charts_are_noticed():
    """The check of a chart does not repeat the equations it came from: any change of a fixed value
    is seen.
    """
    target = a_point(network([2, 2, 1, 1], bias=True), seed=7)
    model = network([2, 3, 2, 1], bias=True)
    narrow = Network(
        *([np.array(target.arrays[f"{n}{k}"], dtype=object) for k in (1, 2, 3)] for n in "Wb")
    )
    widening = Widening(model, model.structure, narrow, target)
    for maps in (((0, 1, 1), (0, 0)), ((0, 1, IDLE), (0, SILENT))):
        chart = widening.branch(maps).chart
        assert widening.carries(maps, chart)
        given = {p: value for p, value in chart.values.items() if value != p}
        for p, value in given.items():
            assert not widening.carries(maps, model.chart({**given, p: value + 1}))


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("activation", "bias", "output_bias"),
    [
        ("tanh", False, False), ("sigmoid", True, False), ("softplus", False, True),
        ("relu", False, False),
        ("exp", True, True), ("square", False, False), ("gelu", True, True),
    ],
)  # fmt: skip
def test_one_hidden_layer_has_the_branches_of_two_layer_networks(activation, bias, output_bias):
    """a = W2, w = W1, b = b1, c = b2: the same list, whose points give the target in the other
    model as well.
    """
    flat = {"a": [2], "w": [[1, 2]], **({"b": [1]} if bias else {})}
    layered = {"W1": [[1, 2]], "W2": [[2]], **({"b1": [1]} if bias else {})}
    ours = target_set(
        two_layer(2, 2, activation, bias, output_bias),
        two_layer(1, 2, activation, bias).point(**flat),
    )
    narrow = fully_connected([2, 1, 1], activation, bias, False)
    q = target_set(
        fully_connected([2, 2, 1], activation, bias, output_bias), narrow.point(**layered)
    )
    assert [(b.label, b.dimension, b.rank) for b in q.branches] == [
        (b.label, b.dimension, b.rank) for b in ours.branches
    ]
    assert q.complete == ours.complete and q.basis.startswith(ours.basis)
    sizes = [optimistic_sample_size(t) for t in (q, ours)]
    assert sizes[0].value == sizes[1].value == model_rank(sizes[0].minimiser).value
    for branch in q.branches[:6]:
        point = branch.sample(seed=1)
        outputs = [e.xreplace(point.values) for e in q.model.outputs]
        assert same_functions(outputs, q.target.expressions, q.model.inputs, ())
        assert q.branches_of(point)
    assert all(
        (b.representative is None) == (o.representative is None)
        for b, o in zip(q.branches, ours.branches)
    )
