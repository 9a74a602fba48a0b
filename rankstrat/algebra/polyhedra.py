r"""Vertices of $\{w \geq 0 : w \cdot \alpha \geq 1 \text{ for all } \alpha\}$, exactly, by double
description.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import gcd

from rankstrat.algebra.linear import rank
from rankstrat.errors import BudgetError

Weight = tuple[Fraction, ...]
Ray = tuple[int, ...]
MOST_RAYS = 300


def dual_vertices(points: Iterable[Sequence[int]], size: int) -> tuple[Weight, ...]:
    r"""The vertices of $\{w \in \mathbb{R}^n_{\geq 0} : w \cdot \alpha \geq 1\}$ over the points
    $\alpha \geq 0$.

    They are the facets $w \cdot x \geq 1$ of the Newton polyhedron of the points; the others are
    coordinate hyperplanes.

    Args:
        points: points with whole coordinates, none of them 0.
        size: the number n of coordinates.

    Raises:
        BudgetError: more than a few hundred vertices on the way.

    Example:
        >>> [[str(c) for c in w] for w in dual_vertices([(2, 0), (0, 3)], 2)]
        [['1/2', '1/3']]
        >>> [[str(c) for c in w] for w in dual_vertices([(1, 1)], 2)]
        [['0', '1'], ['1', '0']]
    """
    # the cone of (w, s) with w, s >= 0, cut by w.alpha - s >= 0; its rays with s > 0 are vertices
    width = size + 1
    rays: list[tuple[Ray, frozenset[int]]] = [
        (
            tuple(int(i == j) for j in range(width)),
            frozenset(j for j in range(width) if j != i),
        )
        for i in range(width)
    ]
    for number, point in enumerate(points, width):
        rays = _cut(rays, (*point, -1), number)
        if len(rays) > MOST_RAYS:
            raise BudgetError(
                f"a polyhedron of {len(rays)} rays was met, {MOST_RAYS} are allowed; give fewer"
                " monomials"
            )
    found = [tuple(Fraction(c, ray[size]) for c in ray[:size]) for ray, _ in rays if ray[size]]
    return tuple(sorted(found))


def _cut(
    rays: Sequence[tuple[Ray, frozenset[int]]], row: Sequence[int], number: int
) -> list[tuple[Ray, frozenset[int]]]:
    """The rays of the cone on the side row . v >= 0; each with the inequalities that are tight."""
    values = [sum(a * b for a, b in zip(row, ray, strict=True)) for ray, _ in rays]
    kept = [
        (ray, tight | {number} if value == 0 else tight)
        for (ray, tight), value in zip(rays, values, strict=True)
        if value >= 0
    ]
    for i, (up, tight_up) in enumerate(rays):
        if values[i] <= 0:
            continue
        for j, (down, tight_down) in enumerate(rays):
            if values[j] >= 0:
                continue
            common = tight_up & tight_down
            # adjacent: no third ray is tight wherever both are
            if any(common <= t for k, (_, t) in enumerate(rays) if k not in (i, j)):
                continue
            new = [values[i] * d - values[j] * u for u, d in zip(up, down, strict=True)]
            scale = gcd(*new)
            kept.append((tuple(c // scale for c in new), common | {number}))
    return kept


def affine_dimension(points: Sequence[Sequence[int | Fraction]]) -> int:
    """The dimension of the affine hull.

    Example:
        >>> affine_dimension([(0, 1), (1, 0), (2, -1)]), affine_dimension([(3, 3)])
        (1, 0)
    """
    origin = points[0]
    return rank([[a - b for a, b in zip(p, origin, strict=True)] for p in points[1:]])


__all__ = ["Weight", "affine_dimension", "dual_vertices"]
