"""Which inputs a declared domain admits."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
import sympy

from rankstrat.errors import ModelError
from rankstrat.model.declared import declared

n, x, y = sympy.symbols("n x y")


@pytest.mark.parametrize(
    ("condition", "inside", "outside"),
    [
        ("x**2 + y**2 < 1", (Fraction(3, 5), Fraction(1, 2)), (Fraction(3, 5), Fraction(4, 5))),
        ("x**2 + y**2 <= 1", (Fraction(3, 5), Fraction(4, 5)), (Fraction(3, 5), Fraction(9, 10))),
        ("x*y > 1/3", (1, Fraction(1, 2)), (1, Fraction(1, 3))),
        ("x - y >= 0", (2, 2), (1, 2)),
        ("1/x > y", (2, 0), (2, 1)),
        ("sqrt(x) > y", (4, 1), (4, 2)),
        ("exp(x) > y", (0, 0), (0, 1)),
        ("(x + y)**10000 > 0", (1, -2), (1, -1)),
        ("exp((x + y)**9999) > 1", (Fraction(1, 2), Fraction(1, 2)), (1, -3)),
        ("log(x) + y > 0", (2, 0), (-1, 5)),
        ("x**(1/3) >= y", (8, 2), (8, 3)),
        ("x**(y + 1) > 0", (2, 3), (-2, 2)),
    ],
)
def test_what_a_condition_admits(condition, inside, outside):
    """By hand, at rational points on both sides or on the boundary."""
    domain = declared([condition], [x, y])
    assert domain.admits(dict(zip((x, y), inside, strict=True)))
    assert not domain.admits(dict(zip((x, y), outside, strict=True)))
    assert domain.admits({x: 5}) is True  # y is not known, so nothing is asked


def test_irrational_points():
    domain = declared(["x**2 < 2"], [x])
    assert domain.admits({x: sympy.sqrt(2) - sympy.Rational(1, 10**20)})
    assert not domain.admits({x: sympy.sqrt(2)})


def test_bounds_come_from_linear_conditions_alone():
    domain = declared(["3*x > 2", "x**(1/3) > 1", "x*y < 4"], [x, y])
    assert domain.bounds(x) == (Fraction(2, 3), None) and domain.bounds(y) == (None, None)


def test_an_integer_in_a_power_error():
    with pytest.raises(ModelError, match="ties the integer n"):
        declared(["n in Z", "x**n > 2"], [n, x])


@pytest.mark.parametrize(
    "given", [{x: "integer"}, {x: [1, 2]}, {(x, y): "sphere"}, ["x in {1, 2}"]]
)
def test_a_constant_of_few_values_error(given):
    with pytest.raises(ModelError, match="the constant x"):
        declared(given, [n, y], [x])
    whole = sympy.Symbol("x", integer=True)
    with pytest.raises(ModelError, match="the constant x"):
        declared(None, [n, y], [whole])


def test_points_that_are_drawn_lie_inside():
    domain = declared(["x**2 + y**2 < 1", "x > 0"], [x, y])
    source = random.Random(0)
    point = domain.draw([x, y], lambda: source.randrange(1 << 31))
    assert point is not None
    assert point[0] > 0 and point[0] ** 2 + point[1] ** 2 < 1
