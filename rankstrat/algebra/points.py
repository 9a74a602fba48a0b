"""Rational points of pieces: found from their coordinates, and recognised."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from fractions import Fraction

from rankstrat.algebra.pieces import Piece
from rankstrat.algebra.polynomials import Poly, Ring, occurring, parts, terms_of


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


def chords(
    relation: Poly, zero: Sequence[Fraction], ring: Ring, step: Sequence[int]
) -> Iterator[list[Fraction]]:
    """Further rational zeros on the line through a zero: on a quadric there is always another."""
    line: dict[int, Fraction] = {}
    for monomial, c in terms_of(relation):
        product = {0: Fraction(c)}
        for x, d, e in zip(zero, step, monomial, strict=True):
            for _ in range(e):
                product = _times(product, x, d)
        for power, c_s in product.items():
            line[power] = line.get(power, Fraction(0)) + c_s
    for s in ring.rational_roots({p: c for p, c in line.items() if c}):
        yield [x + s * d for x, d in zip(zero, step, strict=True)]


def _times(poly: dict[int, Fraction], x: Fraction, d: int) -> dict[int, Fraction]:
    """The polynomial in s times x + s d."""
    result: dict[int, Fraction] = {}
    for power, c in poly.items():
        result[power] = result.get(power, Fraction(0)) + c * x
        result[power + 1] = result.get(power + 1, Fraction(0)) + c * d
    return result


def rational_points(piece: Piece, *, seed: int = 0, tries: int = 300) -> Iterator[list[Fraction]]:
    """Rational points of a piece, with small values of the coordinates first."""
    if piece.pending:
        return
    rng, size = random.Random(seed), piece.ring.size
    zeros: list[list[Fraction]] = []
    for turn in range(tries):
        bound = 2 + turn // 12
        values = [Fraction(rng.randint(-bound, bound)) for _ in range(size)]
        found = list(roots(piece, values))
        if piece.relation is not None:
            zeros += found[:1] if len(zeros) < 20 else []
            if not found and zeros:
                step = [rng.randint(-bound, bound) for _ in range(size)]
                found = list(chords(piece.relation, rng.choice(zeros), piece.ring, step))
        for candidate in found:
            point = at(piece, candidate)
            if point is not None and holds(piece, point):
                yield point


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


__all__ = ["at", "chords", "holds", "rational_points", "roots", "value"]
