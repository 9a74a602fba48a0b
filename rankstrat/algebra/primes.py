"""Primes, primitive roots and named pseudo-random residues."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd, lcm

from rankstrat.errors import UndecidedError

SMALL = (1 << 21, 1 << 22)
MAX_CANDIDATES = 1_000_000


def mix(*words: int) -> int:
    """A 64-bit hash of integers (splitmix64), the same on every machine."""
    state = 0x9E3779B97F4A7C15
    for word in words:
        state = (state ^ (word & 0xFFFFFFFFFFFFFFFF)) * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
        state ^= state >> 29
        state = state * 0x94D049BB133111EB & 0xFFFFFFFFFFFFFFFF
        state ^= state >> 32
    return state


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
    low, high = pool
    order = lcm(4, *(2 * d for c, d in radicals if c == -1))
    roots = [(c, d) for c, d in radicals if c > 0]
    smooth = pool is not SMALL or any(c == 0 for c, _ in radicals)
    for attempt in range(MAX_CANDIDATES):
        n = low + mix(*key, attempt) % (high - low)
        n += (1 - n) % order
        fits = smooth or _is_rough(n, order, bool(roots))
        if n >= high or not fits or not is_prime(n):
            continue
        if all(c % n and pow(c, (n - 1) // gcd(d, n - 1), n) == 1 for c, d in roots):
            return n
    named = ", ".join(f"{c}^(1/{d})" for c, d in radicals)
    raise UndecidedError(
        f"no small prime has the roots {named}; fewer irrational numbers are needed at a time;"
        " round some of them"
    )


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
