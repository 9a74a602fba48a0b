r"""Cells of the line cut by real zeros of rational functions in one variable, exactly."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import flint

from rankstrat.algebra.evaluate import evaluate
from rankstrat.algebra.linear import Rational
from rankstrat.algebra.program import LEAF, Program
from rankstrat.errors import BudgetError, PoleError

MAX_DEGREE = 400


class _Quotients:
    """Quotients of polynomials over Q as pairs, not reduced."""

    def constant(self, value: Rational) -> Any:
        return flint.fmpq_poly([flint.fmpq(*Fraction(value).as_integer_ratio())]), _ONE

    def linear(self, c0: Rational, terms: Sequence[tuple[Rational, Any]]) -> Any:
        total = self.constant(c0)
        for c, (n, d) in terms:
            n = n * flint.fmpq(*Fraction(c).as_integer_ratio())
            above, below = total
            total = (above + n, below) if d == below else (above * d + n * below, below * d)
        return self._bounded(total)

    def product(self, factors: Sequence[tuple[Any, Rational]]) -> Any:
        above, below = _ONE, _ONE
        for (n, d), e in factors:
            if not isinstance(e, int):
                raise BudgetError("a root occurs")
            if e < 0 and not n:
                raise PoleError("a denominator vanishes identically; choose values off the pole")
            above, below = (
                (above * n**e, below * d**e) if e >= 0 else (above * d**-e, below * n**-e)
            )
        return self._bounded((above, below))

    def function(self, name: Hashable, value: Any) -> Any:
        raise BudgetError(f"the function {name} occurs")

    @staticmethod
    def _bounded(value: Any) -> Any:
        if max(part.degree() for part in value) > MAX_DEGREE:
            raise BudgetError(f"a polynomial of degree above {MAX_DEGREE} occurs")
        return value


_ONE = flint.fmpq_poly([1])


def polynomial(program: Program, node: int, variable: int) -> Any:
    """A polynomial with the sign of a rational function of one leaf (numerator times denominator),
    or None.
    """
    leaves = [n for n in program.reachable((node,)) if program.kind[n] == LEAF]
    functions = any(program.kind[n] > 3 for n in program.reachable((node,)))
    if functions or any(n != variable for n in leaves):
        return None
    above, below = evaluate(
        program, (node,), _Quotients(), {variable: (flint.fmpq_poly([0, 1]), _ONE)}
    )[0]
    common = above.gcd(below)
    return (above // common) * (below // common)


def cells_on_line(polynomials: Sequence[Any]) -> dict[tuple[int, ...], Fraction]:
    """Sign vector -> a rational point, for every sign vector on an open interval between zeros."""
    result: dict[tuple[int, ...], Fraction] = {}
    for point in _between(polynomials):
        result.setdefault(tuple(sign_at(p, point) for p in polynomials), point)
    return result


def sign_at(p: Any, point: Fraction) -> int:
    """The sign of a polynomial at a rational point."""
    value = p(flint.fmpq(*point.as_integer_ratio()))
    return int(value > 0) - int(value < 0)


def _between(polynomials: Sequence[Any]) -> list[Fraction]:
    """A rational point in every open interval between the real zeros."""
    total = _ONE
    for p in polynomials:
        if p.degree() > 0:
            total = total * (p // p.gcd(total))
    if total.degree() > MAX_DEGREE:
        raise BudgetError(f"the kinks are the zeros of a polynomial of degree {total.degree()}")
    if total.degree() < 1:
        return [Fraction(0)]
    numerator = total.numer()
    numerator = numerator // numerator.gcd(numerator.derivative())
    bits = 64
    before = flint.ctx.prec
    try:
        while True:
            flint.ctx.prec = bits
            roots: Any = numerator.complex_roots()
            balls = [root.real for root, _ in roots if root.imag == 0]
            ends = sorted((_exact(b.lower(), -1), _exact(b.upper(), 1)) for b in balls)
            if all(a[1] < b[0] for a, b in pairwise(ends)):
                break
            bits *= 2
    finally:
        flint.ctx.prec = before
    if not ends:
        return [Fraction(0)]
    middle = [(a[1] + b[0]) / 2 for a, b in pairwise(ends)]
    return [ends[0][0] - 1, *middle, ends[-1][1] + 1]


def _exact(ball: Any, direction: int) -> Fraction:
    """A rational end of a ball, rounded outward."""
    end = ball.mid().fmpq() + direction * abs(ball.rad().fmpq())
    return Fraction(int(end.p), int(end.q))
