r"""The flats of linear conditions and polynomials, solved for some of the parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import sympy

from rankstrat.algebra.linear import Form, reduced
from rankstrat.deadline import interruptible
from rankstrat.model.model import Model
from rankstrat.strata.flats import Condition

Label = tuple[tuple[Form, ...], tuple[int, ...]]
"""The linear equations of a flat in echelon form, and the polynomials that vanish, by number."""


@dataclass(frozen=True)
class FlatSolver:
    """Parameters of a flat in terms of the others.

    Attributes:
        model: the model.
        given: the linear conditions.
        polynomials: further equations, each linear in some parameter.
    """

    model: Model
    given: tuple[Condition, ...] = field(repr=False)
    polynomials: tuple[sympy.Expr, ...] = ()

    def linear(self, rows: Sequence[Form]) -> dict[sympy.Symbol, sympy.Expr]:
        """Pivot parameters in terms of the others."""
        values = {}
        for row in rows:
            pivot = next(i for i, v in enumerate(row) if v)
            rest = tuple(-v if j != pivot else Fraction(0) for j, v in enumerate(row))
            values[self.model.parameters[pivot]] = linear_value(rest, self.model.parameters)
        return values

    def solved(self, label: Label) -> dict[sympy.Symbol, sympy.Expr] | None:
        """Values of the dependent parameters on a dense part of the flat; None if it has no points
        of its own.
        """
        solution = self.solution(label)
        if solution is None:
            return None
        return solution[0]

    @interruptible("a flat was solved")
    def solution(self, label: Label) -> tuple[dict[sympy.Symbol, sympy.Expr], bool] | None:
        """The values, and whether they reach every point of the flat that lies on no smaller
        one.
        """
        rows, polynomials = label
        values, onto = self.linear(rows), True
        for k in (
            polynomials
        ):  # onto: nothing is lost where a denominator vanishes, or on another factor
            q = sympy.expand(sympy.numer(sympy.together(self.polynomials[k].xreplace(values))))
            if q == 0:
                continue
            # where a factor that is a condition vanishes, the point lies on a smaller flat
            factors = [f for f, _ in sympy.factor_list(q)[1] if not self._is_condition(f, rows)]
            chosen = next((pair for f in factors for pair in _linear_in(f)), None)
            if chosen is None:
                if factors or not onto:
                    self.unsolved.add(label)
                return None
            symbol, value = chosen
            below = sympy.factor_list(sympy.denom(value))[1]
            onto = onto and len(factors) == 1 and all(self._is_condition(f, rows) for f, _ in below)
            values = {p: sympy.together(v.xreplace({symbol: value})) for p, v in values.items()}
            values[symbol] = value
        return values, onto

    @cached_property
    def unsolved(self) -> set[Label]:
        """Flats that are left out although they may have points of their own."""
        return set()

    def _is_condition(self, factor: sympy.Expr, rows: Sequence[Form]) -> bool:
        """Whether a factor vanishes only on smaller flats."""
        poly = sympy.Poly(factor, *self.model.parameters)
        if poly.total_degree() != 1 or poly.nth(*[0] * len(self.model.parameters)) != 0:
            return False
        row = tuple(
            Fraction(int(c.p), int(c.q))
            for c in (poly.coeff_monomial(p) for p in self.model.parameters)
        )
        flat = reduced([*rows, row])
        return any(reduced([*rows, *c.rows]) == flat for c in self.given)


def linear_value(row: Form, values: Sequence[sympy.Expr]) -> sympy.Expr:
    """The value of a linear form."""
    return sympy.Add(
        *(
            sympy.Rational(c.numerator, c.denominator) * v
            for c, v in zip(row, values, strict=True)
            if c
        )
    )


def _linear_in(factor: sympy.Expr) -> Iterator[tuple[sympy.Symbol, sympy.Expr]]:
    """The symbols in which a polynomial is linear, each with its value where the polynomial
    vanishes.
    """
    for symbol in sorted(factor.free_symbols, key=str, reverse=True):
        poly = sympy.Poly(factor, symbol)
        if poly.degree() == 1:
            yield symbol, -poly.nth(0) / poly.nth(1)


__all__ = ["FlatSolver", "Label", "linear_value"]
