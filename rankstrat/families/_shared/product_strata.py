r"""Strata of matrix factorization (ranks of the factors) and deep factorization (ranks of all
sub-products).
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sympy

from rankstrat.model.model import Chart, Model
from rankstrat.rank.certificate import Verdict
from rankstrat.strata import Knowledge
from rankstrat.text.sources import proved
from rankstrat.text.tables import Math

COVER = Knowledge(Verdict.PROVED, "every point has exactly one list of ranks")


@dataclass(frozen=True)
class ProductStrata:
    r"""The strata $\{\operatorname{rank} A = r_A, \operatorname{rank} B = r_B\}$ of
    $(A, B) \mapsto AB$.

    References:
        LSH Proposition 1; docs/proofs.md#products.
    """

    model: Model
    rows: int
    inner: int
    columns: int

    def labels(self) -> Iterator[tuple[int, int]]:
        """Every pair of ranks."""
        yield from itertools.product(
            range(min(self.rows, self.inner) + 1), range(min(self.inner, self.columns) + 1)
        )

    def rank(self, label: tuple[int, int]) -> int:
        """d1 d2 - (d1 - rA)(d2 - rB)."""
        return self.rows * self.columns - (self.rows - label[0]) * (self.columns - label[1])

    def dimension(self, label: tuple[int, int]) -> int:
        """rA (d1 + p - rA) + rB (p + d2 - rB)."""
        a, b = label
        return a * (self.rows + self.inner - a) + b * (self.inner + self.columns - b)

    def orbit(self, label: tuple[int, int]) -> int:
        """The strata are stable under the symmetries."""
        return 1

    def conditions(self, label: tuple[int, int]) -> tuple[Math, ...]:
        """Those ranks that are not maximal."""
        most = (min(self.rows, self.inner), min(self.inner, self.columns))
        return tuple(
            rank_words(name, r) for name, r, m in zip("AB", label, most, strict=True) if r < m
        )

    def constancy(self, label: tuple[int, int]) -> Knowledge:
        """The closed formula."""
        return Knowledge(
            Verdict.PROVED,
            f"closed formula d1 d2 - (d1 - rA)(d2 - rB) (LSH Proposition 1; {proved('products')})",
        )

    @property
    def coverage(self) -> Knowledge:
        """Every point has two ranks."""
        return COVER

    def chart(self, label: tuple[int, int]) -> Chart:
        """Lower rows as combinations, with coefficients k1, k2, ..., of the first rows."""
        names = self.model.generic().arrays
        numbers = itertools.count(1)
        values: dict[Any, Any] = {}
        for name, r in zip("AB", label, strict=True):
            for row in names[name][r:]:
                coefficients = [sympy.Symbol(f"k{next(numbers)}") for _ in range(r)]
                for t, symbol in enumerate(row):
                    values[symbol] = sum(
                        (
                            c * line[t]
                            for c, line in zip(coefficients, names[name][:r], strict=True)
                        ),
                        sympy.Integer(0),
                    )
        return self.model.chart(values)

    def point(self, label: tuple[int, int], seed: int = 0) -> Chart:
        """Products of random integer matrices."""
        rng = random.Random(f"{seed} {label}")
        return self.model.point(
            A=of_rank(rng, self.rows, self.inner, label[0]),
            B=of_rank(rng, self.inner, self.columns, label[1]),
        )

    def children(self, label: tuple[int, int]) -> Iterator[tuple[tuple[int, int], Math]]:
        """One of the ranks drops by one."""
        a, b = label
        if a:
            yield (a - 1, b), rank_words("A", a - 1)
        if b:
            yield (a, b - 1), rank_words("B", b - 1)

    def label_of(self, point: Chart) -> tuple[int, int]:
        """The ranks of the factors."""
        return matrix_rank(point.arrays["A"]), matrix_rank(point.arrays["B"])


def rank_words(name: str, rank: int) -> Math:
    latex = re.sub(r"(\d+)", r"_{\1}", name)
    if rank == 0:
        return Math(f"{name} = 0", f"{latex} = 0")
    return Math(f"rank {name} = {rank}", rf"\operatorname{{rank}} {latex} = {rank}")


def of_rank(rng: random.Random, rows: int, columns: int, rank: int) -> list[list[int]]:
    while True:
        left = sympy.Matrix(rows, rank, lambda *_: rng.randint(-3, 3))
        product = left * sympy.Matrix(rank, columns, lambda *_: rng.randint(-3, 3))
        if product.rank() == rank:
            return [[int(v) for v in row] for row in product.tolist()]


def matrix_rank(rows: Any) -> int:
    """The rank of a small exact matrix."""
    return int(sympy.Matrix([[sympy.sympify(v, strict=True) for v in row] for row in rows]).rank())
