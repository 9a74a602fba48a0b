"""Which samples others determine: entries of matrices by graphs, functions by hand."""

from __future__ import annotations

import random
from itertools import product

import networkx as nx
import pytest
import sympy

import rankstrat as rs
from rankstrat.errors import DataError
from rankstrat.families import matrix_factorization, two_layer
from rankstrat.samples import count_recovering_subsets

A, W, X = sympy.symbols("a w x")


@pytest.mark.parametrize("seed", range(6))
def test_rank_one_entries_are_closed_inside_components(seed):
    rng = random.Random(seed)
    shape = (4, 4)
    entries = list(product(range(4), repeat=2))
    known = rng.sample(entries, 6)
    graph = nx.Graph([(("row", i), ("column", j)) for i, j in known])
    graph.add_nodes_from((kind, i) for kind in ("row", "column") for i in range(4))
    inside = {
        (i, j)
        for i, j in entries
        if ("column", j) in nx.node_connected_component(graph, ("row", i))
    }
    found = rs.sample_closure(matrix_factorization(4, 1, 4), known, entries, shape=shape)
    assert set(found.closed) == inside
    assert set(found.free) == set(entries) - inside
    assert not found.undecided


def test_a_zero_entry_changes_the_closure():
    # a b^T with a_0 = 0: the tangent of entry (0, j) is b_j da_0, so one of them gives the other
    model = matrix_factorization(2, 1, 2)
    zero = model.point(A=[[0], [1]], B=[[1, 2]])
    assert rs.sample_closure(zero, [(0, 0)], [(0, 1)], shape=(2, 2)).closed == ((0, 1),)
    assert rs.sample_closure(model, [(0, 0)], [(0, 1)], shape=(2, 2)).free == ((0, 1),)


def test_one_entry_short_of_a_minor():
    # all entries of a 3 x 3 matrix of rank 2 but one
    known = [e for e in product(range(3), repeat=2) if e != (2, 2)]
    found = rs.sample_closure(matrix_factorization(3, 2, 3), known, [(2, 2)], shape=(3, 3))
    assert found.closed == ((2, 2),)
    fewer = rs.sample_closure(matrix_factorization(3, 2, 3), known[:-1], [(2, 2)], shape=(3, 3))
    assert fewer.free == ((2, 2),)


def test_functions_at_inputs():
    # a tanh(w x) is odd: the value at -2 is known from that at 2, the value at 1 is not
    model = rs.Model(A * sympy.tanh(W * X), [A, W], [X])
    found = rs.sample_closure(model.point({A: 1, W: 1}), [2], [-2, 1])
    assert (found.closed, found.free, found.verdict) == ((-2,), (1,), rs.Verdict.PROVED)
    assert str(found) == "1 determined, 1 free, by samples of rank 1  [PROVED]"
    # two samples determine everything near the function
    assert rs.sample_closure(model.point({A: 1, W: 1}), [2, 1], [3, 5]).closed == (3, 5)


def test_budget_and_refusals():
    net = two_layer(6, 2, "tanh", bias=True)
    samples = [[i, i * i] for i in range(1, 8)]
    found = rs.sample_closure(net, samples, [[1, 9], [2, 9]], budget=1e-6)
    assert found.verdict is rs.Verdict.OPEN
    assert len(found.undecided) + len(found.free) == 2
    assert "by samples of rank in [0, " in str(found)
    with pytest.raises(DataError, match="empty"):
        rs.sample_closure(net, [], [[1, 9]])
    with pytest.raises(DataError, match="point of a model"):
        rs.sample_closure("net", samples, [])
    assert rs.sample_closure(matrix_factorization(2, 1, 2), [0], []).closed == ()


def test_where_kinks_move_an_answer_holds_on_an_open_set():
    # max(0, w x + b): with w = -1, b = 0 it vanishes at 1 and 2 and not at -1
    b = sympy.Symbol("b")
    relu = rs.Model(A * sympy.Max(0, W * X + b), [A, W, b], [X])
    found = rs.sample_closure(relu, [1, 2], [-1])
    assert found.closed == (-1,)
    assert "on an open set of the chart" in str(found)
    there = rs.sample_closure(relu.point([1, -1, 0]), [1, 2], [-1])
    assert there.free == (-1,)
    assert "open set" not in str(there)


def test_slopes_at_a_kink_are_said_to_be_a_convention():
    # |w| x has no tangent at w = 0
    kink = rs.Model(A * X**2 + sympy.Abs(W) * X, [A, W], [X]).point([1, 0])
    for answer in (
        rs.sample_closure(kink, [1], [2]),
        rs.local_linear_recovery(kink, [1]),
        count_recovering_subsets(kink, 1, samples=[1, 2]),
    ):
        assert "slope 0 there by convention" in str(answer)
