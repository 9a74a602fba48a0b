"""Powers and roots of rational numbers, exactly."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from rankstrat.algebra.linear import Rational
from rankstrat.errors import PoleError, UndecidedError

MAX_BITS = 1 << 24
"""Bits of a rational number raised to a power."""


def normal(value: Rational) -> Rational:
    """The same rational number, as an `int` whenever it is one."""
    if isinstance(value, Fraction) and value.denominator == 1:
        return value.numerator
    return value


def rational_power(base: Rational, exponent: Rational) -> Rational | None:
    """`base**exponent` when it is rational, else None; a zero base with a negative exponent is a
    pole.
    """
    if base == 0:
        if exponent < 0:
            raise PoleError(
                "division by zero: a denominator vanishes identically here; choose values away from"
                " the pole"
            )
        if exponent:
            return 0
        return 1
    numerator, denominator = (
        (exponent, 1) if isinstance(exponent, int) else exponent.as_integer_ratio()
    )
    if denominator == 1:
        return _whole_power(Fraction(base), numerator)
    if base < 0:
        return None
    roots = [_integer_root(n, denominator) for n in Fraction(base).as_integer_ratio()]
    if None in roots:
        return None
    return _whole_power(Fraction(roots[0] or 0, roots[1] or 1), numerator)


def _whole_power(base: Fraction, exponent: int) -> Rational:
    bits = max(map(int.bit_length, base.as_integer_ratio()))
    if abs(base) != 1 and abs(exponent) * bits > MAX_BITS:
        raise UndecidedError(
            f"a power of a number has more than {MAX_BITS} bits; use smaller powers"
        )
    return normal(base**exponent)


def _integer_root(n: int, k: int) -> int | None:
    if k >= n.bit_length():  # 2^k is more than n, and need not be computed
        return n if n < 2 else None
    low, high = 0, 1 << (n.bit_length() // k + 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**k <= n else (low, middle - 1)
    if low**k == n:
        return low
    return None


@lru_cache(maxsize=1024)
def factor(n: int) -> tuple[tuple[int, int], ...] | None:
    """Prime factorisation of a positive integer by trial division up to 10^6.

    None when a cofactor beyond 10^12 is left, which may not be a prime.
    """
    result = []
    q = 2
    while q * q <= n and q < 1_000_000:
        k = 0
        while n % q == 0:
            n //= q
            k += 1
        if k:
            result.append((q, k))
        q += 1 if q == 2 else 2
    if n > 10**12:
        return None
    if n > 1:
        result.append((n, 1))
    return tuple(result)


__all__ = ["MAX_BITS", "factor", "normal", "rational_power"]
