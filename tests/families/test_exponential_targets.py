"""Target sets of exponentials and waves with biases, what changes of the inputs force, and
malformed targets.
"""

from __future__ import annotations

import itertools

import numpy as np
import oracles
import pytest
import sympy
from branch_checks import chart_rank, exponential_rank, is_on_target, proved

from rankstrat import model_rank
from rankstrat.errors import TargetError
from rankstrat.families import two_layer
from rankstrat.families._shared.equivariance import equivariance
from rankstrat.targets import as_target, optimistic_sample_size, target_set

X1, X2, X3 = X = sympy.symbols("x1:4")
E = sympy.E


# what the target forces


FORCED = ["relu", "elu", "abs", "softplus", "square", "cube", "sigma", "sin", "exp", "hardtanh"]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("activation", FORCED)
@pytest.mark.parametrize(("bias", "output_bias"), [(False, False), (True, False), (True, True)])
def test_no_point_has_a_lower_rank_than_its_function_forces(activation, bias, output_bias):
    """Every point is in the target set of its own function; equal, zero and inactive neurons
    included.
    """
    rng = np.random.default_rng(len(activation))
    model = two_layer(3, 2, activation, bias=bias, output_bias=output_bias)
    for _ in range(6):
        values = rng.integers(-1, 2, model.size)
        if "b" in model.blocks:  # a kink everywhere (w = b = 0) has no derivative
            values[9:12] += 3
        elif activation in ("relu", "elu", "abs", "hardtanh"):
            values[3:9] += 2
        point = model.point([int(v) for v in values])
        forced = equivariance(model, as_target(model, point), shifts=bias, constants=output_bias)
        assert model_rank(forced).lower <= model_rank(point).lower


