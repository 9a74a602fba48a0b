r"""Cases and conditions in the language: ``Piecewise((x, x > 0), (0, True))``, ``(x > 0) & (x <
1)``, ``Eq(w, 0)``.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import sympy

from rankstrat.errors import ParseError

Build = Callable[[ast.expr, int], sympy.Expr]
MAX_CASES, MAX_CONDITION = 200, 40
_COMPARISONS: dict[type[ast.cmpop], Any] = {
    ast.Lt: sympy.Lt,
    ast.LtE: sympy.Le,
    ast.Gt: sympy.Gt,
    ast.GtE: sympy.Ge,
    ast.Eq: sympy.Eq,
    ast.NotEq: sympy.Ne,
}
_EQUALITIES = {"Eq": sympy.Eq, "Ne": sympy.Ne}
_FORM = "write Piecewise((value, condition), ..., (value, True)) with conditions such as x > 0"


def cases(node: ast.Call, build: Build, depth: int) -> sympy.Expr:
    r"""A case distinction, the last case of which always holds.

    Args:
        node: a call of Piecewise.
        build: the expression of a node at a depth.
        depth: the nesting depth of the call.

    Raises:
        ParseError: no pairs, a condition that is none, no last case.
    """
    pairs: list[tuple[sympy.Expr, Any]] = []
    if node.keywords or not node.args or len(node.args) > MAX_CASES:
        raise ParseError(
            f"Piecewise of {len(node.args)} cases was given; pairs are needed; {_FORM}."
        )
    for case in node.args:
        if not isinstance(case, ast.Tuple) or len(case.elts) != 2:
            raise ParseError(f"A case of Piecewise is not a pair; pairs are needed; {_FORM}.")
        value, holds = case.elts
        pairs.append((build(value, depth + 1), condition(holds, build, depth + 1, 0)))
    if pairs[-1][1] is not sympy.true:
        raise ParseError(f"The last case of Piecewise has a condition; True is needed; {_FORM}.")
    return sympy.Piecewise(*pairs, evaluate=False)


def condition(node: ast.expr, build: Build, depth: int, nesting: int) -> Any:
    """A condition: comparisons joined by &, | and ~."""
    if nesting > MAX_CONDITION:
        raise ParseError(f"A condition nested more than {MAX_CONDITION} deep; {_FORM}.")
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        return sympy.true if node.value else sympy.false
    if isinstance(node, ast.Compare):
        sides = [build(side, depth + 1) for side in (node.left, *node.comparators)]
        if all(type(operator) in _COMPARISONS for operator in node.ops):
            return sympy.And(
                *(
                    _COMPARISONS[type(operator)](left, right)
                    for left, operator, right in zip(sides, node.ops, sides[1:], strict=False)
                )
            )
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id in _EQUALITIES and len(node.args) == 2 and not node.keywords:
            return _EQUALITIES[node.func.id](*(build(side, depth + 1) for side in node.args))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd | ast.BitOr):
        join = sympy.And if isinstance(node.op, ast.BitAnd) else sympy.Or
        return join(
            condition(node.left, build, depth, nesting + 1),
            condition(node.right, build, depth, nesting + 1),
        )
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
        return sympy.Not(condition(node.operand, build, depth, nesting + 1))
    raise ParseError(f"Something else than a condition was given; {_FORM}.")
