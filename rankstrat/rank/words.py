"""The language of certificates: which functions it has, and how long its texts may be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

import sympy

from rankstrat.errors import CertificateError, ParseError
from rankstrat.text.parsing import FUNCTIONS, ElementaryFunction, parse_expression, unspecified

MAX_TEXT, MAX_PARTS, MAX_ORDER, SECONDS = 50_000_000, 5_000_000, 12, 600
RARE = {str(f): ElementaryFunction(f) for f in (sympy.sign,)} | {
    "Heaviside": ElementaryFunction(sympy.Heaviside, (1, 2))
}
"""Functions that a certificate may contain although the language of model files does not have them.
"""


def functions_of(declared: Iterable[str]) -> dict[str, ElementaryFunction]:
    """All functions of a certificate that declares these unspecified ones."""
    given = list(declared)
    functions = {**FUNCTIONS, **RARE} | {n: unspecified(n) for n in given}
    derived = unspecified_names(given, MAX_ORDER)
    return functions | {n: unspecified(derived[n]) for n in derived if n not in functions}


def unspecified_names(functions: Iterable[str], order: int) -> dict[str, str]:
    """Name in a certificate -> name in sympy, for unspecified functions and their derivatives."""
    return {
        name + (f"_d{k}" if k else ""): name + "'" * k
        for name in functions
        for k in range(order + 1)
    }


def read_output(
    text: str,
    symbols: Mapping[str, sympy.Expr],
    functions: Mapping[str, ElementaryFunction],
) -> sympy.Expr:
    """An output of a model, which may be long.

    Raises:
        ParseError: it is outside the language.
    """
    return parse_expression(
        text,
        symbols,
        functions=functions,
        max_length=MAX_TEXT,
        max_parts=MAX_PARTS,
        seconds=SECONDS,
    )


@lru_cache(maxsize=256)
def demand_readable(
    text: str, names: tuple[str, ...], declared: tuple[str, ...], *, output: bool
) -> None:
    """Read what was written.

    Raises:
        CertificateError: the reader would refuse it.
    """
    symbols, functions = {n: sympy.Symbol(n) for n in names}, functions_of(declared)
    try:
        if output:
            read_output(text, symbols, functions)
        else:
            parse_expression(text, symbols, functions=functions)
    except ParseError as error:
        raise CertificateError(
            f"{text[:60]} cannot be written in a certificate ({error}); keep it in memory"
        ) from None
