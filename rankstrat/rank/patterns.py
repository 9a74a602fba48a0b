r"""Activation patterns: the sides of all kinks at many inputs, and tangent functions over them.

Where no other function stands above a piecewise one, a tangent function is a polynomial in the
sides $s_k \in \{0, 1\}$ of the kinks, $|h|_+ = s h$, $|h| = (2s - 1) h$, and in generators that do
not depend on them. Evaluating it at the pattern of an open region gives its restriction to that
region, so a minor whose rows use patterns that occur proves a lower bound for the rank on all
inputs, however many regions there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rankstrat.algebra.evaluate import evaluate
from rankstrat.algebra.intervals import Intervals
from rankstrat.algebra.modular import mix
from rankstrat.algebra.program import CONSTANT, FUNCTION, LEAF, PIECEWISE, PRODUCT, Program
from rankstrat.errors import DataError, PoleError, UndecidedError
from rankstrat.rank.regions import Region, Site, random_point, region_at
from rankstrat.rank.tangents import Tangents

SLOW_POINTS, MOST_POINTS = 300, 6_000


class PatternTangents(Tangents):
    """The tangent functions as polynomials in the sides of the kinks.

    Attributes:
        patterns: one row for each region that was met, one column for each argument.
        parts: a few regions, those with arguments that vanish first.
    """

    def __init__(
        self, base: Site, patterns: NDArray[np.int8], parts: Sequence[tuple[Site, Region]]
    ) -> None:
        self.chart, self.piece, self.base = base.chart, base.piece, base
        self.__dict__["integers"] = base.integers
        self.program = Program()
        self._depends: dict[int, bool] = {}
        self.outputs, self.divisors = [], []
        self.chosen = tuple(range(len(base.nodes)))
        self.patterns = patterns
        self.parts = tuple(parts)
        place = {argument: k for k, argument in enumerate(arguments(base))}
        target = self.program

        def resolved(node: int, argument: int) -> int:
            name = base.program.data[node]
            if name not in PIECEWISE:
                return target.function(name, argument)
            side = target.leaf(("side", place[base.program.args[node][0]]))
            if name == "step":
                return side
            if name == "relu":
                return target.product(((side, 1), (argument, 1)))
            sign = target.linear(-1, ((2, side),))
            return sign if name == "sign" else target.product(((sign, 1), (argument, 1)))

        done = base.program.rebuild(base.nodes, target, {}, function=resolved)
        self.nodes = [done[n] for n in base.nodes]


def arguments(base: Tangents) -> list[int]:
    """The arguments of the piecewise functions."""
    return sorted({base.program.args[n][0] for n in base.piecewise()})


def has_patterns(base: Tangents) -> bool:
    """Whether nothing but sums, products and piecewise functions stands above a piecewise function."""
    program = base.program
    above: set[int] = set()
    for n in program.reachable((*base.nodes, *base.outputs)):
        kind = program.kind[n]
        own = kind == FUNCTION and program.data[n] in PIECEWISE
        below = not above.isdisjoint(program.args[n])
        if below and kind == FUNCTION and not own:
            return False
        if below and kind == PRODUCT:
            pairs = zip(program.args[n], program.data[n], strict=True)
            if any(a in above and (not isinstance(e, int) or e < 0) for a, e in pairs):
                return False
        if own or below:
            above.add(n)
    return True


def pattern_tangents(base: Site, seed: int) -> PatternTangents | None:
    """The tangent functions over the patterns of random inputs; None if no pattern was certified."""
    wanted = min(MOST_POINTS, 4 * len(base.nodes) + 64)
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
    _, first = np.unique(signs[kept], axis=0, return_index=True)
    rows = np.flatnonzero(kept)[np.sort(first)]
    flat = [r for r in rows if (signs[r] == 0).any()]
    parts = []
    for r in [*flat[:64], rows[0]]:
        pairs = zip(arguments(base), signs[r].tolist(), strict=True)
        parts.append((base, Region(tuple(pairs), tuple(points[r]), base.piece)))
    return PatternTangents(base, (signs[rows] > 0).astype(np.int8), parts)


def _has_sign(base: Tangents, argument: int) -> bool:
    program = base.program
    return any(
        program.args[n][0] == argument and program.data[n] == "sign" for n in base.piecewise()
    )


def _is_quick(base: Site) -> bool:
    """Whether the arguments are sums and products of piecewise functions and inputs with any domain."""
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
    points = [random_point(base, seed, i) for i in range(count)]
    inputs = np.array([[float(v) for v in point or ()] for point in points])
    ring = Intervals(count)
    leaves = {
        base.program.leaf(("x", k)): (inputs[:, k], 0.0) for k in range(inputs.shape[1])
    }
    wanted = arguments(base)
    values = evaluate(base.program, wanted, ring, leaves)
    signs = np.stack([ring.sign(v) for v in values], axis=1)
    kept = np.flatnonzero(ring.certain)
    return (signs[kept], [points[i] for i in kept]) if kept.size else None


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


def sides(
    patterns: NDArray[np.int8], key: int, column: int, count: int, start: int
) -> NDArray[np.int64]:
    """The sides of one argument in the samples start, start + 1, ...: the patterns in turn."""
    shift = int(mix(key)) % len(patterns)
    rows = (np.arange(start, start + count) + shift) % len(patterns)
    return patterns[rows, column].astype(np.int64)
