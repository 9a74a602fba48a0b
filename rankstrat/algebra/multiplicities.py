"""Rational functions restricted to a line, modulo a prime: their factors and multiplicities."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint

from rankstrat.algebra.linear import Rational
from rankstrat.algebra.power_tables import BadReductionError
from rankstrat.errors import UndecidedError

MAX_DEGREE = 4_000


@dataclass(frozen=True)
class Quotient:
    """top / bottom, polynomials of one variable, and the degree of the root that is polynomial."""

    top: Any
    bottom: Any
    root: Any = None
    denominator: int = 1


class LineRing:
    """Evaluates a program at points of a line over the field of p elements."""

    def __init__(self, prime: int) -> None:
        self.p = prime

    def _polynomial(self, coefficients: Sequence[int]) -> Any:
        return flint.nmod_poly([c % self.p for c in coefficients], self.p)

    def line(self, offset: int, slope: int) -> Quotient:
        """offset + slope t."""
        return Quotient(self._polynomial([offset, slope]), self._polynomial([1]))

    def radical(self, line: Quotient, q: int, denominator: int) -> Quotient:
        """line^(q denominator), of which the denominator-th root is a q-th power."""
        if q * denominator > MAX_DEGREE:
            raise UndecidedError("a power on a line has a large degree")
        root = line.top**q
        return Quotient(root**denominator, line.bottom, root, denominator)

    def constant(self, value: Rational) -> Quotient:
        """The image of a rational number."""
        top, bottom = Fraction(value).as_integer_ratio()
        if bottom % self.p == 0:
            raise BadReductionError
        return Quotient(self._polynomial([top * pow(bottom, -1, self.p)]), self._polynomial([1]))

    def linear(self, c0: Rational, terms: Sequence[tuple[Rational, Quotient]]) -> Quotient:
        """c0 + sum c_i v_i."""
        total = self.constant(c0)
        for c, v in terms:
            factor = self.constant(c).top
            if v.bottom == total.bottom:
                total = Quotient(total.top + factor * v.top, total.bottom)
            else:
                total = self._small(
                    total.top * v.bottom + factor * v.top * total.bottom, total.bottom * v.bottom
                )
        return total

    def product(self, factors: Sequence[tuple[Quotient, Rational]]) -> Quotient:
        """prod v_i^{e_i}."""
        top = bottom = self._polynomial([1])
        for v, e in factors:
            a, b = v.top, v.bottom
            if v.root is not None:
                a, e = v.root, e * v.denominator
            if Fraction(e).denominator != 1:
                raise UndecidedError("a root has no value on a line")
            k = abs(int(e))
            if k * max(a.degree(), b.degree(), 0) > MAX_DEGREE:
                raise UndecidedError("a power on a line has a large degree")
            if e < 0:
                if not a:
                    raise BadReductionError
                a, b = b, a
            top, bottom = top * a**k, bottom * b**k
        return self._small(top, bottom)

    def _small(self, top: Any, bottom: Any) -> Quotient:
        divisor = top.gcd(bottom)
        top, bottom = top // divisor, bottom // divisor
        if max(top.degree(), bottom.degree()) > MAX_DEGREE:
            raise UndecidedError("a function on a line has a large degree")
        return Quotient(top, bottom)

    def function(self, name: Hashable, value: Any) -> Any:
        """Functions have been replaced by generators."""
        raise UndecidedError(f"{name} has no value on a line")


def independent_multiplicities(functions: Sequence[Quotient], prime: int, q: int) -> bool:
    """Whether no product of powers, not all exponents multiples of q, is a constant times a q-th
    power.
    """
    rows: list[dict[str, int]] = []
    for function in functions:
        row: dict[str, int] = {}
        if not function.top:
            return False
        for polynomial, sign in ((function.top, 1), (function.bottom, -1)):
            for factor, e in polynomial.factor()[1]:
                name = str(factor)
                row[name] = (row.get(name, 0) + sign * int(e)) % q
        rows.append({k: v for k, v in row.items() if v})
    return _independent(rows, q)


def _independent(rows: Sequence[dict[str, int]], q: int) -> bool:
    echelon: dict[str, dict[str, int]] = {}
    for row in rows:
        rest = dict(row)
        while rest and (pivot := next((k for k in rest if k in echelon), None)) is not None:
            factor = rest[pivot]
            for k, v in echelon[pivot].items():
                rest[k] = (rest.get(k, 0) - factor * v) % q
            rest = {k: v for k, v in rest.items() if v}
        if not rest:
            return False
        pivot = next(iter(rest))
        inverse = pow(rest[pivot], -1, q)
        echelon[pivot] = {k: v * inverse % q for k, v in rest.items()}
    return True


__all__ = ["LineRing", "Quotient", "independent_multiplicities"]
