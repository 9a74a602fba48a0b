"""What is said of a target set as a whole: dimension, number of branches and of components."""

from __future__ import annotations

import itertools
import json
from collections import Counter

import networkx as nx
import pytest
import sympy

from rankstrat import Model, Verdict, families, optimistic_sample_size, target_set
from rankstrat.errors import BudgetError
from rankstrat.families._shared.pattern_orbits import pattern_orbits
from rankstrat.families._shared.patterns import count_patterns, patterns


def two_layer_set(width: int, neurons: int, activation: str = "tanh", inputs: int = 1):
    target = families.two_layer(neurons, inputs, activation)
    point = target.point(
        a=[i + 1 for i in range(neurons)],
        w=[[2 + i + j * j for j in range(inputs)] for i in range(neurons)],
    )
    return target_set(families.two_layer(width, inputs, activation), point)


@pytest.mark.parametrize(("width", "classes"), [(m, k) for m in range(1, 5) for k in range(m + 1)])
@pytest.mark.parametrize(("signed", "flips"), [(True, True), (True, False), (False, False)])
def test_orbits_of_patterns_have_the_sizes_of_an_enumeration(width, classes, signed, flips):
    counted = Counter(p.orbit(flips) for p in patterns(width, classes, signed))
    found = {
        p.orbit(flips): n for p, n in pattern_orbits(width, classes, signed=signed, flips=flips)
    }
    assert found == counted


@pytest.mark.parametrize(("width", "neurons"), [(5, 3), (6, 3), (8, 3), (10, 2)])
def test_wide_networks_are_listed_by_orbits_with_exact_counts(width, neurons):
    found = two_layer_set(width, neurons)
    assert found.complete and found.by_orbits
    assert found.count == count_patterns(width, neurons, True)
    assert found.dimension == width - neurons  # each spare neuron has one free parameter
    size = optimistic_sample_size(found)
    assert size.value == 2 * neurons and size.minimal is Verdict.PROVED
    # nothing is claimed that the list does not decide
    assert found.components.count.verdict is Verdict.OPEN and found.components.count.lower == 1
    assert json.loads(found.to_json())["count"]["value"] == found.count
    with pytest.raises(BudgetError, match="orbits"):
        _ = found.graph


@pytest.mark.parametrize(
    ("width", "neurons", "activation"),
    [(3, 2, "tanh"), (3, 2, "sigmoid"), (3, 2, "softplus"), (4, 2, "exp"), (3, 1, "relu")],
)
def test_the_graph_is_that_of_all_pairs(width, neurons, activation):
    found = two_layer_set(width, neurons, activation)
    graph, undecided = found.graph, []
    edges = {}
    for i, j in itertools.combinations(range(len(found.branches)), 2):
        first, second = found.branches[i], found.branches[j]
        one, two = first.closure.hull, second.closure.hull
        common = one.intersect(two) if one is not None and two is not None else None
        if one is not None and two is not None and common is None:
            continue
        if common is None or first.affine is None or second.affine is None:
            undecided.append((i, j))
        else:
            edges[i, j] = common.dimension
    assert {tuple(sorted(e[:2])): e[2] for e in graph.edges(data="dimension")} == edges
    assert graph.graph["undecided"] == undecided


def test_components_of_a_narrow_and_of_a_wider_network():
    """k! 2^k points for width k; with a spare neuron every pattern can be reached."""
    narrow, wider = two_layer_set(2, 2), two_layer_set(3, 2)
    assert (len(narrow.components), narrow.components.verdict) == (8, Verdict.PROVED)
    assert (len(wider.components), wider.components.verdict) == (1, Verdict.PROVED)
    assert wider.components.count == nx.number_connected_components(wider.graph)


def test_an_incomplete_list_claims_bounds_alone():
    x, a, b = sympy.symbols("x a b")
    model = Model(sympy.sin(a * x) * sympy.exp(b * x), [a, b], [x])
    found = target_set(model, 0, charts=[{a: 0}])
    assert not found.complete
    assert (found.dimension.lower, found.dimension.upper) == (1, None)
    assert found.dimension.verdict is Verdict.OPEN
    assert found.components.count.upper is None
    assert found.count.upper is None and found.count.lower == 1


def test_elu_is_answered_by_one_branch_and_bounds():
    found = two_layer_set(40, 2, "elu")
    assert not found.complete
    assert found.dimension.verdict is Verdict.OPEN and found.dimension.lower == 38
