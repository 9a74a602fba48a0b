"""Exact values of piecewise functions at rational arguments."""

from fractions import Fraction

import flint
import pytest

from rankstrat.algebra.signature import Rationals, ball, signature
from rankstrat.errors import UndecidedError

VALUES = {
    "relu": lambda v: max(v, 0),
    "abs": abs,
    "sign": lambda v: (v > 0) - (v < 0),
    "step": lambda v: int(v > 0),
}


@pytest.mark.parametrize("name", VALUES)
def test_values_off_the_kink(name):
    exact = Rationals()
    for value in (Fraction(-7, 3), Fraction(-1), Fraction(1, 10**9), Fraction(5, 2)):
        assert exact.function(name, value) == VALUES[name](value)
    with pytest.raises(UndecidedError):
        exact.function(name, Fraction(0))


def test_what_has_no_rational_value_error():
    exact = Rationals()
    with pytest.raises(UndecidedError):
        exact.function("tanh", Fraction(1))
    with pytest.raises(UndecidedError):
        exact.product([(Fraction(2), Fraction(1, 2))])
    assert exact.product([(Fraction(2), -3), (Fraction(3), 2)]) == Fraction(9, 8)
    assert exact.linear(1, [(Fraction(1, 2), Fraction(3))]) == Fraction(5, 2)


@pytest.mark.parametrize(
    ("middle", "radius", "beside", "inertia"),
    [(5, 6, 5, (0, 0)), (0, 1, 5, (1, 1)), (5, 1, 3, (2, 0)), (-5, 1, 3, (0, 2))],
)
def test_signatures_of_balls_hold_for_all_matrices_in_them(middle, radius, beside, inertia):
    # [[t, b], [b, t]] is definite for t^2 > b^2 and indefinite for t^2 < b^2: nothing is certain
    # of b = 5 and -1 < t < 11
    wide, exact = flint.arb(middle, radius), ball(Fraction(beside))
    assert signature([[wide, exact], [exact, wide]]) == inertia
