"""Krawczyk's test encloses simple zeros and refuses double ones."""

from fractions import Fraction

from rankstrat.algebra.krawczyk import krawczyk, newton
from rankstrat.algebra.signature import ball, precision


def square_minus(number):
    def system(values):
        (x,) = values
        return [x * x - ball(number)], [[2 * x]]

    return system


def test_root_of_two_is_enclosed():
    with precision(256):
        point = newton(square_minus(2), [ball(Fraction(3, 2))])
        (box,) = krawczyk(square_minus(2), point)
        assert (box * box).contains(2) and float(box.rad()) < 1e-30


def test_a_double_root_is_refused():
    with precision(256):
        assert krawczyk(square_minus(0), [ball(0)]) is None


def test_a_box_without_a_zero_is_refused():
    with precision(256):
        assert krawczyk(square_minus(2), [ball(2)]) is None


def test_newton_says_what_went_wrong():
    def singular(values):
        return [ball(1)], [[ball(0)]]

    with precision(256):
        assert newton(singular, [ball(0)]) == "singular"
