"""Rational points of pieces: found from their coordinates, and recognised."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from rankstrat.algebra.pieces import Piece
from rankstrat.algebra.polynomials import Poly, occurring, parts


def at(piece: Piece, values: Sequence[Fraction]) -> list[Fraction] | None:
    """The point over given values of the coordinates (others are ignored); None where a bottom
    vanishes.
    """
    point = list(values)
    for step in reversed(piece.steps):
        bottom = value(step.bottom, point)
        if bottom == 0:
            return None
        point[step.variable] = value(step.top, point) / bottom
    return point


def roots(piece: Piece, values: Sequence[Fraction]) -> Iterator[list[Fraction]]:
    """The values of the coordinates, one of them changed so that the relation holds, by rational
    roots.
    """
    relation = piece.relation
    if relation is None:
        yield list(values)
        return
    for v in sorted(occurring(relation), key=lambda v: relation.degrees()[v]):
        here = {power: value(c, values) for power, c in enumerate(parts(relation, v)) if c != 0}
        for root in piece.ring.rational_roots(here):
            yield [root if i == v else x for i, x in enumerate(values)]


def value(poly: Poly, point: Sequence[Fraction]) -> Fraction:
    """The value at a rational point."""
    total = Fraction(0)
    for monomial, c in poly.to_dict().items():
        term = Fraction(int(c))
        for x, e in zip(point, monomial, strict=True):
            if e:
                term *= Fraction(x) ** int(e)
        total += term
    return total


def holds(piece: Piece, point: Sequence[Fraction]) -> bool:
    """Whether a rational point lies on the piece."""
    for step in piece.steps:
        bottom = value(step.bottom, point)
        if bottom == 0 or point[step.variable] * bottom != value(step.top, point):
            return False
    if piece.relation is not None and value(piece.relation, point) != 0:
        return False
    return all(value(u, point) != 0 for u in piece.units) and not any(
        value(p, point) for p in piece.pending
    )


__all__ = ["at", "holds", "roots", "value"]
