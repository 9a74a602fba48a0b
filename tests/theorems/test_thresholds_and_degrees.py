"""Activation degree thresholds and degrees of convolutional networks at their edges."""

from __future__ import annotations

import pytest

from rankstrat.rank.verdict import Verdict
from rankstrat.theorems.generic_rank import activation_threshold as threshold
from rankstrat.theorems.generic_rank import polynomial_cnn_degree as degree


# binary forms of degree r have dimension r + 1: two for each of k units until r = 2k - 1
@pytest.mark.parametrize("units", [1, 2, 3, 5])
def test_thresholds_of_two_inputs(units):
    found = threshold.computed({"widths": [2, units, 1]}, 0)
    assert found.lower == found.upper == max(0, 2 * units - 2)
    assert found.verdict is Verdict.PROVED


@pytest.mark.parametrize("widths", [[2, 2, 2], [3, 3, 3]])
def test_equal_widths_have_threshold_one(widths):
    found = threshold.computed({"widths": widths}, 0)
    assert (found.lower, found.upper, found.verdict) == (1, 1, Verdict.PROVED)


def test_an_exception_is_found_without_the_theorem():
    # quartics in three variables at five points: 14 of 15, by the catalecticant
    found = threshold.computed({"widths": [3, 5, 1]}, 0)
    assert (found.lower, found.upper, found.verdict) == (4, 4, Verdict.PROVED)


# by hand: curves of degree r in the plane of the filter (rational normal curves), Segre-Veronese
@pytest.mark.parametrize(
    ("filters", "power", "number"),
    [
        ([3], 2, 1),  # one linear layer: the whole space
        ([1, 1], 2, 1),
        ([1, 4], 3, 1),
        ([2, 1], 3, 3),  # c (x + s y)^3, a twisted cubic
        ([3, 1], 2, 4),  # squares of linear forms in three variables: the Veronese surface
        ([2, 2], 2, 4),
    ],
)
def test_degrees_by_hand(filters, power, number):
    case = {"filters": filters, "r": power}
    found = degree.computed(case, 0)
    assert (found.lower, found.upper, found.verdict) == (number, number, Verdict.PROVED)
    assert degree.predicted(case, 0) == number


def test_degree_one_is_no_case():
    # two linear filters of size 2 multiply: the image is everything but each point twice, and the
    # count of first ratios is that of factorizations, not of points
    found = degree.computed({"filters": [2, 2], "r": 1}, 0)
    assert found.upper == 2
