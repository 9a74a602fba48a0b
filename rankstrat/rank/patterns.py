r"""Activation patterns: the sides of all kinks at many inputs, and tangent functions over them.

Where no other function stands above a piecewise one, a tangent function is a polynomial in the
sides $s_k \in \{0, 1\}$ of the kinks, $|h|_+ = s h$, $|h| = (2s - 1) h$, and in generators that do
not depend on them. Evaluating it at the pattern of an open region gives its restriction to that
region, so a minor whose rows use patterns that occur proves a lower bound for the rank on all
inputs, however many regions there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rankstrat.algebra.differential import laurent
from rankstrat.algebra.evaluate import evaluate
from rankstrat.algebra.intervals import Intervals
from rankstrat.algebra.modular import residues
from rankstrat.algebra.primes import mix
from rankstrat.algebra.program import CONSTANT, FUNCTION, LEAF, PIECEWISE, PRODUCT, Program
from rankstrat.algebra.tower import Tower
from rankstrat.errors import DataError, PoleError, UndecidedError
from rankstrat.rank.regions import Region, Site, random_point, region_at, restrict
from rankstrat.rank.sides import over_sides
from rankstrat.rank.tangents import Tangents

SLOW_POINTS, MOST_POINTS, MOST_SIGNS = 300, 20_000, 4_000_000
MOST_FLAT, EXPANSION = 64, 400
SHIFTS = np.array([8, 9, 10, 11, 12, 7, 9, 10, 11, 5, 10, 9])
BINARY, ROUNDS, NEAR = 16, 5, 16
"""Inputs reach from 2^(4 - 12) to 2^(12 - 5): kinks lie where biases and weights balance."""


class PatternTangents(Tangents):
    """The tangent functions as polynomials in the sides of the kinks.

    Attributes:
        patterns: one row for each region that was met, one column for each argument.
        points: an input in each of them.
        parts: a few regions, those with arguments that vanish first.
    """

    def __init__(
        self,
        base: Site,
        patterns: NDArray[np.int8],
        points: Sequence[Sequence[Fraction]],
        parts: Sequence[tuple[Site, Region]],
    ) -> None:
        self.chart, self.piece, self.base = base.chart, base.piece, base
        self.__dict__["integers"] = base.integers
        self.program, self.images = Program(), {}
        self._depends: dict[int, bool] = {}
        self.outputs, self.divisors = [], []
        self.chosen = tuple(range(len(base.nodes)))
        self.patterns, self.points = patterns, points
        self.parts = tuple(parts)
        place = {argument: k for k, argument in enumerate(arguments(base))}

        def side(argument: int) -> int:
            return self.program.leaf(("side", place[argument]))

        done = over_sides(base.program, base.nodes, self.program, side)
        self.nodes = [done[n] for n in base.nodes]

    def tower(self, parameters: Sequence[int], *, seed: int = 0) -> Tower:
        """The tangent functions over independent generators, with sides that occur together."""
        tower = super().tower(parameters, seed=seed)
        tower.sides = self.sides
        return tower

    def sides(self, key: int, column: int, count: int, start: int) -> NDArray[np.int64]:
        """The sides of one argument in the samples start, start + 1, ...: the patterns in turn."""
        rows = self.row_of(key, np.arange(start, start + count))
        return self.patterns[rows, column].astype(np.int64)

    def row_of(self, key: int, samples: NDArray[np.int64]) -> NDArray[np.int64]:
        """The patterns of samples."""
        return (samples + int(mix(key)) % len(self.patterns)) % len(self.patterns)


def arguments(base: Tangents) -> list[int]:
    """The arguments of the piecewise functions."""
    return sorted({base.program.args[n][0] for n in base.piecewise()})


def pattern_tangents(base: Site, seed: int) -> PatternTangents | None:
    """The tangent functions over patterns of random inputs; None if none was certified."""
    wanted = min(MOST_POINTS, MOST_SIGNS // len(arguments(base)))
    found = _quick(base, seed, wanted) if _is_quick(base) else _slow(base, seed)
    if found is None:
        return None
    signs, points = found
    # sign(0) = 0 is no side of a kink
    kept = np.ones(len(signs), dtype=bool)
    exact = [k for k, a in enumerate(arguments(base)) if _has_sign(base, a)]
    if exact:
        kept = (signs[:, exact] != 0).all(axis=1)
    if not kept.any():
        return None
    _, first, times = np.unique(signs[kept], axis=0, return_index=True, return_counts=True)
    # rare patterns and frequent ones in turn: a unit that is seldom active needs the rare ones
    order = np.lexsort((first, times))
    mixed = np.empty_like(order)
    mixed[0::2], mixed[1::2] = order[: (len(order) + 1) // 2], order[::-1][: len(order) // 2]
    rows = np.flatnonzero(kept)[first[mixed]]
    # an argument that is zero at an input is so on a region, or the input lies on its boundary
    flat = [r for r in rows if (signs[r] == 0).any()]
    open_ = [r for r in flat[:MOST_FLAT] if _is_open(base, signs[r].tolist())]
    shut = set(flat) - set(open_)
    rows = np.array([r for r in rows if r not in shut], dtype=np.int64)
    if not rows.size:
        return None
    parts = [
        (base, Region(_pairs(base, signs[r].tolist()), tuple(points[r]), base.piece))
        for r in [*open_, rows[0]]
    ]
    met = [points[r] for r in rows]
    return PatternTangents(base, (signs[rows] > 0).astype(np.int8), met, parts)


def _pairs(base: Tangents, signs: Sequence[int]) -> tuple[tuple[int, int], ...]:
    return tuple(zip(arguments(base), signs, strict=True))


def _is_open(base: Tangents, signs: Sequence[int]) -> bool:
    """Whether the arguments of sign 0 vanish identically where the others have their signs."""
    region, scratch = Region(_pairs(base, signs), ()), Program()
    zero = [argument for argument, sign in region.signs if not sign]
    values = restrict(base, region, scratch, zero)
    return all(laurent(scratch, value, EXPANSION, {}) == {} for value in values)


def _has_sign(base: Tangents, argument: int) -> bool:
    program = base.program
    return any(
        program.args[n][0] == argument and program.data[n] == "sign" for n in base.piecewise()
    )


def _is_quick(base: Site) -> bool:
    """Whether the arguments are sums and products of piecewise functions and inputs with any
    domain.
    """
    if base.is_restricted or base.chart.model.domain:
        return False
    program = base.program
    for n in program.reachable(arguments(base)):
        kind, data = program.kind[n], program.data[n]
        if kind == LEAF and data[0] != "x":
            return False
        if kind == FUNCTION and data not in PIECEWISE:
            return False
        if kind == PRODUCT and not all(isinstance(e, int) and e > 0 for e in data):
            return False
        if kind == CONSTANT and not np.isfinite(float(data)):
            return False
    return True


def _quick(base: Site, seed: int, count: int) -> tuple[NDArray[np.int8], list[Any]] | None:
    """Signs at many inputs, and around those at which some argument is small."""
    width = len(base.chart.model.inputs)
    shifts = SHIFTS[np.arange(count) % len(SHIFTS)]
    whole = _draws(seed, 48, count, width) << (BINARY - shifts)[:, None]
    found: list[tuple[NDArray[np.int8], NDArray[np.int64]]] = []
    for number in range(ROUNDS):
        signs, sizes, certain = _signs(base, whole)
        found.append((signs[certain], whole[certain]))
        near = np.argpartition(sizes, min(NEAR, len(sizes) - 1), axis=0)[:NEAR].T.ravel()
        steps = np.arange(len(near)) % 10
        whole = whole[near] + (_draws(seed, 49 + number, len(near), width) << steps[:, None])
    signs = np.concatenate([s for s, _ in found])
    inputs = np.concatenate([x for _, x in found])
    points = [tuple(Fraction(int(v), 1 << BINARY) for v in row) for row in inputs]
    return (signs, points) if len(points) else None


def _draws(seed: int, stream: int, count: int, width: int) -> NDArray[np.int64]:
    columns = [residues(int(mix(seed, stream, k)), count, 4097) - 2048 for k in range(width)]
    return np.stack(columns, axis=1).astype(np.int64)


def _signs(
    base: Site, whole: NDArray[np.int64]
) -> tuple[NDArray[np.int8], NDArray[Any], NDArray[np.bool_]]:
    """The signs of all arguments at inputs in units of 2^-BINARY, their sizes, and what is
    certain.
    """
    inputs = whole / float(1 << BINARY)
    ring = Intervals(len(inputs))
    leaves = {base.program.leaf(("x", k)): (inputs[:, k], 0.0) for k in range(inputs.shape[1])}
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is not certain
        values = evaluate(base.program, arguments(base), ring, leaves)
        signs = np.stack([ring.sign(v) for v in values], axis=1)
    sizes = np.stack([np.broadcast_to(np.abs(m), len(inputs)) for m, _ in values], axis=1)
    return signs, np.nan_to_num(sizes, nan=np.inf), ring.certain


def _slow(base: Site, seed: int) -> tuple[NDArray[np.int8], list[Any]] | None:
    rows, points = [], []
    for i in range(SLOW_POINTS):
        point = random_point(base, seed, i)
        if point is None:
            break
        try:
            region = region_at(base, point)
        except (DataError, UndecidedError, PoleError):
            continue
        rows.append([sign for _, sign in region.signs])
        points.append(point)
    return (np.array(rows, dtype=np.int8), points) if rows else None
