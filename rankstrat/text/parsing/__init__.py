r"""Untrusted strings and values to exact sympy objects; nothing is executed and every cost is
bounded.
"""

from __future__ import annotations

from rankstrat.text.guesses import nearest, shown
from rankstrat.text.parsing.expressions import FUNCTIONS, parse_expression
from rankstrat.text.parsing.guarded import ElementaryFunction, unspecified
from rankstrat.text.parsing.names import (
    block_names,
    block_symbols,
    check_function,
    check_name,
    is_known_function,
    is_symbol_name,
    parse_blocks,
    parse_names,
)
from rankstrat.text.parsing.values import exact_value, inexact_literal, parse_number

__all__ = [
    "FUNCTIONS",
    "ElementaryFunction",
    "block_names",
    "block_symbols",
    "check_function",
    "check_name",
    "exact_value",
    "inexact_literal",
    "is_known_function",
    "is_symbol_name",
    "nearest",
    "parse_blocks",
    "parse_expression",
    "parse_names",
    "parse_number",
    "shown",
    "unspecified",
]
