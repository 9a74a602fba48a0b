r"""Zero tests of algebraic numbers: sums of products of $i$, roots of unity and roots of primes.

A real root $\sqrt q$ of a prime lies in $\mathbb Q(\zeta_N)$, $4 \mid N$, exactly when its
conductor divides N, and is then a Gauss sum. What is left of the roots of primes is independent
over $\mathbb Q(\zeta_N)$ (Kummer theory), so a number is zero if and only if, for every product of
such roots, the polynomial in $\zeta_N$ in front of it is divisible by the cyclotomic polynomial.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import lcm
from typing import Any

import flint

from rankstrat.algebra.program import IMAGINARY, UNITY

Special = tuple[Any, int]
"""The key of a leaf, and the degree of the root of it that is the variable."""


def is_special(key: Any) -> bool:
    """Whether a leaf is an algebraic number."""
    return key in (IMAGINARY, UNITY) or (isinstance(key, tuple) and key[0] == "prime")


def order_of_unity(special: Sequence[Special]) -> int:
    r"""The N, a multiple of 4, with all roots of unity in $\mathbb Q(\zeta_N)$."""
    return lcm(4, *(2 * d for key, d in special if key == UNITY))


def is_cyclotomic_root(q: int, order: int) -> bool:
    r"""Whether $\sqrt q$, q a prime, lies in $\mathbb Q(\zeta_N)$ for a multiple N of 4."""
    return order % (8 if q == 2 else q) == 0


def square_root(q: int, order: int) -> list[tuple[int, int]]:
    r"""$\sqrt q > 0$ as pairs (coefficient, exponent of $e^{2 \pi i/N}$): Gauss's sum."""
    if q == 2:
        return [(1, order // 8), (1, order - order // 8)]
    turn = 0 if q % 4 == 1 else 3 * order // 4  # the sum itself is i sqrt(q) for q = 3 mod 4
    residues = {k * k % q for k in range(1, q)}
    return [(1 if k in residues else -1, (k * order // q + turn) % order) for k in range(1, q)]


def vanishes(terms: Mapping[tuple[int, ...], int], special: Sequence[Special]) -> bool:
    """Whether sum c prod special_k^(e_k) = 0, exponents counting the roots that are variables."""
    order = order_of_unity(special)
    total: dict[tuple[int, ...], list[int]] = {}
    for exponents, coefficient in terms.items():
        c, angle, roots = int(coefficient), 0, []
        sums: list[list[tuple[int, int]]] = []
        for (key, d), e in zip(special, exponents, strict=True):
            if key == IMAGINARY:
                angle += e * (order // 4)
            elif key == UNITY:
                angle += e * (order // (2 * d))
            else:
                q = int(key[1])
                c *= q ** (e // d)
                e %= d
                if d % 2 == 0 and e >= d // 2 and is_cyclotomic_root(q, order):
                    sums.append(square_root(q, order))
                    e -= d // 2
                roots.append(e)
        row = total.setdefault(tuple(roots), [0] * order)
        powers = [(c, angle)]
        for gauss in sums:
            powers = [(a * b, k + j) for a, k in powers for b, j in gauss]
        for a, k in powers:
            row[k % order] += a
    if order == 4:
        return not any(row[k] - row[k + 2] for row in total.values() for k in (0, 1))
    modulus = flint.fmpz_poly.cyclotomic(order)
    return not any(flint.fmpz_poly(row) % modulus for row in total.values())


__all__ = [
    "is_cyclotomic_root",
    "is_special",
    "order_of_unity",
    "square_root",
    "vanishes",
]
