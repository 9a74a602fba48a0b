r"""Degree and height bounds of rational functions given by programs, for a true Schwartz-Zippel
error bound.

A value is a numerator with a bound on its total degree and on $\log_2$ of the sum of the absolute
values of its integer coefficients, over a product of known denominators (kept factored, as in
`fields.FractionRing`).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, lcm
from typing import Any

from rankstrat.algebra.evaluate import evaluate
from rankstrat.algebra.fraction_ring import root_denominators
from rankstrat.algebra.linear import Rational
from rankstrat.algebra.program import IMAGINARY, LEAF, Program
from rankstrat.errors import UndecidedError

PRIMES_IN_POOL = 25_340_000
"""A lower bound for the number of primes = 1 mod 4 in [2^30, 2^31), counted by a sieve."""


@dataclass(frozen=True, eq=False)
class Bound:
    """A numerator of degree <= degree and log2 L1-norm <= height over prod
    denominators^exponent.
    """

    degree: int
    height: float
    below: Mapping[Bound, int]


class DegreeRing:
    """Evaluates a program to `Bound` values."""

    def __init__(self) -> None:
        self._constants: dict[int, Bound] = {}

    def leaf(self, denominator: int) -> Bound:
        """A leaf whose `denominator`-th root is the variable."""
        return Bound(denominator, 0.0, {})

    def _integer(self, n: int) -> Bound:
        return self._constants.setdefault(n, Bound(0, _log2(n), {}))

    def constant(self, value: Rational) -> Bound:
        """A rational number."""
        numerator, denominator = Fraction(value).as_integer_ratio()
        return Bound(
            0, _log2(numerator), {self._integer(denominator): 1} if denominator != 1 else {}
        )

    def linear(self, c0: Rational, terms: Sequence[tuple[Rational, Bound]]) -> Bound:
        """c0 + sum c_i v_i."""
        scale = lcm(*(Fraction(c).denominator for c in (c0, *(c for c, _ in terms))))
        common: dict[Bound, int] = {}
        for _, v in terms:
            for k, e in v.below.items():
                common[k] = max(common.get(k, 0), e)
        parts = [(_log2(Fraction(c) * scale), v) for c, v in terms] + (
            [(_log2(Fraction(c0) * scale), Bound(0, 0.0, {}))] if c0 else []
        )
        degree = max(v.degree + missing_degree(v, common) for _, v in parts)
        height = max(h + v.height + missing_height(v, common) for h, v in parts) + _log2(len(parts))
        if scale != 1:
            k = self._integer(scale)
            common[k] = common.get(k, 0) + 1
        return Bound(degree, height, common)

    def product(self, factors: Sequence[tuple[Bound, Rational]]) -> Bound:
        """prod v_i^{e_i}."""
        degree, height = 0, 0.0
        below: dict[Bound, int] = {}
        for v, e in factors:
            size = abs(Fraction(e))
            if v.degree == 0:
                size = Fraction(ceil(size))
            if e > 0:
                degree, height = degree + ceil(v.degree * size), height + v.height * float(size)
                for k, f in v.below.items():
                    below[k] = below.get(k, 0) + ceil(f * size)
            else:
                # fractional exponents occur on leaves only; their variable is the root, so the
                # power is whole
                key, count = (
                    (v, int(size))
                    if Fraction(e).denominator == 1
                    else (Bound(ceil(v.degree * size), 0.0, {}), 1)
                )
                below[key] = below.get(key, 0) + count
                for k, f in v.below.items():
                    degree, height = (
                        degree + k.degree * ceil(f * size),
                        height + k.height * ceil(f * size),
                    )
        return Bound(degree, height, below)

    def function(self, name: Hashable, value: Any) -> Any:
        """Functions have been replaced by generators."""
        raise UndecidedError(f"{name} has no degree")


def missing_degree(v: Bound, common: Mapping[Bound, int]) -> int:
    """Degree by which the numerator grows when v is written over the common denominator."""
    return sum(k.degree * (e - v.below.get(k, 0)) for k, e in common.items())


def missing_height(v: Bound, common: Mapping[Bound, int]) -> float:
    """Height by which the numerator grows."""
    return sum(k.height * (e - v.below.get(k, 0)) for k, e in common.items())


def _log2(value: Rational) -> float:
    numerator, denominator = abs(Fraction(value)).as_integer_ratio()
    return (max(numerator, 1).bit_length() - (denominator.bit_length() - 1)) * 1.0


def failure_probability(program: Program, nodes: Sequence[int], size: int, prime: int) -> float:
    r"""A bound on the probability that a nonzero minor vanishes at one random prime of the large
    pool.

    Each row of the matrix is cleared by the common denominator of the row, so a minor of size s has
    degree at most s times the row degree and $\log_2$ of its coefficients at most s (row height +
    log2 s). A prime is bad when it divides a fixed nonzero coefficient. Rows that met a pole were
    redrawn, which at most doubles the probability as long as poles have probability below 1/2.
    """
    denominators = root_denominators(program, nodes)
    ring = DegreeRing()
    leaves = {
        n: ring.leaf(denominators.get(n, 1))
        for n in program.reachable(nodes)
        if program.kind[n] == LEAF
    }
    bounds = evaluate(program, nodes, ring, leaves)
    common: dict[Bound, int] = {}
    for v in bounds:
        for k, e in v.below.items():
            common[k] = max(common.get(k, 0), e)
    degree = size * max(v.degree + missing_degree(v, common) for v in bounds)
    height = size * (max(v.height + missing_height(v, common) for v in bounds) + _log2(size))
    poles = sum(k.degree * e for k, e in common.items())
    if any(program.data[n] == IMAGINARY for n in leaves):
        height *= 2  # a prime divides a + bi only if it divides the norm a^2 + b^2
    bad_primes = height / 30 + sum(k.height for k in common) / 30 + 1
    if poles * 2 >= prime - 1:
        return 1.0
    return min(1.0, 2 * (bad_primes / PRIMES_IN_POOL + degree / (prime - 1)))
