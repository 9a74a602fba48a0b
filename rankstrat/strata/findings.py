"""Points whose rank is not the generic one of their flat, searched among small values."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

import sympy

from rankstrat.deadline import check
from rankstrat.errors import PointError, PoleError
from rankstrat.model.model import Chart

TRIES, MOST_FOUND = 40, 3


@dataclass(frozen=True)
class Finding:
    """A point whose rank is not the generic one of the flat it lies on.

    Attributes:
        point: the point.
        rank: its rank.
        expected: the generic rank of the flat.
    """

    point: Chart
    rank: int
    expected: int

    def __str__(self) -> str:
        values = ", ".join(f"{p} = {v}" for p, v in self.point.values.items())
        return f"rank {self.rank} instead of {self.expected} at {values}"


def special_points(
    chart: Chart,
    rank: int,
    rng: random.Random,
    is_own: Callable[[Chart], bool],
    rank_at: Callable[[Chart], int | None],
) -> tuple[Finding, ...]:
    """Points of a flat with another rank.

    Args:
        chart: of the flat.
        rank: its generic rank.
        rng: draws the coordinates.
        is_own: whether a point lies on no smaller flat.
        rank_at: the rank at a point; None where it is not decided.
    """
    found: list[Finding] = []
    seen: set[object] = set()
    for _ in range(TRIES):
        check("special points were tried")
        values = {c: rng.choice((-1, 0, 1, 1, 2, 3)) for c in chart.coordinates}
        try:
            point = chart.at(values)
        except PointError:
            continue
        singular = any(v in (sympy.zoo, sympy.nan) for v in point.raw)
        if point.raw in seen or singular or not is_own(point):
            continue
        seen.add(point.raw)
        try:
            value = rank_at(point)
        except PoleError:  # a point at which the model has no value
            continue
        if value not in (rank, None):
            found.append(Finding(point, value, rank))
            if len(found) == MOST_FOUND:
                break
    return tuple(found)


__all__ = ["TRIES", "Finding", "special_points"]
