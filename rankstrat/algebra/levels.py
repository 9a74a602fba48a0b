"""The nodes of a program by levels: what one array operation computes together."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import NamedTuple

from rankstrat.algebra.program import Program


class Level(NamedTuple):
    """Nodes of one depth, one kind and one signature, ascending; they need only earlier levels."""

    kind: int
    signature: Hashable
    nodes: list[int]


def levels(
    program: Program, order: Iterable[int], signature: Callable[[int], Hashable]
) -> list[Level]:
    """The nodes with arguments in levels, those first that others need.

    Args:
        program: the program.
        order: nodes in topological order, closed under arguments.
        signature: what nodes of a level have in common besides depth and kind.
    """
    kinds, arguments = program.kind, program.args
    depth: dict[int, int] = {}
    found: dict[tuple[int, int, Hashable], list[int]] = {}
    for node in order:
        args = arguments[node]
        if not args:
            depth[node] = 0
            continue
        below = depth[node] = 1 + max([depth[a] for a in args])
        found.setdefault((below, kinds[node], signature(node)), []).append(node)
    ordered = sorted(found.items(), key=lambda item: item[0][0])
    return [Level(kind, shape, nodes) for (_, kind, shape), nodes in ordered]


__all__ = ["Level", "levels"]
