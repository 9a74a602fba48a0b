r"""Vectors over GF(p) for primes whose products numpy computes exactly, with generators kept as
discrete logarithms.

A generator of an exponential tower is sampled as $T = g^t$ with $g$ a primitive root, so $T^e$
costs one table look-up for an exponent of any size (exponents live mod p-1), and a rational
exponent $e = a/D$ becomes an integer once every $T$ is a D-th power. Inverses come from a table as
well.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import gcd
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rankstrat.algebra.linear import Rational
from rankstrat.algebra.numbers import is_cyclotomic_root, square_root
from rankstrat.algebra.power_tables import (
    TABLE_LIMIT,
    BadReductionError,
    Residues,
    discrete_log,
    powers,
    root_table,
    square_roots,
    tables,
    tables_pay,
)
from rankstrat.algebra.primes import mix, primitive_root
from rankstrat.errors import UndecidedError

LARGE = (1 << 30, 1 << 31)


def residues(key: int, count: int, modulus: int, start: int = 0) -> Residues:
    """`count` residues of a random stream named by `key` (uniform up to a bias below modulus /
    2^64).
    """
    return streams([key], count, modulus, start)[0]


def streams(keys: Sequence[int], count: int, modulus: int, start: int = 0) -> Residues:
    """The residues of several streams, one row for each."""
    steps = np.arange(start, start + count, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z = steps + np.array(keys, dtype=np.uint64)[:, None]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return (z % np.uint64(modulus)).astype(np.int64)


@dataclass(frozen=True)
class Power:
    """A generator T = g^log whose D-th root is taken as basic: T^e = g^(log * e * D)."""

    field: GF
    log: Residues | int
    denominator: int

    @cached_property
    def value(self) -> Residues | int:
        """The residues of T itself."""
        return self.field.from_log(self.log, self.denominator)

    @property
    def root(self) -> Residues | int:
        """The residues of the root of T that is taken as basic."""
        return self.field.from_log(self.log, 1)


@dataclass(frozen=True)
class GF:
    """The field of p elements acting on vectors of samples; values are ints (shared) or int64
    vectors.

    `poles` collects the samples at which something was inverted that is zero; those rows must be
    discarded.
    """

    p: int
    count: int

    @cached_property
    def poles(self) -> NDArray[np.bool_]:
        """Mask of the samples that hit a pole."""
        return np.zeros(self.count, dtype=bool)

    @cached_property
    def generator(self) -> int:
        """A primitive root."""
        return primitive_root(self.p)

    def from_log(self, log: Residues | int, exponent: int) -> Residues | int:
        """g^(log * exponent)."""
        exponent %= self.p - 1
        if isinstance(log, int):
            return pow(self.generator, log * exponent, self.p)
        if tables_pay(self.p, log.size):
            return tables(self.p)[0][log * exponent % (self.p - 1)].astype(np.int64)
        return self._pow_base(self.generator, log * exponent % (self.p - 1))

    def _pow_base(self, base: int, exponents: Residues) -> Residues:
        result = np.ones_like(exponents)
        for bit in range(int(exponents.max(initial=0)).bit_length()):
            factor = np.where(exponents >> bit & 1, base, 1)
            result = result * factor % self.p
            base = base * base % self.p
        return result

    def sample(self, key: int, start: int = 0) -> Residues:
        """Fresh residues."""
        return residues(key, self.count, self.p, start)

    def sample_power(self, key: int, denominator: int, start: int = 0) -> Power:
        """A fresh generator whose `denominator`-th root exists."""
        return Power(self, residues(key, self.count, self.p - 1, start), denominator)

    def shared(self, key: int) -> int:
        """One residue for all samples."""
        return int(residues(key, 1, self.p)[0])

    def shared_power(self, key: int, denominator: int) -> Power:
        """One generator for all samples."""
        return Power(self, int(residues(key, 1, self.p - 1)[0]), denominator)

    def radical(
        self, integer: int, denominator: int, order: int = 4, turns: Residues | int = 1
    ) -> Power:
        """A `denominator`-th root of a positive prime number, if this prime has one.

        Where its square root lies in the field of the roots of unity of this order, the root is the
        one that goes with those of `unity` at these turns.
        """
        p = self.p
        if integer % p == 0 or p >= TABLE_LIMIT:
            raise BadReductionError
        common = gcd(denominator, p - 1)
        if pow(integer, (p - 1) // common, p) != 1:
            raise BadReductionError
        log = discrete_log(integer % p, p)
        root = (
            log // common * pow(denominator // common, -1, (p - 1) // common) % ((p - 1) // common)
        )
        if denominator % 2 or not is_cyclotomic_root(integer, order):
            return Power(self, root, denominator)
        two = denominator & -denominator  # the power of 2 in the degree
        if (p - 1) % two:
            raise BadReductionError
        flip = (p - 1) // two  # turns the square root into its opposite
        value = self._turned(root * (denominator // 2))
        signs = {
            t: self._gauss(integer, order, t) != value for t in np.unique(np.atleast_1d(turns))
        }
        if isinstance(turns, int):
            return Power(self, root + flip * signs[turns], denominator)
        flips = np.array([signs[t] for t in turns.tolist()], dtype=np.int64)
        return Power(self, root + flip * flips, denominator)

    def conjugate(self, root: Power, order: int, integer: int, key: int) -> Power:
        """Another root of the same prime number in each sample, as far as this prime has others."""
        common = gcd(root.denominator, self.p - 1)
        if root.denominator % 2 == 0 and is_cyclotomic_root(integer, order):
            common //= 2  # the square root is already chosen
        if common == 1:
            return root
        turns = residues(mix(key, 87), self.count, common)
        return Power(self, root.log + (self.p - 1) // common * turns, root.denominator)

    def _gauss(self, integer: int, order: int, turns: int) -> int:
        """The square root of a prime that goes with the roots of unity at one turn."""
        step = (self.p - 1) // order * int(turns)
        return sum(c * self._turned(k * step) for c, k in square_root(integer, order)) % self.p

    def turns(self, key: int, order: int) -> Residues:
        """Random units modulo the order of the roots of unity, one for each sample."""
        units = np.array([t for t in range(order) if gcd(t, order) == 1], dtype=np.int64)
        return units[residues(key, self.count, len(units))]

    def _turned(self, log: int) -> int:
        return pow(self.generator, log % (self.p - 1), self.p)

    def unity(self, denominator: int, turns: Residues | int = 1) -> Power:
        r"""$-1$ with the root $e^{i \pi t/D}$, t odd, if this prime has one."""
        if (self.p - 1) % (2 * denominator):
            raise BadReductionError
        return Power(self, turns * ((self.p - 1) // (2 * denominator)), denominator)

    def nth_root(self, value: Residues | int, n: int, key: int, start: int = 0) -> Residues | int:
        """A random n-th root of a residue; samples that have none count as poles."""
        p = self.p
        if p >= TABLE_LIMIT:
            raise BadReductionError
        common = gcd(n, p - 1)
        values = np.atleast_1d(np.asarray(value, dtype=np.int64)) % p
        if common == 1:
            roots = powers(values, pow(n, -1, p - 1), p)
        elif n == 2:
            roots = square_roots(values, p)
        else:
            roots = root_table(n, p)[values]
        units = np.array([self._turned((p - 1) // common * k) for k in range(common)])
        failed = powers(roots, n, p) != values
        if np.ndim(value) == 0:
            if failed[0]:
                raise BadReductionError
            return int(roots[0]) * int(units[residues(key, 1, common)[0]]) % p
        np.logical_or(self.poles, failed, out=self.poles)
        return roots * units[residues(key, self.count, common, start)] % p

    def imaginary(self) -> int:
        """A square root of -1 (p = 1 mod 4)."""
        return pow(self.generator, (self.p - 1) // 4, self.p)

    def constant(self, value: Rational) -> int:
        """The image of a rational number."""
        if isinstance(value, int):
            return value % self.p
        if value.denominator % self.p == 0:
            raise BadReductionError
        return value.numerator * pow(value.denominator, -1, self.p) % self.p

    def linear(self, c0: Rational, terms: Sequence[tuple[Rational, Any]]) -> Residues | int:
        r"""c0 + sum c_i v_i; lazily reduced where 2^17 products fit in 63 bits."""
        p = self.p
        scalar = self.constant(c0)
        total: Residues | None = None
        for c, v in terms:
            if isinstance(v, Power):
                v = v.value
            k = self.constant(c)
            if isinstance(v, int):
                scalar += k * v
                continue
            term = v if k == 1 else (-v if k == p - 1 else v * k)
            if p >= TABLE_LIMIT:
                term = term % p
            if total is None and term is v:
                total = term.copy()
            elif total is None:
                total = term
            else:
                total = np.add(total, term, out=total)
        if total is None:
            return scalar % p
        total += scalar % p
        total %= p
        return total

    def product(self, factors: Sequence[tuple[Any, Rational]]) -> Residues | int:
        r"""prod v_i^{e_i}."""
        p = self.p
        scalar, scalar_log = 1, 0
        total: Any = None
        log: Any = None
        for v, e in factors:
            if isinstance(v, Power):
                scaled = e * v.denominator
                if not isinstance(scaled, int):
                    scaled = whole(scaled)
                scaled %= p - 1
                if isinstance(v.log, int):
                    scalar_log += v.log * scaled
                else:
                    step = v.log * scaled % (p - 1)
                    log = step if log is None else log + step
                continue
            if not isinstance(e, int):
                e = whole(e)
            if isinstance(v, int):
                if e < 0 and v == 0:
                    raise BadReductionError
                scalar = scalar * pow(v, e, p) % p
                continue
            v = self._vector_power(v, e)
            total = v if total is None else total * v % p
        scalar = scalar * pow(self.generator, scalar_log % (p - 1), p) % p if scalar_log else scalar
        if log is not None:
            v = self.from_log(log % (p - 1), 1)
            total = v if total is None else total * v % p
        if total is None:
            return scalar
        if scalar == 1:
            return total
        return total * scalar % p

    def _vector_power(self, v: Residues, e: int) -> Residues:
        if e < 0:
            np.logical_or(self.poles, v == 0, out=self.poles)
            if tables_pay(self.p, v.size):
                v, e = tables(self.p)[1][v].astype(np.int64), -e
            else:
                e %= self.p - 1
        result = None
        while e:
            if e & 1:
                result = v if result is None else result * v % self.p
            e >>= 1
            if e:
                v = v * v % self.p
        if result is None:
            return np.ones_like(v)
        return result

    def function(self, name: Hashable, value: Any) -> Any:
        """Functions have no meaning mod p: the tower replaces them by generators first."""
        raise UndecidedError(
            f"{name} reached a finite field without a generator; this is a defect, please report it"
        )


def whole(e: Rational) -> int:
    """An exponent over the chosen roots as an integer."""
    if e.denominator != 1:
        raise UndecidedError(
            f"an exponent {e} is not whole over the chosen roots; the function is algebraic and not"
            " supported"
        )
    return e.numerator
