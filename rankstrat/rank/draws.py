r"""Exact sample points of tangent functions: inputs inside the domain and inside the regions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from rankstrat.algebra.primes import mix
from rankstrat.algebra.program import LEAF, Program
from rankstrat.errors import DataError, PoleError, UndecidedError
from rankstrat.rank.patterns import PatternTangents
from rankstrat.rank.regions import (
    Region,
    RegionTangents,
    Site,
    leaf_signs,
    random_point,
    region_at,
)
from rankstrat.rank.tangents import Tangents

TRIES, HALVINGS = 60, 14
Values = dict[Any, Any]


def is_free(tangents: Tangents) -> bool:
    """Whether any input and any coordinates may be drawn: no domain, no logarithm or root, no
    region.
    """
    if isinstance(tangents, RegionTangents | PatternTangents):
        return False
    restricted = isinstance(tangents, Site) and tangents.is_restricted
    return not (restricted or tangents.chart.model.domain or tangents.integers)


def domain_points(
    tangents: Tangents, key: int, count: int, attempt: int
) -> list[dict[Any, Any]] | None:
    """Values of the leaves at points of the domain, coordinates shared; None where too few were
    met.

    With several regions every point lies in one of them, in turn, and the indeterminates of the
    others are 0; regions on which all tangent functions vanish would waste a row. Over patterns
    every point brings its own sides of the kinks.
    """
    given = getattr(tangents, "parts", ((tangents, None),))
    if isinstance(tangents, PatternTangents):
        given = ((tangents.base, None),)
    live = tangents.live if isinstance(tangents, RegionTangents) else tuple(range(len(given)))
    program = tangents.program
    mixers = [
        program.data[n]
        for n in program.reachable(tangents.nodes)
        if program.kind[n] == LEAF and program.data[n][0] == "mix"
    ]
    for retry in range(8):
        coordinates: Values = {}
        for base, _ in given:
            coordinates |= coordinate_values(base, int(mix(key, attempt)), retry)
        points: list[Values] = []
        seen: set[tuple[Any, ...]] = set()
        for i in range(count):
            place = live[i % len(live)]
            base, region = given[place]
            point = _point(base, region, coordinates, int(mix(key, attempt, retry)), i, seen)
            if point is None:
                break
            seen.add(point)
            values = {("x", k): v for k, v in enumerate(point)} | coordinates
            if isinstance(tangents, PatternTangents):
                sides = _sides(base, point, coordinates)
                if sides is None:
                    break
                values |= sides
            for number, mixer in enumerate(mixers):
                region_mixer = isinstance(mixer[1], tuple)
                drawn = Fraction(int(mix(key, attempt, retry, i, number)) % 4097 - 2048, 512)
                values[mixer] = int(mixer[1][1] == place) if region_mixer else drawn
            points.append(values)
        if len(points) == count:
            return points
    return None


def _point(
    base: Tangents,
    region: Region | None,
    coordinates: Mapping[Any, Any],
    seed: int,
    number: int,
    seen: set[tuple[Any, ...]],
) -> tuple[Any, ...] | None:
    assert isinstance(base, Site)
    if region is None:
        for j in range(TRIES):
            point = random_point(base, seed, number * TRIES + j)
            if point is None or (point and point in seen):
                continue
            if _region(base, point, coordinates) is not None:
                return point
        return None
    for j in range(HALVINGS):
        moved = tuple(
            v if k in base.integers else v + _step(seed, number, k, j)
            for k, v in enumerate(region.point)
        )
        found = _region(base, moved, coordinates)
        if found is not None and found.signs == region.signs:
            return moved
    return region.point


def _sides(base: Tangents, point: tuple[Any, ...], coordinates: Mapping[Any, Any]) -> Values | None:
    """The sides of all kinks at an input; None where an argument vanishes, which has no side."""
    assert isinstance(base, Site)
    region = _region(base, point, coordinates)
    if region is None or not all(sign for _, sign in region.signs):
        return None
    return {("side", k): int(sign > 0) for k, (_, sign) in enumerate(region.signs)}


def _step(seed: int, number: int, k: int, halvings: int) -> Fraction:
    return Fraction(int(mix(seed, 46, number, k)) % 4097 - 2048, 1024 << halvings)


def _region(base: Site, point: tuple[Any, ...], coordinates: Mapping[Any, Any]) -> Region | None:
    try:
        return region_at(base, point, coordinates)
    except (DataError, UndecidedError, PoleError):
        return None


def coordinate_keys(site: Tangents) -> list[Any]:
    """The leaves of coordinates and constants that occur."""
    program: Program = site.program
    below = program.reachable((*site.nodes, *site.outputs))
    return [program.data[n] for n in below if program.kind[n] == LEAF and program.data[n][0] == "u"]


def coordinate_values(site: Tangents, seed: int, number: int) -> dict[Any, Fraction]:
    """Random rational values of the coordinates, of the signs that their symbols are declared to
    have.
    """
    return drawn_coordinates(site, coordinate_keys(site), seed, number)


def drawn_coordinates(
    site: Tangents, keys: Sequence[Any], seed: int, number: int, *, below: int = 1024
) -> dict[Any, Fraction]:
    """Random rational values of the coordinates with the given leaf keys, over a denominator."""
    signs = leaf_signs(site)
    result = {}
    for place, key in enumerate(keys):
        size = Fraction(1 + int(mix(seed, 44, number, place)) % (4 * below), below)
        negative = int(mix(seed, 45, number, place)) % 2
        result[key] = size * signs.get(key, -1 if negative else 1)
    return result
