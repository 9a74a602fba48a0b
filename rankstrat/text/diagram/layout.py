"""Nodes in rows and edges between them, placed so that few edges cross."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

SWEEPS = 24
"""Times that every row is sorted by the means of its neighbours."""


@dataclass(frozen=True)
class Node:
    """A node of a diagram.

    Attributes:
        label: one line of text.
        latex: the same as a formula.
        row: its row; rows rise with this number.
        shade: what colours it (a dimension or a rank).
        verdict: how what it says is known.
        many: how many copies it stands for.
        facts: further lines (name, value) for who asks.
    """

    label: str
    latex: str
    row: int
    shade: int
    verdict: str
    many: int = 1
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Edge:
    """An edge between two nodes, by number; the label may be empty."""

    first: int
    second: int
    label: str = ""
    latex: str = ""


@dataclass(frozen=True)
class Diagram:
    """Nodes in rows.

    Attributes:
        title: of the whole.
        rows: what a row is, such as "rank".
        shades: what a colour is, such as "dimension".
        nodes: the nodes.
        edges: the edges.
        directed: whether edges have a direction.
        note: a sentence below.
    """

    title: str
    rows: str
    shades: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...] = ()
    directed: bool = False
    note: str = field(default="")

    @cached_property
    def places(self) -> tuple[tuple[float, int], ...]:
        """For each node how far right it stands (the middle of a row is 0), and its row."""
        rows: dict[int, list[int]] = {}
        for i, node in enumerate(self.nodes):
            rows.setdefault(node.row, []).append(i)
        widest = max(map(len, rows.values()), default=1)
        x = [0.0] * len(self.nodes)
        around: list[list[int]] = [[] for _ in self.nodes]
        for edge in self.edges:
            if self.nodes[edge.first].row != self.nodes[edge.second].row:
                around[edge.first].append(edge.second)
                around[edge.second].append(edge.first)
        for row in rows.values():
            _spread(row, x, widest)
        ordered = [rows[r] for r in sorted(rows)]
        for _ in range(SWEEPS):
            for row in (*ordered, *reversed(ordered)):
                row.sort(key=lambda i: (_mean([x[j] for j in around[i]], x[i]), i))
                _spread(row, x, widest)
        return tuple((x[i], node.row) for i, node in enumerate(self.nodes))


def _spread(row: Sequence[int], x: list[float], widest: int) -> None:
    step = max(1.0, min(2.0, widest / (len(row) + 1)))
    for k, i in enumerate(row):
        x[i] = step * (k - (len(row) - 1) / 2)


def _mean(values: Sequence[float], otherwise: float) -> float:
    if values:
        return sum(values) / len(values)
    return otherwise
