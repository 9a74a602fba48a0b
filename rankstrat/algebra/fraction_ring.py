"""A program evaluated in a ring of rational functions over the integers, with a budget of terms."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction
from math import lcm
from typing import Any

import flint

from rankstrat.algebra.linear import Rational
from rankstrat.algebra.program import LEAF, PRODUCT, Program
from rankstrat.deadline import check
from rankstrat.errors import BudgetError, PoleError, UndecidedError

MAX_ROOT = 20_000
"""The largest D for which the value of exp(h/D) is chosen as an integer b, and exp(h) is then b^D.
"""
MAX_BITS = 50_000
"""The longest number with which relations over the constants are looked for."""


class FractionRing:
    """Rational functions over Q with denominators kept factored, so that no gcd is ever taken.

    A value is `(numerator, denominator)`; the denominator maps an index of a known polynomial to
    its exponent. Every polynomial with more than `budget` terms raises BudgetError.
    """

    def __init__(self, names: Sequence[str], budget: int = 20_000) -> None:
        self.context = flint.fmpz_mpoly_ctx.get(tuple(names) or ("z",), flint.Ordering.degrevlex)
        self.generators = self.context.gens()
        self.budget = budget
        self.factors: list[Any] = []
        self._known: dict[Any, int] = {}

    def variable(self, index: int, exponent: int = 1) -> tuple[Any, dict[int, int]]:
        """The monomial generator**exponent."""
        one = self.context.constant(1)
        if exponent >= 0:
            return self.generators[index] ** exponent, {}
        return one, {self._factor(self.generators[index]): -exponent}

    def _factor(self, polynomial: Any) -> int:
        key = str(polynomial)
        if key not in self._known:
            self._known[key] = len(self.factors)
            self.factors.append(polynomial)
        return self._known[key]

    def _multiply(self, a: Any, b: Any) -> Any:
        if len(a) * len(b) > 50 * self.budget:
            raise BudgetError(
                f"an exact zero test would need products of {len(a)} by {len(b)} terms; the budget"
                f" is {self.budget}"
            )
        check("polynomials were multiplied", 1e-7 * len(a) * len(b))
        result = a * b
        if len(result) > self.budget:
            raise BudgetError(
                f"an exact zero test would need {len(result)} terms; the budget is {self.budget}"
            )
        return result

    def _power(self, a: Any, e: int) -> Any:
        if len(a) <= 1:
            return a**e
        if e > 64:
            raise BudgetError(
                f"an exact zero test would need the power {e} of a polynomial with {len(a)} terms"
            )
        result = self.context.constant(1)
        for _ in range(e):
            result = self._multiply(result, a)
        return result

    def constant(self, value: Rational) -> tuple[Any, dict[int, int]]:
        """The image of a rational number."""
        numerator, denominator = Fraction(value).as_integer_ratio()
        below = {} if denominator == 1 else {self._factor(self.context.constant(denominator)): 1}
        return self.context.constant(numerator), below

    def linear(
        self, c0: Rational, terms: Sequence[tuple[Rational, Any]]
    ) -> tuple[Any, dict[int, int]]:
        """c0 + sum c_i v_i over the least common denominator."""
        scale = lcm(*(Fraction(c).denominator for c in (c0, *(c for c, _ in terms))))
        parts = [(int(c * scale), v) for c, v in terms if c]
        common: dict[int, int] = {}
        for _, (_, below) in parts:
            for k, e in below.items():
                common[k] = max(common.get(k, 0), e)
        if c0:
            total = self._lift(int(c0 * scale) * self.context.constant(1), {}, common)
        else:
            total = self.context.constant(0)
        for c, (top, below) in parts:
            total = total + c * self._lift(top, below, common)
        if len(total) > self.budget:
            raise BudgetError(
                f"an exact zero test would need {len(total)} terms; the budget is {self.budget}"
            )
        if scale != 1:
            common = dict(common)
            k = self._factor(self.context.constant(scale))
            common[k] = common.get(k, 0) + 1
        return total, common

    def _lift(self, top: Any, below: Mapping[int, int], common: Mapping[int, int]) -> Any:
        for k, e in common.items():
            missing = e - below.get(k, 0)
            if missing:
                top = self._multiply(top, self._power(self.factors[k], missing))
        return top

    def product(self, factors: Sequence[tuple[Any, Rational]]) -> tuple[Any, dict[int, int]]:
        """prod v_i^{e_i}; generators arrive as `Generator` values, whose exponents may be
        rational.
        """
        top = self.context.constant(1)
        below: dict[int, int] = {}
        for v, e in factors:
            if isinstance(v, Generator):
                v, e = self.variable(v.index, _integer(e * v.denominator)), 1
            numerator, denominator = v
            e = _integer(e)
            if e < 0:
                if not len(numerator):
                    raise PoleError(
                        "a denominator vanishes identically; choose values away from the pole"
                    )
                k = self._factor(numerator)
                below[k] = below.get(k, 0) - e
                for j, f in denominator.items():
                    top = self._multiply(top, self._power(self.factors[j], -e * f))
                continue
            top = self._multiply(top, self._power(numerator, e))
            for j, f in denominator.items():
                below[j] = below.get(j, 0) + e * f
        return top, below

    def function(self, name: Hashable, value: Any) -> Any:
        """Functions are replaced by generators before they get here."""
        raise UndecidedError(f"{name} has no generator; this is a defect, please report it")


class Generator:
    """A generator whose `denominator`-th root is the ring variable `index`."""

    def __init__(self, ring: FractionRing, index: int, denominator: int) -> None:
        self.ring, self.index, self.denominator = ring, index, denominator

    def __iter__(self) -> Any:  # as a plain value: (numerator, denominator)
        return iter(self.ring.variable(self.index, self.denominator))


def _integer(e: Rational) -> int:
    if e.denominator != 1:
        raise UndecidedError(f"the exponent {e} is not whole over the chosen roots")
    return e.numerator


def root_denominators(program: Program, roots: Sequence[int]) -> dict[int, int]:
    """Leaf -> common denominator of the rational exponents with which it occurs below the roots."""
    result: dict[int, int] = {}
    kinds = program.kind
    for node in program.reachable(roots):
        if kinds[node] == PRODUCT:
            for child, e in zip(program.args[node], program.data[node], strict=True):
                if kinds[child] != LEAF:
                    continue
                if type(e) is int:
                    result.setdefault(child, 1)
                else:
                    result[child] = lcm(result.get(child, 1), e.denominator)
    return result


def factored(poly: Any) -> tuple[int, list[tuple[Any, int]]]:
    """A number and the distinct irreducible factors, with their exponents, that make a nonzero
    polynomial.
    """
    try:
        number, pairs = poly.factor()
    except OverflowError:  # FLINT compares coefficients as machine words; over Q it does not
        pairs = _factored_over_q(poly)
        number = poly.leading_coefficient()
        for f, e in pairs:
            number //= f.leading_coefficient() ** e
    return int(number), [(f, int(e)) for f, e in pairs]


def _factored_over_q(poly: Any) -> list[tuple[Any, int]]:
    ring = poly.context()
    field = flint.fmpq_mpoly_ctx.get(ring.names(), flint.Ordering.degrevlex)
    result = []
    for f, e in field.from_dict({m: flint.fmpq(c) for m, c in poly.to_dict().items()}).factor()[1]:
        terms = {m: Fraction(int(c.p), int(c.q)) for m, c in f.to_dict().items()}
        scale = lcm(*(c.denominator for c in terms.values()))
        whole = ring.from_dict({m: int(c * scale) for m, c in terms.items()})
        result.append((whole / whole.content(), e))
    return result


__all__ = ["MAX_BITS", "MAX_ROOT", "FractionRing", "Generator", "factored", "root_denominators"]
