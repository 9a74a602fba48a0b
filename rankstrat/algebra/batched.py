"""Float evaluation of a program by levels: all nodes of one depth and one kind in one numpy call.

Evaluating node by node costs one numpy call for each node; a wide network has thousands of equal
nodes on the same level. Nothing here proves anything; the values are those of
`evaluate(..., FloatRing())` up to the order of summation.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rankstrat.algebra.floats import FloatRing
from rankstrat.algebra.levels import levels
from rankstrat.algebra.program import CONSTANT, FUNCTION, LEAF, LINEAR, PRODUCT, Program

Array = NDArray[np.float64]
Index = NDArray[np.intp]


@dataclass(frozen=True)
class _Sum:
    """Rows `out` of the table become c0 + sum of coefficient * row, for nodes of equal arity."""

    out: Index
    offset: Array
    arguments: Index
    coefficients: Array

    def run(self, table: Array) -> None:
        if self.arguments.shape[1] == 1:
            table[self.out] = self.offset + self.coefficients * table[self.arguments[:, 0]]
            return
        terms = np.matmul(self.coefficients[:, None, :], table[self.arguments])
        table[self.out] = self.offset + terms[:, 0, :]


@dataclass(frozen=True)
class _Product:
    """Rows become products of powers, for nodes of one pattern of exponents."""

    out: Index
    arguments: Index
    exponents: tuple[float, ...]

    def run(self, table: Array) -> None:
        total: Any = None
        for column, e in enumerate(self.exponents):
            rows = table[self.arguments[:, column]]
            rows = rows if e == 1 else np.power(rows, e)
            total = rows if total is None else total * rows
        table[self.out] = total


@dataclass(frozen=True)
class _Function:
    """Rows become values of one elementary function."""

    out: Index
    arguments: Index
    name: Any
    ring: FloatRing

    def run(self, table: Array) -> None:
        table[self.out] = self.ring.function(self.name, table[self.arguments])


class Batched:
    r"""The values of some nodes of a program at many samples, shape (roots, samples).

    Args:
        program: the program.
        roots: the nodes that are asked for.
    """

    def __init__(self, program: Program, roots: Sequence[int]) -> None:
        order = program.reachable(roots)
        self.row = {node: i for i, node in enumerate(order)}
        self.roots = np.array([self.row[r] for r in roots], dtype=np.intp)
        self.size = len(order)
        ring = FloatRing()
        leaves: dict[str, list[tuple[int, int]]] = {}
        constants: list[tuple[int, float]] = []
        for node in order:
            kind, data = program.kind[node], program.data[node]
            if kind == CONSTANT:
                constants.append((self.row[node], float(ring.constant(data))))
            elif kind == LEAF and data[0] in ("pi", "prime"):
                constants.append((self.row[node], float(ring.leaf(data))))
            elif kind == LEAF:
                leaves.setdefault(data[0], []).append((self.row[node], data[1]))
        self._leaves = {name: np.array(pairs, dtype=np.intp).T for name, pairs in leaves.items()}
        self._constants = np.array([i for i, _ in constants], dtype=np.intp)
        self._values = np.array([v for _, v in constants])
        self.steps = [
            self._step(program, ring, level.kind, level.nodes)
            for level in levels(program, order, lambda node: _form(program, node))
        ]

    def _step(self, program: Program, ring: FloatRing, kind: int, nodes: Sequence[int]) -> Any:
        out = np.array([self.row[n] for n in nodes], dtype=np.intp)
        arguments = np.array([[self.row[a] for a in program.args[n]] for n in nodes], dtype=np.intp)
        if kind == LINEAR:
            table = np.array([[float(c) for c in program.data[n]] for n in nodes])
            return _Sum(out, table[:, :1], arguments, table[:, 1:])
        if kind == PRODUCT:
            return _Product(out, arguments, tuple(float(e) for e in program.data[nodes[0]]))
        assert kind == FUNCTION
        return _Function(out, arguments[:, 0], program.data[nodes[0]], ring)

    def __call__(self, leaves: Mapping[str, Array], samples: int) -> Array:
        """The values of the roots.

        Args:
            leaves: kind of leaf ("x", "p", ...) -> values of the leaves (kind, 0), (kind, 1), ...,
                shape (count, samples) or (count, 1); kinds the program lacks are ignored.
            samples: the number of samples.

        Returns:
            An array of shape (roots, samples).
        """
        table = np.empty((self.size, samples))
        table[self._constants] = self._values[:, None]
        for kind, (rows, numbers) in self._leaves.items():
            table[rows] = leaves[kind][numbers]
        with np.errstate(all="ignore"):
            for step in self.steps:
                step.run(table)
        return table[self.roots]


def _form(program: Program, node: int) -> Hashable:
    if program.kind[node] == LINEAR:
        return len(program.args[node])
    return program.data[node]


__all__ = ["Batched"]
