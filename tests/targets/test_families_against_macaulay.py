"""Target sets of linear, diagonal and factorization models against Macaulay2 and the closed forms;
given charts.
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import oracles
import pytest
import sympy

from rankstrat import Model, Verdict, model_rank
from rankstrat.errors import BudgetError, TargetError
from rankstrat.families import (
    deep_diagonal,
    deep_matrix_factorization,
    diagonal,
    fully_connected,
    linear,
    matrix_factorization,
    two_layer,
)
from rankstrat.targets import optimistic_sample_size, target_set

GOLDEN = json.loads(
    (Path(__file__).parents[1] / "golden" / "target_sets.json").read_text(encoding="utf-8")
)["rows"]
FAMILIES = {
    "1x2 times 2x1": matrix_factorization(1, 2, 1),
    "2x1 times 1x2": matrix_factorization(2, 1, 2),
    "2x2 times 2x1": matrix_factorization(2, 2, 1),
    "3x1 times 1x3": matrix_factorization(3, 1, 3),
    "scalar chain of three": deep_diagonal(1, 3),
    "diagonal, two coordinates": diagonal(2),
    "deep diagonal, depth 3, two coordinates": deep_diagonal(2, 3),
}
ROWS = [row for row in GOLDEN if row["name"] in FAMILIES]
X = sympy.symbols("x1:4")


def matrix(rank, d=4):
    """A d x d matrix of the given rank."""
    left = sympy.Matrix(d, d, lambda i, j: (i + 1) ** j)
    return left * sympy.diag(*[i + 1 if i < rank else 0 for i in range(d)]) * left.T


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['name']}: {row['target']}")
def test_components_agree_with_macaulay2(row):
    model = FAMILIES[row["name"]]
    target = [sympy.sympify(t).subs("x", "x1") for t in row["target"]]
    q = target_set(model, target if model.inputs == () else target[0])
    ours = sorted((b.dimension, b.rank, b.minimum_rank) for b in q.branches)
    theirs = sorted(
        (c["real_dimension"], c["generic_rank"], c["minimum_rank"]) for c in row["components"]
    )
    assert ours == theirs
    size = optimistic_sample_size(q)
    assert size.value == row["minimum_rank"] and size.minimal is Verdict.PROVED


@pytest.mark.parametrize("rank", range(5))
def test_matrix_factorization_of_the_specification(rank):
    q = target_set(matrix_factorization(4, 4, 4), matrix(rank))
    size = optimistic_sample_size(q)
    assert size.value == [0, 7, 12, 15, 16][rank] and size.minimal is Verdict.PROVED
    assert len(q.branches) == 5 - rank
    for b in q.branches:
        a, c = (b.chart.arrays[name].tolist() for name in "AB")
        ranks = [oracles.exact_rank(a), oracles.exact_rank(c)]
        assert sum(ranks) == 4 + rank and b.rank == oracles.rank_matrix_factorization(4, 4, *ranks)
        assert b.contains(size.minimiser)


@pytest.mark.parametrize(
    ("widths", "rank"), [((3, 2, 3), 1), ((3, 3, 3, 3), 2), ((4, 2, 3, 2), 1), ((2, 2, 2, 2), 0)]
)
def test_deep_and_rectangular_factorization(widths, rank):
    m = sympy.Matrix(
        widths[-1], widths[0], lambda i, j: sum((i + 1) ** s * (j + 2) ** s for s in range(rank))
    )
    q = target_set(deep_matrix_factorization(list(widths)), m)
    size = optimistic_sample_size(q)
    assert size.value == oracles.optimistic_matrix_factorization(widths[-1], widths[0], rank)
    assert (size.attained, size.minimal) == (Verdict.PROVED, Verdict.PROVED)
    for b in q.branches:
        factors = [b.chart.arrays[f"W{i}"].tolist() for i in range(1, len(widths))]
        assert b.rank == oracles.rank_deep_matrix_factorization(factors)
        assert b.minimum_rank == size.value


def test_orbit_dimensions_against_the_jacobian():
    """At a generic point of a component the fibre {W3 W2 W1 = M} is reduced here, so its dimension
    is M - rank.
    """
    for rank in range(3):
        m = sympy.diag(*[int(i < rank) for i in range(2)])
        q = target_set(deep_matrix_factorization([2, 2, 2, 2]), m)
        for b in q.branches:
            assert b.dimension == q.model.size - b.rank


def test_membership_by_ranks():
    q = target_set(matrix_factorization(2, 2, 2), sympy.zeros(2, 2))
    zero = q.model.point([0] * 8)
    assert len(q.branches_of(zero)) == 3
    only = q.model.point(A=[[1, 0], [0, 1]], B=[[0, 0], [0, 0]])
    assert [b.label for b in q.branches_of(only)] == ["rank B = 0, rank A = 2"]
    assert q.branches_of(q.model.point([1] * 8)) == ()


@pytest.mark.parametrize(
    ("values", "k"), list(zip(itertools.product((0, 2), (0, -3), (0, 1)), [0, 1, 1, 2, 1, 2, 2, 3]))
)
def test_sparse_targets(values, k):
    target = sum(c * x for c, x in zip(values, X, strict=True)) + sympy.Integer(0)
    for model in (diagonal(3), deep_diagonal(3, 2), deep_diagonal(3, 3)):
        size = optimistic_sample_size(target_set(model, target))
        assert (size.value, size.minimal) == (k, Verdict.PROVED)
    assert optimistic_sample_size(target_set(linear(3), target)).value == 3
    assert optimistic_sample_size(target_set(deep_diagonal(3, 1), target)).value == 3


def test_linear_with_dependent_features():
    q = target_set(linear(["1", "x1", "x1 + 1"]), 3 + X[0])
    (b,) = q.branches
    assert (b.dimension, b.rank, b.minimum_rank) == (1, 2, 2) and b.contains(b.sample())


@pytest.mark.parametrize(
    ("target", "equations"),
    [
        (3 + sympy.sin(X[0]) ** 2, {(1, 0, 1, 0, 3), (1, 1, 0, 0, 4), (0, 0, 0, 1, 0)}),
        (sympy.cos(2 * X[0]) + 2 * X[0], {(1, 0, 1, 0, 1), (1, 1, 0, 0, -1), (0, 0, 0, 1, 2)}),
        (sympy.Integer(0), {(1, 0, 1, 0, 0), (1, 1, 0, 0, 0), (0, 0, 0, 1, 0)}),
    ],
)
def test_linear_with_features_that_are_no_polynomials(target, equations):
    """sin^2 + cos^2 = 1: one line of parameters for 1, sin^2, cos^2, x1, by hand."""
    model = linear(["1", "sin(x1)**2", "cos(x1)**2", "x1"])
    q = target_set(model, target)
    (branch,) = q.branches
    assert q.complete and (branch.dimension, branch.rank) == (1, 3)
    assert optimistic_sample_size(q).value == 3
    points = [branch.sample(seed=seed).raw for seed in range(3)]
    assert all(
        sum(c * v for c, v in zip(row, p, strict=False)) == row[-1]
        for row in equations
        for p in points
    )


def test_linear_target_outside_the_span():
    with pytest.raises(TargetError, match="not in the span"):
        target_set(linear(["1", "sin(x1)"]), sympy.cos(X[0]))


def test_given_charts_are_verified_and_incomplete():
    deep = fully_connected(widths=[1, 2, 2, 1], bias=False, output_bias=False)
    narrow = fully_connected(widths=[1, 1, 1, 1], bias=False, output_bias=False)
    a, b, c, d, e, f, g, h = deep.parameters
    target = narrow.point([1, 2, 3])
    s, t = sympy.symbols("s t")
    chart = {a: 1, b: 1, c: 2 - s, d: s, e: 2 - s, f: s, g: t, h: 3 - t}
    q = target_set(deep, target, charts=[chart])
    assert not q.complete and q.branches[0].dimension == 2
    size = optimistic_sample_size(q)
    assert size.upper == model_rank(deep.chart(chart)).value and size.minimal is Verdict.OPEN
    with pytest.raises(TargetError, match="does not have the target"):
        target_set(deep, target, charts=[{**chart, h: 2 - t}])


def test_points_of_given_charts():
    """Coordinates that are no parameters are eliminated, or read off where they occur alone."""
    deep = fully_connected(widths=[1, 2, 2, 1], bias=False, output_bias=False)
    target = fully_connected(widths=[1, 1, 1, 1], bias=False, output_bias=False).point([1, 2, 3])
    s, t = sympy.symbols("s t")
    straight = dict(zip(deep.parameters, [1, 1, 2 - s - t, s + t, 2 - s + t, s - t, t, 3 - t]))
    curved = straight | dict(zip(deep.parameters[2:6], [2 - s, s, 2 - s * t, s * t]))
    q = target_set(deep, target, charts=[straight, curved])
    one, two = q.branches
    assert one.affine is not None and one.affine.dimension == one.dimension == 2 == two.dimension
    assert two.affine is None
    for values, here, there in (
        ([1, 1, 2, 0, 2, 0, 0, 3], True, True),
        ([1, 1, -3, 5, 3, -1, 3, 0], True, False),  # s = 2, t = 3
        ([1, 1, 0, 2, -4, 6, 3, 0], False, True),
        ([1, 1, 0, 2, -4, 6, 4, 0], False, False),
    ):
        assert (one.contains(deep.point(values)), two.contains(deep.point(values))) == (here, there)
    hidden = straight | dict(zip(deep.parameters[2:], [2 - s**3, s**3, 2 - t**3, t**3, 1, 2]))
    with pytest.raises(BudgetError, match="occurs nowhere alone"):
        target_set(deep, target, charts=[hidden]).branches[0].contains(
            deep.point([1, 1, 1, 1, 1, 1, 1, 2])
        )


@pytest.mark.parametrize(
    ("model", "target", "message"),
    [
        (matrix_factorization(2, 1, 2), sympy.eye(2), "rank 2"),
        (matrix_factorization(2, 1, 2), sympy.eye(3), "9 outputs"),
        (matrix_factorization(1, 1, 1), sympy.sqrt(2), "not rational"),
        (diagonal(2), X[0] ** 2, "not a linear form"),
        (diagonal(2), X[0] + 1, "not a linear form"),
        (deep_diagonal(2, 3), sympy.sin(X[0]), "not a polynomial"),
        (linear(["x1", "2*x1"]), X[0] + 1, "span of the features"),
        (fully_connected(widths=[1, 2, 2, 1]), sympy.Symbol("x1") ** 9, "charts="),
    ],
)
def test_malformed_targets(model, target, message):
    with pytest.raises(TargetError, match=message):
        target_set(model, target)


def test_model_without_family():
    a, x = sympy.symbols("a x")
    F = Model(sympy.atan(sympy.tanh(a * x)), [a], [x])
    q = target_set(F, sympy.atan(sympy.tanh(x)))  # 1 is among the small numbers that are tried
    size = optimistic_sample_size(q)
    # x f'(ax) vanishes nowhere where f(ax) is not constant
    assert not q.complete and q.branches[0].chart.raw == (1,) and (size.lower, size.upper) == (1, 1)
    with pytest.raises(TargetError, match="charts="):
        target_set(F, sympy.tanh(sympy.Rational(1234, 567) * x + 8))


SLOW = {
    "3x1 times 1x3",
    "cubic network, two units, two inputs",
    "quadratic network, two units, two inputs",
}


@pytest.mark.parametrize(
    "row",
    [pytest.param(r, marks=[pytest.mark.slow] if r["name"] in SLOW else []) for r in GOLDEN],
    ids=lambda row: f"{row['name']}: {row['target']}",
)
def test_polynomial_models_agree_with_macaulay2(row):
    names = {n: sympy.Symbol(n) for n in (*row["parameters"], *row["inputs"])}
    outputs, goal = (
        [sympy.sympify(t, locals=names) for t in row[key]] for key in ("outputs", "target")
    )
    model = Model(outputs, [names[n] for n in row["parameters"]], [names[n] for n in row["inputs"]])
    q = target_set(model, goal)
    ours = sorted((b.dimension, b.rank, b.minimum_rank) for b in q.branches)
    # a component whose real points are fewer than its dimension lies, as far as it is real, in the
    # others
    theirs = [c for c in row["components"] if c["real_dimension"] == c["dimension"]]
    assert ours == sorted((c["dimension"], c["generic_rank"], c["minimum_rank"]) for c in theirs)
    size = optimistic_sample_size(q)
    assert q.complete and size.value == row["minimum_rank"] and size.minimal is Verdict.PROVED
    assert any(b.contains(size.minimiser) for b in q.branches)


def test_polynomial_activation_of_a_small_network():
    q = target_set(two_layer(2, 1, "square"), X[0] ** 2)
    assert optimistic_sample_size(q).value == 1


@pytest.mark.parametrize(
    ("output", "target", "message"),
    [
        ("a*b", "c", "uses c"),
        ("a**2 + b**2", "-1", "not in the function space"),
        ("a**2 + b", "sqrt(2)", "charts="),
    ],
)
def test_malformed_polynomial_targets(output, target, message):
    a, b = sympy.symbols("a b")
    with pytest.raises(TargetError, match=message):
        target_set(Model(sympy.sympify(output), [a, b]), sympy.sympify(target))
    many = sympy.symbols("t1:14")
    q = target_set(Model(sympy.Add(*many), many), sympy.Integer(1))
    assert not q.complete and q.branches and int(optimistic_sample_size(q)) == 1


def test_irrational_factors_lie_on_a_branch():
    r"""$(\sqrt2 + 1)(\sqrt2 - 1) = 1$, and the rows $(\sqrt2 + 1, 1)$ and $(1, \sqrt2 - 1)$ are
    parallel.
    """
    root = sympy.sqrt(2)
    q = target_set(matrix_factorization(2, 2, 2), [1, 0, 0, 0])
    point = q.model.point(A=[[root + 1, 1], [0, 0]], B=[[root - 1, 0], [0, 0]])
    assert q.branches_of(point) and optimistic_sample_size(q).upper == 3
    high = q.model.point(A=[[root + 1, 1], [1, root - 1]], B=[[1, 0], [0, 1]])
    assert not q.branches_of(high)
    parallel = target_set(matrix_factorization(2, 2, 2), [0, 0, 0, 0])
    ranks = [
        b.label
        for b in parallel.branches_of(parallel.model.point(A=high.arrays["A"], B=[[0, 0], [0, 0]]))
    ]
    assert "rank B = 1, rank A = 1" in ranks and "rank B = 0, rank A = 2" in ranks


@pytest.mark.slow
@pytest.mark.parametrize(
    ("activation", "bias", "rank"), [("tanh", True, 3), ("sin", False, 0), ("gaussian", True, 1)]
)
def test_a_constant_in_a_wide_network_is_quick(activation: str, bias: bool, rank: int) -> None:
    """One active neuron w = 0 makes the constant: 1, and x_t where sigma' is not zero; without
    biases it must be 0.
    """
    model = two_layer(width=20, inputs=2, activation=activation, bias=bias)
    found = optimistic_sample_size(target_set(model, sympy.Integer(1 if bias else 0)))
    assert (found.lower, found.upper) == (rank, rank)
    assert found.minimal is Verdict.PROVED
