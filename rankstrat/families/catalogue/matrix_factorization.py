r"""Matrix factorization $(A, B) \mapsto AB$, $A \in \mathbb{R}^{d_1 \times p}$,
$B \in \mathbb{R}^{p \times d_2}$.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, ClassVar

import sympy

from rankstrat.activation.lookup import activations
from rankstrat.algebra.program import Program
from rankstrat.families._shared.arguments import count
from rankstrat.families._shared.assembly import matrix_product
from rankstrat.families._shared.formulas import inside
from rankstrat.families._shared.function_levels import product_levels
from rankstrat.families._shared.layered import LayeredStructure
from rankstrat.families._shared.orbits import halves, product_branches
from rankstrat.families._shared.product_strata import ProductStrata
from rankstrat.families._shared.record import FamilyRecord
from rankstrat.frozen import converted
from rankstrat.model.model import Model
from rankstrat.model.structure import Layers
from rankstrat.model.values import Shape
from rankstrat.strata import FunctionLevel, factor_distances
from rankstrat.targets import BranchList, TargetFunction
from rankstrat.text.tables import Math

FAMILY = "matrix_factorization"


@dataclass(frozen=True)
class MatrixFactorization(FamilyRecord, LayeredStructure):
    r"""The structure of $AB$.

    Attributes:
        rows: d_1, the rows of A.
        inner: p, the columns of A and rows of B.
        columns: d_2, the columns of B.
    """

    FAMILY: ClassVar[str] = FAMILY

    rows: int = converted(partial(count, FAMILY))
    inner: int = converted(partial(count, FAMILY))
    columns: int = converted(partial(count, FAMILY))

    @cached_property
    def blocks(self) -> Mapping[str, Shape]:
        """A (d_1, p), B (p, d_2)."""
        return {"A": (self.rows, self.inner), "B": (self.inner, self.columns)}

    @property
    def input_names(self) -> tuple[str, ...]:
        """None: the map is finite-dimensional."""
        return ()

    @property
    def layers(self) -> Layers:
        """B, then A."""
        widths = (self.columns, self.inner, self.rows)
        return Layers(widths, ("B", "A"), ("", ""), activations["identity"])

    def with_widths(self, widths: Sequence[int]) -> Model:
        """The product with other sizes."""
        return Model.of(replace(self, columns=widths[0], inner=widths[1], rows=widths[2]))

    @property
    def formula(self) -> str:
        r"""The product."""
        left = inside("A", self.rows, self.inner)
        return f"F(A, B) = A B{left}{inside('B', self.inner, self.columns)}"

    def expressions(
        self, blocks: Mapping[str, Any], inputs: Sequence[sympy.Symbol]
    ) -> tuple[sympy.Expr, ...]:
        """The entries of AB, row by row."""
        left, right = blocks["A"], blocks["B"]
        return tuple(
            sympy.Add(*(left[i, k] * right[k, j] for k in range(self.inner)))
            for i in range(self.rows)
            for j in range(self.columns)
        )

    def nodes(
        self, program: Program, blocks: Mapping[str, Any], inputs: Sequence[int]
    ) -> list[int]:
        """The entries of AB as nodes of a program."""
        entries: list[int] = matrix_product(program, blocks["A"], blocks["B"]).ravel().tolist()
        return entries

    def branches(self, model: Model, target: TargetFunction) -> BranchList:
        """The branches of a target set; see `rankstrat.target_set`."""
        left, right, rank = halves(target.expressions, self.rows, self.columns)
        if rank:
            forced = matrix_factorization(self.rows, rank, self.columns).point(A=left, B=right)
        else:
            forced = None
        return product_branches(
            model, target, (self.columns, self.inner, self.rows), ("B", "A"), forced
        )

    def strata(self, model: Model) -> ProductStrata:
        """All strata of parameter space; see `rankstrat.stratify`."""
        return ProductStrata(model, self.rows, self.inner, self.columns)

    def function_levels(self, model: Model) -> list[FunctionLevel]:
        """The rank hierarchy of function space; see `rankstrat.function_hierarchy`."""
        return product_levels((self.columns, self.inner, self.rows), ("A", "B"))

    def nearby(
        self, arrays: Mapping[str, Any], names: Mapping[str, Any] | None = None
    ) -> Iterable[tuple[Math, float]]:
        """Which singular values of the factors nearly vanish; see `rankstrat.nearest_strata`."""
        return factor_distances(arrays)


def matrix_factorization(rows: int, inner: int, columns: int) -> Model:
    r"""$(A, B) \mapsto AB$ with parameters A (rows, inner), B (inner, columns); outputs are the
    entries, row by row.

    Args:
        rows: the rows of A.
        inner: the columns of A and rows of B.
        columns: the columns of B.

    Raises:
        FamilyError: a size that is not a positive whole number.

    References:
        LSH Proposition 1; docs/proofs.md#products.

    Example:
        >>> matrix_factorization(rows=1, inner=2, columns=1).outputs
        (A1_1*B1_1 + A1_2*B2_1,)
    """
    return Model.of(MatrixFactorization(rows, inner, columns))
