r"""The branches of a target that is a quotient of exponential sums, as are those of the model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar

import sympy

from rankstrat.algebra.exponent_classes import Matching
from rankstrat.algebra.exponential_sums import Quotient, Reader, Sum, cleared
from rankstrat.algebra.pieces import Budget, Piece
from rankstrat.algebra.polynomials import Poly
from rankstrat.algebra.rank_loci import Ranked, RankPieces
from rankstrat.model.model import Model
from rankstrat.targets.branch import BranchList, TargetFunction
from rankstrat.targets.pieces import Fibre

MOST_PARAMETERS, MOST_CASES, MOST_COINCIDENCES = 12, 1_500, 300


def exponential_branches(model: Model, target: TargetFunction) -> BranchList | None:
    r"""The branches of quotients of exponential sums $\sum_j p_j(\theta, x) e^{q_j(\theta, x)}$.

    Each is an irreducible piece over the rationals of the points at which the numerator of
    $F - f^*$ vanishes identically and no denominator does. None where the model or the target is
    no such quotient, or some case is not decided.

    References:
        docs/proofs.md#exponential-sums.
    """
    if model.size > MOST_PARAMETERS or not model.inputs or model.constants:
        return None
    if not model.domain.is_open:
        return None
    fibre = ExponentialFibre(model, (), sympy.Matrix(), tuple(target.expressions))
    return fibre.branches() if fibre.is_read else None


@dataclass(frozen=True)
class ExponentialFibre(Fibre):
    """The real points at which numerators vanish identically and denominators do not.

    Attributes:
        goals: f*, for each output.
    """

    goals: tuple[sympy.Expr, ...] = field(repr=False)

    basis: ClassVar[str] = (
        "comparison of exponents and coefficients: docs/proofs.md#exponential-sums; irreducible"
        " pieces over the rationals"
    )
    least: ClassVar[str] = (
        "minors of the derivative on every piece, by classes of exponents:"
        " docs/proofs.md#exponential-sums"
    )

    def __getstate__(self) -> dict[str, Any]:
        """The fields alone: elements of sympy's fields cannot be pickled."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    @cached_property
    def _reader(self) -> Reader | None:
        model, expressions = self.model, (*self.model.outputs, *self.goals)
        positive = model.domain.positive(model.inputs)
        return Reader.of(model.parameters, model.inputs, positive, expressions)

    @property
    def reader(self) -> Reader:
        """What reads the differences."""
        assert self._reader is not None
        return self._reader

    @cached_property
    def _read(self) -> list[Quotient | None]:
        pairs = zip(self.model.outputs, self.goals, strict=True)
        if self._reader is None:
            return [None]
        return [self.reader.read(sympy.Add(o, -g, evaluate=False)) for o, g in pairs]

    @property
    def is_read(self) -> bool:
        """Whether all differences are quotients of exponential sums."""
        return None not in self._read

    @property
    def differences(self) -> list[Quotient]:
        """F - f*, for each output."""
        return [d for d in self._read if d is not None]

    @cached_property
    def _matching(self) -> Matching:
        return Matching.of(self.ring, [d.top for d in self.differences], Budget(MOST_CASES))

    @cached_property
    def _bottoms(self) -> list[Sum]:
        """The denominators that vanish identically nowhere on the target set."""
        return [dict(b) for d in self.differences for b in d.bottoms]

    @cached_property
    def _start(self) -> Piece | None:
        """Where no denominator in the parameters alone vanishes."""
        exponents = [e for d in (*(q.top for q in self.differences), *self._bottoms) for e in d]
        units = [self._in_parameters(e.denom) for e in exponents]
        zero = self.reader.field.zero
        units += [
            self._in_parameters(b[zero])
            for b in self._bottoms
            if set(b) == {zero} and not self.reader.has_inputs(b[zero])
        ]
        return Piece(self.ring).with_units([u for u in units if u != 0])

    def _in_parameters(self, poly: Any) -> Poly:
        return self.ring.of(self._matching.by_inputs(poly)[self.reader.constant])

    @cached_property
    def pieces(self) -> tuple[Piece, ...] | None:
        """Pieces that cover the target set; None where one is not decided."""
        found = None if self._start is None else self._matching.zeros(self._start)
        if found is None or not all(p.is_settled for p in found):
            return None
        kept = self._defined(found)
        return None if kept is None else tuple(kept)

    def _defined(self, pieces: Iterable[Piece]) -> list[Piece] | None:
        """Those pieces at whose generic points no denominator vanishes identically."""
        kept = list(pieces)
        for bottom in self._bottoms:
            matching = Matching.of(self.ring, [bottom], Budget(MOST_CASES))
            left = []
            for piece in kept:
                groups = matching.classes(piece, range(len(matching.terms)))
                sums = [matching.coefficients(piece, group) for group in groups]
                if any(sums):
                    left.append(piece)
                elif any(s is None for s in sums):
                    return None
            kept = left
        return kept

    def _points(self, piece: Piece, without: Sequence[Piece]) -> Iterator[list[Fraction]]:
        """Rational points at which no denominator vanishes identically."""
        # a denominator may do so on a part of a piece without changing the rank of the matrix
        found = super()._points(piece, without)
        return (p for p in found if all(self._matching.survives(b, p) for b in self._bottoms))

    @cached_property
    def _gradients(self) -> list[list[Any]]:
        """For each parameter the coefficients of the derivative, up to a unit, term by term."""
        rows = []
        for parameter in self.reader.field.gens[: self.model.size]:
            x = parameter.numer
            row = [
                self.reader.field(t.coefficient.diff(x))
                + self.reader.field(t.coefficient) * t.exponent.diff(parameter)
                for t in self._matching.terms
            ]
            rows.append(cleared(row))
        return rows

    def _ranked(self, pieces: Sequence[Piece]) -> list[Ranked]:
        """The ranks on pieces, each with the parts on which more exponents agree."""
        matching = Matching(self.ring, self._matching.terms, Budget(MOST_COINCIDENCES))
        found: list[Ranked] = []
        for piece in pieces:
            start = self._start
            inside = piece if start is None else piece.with_units(map_units(piece, start))
            parts = None if inside is None else matching.coincidences(inside)
            kept = None if parts is None else self._defined(parts)
            if inside is not None and kept is None:
                found.append(Ranked(piece, 0, False))
            for part in kept or ():
                rows = matching.rows(part, self._gradients)
                if rows is None:
                    found.append(Ranked(part, 0, False))
                    continue
                ranked = RankPieces(self.ring, rows)
                ranked.explore([(part, ())])
                inner = self._defined([r.piece for r in ranked.found])
                names = None if inner is None else {p.name for p in inner}
                found += [r for r in ranked.found if names is None or r.piece.name in names]
        return found


def map_units(piece: Piece, start: Piece) -> list[Poly]:
    """The units of one piece on another."""
    return [piece.normal(u) for u in start.units]


__all__ = ["exponential_branches"]
