r"""Diagonal linear networks $f(x) = \sum_{j=1}^m (a_j^2 - b_j^2)\,x_j$."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial
from typing import Any, ClassVar

import sympy

from rankstrat.algebra.program import Program
from rankstrat.families._shared.arguments import count, input_names
from rankstrat.families._shared.assembly import dot
from rankstrat.families._shared.diagonal_strata import CoordinateStrata, coordinate_strata
from rankstrat.families._shared.formulas import inside, total
from rankstrat.families._shared.function_levels import diagonal_levels
from rankstrat.families._shared.product_branches import (
    Values,
    linear_coefficients,
    product_branches,
)
from rankstrat.families._shared.record import FamilyRecord
from rankstrat.frozen import converted
from rankstrat.model.model import Model
from rankstrat.model.values import Shape
from rankstrat.strata import FunctionLevel
from rankstrat.targets import BranchList, TargetFunction
from rankstrat.text.sources import proved
from rankstrat.text.tables import Math

FAMILY = "diagonal"


@dataclass(frozen=True)
class Diagonal(FamilyRecord):
    r"""The structure of $\sum_j (a_j^2 - b_j^2)\,x_j$.

    Attributes:
        features: the number m of inputs.
    """

    FAMILY: ClassVar[str] = FAMILY

    features: int = converted(partial(count, FAMILY))

    @cached_property
    def blocks(self) -> Mapping[str, Shape]:
        """a (m,), b (m,)."""
        return {"a": (self.features,), "b": (self.features,)}

    @cached_property
    def input_names(self) -> tuple[str, ...]:
        """x1, ..., xm."""
        return input_names(self.features)

    @property
    def formula(self) -> str:
        r"""The sum over the coordinates."""
        value = total("j", self.features, lambda j: rf"(a_{j}^2 - b_{j}^2)\,x_{j}")
        return rf"F(\theta)(x) = {value}{inside('x', self.features)}"

    def expressions(
        self, blocks: Mapping[str, Any], inputs: Sequence[sympy.Symbol]
    ) -> tuple[sympy.Expr, ...]:
        """The one output."""
        terms = [
            (a**2 - b**2) * x for a, b, x in zip(blocks["a"], blocks["b"], inputs, strict=True)
        ]
        return (sympy.Add(*terms),)

    def nodes(
        self, program: Program, blocks: Mapping[str, Any], inputs: Sequence[int]
    ) -> list[int]:
        """The one output as a node of a program."""
        weights = [
            program.linear(0, ((1, program.power(a, 2)), (-1, program.power(b, 2))))
            for a, b in zip(blocks["a"].tolist(), blocks["b"].tolist(), strict=True)
        ]
        return [dot(program, weights, inputs)]

    def branches(self, model: Model, target: TargetFunction) -> BranchList:
        """The branches of a target set; see `rankstrat.target_set`."""
        coefficients = linear_coefficients(model, target)
        a, b = model.parameters[: self.features], model.parameters[self.features :]

        def options(j: int, c: Fraction) -> list[tuple[str, Values, tuple[sympy.Expr, ...]]]:
            if c == 0:
                return [
                    (f"{b[j]} = {sign}{a[j]}", {b[j]: s * a[j]}, (b[j] - s * a[j],))
                    for sign, s in (("", 1), ("-", -1))
                ]
            s = sympy.Symbol(f"s{j + 1}")
            chart = {a[j]: (s + sympy.Rational(c) / s) / 2, b[j]: (sympy.Rational(c) / s - s) / 2}
            return [(f"{a[j]}^2 - {b[j]}^2 = {c}", chart, (a[j] ** 2 - b[j] ** 2 - c,))]

        def special(j: int, c: Fraction) -> Values:
            if c:
                return {a[j]: sympy.Rational(1 + c) / 2, b[j]: sympy.Rational(c - 1) / 2}
            return {}

        support = [c for c in coefficients if c]
        forced = None
        if support:
            halves = [(1 + c) / 2 for c in support] + [(c - 1) / 2 for c in support]
            forced = diagonal(len(support)).point(halves)
        return product_branches(model, coefficients, options, special, forced)

    def strata(self, model: Model) -> CoordinateStrata:
        """All strata of parameter space; see `rankstrat.stratify`."""
        groups = [(("a", j), ("b", j)) for j in range(self.features)]
        reason = (
            "the tangent functions are 2 a x_j and -2 b x_j: rank 1 unless a = b = 0"
            f" ({proved('diagonal')})"
        )
        return coordinate_strata(model, groups, (0, 2), (1, 1, 0), reason)

    def function_levels(self, model: Model) -> list[FunctionLevel]:
        """The rank hierarchy of function space; see `rankstrat.function_hierarchy`."""
        return diagonal_levels(self.features, Math("a = b = 0 off the support"), proved("diagonal"))


def diagonal(features: int) -> Model:
    r"""$f(x) = \sum_{j=1}^m (a_j^2 - b_j^2)\,x_j$ with parameters a (m,), b (m,).

    Args:
        features: the number m of inputs.

    Raises:
        FamilyError: not a positive whole number.

    References:
        DIAG; docs/proofs.md#diagonal.

    Example:
        >>> diagonal(features=1).outputs
        (x1*(a1**2 - b1**2),)
    """
    return Model.of(Diagonal(features))
