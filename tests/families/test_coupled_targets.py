"""Branches of softplus, silu, gelu, relu, leaky_relu and abs targets: brute force, dimensions,
ranks, closures.
"""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import oracles
import pytest
import sympy
from coupled_solutions import (
    ANALYTIC,
    RAYS,
    X1,
    X2,
    brute_force,
    draw_target,
    has_kink,
    rank_of,
    values,
)

from rankstrat import Verdict, recovery_stability, stability_table
from rankstrat.activation.law import law_of
from rankstrat.errors import UndecidedError
from rankstrat.families import two_layer
from rankstrat.families._shared.patterns import Pattern
from rankstrat.families.catalogue.two_layer.targets.coupled.charts import branch_of
from rankstrat.families.catalogue.two_layer.targets.coupled.goals import coupled_target
from rankstrat.families.catalogue.two_layer.targets.coupled.pieces import Coupled, Piece
from rankstrat.targets import as_target, optimistic_sample_size, target_set


def check_brute_force(activation, m, k, d, bias, output_bias, trials, seed=0):
    rng = np.random.default_rng([m, k, d, bias, output_bias, seed])
    target = draw_target(activation, k, d, bias, output_bias, rng)
    q = target_set(two_layer(m, d, activation, bias=bias, output_bias=output_bias), target)
    assert q.complete
    hits = 0
    for blocks, solves in brute_force(activation, m, target, rng, trials):
        assert bool(q.branches_of(q.model.point(**blocks))) == solves, blocks
        hits += solves
    assert hits >= 3
    size = 45 if activation == "gelu" else 999  # erf(-999) is beyond balls
    for b in q.branches if len(q.branches) < 60 else q.branches[::17]:
        assert b.dimension == len(b.chart.coordinates)
        assert solves_target(b.sample(seed=11, size=3), target)  # 1 + erf(-9) is lost to rounding
        if not all(
            weight == 0 for weight in b.chart.arrays["w"].ravel()
        ):  # w = 0 is met where signs mix
            assert [c.label for c in q.branches_of(b.sample(seed=11, size=size))] == [
                b.label
            ]  # irredundant


def solves_target(point, target):
    """Whether F = f* at generic inputs, by floats."""
    inputs = 2 * np.random.default_rng(0).normal(size=(len(point.model.inputs), 20))
    left, right = (function_values(p, inputs) for p in (point, target))
    return bool(np.allclose(left, right, rtol=1e-7, atol=1e-7))


def function_values(point, inputs):
    arrays = point.arrays
    vectors = np.hstack(
        [arrays["w"], arrays["b"][:, None]] if "b" in arrays else [arrays["w"]]
    ).astype(float)
    if "b" not in arrays:
        vectors = np.hstack([vectors, np.zeros((len(vectors), 1))])
    name = point.model.structure.activation.name
    constant = float(arrays["c"][()]) if "c" in arrays else 0.0
    return arrays["a"].astype(float) @ values(name, vectors, inputs) + constant


@pytest.mark.sampled(8)
@pytest.mark.parametrize("activation", ["softplus", "silu", "relu", "leaky_relu", "abs"])
@pytest.mark.parametrize(
    ("m", "k", "d", "bias"), [(2, 0, 1, False), (2, 1, 2, True), (3, 1, 2, False)]
)
def test_no_solution_lies_outside(activation, m, k, d, bias):
    check_brute_force(activation, m, k, d, bias, False, 20)


def test_no_solution_lies_outside_for_gelu_and_an_output_bias():
    check_brute_force("gelu", 2, 1, 1, False, False, 20)
    check_brute_force("relu", 2, 1, 1, True, True, 20)


@pytest.mark.slow
@pytest.mark.parametrize("activation", [*ANALYTIC, *RAYS])
@pytest.mark.parametrize("output_bias", [False, True])
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize(
    ("m", "k", "d"), [(m, k, d) for m in range(1, 5) for k in range(m + 1) for d in (1, 2)]
)
def test_no_solution_lies_outside_everywhere(activation, m, k, d, bias, output_bias):
    if (m < 4 or k or not bias) and (m < 4 or activation not in RAYS or not bias):
        check_brute_force(
            activation, m, k, d, bias, output_bias, 60 if m < 4 else 25 if k < 3 else 300
        )


