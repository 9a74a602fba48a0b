r"""Where an activation defined by cases is affine: sigma(z) = slope z + offset on an interval."""

from __future__ import annotations

import itertools
from functools import lru_cache
from itertools import pairwise

import sympy

from rankstrat.activation.record import Activation, Z

Piece = tuple[sympy.Expr, sympy.Expr, sympy.Expr, sympy.Expr]
"""low, high, slope, offset."""

KINKS = (sympy.Max, sympy.Min, sympy.Abs)


@lru_cache(maxsize=1_000)
def affine_pieces(activation: Activation) -> tuple[Piece, ...]:
    r"""The largest intervals on which sigma is affine and not constant, from right to left.

    Maxima, minima and absolute values of affine functions change only where two of these are equal
    or one vanishes; between such places the formula without cases is read off at one number.

    Example:
        >>> from rankstrat.activation.lookup import activations
        >>> affine_pieces(activations["hardtanh"]), affine_pieces(activations["tanh"])
        (((-1, 1, 1, 0),), ())
    """
    formula = activation.formula
    inside = [arg for kink in formula.atoms(*KINKS) for arg in kink.args]
    forms = [arg for arg in inside if not arg.has(*KINKS)]
    if formula.has(sympy.Piecewise, sympy.Heaviside, sympy.sign) or not all(map(_affine, forms)):
        return ()
    differences = [*forms, *(g - h for g, h in itertools.combinations(forms, 2))]
    places = {root for form in differences if form.has(Z) for root in sympy.roots(form, Z)}
    ends = [-sympy.oo, *sorted(places), sympy.oo]
    found: list[Piece] = []
    for low, high in pairwise(ends):
        plain = _without_cases(formula, _between(low, high))
        if not _affine(plain) or not plain.coeff(Z, 1):
            continue
        slope, offset = plain.coeff(Z, 1), plain.coeff(Z, 0)
        if found and found[-1][1:] == (low, slope, offset):
            found[-1] = (found[-1][0], high, slope, offset)
        else:
            found.append((low, high, slope, offset))
    return tuple(reversed(found))


def _affine(form: sympy.Expr) -> bool:
    return bool(form.is_polynomial(Z)) and sympy.Poly(form, Z).degree() <= 1


def _between(low: sympy.Expr, high: sympy.Expr) -> sympy.Expr:
    """A number inside an interval."""
    if low == -sympy.oo:
        return sympy.Integer(0) if high == sympy.oo else high - 1
    return low + 1 if high == sympy.oo else (low + high) / 2


def _without_cases(formula: sympy.Expr, at: sympy.Expr) -> sympy.Expr:
    """The formula that holds near a number, without maxima, minima and absolute values."""
    if not formula.args:
        return formula
    args = [_without_cases(arg, at) for arg in formula.args]
    values = [arg.xreplace({Z: at}) for arg in args]
    if isinstance(formula, sympy.Abs):
        return args[0] if values[0] > 0 else -args[0]
    if isinstance(formula, sympy.Max | sympy.Min):
        best = max(values) if isinstance(formula, sympy.Max) else min(values)
        return args[values.index(best)]
    return sympy.expand(formula.func(*args))


__all__ = ["Piece", "affine_pieces"]
