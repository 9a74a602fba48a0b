r"""CP tensor factorization $T_{i_1 \dots i_N} = \sum_{r=1}^R \prod_{l=1}^N (A_l)_{i_l r}$."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, ClassVar

import sympy

from rankstrat.algebra.program import Program
from rankstrat.families._shared.arguments import count, counts
from rankstrat.families._shared.assembly import summed
from rankstrat.families._shared.formulas import inside, total
from rankstrat.families._shared.record import FamilyRecord
from rankstrat.frozen import converted
from rankstrat.model.model import Model
from rankstrat.model.structure import Units
from rankstrat.model.values import Shape

FAMILY = "cp_factorization"


@dataclass(frozen=True)
class CPFactorization(FamilyRecord):
    r"""The structure of $\sum_r a_r^{(1)} \otimes \dots \otimes a_r^{(N)}$.

    Attributes:
        shape: of the tensor, (n_1, ..., n_N).
        terms: the number R of rank-one terms.
    """

    FAMILY: ClassVar[str] = FAMILY

    shape: tuple[int, ...] = converted(partial(counts, FAMILY, shortest=2, example="[2, 2, 2]"))
    terms: int = converted(partial(count, FAMILY))

    @cached_property
    def blocks(self) -> Mapping[str, Shape]:
        """A1 (n_1, R), ..., AN (n_N, R)."""
        return {f"A{number}": (size, self.terms) for number, size in enumerate(self.shape, 1)}

    @property
    def input_names(self) -> tuple[str, ...]:
        """None: the map is finite-dimensional."""
        return ()

    @property
    def units(self) -> tuple[Units, ...]:
        """The terms; each is linear in its first factor."""
        first, *others = self.blocks
        return (Units(self.terms, dict.fromkeys(others, 1), {first: 1}),)

    def with_units(self, counts: Sequence[int]) -> Model:
        """The factorization with another number of terms."""
        return Model.of(replace(self, terms=counts[0]))

    @property
    def formula(self) -> str:
        r"""The sum of products of columns."""
        names = ", ".join(f"A_{{{n}}}" for n in range(1, len(self.shape) + 1))

        def term(r: str) -> str:
            return r" \otimes ".join(f"(A_{{{n + 1}}})_{{{r}}}" for n in range(len(self.shape)))

        return rf"F({names}) = {total('r', self.terms, term)}{inside('F', *self.shape)}"

    def expressions(
        self, blocks: Mapping[str, Any], inputs: Sequence[sympy.Symbol]
    ) -> tuple[sympy.Expr, ...]:
        """The entries of the tensor, last index fastest."""
        factors = [blocks[name] for name in self.blocks]
        return tuple(
            sympy.Add(
                *(
                    sympy.Mul(*(factor[i, r] for factor, i in zip(factors, index, strict=True)))
                    for r in range(self.terms)
                )
            )
            for index in itertools.product(*map(range, self.shape))
        )

    def nodes(
        self, program: Program, blocks: Mapping[str, Any], inputs: Sequence[int]
    ) -> list[int]:
        """The entries of the tensor as nodes of a program."""
        factors = [blocks[name].tolist() for name in self.blocks]
        entries = []
        for index in itertools.product(*map(range, self.shape)):
            rows = [factor[i] for factor, i in zip(factors, index, strict=True)]
            terms = [
                program.product([(node, 1) for node in term]) for term in zip(*rows, strict=True)
            ]
            entries.append(summed(program, terms))
        return entries


def cp_factorization(shape: Sequence[int], terms: int) -> Model:
    r"""$(A_1, \dots, A_N) \mapsto \bigl(\sum_{r=1}^R \prod_l (A_l)_{i_l r}\bigr)_{i_1 \dots i_N}$,
    A_l (n_l, R).

    The generic rank is the dimension of the cone over the R-th secant variety of the Segre variety.

    Args:
        shape: $(n_1, \dots, n_N)$.
        terms: the number R of rank-one terms.

    Raises:
        FamilyError: fewer than two sizes, or sizes that are not positive whole numbers.

    Example:
        >>> cp_factorization(shape=[1, 1, 1], terms=1).outputs
        (A1_1_1*A2_1_1*A3_1_1,)
    """
    return Model.of(CPFactorization(shape, terms))  # type: ignore[arg-type]
