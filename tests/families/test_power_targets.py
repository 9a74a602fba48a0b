"""Target sets of squares and powers: pieces, dimensions, other decompositions, and sizes against
closed forms.
"""

from __future__ import annotations

import itertools

import numpy as np
import oracles
import pytest
import sympy
from branch_checks import chart_rank, exponential_rank, is_on_target, proved

from rankstrat import model_rank
from rankstrat.families import two_layer
from rankstrat.families.catalogue.two_layer.targets.special.quadrics import (
    diagonalised,
    quadric_branches,
)
from rankstrat.rank.zero import same_functions
from rankstrat.targets import as_target, optimistic_sample_size, polynomial_branches, target_set

X1, X2, X3 = X = sympy.symbols("x1:4")


# squares


def random_form(rng, d):
    half = rng.integers(-2, 3, (d, d))
    return half + half.T


@pytest.mark.parametrize("seed", range(12))
def test_diagonalised_forms(seed):
    rng = np.random.default_rng(seed)
    matrix = random_form(rng, 3) if seed % 3 else np.outer(*[rng.integers(-2, 3, 3)] * 2)
    squares = diagonalised([[int(v) for v in row] for row in matrix])
    back = sum(
        (float(s) * np.outer(*[np.array(v, float)] * 2) for s, v in squares), np.zeros((3, 3))
    )
    assert np.allclose(back, matrix)
    eigenvalues = np.linalg.eigvalsh(matrix)
    for sign in (1, -1):
        assert sum(s * sign > 0 for s, _ in squares) == np.sum(eigenvalues * sign > 1e-9)


def orbit_dimension(a, w, form):
    """The rank of the infinitesimal symmetries at a point: isometries of diag(a), base changes that
    fix S, scalings.
    """
    (n, d), active = w.shape, [i for i in range(len(a)) if a[i]]
    rows = []
    for i, j in itertools.combinations(active, 2):  # X with X^T D + D X = 0
        x = np.zeros((n, n))
        x[i, j], x[j, i] = 1 / a[i], -1 / a[j]
        rows.append(np.concatenate([np.zeros(n), (x @ w).ravel()]))
    condition = np.array(
        [(b.T @ form + form @ b).ravel() for b in np.eye(d * d).reshape(-1, d, d)]
    ).T
    singular = np.linalg.svd(condition)
    fixing = singular[2][np.sum(singular[1] > 1e-9) :]  # Y with Y^T S + S Y = 0 moves the rows of W
    rows += [np.concatenate([np.zeros(n), (w @ y.reshape(d, d)).ravel()]) for y in fixing]
    for i in range(n):
        scale, moved = np.zeros(n), np.zeros((n, d))
        scale[i], moved[i] = -2 * a[i], w[i]
        rows.append(np.concatenate([scale, moved.ravel()]))
        if not a[i]:  # inactive weights are free
            for t in range(d):
                free = np.zeros((n, d))
                free[i, t] = 1
                rows.append(np.concatenate([np.zeros(n), free.ravel()]))
    return np.linalg.matrix_rank(np.array(rows), tol=1e-9)


FORMS = [X1**2, 4 * X1 * X2, sympy.Integer(0), X1**2 + X1 * X2 + 3 * X2**2, -(X1**2) + 2 * X2**2]


@pytest.mark.parametrize("target", FORMS)
@pytest.mark.parametrize(("m", "d"), [(3, 2), (3, 3), (4, 2)])
def test_quadric_pieces(target, m, d):
    model = two_layer(m, d, "square")
    q = target_set(model, target)
    form = np.array(sympy.hessian(target, X[:d]).tolist(), float) / 2
    s = np.linalg.matrix_rank(form)
    least = s * d - s * (s - 1) // 2
    assert q.complete and proved(optimistic_sample_size(q), least)
    for b in (b for b in q.branches if b.representative is None):
        point = b.sample(seed=2)
        a, w = np.array(point.arrays["a"], float), np.array(point.arrays["w"], float)
        assert is_on_target(b, [target]) and b.contains(point)
        assert b.dimension == orbit_dimension(a, w, form), b.label
        assert b.rank == oracles.rank_monomial(
            point.arrays["a"].tolist(), point.arrays["w"].tolist(), 2
        )
        assert proved(b.minimum, least)
        assert len(q.branches_of(b.minimum.minimiser)) == 1


