r"""Strata of quotients of exponential sums $\sum_j p_j(\theta, x)\, e^{q_j(\theta, x)}$: the rank
loci of their tangent functions, by classes of exponents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rankstrat.algebra.exponent_classes import Matching, Term
from rankstrat.algebra.exponential_sums import Quotient, Reader, Sum, cleared, times
from rankstrat.algebra.pieces import Budget, Piece
from rankstrat.algebra.polynomials import Poly, Ring
from rankstrat.algebra.rank_loci import Ranked, RankPieces
from rankstrat.deadline import check
from rankstrat.model.model import Model

MOST_PARAMETERS, MOST_COINCIDENCES, MOST_CASES = 8, 300, 1_500
Start = Sequence[tuple[Piece, tuple[bool, ...]]]
"""Where to begin, with the conditions that hold there."""


@dataclass(frozen=True)
class ExponentialTangents:
    """The tangent functions of a model as exponential sums over common denominators.

    Attributes:
        reader: what read the outputs.
        outputs: the outputs as quotients.
        circles: positions of parameters that are cosine and sine of one angle, by which is derived.
    """

    reader: Reader
    outputs: tuple[Quotient, ...]
    circles: tuple[tuple[int, int], ...] = ()

    @staticmethod
    def of(model: Model, circles: tuple[tuple[int, int], ...] = ()) -> ExponentialTangents | None:
        """None where an output is no quotient of exponential sums, or a large one."""
        if not 0 < model.size <= MOST_PARAMETERS or not model.inputs or model.constants:
            return None
        if not model.domain.is_open:
            return None
        positive = model.domain.positive(model.inputs)
        reader = Reader.of(model.parameters, model.inputs, positive, model.outputs)
        if reader is None:
            return None
        found = []
        for output in model.outputs:
            one = reader.read(output)
            if one is None:
                return None
            found.append(one)
        return ExponentialTangents(reader, tuple(found), circles)

    @cached_property
    def ring(self) -> Ring:
        """The parameters as variables."""
        return Ring(len(self.reader.parameters))

    @cached_property
    def _bottoms(self) -> list[Sum]:
        return [dict(b) for q in self.outputs for b in q.bottoms]

    @cached_property
    def _units(self) -> list[Poly]:
        """Polynomials in the parameters that vanish only where the model is not defined."""
        sums = [*(q.top for q in self.outputs), *self._bottoms]
        units = [self._in_parameters(e.denom) for one in sums for e in one]
        return units + [self._in_parameters(b[e]) for b in self._plain for e in b]

    @cached_property
    def _plain(self) -> list[Sum]:
        """The denominators in the parameters alone."""
        zero, reader = self.reader.field.zero, self.reader
        return [b for b in self._bottoms if set(b) == {zero} and not reader.has_inputs(b[zero])]

    @cached_property
    def undefined(self) -> tuple[Piece, ...] | None:
        """Pieces on which another denominator vanishes; None where one is not decided."""
        start = Piece(self.ring).with_units(self._units)
        found: list[Piece] = []
        for bottom in self._bottoms:
            if start is None or bottom in self._plain:
                continue
            zeros = Matching.of(self.ring, [bottom], Budget(MOST_CASES)).zeros(start)
            if zeros is None:
                return None
            found += zeros
        return tuple(found)

    def _is_defined(self, piece: Piece) -> bool:
        """Whether no denominator vanishes on a whole piece."""
        return not any(_lies_on(piece, other) for other in self.undefined or ())

    def _in_parameters(self, poly: Any) -> Poly:
        named = Matching(self.ring, (), Budget(1)).by_inputs(poly)
        return self.ring.of(named[self.reader.constant])

    @cached_property
    def _rows(self) -> list[list[Sum]] | None:
        """For each parameter and output the numerator of the derivative; None where one is large.

        The denominators depend on the output alone, and are no zero divisors, so that relations
        among numerators are those among tangent functions.
        """
        rows = []
        for parameter in self.reader.field.gens[: len(self.reader.parameters)]:
            row = []
            for quotient in self.outputs:
                check("the tangent functions were exponential sums")
                one = self._derivative(quotient, parameter)
                if one is None:
                    return None
                row.append(one)
            rows.append(row)
        return self._by_angles(rows)

    def _by_angles(self, rows: list[list[Sum]]) -> list[list[Sum]] | None:
        """With C d/dS - S d/dC in place of the derivatives by cosine and sine."""
        field = self.reader.field
        for c, s in self.circles:
            turned = []
            for by_cosine, by_sine in zip(rows[c], rows[s], strict=True):
                one = times({field.zero: field.gens[c].numer}, by_sine)
                two = times({field.zero: -field.gens[s].numer}, by_cosine)
                if one is None or two is None:
                    return None
                turned.append(_sum(one, two))
            rows[c] = turned
        sines = {s for _, s in self.circles}
        return [row for place, row in enumerate(rows) if place not in sines]

    def _derivative(self, quotient: Quotient, parameter: Any) -> Sum | None:
        """Of T / prod b^k, times prod b^(k + 1): T' prod b - T sum_b k b' prod_(c != b) c."""
        bottoms = [(dict(b), k) for b, k in quotient.bottoms.items()]
        total = _product([self._slope(quotient.top, parameter), *(b for b, _ in bottoms)])
        for i, (bottom, power) in enumerate(bottoms):
            slope = {e: -power * c for e, c in self._slope(bottom, parameter).items()}
            others = [b for j, (b, _) in enumerate(bottoms) if j != i]
            part = _product([quotient.top, slope, *others])
            if total is None or part is None:
                return None
            total = _sum(total, part)
        return total

    def _slope(self, one: Sum, parameter: Any) -> Sum:
        """The derivative of a sum, with coefficients in Q(theta)[x]."""
        field, x = self.reader.field, parameter.numer
        found = {e: field(c.diff(x)) + field(c) * e.diff(parameter) for e, c in one.items()}
        return {e: c for e, c in found.items() if c}

    @cached_property
    def matrix(self) -> tuple[tuple[Term, ...], list[list[Any]]] | None:
        """The terms that occur, and for each parameter the coefficient of each, up to a unit."""
        if self._rows is None:
            return None
        field = self.reader.field
        names = dict.fromkeys(
            (k, e) for row in self._rows for k, one in enumerate(row) for e in one
        )
        terms = tuple(Term(k, e, field.ring(1)) for k, e in names)
        gradients = []
        for row in self._rows:
            entries = [field(row[t.output].get(t.exponent, field.zero)) for t in terms]
            gradients.append(cleared(entries))
        return terms, gradients

    def pieces(self, start: Start, seed: int) -> RankPieces | None:
        """The pieces of the rank; None where some piece is not decided.

        At a point the classes of equal exponents are those of one of the `coincidences`, on which
        the matrix is taken anew. A piece of the rank on which more exponents agree than on the
        coincidence that it was found in has no points of its own.
        """
        if self.undefined is None or self.matrix is None:
            return None
        terms, gradients = self.matrix
        matching = Matching(self.ring, terms, Budget(MOST_COINCIDENCES))
        every = range(len(terms))
        found = RankPieces(self.ring, [[self.ring.zero]], seed=seed)
        for piece, mark in start:
            inside = piece.with_units([piece.normal(u) for u in self._units])
            for part in () if inside is None else self._parts(matching, inside):
                rows = None if part is None else matching.rows(part, gradients)
                if part is None or rows is None:
                    return None
                classes = len(matching.classes(part, every))
                here = RankPieces(self.ring, rows, seed=seed)
                here.explore([(part, mark)])
                if not all(r.is_settled for r in here.found):
                    return None
                own: list[Ranked] = [
                    r
                    for r in here.found
                    if len(matching.classes(r.piece, every)) == classes
                    and self._is_defined(r.piece)
                ]
                found.found += own
                found.pool.update(here.pool)
        return found

    @staticmethod
    def _parts(matching: Matching, piece: Piece) -> Iterable[Piece | None]:
        parts = matching.coincidences(piece)
        return [None] if parts is None else parts


def _lies_on(one: Piece, two: Piece) -> bool:
    """Whether the generic points of a piece lie on another, whose equations are all solved or
    kept.
    """
    variables = one.ring.variables
    equations = [variables[s.variable] * s.bottom - s.top for s in two.steps]
    equations += [two.relation] if two.relation is not None else []
    return all(one.normal(e) == 0 for e in (*equations, *two.pending))


def _product(factors: Sequence[Mapping[Any, Any]]) -> Sum | None:
    total: Sum | None = factors[0]
    for factor in factors[1:]:
        total = None if total is None else times(total, factor)
    return total


def _sum(one: Sum, two: Sum) -> Sum:
    result = dict(one)
    for e, c in two.items():
        result[e] = result[e] + c if e in result else c
    return {e: c for e, c in result.items() if c}


__all__ = ["ExponentialTangents"]
