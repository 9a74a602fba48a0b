"""Patterns up to exchanges of neurons (and signs), and their counts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import islice, product

from rankstrat.families._shared.patterns import Pattern, Signed

Shape = tuple[int, int]
"""How many neurons of a block have each sign."""

Orbits = list[tuple[Pattern, int]]


def pattern_orbits(
    width: int, classes: int, *, signed: bool, flips: bool
) -> Iterator[tuple[Pattern, int]]:
    r"""One pattern of each orbit, and how many patterns the orbit has; the counts add up to
    `count_patterns`.

    Args:
        width: the number of neurons.
        classes: how many classes the target has; each carries at least one neuron.
        signed: whether w and -w belong to one class.
        flips: whether a change of the sign of w (and of a, or not) is a symmetry.

    Example:
        >>> from rankstrat.families._shared.patterns import count_patterns
        >>> orbits = list(pattern_orbits(5, 3, signed=True, flips=True))
        >>> len(orbits), sum(n for _, n in orbits) == count_patterns(5, 3, True)
        (16, True)
    """
    sided = signed and not flips
    for zeros in range(width - classes + 1):
        for extra in range(width - classes - zeros + 1):
            for sizes in _compositions(width - zeros - extra, classes):
                for targets in product(*(_sides(size, sided) for size in sizes)):
                    for extras in _multisets(extra, sided):
                        shapes = (targets, extras)
                        yield (
                            _pattern(zeros, *shapes),
                            _count(width, zeros, *shapes, signed=signed, flips=flips),
                        )


def few_orbits(width: int, classes: int, most: int, *, signed: bool, flips: bool) -> Orbits | None:
    """The orbits of patterns, if there are at most so many."""
    # the spare neurons make a partition of a smaller number and neurons of weight zero
    count, partitions = 0, [1]
    for n in range(width - classes + 1):
        count += partitions[-1]
        if count > most:
            return None
        partitions.append(_partitions(n + 1))
    orbits = pattern_orbits(width, classes, signed=signed, flips=flips)
    found = list(islice(orbits, most + 1))
    return found if len(found) <= most else None


@cache
def _partitions(total: int) -> int:
    """The number of partitions, by Euler's pentagonal numbers."""
    count, k = int(total == 0), 1
    while k * (3 * k - 1) // 2 <= total:
        sign = -1 if k % 2 == 0 else 1
        for pentagonal in (k * (3 * k - 1) // 2, k * (3 * k + 1) // 2):
            if pentagonal <= total:
                count += sign * _partitions(total - pentagonal)
        k += 1
    return count


def _compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    if parts == 0:
        if total == 0:
            yield ()
        return
    for first in range(1, total - parts + 2):
        yield from ((first, *rest) for rest in _compositions(total - first, parts - 1))


def _sides(size: int, sided: bool) -> list[Shape]:
    return [(p, size - p) for p in range(size + 1)] if sided else [(size, 0)]


def _multisets(total: int, sided: bool) -> Iterator[tuple[Shape, ...]]:
    """Multisets of shapes up to a change of the sign of each block, the largest first."""
    shapes = [
        (p, size - p)
        for size in range(total, 0, -1)
        for p in range(size, (size - 1) // 2 if sided else size - 1, -1)
    ]

    def extend(left: int, start: int) -> Iterator[tuple[Shape, ...]]:
        if left == 0:
            yield ()
        for i in range(start, len(shapes)):
            if sum(shapes[i]) <= left:
                yield from ((shapes[i], *rest) for rest in extend(left - sum(shapes[i]), i))

    yield from extend(total, 0)


def _pattern(zeros: int, targets: tuple[Shape, ...], extras: tuple[Shape, ...]) -> Pattern:
    neuron = 0
    blocks: list[Signed] = []
    for plus, minus in (*targets, *extras):
        signs = (1,) * plus + (-1,) * minus
        blocks.append(tuple((neuron + i, s) for i, s in enumerate(signs)))
        neuron += plus + minus
    count = len(targets)
    return Pattern(
        tuple(blocks[:count]), tuple(blocks[count:]), tuple(range(neuron, neuron + zeros))
    )


def _count(
    width: int,
    zeros: int,
    targets: tuple[Shape, ...],
    extras: tuple[Shape, ...],
    *,
    signed: bool,
    flips: bool,
) -> int:
    total = math.factorial(width) // math.factorial(zeros)
    for plus, minus in (*targets, *extras):
        total //= math.factorial(plus) * math.factorial(minus)
    for copies in Counter(extras).values():
        total //= math.factorial(copies)
    if signed and flips:
        total *= 2 ** (sum(map(sum, targets)) + sum(sum(shape) - 1 for shape in extras))
    elif signed:
        # the signs of a further block count up to a common one
        total //= 2 ** sum(plus == minus for plus, minus in extras)
    return total


__all__ = ["few_orbits", "pattern_orbits"]
