"""Activations by name, formula or callable: those of the catalogue and those that packages
announce.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy
from sympy.core.function import UndefinedFunction

from rankstrat.activation.catalogue import ALIASES, BUILT_IN, GENERIC
from rankstrat.activation.checks import check_parity
from rankstrat.activation.record import Activation, Between, Parity, Root, Z
from rankstrat.errors import FamilyError, ParseError
from rankstrat.registry import Registry
from rankstrat.text.parsing import parse_expression, shown


class _Activations(Registry[Activation]):
    """The activations by name: those of the catalogue and those that installed packages
    announce.
    """

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(
            f"{name} is not an attribute; a name in brackets is needed; write activations[{name!r}]"
        )


def _built_in() -> dict[str, Activation]:
    return {record.name: record for record in BUILT_IN}


activations = _Activations(
    "activation",
    "rankstrat.activations",
    _built_in,
    attempt="give a formula such as 'z**2*tanh(z)'",
    kind=Activation,
    aliases=ALIASES,
)
"""Name -> `Activation`; other names in use (swish, atan, logistic, ...) are understood."""


def as_activation(given: Any) -> Activation:
    r"""The activation a user means by a name, formula, callable, sympy function, Lambda or
    `Activation`.

    Args:
        given: ``"tanh"``, ``"z**2*tanh(z)"``, ``sympy.tanh``, ``lambda z: z**3 + z``,
            ``sympy.Lambda(z, ...)``, an `Activation`; ``"sigma"`` or ``sympy.Function("sigma")``
            for a generic smooth function.

    Raises:
        FamilyError: an unknown name, an `Activation` that declares a parity it does not have, or
            something else.

    Example:
        >>> as_activation("swish").name, as_activation(lambda z: z**3 + z).formula
        ('silu', z**3 + z)
    """
    if isinstance(given, Activation):
        if given not in BUILT_IN:
            check_parity(given)
        return given
    if isinstance(given, str):
        return _from_text(given)
    if isinstance(given, UndefinedFunction):
        if given(Z) == GENERIC.formula:
            return GENERIC
        return Activation(str(given), given(Z))
    formula = _formula(given)
    for record in activations.values():
        if record.formula == formula:
            return record
    return _described(str(formula), formula)


def _from_text(text: str) -> Activation:
    if text == "sigma":
        return GENERIC
    if text in activations or text.isidentifier():
        return activations[text]
    try:
        formula = parse_expression(text, {"z": Z})
    except ParseError as error:
        raise FamilyError(
            f"the activation {shown(repr(text))} is neither a name nor a formula in z ({error});"
            " write for example 'tanh' or 'z**2*tanh(z)'"
        ) from error
    return as_activation(formula)


def _formula(given: Any) -> sympy.Expr:
    if isinstance(given, sympy.Expr) and not isinstance(given, sympy.Lambda):
        symbols = given.free_symbols
        if len(symbols) != 1:
            raise FamilyError(
                f"the activation {shown(str(given))} has {len(symbols)} symbols; an expression in"
                " one is needed"
            )
        return given.xreplace({min(symbols, key=str): Z})
    if not callable(given):
        raise FamilyError(
            f"the activation {shown(repr(given))} is of type {type(given).__name__}; give a name"
            " such as 'tanh', a formula or a callable"
        )
    try:
        value = given(Z)
    except Exception as error:
        raise FamilyError(
            f"the activation {shown(repr(given))} cannot be applied to a sympy symbol ({error});"
            " build it from sympy functions"
        ) from error
    if isinstance(value, int | Fraction) or not isinstance(value, sympy.Expr):
        raise FamilyError(
            f"the activation {shown(repr(given))} gives {shown(repr(value))}; a sympy expression in"
            " z is needed"
        )
    return value


def _described(name: str, formula: sympy.Expr) -> Activation:
    """An activation nobody described: what is known of sigma(q z) for a record sigma, else parity
    where it can be read off the formula, and no lemma.
    """
    known = _multiple(name, formula)
    if known is not None:
        return known
    mirrored = formula.xreplace({Z: -Z})
    parity: Parity = (
        "even"
        if mirrored == formula
        else "odd"
        if sympy.expand(mirrored + formula) == 0
        else "unknown"
    )
    return Activation(name, formula, parity, (), parity)


def _multiple(name: str, formula: sympy.Expr) -> Activation | None:
    """The record of sigma(q z) for a built-in sigma and a positive rational q; the factor passes
    into the weights, so that the same lemma holds.
    """
    inside = (f.args[0] for f in formula.atoms(sympy.Function) if len(f.args) == 1)
    factors = {a.as_content_primitive()[0] for a in inside if a.is_polynomial(Z)}
    for q in sorted(f for f in factors if f.is_Rational and f > 0 and f != 1):
        for record in BUILT_IN:
            if record.lemma is None or record.formula.xreplace({Z: q * Z}) != formula:
                continue
            exact = Fraction(int(q.p), int(q.q))
            return Activation(
                name,
                formula,
                record.parity,
                tuple(c * exact**k for k, c in enumerate(record.polynomial_part)),
                record.remainder_parity,
                record.lemma,
                _over(record.zeros, exact),
                _over(record.flat, exact),
            )
    return None


def _over(roots: tuple[Root, ...] | None, q: Fraction) -> tuple[Root, ...] | None:
    """The zeros of a function of q z."""
    if roots is None:
        return None
    factor = sympy.Rational(q.numerator, q.denominator)
    return tuple(
        Between(root.low / q, root.high / q) if isinstance(root, Between) else root / factor
        for root in roots
    )


def is_registered(activation: Activation) -> bool:
    """Whether the name alone gives this activation back."""
    try:
        return as_activation(activation.name) == activation
    except FamilyError:
        return False


def named(activation: Activation) -> str | Activation:
    """The name of a registered activation, else the activation itself: what rebuilds a family."""
    if is_registered(activation):
        return activation.name
    return activation


__all__ = ["activations", "as_activation", "is_registered", "named"]
