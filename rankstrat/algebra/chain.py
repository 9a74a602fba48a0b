r"""The chain rule at many samples modulo a small prime: derivatives of one node of a program by
leaves, from values of the nodes below it.

Along an edge from a node n to its argument a the adjoint of n, times the partial derivative of n by
a, is added to that of a. The partial derivative is a rational number for a sum, the product of the
other factors for a product without powers, and otherwise a value that is asked for. All edges of
one depth are worked on together, in float64 (`float_field` has the proof that products and sums of
few of them are exact; a sum of fewer than 2^28 reduced entries stays below 2^51).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rankstrat.algebra.float_field import Field, Floats
from rankstrat.algebra.linear import Rational
from rankstrat.algebra.modular import GF
from rankstrat.algebra.program import FUNCTION, LINEAR, PAIR, PRODUCT, Program
from rankstrat.algebra.residue_levels import unsigned
from rankstrat.deadline import check

BLOCK = 1 << 18
"""Entries that one array operation makes, so that they stay in cache."""
FEW = 24
"""Sums up to which a product with a matrix is faster."""


SLOPES = {"exp": (0, 1, 0), "tanh": (1, 0, -1), "tan": (1, 0, 1)}
"""Functions with f' = c_0 + c_1 f + c_2 f^2, whose partial derivatives follow from their values."""


@dataclass
class _Edges:
    """Edges whose partial derivatives are products of the same number of values."""

    lower: list[int] = field(default_factory=list)
    upper: list[int] = field(default_factory=list)
    factors: list[tuple[int, ...]] = field(default_factory=list)
    """The values, as rows of a table."""
    numbers: list[Rational] = field(default_factory=list)
    """Rational numbers instead, where there are no values."""


