"""Checks of the numbers that runs are given: positive, finite, whole, exact."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from fractions import Fraction
from numbers import Real
from typing import Any

import numpy as np
import sympy

from rankstrat.errors import DataError, FamilyError, RankstratError
from rankstrat.model.values import exact_scalar


def positive(name: str, value: Any, attempt: str) -> float:
    """A finite number above 0.

    Raises:
        DataError: anything else.

    Example:
        >>> positive("the rate", 0.5, "try 0.1")
        0.5
    """
    number = real(name, value, attempt)
    if number <= 0:
        raise DataError(f"{name} {value!r} was given; a positive number is needed; {attempt}")
    return number


def real(name: str, value: Any, attempt: str) -> float:
    """A finite number.

    Raises:
        DataError: anything else.
    """
    if not isinstance(value, Real | sympy.Number) or not np.isfinite(float(value)):
        raise DataError(f"{name} {value!r} was given; a finite number is needed; {attempt}")
    return float(value)


def whole(name: str, value: Any, least: int, attempt: str) -> int:
    """A whole number from some least one on.

    Raises:
        DataError: anything else.
    """
    if isinstance(value, bool) or not hasattr(value, "__index__") or operator.index(value) < least:
        raise DataError(
            f"{name} {value!r} was given; a whole number from {least} on is needed; {attempt}"
        )
    return operator.index(value)


def rows_of(name: str, given: Any, error: type[RankstratError] = DataError) -> list[Any]:
    """The entries of a sequence or an array.

    Raises:
        RankstratError: the given subclass of it: a string, a set, or what has no entries.

    Example:
        >>> rows_of("labels", (1, 2))
        [1, 2]
    """
    if isinstance(given, str | bytes) or not isinstance(given, Sequence | np.ndarray):
        raise error(f"{name} {given!r} were given; a list is needed; write [1, 2]")
    return list(given)


def rational(name: str, value: Any) -> Fraction:
    """A rational number.

    Raises:
        DataError: an exact number that is not rational.
        InexactValueError: a float.
    """
    exact = exact_scalar(name, value)
    if not isinstance(exact, int | Fraction):
        raise DataError(
            f"{name} = {exact} was given; a rational number is needed; write"
            " sympy.Rational(1, 2), or round it"
        )
    return Fraction(exact)


def seed_of(seed: Any) -> Any:
    """A seed: a whole number from 0 on, or a tuple of them.

    Raises:
        DataError: anything else.
    """
    for part in seed if isinstance(seed, tuple) else (seed,):
        whole("the seed", part, 0, "try 0")
    return seed


def exact_number(name: str, value: Any) -> sympy.Expr:
    """An exact real number, as sympy has it; strings are not evaluated.

    Raises:
        FamilyError: a string, a float, or an expression with symbols.
    """
    if isinstance(value, str | float) or not hasattr(value, "__rsub__"):
        raise FamilyError(
            f"{name} = {value!r} was given; an exact number is needed; write"
            " sympy.Rational(1, 2), or 2"
        )
    number = sympy.sympify(exact_scalar(name, value), strict=True)
    if number.is_extended_real is not True or number.is_finite is False or number.free_symbols:
        raise FamilyError(
            f"{name} = {value} was given; a real number is needed; give its symbols values"
        )
    return number


__all__ = ["exact_number", "positive", "rational", "real", "rows_of", "seed_of", "whole"]
