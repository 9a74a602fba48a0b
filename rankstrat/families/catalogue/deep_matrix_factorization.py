r"""Deep matrix factorization $(W_1, \dots, W_L) \mapsto W_L \cdots W_1$,
$W_l \in \mathbb{R}^{d_l \times d_{l-1}}$.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, ClassVar

import sympy

from rankstrat.activation.lookup import activations
from rankstrat.algebra.program import Program
from rankstrat.families._shared.arguments import counts
from rankstrat.families._shared.assembly import matrix_product
from rankstrat.families._shared.deep_product_strata import DeepProductStrata
from rankstrat.families._shared.formulas import shape
from rankstrat.families._shared.function_levels import product_levels
from rankstrat.families._shared.layered import LayeredStructure
from rankstrat.families._shared.orbits import halves, product_branches
from rankstrat.families._shared.record import FamilyRecord
from rankstrat.frozen import converted
from rankstrat.model.model import Model
from rankstrat.model.structure import Layers
from rankstrat.model.values import Shape
from rankstrat.strata import FunctionLevel, factor_distances
from rankstrat.targets import BranchList, TargetFunction
from rankstrat.text.tables import Math

FAMILY = "deep_matrix_factorization"


@dataclass(frozen=True)
class DeepMatrixFactorization(FamilyRecord, LayeredStructure):
    r"""The structure of $W_L \cdots W_1$.

    Attributes:
        widths: (d_0, ..., d_L).
    """

    FAMILY: ClassVar[str] = FAMILY

    widths: tuple[int, ...] = converted(partial(counts, FAMILY, shortest=2, example="[4, 2, 3, 4]"))

    @property
    def depth(self) -> int:
        """The number L of factors."""
        return len(self.widths) - 1

    @cached_property
    def blocks(self) -> Mapping[str, Shape]:
        """W1 (d_1, d_0), ..., WL (d_L, d_{L-1})."""
        return {
            f"W{layer}": (self.widths[layer], self.widths[layer - 1])
            for layer in range(1, self.depth + 1)
        }

    @property
    def input_names(self) -> tuple[str, ...]:
        """None: the map is finite-dimensional."""
        return ()

    @property
    def layers(self) -> Layers:
        """W1, ..., WL."""
        weights = tuple(f"W{layer}" for layer in range(1, self.depth + 1))
        return Layers(self.widths, weights, ("",) * self.depth, activations["identity"])

    def with_widths(self, widths: Sequence[int]) -> Model:
        """The product with other widths."""
        return Model.of(replace(self, widths=tuple(widths)))

    @property
    def formula(self) -> str:
        r"""The product of matrices."""
        if self.depth > 4:
            product, names = rf"W_{{{self.depth}}} \cdots W_1", rf"W_1, \dots, W_{{{self.depth}}}"
        else:
            layers = [f"W_{layer}" for layer in range(1, self.depth + 1)]
            product, names = " ".join(reversed(layers)), ", ".join(layers)
        return f"F({names}) = {product}{shape('d', self.widths)}"

    def expressions(
        self, blocks: Mapping[str, Any], inputs: Sequence[sympy.Symbol]
    ) -> tuple[sympy.Expr, ...]:
        """The entries of the product, row by row."""
        product = blocks["W1"].tolist()
        for layer in range(2, self.depth + 1):
            columns = list(zip(*product, strict=True))
            product = [
                [
                    sympy.Add(*(u * v for u, v in zip(row, column, strict=True)))
                    for column in columns
                ]
                for row in blocks[f"W{layer}"].tolist()
            ]
        return tuple(entry for row in product for entry in row)

    def nodes(
        self, program: Program, blocks: Mapping[str, Any], inputs: Sequence[int]
    ) -> list[int]:
        """The entries of the product as nodes of a program."""
        product = blocks["W1"]
        for layer in range(2, self.depth + 1):
            product = matrix_product(program, blocks[f"W{layer}"], product)
        entries: list[int] = product.ravel().tolist()
        return entries

    def branches(self, model: Model, target: TargetFunction) -> BranchList:
        """The branches of a target set; see `rankstrat.target_set`."""
        rows, columns = self.widths[-1], self.widths[0]
        left, right, rank = halves(target.expressions, rows, columns)
        forced = None
        if rank and self.depth > 1:
            forced = deep_matrix_factorization([columns, rank, rows]).point(W1=right, W2=left)
        return product_branches(model, target, self.widths, tuple(self.blocks), forced)

    def strata(self, model: Model) -> DeepProductStrata:
        """All strata of parameter space; see `rankstrat.stratify`."""
        return DeepProductStrata(model, self.widths)

    def function_levels(self, model: Model) -> list[FunctionLevel] | None:
        """The rank hierarchy of function space; see `rankstrat.function_hierarchy`."""
        if self.depth == 1:
            return None
        return product_levels(self.widths, tuple(self.blocks))

    def nearby(
        self, arrays: Mapping[str, Any], names: Mapping[str, Any] | None = None
    ) -> Iterable[tuple[Math, float]]:
        """Which singular values of the factors nearly vanish; see `rankstrat.nearest_strata`."""
        return factor_distances(arrays)


def deep_matrix_factorization(widths: Sequence[int]) -> Model:
    r"""$(W_1, \dots, W_L) \mapsto W_L \cdots W_1$ with parameters W1 (d_1, d_0), ..., WL (d_L,
    d_{L-1}).

    Args:
        widths: $[d_0, d_1, \dots, d_L]$.

    Raises:
        FamilyError: fewer than two widths, or one that is not a positive whole number.

    References:
        docs/proofs.md#products.

    Example:
        >>> deep_matrix_factorization(widths=[1, 1, 1, 1]).outputs
        (W1_1_1*W2_1_1*W3_1_1,)
    """
    return Model.of(DeepMatrixFactorization(widths))  # type: ignore[arg-type]
