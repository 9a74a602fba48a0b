"""Powers, roots and logarithms of many residues at once, by tables where they pay."""

from __future__ import annotations

from functools import lru_cache
from math import isqrt

import numpy as np
from numpy.typing import NDArray

from rankstrat.algebra.primes import primitive_root

Residues = NDArray[np.int64]
TABLE_LIMIT = 1 << 23


class BadReductionError(Exception):
    """The prime or the shared residues hit a pole; internal, answered by another prime."""


@lru_cache(maxsize=4)
def tables(p: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Powers g^k (0 <= k < p-1) and inverses (with inverse[0] = 0)."""
    g = primitive_root(p)
    powers = np.empty(p - 1, dtype=np.int32)
    powers[0], filled = 1, 1
    while filled < p - 1:
        take = min(filled, p - 1 - filled)
        powers[filled : filled + take] = powers[:take].astype(np.int64) * pow(g, filled, p) % p
        filled += take
    inverse = np.zeros(p, dtype=np.int32)
    inverse[powers[1:]] = powers[:0:-1]
    inverse[1] = 1
    return powers, inverse


def powers(values: Residues, exponent: int, p: int) -> Residues:
    """values ** exponent mod p by repeated squaring, for exponent >= 0."""
    result = np.ones_like(values)
    while exponent:
        if exponent & 1:
            result = result * values % p
        values = values * values % p
        exponent >>= 1
    return result


def square_roots(values: Residues, p: int) -> Residues:
    """A square root of every square (Tonelli, Shanks); what comes out elsewhere is no root."""
    odd, two = p - 1, 0
    while odd % 2 == 0:
        odd, two = odd // 2, two + 1
    turn = pow(primitive_root(p), odd, p)
    roots, rest = powers(values, (odd + 1) // 2, p), powers(values, odd, p)
    for k in range(two - 1, 0, -1):
        wrong = powers(rest, 1 << (k - 1), p) != 1
        roots = np.where(wrong, roots * turn % p, roots)
        turn = turn * turn % p
        rest = np.where(wrong, rest * turn % p, rest)
    return roots


@lru_cache(maxsize=4)
def root_table(n: int, p: int) -> NDArray[np.int64]:
    """An n-th root of every residue that has one, else 0."""
    base = np.arange(p, dtype=np.int64)
    table = np.zeros(p, dtype=np.int64)
    table[powers(base, n, p)] = base
    return table


@lru_cache(maxsize=64)
def discrete_log(residue: int, p: int) -> int:
    """The k with g^k = residue, 0 <= k < p - 1, in about 2 sqrt(p) steps (Shanks)."""
    g, step = primitive_root(p), isqrt(p) + 1
    small: dict[int, int] = {}
    power = 1
    for k in range(step):
        small.setdefault(power, k)
        power = power * g % p
    giant = pow(g, -step, p)
    for number in range(step):
        if residue in small:
            return number * step + small[residue]
        residue = residue * giant % p
    raise BadReductionError


_spent: dict[int, int] = {}


def tables_pay(p: int, entries: int) -> bool:
    """Whether enough entries were asked for at this prime to pay for its tables (about 22 squarings
    each without).
    """
    if p >= TABLE_LIMIT:
        return False
    _spent[p] = _spent.get(p, 0) + entries
    return _spent[p] * 16 > p


__all__ = [
    "TABLE_LIMIT",
    "BadReductionError",
    "Residues",
    "discrete_log",
    "powers",
    "root_table",
    "square_roots",
    "tables",
    "tables_pay",
]
