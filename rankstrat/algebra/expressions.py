"""Sympy expressions of which nothing is known: what may be expanded, and derivatives."""

from __future__ import annotations

from collections.abc import Iterable
from math import comb

import sympy

MOST_TERMS, HIGHEST_DEGREE = 20_000, 120


def is_expandable(expressions: Iterable[sympy.Expr]) -> bool:
    """Whether the expansions of expressions have few terms of moderate degree.

    Example:
        >>> a, b = sympy.symbols("a b")
        >>> [is_expandable([e]) for e in ((a + b) ** 9, b * (b - a) ** 9999)]
        [True, False]
    """
    known: dict[sympy.Basic, tuple[int, int]] = {}
    return all(
        terms <= MOST_TERMS and degree <= HIGHEST_DEGREE
        for terms, degree in (_size(e, known) for e in expressions)
    )


def _size(expression: sympy.Basic, known: dict[sympy.Basic, tuple[int, int]]) -> tuple[int, int]:
    """At least the number of terms and the degree of an expansion; functions count as unknowns."""
    if expression not in known:
        known[expression] = _fresh_size(expression, known)
    return known[expression]


def _fresh_size(
    expression: sympy.Basic, known: dict[sympy.Basic, tuple[int, int]]
) -> tuple[int, int]:
    if expression.is_Number:
        return 1, 0
    if expression.is_Add or expression.is_Mul:
        sizes = [_size(a, known) for a in expression.args]
        if expression.is_Add:
            return sum(t for t, _ in sizes), max(d for _, d in sizes)
        terms, degree = 1, 0
        for t, d in sizes:
            terms, degree = min(terms * t, MOST_TERMS + 1), degree + d
        return terms, degree
    if expression.is_Pow and expression.args[1].is_Integer:
        base, exponent = expression.args
        terms, degree = _size(base, known)
        n = min(abs(int(exponent)), HIGHEST_DEGREE + 1)
        return min(comb(min(terms, MOST_TERMS) + n - 1, n), MOST_TERMS + 1), degree * n
    # arguments are expanded too
    below = [_size(a, known) for a in expression.args]
    fine = all(t <= MOST_TERMS and d <= HIGHEST_DEGREE for t, d in below)
    return (1 if fine else MOST_TERMS + 1), 1


def derivative(expression: sympy.Expr, symbol: sympy.Symbol) -> sympy.Expr:
    """The derivative of a function of real variables.

    For symbols of which nothing is known sympy asks whether parts are real, and expands powers of
    complex numbers for an answer.

    Example:
        >>> a, x = sympy.symbols("a x")
        >>> derivative(a * sympy.cosh(sympy.atan(x) ** 9999), a)
        cosh(atan(x)**9999)
    """
    real = {s: sympy.Dummy(s.name, real=True) for s in expression.free_symbols | {symbol}}
    found = expression.xreplace(real).diff(real[symbol])
    return found.xreplace({dummy: s for s, dummy in real.items()})


def expanded(expression: sympy.Expr) -> sympy.Expr:
    """The expansion, or the expression as it is where that would have too many terms.

    So what is not zero after it need not be another function.

    Example:
        >>> a, b = sympy.symbols("a b")
        >>> expanded((a + b) * (a - b)), expanded((a + b) ** 9999)
        (a**2 - b**2, (a + b)**9999)
    """
    if is_expandable([expression]):
        return sympy.expand(expression)
    return expression