def codimension_of_equations(branch, sample):
    """The rank of the derivative of the equations at a point, in floats where sigma(b) enters."""
    at = dict(zip(branch.model.parameters, sample.values.values(), strict=True))
    rows = [[e.diff(p).xreplace(at) for p in branch.model.parameters] for e in branch.equations]
    if all(v.is_Rational for row in rows for v in row):
        return oracles.exact_rank([[Fraction(int(v.p), int(v.q)) for v in row] for row in rows])
    matrix = np.array([[float(v) for v in row] for row in rows])
    matrix /= np.abs(matrix).max(axis=1, keepdims=True)
    return int(np.linalg.matrix_rank(matrix, tol=1e-9))


def check_dimensions_and_ranks(activation, m, k, d, bias, seed):
    rng = np.random.default_rng([m, k, d, seed])
    target = draw_target(activation, k, d, bias, False, rng)
    q = target_set(two_layer(m, d, activation, bias=bias), target)
    for b in (b for b in q.branches if b.representative is None):
        sample = b.sample(seed=5, size=999 if activation in RAYS else 20)
        assert codimension_of_equations(b, sample) == b.codimension, b.label
        rational = all(isinstance(v, int | Fraction) for v in sample.raw[m:])
        kink = activation in RAYS and has_kink(dict(sample.arrays))
        if rational and not kink:
            assert b.rank == rank_of(activation, sample), b.label
        least = b.minimum
        assert b.contains(least.minimiser)
        if all(isinstance(v, int | Fraction) for v in least.minimiser.raw[m:]):
            assert least.lower <= rank_of(activation, least.minimiser) == least.upper
        assert least.minimal is Verdict.PROVED or (bias and activation in ("silu", "gelu"))


@pytest.mark.sampled(4)
@pytest.mark.parametrize("activation", ["softplus", "silu", "relu", "leaky_relu", "abs"])
@pytest.mark.parametrize(
    ("m", "k", "d", "bias"), [(3, 1, 2, False), (2, 1, 1, True), (3, 0, 2, False)]
)
def test_dimensions_and_ranks(activation, m, k, d, bias):
    check_dimensions_and_ranks(activation, m, k, d, bias, 0)


@pytest.mark.slow
@pytest.mark.parametrize("activation", ["softplus", "silu", "relu", "leaky_relu", "abs"])
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize(
    ("m", "k", "d"), [(m, k, d) for m in range(1, 4) for k in range(m + 1) for d in (1, 2)]
)
def test_dimensions_and_ranks_everywhere(activation, m, k, d, bias, seed):
    check_dimensions_and_ranks(activation, m, k, d, bias, seed)


def check_least_rank_of_solutions(activation, m, k, d, bias, trials, seed=0):
    """The least rank among many solutions found by brute force is never below, and mostly equal to,
    the answer.
    """
    rng = np.random.default_rng([m, k, d, bias, seed])
    target = draw_target(activation, k, d, bias, False, rng)
    size = optimistic_sample_size(target_set(two_layer(m, d, activation, bias=bias), target))
    model = two_layer(m, d, activation, bias=bias)
    ranks = [
        rank_of(activation, model.point(**blocks))
        for blocks, solves in brute_force(activation, m, target, rng, trials)
        if solves and not (activation in RAYS and has_kink(blocks))
    ]
    assert min(ranks) >= size.lower
    assert min(ranks) == size.upper
    return size


@pytest.mark.sampled(4)
@pytest.mark.parametrize("activation", ["softplus", "relu"])
@pytest.mark.parametrize(
    ("m", "k", "d", "bias"), [(2, 2, 1, False), (3, 1, 2, False), (2, 1, 1, True)]
)
def test_no_solution_has_a_lower_rank(activation, m, k, d, bias):
    check_least_rank_of_solutions(activation, m, k, d, bias, 60)


@pytest.mark.slow
@pytest.mark.parametrize("activation", ["softplus", "silu", "relu", "leaky_relu", "abs"])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("m", "k", "d"), [(m, k, d) for m in range(1, 4) for k in range(m + 1) for d in (1, 2)]
)
@pytest.mark.parametrize("bias", [False, True])
def test_no_solution_has_a_lower_rank_everywhere(activation, m, k, d, bias, seed):
    if k == 0 or not (bias and activation == "silu"):
        check_least_rank_of_solutions(activation, m, k, d, bias, 150, seed)


