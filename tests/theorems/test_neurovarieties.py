"""Dimensions of neurovarieties: known defects are found, and no others among small ones."""

from __future__ import annotations

import random
from itertools import pairwise, product
from math import comb

import pytest

import rankstrat as rs
from rankstrat.families import polynomial_network
from rankstrat.theorems.generic_rank.polynomial_cnn_dimension import network


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


def defects(most, degrees, depth):
    for degree in degrees:
        for widths in product(range(1, most + 1), repeat=depth + 1):
            found = rank(widths, degree)
            assert found <= expected(widths, degree)
            if found < expected(widths, degree):
                yield widths, degree


def test_defects_of_two_layers_up_to_width_three():
    assert list(defects(3, (2,), 2)) == [((3, 2, 1), 2)]


@pytest.mark.slow
def test_all_defects_up_to_width_four():
    """Every one is explained by a bottleneck or by quadratic forms of low rank."""
    shallow = dict.fromkeys(defects(4, (2, 3, 4), 2))
    assert all(degree == 2 or widths[1] > 1 for widths, degree in shallow)
    deep = dict.fromkeys(defects(3, (2, 3), 3))
    assert ((2, 3, 1, 2), 2) in deep


def test_filters_of_size_one_and_a_zero_filter():
    assert int(rs.model_rank(network([1, 1], 2).generic())) == 1
    zero = network([2, 2], 2)
    assert int(rs.model_rank(zero.point([0, 0, 1, 1]))) == 0  # z^2 is flat at 0
    assert int(rs.model_rank(zero.point([1, 1, 0, 0]))) == 2
