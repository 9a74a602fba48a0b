"""Primes, primitive roots and named pseudo-random residues."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import gcd, lcm

import numpy as np
from numpy.typing import NDArray

from rankstrat.deadline import check
from rankstrat.errors import UndecidedError

SMALL = (1 << 21, 1 << 22)
MAX_CANDIDATES, BLOCK = 1_000_000, 500
DIVISORS = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47)
START, FACTORS, MASK = 0x9E3779B97F4A7C15, (0xBF58476D1CE4E5B9, 0x94D049BB133111EB), (1 << 64) - 1


def mix(*words: int) -> int:
    """A 64-bit hash of integers (splitmix64), the same on every machine."""
    state = START
    for word in words:
        state = (state ^ (word & MASK)) * FACTORS[0] & MASK
        state ^= state >> 29
        state = state * FACTORS[1] & MASK
        state ^= state >> 32
    return state


def mixes(words: Sequence[int], last: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """`mix` of the words and each of the last ones."""
    state = (np.uint64(mix(*words)) ^ last) * np.uint64(FACTORS[0])
    state ^= state >> np.uint64(29)
    state *= np.uint64(FACTORS[1])
    return state ^ (state >> np.uint64(32))


def is_prime(n: int) -> bool:
    """Deterministic Miller-Rabin below 3.3 * 10^24 (bases 2..41, Sorenson-Webster)."""
    small = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41)
    if n < 2 or any(n % q == 0 for q in small):
        return n in small
    d, s = n - 1, 0
    while d % 2 == 0:
        d, s = d // 2, s + 1
    for a in small:
        x = pow(a, d, n)
        if x not in (1, n - 1) and not any((x := x * x % n) == n - 1 for _ in range(s - 1)):
            return False
    return True


def random_prime(pool: tuple[int, int], *key: int, radicals: Sequence[tuple[int, int]] = ()) -> int:
    r"""A random prime p of the pool with p = 1 mod 4 (so that -1 has a square root); uniform in the
    large pool.

    In the small pool (p - 1)/4 or (p - 1)/8 is prime as well: exponents live mod p - 1, and a
    smooth p - 1 would share factors with the common denominator of the weights and merge most of
    them. Such a p is not 1 mod 3, so 3 has no square root; where roots are needed (pairs of a
    number and a degree) one factor 3 is let pass. The pair (-1, d) asks for
    $e^{i \pi/d}$, and (0, d) lets smooth p - 1 pass, for roots in fields where no rough one splits.

    Raises:
        UndecidedError: no prime with these roots was found.
    """
    order = lcm(4, *(2 * d for c, d in radicals if c == -1))
    roots = [(c, d) for c, d in radicals if c > 0]
    smooth = pool is not SMALL or any(c == 0 for c, _ in radicals)
    seen = set[int]()  # where the order is large few numbers are drawn again and again
    for n in _candidates(pool, key, order, smooth, bool(roots)):
        if n in seen:
            continue
        seen.add(n)
        if not (smooth or _is_rough(n, order, bool(roots))) or not is_prime(n):
            continue
        if all(c % n and pow(c, (n - 1) // gcd(d, n - 1), n) == 1 for c, d in roots):
            return n
    named = ", ".join(f"{c}^(1/{d})" for c, d in radicals)
    raise UndecidedError(
        f"no small prime has the roots {named}; fewer irrational numbers are needed at a time;"
        " round some of them"
    )


def _candidates(
    pool: tuple[int, int], key: Sequence[int], order: int, smooth: bool, with_three: bool
) -> Iterator[int]:
    """Random numbers 1 mod the order from a pool, without most that small divisors exclude."""
    low, high = pool
    if order >= high:
        return
    size = np.uint64(order)
    for start in range(0, MAX_CANDIDATES, BLOCK):
        check("primes with roots of numbers were looked for")
        last = np.arange(start, start + BLOCK, dtype=np.uint64)
        n = np.uint64(low) + mixes(key, last) % np.uint64(high - low)
        n += (size - (n - 1) % size) % size
        kept = (n < high) & _passes(n)
        if not smooth:
            rest = (n - 1) // size
            rest = np.where(rest % 2 == 0, rest // 2, rest)
            kept &= _passes(np.where(rest % 3 == 0, rest // 3, rest) if with_three else rest)
        yield from map(int, n[kept])


def _passes(n: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Whether no small prime divides a number, but itself."""
    kept = np.ones(n.shape, dtype=bool)
    for q in DIVISORS:
        kept &= (n % np.uint64(q) != 0) | (n == q)
    return kept


def _is_rough(n: int, order: int, with_three: bool) -> bool:
    rest = (n - 1) // (order * (2 if (n - 1) % (2 * order) == 0 else 1))
    return is_prime(rest // 3 if with_three and rest % 3 == 0 else rest)


def primitive_root(p: int) -> int:
    """The least primitive root mod p."""
    m, q, factors = p - 1, 2, []
    while q * q <= m:
        if m % q == 0:
            factors.append(q)
            while m % q == 0:
                m //= q
        q += 1
    if m > 1:
        factors.append(m)
    return next(g for g in range(2, p) if all(pow(g, (p - 1) // f, p) != 1 for f in factors))


__all__ = ["MAX_CANDIDATES", "SMALL", "is_prime", "mix", "primitive_root", "random_prime"]
