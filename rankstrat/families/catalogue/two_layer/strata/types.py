"""Combinatorial types of neurons: classes with active and inactive members on each side, and
multisets of them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from functools import cache

Side = tuple[int, int]
"""Active, inactive neurons."""

Kind = tuple[Side, ...]
"""One side, or the two sides w and -w, the larger first."""


def kinds(size: int, sides: bool) -> list[Kind]:
    """The kinds of classes with this many neurons."""
    if not sides:
        return [((n, size - n),) for n in range(size, -1, -1)]
    halves = [(n, s - n) for s in range(size + 1) for n in range(s + 1)]
    return sorted(
        {(max(p, q), min(p, q)) for p in halves for q in halves if sum(p) + sum(q) == size},
        reverse=True,
    )


def multisets(total: int, sides: bool) -> Iterator[tuple[Kind, ...]]:
    """The multisets of classes with this many neurons in all, each sorted downwards."""
    ordered = [kind for size in range(total, 0, -1) for kind in kinds(size, sides)]
    first = [
        bisect_left(ordered, -size, key=lambda kind: -size_of(kind)) for size in range(total + 1)
    ]

    def extend(left: int, start: int) -> Iterator[tuple[Kind, ...]]:
        if left == 0:
            yield ()
        for i in range(max(start, first[left]), len(ordered)):
            yield from ((ordered[i], *rest) for rest in extend(left - size_of(ordered[i]), i))

    for chosen in extend(total, 0):
        yield tuple(sorted(chosen, reverse=True))


def compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """The ways to write a number as an ordered sum of non-negative ones."""
    if parts == 1:
        yield (total,)
        return
    for first in range(total, -1, -1):
        for rest in compositions(total - first, parts - 1):
            yield (first, *rest)


@cache
def size_of(kind: Kind) -> int:
    """The number of neurons of a class."""
    return sum(n + i for n, i in kind)


def is_active(kind: Kind) -> bool:
    """Whether a class has an active neuron."""
    return any(n for n, _ in kind)


def is_pair(kind: Kind) -> bool:
    """Whether w and -w both occur."""
    return len(kind) == 2 and all(sum(side) for side in kind)


def is_half(kind: Kind) -> bool:
    """Whether w and -w both occur and at most one of them is active."""
    return is_pair(kind) and not all(n for n, _ in kind)


def kind_of(*sides: Side) -> Kind:
    """The kind with these sides, the larger first."""
    return tuple(sorted(sides, reverse=True))


def merged(one: Kind, two: Kind) -> Kind:
    """Two classes made one."""
    return kind_of(*((p[0] + q[0], p[1] + q[1]) for p, q in zip(one, two, strict=True)))