@pytest.mark.sampled(5)
@pytest.mark.parametrize("target", FORMS[:3])
@pytest.mark.parametrize("kwargs", [{}, {"output_bias": True}, {"bias": True}])
def test_every_solution_lies_in_one_piece(target, kwargs):
    rng, m, d = np.random.default_rng(4), 3, 2
    model = two_layer(m, d, "square", **kwargs)
    if kwargs:
        target = target + 2
    size = d + ("bias" in kwargs)
    hits = 0
    q = target_set(model, target)
    every = np.array(list(itertools.product(range(-2, 3), repeat=m)))
    x = rng.normal(size=(d, 12))
    star = sympy.lambdify(X[:d], target)(*x) * np.ones(12)
    lifted = np.vstack([x, np.ones(12)])[:size]
    pool = list(itertools.product((-1, 0, 1, 2), repeat=size))
    for _ in range(200):
        w = np.array([pool[i] for i in rng.integers(len(pool), size=m)])
        if rng.integers(2):
            w[0] = w[1]
        elif rng.integers(2):
            w[:2, :2] = [[1, 1], [1, -1]]
            w[:2, 2:] = 0
        if rng.integers(2):
            w[2, :] = 0
            w[2, -1] = 1
        gap = np.abs(every @ (w @ lifted) ** 2 + 2 * ("output_bias" in kwargs) - star).max(axis=1)
        for a in [*every[gap < 1e-9][:6], every[np.argmax(gap)]]:
            solves = gap[np.all(every == a, axis=1)][0] < 1e-9
            blocks = {"a": [int(v) for v in a], "w": w[:, :d].tolist()}
            blocks |= {"b": w[:, d].tolist()} if "bias" in kwargs else {}
            blocks |= {"c": 2} if "output_bias" in kwargs else {}
            found = q.branches_of(model.point(**blocks))
            assert len(found) == solves, blocks
            if found:
                rank = np.linalg.matrix_rank(w[a != 0]) if any(a) else 0
                assert found[0].label.endswith(f"rank {rank}")
            hits += solves
    assert hits > 5


@pytest.mark.parametrize(("m", "d"), [(2, 1), (2, 2), (3, 1)])
@pytest.mark.parametrize("target", [X1**2, sympy.Integer(0), -3 * X1**2])
def test_pieces_agree_with_exact_decomposition(m, d, target):
    """The dimension of the target set and the least rank, from Groebner bases."""
    model = two_layer(m, d, "square")
    function = as_target(model, target)
    ours, theirs = (
        quadric_branches(model.structure, model, function),
        polynomial_branches(model, function),
    )
    assert max(b.dimension for b in ours.branches) == max(b.dimension for b in theirs.branches)
    assert {b.minimum_rank for b in ours.branches} == {min(b.minimum_rank for b in theirs.branches)}
    for b in theirs.branches:
        assert sum(c.contains(b.minimum.minimiser) for c in ours.branches) == 1


def test_squares_with_biases_are_forms_in_one_more_variable():
    q = target_set(two_layer(3, 2, "square", bias=True), (X1 + 1) ** 2 - X2**2)
    assert q.complete and proved(optimistic_sample_size(q), 2 * 3 - 1)
    both = two_layer(3, 2, "square", bias=True, output_bias=True)
    size = optimistic_sample_size(
        target_set(both, two_layer(1, 2, "square", bias=True).point([1, 1, 0, 1]))
    )
    assert size.lower >= 1 and size.lower <= size.upper == model_rank(size.minimiser).value
    wide = target_set(two_layer(14, 2, "square"), X1 * X2)
    assert not wide.complete and proved(optimistic_sample_size(wide), 3)


# powers


@pytest.mark.parametrize(
    ("activation", "target"),
    [
        ("cube", X1**3 - 2 * (X1 + X2) ** 3),
        ("z**4", X1**4),
        ("cube", sympy.Integer(0)),
        ("z**4", sympy.Integer(0)),
    ],
)
@pytest.mark.parametrize("kwargs", [{}, {"bias": True}, {"output_bias": True}])
def test_power_branches(activation, target, kwargs):
    degree = 3 if activation == "cube" else 4
    model = two_layer(3, 2, activation, **kwargs)
    q = target_set(model, target)
    size = optimistic_sample_size(q)
    k = len([t for t in sympy.Add.make_args(target) if t != 0])
    assert proved(size, k * (2 + ("bias" in kwargs)) + ("output_bias" in kwargs)) and not q.complete
    for b in (b for b in q.branches if b.representative is None):
        assert b.dimension == chart_rank(b.chart) and is_on_target(b, [target])
        point = b.sample(seed=1)
        arrays = point.arrays
        assert b.contains(point) and b.contains(b.minimum.minimiser)
        biases = arrays["b"].tolist() if "b" in arrays else None
        if "c" not in arrays:
            rank = oracles.rank_monomial(arrays["a"].tolist(), arrays["w"].tolist(), degree, biases)
            assert model_rank(point).value == rank >= size.value


