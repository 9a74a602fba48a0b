"""Nodes in rows and edges between them, placed so that few edges cross."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

SHORT = 26
"""Letters of a line that stands below one of many discs."""
SWEEPS = 24
"""Times that every row is sorted by the means of its neighbours."""
ONE = r"\mathrm{1\ orbit}"


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
    """An edge between two nodes, by number; the label may be empty.

    Attributes:
        first: a node.
        second: another one, or the same.
        label: one line of text.
        latex: the same as a formula.
        minor: whether a crowded picture leaves it out.
    """

    first: int
    second: int
    label: str = ""
    latex: str = ""
    minor: bool = False


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

    @cached_property
    def gathered(self) -> Diagram:
        """One node for all nodes of one row and shade, with the number of copies of all of them;
        an edge where some edge that is not minor joins two of them, without those that others
        imply where edges have a direction.
        """
        cells: dict[tuple[int, int], list[Node]] = {}
        for node in self.nodes:
            cells.setdefault((node.row, node.shade), []).append(node)
        number = {cell: k for k, cell in enumerate(cells)}
        place = [number[node.row, node.shade] for node in self.nodes]
        pairs = {
            (place[e.first], place[e.second])
            for e in self.edges
            if not e.minor and place[e.first] != place[e.second]
        }
        if self.directed:
            pairs = _reduced(pairs)
        else:
            pairs = {(min(pair), max(pair)) for pair in pairs}
        return replace(
            self,
            nodes=tuple(map(_together, cells.values())),
            edges=tuple(Edge(*pair) for pair in sorted(pairs)),
        )


def _together(nodes: Sequence[Node]) -> Node:
    """What one node says of several; not proved where one of them is not."""
    if len(nodes) == 1:
        short = len(nodes[0].label) <= SHORT
        return nodes[0] if short else replace(nodes[0], label="1 orbit", latex=ONE)
    verdict = next((n.verdict for n in nodes if n.verdict != "PROVED"), "PROVED")
    text, latex = f"{len(nodes)} orbits", rf"\mathrm{{{len(nodes)}\ orbits}}"
    many = sum(n.many for n in nodes)
    return Node(text, latex, nodes[0].row, nodes[0].shade, verdict, many)


def _reduced(pairs: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """The pairs of a relation without circles that do not follow from others."""
    below: dict[int, set[int]] = {}
    for one, two in pairs:
        below.setdefault(one, set()).add(two)
    reached: dict[int, frozenset[int]] = {}

    def reach(one: int) -> frozenset[int]:
        if one not in reached:
            own = below.get(one, set())
            reached[one] = frozenset(own).union(*map(reach, own))
        return reached[one]

    return {
        (one, two)
        for one, two in pairs
        if not any(two in reach(between) for between in below[one] if between != two)
    }


def _spread(row: Sequence[int], x: list[float], widest: int) -> None:
    step = max(1.0, min(2.0, widest / (len(row) + 1)))
    for k, i in enumerate(row):
        x[i] = step * (k - (len(row) - 1) / 2)


def _mean(values: Sequence[float], otherwise: float) -> float:
    if values:
        return sum(values) / len(values)
    return otherwise
