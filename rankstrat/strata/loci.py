r"""Strata of polynomial models from their rank loci $\{r \leq k\}$: irreducible pieces, found
from minors.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property, partial
from math import lcm

import sympy

from rankstrat.algebra.closures import Closures
from rankstrat.algebra.pieces import Budget, Piece, cut
from rankstrat.algebra.points import holds, rational_points
from rankstrat.algebra.polynomials import Poly, Ring, terms_of
from rankstrat.algebra.rank_loci import Ranked, RankPieces
from rankstrat.deadline import interruptible
from rankstrat.errors import PointError
from rankstrat.model.model import Chart, Model
from rankstrat.model.values import counted
from rankstrat.rank.bounded import Bounded
from rankstrat.rank.verdict import Verdict
from rankstrat.rank.zero import is_zero
from rankstrat.strata.biases import Coordinates, unlogged
from rankstrat.strata.delegated import CarriedStrata
from rankstrat.strata.exponential import ExponentialTangents
from rankstrat.strata.flats import SignedPermutation, equations_in_words
from rankstrat.strata.minors import TangentMatrix, tangent_matrix
from rankstrat.strata.outer import inside
from rankstrat.strata.stratum import Knowledge
from rankstrat.text.tables import Math

TRIES = 400
MOST_PARTS = 4_000
EXPONENTIAL = (
    "minors of the tangent functions by classes of exponents vanish exactly there"
    " (docs/strata.md#exponential-loci)"
)
BIASES = (
    "minors of the tangent functions by classes of exponents vanish exactly there, with"
    " exponentials of biases and phases as coordinates (docs/strata.md#biases)"
)
OUTER = "what acts on the outputs alone keeps the rank (docs/strata.md#outer-functions)"
BASIS = "minors of the tangent functions vanish exactly there (docs/strata.md#rank-loci)"


@dataclass(frozen=True)
class RankLoci:
    r"""The pieces of $\{r = k\}$ for every k; each is a real algebraic set less where the rank is
    lower.

    A point on several pieces of one rank belongs to the first of them.

    Attributes:
        model: a model that is polynomial over the rationals in parameters and inputs.
        pieces: of the loci, and what lies below each.
        given: polynomials; a piece lies on one wholly, or the points on it are another piece.
        symmetries: generators of a group that permutes the conditions and keeps the outputs.
        seed: names the random choices.
        basis: why the rank is what it is.
        undefined: pieces at whose points the model is not defined.
        coordinates: what the variables of the pieces are.
    """

    model: Model
    pieces: RankPieces = field(repr=False)
    given: tuple[sympy.Expr, ...] = ()
    symmetries: tuple[SignedPermutation, ...] = field(default=(), repr=False)
    seed: int = 0
    basis: str = BASIS
    undefined: tuple[Piece, ...] = field(default=(), repr=False)
    coordinates: Coordinates = field(default_factory=Coordinates, repr=False)

    @property
    def ring(self) -> Ring:
        """The parameters as variables, by position: symbols of one name stay apart."""
        return self.pieces.ring

    @cached_property
    def undecided(self) -> tuple[Ranked, ...]:
        """Pieces whose rank or real points are not known."""
        return tuple(r for r in self.pieces.found if not r.is_settled)

    @cached_property
    def _closures(self) -> Closures:
        return Closures(tuple(self.pieces.pool.values()))

    @cached_property
    def _groups(self) -> tuple[tuple[Ranked, ...], ...]:
        """The pieces in no closure of another of their rank, each with those in its closure."""
        groups: list[list[Ranked]] = []
        settled = (r for r in self.pieces.found if r.is_settled)
        for ranked in sorted(settled, key=lambda r: (r.rank, -r.piece.dimension)):
            for group in groups:
                first = group[0]
                if (first.rank, first.mark) == (ranked.rank, ranked.mark):
                    if self._closures.lies_in(ranked.piece, first.piece):
                        group.append(ranked)
                        break
            else:
                groups.append([ranked])
        return tuple(map(tuple, groups))

    @cached_property
    def _leaders(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """For each group its representative, and for each representative how many it stands for."""
        count = len(self._groups)
        leader = list(range(count))
        queue = list(range(count))
        for i in queue:
            for g in filter(self.coordinates.are_moved_by, self.symmetries):
                for j in range(count):
                    if leader[i] != leader[j] and self._carries(g, i, j):
                        low, high = sorted((leader[i], leader[j]))
                        leader = [low if k == high else k for k in leader]
                        break
        sizes = [leader.count(i) for i in range(count)]
        return tuple(leader), tuple(sizes)

    def _carries(self, g: SignedPermutation, i: int, j: int) -> bool:
        """Whether a symmetry carries one piece to another: generic points of the second lie on
        the image of the first.
        """
        one, two = self._groups[i][0], self._groups[j][0]
        if one.rank != two.rank or one.piece.dimension != two.piece.dimension:
            return False
        if any(two.piece.normal(self._moved(g, t)) != 0 for t in one.piece.trail):
            return False
        return all(two.piece.normal(self._moved(g, s.bottom)) != 0 for s in one.piece.steps)

    def _moved(self, g: SignedPermutation, poly: Poly) -> Poly:
        terms = {}
        for monomial, c in terms_of(poly):
            moved = [0] * len(monomial)
            for i, e in enumerate(monomial):
                own = i >= len(g.image)
                moved[i if own else g.image[i]] = e
                c *= 1 if own else g.sign[i] ** e
            terms[tuple(moved)] = c
        return self.ring.of(terms)

    # --------------------------------------------------------------------------------- the answer
    def labels(self) -> Iterator[int]:
        """One number for each orbit of pieces."""
        leaders, _ = self._leaders
        yield from sorted(set(leaders))

    def rank(self, label: int) -> int:
        """The rank at every point of the stratum."""
        return self._groups[label][0].rank

    def dimension(self, label: int) -> int:
        """The real dimension."""
        return self._groups[label][0].piece.dimension

    def orbit(self, label: int) -> int:
        """How many pieces the symmetries make of it."""
        return self._leaders[1][label]

    @property
    def is_complete(self) -> bool:
        """Whether every piece is decided."""
        return not self.undecided

    @property
    def coverage(self) -> Knowledge:
        """PROVED if every piece is decided."""
        if self.is_complete:
            reason = f"the pieces cover parameter space, and {self.basis}"
            return Knowledge(Verdict.PROVED, reason)
        most = max(r.piece.dimension for r in self.undecided)
        many = counted(len(self.undecided), "piece") + f" of dimension at most {most}"
        return Knowledge(Verdict.OPEN, f"rank or real points of {many} not decided")

    def constancy(self, label: int) -> Knowledge:
        """By minors."""
        return Knowledge(Verdict.PROVED, self.basis)

    def extent(self, rank: int) -> Bounded:
        """The dimension of the set of all points of a rank."""
        lower = max((g[0].piece.dimension for g in self._groups if g[0].rank == rank), default=-1)
        above = max((r.piece.dimension for r in self.undecided if r.rank >= rank), default=-1)
        reason = self.basis if above <= lower else self.coverage.reason
        return Bounded(lower, max(lower, above), reason, of="the dimension")

    def conditions(self, label: int) -> tuple[Math, ...]:
        """Equations of the closure of a piece."""
        return self._words[label]

    @cached_property
    def _words(self) -> tuple[tuple[Math, ...], ...]:
        result = []
        for group in self._groups:
            piece = group[0].piece
            equations, _ = self._closures.described(piece)
            follows = partial(self.coordinates.follows, self.ring, others=equations)
            proper = (e for e in equations if not follows(e))
            result.append(equations_in_words(map(self._equation, proper), self.model.parameters))
        return tuple(result)

    def _equation(self, poly: Poly) -> sympy.Expr:
        linear = self.coordinates.logarithm(poly, self.model.parameters)
        return self._expression(poly) if linear is None else linear

    @cached_property
    def _variables(self) -> list[sympy.Expr]:
        return self.coordinates.variables(self.model.parameters)

    def _expression(self, poly: Poly) -> sympy.Expr:
        symbols = self._variables
        return sympy.Add(
            *(
                c * sympy.Mul(*(s**e for s, e in zip(symbols, m, strict=True) if e))
                for m, c in terms_of(poly)
            )
        )

    def chart(self, label: int) -> Chart | None:
        """The solved parameters in terms of the coordinates; None where there is a relation."""
        piece = self._groups[label][0].piece
        if piece.relation is not None:
            if not self.coordinates.is_circle(self.ring, piece.relation):
                return None
        values: dict[int, sympy.Expr] = {}
        for step in reversed(piece.steps):
            expression = self._expression(step.top) / self._expression(step.bottom)
            known = self.coordinates.parameters(values, self.model.parameters)
            values[step.variable] = sympy.cancel(expression.xreplace(known))
        return self.model.chart(self.coordinates.parameters(values, self.model.parameters))

    def point(self, label: int, seed: int = 0) -> Chart:
        """Small whole numbers for the coordinates, and a rational root of the relation."""
        piece = self._groups[label][0].piece
        for point in rational_points(piece, seed=seed, tries=TRIES):
            defined = not any(holds(p, point) for p in self.undefined)
            defined = defined and self.coordinates.are_positive(point)
            if defined and self._place(point) == label:
                values = dict(enumerate(map(sympy.Rational, point)))
                return self.model.point(self.coordinates.parameters(values, self.model.parameters))
        raise PointError(
            "no rational point of the stratum was found among small numbers; give the values"
            " yourself"
        )

    def _place(self, point: Sequence[Fraction]) -> int:
        """The group of a rational point."""
        return self._first([r for r in self.pieces.found if holds(r.piece, point)])

    def _first(self, inside: Sequence[Ranked]) -> int:
        self._demand_defined(not inside)
        lowest = min(inside, key=lambda r: r.rank)
        for n, group in enumerate(self._groups):
            if any(r.rank == lowest.rank and r in group for r in inside):
                return n
        raise PointError(
            "the point lies where the rank is not decided; a point of a stratum is needed; use"
            " model_rank"
        )

    def label_of(self, point: Chart) -> int:
        """The representative of the first piece of the lowest rank on which an exact point lies."""
        return self._leaders[0][self._own_label(point)]

    def in_units_of(self, point: Chart) -> CarriedStrata:
        """The piece of the point represents its orbit."""
        own = self._own_label(point)
        return CarriedStrata(self, self._leaders[0][own], own)

    def _own_label(self, chart: Chart) -> int:
        raw = chart.raw
        if self.coordinates.is_plain and all(isinstance(v, int | Fraction) for v in raw):
            point = [Fraction(v) for v in raw]
            self._demand_defined(any(holds(p, point) for p in self.undefined))
            return self._place(point)
        values = dict(zip(self.model.parameters, chart.values.values(), strict=True))
        self._demand_defined(any(self._holds(p, values) for p in self.undefined))
        return self._first([r for r in self.pieces.found if self._holds(r.piece, values)])

    @staticmethod
    def _demand_defined(undefined: bool) -> None:
        if undefined:
            raise PointError(
                "the model is not defined at the point; a point where no denominator vanishes is"
                " needed; change its values"
            )

    def _holds(self, piece: Piece, values: dict[sympy.Symbol, sympy.Expr]) -> bool:
        """Whether a point with irrational values lies on a piece."""

        def zero(poly: Poly) -> bool:
            return is_zero(self._expression(poly).xreplace(values))

        variables = self.ring.variables
        equations = [variables[s.variable] * s.bottom - s.top for s in piece.steps]
        equations += [piece.relation] if piece.relation is not None else []
        units = [*piece.units, *(s.bottom for s in piece.steps)]
        return all(map(zero, equations)) and not any(map(zero, units))

    def children(self, label: int) -> Iterator[tuple[int, Math]]:
        """The pieces of lower rank, or with more conditions, in the closure."""
        leaders, _ = self._leaders
        one = self._groups[label][0]
        found: dict[int, Math] = {}
        for n, group in enumerate(self._groups):
            two = group[0]
            if n != label and two.rank <= one.rank and two.piece.dimension < one.piece.dimension:
                if self._closures.lies_in(two.piece, one.piece):
                    extra = [c for c in self._words[n] if c not in self._words[label]]
                    words = Math(
                        ", ".join(c.text for c in extra), r",\ ".join(c.latex for c in extra)
                    )
                    found.setdefault(leaders[n], words)
        yield from found.items()


def loci_of(
    model: Model, *, conditions: Sequence[sympy.Expr] = (), seed: int = 0
) -> RankLoci | None:
    """The rank loci of a model that is polynomial over the rationals, or a quotient of exponential
    sums, both up to what acts on the outputs alone; None for any other, or a large one.
    """
    inner = inside(model)
    if inner is not model:
        loci = loci_of(inner, conditions=conditions, seed=seed)
        if loci is not None:
            return replace(loci, model=model, basis=f"{loci.basis}; {OUTER}")
    matrix = tangent_matrix(model)
    if matrix is None:
        return _exponential(model, conditions, seed)
    ring = Ring(model.size)
    found = RankPieces(ring, _rows(ring, matrix), seed=seed)
    found.explore(_start(model, ring, conditions, found.budget))
    return RankLoci(model, found, tuple(conditions), (), seed)


def _exponential(model: Model, conditions: Sequence[sympy.Expr], seed: int) -> RankLoci | None:
    """By exponents, with exponentials of biases and phases as coordinates where constants in
    exponents would have to be compared.
    """
    plain = Coordinates()
    if ExponentialTangents.of(model) is None:
        return None
    loci = _in_coordinates(model, plain, conditions, seed)
    moved = unlogged(model) if loci is None else None
    if moved is None:
        return loci
    inner, coordinates = moved
    if any(not c.free_symbols <= set(inner.parameters) for c in conditions):
        return None
    loci = _in_coordinates(inner, coordinates, conditions, seed)
    return None if loci is None else replace(loci, model=model, basis=BIASES)


def _in_coordinates(
    model: Model, coordinates: Coordinates, conditions: Sequence[sympy.Expr], seed: int
) -> RankLoci | None:
    tangents = ExponentialTangents.of(model, coordinates.circles)
    if tangents is None:
        return None
    ring, budget = tangents.ring, Budget(MOST_PARTS)
    start = [
        (part, mark)
        for piece, mark in _start(model, ring, conditions, budget)
        for part in cut(piece, coordinates.equations(ring), budget)
    ]
    found = tangents.pieces(start, seed)
    if found is None:
        return None
    return RankLoci(
        model,
        coordinates.positive(found),
        tuple(conditions),
        (),
        seed,
        EXPONENTIAL,
        tangents.undefined or (),
        coordinates,
    )


def _start(
    model: Model, ring: Ring, conditions: Sequence[sympy.Expr], budget: Budget
) -> list[tuple[Piece, tuple[bool, ...]]]:
    """Parameter space, divided by the conditions."""
    start: list[tuple[Piece, tuple[bool, ...]]] = [(Piece(ring), ())]
    for condition in conditions:
        poly = ring.of(_terms(model, condition))
        parted: list[tuple[Piece, tuple[bool, ...]]] = []
        for piece, mark in start:
            here = piece.normal(poly)
            parted += [(p, (*mark, True)) for p in cut(piece, [poly], budget)]
            rest = None if here == 0 else piece.with_units([here])
            parted += [(rest, (*mark, False))] if rest is not None else []
        start = parted
    return start


def _rows(ring: Ring, matrix: TangentMatrix) -> list[list[Poly]]:
    result = []
    for row in matrix.rows:
        terms = [_terms(matrix.model, entry) for entry in row]
        # one factor for the whole row, or the rank would change
        scale = lcm(1, *(c.denominator for entry in terms for c in entry.values()))
        result.append([ring.of({m: c * scale for m, c in t.items()}) for t in terms])
    return [row for row in result if any(p != 0 for p in row)] or [[ring.zero]]


@interruptible("the polynomials of the strata were known")
def _terms(model: Model, expression: sympy.Expr) -> dict[tuple[int, ...], Fraction]:
    poly = sympy.Poly(expression, *model.parameters)
    return {m: Fraction(int(c.p), int(c.q)) for m, c in poly.terms() if c != 0}


__all__ = ["RankLoci", "loci_of"]