def test_another_decomposition_lies_outside_and_costs_no_less():
    """6 x1 x2^2 = (x1 + x2)^3 + (x1 - x2)^3 - 2 x1^3, and with any t: infinitely many sums of
    cubes.
    """
    target = two_layer(3, 2, "cube").point(a=[1, 1, -2], w=[[1, 1], [1, -1], [1, 0]])
    q = target_set(two_layer(4, 2, "cube"), target)
    other = q.model.point(a=["1/4", "1/4", "-1/2", 0], w=[[1, 2], [1, -2], [1, 0], [0, 0]])
    assert not q.branches_of(other)
    assert same_functions(
        [q.model.outputs[0].xreplace(other.values)], q.target.expressions, q.model.inputs, ()
    )
    size = optimistic_sample_size(q)
    assert (size.lower, size.upper) == (
        3,
        4,
    )  # the orbit of the target has dimension 3; 4 are all cubic forms


def test_lines_of_even_powers():
    q = target_set(two_layer(2, 4, "z**4"), sympy.Integer(0))
    zero = [[0] * 4] * 2
    assert not q.branches_of(q.model.point(a=[1, 1], w=zero))
    assert q.branches_of(q.model.point(a=[1, -1], w=zero))


# sizes


SIZES = [(k, m, d) for d in (1, 2, 3) for m in range(1, 5) for k in range(m + 1)]


def check_sizes(k, m, d):
    """k exponentials with biases, a form of rank k, k independent powers: the closed forms, both
    halves proved.
    """
    weights = [[i + 1] + [i * i - 1] * (d - 1) for i in range(k)]
    target = (
        sum(
            (i + 1) * sympy.exp(sum(c * x for c, x in zip(u, X)) + i) for i, u in enumerate(weights)
        )
        + 0 * X1
    )
    size = optimistic_sample_size(target_set(two_layer(m, d, "exp", bias=True), target))
    assert proved(size, max(k * (d + 1), 1))
    if k > d or m * (d + 1) <= 6:
        return
    form = sum((-1) ** i * (i + 1) * (X[i] + X[0] * int(i > 0)) ** 2 for i in range(k)) + 0 * X1
    size = optimistic_sample_size(target_set(two_layer(m, d, "square"), form))
    assert proved(size, k * d - k * (k - 1) // 2)
    cubes = sum((-1) ** i * (i + 1) * (X[i] + X[0] * int(i > 0)) ** 3 for i in range(k)) + 0 * X1
    assert proved(optimistic_sample_size(target_set(two_layer(m, d, "cube"), cubes)), k * d)


@pytest.mark.parametrize(("k", "m", "d"), SIZES[::6])
def test_sizes(k, m, d):
    check_sizes(k, m, d)


@pytest.mark.slow
@pytest.mark.parametrize(("k", "m", "d"), SIZES)
def test_sizes_everywhere(k, m, d):
    check_sizes(k, m, d)


@pytest.mark.slow
@pytest.mark.parametrize("activation", ["exp", "square", "cube", "z**4"])
@pytest.mark.parametrize(("m", "d"), [(3, 2), (4, 2), (3, 3)])
def test_no_random_point_is_below_the_least_rank(activation, m, d):
    """Random points with small entries, each in the target set of its own function: their ranks are
    not lower.
    """
    rng = np.random.default_rng([m, d, len(activation)])
    model = two_layer(m, d, activation, bias=activation == "exp")
    for _ in range(150):
        a, w = rng.integers(-1, 2, m).tolist(), rng.integers(-1, 2, (m, d)).tolist()
        if rng.integers(2):
            w[1] = list(w[0])
        b = rng.integers(0, 2, m).tolist() if activation == "exp" else None
        point = model.point(a=a, w=w, **({"b": b} if b else {}))
        q = target_set(model, point)
        size = optimistic_sample_size(q)
        if b:
            rank = exponential_rank(a, w, False)
        else:
            rank = oracles.rank_monomial(a, w, {"square": 2, "cube": 3, "z**4": 4}[activation])
        assert size.lower <= rank
        assert size.upper <= rank or size.value is None
        assert len(q.branches_of(point)) >= q.complete
