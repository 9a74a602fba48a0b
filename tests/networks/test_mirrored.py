"""Opposite units whose joint part is affine: relations, and how many units are needed."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Rational

import rankstrat as rs

PROVED, OPEN = rs.Verdict.PROVED, rs.Verdict.OPEN


def reduced(activation, a, w, **more):
    """The reduction of a network without output bias."""
    F = rs.families.two_layer(len(a), len(w[0]), activation, bias="b" in more)
    found = rs.reduce(F.point(a=a, w=w, **more))
    found.check()
    return found


@pytest.mark.parametrize("activation", ["relu", "softplus", "silu", "gelu"])
def test_a_linear_function_of_one_output_needs_two_units(activation):
    """relu(h) - relu(-h) = h, and one unit is not linear."""
    found = reduced(activation, [3, -3], [[1, 2], [-1, -2]])
    assert found.widths == (2,) and found.minimal is PROVED


def test_an_absolute_value_needs_two_relu_units_and_one_abs_unit():
    found = reduced("relu", [1, 1], [[1, 2], [-1, -2]])
    assert found.widths == (2,) and found.minimal is PROVED
    assert reduced("abs", [1, 1], [[1, 2], [-1, -2]]).widths == (1,)


def test_linear_parts_that_cancel_leave_a_unit_less():
    """x + y - (x + y) = 0 from six units; every one is a combination of the five others."""
    w = [[1, 0], [-1, 0], [0, 1], [0, -1], [1, 1], [-1, -1]]
    for activation in ("relu", "softplus"):
        found = reduced(activation, [1, -1, 1, -1, -1, 1], w)
        assert found.widths == (1,) and found.minimal is PROVED
        assert {move.kind for move in found.moves} == {"combination", "drop"}


def test_a_linear_function_in_four_units_is_not_called_minimal():
    """x + y from four units; two would do."""
    w = [[1, 0], [-1, 0], [0, 1], [0, -1]]
    found = reduced("relu", [1, -1, 1, -1], w)
    assert found.widths == (4,) and found.minimal is OPEN
    # with two outputs the identity of the plane needs the four
    F = rs.families.fully_connected([2, 4, 2], "relu", bias=False, output_bias=False)
    found = rs.reduce(F.point(W1=w, W2=[[1, -1, 0, 0], [0, 0, 1, -1]]))
    assert found.widths == (4,) and found.minimal is PROVED


def test_a_unit_that_can_be_turned_round_makes_a_pair_superfluous():
    """relu(x) - x = relu(-x): three units on two lines are not minimal, with others they are."""
    # the first function has the two units with -x and -y as well
    w = [[1, 0], [0, 1], [1, 1], [-1, -1]]
    assert reduced("relu", [1, 1, -1, 1], w).minimal is OPEN
    # x + y + z with relu(x) needs a new line
    found = reduced("relu", [1, 1, -1], [[1, 0], [1, 1], [-1, -1]])
    assert found.widths == (3,) and found.minimal is PROVED


def test_constants_of_mirrored_sigmoids():
    """sigmoid(u) + sigmoid(-u) = 1 twice is one relation of four units."""
    found = reduced("sigmoid", [1, 2, 3, 4], [[1], [-1], [2], [-2]])
    assert found.widths == (3,) and found.minimal is PROVED


def test_deep_layers_lose_combinations_too():
    F = rs.families.fully_connected([1, 4, 1, 1], "relu")
    point = F.point(
        W1=[[1], [-1], [1], [-1]], b1=[1, -1, 2, -2], W2=[[1, -1, 5, 7]], b2=[1], W3=[[1]], b3=[0]
    )
    found = rs.reduce(point)
    found.check()
    # x + 1 = (x + 2) - 1: the next bias takes the constant
    assert found.widths == (3, 1)
    for x in (Rational(-5, 2), Rational(-3, 2), Rational(-1, 2), Rational(7, 3)):
        one, two = (value_at(p, x) for p in (point, found.reduced))
        assert one == two


def value_at(point, x):
    """The exact output at an input."""
    (z,), (output,) = point.model.inputs, point.model.outputs
    return output.xreplace({**point.values, z: x}).doit()


def relu_units(f):
    """How many units an exact function of one input on the line needs, by its kinks and slopes.

    Through 0 alone, without biases: f(x) = p x for x > 0 and -n x for x < 0.
    """
    p, n = f(Fraction(1)), f(Fraction(-1))
    return max(1, bool(p) + bool(n))


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(-2, 2), st.integers(-2, 2)), min_size=1, max_size=4))
def test_relu_units_of_one_line_by_hand(units):
    found = reduced("relu", [a for a, _ in units], [[w] for _, w in units])

    def f(x):
        return sum(a * max(w * x, 0) for a, w in units)

    assert found.widths == (relu_units(f),) and found.minimal is PROVED


GRID = [(a, w, b) for a in (-1, 1) for w in (-1, 1) for b in (-1, 0, 1)]
PLACES = [Fraction(k, 2) for k in range(-6, 7)]


def values(units):
    return tuple(sum(a * max(w * x + b, 0) for a, w, b in units) for x in PLACES)


FEWEST: dict[tuple[Fraction, ...], int] = {}
for size in (1, 2, 3):
    for chosen in itertools.combinations_with_replacement(GRID, size):
        FEWEST.setdefault(values(chosen), size)


@settings(max_examples=80)
@given(st.lists(st.sampled_from(GRID), min_size=2, max_size=5))
def test_no_network_of_a_grid_is_narrower_than_a_minimal_one(units):
    """Piecewise linear functions with kinks at -1, 0, 1 are equal if they are on the grid."""
    a, w, b = zip(*units, strict=True)
    found = reduced("relu", list(a), [[v] for v in w], b=list(b))
    if found.minimal is PROVED:
        assert FEWEST.get(values(units), 9) >= found.widths[0]
