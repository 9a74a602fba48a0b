r"""Where an activation defined by cases is affine: sigma(z) = slope z + offset on an interval."""

from __future__ import annotations

import itertools
from functools import lru_cache
from itertools import pairwise

import sympy
from sympy.core.function import AppliedUndef

from rankstrat.activation.record import Activation, Z

Piece = tuple[sympy.Expr, sympy.Expr, sympy.Expr, sympy.Expr]
"""low, high, slope, offset."""

KINKS = (sympy.Max, sympy.Min, sympy.Abs)


@lru_cache(maxsize=1_000)
def affine_pieces(activation: Activation) -> tuple[Piece, ...]:
    r"""The largest intervals on which sigma is affine and not constant, from right to left.

    Maxima, minima and absolute values of affine functions, also nested ones, change only where two
    arguments are equal or one vanishes; between such places the formula without cases is read off
    at one number.

    Example:
        >>> from rankstrat.activation.lookup import activations
        >>> affine_pieces(activations["hardtanh"]), affine_pieces(activations["tanh"])
        (((-1, 1, 1, 0),), ())
    """
    formula = activation.formula
    places = _kinks(formula)
    if places is None:
        return ()
    found: list[Piece] = []
    for low, high in pairwise([-sympy.oo, *places, sympy.oo]):
        plain = _without_cases(formula, _between(low, high))
        if not _affine(plain) or not plain.coeff(Z, 1):
            continue
        slope, offset = plain.coeff(Z, 1), plain.coeff(Z, 0)
        if found and found[-1][1:] == (low, slope, offset):
            found[-1] = (found[-1][0], high, slope, offset)
        else:
            found.append((low, high, slope, offset))
    return tuple(reversed(found))


def _kinks(formula: sympy.Expr) -> list[sympy.Expr] | None:
    """Where the formula without cases may change, ascending; None where that is not known.

    What a nested maximum is near a number decides where the outer one changes, so places are added
    until no interval has one inside.
    """
    if formula.has(sympy.Piecewise, sympy.Heaviside, sympy.sign, sympy.floor, AppliedUndef):
        return None
    places: set[sympy.Expr] = set()
    while True:
        new: set[sympy.Expr] = set()
        for low, high in pairwise([-sympy.oo, *sorted(places), sympy.oo]):
            at = _between(low, high)
            for kink in formula.atoms(*KINKS):
                args = [_without_cases(arg, at) for arg in kink.args]
                args += [sympy.Integer(0)] * isinstance(kink, sympy.Abs)
                gaps = [sympy.expand(g - h) for g, h in itertools.combinations(args, 2)]
                if not all(map(_affine, gaps)):
                    return None
                roots = {-gap.coeff(Z, 0) / gap.coeff(Z, 1) for gap in gaps if gap.has(Z)}
                new |= {root for root in roots if low < root < high}
        if not new:
            return sorted(places)
        places |= new


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
