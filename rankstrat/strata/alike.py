"""Numbers that are equal in disguise, or rational multiples of one another, written alike."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import sympy

from rankstrat.errors import BudgetError, UndecidedError
from rankstrat.model.values import exact_scalar
from rankstrat.rank.zero import is_zero

DIGITS, LARGEST = 60, 10_000
"""How far numbers must agree before the engine is asked, and the largest denominator tried."""


def written_alike(values: Iterable[sympy.Expr]) -> dict[sympy.Expr, Any]:
    r"""Each irrational value as it is written in one way: a rational number, or a rational multiple
    of a value before it, where the engine confirms that.

    Raises:
        UndecidedError: two values agree to many digits, and the engine does not decide whether they
            are equal.

    Example:
        >>> one, two = sympy.sqrt(2) + sympy.sqrt(3), sympy.sqrt(5 + 2 * sympy.sqrt(6))
        >>> list(written_alike([one, two]).values())
        [sqrt(2) + sqrt(3), sqrt(2) + sqrt(3)]
        >>> list(written_alike([sympy.log(2) + sympy.log(3), 2 * sympy.log(6)]).values())
        [log(2) + log(3), 2*log(2) + 2*log(3)]
    """
    leaders: list[sympy.Expr] = [sympy.Integer(1)]
    found: dict[sympy.Expr, Any] = {}
    for value in values:
        plain = sympy.sqrtdenest(sympy.radsimp(sympy.expand(value)))
        for leader in leaders:
            factor = _factor(plain, leader)
            if factor is not None:
                plain = sympy.expand(sympy.Rational(factor.numerator, factor.denominator) * leader)
                break
        else:
            leaders.append(plain)
        found[value] = exact_scalar("value", plain)
    return found


def _factor(value: sympy.Expr, leader: sympy.Expr) -> Fraction | None:
    """The rational number q with value = q * leader; None where there is none of small size."""
    ratio = sympy.N(value / leader, DIGITS)
    if not (ratio.is_Float or ratio.is_Rational):
        return None
    exact = Fraction(int(sympy.Rational(ratio).p), int(sympy.Rational(ratio).q))
    near = exact.limit_denominator(LARGEST)
    if abs(exact - near) > Fraction(1, 10 ** (DIGITS - 15)) * max(Fraction(1), abs(near)):
        return None
    try:
        holds = is_zero(value - sympy.Rational(near.numerator, near.denominator) * leader)
    except (BudgetError, UndecidedError):
        raise UndecidedError(
            f"{value} and {near} times {leader} agree to many digits, and whether they are equal is"
            " not decided; write them alike, or use model_rank"
        ) from None
    return near if holds else None


__all__ = ["written_alike"]
