"""Local linear recovery: counts from graph theory and exact elimination, transitions, stability,
malformed samples.
"""

from __future__ import annotations

import itertools
import math
import random
from fractions import Fraction

import networkx as nx
import pytest
import sympy
from oracles import exact_rank

from rankstrat import Model, Verdict, model_rank
from rankstrat.errors import BudgetError, DataError, InexactValueError
from rankstrat.families import two_layer
from rankstrat.samples import (
    batch,
    count_recovering_subsets,
    linear_stability,
    local_linear_recovery,
)

X, c, k = sympy.symbols("x c k")


def factorization(rows, inner, columns):
    a = sympy.Matrix(rows, inner, sympy.symbols(f"A1:{rows + 1}_1:{inner + 1}"))
    b = sympy.Matrix(inner, columns, sympy.symbols(f"B1:{inner + 1}_1:{columns + 1}"))
    return Model(a * b, [*a, *b])


def factors(rank, d=4, seed=0, zero=False):
    rnd = random.Random(seed)
    a = [[rnd.randint(1, 99) if j < rank else 0 for j in range(d)] for _ in range(d)]
    b = [
        [rnd.choice([-1, 1]) * rnd.randint(1, 99) if i < rank else 0 for _ in range(d)]
        for i in range(d)
    ]
    if zero:
        a[0][0] = 0
    return factorization(d, d, d).point([v for row in (*a, *b) for v in row])


def jacobian(point, d=4):
    """Rows d(AB)_ij, by the product rule and nothing else."""
    raw = [Fraction(v) for v in point.raw]
    a = [raw[i * d : i * d + d] for i in range(d)]
    b = [raw[d * d + i * d : d * d + i * d + d] for i in range(d)]
    rows = []
    for i, j in itertools.product(range(d), repeat=2):
        row = [Fraction(0)] * (2 * d * d)
        for p in range(d):
            row[i * d + p] = b[p][j]
            row[d * d + p * d + j] = a[i][p]
        rows.append(row)
    return rows


def connected_spanning(edges, d=4):
    graph = nx.Graph()
    graph.add_nodes_from(range(2 * d))
    graph.add_edges_from((i, d + j) for i, j in edges)
    return nx.is_connected(graph)


@pytest.mark.parametrize(
    ("rank", "size", "good", "total"), [(1, 7, 4096, 11440), (3, 15, 16, 16), (4, 16, 1, 1)]
)
def test_counts_of_the_specification(rank, size, good, total):
    count = count_recovering_subsets(factors(rank), size)
    assert (count.recovering, count.total, count.verdict) == (good, total, Verdict.PROVED)


def test_rank_one_is_the_number_of_spanning_trees():
    laplacian = sympy.diag(*[4] * 8)
    for i, j in itertools.product(range(4), repeat=2):
        laplacian[i, 4 + j] = laplacian[4 + j, i] = -1
    trees = int(laplacian[:7, :7].det())  # Kirchhoff
    assert trees == 4**3 * 4**3 == count_recovering_subsets(factors(1), 7).recovering


def test_rank_one_criterion_on_random_sets():
    point, rnd, entries = factors(1), random.Random(1), list(itertools.product(range(4), repeat=2))
    for _ in range(25):
        edges = rnd.sample(entries, rnd.randint(5, 12))
        recovery = local_linear_recovery(point, edges, shape=(4, 4))
        assert recovery.guaranteed == connected_spanning(edges)
        assert recovery.verdict is (Verdict.PROVED if recovery.guaranteed else Verdict.REFUTED)


def test_rank_two_count_is_the_same_for_every_generic_point_and_sampled_against_elimination():
    points = [factors(2, seed=s) for s in (1, 2)]
    counts = {count_recovering_subsets(p, 12).recovering for p in points}
    assert len(counts) == 1
    rows, rnd = jacobian(points[0]), random.Random(0)
    for _ in range(6):
        chosen = rnd.sample(range(16), 12)
        expected = exact_rank([rows[i] for i in chosen]) == 12
        assert local_linear_recovery(points[0], chosen).guaranteed == expected


