"""Gradient and Hessian of a model at a point, evaluated at data rows in fractions or balls."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import Any

import sympy

from rankstrat.algebra.balls import BallRing
from rankstrat.algebra.evaluate import evaluate
from rankstrat.algebra.program import FUNCTION, LEAF, PIECEWISE, PRODUCT, Program
from rankstrat.algebra.signature import Rationals, ball
from rankstrat.algebra.translate import translate
from rankstrat.errors import DataError
from rankstrat.model.model import Chart, Model
from rankstrat.model.values import exact_scalar

ScaledRow = tuple[tuple[Fraction, ...], int]
Inputs = tuple[tuple[Fraction, ...], ...]


def exact_inputs(model: Model, inputs: Sequence[Sequence[Any]]) -> Inputs:
    """Rational inputs in the domain of a model without unknown constants.

    Raises:
        DataError: other inputs, or another model.
    """
    if model.constants:
        raise DataError(f"{model} has unknown constants; numbers are needed; give them values")
    xs = tuple(tuple(Fraction(exact_scalar("input", v)) for v in x) for x in inputs)
    if any(len(x) != len(model.inputs) for x in xs):
        raise DataError(
            f"an input does not have {len(model.inputs)} entries; give one exact number for each of"
            f" {model.inputs}"
        )
    for x in xs:
        if model.domain and not model.domain.contains(dict(zip(model.inputs, x, strict=True))):
            raise DataError(
                f"the input {', '.join(map(str, x))} lies outside the domain {model.domain}; one"
                " inside is needed; move it, or declare a larger domain"
            )
    return xs


class SecondOrder:
    """Outputs, gradient and Hessian of a model at a point, as nodes over inputs (and mixers)."""

    def __init__(self, chart: Chart, program: Program | None = None) -> None:
        compiled = chart.model.compiled
        source = compiled.program
        self.program = Program() if program is None else program
        self._compiled = compiled
        leaves = {c: self.program.leaf(("u", c)) for c in chart.coordinates}
        self.coordinates = {str(c): leaf for c, leaf in leaves.items()}
        expressions = iter(
            translate(self.program, [v for v in chart.raw if isinstance(v, sympy.Expr)], leaves)
        )
        self._image = {
            leaf: next(expressions) if isinstance(v, sympy.Expr) else self.program.constant(v)
            for leaf, v in zip(compiled.parameters, chart.raw, strict=True)
        }
        done = source.rebuild([*compiled.gradient, *compiled.outputs], self.program, self._image)
        self.gradient = [done[n] for n in compiled.gradient]
        self.values = [done[n] for n in compiled.outputs]
        self.outputs = len(compiled.outputs)
        self.inputs = len(compiled.inputs)

    @cached_property
    def hessian(self) -> list[list[int]]:
        """The nodes of all second derivatives."""
        compiled = self._compiled
        rows = [compiled.derivatives(g, compiled.parameters) for g in compiled.gradient]
        done = compiled.program.rebuild([n for row in rows for n in row], self.program, self._image)
        return [[done[n] for n in row] for row in rows]

    @cached_property
    def rational(self) -> bool:
        """Whether everything is a (piecewise) rational function with rational coefficients."""
        program = self.program
        nodes = program.reachable([*self.gradient, *self.values])
        return not any(
            (program.kind[n] == FUNCTION and program.data[n] not in PIECEWISE)
            or (program.kind[n] == LEAF and program.data[n][0] not in ("x", "mix"))
            or (program.kind[n] == PRODUCT and any(e % 1 != 0 for e in program.data[n]))
            for n in nodes
        )

    def leaves(self, row: ScaledRow, number: Callable[[Fraction], Any]) -> dict[int, Any]:
        """Values of inputs and mixers for one data row."""
        x, output = row
        values = {self.program.leaf(("x", k)): number(v) for k, v in enumerate(x)}
        if self.outputs > 1:
            values |= {
                self.program.leaf(("mix", k)): number(Fraction(k == output))
                for k in range(self.outputs)
            }
        return values


def values_at(
    second: SecondOrder,
    nodes: Sequence[int],
    rows: Sequence[ScaledRow],
    *,
    exact: bool,
    coordinates: Mapping[str, Any] = MappingProxyType({}),
) -> list[list[Any]]:
    """The values of nodes at every data row: fractions when `exact`, else balls at the current
    precision.

    `coordinates` gives values to the coordinates of the chart, when it is not a point.
    """
    ring: Any = Rationals() if exact else BallRing()
    special = {} if exact else _special(second.program, second.program.reachable(nodes))
    special |= {leaf: coordinates[name] for name, leaf in second.coordinates.items()}
    return [
        evaluate(
            second.program,
            nodes,
            ring,
            {**special, **second.leaves(r, Fraction if exact else ball)},
        )
        for r in rows
    ]


def is_defined_at(second: SecondOrder, x: Sequence[Fraction]) -> bool:
    """Whether the outputs of a model at a point and their derivatives are numbers at an input."""
    nodes, exact = [*second.values, *second.gradient], second.rational
    try:
        found = values_at(
            second, nodes, [(tuple(x), k) for k in range(second.outputs)], exact=exact
        )
    except ZeroDivisionError:
        return False
    return exact or all(v.is_finite() for row in found for v in row)


def _special(program: Program, nodes: Sequence[int]) -> dict[int, Any]:
    """Balls for pi and the primes below radicals."""
    found = {}
    for n in nodes:
        key: Any = program.data[n]
        if program.kind[n] == LEAF and key[0] == "prime":
            found[n] = ball(key[1])
        elif program.kind[n] == LEAF and key[0] == "pi":
            found[n] = BallRing().function("atan", ball(1)) * 4
    return found


__all__ = ["Inputs", "ScaledRow", "SecondOrder", "exact_inputs", "is_defined_at", "values_at"]
