"""What is said of a target set as a whole: dimension, number of branches and of components."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter

import networkx as nx
import pytest
import sympy

from rankstrat import Model, Verdict, families, optimistic_sample_size, target_set
from rankstrat.errors import BudgetError
from rankstrat.families._shared.pattern_orbits import pattern_orbits
from rankstrat.families._shared.patterns import count_patterns, patterns
from rankstrat.families.catalogue.two_layer.targets.coupled import branches as coupled
from rankstrat.families.catalogue.two_layer.targets.separate import branches as separate


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
    # any neuron can reach any place with a spare one, so the target set is connected
    if width < 7:
        assert found.components.count == 1 and found.components.verdict is Verdict.PROVED
    assert json.loads(found.to_json())["count"]["value"] == found.count
    with pytest.raises(BudgetError, match="orbits"):
        _ = found.graph


def shape(branch):
    """Numbers of neurons of the blocks: what symmetries keep."""
    blocks = [re.findall(r"\{([^}]*)\}", part) for part in branch.label.split(" | ")]
    sizes = [[part.count(",") + 1 for part in parts] for parts in blocks]
    return tuple(map(tuple, [sizes[0], sorted(sizes[1]), *sizes[2:]]))


def edges_of(found):
    graph, edges = found.quotient, Counter()
    kinds = {i: shape(found.branches[i]) for i in graph}
    for i, j, data in graph.edges(data=True):
        edges[(*sorted((kinds[i], kinds[j])), data["dimension"])] += data["pairs"]
    for (i, j), many in graph.graph["undecided"].items():
        edges[(*sorted((kinds[i], kinds[j])), "undecided")] += many
    nodes = {kinds[i]: (d["copies"], d["dimension"], d["rank"]) for i, d in graph.nodes(data=True)}
    return nodes, edges


@pytest.mark.parametrize(
    ("activation", "width", "neurons", "extra"),
    [
        ("tanh", 3, 2, {}),
        ("z*tanh(z)", 3, 1, {}),
        ("tanh", 2, 2, {}),
        ("tanh", 3, 1, {"bias": True}),
        ("tanh", 2, 1, {"bias": True, "output_bias": True}),
    ],
)
def test_the_graph_of_orbits_is_that_of_all_branches(
    activation, width, neurons, extra, monkeypatch
):
    narrow = families.two_layer(neurons, 2, activation, **extra)
    point = narrow.point([2 + i * i for i in range(narrow.size)])
    model = families.two_layer(width, 2, activation, **extra)
    whole = target_set(model, point)
    monkeypatch.setattr(separate, "MAX_BRANCHES", 0)
    found = target_set(model, point)
    assert not whole.by_orbits and found.complete
    assert edges_of(found) == edges_of(whole)
    count = found.components.count
    if count.verdict is Verdict.PROVED:
        assert count == whole.components.count
    assert (count.verdict is Verdict.PROVED) == (not extra)


@pytest.mark.parametrize(
    ("activation", "width", "extra"),
    [("softplus", 3, {}), ("relu", 3, {}), ("relu", 2, {"bias": True})],
)
def test_coupled_branches_are_listed_by_orbits_with_exact_counts(
    activation, width, extra, monkeypatch
):
    narrow = families.two_layer(1, 1, activation, **extra)
    point = narrow.point([2 + i * i for i in range(narrow.size)])
    model = families.two_layer(width, 1, activation, **extra)

    def facts():
        found, counted = target_set(model, point), Counter()
        for b in found.branches:
            first = b.representative or b
            counted[shape(first), b.dimension, first.rank, first.minimum.value] += b.copies
        return found.count, found.complete, counted

    whole = facts()
    monkeypatch.setattr(coupled, "MAX_BRANCHES", 0)
    assert facts() == whole


def test_a_renamed_model_counts_the_same_pairs(monkeypatch):
    monkeypatch.setattr(separate, "MAX_BRANCHES", 0)
    deep = families.fully_connected([1, 3, 1], bias=False, output_bias=False)
    found = target_set(deep, deep.point([1, 0, 0, 2, 0, 0]))
    own = two_layer_set(3, 1)
    assert found.components.count == own.components.count == 1
    assert edges_of(found)[1] == edges_of(own)[1]


def test_wider_coupled_networks_are_complete():
    found = two_layer_set(6, 1, "softplus")
    assert found.complete and found.by_orbits and found.dimension == 5
    with pytest.raises(BudgetError, match="couple"):
        _ = found.quotient


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


@pytest.mark.parametrize(
    ("output", "components"),
    [
        ("a*x/b", 2),  # a = 0, and b = 0 is no point of the model
        ("a*b*x/(a + b)", 4),  # two lines less the point at which they meet
        ("a*exp(x/b)", 2),
        ("(a + b - 1)*x/(a - b)", 2),
        ("a*x/(1 + b**2)", 1),
        ("a*b/x", 1),
    ],
)
def test_poles_cut_branches_into_parts(output, components):
    a, b, x = sympy.symbols("a b x")
    model = Model(sympy.sympify(output, {"a": a, "b": b, "x": x}), [a, b], [x])
    found = target_set(model, 0)
    assert found.complete and all(branch.affine is not None for branch in found.branches)
    count = found.components.count
    assert count.lower <= components
    assert count.upper is None if components > 1 else count == 1
