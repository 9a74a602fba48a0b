"""Degenerate singularities that other coordinates decide, against hand computations and volumes."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
import sympy

import rankstrat as rs

A, B, C, D = SYMBOLS = sympy.symbols("a b c d")
PROVED = rs.Verdict.PROVED

# in coordinates u, v, ... that each comment names
DEGENERATE = [
    ([(A - B) ** 2 + A**3], Fraction(5, 12), 1),  # u^2 + a^3: half of 1/2 + 1/3
    ([(A - B) ** 2], Fraction(1, 4), 1),
    ([(A - B**2) ** 2], Fraction(1, 4), 1),
    ([(A - B**2) ** 2 + B**5], Fraction(7, 20), 1),  # u^2 + b^5
    ([(A - B**2) ** 2 - B**5], Fraction(7, 20), 1),
    ([(A * (1 - B) - B**2) ** 2], Fraction(1, 4), 1),  # a - b^2/(1 - b)
    ([(A - B + (A + B) ** 2) ** 2 + B**5], Fraction(7, 20), 1),  # two changes
    ([(A + B + C) ** 2 + B**3 + C**3], Fraction(1, 2), 1),  # 7/6 > 1 and changes its sign
    ([(A + B + C) ** 2 + B**4 + C**4], Fraction(1, 2), 1),  # 1/2 + 1/4 + 1/4, a point
    ([(A - B) ** 2 * (A + B) + A**5], Fraction(3, 10), 1),  # u^2 b + b^5: weights 2/5, 1/5
    ([A**2 - B**2, (A - B) * C], Fraction(1, 2), 1),  # u v, u c
    ([(A - B) ** 3 * (A + B - C) ** 2], Fraction(1, 6), 1),  # u^3 v^2
    ([(A - B) ** 2 * (C - A), (A + B) ** 3], Fraction(5, 12), 1),  # u^2 w, v^3
    ([(A - B) ** 2 * (C - D) ** 2], Fraction(1, 4), 2),  # u^2 v^2
    # irrational double roots, of order at most one over the threshold
    ([(A**2 - 2 * B**2) ** 2 * A], Fraction(1, 5), 1),
    ([(A**2 - 2 * B**2) ** 2 * A + B**6], Fraction(1, 5), 1),
    ([(A**2 - 2 * B**2) ** 2 + B**5], Fraction(1, 4), None),
]


def at_origin(outputs):
    symbols = sorted(set().union(*(o.free_symbols for o in outputs)), key=str)
    return rs.Model(list(outputs), symbols).point([0] * len(symbols))


@pytest.mark.parametrize(("outputs", "value", "multiplicity"), DEGENERATE)
def test_degenerate_singularities(outputs, value, multiplicity):
    found = rs.learning_coefficient(at_origin(outputs))
    assert (found.value, found.multiplicity, found.verdict) == (value, multiplicity, PROVED)


@pytest.mark.parametrize(("outputs", "value", "multiplicity"), DEGENERATE)
def test_other_linear_coordinates_change_nothing(outputs, value, multiplicity):
    """The same functions after a random unimodular change: a bound always, mostly the value."""
    rng = random.Random(str(outputs))
    symbols = sorted(set().union(*(o.free_symbols for o in outputs)), key=str)
    moved = {s: s for s in symbols}
    for s in symbols:  # elementary changes, one after the other
        other = rng.choice([t for t in symbols if t != s])
        moved = {k: v.subs(s, s + rng.choice((-1, 1)) * other) for k, v in moved.items()}
    found = rs.learning_coefficient(at_origin([o.xreplace(moved) for o in outputs]))
    assert found.lower <= value <= found.upper
    if found.value is not None:
        assert (found.value, found.verdict) == (value, PROVED)
    if None not in (found.multiplicity, multiplicity):
        assert found.multiplicity == multiplicity


def test_a_point_away_from_the_origin_and_the_words():
    model = rs.Model([(A - B) ** 2 + (A - 3) ** 3], [A, B])
    found = rs.learning_coefficient(model.point([3, 3]))
    assert found.value == Fraction(5, 12)
    assert "with a - b in place of a" in found.reason
    # beside that point: nothing is singular
    assert rs.learning_coefficient(model.point([2, 3])).value == Fraction(1, 2)


def test_simple_common_zeros_of_two_equations_do_no_harm():
    # u v and u c: threshold 1, zeros of order 1 on the face of a^2 - b^2
    plain = rs.learning_coefficient(at_origin([(A - B) * (A + B), (A - B) * C**2]))
    assert plain.value == Fraction(1, 2)


@pytest.mark.parametrize(
    ("outputs", "value"),
    [
        ([(A - B) ** 2 + A**3], 5 / 12),
        ([(A - B**2) ** 2 + B**5], 7 / 20),
        ([(A**2 - 2 * B**2) ** 2 * A], 1 / 5),
        ([(A - B) ** 2 * (C - A), (A + B) ** 3], 5 / 12),
    ],
)
def test_volumes_shrink_at_these_rates(outputs, value):
    found = rs.volume_slope(at_origin(outputs), particles=400, runs=2)
    assert found.value == pytest.approx(value, abs=0.06)


def test_an_ended_budget_leaves_bounds():
    net = rs.families.two_layer(3, 2, "tanh", bias=True)
    point = net.point(a=[1, 1, 1], w=[[1, 2]] * 3, b=[1] * 3)
    found = rs.learning_coefficient(point, budget=1e-4)
    assert found.verdict is rs.Verdict.OPEN
    assert "the budget of time ended" in found.reason
    assert 0 <= found.lower < found.upper <= Fraction(net.size, 2)
    whole = rs.learning_coefficient(point)
    assert found.lower <= whole.lower
    assert whole.upper <= found.upper
    with pytest.raises(rs.errors.DataError, match="budget"):
        rs.learning_coefficient(point, budget=0)


def test_an_ended_budget_on_a_branch():
    narrow = rs.families.two_layer(1, 1, "exp").point([1, 2])
    branch = rs.target_set(rs.families.two_layer(2, 1, "exp"), narrow).branches[0]
    found = rs.learning_coefficient(branch, budget=1e-9)
    assert found.verdict is rs.Verdict.OPEN
    assert found.upper == Fraction(branch.codimension, 2)
    # nothing is kept of the question that ended
    assert found.lower <= rs.learning_coefficient(branch).value == Fraction(5, 4)
