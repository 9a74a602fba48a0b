r"""Exponential sums $\sum_j p_j e^{q_j}$ and their quotients, read off expressions.

The coefficients $p_j$ are polynomials in parameters and inputs; the exponents $q_j$ are polynomials
in the inputs with rational functions of the parameters as coefficients. Circular functions are sums
with the imaginary unit, which is the last variable. An input $x > 0$ that occurs in powers
$x^p = e^{p \log x}$ is replaced by $\log x$.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import sympy
from sympy.functions.elementary.hyperbolic import HyperbolicFunction
from sympy.functions.elementary.trigonometric import TrigonometricFunction

from rankstrat.deadline import check

MOST_TERMS, MOST_POWER = 64, 12
Sum = Mapping[Any, Any]
"""Exponent, an element of Q(theta, x, i), -> coefficient, one of Q[theta, x, i], where powers of i
may be left.
"""


@dataclass(frozen=True)
class Quotient:
    """top / product of bottoms, each a power of an exponential sum.

    Attributes:
        top: a sum.
        bottoms: sums, as sets of pairs, with the powers of each.
    """

    top: Sum
    bottoms: Mapping[frozenset[tuple[Any, Any]], int] = field(default_factory=dict)


@dataclass(frozen=True)
class Reader:
    """Reads expressions in parameters and inputs.

    Attributes:
        parameters: theta.
        inputs: x.
        logarithmic: positive inputs, whose logarithm is the variable.
    """

    parameters: tuple[sympy.Symbol, ...]
    inputs: tuple[sympy.Symbol, ...]
    logarithmic: frozenset[sympy.Symbol] = frozenset()

    @staticmethod
    def of(
        parameters: tuple[sympy.Symbol, ...],
        inputs: tuple[sympy.Symbol, ...],
        positive: Container[sympy.Symbol],
        expressions: Iterable[sympy.Expr],
    ) -> Reader | None:
        """A reader of these expressions; None where an input below a power or a logarithm is not
        known to be positive.
        """
        known = set(inputs)
        found = {
            power.args[0]
            for expression in expressions
            for power in expression.atoms(sympy.Pow, sympy.log)
            if power.args[0] in known and (isinstance(power, sympy.log) or not power.exp.is_Integer)
        }
        if not all(x in positive for x in found):
            return None
        return Reader(parameters, inputs, frozenset(found))

    @cached_property
    def field(self) -> Any:
        """Q(theta, x, i) with a variable i."""
        return sympy.QQ.frac_field(*self.parameters, *self.inputs, sympy.Dummy("i")).field

    @property
    def constant(self) -> tuple[int, ...]:
        """The exponents of the inputs and of i in the number 1."""
        return (0,) * (len(self.inputs) + 1)

    def read(self, expression: sympy.Expr) -> Quotient | None:
        """The quotient that an expression is; None where it is none, or a large one."""
        found = self._read(expression)
        if found is None or len(found.top) > MOST_TERMS:
            return None
        return found

    def _read(self, expression: sympy.Expr) -> Quotient | None:
        if expression.is_Rational:
            return self._plain(self.field.ring(sympy.QQ(int(expression.p), int(expression.q))))
        if expression in self.logarithmic:
            return self._exponential(sympy.log(expression))
        if expression in self._generators:
            return self._plain(self._generators[expression])
        if isinstance(expression, sympy.log) and expression.args[0] in self.logarithmic:
            return self._plain(self._generators[expression.args[0]])
        if isinstance(expression, sympy.Pow) and expression.base in self.logarithmic:
            return self._exponential(expression.exp * sympy.log(expression.base))
        if isinstance(expression, sympy.exp):
            return self._exponential(expression.args[0])
        if isinstance(expression, (HyperbolicFunction, TrigonometricFunction)):
            rewritten = expression.rewrite(sympy.exp, deep=False)
            return None if rewritten.has(type(expression)) else self._read(rewritten)
        if isinstance(expression, sympy.Add):
            return self._joined(expression.args, self._sum)
        if isinstance(expression, sympy.Mul):
            return self._joined(expression.args, self._product)
        if isinstance(expression, sympy.Pow) and expression.exp.is_Integer:
            return self._power(expression.base, int(expression.exp))
        return None

    @cached_property
    def _generators(self) -> dict[sympy.Expr, Any]:
        symbols = (*self.parameters, *self.inputs, sympy.I)
        return dict(zip(symbols, self.field.ring.gens, strict=True))

    def _plain(self, poly: Any) -> Quotient:
        return Quotient({self.field.zero: poly} if poly else {})

    def _joined(self, parts: Sequence[sympy.Expr], join: Any) -> Quotient | None:
        result: Quotient | None = None
        for number, part in enumerate(parts):
            one = self._read(part)
            if one is None:
                return None
            result = one if number == 0 else join(result, one)
            if result is None:
                return None
        return result

    def _exponential(self, inside: sympy.Expr) -> Quotient | None:
        exponent = self._read(inside)
        if exponent is None or set(exponent.top) - {self.field.zero}:
            return None
        value = self.field(exponent.top.get(self.field.zero, self.field.ring(0)))
        for bottom, power in exponent.bottoms.items():
            plain = dict(bottom)
            if set(plain) != {self.field.zero} or self.has_inputs(plain[self.field.zero]):
                return None
            value = value / self.field(plain[self.field.zero]) ** power
        return Quotient({value: self.field.ring(1)})

    def has_inputs(self, poly: Any) -> bool:
        """Whether a polynomial depends on the inputs, or is not real."""
        return any(any(m[len(self.parameters) :]) for m in poly.monoms())

    def _power(self, base: sympy.Expr, exponent: int) -> Quotient | None:
        one = self._read(base)
        if one is None or abs(exponent) > MOST_POWER:
            return None
        if exponent < 0:
            one = self._inverse(one)
        result: Quotient | None = one
        for _ in range(abs(exponent) - 1):
            result = None if result is None or one is None else self._product(result, one)
        return result

    def _inverse(self, one: Quotient) -> Quotient | None:
        if not one.top:
            return None
        top: Sum | None = {self.field.zero: self.field.ring(1)}
        for bottom, power in one.bottoms.items():
            for _ in range(power):
                top = None if top is None else times(top, dict(bottom))
        if top is None:
            return None
        if len(one.top) == 1:  # a monomial in exponentials moves to the top
            ((exponent, c),) = one.top.items()
            top = {e - exponent: p for e, p in top.items()}
            if c.is_ground:
                return Quotient({e: p.quo_ground(c.LC) for e, p in top.items()})
            return Quotient(top, {frozenset({(self.field.zero, c)}): 1})
        return Quotient(top, {frozenset(one.top.items()): 1})

    def _product(self, one: Quotient, two: Quotient) -> Quotient | None:
        top = times(one.top, two.top)
        bottoms = dict(one.bottoms)
        for bottom, power in two.bottoms.items():
            bottoms[bottom] = bottoms.get(bottom, 0) + power
        return None if top is None else Quotient(top, bottoms)

    def _sum(self, one: Quotient, two: Quotient) -> Quotient | None:
        both = {
            b: max(one.bottoms.get(b, 0), two.bottoms.get(b, 0))
            for b in dict.fromkeys((*one.bottoms, *two.bottoms))
        }
        tops: list[Sum] = []
        for part in (one, two):
            top: Sum | None = part.top
            for bottom, power in both.items():
                for _ in range(power - part.bottoms.get(bottom, 0)):
                    top = None if top is None else times(top, dict(bottom))
            if top is None:
                return None
            tops.append(top)
        result = dict(tops[0])
        for exponent, c in tops[1].items():
            result[exponent] = result[exponent] + c if exponent in result else c
        return Quotient({e: c for e, c in result.items() if c}, both)


def cleared(entries: Sequence[Any]) -> list[Any]:
    """Elements of Q(theta, x, i) times one polynomial in whose multiples no denominator is left.

    A least common multiple over a field has no numbers, so those below stay with each element.
    """
    if not entries:
        return []
    common = entries[0].field.ring(1)
    for entry in entries:
        common = common.lcm(entry.denom)
    whole = [entry * common for entry in entries]
    return [entry.numer.quo_ground(entry.denom.LC) for entry in whole]


def times(one: Sum, two: Sum) -> Sum | None:
    """The product; None where it has too many terms."""
    result: dict[Any, Any] = {}
    for e, c in one.items():
        check("a product was expanded")  # no alarm: it could ring between many short calls
        for f, d in two.items():
            result[e + f] = result[e + f] + c * d if e + f in result else c * d
            if len(result) > MOST_TERMS:
                return None
    return {e: c for e, c in result.items() if c}


__all__ = ["Quotient", "Reader", "Sum", "cleared", "times"]
