r"""Strata of models whose coordinates do not interact: linear, diagonal and deep diagonal."""

from __future__ import annotations

import itertools
import math
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sympy

from rankstrat.model.model import Chart, Model
from rankstrat.rank.certificate import Verdict
from rankstrat.strata import Knowledge
from rankstrat.text.tables import Math

Label = tuple[int, ...]


@dataclass(frozen=True)
class CoordinateStrata:
    r"""The strata of $\sum_j h(\theta_j)\,x_j$ by the number of zeros among the parameters of each
    coordinate.

    A label lists, for each of the `features` coordinates, how many of its `depth` parameters count
    as zero, the smallest first; `ranks[z]` is the rank of a coordinate with z zeros and `ways[z]`
    in how many ways it can have them.

    Attributes:
        model: the model.
        groups: the parameters of each coordinate, as (block, index) pairs.
        zeros: which numbers of zeros are told apart (0 and all for a^2 - b^2).
        ranks: the rank of a coordinate by its number of zeros.
        reason: why that is its rank.
    """

    model: Model
    groups: tuple[tuple[tuple[str, Any], ...], ...] = field(repr=False)
    zeros: tuple[int, ...]
    ranks: tuple[int, ...]
    reason: str

    @property
    def depth(self) -> int:
        """The number of parameters of a coordinate."""
        return len(self.groups[0])

    def labels(self) -> Iterator[Label]:
        """Every multiset of numbers of zeros."""
        yield from itertools.combinations_with_replacement(self.zeros, len(self.groups))

    def rank(self, label: Label) -> int:
        """The sum over the coordinates."""
        return sum(self.ranks[z] for z in label)

    def dimension(self, label: Label) -> int:
        """The number of parameters that are not zero."""
        return sum(self.depth - z for z in label)

    def orbit(self, label: Label) -> int:
        """Permutations of the coordinates, and the choice of the zeros."""
        count = math.factorial(len(label))
        for z, times in Counter(label).items():
            count = count // math.factorial(times) * math.comb(self.depth, z) ** times
        return count

    def _vanishing(self, label: Label) -> list[Any]:
        arrays = self.model.generic().arrays
        return [
            arrays[block][index]
            for group, z in zip(self.groups, label, strict=True)
            for block, index in group[:z]
        ]

    def conditions(self, label: Label) -> tuple[Math, ...]:
        """The parameters that vanish."""
        symbols = self._vanishing(label)
        if not symbols:
            return ()
        chain = [*symbols, 0]
        return (Math(" = ".join(map(str, chain)), " = ".join(map(sympy.latex, chain))),)

    def constancy(self, label: Label) -> Knowledge:
        """A monomial minor."""
        return Knowledge(Verdict.PROVED, self.reason)

    @property
    def coverage(self) -> Knowledge:
        """Every point has a list of zeros."""
        return Knowledge(Verdict.PROVED, "every point has exactly one list of zeros")

    def chart(self, label: Label) -> Chart:
        """The other parameters as coordinates."""
        return self.model.chart(dict.fromkeys(self._vanishing(label), 0))

    def point(self, label: Label, seed: int = 0) -> Chart:
        """Random small whole numbers that are not zero."""
        chart, rng = self.chart(label), random.Random(f"{seed} {label}")
        return chart.at({c: rng.choice([-1, 1]) * rng.randint(1, 5) for c in chart.coordinates})

    def children(self, label: Label) -> Iterator[tuple[Label, Math]]:
        """One coordinate gets the next larger number of zeros."""
        for z in sorted(set(label)):
            larger = [n for n in self.zeros if n > z]
            if larger:
                changed = list(label)
                changed[changed.index(z)] = larger[0]
                text = "one factor = 0" if larger[0] == z + 1 else "all = 0"
                yield tuple(sorted(changed)), Math(text, rf"\text{{{text}}}")

    def label_of(self, point: Chart) -> Label:
        """The numbers of zeros."""
        arrays = point.arrays
        counts = (
            sum(1 for block, index in group if arrays[block][index] == 0) for group in self.groups
        )
        return tuple(sorted(max(z for z in self.zeros if z <= count) for count in counts))

    def in_units_of(self, point: Chart) -> CoordinateStrata:
        """The coordinates in the order of their numbers of zeros, and the zeros first in each."""
        arrays = point.arrays
        zeros = [
            (max(z for z in self.zeros if z <= sum(vanishes)), group, vanishes)
            for group in self.groups
            for vanishes in [[arrays[block][index] == 0 for block, index in group]]
        ]
        ordered = (
            tuple(part for _, part in sorted(zip(vanishes, group, strict=True), key=_zero_first))
            for _, group, vanishes in sorted(zeros, key=lambda entry: entry[0])
        )
        return replace(self, groups=tuple(ordered))


def _zero_first(entry: tuple[bool, Any]) -> bool:
    return not entry[0]


def coordinate_strata(
    model: Model,
    groups: Sequence[Sequence[tuple[str, Any]]],
    zeros: Sequence[int],
    ranks: Sequence[int],
    reason: str,
) -> CoordinateStrata:
    """The strata by numbers of zeros."""
    return CoordinateStrata(model, tuple(map(tuple, groups)), tuple(zeros), tuple(ranks), reason)
