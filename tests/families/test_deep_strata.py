"""Strata of deep networks by layers, counted and ranked by hand."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pytest
import sympy

import rankstrat as rs
from rankstrat.errors import BudgetError
from rankstrat.families import fully_connected
from rankstrat.families._shared.deep_strata import DeepStrata, LayerType, _types

BELL = [1, 1, 2, 5, 15, 52]


def source(widths, activation="tanh", **others) -> DeepStrata:
    model = fully_connected(widths, activation, **others)
    found = model.structure.strata(model)
    assert isinstance(found, DeepStrata)
    return found


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_types_of_a_layer_are_counted(width):
    """Set partitions of the units that are not constant, and any set of null ones.

    sum_c C(m, c) B(m - c) 2^m = 2^m B(m + 1). Up to order, multisets of (k, j), j <= k, beside c
    constant units with n <= c null ones; the multisets of total size t are 1, 2, 6, 14, 33.
    """
    types = list(_types(width, mixed=True))
    multisets = [1, 2, 6, 14, 33]
    assert len(set(types)) == len(types)
    assert len(types) == sum(multisets[t] * (width - t + 1) for t in range(width + 1))
    assert sum(t.ways(signed=False) for t in types) == 2**width * BELL[width + 1]
    assert all(t.size == width for t in types)


@pytest.mark.parametrize("widths", [[1, 2, 2, 1], [2, 2, 1, 2], [1, 1, 2, 1, 1]])
@pytest.mark.parametrize("bias", [True, False])
def test_charts_have_their_type_and_dimension(widths, bias):
    strata = source(widths, bias=bias, output_bias=bias)
    labels = list(strata.labels())
    assert len(set(labels)) == len(labels)
    for label in labels:
        chart = strata.chart(label)
        assert len(chart.coordinates) == strata.dimension(label)
        assert strata.label_of(strata.point(label)) == label
        assert bool(strata.conditions(label)) == (strata.dimension(label) < strata.model.size)
        for smaller, _ in strata.children(label):
            assert smaller in labels and strata.dimension(smaller) < strata.dimension(label)


def test_ranks_where_the_second_layer_is_constant():
    """W2 = 0: F = W3 sigma(b2) + b3. The tangent functions are constants and, from W2, the units of
    the first layer that differ: rank 1 + their number.
    """
    strata = source([1, 2, 2, 1])
    second = LayerType((), (2, 0))
    for first, rank in (
        (LayerType.of([(1, 1), (1, 1)]), 3),
        (LayerType.of([(2, 2)]), 2),
        (LayerType.of([(1, 1)], (1, 1)), 2),
        (LayerType((), (2, 2)), 1),
    ):
        assert strata.rank((first, second)) == rank
    assert strata.rank((LayerType.of([(1, 0), (1, 0)]),) * 2) == strata.model.size
    # merged everywhere: a tanh(b tanh(w x + c) + d) + e has six parameters
    assert strata.rank((LayerType.of([(2, 0)]),) * 2) == 6


def test_the_hierarchy_of_a_deep_network():
    model = fully_connected([1, 2, 1, 1])
    H = rs.stratify(model)
    assert H.coverage.verdict is rs.Verdict.OPEN and "not listed" in H.coverage.reason
    assert H.levels[-1].rank == model.size == 9 and H.levels[0].rank == 1
    assert all(level.dimension.verdict is rs.Verdict.OPEN for level in H.levels[:-1])
    top = [s for s in H.strata if s.dimension == model.size]
    assert len(top) == 1
    for larger, smaller in H.graph.edges:
        assert larger.dimension > smaller.dimension and larger.rank >= smaller.rank
    reached = {top[0]} | set(nx.descendants(H.graph, top[0]))
    assert reached == set(H.strata)


def test_a_wide_network_is_located_without_its_strata():
    model = fully_connected([2, 16, 16, 1])
    assert model.size == 337
    values = {k: np.arange(1, math.prod(v) + 1).reshape(v) for k, v in model.blocks.items()}
    values["W2"][:, 3] = 0
    values["W1"][5], values["b1"][5] = -values["W1"][4], -values["b1"][4]
    stratum = rs.stratum_of(model.point(**values))
    assert stratum.dimension == 337 - 16 - 3
    with pytest.raises(BudgetError, match="strata"):
        rs.stratify(model)
    with pytest.raises(BudgetError, match="stratum_of"):
        rs.stratify(fully_connected([2, 64, 64, 1]))
    floats = {k: v + 1e-4 for k, v in values.items()}
    near = rs.nearest_strata(model, floats, tolerance=0.01)
    assert [n.condition.text for n in near] == ["(W1_5, b1_5) = -(W1_6, b1_6)", "W2_*_4 = 0"]


def test_a_deep_network_in_other_names():
    a, b, c, d, x = sympy.symbols("a b c d x")
    u, v = sympy.tanh(a * x), sympy.tanh(b * x)
    e, f, g, h = sympy.symbols("e f g h")
    output = g * sympy.tanh(c * u + d * v) + h * sympy.tanh(e * u + f * v)
    model = rs.Model(output, [a, b, c, d, e, f, g, h], [x])
    stratum = rs.stratum_of(model.point([1, 1, 1, 2, 3, 4, 5, 6]))
    assert stratum.dimension == 7
    floats = dict(zip("abcdefgh", [1, 1.01, 0, 2, 0, 4, 5, 6], strict=True))
    near = rs.nearest_strata(model, floats, tolerance=0.1)
    assert "a = b" in [n.condition.text for n in near]
    assert "(c, e) = 0" in [n.condition.text for n in near]


@pytest.mark.parametrize("activation", ["relu", "leaky_relu"])
def test_units_with_kinks_are_merged_along_rays_and_take_the_general_road(activation):
    model = fully_connected([1, 1, 1, 1], activation)
    assert model.structure.strata(model) is None


@pytest.mark.slow
@pytest.mark.parametrize("widths", [[1, 3, 3, 1], [2, 3, 3, 2], [3, 4, 4, 2]])
def test_ranks_never_rise_in_closures(widths):
    H = rs.stratify(fully_connected(widths))
    assert H.levels[-1].rank <= H.model.size
    for larger, smaller in H.graph.edges:
        assert larger.dimension > smaller.dimension and larger.rank >= smaller.rank
