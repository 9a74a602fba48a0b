r"""How many pairs of patterns meet, and in which dimension, counted orbit by orbit.

Two patterns P, P' put each neuron into a block of either one. Blocks are the vertices and neurons
the edges of a bipartite graph; its connected components are independent of each other. In a
component of n neurons and v blocks (neurons of weight zero count as no block):

- if some signs disagree, or a neuron has weight zero, all weights vanish; the equations of the
  output weights are independent unless they are those of a graph without loose edges;
- else the weights are one free vector, or that of a target class if the component holds the block
  of this class of *both* patterns, and one equation of the output weights depends on the others;
- a component with the block of a class in one pattern alone has no common point: the output weights
  of its neurons would have two different sums.

So pairs are sets of components, and exponential generating functions count them. A polynomial in t,
whose exponents are dimensions, is one long integer: t stands for a power of two beyond all sums.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from rankstrat.deadline import check
from rankstrat.families._shared.patterns import Pattern

Sizes = tuple[int, ...]
"""Sizes of blocks in descending order."""
Kind = tuple[Sizes, Sizes, int]
"""The sizes of the blocks of the target classes, those of the further blocks, and the number of
neurons of weight zero: an orbit."""
Pair = tuple[Kind, Kind]
Series = dict[int, dict[Pair, int]]
"""For each number of neurons, the pairs of kinds with polynomials in t."""


def kind(pattern: Pattern) -> Kind:
    """The orbit of a pattern under exchanges of neurons, and changes of their signs."""
    extras = tuple(sorted(map(len, pattern.extras), reverse=True))
    return tuple(map(len, pattern.targets)), extras, len(pattern.zeros)


@dataclass(frozen=True)
class PatternPairs:
    r"""Pairs of patterns of m neurons, by orbits and dimensions.

    Attributes:
        width: m.
        classes: the number of classes of the target.
        length: the number of weights of a class, with its bias.
        parity: of $\sigma$: odd or even, where w and -w are one class, or none.

    Example:
        >>> pairs = PatternPairs(2, 1, 1, "odd")
        >>> alone, both = ((1,), (1,), 0), ((2,), (), 0)
        >>> dict(pairs.meeting(alone, both))  # each {±1} | {2} meets {±1,2} | -, {±1,-2} | -
        {0: 8}
    """

    width: int
    classes: int
    length: int
    parity: str

    def meeting(self, first: Kind, second: Kind) -> Mapping[int, int]:
        """For each dimension, how many ordered pairs of one orbit and another meet in it.

        A pattern and itself are a pair as well.
        """
        packed = self._all.get((first, second), 0)
        found, dimension = Counter[int](), -self.width  # exponents are shifted by the width
        while packed:
            many = packed & ((1 << self._bits) - 1)
            if many:
                found[dimension] = many
            packed >>= self._bits
            dimension += 1
        return found

    def kinds(self) -> set[Kind]:
        """All orbits."""
        return {one for one, _ in self._all}

    @cached_property
    def _bits(self) -> int:
        # more than all pairs of patterns, so that no sum runs over
        return 8 + 2 * self.width * (2 * self.width + 2).bit_length()

    def _power(self, exponent: int) -> int:
        return 1 << (self._bits * exponent)

    @cached_property
    def _all(self) -> dict[Pair, int]:
        free = self.width - self.classes
        result = _product(self._vanishing(free), self._balanced(free), free)
        for place in range(self.classes):
            left = self.classes - place - 1
            result = _product(self._carriers(free + 1, place), result, self.width - left)
        return result[self.width]

    def _sides(self, neurons: int, blocks: int) -> int:
        """How many signs the blocks of a component may have up to a common one each."""
        return 2 ** (neurons - blocks) if self.parity != "none" else 1

    def _agreeing(self, neurons: int) -> int:
        """How many of them agree."""
        return 2 ** (neurons - 1) if self.parity != "none" else 1

    def _vanishing(self, most: int) -> Series:
        """Sets of components as if all weights in them vanished and no equation depended."""
        series: Series = {}
        for n in range(most + 1):
            rows = []
            for zeros in range(n + 1):
                for sizes in _partitions(n - zeros):
                    many = _ways(n, sizes, zeros) * self._sides(n - zeros, len(sizes))
                    rows.append((((), sizes, zeros), many, len(sizes)))
            series[n] = {
                (one, two): many * more * self._power(2 * n - v - w)
                for one, many, v in rows
                for two, more, w in rows
            }
        return series

    def _balanced(self, most: int) -> Series:
        """What turns those into sets of components as they are: the exponential of the differences.

        Only components without neurons of weight zero differ.
        """
        difference: dict[tuple[Sizes, Sizes], int] = {}
        for n in range(1, most + 1):
            for one in _partitions(n):
                for two in _partitions(n):
                    v = len(one) + len(two)
                    good = self._agreeing(n)
                    signs = self._sides(n, len(one)) * self._sides(n, len(two))
                    # an even function adds output weights whatever the signs
                    loose = 1 if self.parity == "even" else 0
                    value = good * self._power(2 * n - v + self.length + 1)
                    value += (signs - good) * self._power(2 * n - v + loose)
                    value -= signs * self._power(2 * n - v)
                    difference[one, two] = _connected(one, two) * value
        result: Series = {0: {(((), (), 0), ((), (), 0)): 1}}
        for n in range(1, most + 1):
            row: dict[Pair, int] = {}
            for size in range(1, n + 1):
                many = math.comb(n - 1, size - 1)  # the component of the first neuron
                for (one, two), value in difference.items():
                    if sum(one) != size or not value:
                        continue
                    for ((_, rest, _), (_, other, _)), more in result[n - size].items():
                        key = (((), _joined(one, rest), 0), ((), _joined(two, other), 0))
                        row[key] = row.get(key, 0) + many * value * more
            check("the pairs of branches were counted")
            result[n] = row
        return result

    def _carriers(self, most: int, place: int) -> Series:
        """Components that hold the blocks of one class of the target in both patterns."""
        series: Series = {}
        for n in range(1, most + 1):
            row = series.setdefault(n, {})
            signs = 2**n if self.parity != "none" else 1  # here a common sign is no choice
            for one in _partitions(n):
                for two in _partitions(n):
                    power = self._power(2 * n - len(one) - len(two) + 1)
                    value = _connected(one, two) * signs * power
                    if not value:
                        continue
                    for size, left in _without(one):
                        for other, right in _without(two):
                            many = one.count(size) * two.count(other)
                            row[((size,), left, 0), ((other,), right, 0)] = many * value
        return series


def _product(first: Series, second: Series, most: int) -> Series:
    """Two kinds of structures on two parts of the neurons."""
    result: Series = {}
    for n, left in first.items():
        for k, right in second.items():
            if n + k > most:
                continue
            many = math.comb(n + k, n)
            row = result.setdefault(n + k, {})
            for (a, b), value in left.items():
                check("the pairs of branches were counted")
                for (c, d), more in right.items():
                    key = (_sum(a, c), _sum(b, d))
                    row[key] = row.get(key, 0) + many * value * more
    return result


@lru_cache(maxsize=1 << 16)
def _sum(one: Kind, two: Kind) -> Kind:
    return one[0] + two[0], _joined(one[1], two[1]), one[2] + two[2]


@lru_cache(maxsize=1 << 16)
def _joined(one: Sizes, two: Sizes) -> Sizes:
    return tuple(sorted(one + two, reverse=True))


def _without(sizes: Sizes) -> Iterator[tuple[int, Sizes]]:
    """Each size that occurs, with the others."""
    for size in sorted(set(sizes)):
        i = sizes.index(size)
        yield size, sizes[:i] + sizes[i + 1 :]


@lru_cache(maxsize=64)
def _partitions(total: int, largest: int | None = None) -> tuple[Sizes, ...]:
    if total == 0:
        return ((),)
    top = total if largest is None else min(total, largest)
    return tuple((k, *rest) for k in range(top, 0, -1) for rest in _partitions(total - k, k))


def _ways(neurons: int, sizes: Sizes, zeros: int = 0) -> int:
    """How many set partitions have blocks of these sizes, besides neurons set apart."""
    many = math.factorial(neurons) // math.factorial(zeros)
    for size in sizes:
        many //= math.factorial(size)
    for copies in Counter(sizes).values():
        many //= math.factorial(copies)
    return many


@cache
def _connected(one: Sizes, two: Sizes) -> int:
    """How many pairs of set partitions with blocks of these sizes are connected."""
    if two > one:
        return _connected(two, one)
    n = sum(one)
    total = _ways(n, one) * _ways(n, two)
    for part, rest in _splits(one):
        k = sum(part)
        if k == n:
            continue
        for other, left in _splits(two):
            if sum(other) == k:  # the component of the first neuron, and the others
                here = _connected(part, other)
                there = _ways(n - k, rest) * _ways(n - k, left)
                total -= math.comb(n - 1, k - 1) * here * there
    return total


@lru_cache(maxsize=1 << 12)
def _splits(sizes: Sizes) -> tuple[tuple[Sizes, Sizes], ...]:
    """All ways to choose some blocks, by their sizes, with those left; never none."""
    found: list[tuple[Sizes, Sizes]] = [((), ())]
    for size, copies in sorted(Counter(sizes).items(), reverse=True):
        found = [
            (part + (size,) * k, rest + (size,) * (copies - k))
            for part, rest in found
            for k in range(copies + 1)
        ]
    return tuple((part, rest) for part, rest in found if part)


__all__ = ["Kind", "PatternPairs", "kind"]
