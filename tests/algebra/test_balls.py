"""Balls around zero: what cancels but for rounding stays a small ball in products and powers."""

from fractions import Fraction

import flint
import pytest
import sympy

import rankstrat as rs
from rankstrat.algebra.balls import BallRing, Enclosures
from rankstrat.algebra.program import Program

TINY = 2.0**-60


@pytest.mark.parametrize("e", [1, 2, 3, 4, 9])
def test_powers_of_a_ball_around_zero_enclose_the_powers_of_its_ends(e):
    ball = flint.arb(0, TINY)
    power = BallRing().product([(ball, e)])
    assert power.is_finite()
    for end in (TINY, -TINY, 0.0):
        assert power.contains(flint.arb(end) ** e)
    assert power.abs_upper() <= 2 * flint.arb(TINY) ** e
    scaled = BallRing().product([(ball, e), (flint.arb(3), -2)])
    assert scaled.is_finite()
    assert scaled.contains(0)


def test_other_powers_are_as_before():
    ring = BallRing()
    assert ring.product([(flint.arb(-2), 3), (flint.arb(4), Fraction(1, 2))]) == -16
    assert ring.product([(flint.arb(0), 2)]) == 0
    assert not ring.product([(flint.arb(0, TINY), -1)]).is_finite()


def test_a_zero_in_disguise_does_not_spoil_a_sign():
    # x ((1/3 + 1)^2 - 1/9 - 2/3 - 1) + 1/7: what cancels is a ball around 0
    program = Program()
    third = program.function("exp", program.constant(Fraction(1, 3)))
    square = program.power(program.linear(1, [(1, third)]), 2)
    zero = program.linear(-1, [(1, square), (-2, third), (-1, program.power(third, 2))])
    node = program.linear(
        Fraction(1, 7), [(1, program.product([(zero, 1), (third, 1)])), (1, program.power(zero, 3))]
    )
    assert Enclosures(program).sign(node) == 1


def test_ranks_with_pi_and_e_beside_a_zero_in_disguise():
    # (h + 1)^2 - h^2 - 2 h = 1, so the columns are erf(b + c x), and gauss {1, x}, {y} at the
    # arguments, erf(q y + 3 x - 1/2) and 1: six functions, and two parameters that do not matter
    p = sympy.symbols("p0:8")
    x, y = sympy.symbols("x y")
    h = p[0] + p[1] * x + p[2] * y
    one = (h + 1) ** 2 - h**2 - 2 * h
    model = rs.Model(
        p[1] * sympy.erf(p[4] + p[5] * x + one - 1)
        + p[6] * sympy.erf((p[3] * y + 3 * x - sympy.Rational(1, 2)) * one)
        + p[7] * one,
        p,
        [x, y],
    )
    certificate = rs.model_rank(model.generic())
    assert int(certificate) == 6
    assert str(certificate.verdict) == "PROVED"
    certificate.check()
