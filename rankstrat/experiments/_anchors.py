"""Anchor functions: sequences with a key and two anchors, labelled by the key and a shift.

Needs numpy alone, so that the file also runs by itself on a machine that has little else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

Kind = Literal["composite", "symmetric", "random"]
SHIFTS = {1: 5, 2: 1, 3: -2, 4: -8}
"""The shift g of a single anchor; two anchors are composed to g(a) + g(b)."""
ANCHORS = tuple(SHIFTS)
FIRST, LAST, LENGTH, TOKENS = 20, 49, 5, 64
LARGEST_SHIFT = 10


@dataclass(frozen=True)
class Table:
    """A shift for every pair of anchors.

    Attributes:
        kind: composite (g(a) + g(b)), symmetric (any with f(a, b) = f(b, a)), or random.
        shifts: (a, b) -> shift.
    """

    kind: Kind
    shifts: dict[tuple[int, int], int]

    @property
    def memorised(self) -> int:
        """The number of entries: what is to be learned one by one."""
        return len(self.shifts)

    def design(self) -> list[list[int]]:
        """One row for each pair, one column for each number that is free in a table of this kind.

        The rank is the number of pairs that determine all others.
        """
        pairs = sorted(self.shifts)
        free: list[Any] = list(ANCHORS)
        if self.kind == "symmetric":
            free = [p for p in pairs if p[0] <= p[1]]
        if self.kind == "random":
            free = pairs
        rows = []
        for a, b in pairs:
            row = [0] * len(free)
            if self.kind == "composite":
                row[free.index(a)] += 1
                row[free.index(b)] += 1
            else:
                place = (min(a, b), max(a, b)) if self.kind == "symmetric" else (a, b)
                row[free.index(place)] = 1
            rows.append(row)
        return rows


def table(kind: Kind, seed: Any = 0, single: Mapping[int, int] = SHIFTS) -> Table:
    """The table of a kind; symmetric and random ones are drawn, composite ones from `single`."""
    rng = np.random.default_rng(seed)
    shifts = {(a, b): single[a] + single[b] for a in ANCHORS for b in ANCHORS}
    if kind != "composite":
        for a, b in shifts:
            shifts[a, b] = int(rng.integers(-LARGEST_SHIFT, LARGEST_SHIFT + 1))
    if kind == "symmetric":
        shifts = {(a, b): shifts[min(a, b), max(a, b)] for a, b in shifts}
    return Table(kind, shifts)


def sequences(
    found: Table, count: int, seed: Any = 0, pairs: tuple[tuple[int, int], ...] | None = None
) -> tuple[Any, Any]:
    """Random tokens with the key and two anchors behind it at a random place, and the labels.

    Args:
        found: the table.
        count: of sequences.
        seed: names the draw.
        pairs: the pairs of anchors to draw from; all by default.

    Returns:
        Integer arrays of shapes (count, 5) and (count,).
    """
    rng = np.random.default_rng(seed)
    allowed = list(found.shifts) if pairs is None else list(pairs)
    x = rng.integers(FIRST, LAST + 1, (count, LENGTH))
    place = rng.integers(0, LENGTH - 2, count)
    chosen = np.array(allowed)[rng.integers(0, len(allowed), count)]
    rows = np.arange(count)
    x[rows, place + 1], x[rows, place + 2] = chosen[:, 0], chosen[:, 1]
    shift = np.array([found.shifts[int(a), int(b)] for a, b in chosen])
    return x, x[rows, place] + shift


__all__ = ["ANCHORS", "SHIFTS", "Kind", "Table", "sequences", "table"]
