"""Dimensions of neurovarieties: known defects are found, and no others among small ones."""

from __future__ import annotations

import random
from itertools import pairwise, product
from math import comb

import numpy as np
import pytest

import rankstrat as rs
from rankstrat.families import polynomial_network
from rankstrat.theorems.generic_rank.polynomial_cnn_dimension import network
from rankstrat.theorems.neurovarieties import architectures, defective, dimension_bound
from tests.support.polynomial_rank import rank_at_random


def rank(widths, degree, seed=0):
    rng = random.Random(seed)
    model = polynomial_network(list(widths), degree)
    values = [rng.choice((-1, 1)) * rng.randint(1, 30) for _ in range(model.size)]
    found = rs.model_rank(model.point(values))
    assert found.verdict is rs.Verdict.PROVED
    return int(found)


def expected(widths, degree):
    """Parameters less the scalings of hidden units, or the whole space of forms."""
    free = sum(a * b for a, b in pairwise(widths)) - sum(widths[1:-1])
    forms = comb(widths[0] - 1 + degree ** (len(widths) - 2), widths[0] - 1)
    return min(free, widths[-1] * forms)


# Alexander and Hirschowitz for one output; a block of quadrics in two variables for the last
@pytest.mark.parametrize(
    ("widths", "degree", "dimension"),
    [
        ((3, 2, 1), 2, 5),  # 6 - 1: quadratic forms of rank 2
        ((4, 3, 1), 2, 9),  # 12 - 3
        ((3, 5, 1), 4, 14),  # quartics in three variables: 14 of 15
        ((5, 7, 1), 3, 34),  # cubics in five variables: 34 of 35
        ((2, 3, 2, 3, 4), 2, 16),  # [2, 3, 2] fills all 6 dimensions of pairs of quadrics
    ],
)
def test_known_defects_are_found(widths, degree, dimension):
    assert rank(widths, degree) == dimension < expected(widths, degree)


def test_five_neurons_fill_all_quadratic_forms():
    # 15 = all forms: no defect, although 25 - 5 = 20 parameters are left after scaling
    assert rank((5, 5, 1), 2) == 15 == expected((5, 5, 1), 2)


# below: a minor modulo a prime by numpy alone; above: the bounds that the theorem states
def compared(layers, most, degrees, every=1):
    rng = np.random.default_rng(0)
    pairs = list(product(architectures(layers, most), degrees))[::every]
    for widths, degree in pairs:
        found = rank_at_random(widths, degree, rng)
        if found < dimension_bound(widths, degree):
            found = max(found, rank_at_random(widths, degree, rng))
        yield widths, degree, found


def disagreements(*sweep):
    return [
        (widths, degree, found)
        for widths, degree, found in compared(*sweep)
        if found != dimension_bound(widths, degree)
    ]


def test_all_networks_of_two_layers():
    assert disagreements(2, 5, (2, 3, 4)) == []
    found = {(w, r) for w, r, rank in compared(2, 5, (2, 3, 4)) if rank < expected(w, r)}
    squares = {((n, k, 1), 2) for n in range(1, 6) for k in range(2, n)}
    assert found == squares | {((4, 5, 3), 2), ((3, 5, 2), 3), ((3, 5, 1), 4)}


def test_sampled_networks_of_three_and_four_layers():
    assert disagreements(3, 5, (2, 3, 4), 11) == []
    assert disagreements(4, 5, (2, 3, 4), 211) == []


@pytest.mark.slow
@pytest.mark.parametrize(("layers", "most"), [(3, 5), (4, 5), (5, 3)])
def test_every_architecture(layers, most):
    assert disagreements(layers, most, (2, 3, 4)) == []


# exceptional secant varieties of Segre-Veronese varieties beyond the table: P^2 x P^5 of bidegree
# (1, 2) at 8 points; quartics in four and five variables at 9 and 14 (Alexander-Hirschowitz)
@pytest.mark.parametrize(("widths", "degree"), [((6, 8, 3), 2), ((4, 9, 1), 4), ((5, 14, 1), 4)])
def test_exceptions_beyond_the_table(widths, degree):
    found = rank_at_random(widths, degree, np.random.default_rng(1))
    assert found == dimension_bound(widths, degree) == expected(widths, degree) - 1


# there the bounds are only bounds: cubics in five variables at 7 points are an exception without a
# flattening here, as are 6 points on P^4 x P^3 of bidegree (1, 2)
@pytest.mark.parametrize(("widths", "degree"), [((5, 7, 1), 3), ((4, 6, 5), 2)])
def test_bounds_beyond_the_table_hold(widths, degree):
    found = rank_at_random(widths, degree, np.random.default_rng(1))
    assert found < dimension_bound(widths, degree) == expected(widths, degree)


@pytest.mark.parametrize("degree", [2, 3, 4, 7])
@pytest.mark.parametrize(
    ("widths", "dimension"),
    [
        ((1, 1), 1),
        ((1, 1, 1), 1),
        ((1, 5, 1), 1),
        ((5, 1, 1), 5),
        ((1, 3, 3, 1), 1),
        ((1, 2, 4), 4),
    ],
)
def test_bounds_at_width_one(widths, degree, dimension):
    # one input: c x^R in each output; one unit: c (w.x)^r
    assert dimension_bound(widths, degree) == dimension


def test_counts_of_the_page():
    counts = [len(list(defective(3, 5, degree))) for degree in (2, 3, 4)]
    assert counts == [326, 200, 167]


def without_loss(widths, degree):
    free = sum(a * b for a, b in pairwise(widths)) - sum(widths[1:-1])
    return dimension_bound(widths, degree) == free


@pytest.mark.parametrize("degree", [2, 3, 4])
def test_networks_lose_nothing_if_blocks_behind_the_narrowest_layer_do_not(degree):
    blocks = 0
    for widths in architectures(3, 5):
        first, second, third, last = widths
        narrow = (first, second, third), (min(first, second), third, last)
        if all(without_loss(block, degree) for block in narrow):
            blocks += 1
            assert without_loss(widths, degree)
    assert blocks > 100


def test_blocks_that_lose_nothing_are_not_enough():
    assert without_loss((2, 3, 3), 3)
    assert without_loss((3, 3, 1), 3)
    # 18 - 6 = 12, but forms of degree 9 in two variables have dimension 10
    assert rank((2, 3, 3, 1), 3) == 10 == dimension_bound((2, 3, 3, 1), 3)


# a thousand parameters: beyond any hand computation, and proved from both sides
@pytest.mark.parametrize(("width", "layers"), [(1, 5), (2, 6), (7, 3), (12, 4)])
def test_matrices_of_one_have_the_generic_rank(width, layers):
    model = polynomial_network([width] * (layers + 1), 2)
    ones = {name: np.eye(width, dtype=int) for name in model.blocks}
    found = rs.model_rank(model.point(**ones))
    assert found.verdict is rs.Verdict.PROVED
    assert found == layers * width**2 - (layers - 1) * width


def test_degree_one_is_the_linear_network_instead():
    # the exponents r^(l-1) of the argument must differ
    ones = polynomial_network([2, 2, 2], 1).point(W1=[[1, 0], [0, 1]], W2=[[1, 0], [0, 1]])
    assert rs.model_rank(ones) == 4


def test_filters_of_size_one_and_a_zero_filter():
    assert int(rs.model_rank(network([1, 1], 2).generic())) == 1
    zero = network([2, 2], 2)
    assert int(rs.model_rank(zero.point([0, 0, 1, 1]))) == 0  # z^2 is flat at 0
    assert int(rs.model_rank(zero.point([1, 1, 0, 0]))) == 2