class Chain:
    """The edges from a node down to leaves.

    Args:
        program: holds the nodes.
        root: the node to differentiate.
        leaves: by what.

    Attributes:
        values: the nodes whose values are needed.
        partials: the nodes and places of arguments whose partial derivatives are needed.
        size: the number of adjoints.
    """

    def __init__(self, program: Program, root: int, leaves: Sequence[int]) -> None:
        self.program, self.leaves = program, tuple(leaves)
        arguments = program.args
        depth = dict.fromkeys(self.leaves, 0)
        self._uses = uses = dict.fromkeys(self.leaves, 0)
        for node in program.reachable((root,)):
            if node in depth:
                continue
            below = [a for a in arguments[node] if a in depth]
            if below:
                depth[node] = 1 + max([depth[a] for a in below])
                uses[node] = 0
                for a in below:
                    uses[a] += 1
        self.values: list[int] = []
        self.partials: list[tuple[int, int]] = []
        self._rows: dict[int, int] = {}
        self._slopes: dict[tuple[int, str], int] = {}
        self._depth, self._place = depth, dict[int, int]()
        levels: dict[int, dict[int, _Edges]] = {}
        for node in sorted(depth, key=depth.__getitem__, reverse=True):
            self._place.setdefault(node, len(self._place))
            if depth[node]:
                self._add(node, levels.setdefault(depth[node], {}))
        self.size = len(self._place)
        self.root = self._place.get(root)
        self._levels = [
            [self._sorted(edges, size) for size, edges in sorted(levels[d].items()) if edges.lower]
            for d in sorted(levels, reverse=True)
        ]

    def _add(self, node: int, groups: dict[int, _Edges]) -> None:
        program, depth = self.program, self._depth
        kind, args, data = program.kind[node], program.args[node], program.data[node]
        if kind == LINEAR:
            self._add_sum(node, groups)
            return
        if kind == FUNCTION and data in SLOPES:
            edges = groups.setdefault(1, _Edges())
            row = self._value(node)
            factor = (row if data == "exp" else self._slope(row, data),)
            found: list[tuple[int, tuple[int, ...]]] = [(args[0], factor)]
        elif kind == PRODUCT and data == PAIR:
            edges = groups.setdefault(1, _Edges())
            a, b = args
            found = [(a, (self._value(b),))] if a in depth else []
            if b in depth:
                found.append((b, (self._value(a),)))
        elif kind == PRODUCT and all(e == 1 for e in data):
            edges = groups.setdefault(len(args) - 1, _Edges())
            found = [
                (a, tuple([self._value(b) for b in args if b != a])) for a in args if a in depth
            ]
        else:
            edges = groups.setdefault(1, _Edges())
            found = [(a, (self._partial(node, i),)) for i, a in enumerate(args) if a in depth]
        for a, factors in found:
            edges.lower.append(a)
            edges.upper.append(node)
            edges.factors.append(factors)

    def _add_sum(self, node: int, groups: dict[int, _Edges]) -> None:
        """The edges of a sum; a term without coefficient that occurs nowhere else has the adjoint
        of the sum.
        """
        edges, uses, depth = groups.setdefault(0, _Edges()), self._uses, self._depth
        place = self._place[node]
        terms = zip(self.program.args[node], self.program.data[node][1:], strict=True)
        for a, c in terms:
            if a not in depth:
                continue
            if c == 1 and uses[a] == 1:
                self._place[a] = place
            else:
                edges.lower.append(a)
                edges.upper.append(node)
                edges.numbers.append(c)

    # Rows of the table: values (0 mod 3 as long as their number is not known), partial derivatives
    # that were asked for (1), and those that follow from values (2)

    def _value(self, node: int) -> int:
        row = self._rows.get(node)
        if row is None:
            row = self._rows[node] = 3 * len(self.values)
            self.values.append(node)
        return row

    def _partial(self, node: int, place: int) -> int:
        self.partials.append((node, place))
        return 3 * len(self.partials) - 2

    def _slope(self, row: int, name: str) -> int:
        return 3 * self._slopes.setdefault((row, name), len(self._slopes)) + 2

    def _sorted(self, edges: _Edges, size: int) -> _Sorted:
        place = self._place
        lower = np.array([place[a] for a in edges.lower], dtype=np.intp)
        order = np.argsort(lower, kind="stable")
        uppers, upper = np.unique([place[n] for n in edges.upper], return_inverse=True)
        codes = np.array(edges.factors, dtype=np.intp).reshape(len(order), size)
        starts = np.array([0, len(self.values), len(self.values) + len(self.partials)])
        numbers = [edges.numbers[i] for i in order] if edges.numbers else None
        factors = starts[codes % 3] + codes // 3
        return _Sorted(lower[order], upper[order], uppers, factors[order], numbers)

    def derivatives(self, gf: GF, table: Floats) -> NDArray[np.int32]:
        """The derivatives by the leaves, shape (samples, leaves), entries 0 .. p - 1.

        Args:
            gf: the field.
            table: symmetric residues, shape (values and partial derivatives, samples).
        """
        floats = Field(gf.p)
        adjoint: Floats = np.zeros((self.size, table.shape[1]))
        if self.root is not None:
            adjoint[self.root] = 1
        rows = np.concatenate([table, self._slope_rows(floats, table)])
        for level in self._levels:
            check("derivatives were taken by the chain rule")
            for edges in level:
                _run(gf, floats, edges, rows, adjoint)
        result: Floats = adjoint[[self._place[leaf] for leaf in self.leaves]]
        floats.reduce(result)
        return unsigned(result, gf.p)

    def _slope_rows(self, floats: Field, table: Floats) -> Floats:
        table = table[np.array([row // 3 for row, _ in self._slopes], dtype=np.intp)]
        c0, c1, c2 = (
            np.array([SLOPES[name] for _, name in self._slopes]).reshape(-1, 3, 1).swapaxes(0, 1)
        )
        found: Floats = c0 + (c1 + c2 * table) * table
        floats.reduce(found)
        return found


def _run(gf: GF, floats: Field, edges: _Sorted, rows: Floats, adjoint: Floats) -> None:
    above: Floats = adjoint[edges.uppers]
    floats.reduce(above)
    numbers = None if edges.numbers is None else _images(gf, edges.numbers)
    # so few unreduced products have an exact sum
    step = min(floats.room - 1, max(1, BLOCK // max(1, adjoint.shape[1])))
    for start in range(0, len(edges.lower), step):
        part = slice(start, start + step)
        found: Floats = above[edges.upper[part]]
        factors = [rows[column] for column in edges.factors[part].T]
        if numbers is not None and (numbers[part] != 1).any():
            factors.append(numbers[part, None])
        for factor in factors[:-1]:
            found *= factor
            floats.reduce(found)
        for factor in factors[-1:]:
            found *= factor
        lower = edges.lower[part]
        first = np.flatnonzero(np.diff(lower, prepend=-1))
        total = _sums(found, first)
        floats.reduce(total)
        adjoint[lower[first]] += total


def _sums(rows: Floats, first: NDArray[np.intp]) -> Floats:
    """The sums of the rows from each of the first ones up to the next."""
    if len(first) == len(rows):
        return rows
    if len(first) > FEW:
        return np.add.reduceat(rows, first, axis=0)
    chosen = np.zeros((len(first), len(rows)))
    for i, (start, stop) in enumerate(zip(first, [*first[1:], len(rows)], strict=True)):
        chosen[i, start:stop] = 1
    return chosen @ rows


@dataclass(frozen=True)
class _Sorted:
    """Edges in the order of their lower ends; `upper` counts among the `uppers`."""

    lower: NDArray[np.intp]
    upper: NDArray[np.intp]
    uppers: NDArray[np.intp]
    factors: NDArray[np.intp]
    numbers: list[Rational] | None


def _images(gf: GF, numbers: Sequence[Rational]) -> Floats:
    """Symmetric residues of rational numbers."""
    known = {c: gf.constant(c) for c in set(numbers)}
    residues = np.array([known[c] for c in numbers], dtype=np.float64)
    residues -= (residues > gf.p // 2) * float(gf.p)
    return residues


__all__ = ["Chain"]
