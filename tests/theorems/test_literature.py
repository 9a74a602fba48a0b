"""Numbers of the literature on singular learning, invariant manifolds, compressibility,
neurovarieties and attention: each one computed anew, without the closed forms of the catalogue.

Tables that need more room stand with their subject: all nine 2 x 2 factorizations and volumes in
tests/singular, inertia along the splitting line in tests/mappings/test_line.py, paths and proximate
ranks in tests/mappings/test_paths.py and tests/networks/test_proximate.py, all defective
architectures in test_neurovarieties.py, layers of attention in test_attention_gauge.py.
"""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import product

import pytest
import sympy

import rankstrat as rs
from rankstrat.families import attention, deep_matrix_factorization, polynomial_network, two_layer
from rankstrat.theorems._attention import grouped, integers, stacked
from rankstrat.theorems._gated import gated, routed
from rankstrat.theorems.generic_rank.polynomial_cnn_dimension import network

PROVED = rs.Verdict.PROVED
U, V, X = sympy.symbols("u v x")


def rank(model, seed=1):
    rng = random.Random(seed)
    point = model.point([rng.choice((-1, 1)) * rng.randint(1, 9) for _ in range(model.size)])
    found = rs.model_rank(point)
    assert found.verdict is PROVED
    return int(found)


# half the model rank plus a remainder that is 0 on Morse-Bott strata alone
@pytest.mark.parametrize(
    ("left", "right", "numbers"),
    [
        ([[0, 0], [0, 0]], [[0, 0], [0, 0]], (0, Fraction(3, 2), 1)),
        ([[1, 0], [0, 0]], [[0, 0], [0, 1]], (3, Fraction(3, 2), 1)),
        ([[1, 0], [0, 0]], [[1, 0], [0, 0]], (3, 2, 2)),
        ([[1, 0], [0, 1]], [[1, 0], [0, 1]], (4, 2, 1)),
    ],
)
def test_two_by_two_factorizations(left, right, numbers):
    point = rs.families.matrix_factorization(2, 2, 2).point(A=left, B=right)
    found = rs.learning_coefficient(point)
    assert (found.rank, found.value, found.multiplicity) == numbers
    assert found.verdict is PROVED


def aoyagi_watanabe(rows, inner, columns):
    """Half the least codimension of a component of A B = 0, over the rank s of A."""
    return min(
        Fraction((rows - s) * (inner - s) + s * columns, 2) for s in range(min(rows, inner) + 1)
    )


@pytest.mark.parametrize(("rows", "inner", "columns"), [(1, 1, 1), (2, 2, 2), (3, 2, 4), (5, 4, 3)])
def test_reduced_rank_regression_at_zero(rows, inner, columns):
    model = rs.families.matrix_factorization(rows, inner, columns)
    found = rs.learning_coefficient(model.point([0] * model.size))
    assert found.value == aoyagi_watanabe(rows, inner, columns)


def test_orbits_of_a_product_and_of_exponentials():
    product_model = rs.Model(U * V * X, [U, V], [X])
    assert rs.orbit_dimension(product_model.point([1, 2])).lower == 1
    laws = rs.conservation_laws(product_model)
    assert laws.expressions == (U**2 - V**2,)
    assert laws.verdict is PROVED
    net = two_layer(2, 1, "exp")
    # two equal neurons, equal weights alone, different neurons
    points = (([1, 1], [[3], [3]]), ([1, 2], [[3], [3]]), ([1, 2], [[1], [3]]))
    assert [rs.orbit_dimension(net.point(a=a, w=w)).lower for a, w in points] == [2, 4, 4]
    three = two_layer(3, 1, "tanh", bias=True).point(a=[1, 2, 3], w=[[1], [2], [4]], b=[1, 1, 1])
    assert rs.orbit_dimension(three).lower == 9


def independent_symmetric(inner, seen):
    """Gradients S theta of symmetric S on an inner space of which so many vectors are seen."""
    total = inner * (inner + 1) // 2
    hidden = max(0, inner - seen)
    return total - hidden * (hidden + 1) // 2


FIFTY = [(a, h, b) for a, h, b in product((1, 2, 3), repeat=3)][:27]
FIFTY += [(1, 4, 1), (1, 4, 2), (2, 4, 1), (2, 4, 2), (1, 5, 1), (1, 5, 2), (1, 6, 1)]
FIFTY += [w for w in product((1, 2), repeat=4) if w != (1, 2, 2, 1)] + [(1, 7, 1)]


