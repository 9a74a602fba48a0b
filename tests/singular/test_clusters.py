"""Clusters of neurons: values by hand, the other roads, and volumes."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
import sympy

import rankstrat as rs
from rankstrat.families import two_layer
from rankstrat.singular.neurons import moments

PROVED = rs.Verdict.PROVED


def found(width, inputs, activation, bias=False, **values):
    point = two_layer(width, inputs, activation, bias).point(**values)
    return rs.learning_coefficient(point)


@pytest.mark.parametrize(
    ("network", "values", "value", "multiplicity"),
    [
        # p_0, p_1 smooth, then a definite form: 1 + 1/4, in d inputs (1 + d)/2 + d/4
        ((2, 1, "exp"), {"a": [1, 2], "w": [[1], [1]]}, Fraction(5, 4), 1),
        ((2, 2, "exp"), {"a": [1, 1], "w": [[1, 1]] * 2}, 2, 1),
        # the sum of the output weights is 0: a Morse-Bott branch
        ((2, 1, "exp"), {"a": [1, -1], "w": [[2], [2]]}, 1, 1),
        ((2, 1, "exp"), {"a": [3, 0], "w": [[1], [2]]}, Fraction(3, 2), 1),
        # a tanh(w x) at zero: a w
        ((1, 1, "tanh"), {"a": [0], "w": [[0]]}, Fraction(1, 2), 2),
        # a_1 w_1 + a_2 w_2 smooth, then w_1^3 (a_1^2 - a_2^2)
        ((2, 1, "tanh"), {"a": [1, 1], "w": [[0], [0]]}, Fraction(2, 3), 1),
        # the same with a_1 + a_2 != 0 != a_1 - a_2: w_1^3 alone
        ((2, 1, "tanh"), {"a": [1, 2], "w": [[0], [0]]}, Fraction(2, 3), 1),
        # gelu(z) = z/2 + c z^2 + ...: the second order is there
        ((2, 1, "gelu"), {"a": [1, 1], "w": [[0], [0]]}, Fraction(3, 4), 1),
        # a_1 + a_2 smooth, then a_1 (w_1 - w_2)(w_1 + w_2)
        ((2, 1, "cos"), {"a": [0, 0], "w": [[0], [0]]}, 1, 3),
        # the same with a_1 (w_1 - w_2), for a function without parity
        ((2, 1, "exp"), {"a": [0, 0], "w": [[0], [0]]}, 1, 2),
        ((2, 1, "softplus"), {"a": [0, 0], "w": [[0], [0]]}, 1, 2),
        # opposite neurons of an odd function are equal ones
        ((2, 1, "tanh"), {"a": [1, -1], "w": [[2], [-2]]}, Fraction(5, 4), 1),
        # two clusters: 1 + 1/2, multiplicities 1 and 2
        ((3, 1, "tanh"), {"a": [1, 1, 0], "w": [[2], [-2], [0]]}, Fraction(3, 2), 2),
    ],
)
def test_by_hand(network, values, value, multiplicity):
    answer = found(*network, **values)
    assert (answer.value, answer.multiplicity, answer.verdict) == (value, multiplicity, PROVED)


def test_biases_are_one_more_input():
    """w and b of two equal neurons: (1 + 2)/2 + 2/4."""
    answer = found(2, 1, "tanh", True, a=[1, 1], w=[[1], [1]], b=[1, 1])
    assert (answer.value, answer.verdict) == (2, PROVED)


@pytest.mark.parametrize("seed", range(5))
def test_different_neurons_are_smooth(seed):
    rng = random.Random(seed)
    weights = [[w] for w in rng.sample(range(1, 9), 3)]
    answer = found(3, 1, "tanh", a=[1, -2, 3], w=weights)
    assert (answer.value, answer.multiplicity) == (3, 1)


def test_it_agrees_with_the_order_across_branches():
    """The quartic road knows no moments."""
    net, narrow = two_layer(3, 1, "exp"), two_layer(2, 1, "exp")
    for branch in rs.target_set(net, narrow.point(a=[1, 2], w=[[1], [3]])).branches:
        by_moments = moments(branch.sample(seed=3))
        by_branch = rs.learning_coefficient(branch)
        assert by_moments.lower == by_moments.upper == by_branch.value


def test_what_is_not_independent_is_left_alone():
    # sigma(w x) + sigma(-w x) = 1 for sigmoid; sigma''(0) = 0
    assert moments(two_layer(2, 1, "sigmoid").point(a=[1, 1], w=[[1], [-1]])) is None
    assert moments(two_layer(2, 1, "sigmoid").point([0] * 4)) is None
    # z^2 is a polynomial: x^2 alone
    assert moments(two_layer(2, 1, "square").point([1, 1, 1, 2])) is None
    # no sum of neurons, no rational point, more than eight variables
    assert moments(rs.families.matrix_factorization(1, 1, 1).point([0, 0])) is None
    assert moments(two_layer(1, 1).point([1, sympy.sqrt(2)])) is None
    assert moments(two_layer(3, 2).point([1] * 9)) is None


def test_two_null_neurons_stay_open():
    answer = found(2, 1, "tanh", a=[0, 0], w=[[0], [0]])
    assert answer.verdict is rs.Verdict.OPEN
    assert answer.lower <= Fraction(1, 2) < answer.upper <= 1


@pytest.mark.parametrize(
    ("network", "values", "value"),
    [
        ((2, 1, "tanh"), {"a": [1, 1], "w": [[0], [0]]}, 2 / 3),
        ((2, 1, "exp"), {"a": [1, 2], "w": [[1], [1]]}, 5 / 4),
    ],
)
def test_volumes_shrink_at_these_rates(network, values, value):
    point = two_layer(*network).point(**values)
    assert rs.volume_slope(point, particles=400, runs=2).value == pytest.approx(value, abs=0.08)
