r"""Target sets of polynomial models as irreducible pieces over $\mathbb{Q}$, with the ranks that
occur on each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, partial
from math import lcm
from typing import ClassVar

import sympy

from rankstrat.algebra.affine import AffineSubspace
from rankstrat.algebra.closures import Closures
from rankstrat.algebra.pieces import Budget, Piece, cut
from rankstrat.algebra.points import holds, rational_points
from rankstrat.algebra.polynomials import Poly, Ring, terms_of
from rankstrat.algebra.rank_loci import Ranked, RankPieces
from rankstrat.model.model import Chart, Model
from rankstrat.rank.zero import is_zero
from rankstrat.targets.branch import Branch, BranchList
from rankstrat.targets.closure import Closure
from rankstrat.targets.least_rank import Candidate, RankBounds

MOST_PIECES = 400
BASIS = "irreducible pieces over the rationals, from the equations solved one after another"


@dataclass(frozen=True)
class Fibre:
    """The real solutions of polynomial equations, as pieces on which a matrix has its ranks.

    Attributes:
        model: whose parameters are the unknowns.
        equations: polynomials in the parameters over the rationals.
        matrix: rows of polynomials, the derivative.
    """

    model: Model
    equations: Sequence[sympy.Expr]
    matrix: sympy.Matrix = field(repr=False)

    basis: ClassVar[str] = BASIS
    least: ClassVar[str] = "minors of the derivative on every piece"

    @cached_property
    def ring(self) -> Ring:
        """The parameters as variables."""
        return Ring(self.model.size)

    def _terms(self, expression: sympy.Expr) -> dict[tuple[int, ...], Fraction]:
        poly = sympy.Poly(expression, *self.model.parameters)
        return {m: Fraction(int(c.p), int(c.q)) for m, c in poly.terms() if c != 0}

    @cached_property
    def _rows(self) -> list[list[Poly]]:
        rows = []
        for row in self.matrix.tolist():
            terms = [self._terms(entry) for entry in row]
            scale = lcm(1, *(c.denominator for entry in terms for c in entry.values()))
            rows.append([self.ring.of({m: c * scale for m, c in t.items()}) for t in terms])
        return rows or [[self.ring.zero]]

    @cached_property
    def pieces(self) -> tuple[Piece, ...] | None:
        """Pieces that cover the solutions; None where one is not decided."""
        polys = [self.ring.of(self._terms(e)) for e in self.equations]
        found = list(cut(Piece(self.ring), polys, Budget(MOST_PIECES)))
        return tuple(found) if all(p.is_settled for p in found) else None

    def branches(self) -> BranchList | None:
        """One branch for each piece in no closure of another; None where that is not decided, or no
        piece has a rational point.
        """
        if not self.pieces:
            return None
        pool = [f for p in self.pieces for f in p.trail]
        closures = Closures(pool)
        groups: list[list[Piece]] = []
        for piece in sorted(self.pieces, key=lambda p: -p.dimension):
            home = next((g for g in groups if closures.satisfies(piece, g[0])), None)
            if home is None:
                groups.append([piece])
            else:
                home.append(piece)
        found = [self._branch(n, group, closures) for n, group in enumerate(groups, start=1)]
        branches = tuple(b for b in found if b is not None)
        if not branches:
            return None
        missing = len(found) - len(branches)
        lost = f"{missing} pieces without a rational point among small numbers are left out"
        return BranchList(branches, not missing, lost if missing else self.basis)

    def _branch(self, number: int, group: Sequence[Piece], closures: Closures) -> Branch | None:
        leader = group[0]
        polys, exact = closures.described(leader)
        equations = tuple(self._expression(f) for f in polys)
        # the closure also holds points of pieces that are counted with other branches
        cells = list(cut(Piece(self.ring), polys, Budget(MOST_PIECES))) if exact else list(group)
        ranked = self._ranked((leader, *cells))
        certain = exact and all(r.is_settled for r in ranked)
        lowest = min(ranked, key=lambda r: (r.rank, -r.piece.dimension))
        candidates = [(p, r.rank) for r in ranked if (p := self._own(r, ranked)) is not None]
        attained = any(rank == lowest.rank for _, rank in candidates)
        decided = certain and attained
        generic = next((p for p, rank in candidates if rank == ranked[0].rank), None)
        chart = self._chart(leader)
        if chart is None and generic is None:
            return None  # no rational point has the generic rank
        if chart is None:
            chart = self.model.point(generic)
        return Branch(
            label=f"piece {number}",
            chart=chart,
            closure=Closure(
                equations,
                affine=AffineSubspace.of(equations, self.model.parameters) if exact else None,
                decide=None if exact else partial(_lies_on, group, equations),
            ),
            dimension=leader.dimension,
            bounds=RankBounds(
                candidates=partial(self._candidates, candidates, decided),
                exhaustive=self.least if decided else "",
            ),
        )

    def _ranked(self, pieces: Sequence[Piece]) -> list[Ranked]:
        """The ranks that occur on pieces, the first one's generic rank first."""
        ranked = RankPieces(self.ring, self._rows)
        ranked.explore([(piece, ()) for piece in pieces])
        return ranked.found

    def _candidates(
        self, points: Sequence[tuple[list[Fraction], int]], decided: bool
    ) -> Iterator[Candidate]:
        for point, rank in points:
            yield Candidate(self.model.point(point), rank if decided else None)

    def _own(self, ranked: Ranked, among: Sequence[Ranked]) -> list[Fraction] | None:
        """A rational point of a piece that lies on none of lower rank."""
        lower = [r.piece for r in among if r.rank < ranked.rank]
        return next(self._points(ranked.piece, lower), None)

    def _points(self, piece: Piece, without: Sequence[Piece]) -> Iterator[list[Fraction]]:
        for point in rational_points(piece):
            if not any(holds(p, point) for p in without):
                yield point

    def _chart(self, piece: Piece) -> Chart | None:
        if piece.relation is not None:
            return None
        values: dict[sympy.Symbol, sympy.Expr] = {}
        for step in reversed(piece.steps):
            quotient = self._expression(step.top) / self._expression(step.bottom)
            values[self.model.parameters[step.variable]] = sympy.cancel(quotient.xreplace(values))
        return self.model.chart(values)

    def _expression(self, poly: Poly) -> sympy.Expr:
        symbols = self.model.parameters
        return sympy.Add(
            *(
                c * sympy.Mul(*(s**e for s, e in zip(symbols, m, strict=True) if e))
                for m, c in terms_of(poly)
            )
        )


def _lies_on(group: Sequence[Piece], equations: Sequence[sympy.Expr], point: Chart) -> bool:
    """Whether a point lies on one of the pieces (rational), or satisfies the equations
    (irrational).
    """
    if all(isinstance(v, int | Fraction) for v in point.raw):
        return any(holds(piece, [Fraction(v) for v in point.raw]) for piece in group)
    values = dict(zip(point.model.parameters, point.values.values(), strict=True))
    return all(is_zero(equation.xreplace(values)) for equation in equations)


__all__ = ["Fibre"]
