"""The closure order of strata against the equations of the closures."""

import itertools

import networkx as nx
import pytest
import sympy

from rankstrat import families
from rankstrat.strata import stratify


@pytest.mark.parametrize("bias", [False, True])
def test_closures_of_rays(bias):
    # a neuron may shrink along its ray until it vanishes; with bias, w may vanish while every b
    # keeps its sign
    model = families.two_layer(2, 2, "relu", bias)
    hierarchy = stratify(model)

    def stratum(w, b):
        return hierarchy.stratum_of(model.point(a=[1, 1], w=w, **({"b": b} if bias else {})))

    together = stratum([[1, 2], [2, 4]], [1, 2])
    assert nx.has_path(hierarchy.graph, together, stratum([[1, 2], [0, 0]], [1, 0]))
    if bias:
        assert nx.has_path(hierarchy.graph, together, stratum([[0, 0], [0, 0]], [1, 2]))
        assert not nx.has_path(hierarchy.graph, together, stratum([[0, 0], [0, 0]], [1, -2]))


@pytest.mark.parametrize(
    ("width", "inputs"), [(2, 2), (3, 2), (3, 3), pytest.param(4, 3, marks=pytest.mark.slow)]
)
def test_closures_of_square_networks(width, inputs):
    # in the closure: all but `active` output weights vanish, and a space of dimension v holds the
    # weights inside it and the active ones, with one direction of each group to spare (its free
    # dimensions each take one direction away)
    def rank(rows):
        return sympy.Matrix(rows).rank() if rows else 0

    def holds(label, a, w):
        active, v, inside, groups, squares = label
        for order in itertools.permutations(range(width)):
            rest = [w[i] for i in order[active + inside :]]
            if any(a[i] != 0 for i in order[active:]):
                continue
            space = [w[i] for i in order[: active + inside]]
            ends = list(itertools.accumulate(groups, initial=0))
            needed = sum(
                max(0, rank(space + rest[start:end]) - rank(space) - 1)
                for start, end in itertools.pairwise(ends)
            )
            flat = not (squares == 3 and len(groups) == 4) or rank(space + rest) <= rank(space) + 2
            if needed + rank(space) <= v and flat:
                return True
        return False

    hierarchy = stratify(families.two_layer(width, inputs, "square"))
    closure = nx.transitive_closure_dag(hierarchy.graph)
    points = {s: [s.point(seed=k).arrays for k in (1, 2)] for s in hierarchy.strata}
    for upper, lower in itertools.permutations(hierarchy.strata, 2):
        inside = lower.dimension < upper.dimension and all(
            holds(upper.label, list(p["a"]), p["w"].tolist()) for p in points[lower]
        )
        assert closure.has_edge(upper, lower) == inside


def test_dependent_weights_stay_dependent_in_closures():
    # pairs with weights u1, u2, u1 + u2; three further neurons cannot free one of them
    strata = stratify(families.two_layer(5, 2, "softplus"))
    for stratum in strata.strata:
        if (
            stratum.label[2] == 1
            and sum(len(kind) == 2 and min(map(sum, kind)) > 0 for kind in stratum.label[1]) == 2
        ):
            for below in strata.graph.successors(stratum):
                assert (
                    below.label[2] <= 1
                )  # two pairs on one line do not become two pairs on two lines
                both = [kind for kind in below.label[1] if all(active for active, _ in kind)]
                assert not both


@pytest.mark.parametrize("widths", [[2, 2, 2, 2], [1, 2, 2, 1], [3, 2, 3]])
def test_closures_of_products_are_given_by_ranks(widths):
    # Abeasis and Del Fra: an orbit of the quiver A lies in the closure of another iff no rank is
    # larger
    hierarchy = stratify(families.deep_matrix_factorization(widths))
    closure = nx.transitive_closure_dag(hierarchy.graph)
    ranks = {s: hierarchy.source.ranks(s.label) for s in hierarchy.strata}
    for upper, lower in itertools.permutations(hierarchy.strata, 2):
        inside = all(ranks[lower][key] <= rank for key, rank in ranks[upper].items())
        assert closure.has_edge(upper, lower) == inside
