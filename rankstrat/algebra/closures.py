r"""Which pieces of zero sets lie in the closures of others, without elimination ideals."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import flint

from rankstrat.algebra.affine import AffineSubspace
from rankstrat.algebra.pieces import Piece
from rankstrat.algebra.points import at
from rankstrat.algebra.polynomials import Poly, Ring, key, occurring, parts, primitive

MOST_VARIABLES = 12
LIMITS = (60, 200, 400)  # of a Groebner basis: polynomials, terms, bits


@dataclass
class Closures:
    """Which pieces lie in the Zariski closures of which.

    Attributes:
        pool: polynomials that may vanish on pieces.
    """

    pool: Sequence[Poly]
    _equations: dict[object, list[Poly]] = field(default_factory=dict)
    _more: dict[object, list[Poly]] = field(default_factory=dict)

    def equations(self, piece: Piece) -> list[Poly]:
        """Equations that hold on a piece: those that led to it, and those of the pool."""
        if piece.name not in self._equations:
            found = [f for f in self.pool if piece.normal(f) == 0]
            self._equations[piece.name] = [*piece.trail, *found]
        return self._equations[piece.name]

    def quadrics(self, piece: Piece) -> list[Poly]:
        """All equations of degree at most 2 that hold on a piece."""
        if piece.name not in self._more:
            self._more[piece.name] = quadrics(piece)
        return self._more[piece.name]

    def lies_in(self, inner: Piece, outer: Piece) -> bool:
        r"""Whether a piece is seen to lie in the Zariski closure of another, no smaller one.

        The equations of the larger one are solved anew, with coefficients that do not vanish on
        the smaller one. Where that gives a piece of the same dimension whose generic point lies
        on the larger one, both have the same closure, and the generic point of the smaller one is
        on it.
        """
        if inner.pending or outer.pending or inner.dimension > outer.dimension:
            return False
        if any(inner.normal(t) != 0 for t in outer.trail):
            return False
        if len(outer.trail) <= 1:
            return True  # an irreducible hypersurface, or the whole space
        if self._solves(inner, outer, self.equations(outer)):
            return True
        return self._solves(inner, outer, [*outer.trail, *self.quadrics(outer)])

    def _solves(self, inner: Piece, outer: Piece, equations: Sequence[Poly]) -> bool:
        if any(inner.normal(f) != 0 for f in equations):
            return False
        again = _anew(inner, outer, equations)
        if again is None or again.dimension != outer.dimension:
            return False
        return all(again.normal(s.bottom) != 0 for s in outer.steps)


def _anew(inner: Piece, outer: Piece, equations: Sequence[Poly]) -> Piece | None:
    """The equations solved with bottoms that do not vanish on a piece; None where that does not
    go through.
    """
    piece = Piece(outer.ring)
    while True:
        left = [q for q in map(piece.normal, equations) if q != 0]
        if not left:
            return piece
        best = None
        for q in left:
            for f in piece.ring.factors(q):
                if outer.normal(f) != 0 or inner.normal(f) != 0:
                    continue  # of the factors of an equation, one holds on the larger piece
                for v in occurring(f):
                    rest, bottom = (*parts(f, v), None)[:2]
                    if f.degrees()[v] == 1 and inner.normal(bottom) != 0:
                        cost = (bottom.total_degree(), len(f))
                        if best is None or cost < best[0]:
                            best = cost, v, rest, bottom
        if best is None:
            return _with_relation(piece, left)
        found = piece.solved(best[1], -best[2], best[3])
        if found is None:
            return None
        piece = found[0]


def _with_relation(piece: Piece, left: Sequence[Poly]) -> Piece | None:
    """The piece with one irreducible equation that all that is left contains."""
    common = left[0]
    for q in left[1:]:
        common = common.gcd(q)
    factors = piece.ring.factors(common)
    if len(factors) != 1 or piece.relation is not None:
        return None
    found = Piece(piece.ring, piece.steps, factors[0], piece.units, piece.trail)
    if all(found.vanishes(q) for q in left):
        return found
    return None


def quadrics(piece: Piece, *, seed: int = 0) -> list[Poly]:
    """A basis of the polynomials of degree at most 2 that vanish on a piece without a relation.

    Found at random points, and verified on the piece.
    """
    size = piece.ring.size
    if piece.relation is not None or piece.pending or size > MOST_VARIABLES:
        return []
    monomials = [
        tuple(int(i == a) + int(i == b) for i in range(size))
        for a, b in itertools.combinations_with_replacement(range(size + 1), 2)
    ]
    rng, rows = random.Random(seed), list[dict[int, Fraction]]()
    while len(rows) < len(monomials) + 5:
        point = at(piece, [Fraction(rng.randint(-50, 50)) for _ in range(size)])
        if point is not None:
            rows.append({k: _power(point, m) for k, m in enumerate(monomials)})
    space = AffineSubspace.solve(len(monomials), rows)
    assert space is not None  # the equations have no constant terms
    found = []
    for i in space.free:
        values = space.section({j: Fraction(int(j == i)) for j in space.free})
        found.append(piece.ring.of({m: c for m, c in zip(monomials, values, strict=True) if c}))
    return [f for f in found if piece.normal(f) == 0]


def fewest(ring: Ring, equations: Sequence[Poly]) -> list[Poly]:
    """Those equations that do not follow from simpler ones, by Groebner bases of bounded size."""
    kept: list[Poly] = []
    basis: Any = None
    distinct = {key(f): primitive(f) for f in equations}
    for f in sorted(distinct.values(), key=lambda f: (f.total_degree(), len(f), str(f))):
        if basis is None or f.reduction_primitive_part(basis) != 0:
            kept.append(f)
            basis = flint.fmpz_mpoly_vec(kept, ring.context).buchberger_naive(LIMITS)[0]
    return kept


def _power(point: Sequence[Fraction], monomial: Sequence[int]) -> Fraction:
    total = Fraction(1)
    for x, e in zip(point, monomial, strict=True):
        total *= x**e
    return total


__all__ = ["Closures", "fewest", "quadrics"]
