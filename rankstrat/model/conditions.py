"""Conditions of a domain, decided at exact points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from math import comb, prod

import sympy
from sympy.core.relational import Relational

from rankstrat.algebra.balls import sign
from rankstrat.algebra.program import Program
from rankstrat.algebra.translate import translate
from rankstrat.model.values import Exact

MOST_TERMS = 4_000


def is_small(form: sympy.Expr) -> bool:
    """Whether a form that somebody wrote has few terms when it is expanded."""
    degree = sympy.Mul(*(abs(power.exp) for power in form.atoms(sympy.Pow)))
    if not (degree.is_Rational and degree <= MOST_TERMS):
        return False
    return comb(len(form.free_symbols) + int(degree), int(degree)) <= MOST_TERMS


class Condition:
    """A condition at exact points: a domain is asked thousands of times, and the numbers in it may
    be large, so polynomials are evaluated in fractions and other forms in balls.
    """

    def __init__(self, condition: Relational) -> None:
        self.form: sympy.Expr = condition.gts - condition.lts
        self.symbols, self.closed = (
            condition.free_symbols,
            isinstance(condition, sympy.Ge | sympy.Le),
        )
        self.names = sorted(self.symbols, key=str)
        small = bool(self.names) and is_small(self.form)
        self.polynomial = self.form.as_poly(*self.names, domain="QQ") if small else None

    @cached_property
    def _terms(self) -> list[tuple[Fraction, tuple[int, ...]]]:
        terms = () if self.polynomial is None else self.polynomial.terms()
        return [(Fraction(int(c.p), int(c.q)), powers) for powers, c in terms]

    @cached_property
    def _program(self) -> tuple[Program, int]:
        program = Program()
        leaves = {s: program.leaf(("x", k)) for k, s in enumerate(self.names)}
        return program, translate(program, [self.form], leaves)[0]

    def holds(self, point: Mapping[sympy.Symbol, Exact]) -> bool:
        """Whether the condition holds; True where it speaks of symbols without a value, False where
        it is not real.
        """
        if not self.symbols <= point.keys():
            return True
        values = [point[s] for s in self.names]
        rational = [v for v in values if isinstance(v, int | Fraction)]
        if len(rational) < len(values):
            return self._at(values)
        if self.polynomial is not None:
            total = sum(
                (c * prod(v**e for v, e in zip(rational, powers, strict=True)))
                for c, powers in self._terms
            )
            return total > 0 or (self.closed and total == 0)
        program, node = self._program
        known = sign(program, node, {("x", k): v for k, v in enumerate(rational)})
        return known > 0 or (known == 0 and self._at(values))

    def _at(self, values: Sequence[Exact]) -> bool:
        """At values that sympy puts in: equal sides become 0 there, and balls know the rest."""
        at = {s: sympy.sympify(v, strict=True) for s, v in zip(self.names, values, strict=True)}
        value = sympy.sympify(self.form.xreplace(at), strict=True)
        if value.is_Rational:
            return bool(value > 0 or (self.closed and value == 0))
        if not (value.is_finite and value.is_extended_real):
            return False
        program = Program()
        return sign(program, translate(program, [value], {})[0], {}) > 0


__all__ = ["MOST_TERMS", "Condition", "is_small"]
