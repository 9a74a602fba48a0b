r"""Minors of the derivative of a polynomial model, as polynomials over $\mathbb{Z}$."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from functools import cached_property
from math import lcm

import sympy

from rankstrat.algebra.linear import Echelon
from rankstrat.algebra.polynomials import Poly, Ring, terms_of
from rankstrat.deadline import check
from rankstrat.errors import TargetError
from rankstrat.model.model import Model

_MAX_MINORS = 20_000
Places = tuple[int, ...]


class Minors:
    """Minors of the derivative of the coefficients: the rank is at most s exactly where those of
    size s + 1 vanish.

    Coefficients that are combinations of others, up to constants, have no row: minors of the same
    size with and without them span the same ideal.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        rows: list[list[sympy.Expr]] = []
        monomials: dict[Places, int] = {}
        independent = Echelon()
        for output in model.outputs:
            # what no parameter moves need be no polynomial
            expanded = sympy.expand(output).as_independent(*model.parameters, as_Add=True)[1]
            if model.inputs:
                coefficients = sympy.Poly(expanded, *model.inputs).coeffs()
            else:
                coefficients = [expanded]
            for c in coefficients:
                form = {
                    monomials.setdefault(m, len(monomials)): v for m, v in _terms(c, model).items()
                }
                if independent.add(form) is not None:
                    rows.append([sympy.diff(c, p) for p in model.parameters])
        self.matrix = sympy.Matrix(rows) if rows else sympy.zeros(1, model.size)
        self._known: dict[tuple[Places, Places], Poly] = {}

    @cached_property
    def _ring(self) -> Ring:
        return Ring(self.model.size)

    @cached_property
    def _rows(self) -> list[list[Poly]]:
        """The rows, each times a number that makes it integral."""
        result = []
        for row in self.matrix.tolist():
            entries = [_terms(entry, self.model, constants=True) for entry in row]
            scale = lcm(1, *(v.denominator for entry in entries for v in entry.values()))
            result.append([self._ring.of({m: v * scale for m, v in e.items()}) for e in entries])
        return result

    def _minor(self, rows: Places, columns: Places) -> Poly:
        """By the first of its rows; smaller minors serve many."""
        if not rows:
            return self._ring.one
        name = rows, columns
        if name not in self._known:
            check("minors were computed")
            total = self._ring.zero
            for k, column in enumerate(columns):
                entry = self._rows[rows[0]][column]
                if entry != 0:
                    rest = self._minor(rows[1:], columns[:k] + columns[k + 1 :])
                    total = total + (-entry if k % 2 else entry) * rest
            self._known[name] = total
        return self._known[name]

    def of_size(self, size: int) -> tuple[sympy.Expr, ...]:
        """The nonzero minors of one size, up to constant factors.

        Raises:
            TargetError: they are too many.
            OutOfTimeError: the budget ended.
        """
        height, width = self.matrix.shape
        count = math.comb(height, size) * math.comb(width, size)
        if count > _MAX_MINORS:
            raise TargetError(
                f"{self.model} has {count} minors of size {size}, too many; pass charts=[...]"
            )
        found = {
            self._expression(minor)
            for rows in itertools.combinations(range(height), size)
            for columns in itertools.combinations(range(width), size)
            if (minor := self._minor(rows, columns)) != 0
        }
        return tuple(sorted(found, key=str))

    def _expression(self, poly: Poly) -> sympy.Expr:
        terms = {m: sympy.Integer(c) for m, c in terms_of(poly)}
        return sympy.Poly.from_dict(terms, *self.model.parameters).as_expr()

    def rank(self, point: dict[sympy.Symbol, sympy.Expr]) -> int:
        """The rank at a rational point."""
        return int(self.matrix.xreplace(point).rank())


def _terms(
    expression: sympy.Expr, model: Model, *, constants: bool = False
) -> dict[Places, Fraction]:
    """The coefficients by monomial, the constant one only if asked for."""
    poly = sympy.Poly(expression, *model.parameters)
    return {
        m: Fraction(int(c.p), int(c.q)) for m, c in poly.terms() if c != 0 and (constants or any(m))
    }


__all__ = ["Minors"]
