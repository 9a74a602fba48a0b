"""Sums of products as nodes of a program, for families that build their outputs without symbols."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from rankstrat.algebra.program import Program


def dot(program: Program, left: Iterable[int], right: Iterable[int], *more: int) -> int:
    r"""The node of $\sum_i l_i r_i + \sum_j m_j$."""
    pairs = [(1, program.times(int(a), int(b))) for a, b in zip(left, right, strict=True)]
    return program.linear(0, [*pairs, *((1, int(node)) for node in more)])


def matrix_product(program: Program, left: Any, right: Any) -> Any:
    r"""The nodes of $L R$ from matrices of nodes."""
    rows, columns = left.tolist(), right.T.tolist()
    entries = [[dot(program, row, column) for column in columns] for row in rows]
    return np.array(entries, dtype=np.int64).reshape(len(rows), len(columns))


def summed(program: Program, nodes: Sequence[int]) -> int:
    r"""The node of $\sum_i n_i$."""
    return program.linear(0, [(1, int(node)) for node in nodes])


__all__ = ["dot", "matrix_product", "summed"]
