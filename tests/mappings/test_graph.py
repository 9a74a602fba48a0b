"""Graphs of verified critical mappings: compositions, the lattice of widths, mixed families."""

from __future__ import annotations

import itertools

import pytest
import sympy

from rankstrat.families import fully_connected, matrix_factorization, two_layer
from rankstrat.mappings import embedding_graph, mapping, mapping_graph, null, splitting
from rankstrat.model.model import Model
from rankstrat.rank.certificate import Verdict


def test_mapping_graph_verifies_compositions() -> None:
    models = [two_layer(width=m, inputs=1) for m in (1, 2, 3)]
    graph = mapping_graph(models, [splitting(models[0], models[1]), null(models[1], models[2])])
    assert [graph.edges[e]["generator"] for e in ((0, 1), (1, 2), (0, 2))] == [True, True, False]
    assert all(data["verdict"] is Verdict.PROVED for _, _, data in graph.edges(data=True))


def test_lattice_of_widths_is_the_product_order() -> None:
    widths = list(itertools.product(range(1, 4), repeat=2))
    graph = embedding_graph([fully_connected([2, m, n, 1]) for m, n in widths])
    expected = {
        (i, j)
        for i, a in enumerate(widths)
        for j, b in enumerate(widths)
        if a != b and a[0] <= b[0] and a[1] <= b[1]
    }
    assert set(graph.edges) == expected
    generators = {(i, j) for i, j in expected if sum(widths[j]) - sum(widths[i]) == 1}
    assert {(i, j) for i, j, data in graph.edges(data=True) if data["generator"]} == generators
    assert all(data["mapping"].evidence.everywhere for _, _, data in graph.edges(data=True))
    assert graph.nodes[8]["bounds"][0] == fully_connected([2, 1, 1, 1]).size


def test_graph_of_mixed_families() -> None:
    models = [two_layer(width=m, inputs=2, bias=True, output_bias=True) for m in (1, 3)]
    models += [fully_connected([2, m, 1]) for m in (2, 3)] + [
        matrix_factorization(2, 2, 2),
        Model(sympy.Symbol("x") * sympy.Symbol("a"), [sympy.Symbol("a")], [sympy.Symbol("x")]),
    ]
    graph = embedding_graph(models)
    assert {(0, 1), (0, 2), (1, 3), (3, 1), (2, 3), (0, 3), (2, 1)} == set(graph.edges)


@pytest.mark.slow
def test_a_composition_too_large_to_expand_is_proved_by_its_parts() -> None:
    """Widths 1, ..., 16: the shares of 15 splittings multiply to more terms than the budget."""
    models = [two_layer(width=m, inputs=1) for m in range(1, 17)]
    chain = [splitting(a, b) for a, b in itertools.pairwise(models)]
    graph = mapping_graph(models, chain)
    assert set(graph.edges) == set(itertools.combinations(range(16), 2))
    assert {data["verdict"] for _, _, data in graph.edges(data=True)} == {Verdict.PROVED}
    assert graph.edges[0, 15]["basis"] == "parts" and graph.edges[0, 1]["basis"] == "check"
    assert graph.graph["undecided"] == []


def test_what_cannot_be_compared_is_open_and_loses_no_graph(monkeypatch) -> None:
    """The first comparison is undecided; the other edge stays."""
    models = [two_layer(width=m, inputs=1) for m in (1, 2, 3)]
    first, second = splitting(models[0], models[1]), splitting(models[1], models[2])
    decide = mapping.same_function
    hard = {id(first.image)}

    def undecided(joint, f, g, *, seed=0):
        return None if id(joint.charts[1]) in hard else decide(joint, f, g, seed=seed)

    monkeypatch.setattr(mapping, "same_function", undecided)
    evidence = first.check()
    assert evidence.verdict is Verdict.OPEN and not evidence.everywhere
    assert evidence.open_outputs == (0,) and "not decided for output 1" in str(evidence)
    graph = mapping_graph(models, [first, second])
    assert set(graph.edges) == {(1, 2)} and graph.graph["undecided"] == [(0, 1)]
