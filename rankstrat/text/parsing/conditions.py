r"""Conditions of a Piecewise: comparisons joined by & (and), | (or) and ~ (not)."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import sympy

from rankstrat.errors import ParseError
from rankstrat.text.parsing import guarded

MAX_PIECES = 200
"""Pieces of one Piecewise."""
MAX_CONDITIONS = 200
"""Comparisons in one condition, and how deep it may be nested."""
_COMPARISONS: dict[type[ast.cmpop], Any] = {
    ast.Gt: sympy.Gt, ast.GtE: sympy.Ge, ast.Lt: sympy.Lt, ast.LtE: sympy.Le,
    ast.Eq: sympy.Eq, ast.NotEq: sympy.Ne,
}  # fmt: skip
_CALLS = {"Eq": sympy.Eq, "Ne": sympy.Ne}
NEEDED = "Piecewise((x, x > 0), (0, True))"

Build = Callable[[ast.expr, int], sympy.Expr]
"""The expression of a syntax tree at a depth."""


def piecewise(node: ast.Call, build: Build, depth: int) -> sympy.Expr:
    r"""The function that is $v_1$ where $c_1$ holds, else $v_2$ where $c_2$ holds, and so on.

    Raises:
        ParseError: not pairs (value, condition), or the last condition is not True.
    """
    if node.keywords or not 0 < len(node.args) <= MAX_PIECES:
        raise ParseError(
            f"Piecewise with {len(node.args)} pieces; 1 to {MAX_PIECES} pairs are needed; write"
            f" {NEEDED}."
        )
    pieces = []
    for pair in node.args:
        if not isinstance(pair, ast.Tuple) or len(pair.elts) != 2:
            raise ParseError(
                "A piece of Piecewise is no pair; a value and a condition are needed; write"
                f" {NEEDED}."
            )
        value, held = pair.elts
        pieces.append((build(value, depth + 1), _condition(held, build, depth + 1)))
    if pieces[-1][1] is not sympy.true:
        raise ParseError(
            "The last condition of Piecewise is not True; a function defined everywhere is needed;"
            f" write {NEEDED}."
        )
    return sympy.Piecewise(*pieces, evaluate=False)


def _condition(node: ast.expr, build: Build, depth: int) -> Any:
    if depth > MAX_CONDITIONS:
        raise ParseError(
            "A condition is nested too deeply; a flat one is needed; remove parentheses."
        )
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        if node.value:
            return sympy.true
        return sympy.false
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd | ast.BitOr):
        join = sympy.And if isinstance(node.op, ast.BitAnd) else sympy.Or
        parts = _condition(node.left, build, depth + 1), _condition(node.right, build, depth + 1)
        return join(*parts)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
        return sympy.Not(_condition(node.operand, build, depth + 1))
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARISONS:
        sides = build(node.left, depth + 1), build(node.comparators[0], depth + 1)
        return _compared(_COMPARISONS[type(node.ops[0])], *sides)
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in _CALLS
        and len(node.args) == 2
    ):
        return _compared(_CALLS[node.func.id], *(build(side, depth + 1) for side in node.args))
    raise ParseError(
        "A condition of Piecewise is no comparison; h > 0, >=, <, <=, Eq(h, 0), Ne(h, 0), & or | is"
        f" needed; write {NEEDED}."
    )


def _compared(relation: Any, left: sympy.Expr, right: sympy.Expr) -> Any:
    difference = guarded.total([left, guarded.product([sympy.S.NegativeOne, right])])
    if difference.is_number:  # sympy evaluates both sides numerically to compare them
        guarded.check_constant("a comparison", difference)
    return relation(left, right)
