"""Powers and roots of rational numbers, exactly."""

from __future__ import annotations

from fractions import Fraction
from functools import cache, lru_cache
from math import isqrt, log2

import numpy as np
from numpy.typing import NDArray

from rankstrat.algebra.linear import Rational
from rankstrat.errors import PoleError, UndecidedError

MAX_BITS = 1 << 18
"""Bits of a rational number raised to a power: two longer ones take seconds to be multiplied."""
LARGEST_TRIAL, LIMB, LONGEST = 10**6, 30, 1 << 14
MOST_DIGITS = 4_000
"""Python prints no whole numbers that are much longer."""


def normal(value: Rational) -> Rational:
    """The same rational number, as an `int` whenever it is one."""
    if isinstance(value, Fraction) and value.denominator == 1:
        return value.numerator
    return value


def is_long(value: Rational) -> bool:
    """Whether a number has more digits than are read and printed."""
    return max(map(int.bit_length, value.as_integer_ratio())) > MOST_DIGITS * log2(10)


def shown(value: Rational) -> str:
    """A number in a message, where it is not too long."""
    return f"of more than {MOST_DIGITS} digits" if is_long(value) else str(value)


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
    root = _floor_root(n, k)
    if root**k == n:
        return root
    return None


def _floor_root(n: int, k: int) -> int:
    """The largest whole number whose k-th power is at most n, by Newton's iteration from above."""
    half = -(-n.bit_length() // k) // 2
    above = (_floor_root(n >> k * half, k) + 1) << half if half else 2
    while True:
        less = ((k - 1) * above + n // above ** (k - 1)) // k
        if less >= above:
            return above
        above = less


@lru_cache(maxsize=1024)
def factor(n: int) -> tuple[tuple[int, int], ...] | None:
    """Prime factorisation of a positive integer by trial division up to 10^6.

    None when a cofactor beyond 10^12 is left, which may not be a prime, and for numbers of more
    than 16,384 bits.
    """
    if n.bit_length() > LONGEST:
        return None
    result = []
    for q in _small_divisors(n):
        k = 0
        while n % q == 0:
            n //= q
            k += 1
        result.append((q, k))
    if n > LARGEST_TRIAL**2:
        return None
    if n > 1:
        result.append((n, 1))
    return tuple(result)


def _small_divisors(n: int) -> list[int]:
    """The primes up to 10^6 that divide n: its residues modulo all of them at once."""
    primes = _primes()
    residues = np.zeros_like(primes)
    for place in reversed(range(0, n.bit_length(), LIMB)):
        limb = n >> place & (1 << LIMB) - 1
        residues = ((residues << LIMB) + limb) % primes
    return [int(q) for q in primes[residues == 0]] if n else []


@cache
def _primes() -> NDArray[np.int64]:
    sieve = np.ones(LARGEST_TRIAL + 1, dtype=bool)
    sieve[:2] = False
    for q in range(2, isqrt(LARGEST_TRIAL) + 1):
        if sieve[q]:
            sieve[q * q :: q] = False
    return np.flatnonzero(sieve)


__all__ = ["MAX_BITS", "MOST_DIGITS", "factor", "is_long", "normal", "rational_power", "shown"]