@pytest.mark.parametrize(("k", "d"), [(1, 1), (1, 3), (2, 2), (2, 3), (3, 3)])
@pytest.mark.parametrize("degree", [2, 3, 5])
def test_independent_powers_force_their_rank(k, d, degree):
    weights = [[i + 1 if t == i else t - i for t in range(d)] for i in range(k)]
    assert oracles.exact_rank(weights) == k
    target = two_layer(k, d, f"z**{degree}").point(a=[1, -2, 3][:k], w=weights)
    for m in (max(k, 6 // (d + 1) + 1), 4):  # more than six parameters
        size = optimistic_sample_size(target_set(two_layer(m, d, f"z**{degree}"), target))
        assert proved(size, k * d - k * (k - 1) // 2 if degree == 2 else k * d)


def test_two_softplus_neurons_get_a_better_interval():
    target = two_layer(2, 3, "elu").point([1, 2, 1, 2, 0, 2, 1, 1])
    size = optimistic_sample_size(target_set(two_layer(4, 3, "elu"), target))
    assert (size.value, size.lower, size.upper) == (None, 7, 8)
    assert "at least 7" in size.reason


# exponentials with biases


EXP = [
    (3 * sympy.exp(X1 + 1) + sympy.exp(X1), 1),
    (sympy.Integer(0), 0),
    (sympy.exp(X1) * E - sympy.exp(X1 + 1), 0),
    (2 + E + sympy.exp(X1), 2),
    (3 * sympy.cosh(X1) - sympy.exp(X1 / 2), 3),
]


@pytest.mark.sampled(10)
@pytest.mark.parametrize(("target", "k"), EXP)
@pytest.mark.parametrize("d", [1, 2])
@pytest.mark.parametrize("output_bias", [False, True])
def test_exponentials_with_biases(target, k, d, output_bias):
    model = two_layer(3, d, "exp", bias=True, output_bias=output_bias)
    q = target_set(model, target)
    k -= output_bias and target == EXP[3][0]
    least = k * (d + 1) + 1 if output_bias else max(k * (d + 1), 1)
    assert q.complete and proved(optimistic_sample_size(q), least)
    for b in (b for b in q.branches if b.representative is None):
        assert b.dimension == chart_rank(b.chart) and is_on_target(b, [target])
        assert proved(b.minimum, least) and b.contains(b.minimum.minimiser)
        for seed in range(3):
            point = b.sample(seed=seed, size=1 + seed)
            a, w, c = (point.arrays[name].tolist() for name in "awb")
            rank = exponential_rank(a, w, output_bias)
            assert model_rank(point).value == rank >= least, (a, w, c)
            assert b.contains(point)


@pytest.mark.parametrize("output_bias", [False, True])
@pytest.mark.parametrize("target", [t for t, _ in EXP[:4]])
def test_no_exponential_solution_lies_outside(target, output_bias):
    """Points with small entries (also multiples of e) that solve F = f*: each in a branch, no other
    point in any.
    """
    rng, m, x = np.random.default_rng(3), 3, np.linspace(-1, 1.5, 9)
    model = two_layer(m, 1, "exp", bias=True, output_bias=output_bias)
    q, star = target_set(model, target), sympy.lambdify(X1, target)(x) * np.ones(9)
    exact = [
        sympy.Integer(0),
        *(s * v for s in (1, -1) for v in (1, 3, E, 3 * E, 1 / E)),
        2 + E,
        1 + 3 * E,
    ]
    numbers = np.array([float(v) for v in exact])
    choices = np.array(list(itertools.product(range(len(exact)), repeat=m)))
    hits = 0
    for _ in range(60):
        w, b = rng.integers(0, 2, m), rng.integers(-1, 2, m)
        c = int(rng.integers(-1, 2)) if output_bias else 0
        gap = np.abs(numbers[choices] @ np.exp(np.outer(w, x) + b[:, None]) + c - star).max(axis=1)
        for row in [*choices[gap < 1e-9][:4], choices[np.argmax(gap)]]:
            blocks = {
                "a": [exact[i] for i in row],
                "w": [[int(v)] for v in w],
                "b": [int(v) for v in b],
            }
            point = model.point(**blocks, **({"c": c} if output_bias else {}))
            solves = gap[np.all(choices == row, axis=1)][0] < 1e-9
            assert bool(q.branches_of(point)) == solves, blocks
            hits += solves
    assert hits > 5


def test_exponential_branches_contain_no_other():
    for output_bias in (False, True):
        q = target_set(
            two_layer(3, 2, "exp", bias=True, output_bias=output_bias), sympy.exp(X1) + 2
        )
        for b in q.branches:
            assert [c.label for c in q.branches_of(b.sample(seed=5, size=99))] == [b.label]


def test_wide_exponentials_need_no_list():
    q = target_set(two_layer(60, 2, "exp", bias=True), sympy.exp(X1) + 2)
    assert not q.complete and proved(optimistic_sample_size(q), 6)
    q = target_set(two_layer(60, 2, "exp", bias=True), sympy.Integer(0))
    assert proved(optimistic_sample_size(q), 1)


# cosh, sinh, cos, sin with biases


WAVES = {
    "cosh": (np.cosh, np.sinh),
    "sinh": (np.sinh, np.cosh),
    "cos": (np.cos, lambda z: -np.sin(z)),
    "sin": (np.sin, np.cos),
}


def numeric_rank(activation, a, w, b, output_bias=False):
    """The rank of the tangent functions at random inputs, with a clear gap in the singular
    values.
    """
    sigma, slope = WAVES[activation]
    a, w, b = (np.array(v, float) for v in (a, w, b))
    x = np.random.default_rng(1).uniform(-1, 1, (w.shape[1], 60))
    z = w @ x + b[:, None]
    rows = [
        *sigma(z),
        *(a[:, None] * slope(z)),
        *(ai * slope(zi) * xt for ai, zi in zip(a, z) for xt in x),
    ]
    rows = np.array([*rows, *([np.ones(60)] if output_bias else [])])
    singular = np.linalg.svd(
        rows / np.maximum(np.abs(rows).max(axis=1, keepdims=True), 1e-9), compute_uv=False
    )
    rank = int(np.sum(singular > 1e-7 * singular[0])) if singular[0] > 1e-9 else 0
    assert rank == len(singular) or rank == 0 or singular[rank] < 1e-4 * singular[rank - 1]
    return rank


@pytest.mark.sampled(4)
@pytest.mark.parametrize("activation", list(WAVES))
@pytest.mark.parametrize("output_bias", [False, True])
def test_no_wave_has_a_lower_rank_than_is_claimed(activation, output_bias):
    """Random points, several biases in one class included: the bounds of their functions, and a
    point that has them.
    """
    rng = np.random.default_rng(len(activation) + output_bias)
    model = two_layer(3, 2, activation, bias=True, output_bias=output_bias)
    values = set()
    for _ in range(25):
        a, b = rng.integers(-2, 3, 3).tolist(), rng.integers(-1, 3, 3).tolist()
        w = [[[0, 0], [1, 0], [-1, 0], [1, 2]][i] for i in rng.integers(0, 4, 3)]
        point = model.point(a=a, w=w, b=b, **({"c": 1} if output_bias else {}))
        size = optimistic_sample_size(target_set(model, point))
        assert size.lower <= numeric_rank(activation, a, w, b, output_bias)
        assert size.lower <= size.upper == model_rank(size.minimiser).value
        values.add(size.value)
    assert len(values - {None}) > 2


@pytest.mark.parametrize(
    ("activation", "target", "expected"),
    [
        ("cosh", sympy.cosh(X1) + 2 * sympy.cosh(X2 + 1), 8),
        (
            "cosh",
            sympy.cosh(X1) - sympy.cosh(X1 + 1),
            6,
        ),  # a sinh: two neurons with one weight, 2 + 2d
        ("cosh", sympy.cosh(X1) + 5, 5),  # cosh(0) makes the constant alone
        ("cosh", sympy.Integer(0), 1),
        ("sinh", sympy.sinh(X1) + 3, 7),  # but a sinh that is not zero has a slope
        (
            "sinh",
            sympy.sinh(X1) + sympy.sinh(X1 + 1) + sympy.sinh(X1 + 2),
            4,
        ),  # a multiple of the one in the middle
        ("sin", sympy.sin(X1) + 2, 5),  # sin(pi/2) makes it alone
        ("cos", sympy.Integer(0), 0),  # cos(pi/2)
        ("cos", sympy.cos(X1 - X2) + sympy.cos(X1 + X2 + 3), 8),
    ],
)
def test_waves(activation, target, expected):
    q = target_set(two_layer(4, 2, activation, bias=True), target)
    assert proved(optimistic_sample_size(q), expected) and not q.complete
    (branch,) = q.branches
    assert is_on_target(branch, [target]) and branch.contains(branch.minimum.minimiser)
    with_output = two_layer(4, 2, activation, bias=True, output_bias=True)
    constants = {5: 0, 7: -2, 1: 0}.get(expected, 1) if activation != "cos" else 1
    assert proved(optimistic_sample_size(target_set(with_output, target)), expected + constants)


def test_a_wave_that_one_irrational_bias_would_make_gets_an_interval():
    size = optimistic_sample_size(
        target_set(two_layer(4, 2, "cosh", bias=True), sympy.cosh(X1) + sympy.cosh(X1 + 1))
    )
    assert (size.value, size.lower, size.upper) == (None, 4, 6)  # cosh(x + 1/2) times 2 cosh(1/2)


# malformed targets


@pytest.mark.parametrize(
    ("model", "target", "message"),
    [
        (two_layer(1, 2, "exp", bias=True), sympy.exp(X1) + sympy.exp(X2), "needs 2 neurons"),
        (two_layer(2, 2, "exp", bias=True), sympy.exp(X1 * X2), "not a multiple of exp"),
        (two_layer(2, 2, "exp", bias=True), X1 * sympy.exp(X1), "not a multiple of exp"),
        (two_layer(2, 2, "exp", bias=True), sympy.tanh(X1), "not a multiple of exp"),
        (two_layer(2, 2, "exp", bias=True), sympy.exp(sympy.sqrt(2) * X1), "rational"),
        (two_layer(2, 2, "exp", bias=True), sympy.sin(X1), "not a multiple of exp"),
        (two_layer(1, 2, "cosh", bias=True), sympy.cosh(X1) + sympy.cosh(X2), "width >= 2"),
        (two_layer(2, 2, "sin", bias=True), sympy.tanh(X1), "not a multiple of sin"),
        (two_layer(2, 2, "sin", bias=True), sympy.sin(sympy.sqrt(2) * X1), "rational"),
        (two_layer(2, 3, "square"), X1**2 + X2**2 + X3**2, "rank 3"),
        (two_layer(3, 2, "square"), X1**3, "quadratic form"),
        (two_layer(3, 2, "square"), X1**2 + 1, "quadratic form"),
        (two_layer(3, 2, "square"), sympy.sin(X1), "quadratic form"),
        (two_layer(3, 2, "square"), sympy.sqrt(2) * X1**2, "rational"),
        (two_layer(3, 2, "square", output_bias=True), X1**2 + X2, "quadratic form"),
        (two_layer(1, 6, "cube"), X1**3 + X2**3, "width >= 2"),
        (two_layer(2, 2, "cube"), X1**2 * X2, "not in the function space"),
        (two_layer(3, 2, "cube"), (X1 + 1) ** 3, "bias=True"),
        (two_layer(3, 2, "cube"), X1**3 + 1, "output_bias=True"),
        (two_layer(3, 2, "cube"), sympy.sqrt(2) * X1**3, "rational"),
    ],
)
def test_malformed_targets(model, target, message):
    with pytest.raises(TargetError, match=message):
        target_set(model, target)
