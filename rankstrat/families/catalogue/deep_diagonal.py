r"""Deep diagonal linear networks $f(x) = \sum_{j=1}^m a_j^{[L]} \cdots a_j^{[1]}\,x_j$."""

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
    affine_branch,
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

FAMILY = "deep_diagonal"


@dataclass(frozen=True)
class DeepDiagonal(FamilyRecord):
    r"""The structure of $\sum_j \bigl(\prod_{l=1}^L a_j^{[l]}\bigr) x_j$.

    Attributes:
        features: the number m of inputs.
        depth: the number L of factors; with L = 1 the model is linear.
    """

    FAMILY: ClassVar[str] = FAMILY

    features: int = converted(partial(count, FAMILY))
    depth: int = converted(partial(count, FAMILY))

    @cached_property
    def blocks(self) -> Mapping[str, Shape]:
        """a (L, m): row l holds the factors of layer l."""
        return {"a": (self.depth, self.features)}

    @cached_property
    def input_names(self) -> tuple[str, ...]:
        """x1, ..., xm."""
        return input_names(self.features)

    @property
    def formula(self) -> str:
        r"""The sum of products."""
        between = range(1, self.depth + 1) if self.depth <= 3 else (1, 0, self.depth)

        def term(j: str) -> str:
            factors = (f"a_{{{layer} {j}}}" if layer else r"\cdots" for layer in between)
            return rf"{' '.join(factors)}\,x_{j}"

        value = total("j", self.features, term)
        return rf"F(\theta)(x) = {value}{inside('x', self.features)}"

    def expressions(
        self, blocks: Mapping[str, Any], inputs: Sequence[sympy.Symbol]
    ) -> tuple[sympy.Expr, ...]:
        """The one output."""
        return (
            sympy.Add(
                *(sympy.Mul(*column, x) for column, x in zip(blocks["a"].T, inputs, strict=True))
            ),
        )

    def nodes(
        self, program: Program, blocks: Mapping[str, Any], inputs: Sequence[int]
    ) -> list[int]:
        """The one output as a node of a program."""
        weights = [program.product([(a, 1) for a in column]) for column in blocks["a"].T.tolist()]
        return [dot(program, weights, inputs)]

    def branches(self, model: Model, target: TargetFunction) -> BranchList:
        """The branches of a target set; see `rankstrat.target_set`."""
        if self.depth == 1:
            return affine_branch(model, target)
        coefficients = linear_coefficients(model, target)
        factors = [model.parameters[j :: self.features] for j in range(self.features)]

        def options(j: int, c: Fraction) -> list[tuple[str, Values, tuple[sympy.Expr, ...]]]:
            *rest, last = factors[j]
            if c == 0:
                return [(f"{a} = 0", {a: sympy.Integer(0)}, (a,)) for a in factors[j]]
            product = sympy.Mul(*factors[j])
            return [
                (f"{product} = {c}", {last: sympy.Rational(c) / sympy.Mul(*rest)}, (product - c,))
            ]

        def special(j: int, c: Fraction) -> Values:
            *rest, last = factors[j]
            if c:
                return {**dict.fromkeys(rest, sympy.Integer(1)), last: sympy.Rational(c)}
            return {}

        support = [c for c in coefficients if c]
        forced = None
        if support:
            forced = deep_diagonal(len(support), self.depth).point(
                [1] * (len(support) * (self.depth - 1)) + support
            )
        return product_branches(model, coefficients, options, special, forced)

    def strata(self, model: Model) -> CoordinateStrata:
        """All strata of parameter space; see `rankstrat.stratify`."""
        groups = [[("a", (layer, j)) for layer in range(self.depth)] for j in range(self.features)]
        reason = (
            "a product of the other factors is not zero unless two of them vanish (OPT Appendix"
            " A.1;"
            f" {proved('diagonal')})"
        )
        ranks = [int(z <= 1) for z in range(self.depth + 1)]
        return coordinate_strata(model, groups, range(self.depth + 1), ranks, reason)

    def function_levels(self, model: Model) -> list[FunctionLevel] | None:
        """The rank hierarchy of function space; see `rankstrat.function_hierarchy`."""
        if self.depth == 1:
            return None
        minimisers = Math("two zero factors or more off the support")
        return diagonal_levels(self.features, minimisers, "OPT Appendix A.1")


def deep_diagonal(features: int, depth: int = 2) -> Model:
    r"""$f(x) = \sum_{j=1}^m a_j^{[L]} \cdots a_j^{[1]}\,x_j$ with parameters a (L, m).

    Args:
        features: the number m of inputs.
        depth: the number L of factors.

    Raises:
        FamilyError: not positive whole numbers.

    References:
        OPT Appendix A.1; docs/proofs.md#diagonal.

    Example:
        >>> deep_diagonal(features=1, depth=3).outputs
        (a1_1*a2_1*a3_1*x1,)
    """
    return Model.of(DeepDiagonal(features, depth))
