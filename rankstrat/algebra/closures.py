r"""Which pieces of zero sets lie in the closures of others, without elimination ideals."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import flint

from rankstrat.algebra.affine import AffineSubspace
from rankstrat.algebra.pieces import MOST_TERMS, Budget, Piece, cut
from rankstrat.algebra.polynomials import (
    Poly,
    Ring,
    is_constant,
    key,
    occurring,
    parts,
    primitive,
    remainder,
    terms_of,
)

MOST_VARIABLES, MOST_PIECES = 12, 100
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
    _ideals: dict[object, list[Poly] | None] = field(default_factory=dict)

    def equations(self, piece: Piece) -> list[Poly]:
        """Equations that hold on a piece: those that led to it, and those of the pool."""
        if piece.name not in self._equations:
            found = [f for f in self.pool if piece.normal(f) == 0]
            self._equations[piece.name] = [*piece.trail, *found]
        return self._equations[piece.name]

    def described(self, piece: Piece) -> tuple[list[Poly], bool]:
        """Equations of the closure of a piece, and whether they are seen to have no other zeros."""
        equations = [
            *self.equations(piece),
            *(self.quadrics(piece) if len(piece.trail) > 1 else []),
        ]
        kept = fewest(piece.ring, equations)
        if len(piece.trail) <= 1:
            return kept, True
        zeros = cut(Piece(piece.ring), kept, Budget(MOST_PIECES))
        if all(self.lies_in(p, piece) for p in zeros):
            return kept, True
        ideal = self._saturated(piece)
        return (kept, False) if ideal is None else (fewest(piece.ring, ideal), True)

    def _saturated(self, piece: Piece) -> list[Poly] | None:
        if piece.name not in self._ideals:
            self._ideals[piece.name] = saturated(piece)
        return self._ideals[piece.name]

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

    def satisfies(self, inner: Piece, outer: Piece) -> bool:
        """Whether a piece is seen to satisfy all equations of the closure of another: its real
        points need not be limits of real points of that.
        """
        if self.lies_in(inner, outer):
            return True
        if inner.pending or outer.pending or inner.dimension >= outer.dimension:
            return False
        if any(inner.normal(f) != 0 for f in (*outer.trail, *self.quadrics(outer))):
            return False
        ideal = self._saturated(outer)
        return ideal is not None and all(inner.normal(f) == 0 for f in ideal)

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
            return _with_relation(piece, left, inner)
        found = piece.solved(best[1], -best[2], best[3])
        if found is None:
            return None
        piece = found[0]


def _with_relation(piece: Piece, left: Sequence[Poly], inner: Piece) -> Piece | None:
    """The piece with one irreducible equation that all that is left contains and that holds on the
    smaller one; where another factor vanishes there, it may be off the closure.
    """
    common = left[0]
    for q in left[1:]:
        common = common.gcd(q)
    factors = piece.ring.factors(common)
    if len(factors) != 1 or piece.relation is not None or inner.normal(factors[0]) != 0:
        return None
    found = Piece(piece.ring, piece.steps, factors[0], piece.units, piece.trail)
    if all(found.vanishes(q) for q in left):
        return found
    return None


def quadrics(piece: Piece) -> list[Poly]:
    """A basis of the polynomials of degree at most 2 that vanish on a piece, by linear algebra on
    what the monomials are there.
    """
    size, ring = piece.ring.size, piece.ring
    if piece.pending or size > MOST_VARIABLES:
        return []
    tops, bottom = _over_one_bottom(piece)
    values = [*tops, bottom]
    monomials = list(itertools.combinations_with_replacement(range(size + 1), 2))
    columns = []
    for a, b in monomials:
        product = _reduced(values[a] * values[b], piece.relation)
        if product is None or len(product) > MOST_TERMS:
            return []
        columns.append(dict(terms_of(product)))
    rows: dict[tuple[int, ...], dict[int, Fraction]] = {}
    for k, column in enumerate(columns):
        for monomial, c in column.items():
            rows.setdefault(monomial, {})[k] = Fraction(c)
    space = AffineSubspace.solve(len(monomials), list(rows.values()))
    if space is None:
        return []
    found = []
    for i in space.free:
        line = space.section({j: Fraction(int(j == i)) for j in space.free})
        terms = {
            tuple(int(v == a) + int(v == b) for v in range(size)): c
            for (a, b), c in zip(monomials, line, strict=True)
            if c
        }
        found.append(ring.of(terms))
    return [f for f in found if piece.normal(f) == 0]


def _over_one_bottom(piece: Piece) -> tuple[list[Poly], Poly]:
    """All variables as quotients of polynomials in the coordinates, with one bottom."""
    ring = piece.ring
    tops, bottom = list(ring.variables), ring.one
    for step in reversed(piece.steps):
        # top / bottom of the step, its variables being quotients already
        degree = max(step.top.total_degree(), step.bottom.total_degree())
        up, down = (_homogeneous(part, tops, bottom, degree) for part in (step.top, step.bottom))
        common = down.gcd(bottom)
        factor, rest = down / common, bottom / common
        tops = [t * factor for t in tops]
        tops[step.variable] = up * rest
        bottom = bottom * factor
    return tops, bottom


def _homogeneous(poly: Poly, tops: Sequence[Poly], bottom: Poly, degree: int) -> Poly:
    total = poly * 0
    for monomial, c in terms_of(poly):
        term = poly * 0 + c
        for top, e in zip(tops, monomial, strict=True):
            term = term * top**e
        total += term * bottom ** (degree - sum(monomial))
    return total


def _reduced(poly: Poly, relation: Poly | None) -> Poly | None:
    """The remainder by the relation in a variable with a constant leading coefficient; None
    without one.
    """
    if relation is None:
        return poly
    for v in occurring(relation):
        lead = parts(relation, v)[-1]
        if is_constant(lead) and abs(int(lead.leading_coefficient())) == 1:
            return remainder(poly, relation, v)
    return None


def saturated(piece: Piece) -> list[Poly] | None:
    r"""Equations whose complex zeros are the closure of a piece; None where they are not found
    within bounds.

    With $b$ the product of the bottoms they are the equations $b_j v_j = a_j$ and the relation,
    with $1 = t b$, without t: a Groebner basis for an order in which t is the largest.
    """
    if piece.pending or not piece.steps:
        return None
    ring = piece.ring
    context = flint.fmpz_mpoly_ctx.get(["t", *ring.context.names()], flint.Ordering.lex)

    def lifted(poly: Poly, power: int = 0) -> Poly:
        return context.from_dict({(power, *m): c for m, c in terms_of(poly)})

    product = ring.one
    for bottom in {key(s.bottom): s.bottom for s in piece.steps}.values():
        product *= bottom
    equations = [s.bottom * ring.variables[s.variable] - s.top for s in piece.steps]
    equations += [] if piece.relation is None else [piece.relation]
    given = [*map(lifted, equations), lifted(ring.one) - lifted(product, 1)]
    basis: Any
    basis, found = flint.fmpz_mpoly_vec(given, context).buchberger_naive(LIMITS)
    if not found:
        return None
    plain = [dict(terms_of(f)) for f in basis]
    return [
        ring.of({m[1:]: c for m, c in terms.items()})
        for terms in plain
        if not any(m[0] for m in terms)
    ]


def has_small_basis(ring: Ring, equations: Sequence[Poly]) -> bool:
    """Whether a Groebner basis of bounded size is found."""
    if not equations:
        return True
    return bool(flint.fmpz_mpoly_vec(list(equations), ring.context).buchberger_naive(LIMITS)[1])


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


__all__ = ["Closures", "fewest", "has_small_basis", "quadrics", "saturated"]
