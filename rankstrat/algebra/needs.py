r"""What a written expression needs to be real: arguments of logarithms and bases of roots.

They are read off the expression before anything is simplified: $x^p$ needs $x > 0$ also where
$p = 2$, and $\sqrt{xy}\sqrt{x/y}$ needs $xy > 0$ although it is $|x|$. A branch of a piecewise
function needs it only where the branch holds, which the guard says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy

from rankstrat.algebra.conditions import differences, indicator
from rankstrat.algebra.program import Program
from rankstrat.algebra.signs import Signs
from rankstrat.errors import UndecidedError

MOST_VISITS = 20_000


@dataclass(frozen=True)
class Need:
    """A node is positive where the guard is 1; where it is 0 on a whole region it may stay 0 unless
    `strict`.
    """

    guard: int
    node: int
    strict: bool


def needs(
    program: Program, expressions: Sequence[Any], done: Mapping[Any, int]
) -> tuple[Need, ...]:
    """What translated expressions need.

    Args:
        program: where they were translated.
        expressions: what was translated.
        done: the node of every subexpression.

    Raises:
        UndecidedError: too many branches of piecewise functions below each other.
    """
    own = _own(program, expressions, done)
    found: dict[Need, None] = {}
    stack = [(e, program.one) for e in expressions if e in own]
    seen = set(stack)
    while stack:
        e, guard = stack.pop()
        for node, strict in own[e]:
            found[Need(guard, node, strict)] = None
        for below in _guarded(program, e, guard, done):
            if below[0] in own and below not in seen and below[1] != program.zero:
                seen.add(below)
                stack.append(below)
        if len(seen) > MOST_VISITS:
            raise UndecidedError(
                "where the model is real depends on too many branches of piecewise functions; write"
                " it with fewer"
            )
    return tuple(found)


def _own(
    program: Program, expressions: Sequence[Any], done: Mapping[Any, int]
) -> dict[Any, list[tuple[int, bool]]]:
    """What every expression needs by itself, for those that need something or stand above it."""
    signs = Signs(program)
    result: dict[Any, list[tuple[int, bool]]] = {}
    known: set[Any] = set()
    stack = [(e, False) for e in expressions]
    while stack:
        e, ready = stack.pop()
        if not ready:
            if e in known:
                continue
            known.add(e)
            stack.append((e, True))
            stack += [(a, False) for a in _below(e)]
            continue
        mine = [(_odd_part(program, signs, n), strict) for n, strict in _needed(program, e, done)]
        mine = [(n, strict) for n, strict in mine if signs.sure(n) != 1]
        if mine or any(a in result for a in _below(e)):
            result[e] = mine
    return result


def _odd_part(program: Program, signs: Signs, node: int) -> int:
    """What has the sign of a node almost everywhere: without squares and positive factors."""
    c, core = program.content(node)
    odd = [
        (n, 1)
        for n, f in program.below_root(core)
        if not (isinstance(f, int) and f % 2 == 0) and signs.sure(n) != 1
    ]
    return program.product(odd, 1 if c > 0 else -1)


def _below(e: Any) -> tuple[Any, ...]:
    if e in (sympy.true, sympy.false) or e.is_Atom:
        return ()
    if isinstance(e, sympy.Piecewise):
        values = tuple(value for value, _ in e.args)
        return values + tuple(h for _, condition in e.args for h in differences(condition))
    return tuple(e.args)


def _guarded(
    program: Program, e: Any, guard: int, done: Mapping[Any, int]
) -> list[tuple[Any, int]]:
    """What stands below an expression, and where it counts."""
    if not isinstance(e, sympy.Piecewise):
        return [(a, guard) for a in _below(e)]
    result = []
    for value, condition in e.args:
        arguments = differences(condition)
        holds = indicator(program, condition, {h: done[h] for h in arguments})
        result += [(h, guard) for h in arguments]
        result.append((value, program.product(((guard, 1), (holds, 1)))))
        other = program.linear(1, ((-1, holds),))
        guard = program.product(((guard, 1), (other, 1)))
    return result


def _inner(program: Program, h: int) -> int:
    """1 - h^2."""
    return program.linear(1, ((-1, program.power(h, 2)),))


def _outer(program: Program, h: int) -> int:
    """h^2 - 1."""
    return program.linear(-1, ((1, program.power(h, 2)),))


_NEEDED: dict[Any, Callable[[Program, int], int]] = {
    sympy.log: lambda _, h: h,
    sympy.Ci: lambda _, h: h,
    sympy.Chi: lambda _, h: h,
    sympy.bessely: lambda _, h: h,
    sympy.besselk: lambda _, h: h,
    sympy.acosh: lambda program, h: program.linear(-1, ((1, h),)),
    sympy.asin: _inner,
    sympy.acos: _inner,
    sympy.atanh: _inner,
    sympy.acoth: _outer,
    sympy.asec: _outer,
    sympy.acsc: _outer,
}
"""What must be positive for functions that are not real everywhere."""
_CLOSED = frozenset({sympy.acosh, sympy.asin, sympy.acos, sympy.asec, sympy.acsc})
"""Functions that are real at the ends of their domains, too."""


def _needed(program: Program, e: Any, done: Mapping[Any, int]) -> list[tuple[int, bool]]:
    """(node, strict) of what an expression itself needs."""
    if e.is_Pow and e.base is not sympy.E and not e.exp.is_Integer:
        if e.base not in done:  # of a root of an exponential
            return []
        return [(done[e.base], not (e.exp.is_Rational and e.exp > 0))]
    rule = _NEEDED.get(e.func)
    if e.func in (sympy.besselj, sympy.besseli) and not e.args[0].is_integer:
        rule = _NEEDED[sympy.bessely]  # a root of the argument is a factor
    if rule is None:
        return []
    return [(rule(program, done[e.args[-1]]), e.func not in _CLOSED)]


__all__ = ["Need", "needs"]
