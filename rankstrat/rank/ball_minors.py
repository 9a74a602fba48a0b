"""Lower bounds without independence of functions: a minor that balls enclose away from zero."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from fractions import Fraction
from typing import Any

from rankstrat.algebra.balls import Elimination, enclosed, excludes_zero
from rankstrat.algebra.primes import mix
from rankstrat.algebra.program import LEAF
from rankstrat.errors import OutOfTimeError, UndecidedError
from rankstrat.rank.draws import domain_points, is_free
from rankstrat.rank.lower_bounds import Minor
from rankstrat.rank.tangents import Tangents

BALL_LIMIT = 220
BALL_WORK = 1_500_000_000  # bits times cube of the size: about ten seconds
PRECISIONS = (128, 256, 512, 1024, 2048, 4096)
PIVOTED, SPARE, PIVOT_BITS = 100, 20, 512
"""Tangent functions among which the columns of a minor are chosen, how many more inputs than that
there are, and the working precision."""


def ball_points(
    tangents: Tangents, key: int, count: int, attempt: int
) -> list[dict[object, int | Fraction]]:
    """Rational sample points: inputs differ from sample to sample, coordinates are shared."""
    program = tangents.program
    leaves = [program.data[n] for n in program.reachable(tangents.nodes) if program.kind[n] == LEAF]
    points: list[dict[object, int | Fraction]] = []
    for i in range(count):
        values: dict[object, int | Fraction] = {}
        for number, leaf in enumerate(leaves):
            varying = leaf[0] in ("x", "mix")
            r = mix(key, attempt, number, i if varying else -1) % 4097
            values[leaf] = Fraction(int(r) - 2048, 512 if varying else 1024) + (
                Fraction(5, 2) if not varying and attempt % 2 else 0
            )
        points.append(values)
    return points


def ball_minor(tangents: Tangents, parameters: Sequence[int], *, seed: int) -> Minor | None:
    """A minor of the given tangent functions enclosed away from zero, or None."""
    if len(parameters) > BALL_LIMIT:
        return None
    for attempt in range(2):
        key = mix(seed, 5, attempt)
        for bits in PRECISIONS:
            if len(parameters) ** 3 * bits > BALL_WORK:
                break
            rows = tuple(range(len(parameters)))
            minor = Minor(0, key, rows, tuple(parameters), bits, attempt)
            if check_ball_minor(tangents, minor):
                return minor
    if len(parameters) > 1:
        return pivoted_minor(tangents, parameters, seed=seed)
    return None


def pivoted_minor(tangents: Tangents, parameters: Sequence[int], *, seed: int) -> Minor | None:
    """A minor among the given tangent functions whose columns elimination with balls chooses, or
    None.

    Args:
        tangents: the tangent functions.
        parameters: of them; the first ones count, where there are many.
        seed: names the sample points.
    """
    parameters = parameters[:PIVOTED]
    key = mix(seed, 5, 0)
    everywhere = tuple(range(len(parameters) + SPARE))
    points = points_of(tangents, Minor(0, key, everywhere, (), PIVOT_BITS))
    if points is None:
        return None
    nodes = [tangents.nodes[i] for i in parameters]
    rows: list[list[Any]] = []
    places: list[tuple[int, int]] = []
    elimination = Elimination(PIVOT_BITS)
    with suppress(OutOfTimeError, UndecidedError):  # what was found before counts
        for point in points:
            rows += enclosed(tangents.program, nodes, [point], PIVOT_BITS)
            column = elimination.pivot(rows[-1])
            if column is not None:
                places.append((len(rows) - 1, column))
            if len(places) == len(nodes) or len(rows) - len(places) > SPARE:
                break
    for size in range(len(places), 0, -1):
        chosen = sorted(places[:size], key=lambda place: place[1])
        square = [[rows[i][j] for _, j in chosen] for i, _ in places[:size]]
        if excludes_zero(square, PIVOT_BITS):
            columns = tuple(parameters[j] for _, j in chosen)
            return Minor(0, key, tuple(i for i, _ in places[:size]), columns, PIVOT_BITS)
    return None


def points_of(tangents: Tangents, minor: Minor) -> list[Any] | None:
    """The sample points of a ball minor (its `prime` field holds the number of the point set)."""
    draw = ball_points if is_free(tangents) else domain_points
    points: list[Any] | None = draw(tangents, minor.key, max(minor.rows) + 1, minor.prime)
    return None if points is None else [points[i] for i in minor.rows]


def check_ball_minor(tangents: Tangents, minor: Minor) -> bool:
    """Recompute a ball minor."""
    points = points_of(tangents, minor)
    if points is None:
        return False
    nodes = [tangents.nodes[i] for i in minor.parameters]
    try:
        return excludes_zero(enclosed(tangents.program, nodes, points, minor.bits), minor.bits)
    except UndecidedError:
        return False


__all__ = [
    "BALL_LIMIT",
    "PRECISIONS",
    "ball_minor",
    "check_ball_minor",
    "pivoted_minor",
    "points_of",
]