@pytest.mark.slow
def test_rank_two_count_by_elimination():
    point = factors(2, seed=1)
    rows = jacobian(point)
    good = sum(
        exact_rank([rows[i] for i in s]) == 12 for s in itertools.combinations(range(16), 12)
    )
    assert good == count_recovering_subsets(point, 12).recovering == 1284


def test_zeros_in_the_factors_recover_less():
    assert model_rank(factors(1, zero=True)).value == 7
    assert count_recovering_subsets(factors(1, zero=True), 7).recovering < 4096


def test_probability_grows_to_one():
    values = [count_recovering_subsets(factors(1), n).probability for n in (6, 7, 8, 12, 13)]
    assert values[0] == 0 and values[-1] == 1 and values == sorted(values)


def test_other_shapes():
    matrix = factorization(2, 1, 3).point(
        [1, 2, 3, 5, 7]
    )  # rank one, 2 x 3: spanning trees of K_{2,3}
    assert count_recovering_subsets(matrix, 4).recovering == 2 ** (3 - 1) * 3 ** (2 - 1)


def tanh_network(width, bias=False):
    a, w, b = (sympy.symbols(f"{n}1:{width + 1}") for n in "awb")
    output = sum(a[i] * sympy.tanh(w[i] * X + (b[i] if bias else 0)) for i in range(width))
    return Model(output, [*a, *w, *(b if bias else ())], X)


@pytest.mark.parametrize("bias", [False, True])
def test_phase_transition_at_the_model_rank(bias):
    values = [1, 2, -1, 1, 3, 3] + ([0, 1, 1] if bias else [])
    point = tanh_network(3, bias).point(values)
    rank = int(model_rank(point))
    assert rank == (6 if bias else 4)
    samples = [sympy.Rational(k, 3) for k in (1, 4, -5, 7, 2, 11, -8)]
    assert local_linear_recovery(point, samples).threshold == rank
    for n in range(1, 8):
        assert local_linear_recovery(point, samples[:n]).guaranteed == (n >= rank)


def test_symmetric_samples_of_an_odd_network_are_worth_half():
    point = tanh_network(2).point([1, 1, 1, 2])
    assert local_linear_recovery(point, [1, -1, 2, -2, 3, -3, 4, -4]).threshold == 7


def test_threshold_is_none_when_all_samples_are_too_few():
    assert local_linear_recovery(tanh_network(2).point([1, 1, 1, 2]), [1, 2, 3]).threshold is None


def test_linear_stability():
    theta = tanh_network(1).point([2, 1])
    outputs = [sympy.tanh(1) * 2, sympy.tanh(3) * 2]
    assert linear_stability(theta, [1, 3], outputs) is Verdict.PROVED
    assert linear_stability(theta, [1], outputs[:1]) is Verdict.REFUTED  # too few samples
    assert linear_stability(theta, [1, 3], [1, 1]) is Verdict.REFUTED  # not critical


def test_linear_stability_with_a_residual():
    slope = sympy.Symbol("s")
    line = Model(slope * X, slope, X).point([2])
    assert (
        linear_stability(line, [1, 2], [4, 3]) is Verdict.PROVED
    )  # the residual (-2, 1) is orthogonal to (1, 2)
    assert linear_stability(line, [1, 2], [4, 4]) is Verdict.REFUTED


@pytest.mark.parametrize(
    ("samples", "error"),
    [([], "empty"), ([[1, 2]], "2 coordinates"), ([sympy.Symbol("y")], "y")],
)
def test_malformed_samples(samples, error):
    with pytest.raises(DataError, match=error):
        local_linear_recovery(tanh_network(1).point([1, 1]), samples)


def test_malformed_outputs_floats_and_sizes():
    point = factors(1)
    with pytest.raises(InexactValueError):
        local_linear_recovery(tanh_network(1).point([1, 1]), [0.5])
    for bad in (16, -1, "a", True):
        with pytest.raises(DataError, match="from 0 to 15"):
            batch(point.model, [bad])
    with pytest.raises(DataError, match="shape"):
        batch(point.model, [(0, 0)])
    with pytest.raises(DataError, match="count rows"):
        batch(point.model, [(4, 0)], shape=(4, 4))
    with pytest.raises(DataError, match="choose a size"):
        count_recovering_subsets(point, 17)
    with pytest.raises(DataError, match="not rational"):
        count_recovering_subsets(tanh_network(1).point([1, 1]), 1, samples=[1, 2])
    with pytest.raises(DataError, match="labels"):
        linear_stability(tanh_network(1).point([1, 1]), [1, 2], [0])
    with pytest.raises(BudgetError, match="at most"):
        count_recovering_subsets(factors(1, d=5), 13)
    assert math.comb(25, 13) > 5_000_000


