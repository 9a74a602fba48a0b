"""Run a program over a ring: one evaluator, many rings (finite fields, floats, mpmath, polynomials,
balls).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Protocol

from rankstrat.algebra.linear import Rational
from rankstrat.algebra.program import CONSTANT, LINEAR, PRODUCT, Program
from rankstrat.deadline import check


class Ring(Protocol):
    """What an evaluation needs: images of rationals, sums, products, and (where it has them)
    functions.
    """

    def constant(self, value: Rational) -> Any:
        """The image of a rational number."""
        ...

    def linear(self, c0: Rational, terms: Sequence[tuple[Rational, Any]]) -> Any:
        """c0 + sum c_i v_i."""
        ...

    def product(self, factors: Sequence[tuple[Any, Rational]]) -> Any:
        """prod v_i^{e_i}."""
        ...

    def function(self, name: Hashable, value: Any) -> Any:
        """f(v), where the ring has functions."""
        ...


def evaluate(
    program: Program, roots: Sequence[int], ring: Ring, leaves: Mapping[int, Any]
) -> list[Any]:
    """The values of the roots; `leaves` gives the value of every leaf node below them.

    Intermediate values are dropped after their last use, so memory is the width of the program, not
    its length.
    """
    order = program.reachable(roots)
    last: dict[int, int] = {}
    for node in order:
        for child in program.args[node]:
            last[child] = node
    kept = set(roots)
    values: dict[int, Any] = {}
    kinds, data, arguments = program.kind, program.data, program.args
    for node in order:
        check("a program was evaluated")
        kind, args = kinds[node], arguments[node]
        if not args:
            values[node] = ring.constant(data[node]) if kind == CONSTANT else leaves[node]
            continue
        info: Any = data[node]
        if kind == LINEAR:
            values[node] = ring.linear(
                info[0], [(c, values[a]) for c, a in zip(info[1:], args, strict=True)]
            )
        elif kind == PRODUCT:
            values[node] = ring.product([(values[a], e) for a, e in zip(args, info, strict=True)])
        else:
            values[node] = ring.function(info, values[args[0]])
        for child in args:
            if last[child] == node and child not in kept:
                values.pop(child, None)
    return [values[root] for root in roots]