@pytest.mark.slow
@pytest.mark.parametrize("widths", FIFTY)
def test_fifty_linear_networks(widths):
    """U^T U - V V^T at every hidden layer, as published for two layers; no others."""
    assert len(FIFTY) == 50
    found = rs.conservation_laws(deep_matrix_factorization(list(widths)), budget=300)
    layers = zip(widths, widths[1:], widths[2:], strict=False)
    count = sum(independent_symmetric(h, before + after) for before, h, after in layers)
    assert (found.independent, found.most, found.verdict) == (count, count, PROVED)


def test_one_input_and_one_output_at_depth_three_have_more_than_quadratic_laws():
    """The product is a number c, orbits are curves along grad c: M - 1 = 7 laws, six quadratic."""
    found = rs.conservation_laws(deep_matrix_factorization([1, 2, 2, 1]))
    assert (found.independent, found.most, found.verdict) == (6, 7, rs.Verdict.OPEN)
    # with one hidden layer the quadratic ones are all
    assert rs.conservation_laws(deep_matrix_factorization([1, 3, 1])).independent == 6 - 1


def test_gates_experts_and_heads_keep_these_numbers():
    counts = {
        2: gated((1, 2, 1), smooth=True),  # one for each unit
        3: routed(1, 2, 1),  # one for each unit, one for the router
    }
    for count, model in counts.items():
        found = rs.conservation_laws(model)
        assert (found.independent, found.verdict) == (count, PROVED)
    head = rs.conservation_laws(attention(2, 1, 1, scale=1))
    assert (head.independent, head.verdict) == (2, PROVED)


@pytest.mark.parametrize(
    ("widths", "degree", "dimension"),
    [
        ((2, 2, 2, 2), 2, 8),
        ((2, 2, 2, 2), 3, 8),
        ((3, 3, 3), 2, 15),
        ((3, 3, 3, 3), 2, 21),
        ((5, 5, 1), 2, 15),
        ((2, 3, 2, 3, 4), 2, 16),
    ],
)
def test_dimensions_of_neurovarieties(widths, degree, dimension):
    assert rank(polynomial_network(list(widths), degree)) == dimension


@pytest.mark.parametrize(
    ("filters", "degree", "dimension"),
    [((3, 2), 2, 4), ((2, 2, 2), 2, 4), ((3, 3), 3, 5), ((2, 3, 2), 2, 5)],
)
def test_dimensions_of_convolutions(filters, degree, dimension):
    assert rank(network(filters, degree)) == dimension


@pytest.mark.parametrize(("size", "head", "dimension"), [(2, 1, 6), (3, 1, 13), (3, 2, 16)])
def test_one_lightning_layer(size, head, dimension):
    assert rank(stacked(2, size, head, 1, linear=True)) == dimension


@pytest.mark.parametrize(("size", "head", "dimension"), [(3, 1, 10), (3, 2, 16), (4, 2, 24)])
def test_one_head_with_and_without_softmax(size, head, dimension):
    for linear in (False, True):
        model = grouped(2, size, head, groups=1, queries=1, linear=linear)
        point = model.point(integers(random.Random(2), model))
        assert rs.model_rank(point) == dimension - linear


def test_two_heads_with_and_without_softmax():
    for linear, dimension in ((False, 20), (True, 18)):
        model = grouped(2, 3, 1, groups=2, queries=1, linear=linear)
        point = model.point(integers(random.Random(2), model))
        assert rs.model_rank(point) == dimension


def test_functional_dimension_is_not_constant_on_fibres():
    """Two parameters of the function 0 of a ReLU network, with ranks 1 and 2 on all inputs."""
    net = two_layer(2, 2, "relu")
    weights = [[1, 0], [1, 0]]
    idle, opposite = net.point(a=[0, 0], w=weights), net.point(a=[1, -1], w=weights)
    assert [rs.model_rank(p).value for p in (idle, opposite)] == [1, 2]
    # on the region x1 < 0 nothing is seen
    assert [rs.model_rank(p, seed=1).verdict for p in (idle, opposite)] == [PROVED, PROVED]
    assert rs.region_rank(opposite, [-1, 1]) == 0
    assert rs.region_rank(opposite, [1, 1]) == 2
