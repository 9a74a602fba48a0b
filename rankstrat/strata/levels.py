r"""The levels $\{\theta : r(\theta) = k\}$ of a stratification, each with what is known of its
dimension.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol, runtime_checkable

from rankstrat.rank.bounded import Bounded
from rankstrat.rank.certificate import RankCertificate, Verdict
from rankstrat.rank.verdict import weakest
from rankstrat.strata.stratum import Label, Stratification, Stratum
from rankstrat.text.spoken import Spoken
from rankstrat.text.tables import Math


@runtime_checkable
class HasExtents(Protocol):
    """A stratification that bounds the dimensions of its levels, whether or not it is complete."""

    def extent(self, rank: int) -> Bounded:
        """The dimension of the set of all points of a rank."""


@runtime_checkable
class HasCertificates(Protocol):
    """A stratification whose ranks are those of generic points, with a certificate each."""

    def certificate(self, label: Label) -> RankCertificate:
        """The rank at the generic point of a stratum."""


@dataclass(frozen=True)
class LevelSize:
    """A level without a list of its strata.

    Attributes:
        rank: k.
        dimension: of the set of all points of this rank.
        count: the number of strata, symmetric copies included.
        largest: the label of a stratum of this dimension.
    """

    rank: int
    dimension: int
    count: int
    largest: Label


@runtime_checkable
class HasLevelSizes(Protocol):
    """A stratification that knows its levels although its strata are too many to be listed."""

    def level_sizes(self) -> Sequence[LevelSize] | None:
        """The levels, ascending in rank; None where they are not known."""


@dataclass(frozen=True)
class Level(Spoken):
    r"""$\{\theta : r(\theta) = k\}$: all strata of one rank.

    Attributes:
        rank: k.
        strata: the strata up to symmetry, the largest first; a largest one alone where they are too
            many to be listed.
        dimension: of the set of all points of this rank, exact or a bound.
        count: the number of strata, symmetric copies included.
        listed: whether all strata are there.
    """

    rank: int
    strata: tuple[Stratum, ...] = field(repr=False)
    dimension: Bounded
    count: Bounded
    listed: bool = True

    @property
    def codimension(self) -> Bounded:
        """The number of parameters less the dimension."""
        return self.dimension.complement(self.strata[0].model.size)

    @cached_property
    def maximal(self) -> tuple[Stratum, ...]:
        """The strata that lie in the closure of no other stratum of the level; their closures
        hold all of it.
        """
        if not self.listed:
            return self.strata
        # the rank never rises in a closure, so a chain between two strata of one rank stays in it
        inner = {
            label
            for s in self.strata
            for label, _ in s.source.children(s.label)
            if label != s.label
        }
        return tuple(s for s in self.strata if s.label not in inner)

    @property
    def verdict(self) -> Verdict:
        """PROVED if every stratum is; else the weakest verdict among them."""
        return weakest([s.verdict for s in self.strata])

    def _facts(self) -> Iterable[tuple[str, object]]:
        return (
            ("rank", self.rank), ("dimension", self.dimension), ("codimension", self.codimension),
            ("strata", self.count), ("conditions", words(self)), ("verdict", self.verdict),
        )  # fmt: skip

    def __str__(self) -> str:
        many = (
            f"{len(self.strata)} {'stratum' if len(self.strata) == 1 else 'strata'} up to symmetry"
        )
        exact = f"dimension {self.dimension} [{self.dimension.verdict}]"
        return f"rank {self.rank}: {many}, {exact}  [ranks: {self.verdict}]"


def levels_of(
    source: Stratification, strata: Mapping[int, Sequence[Stratum]], ended: str = ""
) -> tuple[Level, ...]:
    """The levels, ascending in rank.

    A level has the dimension of its largest stratum only where every point of it is known to lie
    in a stratum of that rank that is listed; else that is a bound.

    Args:
        source: the stratification.
        strata: by rank.
        ended: why some strata are missing, if they are.
    """
    complete = not ended and source.coverage.verdict is Verdict.PROVED
    missing = ended or source.coverage.reason
    return tuple(
        Level(
            rank,
            tuple(found),
            _dimension(source, rank, found, complete, missing),
            _count(found, complete, missing),
        )
        for rank, found in sorted(strata.items())
    )


def levels_by_size(source: Stratification, sizes: Sequence[LevelSize]) -> tuple[Level, ...]:
    """The levels of a complete stratification, each with one largest stratum."""
    reason = source.coverage.reason
    return tuple(
        Level(
            size.rank,
            (Stratum(source, size.largest),),
            Bounded(size.dimension, size.dimension, reason, of="the dimension"),
            Bounded(size.count, size.count, reason, of="the number of strata"),
            listed=False,
        )
        for size in sizes
    )


def _dimension(
    source: Stratification, rank: int, strata: Sequence[Stratum], complete: bool, reason: str
) -> Bounded:
    largest = max(s.dimension for s in strata)
    if complete:
        return Bounded(largest, largest, reason, of="the dimension")
    if isinstance(source, HasExtents):
        return source.extent(rank)
    sure = [s.dimension for s in strata if _has_points(source, s)]
    lower = max(sure, default=0)
    if lower == source.model.size:
        return Bounded(lower, lower, "an open set has this rank", of="the dimension")
    listed = f"the largest stratum that is listed; {reason}"
    return Bounded(lower, None, listed, of="the dimension")


def _has_points(source: Stratification, stratum: Stratum) -> bool:
    """Whether the generic point of a stratum is known to have its rank."""
    if isinstance(source, HasCertificates):
        return source.certificate(stratum.label).verdict is Verdict.PROVED
    return stratum.verdict is Verdict.PROVED


def _count(strata: Sequence[Stratum], complete: bool, reason: str) -> Bounded:
    count = sum(s.orbit for s in strata)
    if complete:
        return Bounded(count, count, reason, of="the number of strata")
    return Bounded(count, None, f"those listed; {reason}", of="the number of strata")


def words(level: Level) -> Math:
    """The conditions of the maximal strata, and how many kinds there are besides."""
    shown = level.maximal[:2]
    more = len(level.maximal) - len(shown)
    ends = (f"; {more} more" if more else "") + ("" if level.listed else "; others")
    text = "; ".join(s.words.text for s in shown) + ends
    latex = r";\ ".join(s.words.latex for s in shown) + (
        rf";\ \text{{{more} more}}" if more else ""
    )
    return Math(text, latex)


__all__ = [
    "HasCertificates",
    "HasExtents",
    "HasLevelSizes",
    "Level",
    "LevelSize",
    "levels_by_size",
    "levels_of",
    "words",
]
