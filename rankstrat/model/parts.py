"""What a model is made of, checked: outputs, parameters, inputs and constants."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
import sympy

from rankstrat.algebra.powers import MOST_DIGITS
from rankstrat.errors import ModelError
from rankstrat.model.values import free_symbols, has_long_numbers, listed


def expressions(outputs: Any) -> tuple[sympy.Expr, ...]:
    """The output expressions, given alone, in a sequence or in a matrix.

    Raises:
        ModelError: one is no expression.
    """
    if isinstance(outputs, sympy.MatrixBase | np.ndarray):
        outputs = list(np.asarray(outputs).ravel())
    elif isinstance(outputs, sympy.Expr | int | float | Fraction):
        outputs = [outputs]
    result = []
    for output in (
        [outputs] if isinstance(outputs, str) or not isinstance(outputs, Iterable) else outputs
    ):
        if isinstance(output, int | Fraction) and not isinstance(output, bool):
            output = sympy.Rational(output)
        if not isinstance(output, sympy.Expr):
            raise ModelError(
                f"the output {output!r} is not a sympy expression; build outputs from sympy symbols"
            )
        result.append(output)
    return tuple(result)


def symbols(symbols: Any, role: str) -> tuple[sympy.Symbol, ...]:
    """The symbols of one role, given alone, in a sequence or in a matrix.

    Raises:
        ModelError: one is no symbol.
    """
    if isinstance(symbols, sympy.Symbol):
        symbols = [symbols]
    if isinstance(symbols, sympy.MatrixBase | np.ndarray):
        symbols = list(np.asarray(symbols).ravel())
    if isinstance(symbols, str) or not isinstance(symbols, Iterable):
        result = (symbols,)
    else:
        result = tuple(symbols)
    for symbol in result:
        if not isinstance(symbol, sympy.Symbol):
            raise ModelError(f"{role} {symbol!r} is not a sympy symbol; make it with sympy.symbols")
    return result


def check_parts(
    outputs: Sequence[sympy.Expr],
    parameters: Sequence[sympy.Symbol],
    inputs: Sequence[sympy.Symbol],
    constants: Sequence[sympy.Symbol],
) -> None:
    """Demand that something is given, and that every symbol has one role.

    Raises:
        ModelError: what is wrong.
    """
    if not outputs:
        raise ModelError("a model without outputs was given; give at least one sympy expression")
    if not parameters:
        raise ModelError(
            "a model without parameters was given; list the symbols theta in `parameters`"
        )
    roles = (("parameter", parameters), ("input", inputs), ("constant", constants))
    for role, symbols in roles:
        if len({str(s) for s in symbols}) < len(symbols):
            twice = next(s for s in symbols if [str(t) for t in symbols].count(str(s)) > 1)
            raise ModelError(f"the {role} {twice} is listed twice; names must be distinct")
    for (role, symbols), (other, others) in combinations(roles, 2):
        both = {str(s) for s in symbols} & {str(s) for s in others}
        if both:
            article = "an" if other == "input" else "a"
            raise ModelError(
                f"{min(both)} is both a {role} and {article} {other}; rename one of them"
            )
    if has_long_numbers(outputs):
        raise ModelError(
            f"a number of more than {MOST_DIGITS} digits was written; shorter ones are read; scale"
            " the model"
        )
    known = {*parameters, *inputs, *constants}
    unknown = sorted(free_symbols(outputs) - known, key=str)
    for twin in sorted({str(s) for s in unknown} & {str(s) for s in known}):
        raise ModelError(
            f"the outputs use another {twin} than the listed one, of other assumptions; make it"
            " once"
        )
    if unknown:
        raise ModelError(
            f"the outputs use {listed(unknown)}, which is neither a parameter nor an input; list"
            " it (perhaps in constants=[...]), or give it a value"
        )


__all__ = ["check_parts", "expressions", "symbols"]
