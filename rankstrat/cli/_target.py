"""The target function of `--target`."""

from __future__ import annotations

import json
from typing import Any

import sympy

from rankstrat.errors import TargetError
from rankstrat.model.model import Model
from rankstrat.text.parsing import parse_expression


def target_of(model: Model, text: str) -> Any:
    """The function in a text: an expression in the inputs, or a JSON list of them, one an output.

    Raises:
        TargetError: a broken list, or an entry that is not exact.
    """
    symbols = {str(x): x for x in model.inputs}
    if not text.lstrip().startswith("["):
        return parse_expression(text, symbols)
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TargetError(
            f'the target is not a JSON list ({error}); write for example "[[1, 2], [2, 4]]"'
        ) from None
    rows = [row if isinstance(row, list) else [row] for row in entries]
    return [_entry(value, symbols) for row in rows for value in row]


def _entry(value: Any, symbols: dict[str, sympy.Symbol]) -> sympy.Expr:
    if isinstance(value, int) and not isinstance(value, bool):
        return sympy.Integer(value)
    if not isinstance(value, str):
        raise TargetError(
            f'the entry {value!r} of the target is not exact; write 1, or a string such as "1/2"'
        )
    return parse_expression(value, symbols)
