r"""Conditions of piecewise functions as indicator nodes: exact also where two sides are equal.

$[h > 0]$ is the node `step(h)`, and $[h < 0] = \mathrm{step}(h) - \mathrm{sign}(h)$, so that every
condition on $h$ has the one argument $h$.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy
from sympy.core.relational import Relational

from rankstrat.algebra.linear import Rational
from rankstrat.algebra.program import Program
from rankstrat.errors import UnsupportedFunctionError


def differences(condition: Any) -> tuple[sympy.Expr, ...]:
    """lhs - rhs for every comparison inside a condition.

    Raises:
        UnsupportedFunctionError: something else than comparisons joined by and, or, not.
    """
    if isinstance(condition, Relational):
        return (condition.lhs - condition.rhs,)
    if condition in (sympy.true, sympy.false):
        return ()
    if isinstance(condition, sympy.And | sympy.Or | sympy.Not):
        return tuple(h for part in condition.args for h in differences(part))
    raise UnsupportedFunctionError(
        f"the condition {condition} was given; comparisons joined by And, Or and Not are needed;"
        " write it as h > 0"
    )


def indicator(program: Program, condition: Any, nodes: Mapping[sympy.Expr, int]) -> int:
    """The node that is 1 where a condition holds and 0 elsewhere.

    Args:
        program: where the node is built.
        condition: a sympy condition.
        nodes: the node of every expression in `differences`.
    """
    if condition is sympy.true:
        return program.one
    if condition is sympy.false:
        return program.zero
    if isinstance(condition, sympy.Not):
        return _negation(program, indicator(program, condition.args[0], nodes))
    if isinstance(condition, sympy.And):
        parts = [indicator(program, part, nodes) for part in condition.args]
        return program.product([(part, 1) for part in parts])
    if isinstance(condition, sympy.Or):
        parts = [_negation(program, indicator(program, c, nodes)) for c in condition.args]
        return _negation(program, program.product([(part, 1) for part in parts]))
    argument = nodes[condition.lhs - condition.rhs]
    step, sign = program.function("step", argument), program.function("sign", argument)
    above: list[tuple[Rational, int]] = [(1, step)]
    below: list[tuple[Rational, int]] = [(1, step), (-1, sign)]
    match condition:
        case sympy.StrictGreaterThan():
            return program.linear(0, above)
        case sympy.StrictLessThan():
            return program.linear(0, below)
        case sympy.GreaterThan():
            return program.linear(1, [(-c, n) for c, n in below])
        case sympy.LessThan():
            return program.linear(1, [(-c, n) for c, n in above])
        case sympy.Unequality():
            return program.linear(0, [*above, *below])
        case _:
            return program.linear(1, [(-c, n) for c, n in (*above, *below)])


def heaviside(program: Program, argument: int, at_zero: int) -> int:
    r"""$[h > 0] + c\,(1 - \mathrm{sign}(h)^2)$ with the value c at h = 0 (1/2 unless another is
    given).
    """
    step = program.function("step", argument)
    nonzero = program.power(program.function("sign", argument), 2)
    zero = program.linear(1, ((-1, nonzero),))
    return program.linear(0, ((1, step), (1, program.product(((at_zero, 1), (zero, 1))))))


def _negation(program: Program, node: int) -> int:
    return program.linear(1, ((-1, node),))
