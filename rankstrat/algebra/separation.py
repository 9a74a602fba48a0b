r"""Zero tests of numbers made with nested roots: a ball, and a bound that separates 0 from others.

An algebraic integer of degree at most D, all of whose conjugates have absolute value at most B, is
0 or has absolute value at least $B^{1-D}$, because its norm is a whole number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, log2, prod
from typing import Any

import flint

from rankstrat.algebra.numbers import order_of_unity
from rankstrat.algebra.program import IMAGINARY, UNITY
from rankstrat.errors import UndecidedError

MAX_BITS = 60_000
Terms = Mapping[tuple[int, ...], int]


@dataclass(frozen=True)
class Variable:
    """An algebraic number v.

    Attributes:
        denominator: a whole number d with d v an algebraic integer.
        size: log2 of a bound for the conjugates of d v.
        key, degree: what it is: the degree-th root of a special leaf, or of `radicand`.
        radicand: numerator in the variables, and the whole number below it.
    """

    denominator: int
    size: float
    key: Any
    degree: int
    radicand: tuple[Terms, int] | None = None


def special_variable(key: Any, degree: int) -> Variable:
    """i, a root of unity or a root of a prime."""
    size = 0.0 if key in (IMAGINARY, UNITY) else log2(key[1]) / degree
    return Variable(1, size, key, degree)


def root_variable(
    degree: int, top: Terms, bottom: int, known: Sequence[Variable | None]
) -> Variable:
    """The root of top/bottom, a number in the known variables."""
    denominator, size = _integral(top, known)
    below = denominator * bottom
    own = (size + log2(abs(below)) * (degree - 1)) / degree
    return Variable(abs(below), own, "root", degree, (top, bottom))


def _integral(terms: Terms, variables: Sequence[Variable | None]) -> tuple[int, float]:
    """(d, log2 B): d sum c prod v^e is an algebraic integer with conjugates at most B."""
    used = {k for exponents in terms for k, e in enumerate(exponents) if e}
    most = {k: max(exponents[k] for exponents in terms) for k in used}
    known = {k: v for k in used if (v := variables[k]) is not None}
    denominator = prod(v.denominator ** most[k] for k, v in known.items())
    sizes = []
    for exponents, c in terms.items():
        size = log2(abs(c)) if c else 0.0
        for k, v in known.items():
            size += exponents[k] * v.size + (most[k] - exponents[k]) * log2(v.denominator)
        sizes.append(size)
    return denominator, max(sizes, default=0.0) + log2(max(len(sizes), 1))


def is_zero_number(terms: Terms, variables: Sequence[Variable | None]) -> bool:
    """Whether sum c prod v^e = 0.

    Args:
        terms: exponents -> coefficient.
        variables: the number of each place, None for one that does not occur.

    Raises:
        UndecidedError: that would need too many digits.
    """
    denominator, size = _integral(terms, variables)
    present = [v for v in variables if v is not None]
    order = order_of_unity([(v.key, v.degree) for v in present if v.radicand is None])
    degree = _totient(order) * prod(
        v.degree for v in present if v.radicand is not None or v.key not in (IMAGINARY, UNITY)
    )
    needed = ceil((degree + 2) * (size + 1) + 2 * log2(denominator)) + 64
    if needed > MAX_BITS:
        raise UndecidedError(
            f"whether a number with nested roots is 0 would need {needed} bits; use simpler numbers"
        )
    bits, before = 128, flint.ctx.prec
    try:
        while True:
            flint.ctx.prec = bits + 64
            value = abs(_value(terms, _values(variables)))
            if value > 0:
                return False
            if value * denominator < flint.arb(2) ** (-(degree - 1) * ceil(size + 1)):
                return True  # the norm of a nonzero number would be less than 1
            if bits >= needed:
                raise UndecidedError("whether a number with nested roots is 0 was not decided")
            bits = min(2 * bits, needed)
    finally:
        flint.ctx.prec = before


def _values(variables: Sequence[Variable | None]) -> list[Any]:
    values: list[Any] = []
    for v in variables:
        if v is None:
            values.append(None)
        elif v.radicand is not None:
            top, bottom = v.radicand
            real = (_value(top, values) / bottom).real
            values.append(flint.acb(real ** flint.arb(flint.fmpq(1, v.degree))))
        elif v.key == IMAGINARY:
            values.append(flint.acb(0, 1))
        elif v.key == UNITY:
            angle = flint.arb.pi() / v.degree
            values.append(flint.acb(angle.cos(), angle.sin()))
        else:
            values.append(flint.acb(flint.arb(v.key[1]) ** flint.arb(flint.fmpq(1, v.degree))))
    return values


def _value(terms: Terms, values: Sequence[Any]) -> Any:
    total = flint.acb(0)
    for exponents, c in terms.items():
        product = flint.acb(c)
        for k, e in enumerate(exponents):
            if e:
                product *= values[k] ** e
        total += product
    return total


def _totient(n: int) -> int:
    return int(flint.fmpz(n).euler_phi())


__all__ = ["Variable", "is_zero_number", "root_variable", "special_variable"]
