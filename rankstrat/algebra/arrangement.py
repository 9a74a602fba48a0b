r"""Cells of arrangements of hyperplanes $\{x : n \cdot x + c = 0\}$ in $\mathbb{R}^d$, exactly over
the rationals.

Deletion and restriction: a cell of $A$ is cut by a new hyperplane $H$ if and only if its sign
vector occurs among the cells of the restriction $A|_H$, an arrangement of one dimension less. On a
line the cells are the intervals between sorted points. Every cell comes with a rational interior
point.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from rankstrat.algebra.linear import Vector
from rankstrat.deadline import check
from rankstrat.errors import BudgetError

MAX_CELLS = 20_000


@dataclass(frozen=True)
class Hyperplane:
    """The affine form x -> normal . x + offset."""

    normal: Vector
    offset: Fraction

    def at(self, x: Vector) -> Fraction:
        """The value of the form."""
        return sum((n * v for n, v in zip(self.normal, x, strict=True)), self.offset)


def cells(
    hyperplanes: Sequence[Hyperplane],
    dimension: int,
    sides: Sequence[int] = (),
    start: Vector | None = None,
) -> dict[tuple[int, ...], Vector]:
    """Sign vector -> interior point, for every open cell of the arrangement.

    A constant form has its sign everywhere (0 where it is identically zero).

    Args:
        hyperplanes: the arrangement.
        dimension: that of the space.
        sides: only the cells on these sides of the first hyperplanes are found.
        start: a point on these sides, if one is known.

    Raises:
        BudgetError: more than 20,000 cells.
    """
    if dimension == 1:
        return _intervals(hyperplanes, sides)
    found: dict[tuple[int, ...], Vector] = {(): (Fraction(0),) * dimension}
    if start is not None:
        found = {tuple(sides): start}
    for k in range(0 if start is None else len(sides), len(hyperplanes)):
        plane = hyperplanes[k]
        if not any(plane.normal):
            sign = _sign(plane.offset)
            found = {(*s, sign): x for s, x in found.items()}
            found = _kept(found, k, sides)
            continue
        before = hyperplanes[:k]
        cut = _cells_on(plane, before, dimension, sides[:k])
        result: dict[tuple[int, ...], Vector] = {}
        for signs, point in found.items():
            check("the cells of an arrangement were listed")
            if signs in cut:
                for side in (1, -1):
                    result[(*signs, side)] = _step(cut[signs], plane, before, side)
            else:
                result[(*signs, _sign(plane.at(point)))] = point
        found = _kept(result, k, sides)
        if len(found) > MAX_CELLS:
            raise BudgetError(
                f"the arrangement of {len(hyperplanes)} hyperplanes has more than {MAX_CELLS}"
                " cells; use fewer units"
            )
    return found


def _intervals(
    hyperplanes: Sequence[Hyperplane], sides: Sequence[int]
) -> dict[tuple[int, ...], Vector]:
    """The cells of a line on these sides of the first points, from left to right."""
    forms = [(*plane.normal, plane.offset) for plane in hyperplanes]
    low: Fraction | None = None
    high: Fraction | None = None
    cuts = set[Fraction]()
    for k, (slope, offset) in enumerate(forms):
        side = sides[k] if k < len(sides) else None
        if not slope:
            if side is not None and side != _sign(offset):
                return {}
            continue
        cut = -offset / slope
        if side is None:
            cuts.add(cut)
        elif side * slope > 0:
            low = cut if low is None else max(low, cut)
        else:
            high = cut if high is None else min(high, cut)
    if low is not None and high is not None and low >= high:
        return {}
    inner = sorted(c for c in cuts if (low is None or c > low) and (high is None or c < high))
    found: dict[tuple[int, ...], Vector] = {}
    for a, b in pairwise([low, *inner, high]):
        x = _between(a, b)
        found[tuple([_sign(slope * x + offset) for slope, offset in forms])] = (x,)
    return found


def _between(a: Fraction | None, b: Fraction | None) -> Fraction:
    """A number between two, of which None is infinite."""
    if a is None or b is None:
        return a + 1 if a is not None else b - 1 if b is not None else Fraction(0)
    return (a + b) / 2


def _kept(
    found: dict[tuple[int, ...], Vector], k: int, sides: Sequence[int]
) -> dict[tuple[int, ...], Vector]:
    return {s: x for s, x in found.items() if s[k] == sides[k]} if k < len(sides) else found


def _cells_on(
    plane: Hyperplane, others: Sequence[Hyperplane], dimension: int, sides: Sequence[int]
) -> dict[tuple[int, ...], Vector]:
    """Sign vectors of the other hyperplanes on the cells of the restriction to `plane`, with points
    of the plane.
    """
    pivot = next(i for i, n in enumerate(plane.normal) if n)
    lead = plane.normal[pivot]
    restricted = []
    for other in others:
        factor = other.normal[pivot] / lead
        normal = tuple(
            n - factor * m
            for i, (n, m) in enumerate(zip(other.normal, plane.normal, strict=True))
            if i != pivot
        )
        restricted.append(Hyperplane(normal, other.offset - factor * plane.offset))
        if any(other.normal) and not any(normal) and not restricted[-1].offset:
            return {}  # the plane occurs among the others: it cuts nothing
    result = {}
    for signs, point in cells(restricted, dimension - 1, sides).items():
        missing = (
            -(
                plane.offset
                + sum(
                    (n * v for n, v in zip(_without(plane.normal, pivot), point, strict=True)),
                    Fraction(0),
                )
            )
            / lead
        )
        result[signs] = (*point[:pivot], missing, *point[pivot:])
    return result


def _without(vector: Vector, index: int) -> Vector:
    return (*vector[:index], *vector[index + 1 :])


def _step(point: Vector, plane: Hyperplane, others: Sequence[Hyperplane], side: int) -> Vector:
    """A point on the given side of the plane, on the same sides of the others as `point` (which
    lies on the plane).
    """
    size = Fraction(1)
    for other in others:
        slope = sum((a * b for a, b in zip(other.normal, plane.normal, strict=True)), Fraction(0))
        if slope:
            size = min(size, abs(other.at(point) / slope) / 2)
    return tuple(x + side * size * n for x, n in zip(point, plane.normal, strict=True))


def _sign(value: Fraction) -> int:
    return (value > 0) - (value < 0)
