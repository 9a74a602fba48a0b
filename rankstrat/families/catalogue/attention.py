r"""Attention $X \mapsto \sum_h \operatorname{softmax}(c\, X Q_h K_h^\top X^\top)\, X V_h O_h$ on
short sequences.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, partial
from typing import Any, ClassVar

import numpy as np
import sympy

from rankstrat.algebra.program import Program
from rankstrat.errors import FamilyError
from rankstrat.families._shared.arguments import count, flag
from rankstrat.families._shared.assembly import matrix_product, summed
from rankstrat.families._shared.formulas import inside, total
from rankstrat.families._shared.record import FamilyRecord
from rankstrat.frozen import converted
from rankstrat.model.model import Model
from rankstrat.model.structure import Units
from rankstrat.model.values import Shape, exact_scalar
from rankstrat.text.parsing import block_symbols, shown

FAMILY = "attention"


def _factor(name: str, given: Any) -> int | Fraction | None:
    """A rational number other than 0, or None."""
    if given is None:
        return None
    scale = exact_scalar(name, given)
    if not isinstance(scale, int | Fraction) or scale == 0:
        raise FamilyError(
            f"{FAMILY}: {name} = {shown(str(given))}; a rational number other than 0 is needed, or"
            " None for 1/sqrt(head_dim); write for example scale=Fraction(1, 2)"
        )
    return scale


@dataclass(frozen=True)
class Attention(FamilyRecord):
    r"""The structure of one layer of attention, without normalisation, mask or MLP.

    Attributes:
        tokens: the length n of the sequence.
        model_dim: the dimension of a token.
        head_dim: the dimension d of a head.
        heads: how many heads.
        linear: without softmax.
        scale: the factor c of the scores, rational; None means $1/\sqrt{d}$.
    """

    FAMILY: ClassVar[str] = FAMILY

    tokens: int = converted(partial(count, FAMILY))
    model_dim: int = converted(partial(count, FAMILY))
    head_dim: int = converted(partial(count, FAMILY))
    heads: int = converted(partial(count, FAMILY), 1)
    linear: bool = converted(partial(flag, FAMILY), False)
    scale: int | Fraction | None = converted(_factor, None)

    @cached_property
    def blocks(self) -> Mapping[str, Shape]:
        """Q, K, V (heads, model_dim, head_dim), O (heads, head_dim, model_dim)."""
        into = (self.heads, self.model_dim, self.head_dim)
        return {"Q": into, "K": into, "V": into, "O": (self.heads, self.head_dim, self.model_dim)}

    @cached_property
    def input_names(self) -> tuple[str, ...]:
        """x1_1, x1_2, ...: the entries of X row by row."""
        return tuple(
            f"x{i}_{j}" for i in range(1, self.tokens + 1) for j in range(1, self.model_dim + 1)
        )

    @property
    def units(self) -> tuple[Units, ...]:
        """The heads."""
        return (Units(self.heads, {"Q": 0, "K": 0, "V": 0}, {"O": 0}),)

    def with_units(self, counts: Sequence[int]) -> Model:
        """The layer with another number of heads."""
        return Model.of(replace(self, heads=counts[0]))

    def enlarged(self, other: object) -> Mapping[str, Any] | None:
        r"""Zero columns in Q, K, V and zero rows in O, for larger heads.

        The factor $1/\sqrt{d}$ changes with the head dimension, so Q is scaled.
        """
        same = {"head_dim": self.head_dim, "scale": self.scale}
        if not isinstance(other, Attention) or replace(other, **same) != self:  # type: ignore[arg-type]
            return None
        if other.head_dim < self.head_dim:
            return None
        values = {}
        for name, shape in self.blocks.items():
            values[name] = np.full(other.blocks[name], sympy.Integer(0), dtype=object)
            values[name][tuple(map(slice, shape))] = block_symbols(name, shape)
        values["Q"] = values["Q"] * (self.factor / other.factor)
        return values

    @property
    def factor(self) -> sympy.Expr:
        """The factor c of the scores."""
        if self.scale is None:
            return 1 / sympy.sqrt(self.head_dim)
        return sympy.Rational(self.scale.numerator, self.scale.denominator)

    @property
    def formula(self) -> str:
        r"""The sum of heads."""
        factor = "" if self.scale is None else rf"{self.scale} \cdot "
        if self.scale is None and self.head_dim > 1:
            factor = rf"1 / \sqrt{{{self.head_dim}}} \cdot "
        softmax = "" if self.linear else r"\operatorname{softmax}"

        def head(h: str) -> str:
            return rf"{softmax}({factor}X Q_{h} K_{h}^\top X^\top)\,X V_{h} O_{h}"

        value = total("h", self.heads, head)
        places = inside("X", self.tokens, self.model_dim)
        return rf"F(\theta)(X) = {value}{places}{inside('Q_h', self.model_dim, self.head_dim)}"

    def expressions(
        self, blocks: Mapping[str, Any], inputs: Sequence[sympy.Symbol]
    ) -> tuple[sympy.Expr, ...]:
        """The n x model_dim outputs, row by row."""
        tokens = np.array(inputs, dtype=object).reshape(self.tokens, self.model_dim)
        total = np.zeros((self.tokens, self.model_dim), dtype=object)
        for head in range(self.heads):
            queries, keys = tokens.dot(blocks["Q"][head]), tokens.dot(blocks["K"][head])
            weights = self._weights(self.factor * queries.dot(keys.T))
            total = total + weights.dot(tokens.dot(blocks["V"][head])).dot(blocks["O"][head])
        return tuple(total.ravel())

    def nodes(
        self, program: Program, blocks: Mapping[str, Any], inputs: Sequence[int]
    ) -> list[int]:
        """The n x model_dim outputs as nodes of a program."""
        tokens = np.array(inputs, dtype=np.int64).reshape(self.tokens, self.model_dim)
        factor = (
            program.power(program.constant(self.head_dim), Fraction(-1, 2))
            if self.scale is None
            else program.constant(self.scale)
        )
        heads = []
        for head in range(self.heads):
            queries, keys, values = (
                matrix_product(program, tokens, blocks[name][head]) for name in ("Q", "K", "V")
            )
            scores = matrix_product(program, queries, keys.T)
            weights = [self._softmax(program, factor, row) for row in scores.tolist()]
            heads.append(matrix_product(program, np.array(weights, dtype=np.int64), values))
        mixed = matrix_product(program, np.hstack(heads), np.vstack(blocks["O"]))
        entries: list[int] = mixed.ravel().tolist()
        return entries

    def _softmax(self, program: Program, factor: int, row: Sequence[int]) -> list[int]:
        """The weights of one row of scores; see `_weights`."""
        scaled = [program.product(((score, 1), (factor, 1))) for score in row]
        if self.linear:
            return scaled
        gaps = [program.linear(0, ((1, score), (-1, scaled[0]))) for score in scaled[1:]]
        powers = [program.one, *(program.function("exp", gap) for gap in gaps)]
        whole = summed(program, powers)
        return [program.product(((power, 1), (whole, -1))) for power in powers]

    def _weights(self, scores: Any) -> Any:
        """softmax of each row; a row is shifted by its first score, so that n - 1 exponentials are
        enough.
        """
        if self.linear:
            return scores
        rows = []
        for row in scores:
            powers = [sympy.S.One, *(sympy.exp(score - row[0]) for score in row[1:])]
            whole = sympy.Add(*powers)
            rows.append([power / whole for power in powers])
        return np.array(rows, dtype=object).reshape(scores.shape)


def attention(
    tokens: int,
    model_dim: int,
    head_dim: int,
    heads: int = 1,
    linear: bool = False,
    scale: Any = None,
) -> Model:
    r"""$X \mapsto \sum_h \operatorname{softmax}(c\,X Q_h K_h^\top X^\top)\,X V_h O_h$, softmax in
    each row of X.

    Parameters Q, K, V (heads, model_dim, head_dim) and O (heads, head_dim, model_dim).

    Args:
        tokens: the length n of the sequence; the output has n * model_dim entries, so keep it
            short.
        model_dim: the dimension of a token.
        head_dim: the dimension d of a head.
        heads: how many heads.
        linear: without softmax: $c\,X Q K^\top X^\top X V O$.
        scale: c, rational; None means $1/\sqrt{d}$, exactly. The generic rank is the same for all,
            since c can be moved into Q.

    Raises:
        FamilyError: sizes that are not positive whole numbers, an irrational scale.
        InexactValueError: a float for the scale.

    References:
        docs/proofs.md#attention.

    Example:
        >>> attention(tokens=2, model_dim=1, head_dim=1, linear=True).outputs[0]
        O1_1_1*(K1_1_1*Q1_1_1*V1_1_1*x1_1**3 + K1_1_1*Q1_1_1*V1_1_1*x1_1*x2_1**2)
    """
    return Model.of(Attention(tokens, model_dim, head_dim, heads, linear, scale))
