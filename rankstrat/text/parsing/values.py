r"""Exact values: numbers and expressions from what a user or a file gives; floats are refused."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import sympy

from rankstrat.errors import InexactValueError, ParseError, PointError
from rankstrat.text.guesses import shown
from rankstrat.text.parsing.expressions import decimal_in, fraction_of, parse_expression
from rankstrat.text.parsing.guarded import forbidden_part


def parse_number(text: str, *, name: str = "value") -> sympy.Expr:
    r"""The exact real number that a string denotes: ``1/2``, ``-3``, ``sqrt(2)``, ``exp(1/2)``.

    Args:
        text: an expression without symbols; untrusted.
        name: what the number is for, used in messages.

    Raises:
        InexactValueError: a decimal such as ``0.1``.
        ParseError: anything else that is not a number of the language.

    Example:
        >>> parse_number("-2/7")
        -2/7
    """
    literal = decimal_in(text)
    if literal is not None:
        raise inexact_literal(name, literal)
    try:
        value = parse_expression(text, {})
    except ParseError as error:
        raise ParseError(f"{name}: {error}") from error
    return value


def exact_value(value: Any, *, name: str = "value") -> sympy.Expr:
    r"""The exact sympy object equal to an int, Fraction, numpy integer, sympy expression or string.

    Symbols of a sympy expression are kept (a chart needs them); a string denotes a number.

    Args:
        value: what the user gave.
        name: the parameter it is for, used in messages.

    Raises:
        InexactValueError: a float of any kind, also inside an expression, and a decimal in a
            string.
        PointError: a Boolean, a complex or infinite number, or another type.
        ParseError: a string that is not a number of the language.

    Example:
        >>> exact_value(Fraction(1, 2)), exact_value("2/7")
        (1/2, 2/7)
    """
    if isinstance(value, (bool, np.bool_)):
        raise PointError(
            f"{name} = {value} is a Boolean; an exact number is needed; write {int(value)}."
        )
    if isinstance(value, (int, np.integer)):
        return sympy.Integer(int(value))
    if isinstance(value, Fraction):
        return sympy.Rational(value.numerator, value.denominator)
    if isinstance(value, str):
        return parse_number(value, name=name)
    if isinstance(value, (float, np.floating, sympy.Float, mpmath.mpf)):
        raise _inexact(name, value)
    if isinstance(value, sympy.Expr):
        return _exact_expression(value, name)
    raise PointError(
        f"{name} = {shown(repr(value))} is of type {type(value).__name__}; an exact real number is"
        " needed; give an int, a Fraction, a sympy number or a string such as '1/2'."
    )


def inexact_literal(name: str, literal: str) -> InexactValueError:
    r"""The error for a decimal such as 0.1 in a string or a file, with the fraction to write
    instead.
    """
    return InexactValueError(
        f"{name} = {shown(literal)} is a decimal; an exact number is needed; write"
        f" {fraction_of(literal)}."
    )


def _inexact(name: str, value: Any) -> PointError:
    text = str(value)
    if not mpmath.isfinite(mpmath.mpf(text)):
        return PointError(
            f"{name} = {text} is not finite; an exact real number is needed; give an int or a"
            " fraction."
        )
    exact = "a sympy.Rational"
    if re.fullmatch(r"-?\d{1,20}(\.\d{1,20})?([eE][+-]?\d{1,2})?", text):
        fraction = Fraction(text)
        exact = f"sympy.Rational({fraction.numerator}, {fraction.denominator})"
        if fraction.denominator == 1:
            exact = str(fraction.numerator)
    return InexactValueError(f"{name} = {text} is a float; write {exact}, or use numerical_rank.")


def _exact_expression(value: sympy.Expr, name: str) -> sympy.Expr:
    part = forbidden_part(value)
    if part is None:
        return value
    if part.startswith("the float"):
        raise InexactValueError(
            f"{name} = {shown(str(value))} contains {part}; an exact expression is needed; write"
            " floats as sympy.Rational, or use numerical_rank."
        )
    raise PointError(
        f"{name} = {shown(str(value))} contains {part}; a finite real value is needed; correct it."
    )