def test_closure_of_mixed_blocks():
    """Where the signed sums vanish, only dependent weights are limits: a1 (w1 + w2 = 0)-like
    relations survive.
    """
    q = target_set(two_layer(4, 2, "softplus"), sympy.Integer(0))
    curved = next(b for b in q.branches if b.label == "- | {1,-2}{3,-4}")
    point = {"a": [0, 0, 0, 0], "w": [[1, 0], [-1, 0], [2, 0], [-2, 0]]}
    assert curved.contains(q.model.point(**point))
    apart = q.model.point(**point | {"w": [[1, 0], [-1, 0], [0, 2], [0, -2]]})
    assert not curved.contains(apart) and q.branches_of(apart)
    on = q.model.point(a=[2, -2, -1, 1], w=[[1, 0], [-1, 0], [2, 0], [-2, 0]])
    assert curved.contains(on)


def test_curved_branches_that_cannot_meet():
    """Different weights for one neuron keep closures apart; where they may meet, the pair stays
    undecided.
    """
    u = X1 + 2 * X2
    q = target_set(two_layer(3, 2, "softplus"), sympy.log(1 + sympy.exp(u)) + X1)
    labels = [b.label for b in q.branches]
    undecided = {frozenset((labels[i], labels[j])) for i, j in q.graph.graph["undecided"]}
    one, other, flipped = "{1} | {2,-3}", "{2} | {1,-3}", "{-1} | {2,-3}"
    assert frozenset((one, flipped)) not in undecided
    assert frozenset((one, other)) in undecided


def test_closure_of_rays_depends_on_signs():
    """Neurons of weight zero start on a line only if positive multiples of their output weights can
    cancel.
    """
    q = target_set(two_layer(2, 2, "relu"), sympy.Integer(0))
    zero = [[0, 0], [0, 0]]
    assert [b.label for b in q.branches_of(q.model.point(a=[1, 1], w=zero))] == ["- | - | 0{1,2}"]
    assert "- | {1,2}" in [b.label for b in q.branches_of(q.model.point(a=[1, -1], w=zero))]
    assert [b.dimension for b in q.branches] == [2, 4, 4]


def test_closure_of_rays_is_decided_by_cones():
    """relu(x1) + relu(x2) + relu(x1 + x2), each class on both sides: the negative sides have sums t
    (1, 1, -1).

    Where their weights are zero, their output weights must be able to make such sums with positive
    multiples.
    """
    target = two_layer(3, 2, "relu").point(a=[1, 1, 1], w=[[1, 0], [0, 1], [1, 1]])
    model = two_layer(6, 2, "relu")
    law = law_of(model.structure.activation, bias=False)
    goal = coupled_target(law, model.inputs, False, as_target(model, target))
    pattern = Pattern((((0, 1), (3, -1)), ((1, 1), (4, -1)), ((2, 1), (5, -1))), (), ())
    branch = branch_of(Piece(Coupled(model, model.structure, law, goal), pattern))
    assert branch.dimension == 7  # six scales and t
    order = [goal.weights.index(u) for u in ((1, 0), (0, 1), (1, 1))]
    for signs in itertools.product((-1, 0, 1), repeat=3):
        a, w = [1] * 6, [[int(v) for v in u] for u in goal.weights] + [[0, 0]] * 3
        for t, s in zip(order, signs, strict=True):
            a[3 + t] = 2 * s
        reachable = any(
            all(s in (0, tau * v) for s, v in zip(signs, (1, 1, -1), strict=True))
            for tau in (1, -1)
        )
        assert branch.contains(model.point(a=a, w=w)) == reachable, signs


def test_samples_of_rays_keep_the_signs():
    q = target_set(two_layer(3, 2, "relu"), abs(X1))
    for b in q.branches:
        for seed in range(5):
            assert b.contains(b.sample(seed=seed))


def test_stability_of_coupled_branches():
    """The theorem on generic samples needs an analytic model: samples can all lie where a ReLU
    neuron is silent.
    """
    smooth = target_set(two_layer(2, 2, "softplus"), X1)
    assert stability_table(smooth).rows[0][2:6] == (1, 5, 5, 4)  # rank = codimension
    rays = target_set(two_layer(2, 1, "relu"), X1)
    with pytest.raises(UndecidedError, match="may jump or have kinks"):
        stability_table(rays)
    branch = rays.branches[0]  # a1 w1 = 1 = a2 w2 on both sides: dimension 2, codimension 2
    point = branch.sample(seed=1)
    assert recovery_stability(branch, point, [1, 2]).stable is not True
    assert recovery_stability(branch, point, [1, -1]).stable is True