def test_samples_on_a_kink_are_refused_by_counts_and_thresholds_too():
    """At x = 0 and x = 1 the network has no tangent."""
    relu = two_layer(2, 1, "relu", bias=True).point(a=[1, 2], w=[[1], [1]], b=[0, -1])
    samples = [0, 1, 2, 3, Fraction(1, 2), 5]
    for ask in (
        lambda: local_linear_recovery(relu, samples).threshold,
        lambda: count_recovering_subsets(relu, 4, samples=samples),
    ):
        with pytest.raises(DataError, match="kink"):
            ask()


def test_linear_stability_for_generic_constants():
    # exp(k x) = 1 at x = 0, and not 1 at x = 1 for a generic k: a residual remains
    a, w = sympy.symbols("a w")
    model = Model(a * sympy.exp(k * X) + w * X, [a, w], [X], constants=[k])
    assert linear_stability(model.point([1, 1]), [0, 1], [1, 2]) is Verdict.REFUTED
    assert linear_stability(model.point([0, 1]), [0, 1], [0, 1]) is Verdict.PROVED


def test_linear_stability_needs_a_tangent():
    # the loss (max(0, v) + 1)^2 has slope 0 on the left of v = 0 and 2 on the right
    v = sympy.Symbol("v")
    corner = Model(sympy.Max(0, v) * X, [v], [X]).point([0])
    with pytest.raises(DataError, match="no tangent"):
        linear_stability(corner, [1], [-1])


def test_recovery_where_kinks_move_is_said_to_hold_on_an_open_set():
    # max(0, w x + b) at 1 and 2: two rows where both are active, one row where b/w = -3/2
    a, w, b = sympy.symbols("a w b")
    relu = Model(a * sympy.Max(0, w * X + b), [a, w, b], [X])
    found = local_linear_recovery(relu, [1, 2])
    assert found.guaranteed and "on an open set of the chart" in str(found)
    assert not local_linear_recovery(relu.point([1, 2, -3]), [1, 2]).guaranteed
    moving = relu.chart({a: k, w: 2, b: -c})
    assert linear_stability(moving, [3], [0]) in (Verdict.OPEN, Verdict.REFUTED)


DOMAINS = [
    # on x > 0 the tangent functions |x| and x are one, and x = -1 sees the other combination
    ({X: "x > 0"}, [-1], [1]),
    ({X: "x >= 0"}, [sympy.Rational(-1, 2)], [0]),
    ({X: [0, 1]}, [2], [1]),
    ({X: "integer"}, [sympy.Rational(1, 2)], [-3]),
    ({X: [sympy.sqrt(2), 1]}, [sympy.sqrt(3)], [sympy.sqrt(2)]),
]


@pytest.mark.parametrize(("domain", "outside", "inside"), DOMAINS)
def test_samples_lie_in_the_domain(domain, outside, inside):
    model = Model(c * abs(X) + k * X, [c, k], [X], domain=domain)
    with pytest.raises(DataError, match="outside the domain"):
        local_linear_recovery(model.point([1, 2]), outside)
    assert local_linear_recovery(model.point([1, 2]), inside).empirical.lower <= 1


def test_samples_lie_on_the_sphere():
    y = sympy.Symbol("y")
    model = Model(c * X + k * y, [c, k], [X, y], domain={(X, y): "sphere"})
    point, half = model.point([1, 2]), sympy.sqrt(2) / 2
    assert local_linear_recovery(
        point, [[half, half], [sympy.Rational(3, 5), sympy.Rational(4, 5)]]
    ).guaranteed
    with pytest.raises(DataError, match="outside the domain"):
        local_linear_recovery(point, [[1, 1]])
