r"""Candidates for rank loci of models that are not polynomial: factors of minors where the
tangents are polynomial.

Where some parameters vanish, the tangent functions of a network often become polynomials in the
other parameters and the inputs. Minors decide the rank there, and their factors are conditions that
no arrangement of linear forms contains. What is found is no complete list.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import lcm

import sympy

from rankstrat.algebra.expressions import derivative, is_expandable
from rankstrat.algebra.pieces import Budget, Piece
from rankstrat.algebra.polynomials import Ring, terms_of
from rankstrat.algebra.rank_loci import RankPieces
from rankstrat.strata.arrangement import ArrangementStrata

MOST_FLATS, MOST_PARAMETERS, MOST_FOUND, PIECES = 60, 10, 6, 200
Powers = tuple[int, ...]
Entry = dict[tuple[int, Powers], dict[Powers, Fraction]]
"""Output and powers of the inputs -> a polynomial in the parameters."""


def found_conditions(strata: ArrangementStrata) -> list[sympy.Expr]:
    """Polynomials of degree at least 2, each linear in some parameter, that vanish where the rank
    is
    lower on some flat; with their images under the symmetries.

    Example:
        >>> from rankstrat.model.model import Model
        >>> from rankstrat.strata.defaults import arrangement_of
        >>> a, b, s, x = sympy.symbols("a b s x")
        >>> model = Model(sympy.tanh(a * s * x) + b * sympy.tanh(s * x), [a, b, s], [x])
        >>> found_conditions(arrangement_of(model))
        [a + b]
    """
    model = strata.model
    if model.size > MOST_PARAMETERS or not is_expandable(model.outputs):
        return []
    labels = list(itertools.islice(strata.labels(), MOST_FLATS + 1))
    if len(labels) > MOST_FLATS:
        return []
    gradient = [[derivative(o, p) for o in model.outputs] for p in model.parameters]
    if any(g.has(sympy.Derivative) for row in gradient for g in row):
        return []
    found: dict[sympy.Expr, None] = {}
    for label in labels:
        values = strata.chart(label).values
        rows = [[g.xreplace(values) for g in row] for row in gradient]
        for factor in _factors(strata, rows):
            found.setdefault(factor)
    return _closed(strata, list(found))


def _factors(
    strata: ArrangementStrata, rows: Sequence[Sequence[sympy.Expr]]
) -> Iterator[sympy.Expr]:
    """Equations of the pieces of lower rank, where the rows are polynomials over the rationals."""
    model = strata.model
    symbols = (*model.parameters, *model.inputs)
    if not all(g.is_polynomial(*symbols) and is_expandable([g]) for row in rows for g in row):
        return
    ring, entries = Ring(model.size), list[Entry]()
    for row in rows:
        entry: Entry = {}
        for k, g in enumerate(row):
            poly = sympy.Poly(g, *symbols)
            if not all(c.is_Rational for c in poly.coeffs()):
                return
            for powers, c in poly.terms():
                ours, theirs = powers[: model.size], powers[model.size :]
                if c != 0:
                    entry.setdefault((k, theirs), {})[ours] = Fraction(int(c.p), int(c.q))
        entries.append(entry)
    keys = list(dict.fromkeys(key for entry in entries for key in entry))
    if not keys:
        return
    matrix = []
    for entry in entries:
        scale = lcm(1, *(c.denominator for t in entry.values() for c in t.values()))
        terms = [{m: c * scale for m, c in entry.get(key, {}).items()} for key in keys]
        matrix.append([ring.of(t) for t in terms])
    pieces = RankPieces(ring, matrix, Budget(PIECES), seed=strata.seed)
    pieces.explore([(Piece(ring), ())])
    names = model.parameters
    for ranked in pieces.found:
        for poly in ranked.piece.trail:
            degrees = poly.degrees()
            known = dict(terms_of(poly))
            plain = poly.total_degree() == 1 and (0,) * model.size not in known and len(known) == 1
            if not plain and 1 in degrees:
                yield sympy.Add(
                    *(
                        c * sympy.Mul(*(s**e for s, e in zip(names, m, strict=True) if e))
                        for m, c in terms_of(poly)
                    )
                )


def _closed(strata: ArrangementStrata, found: Sequence[sympy.Expr]) -> list[sympy.Expr]:
    """With the images under the symmetries, each up to sign once; none if they are too many."""
    parameters = strata.model.parameters
    known: dict[sympy.Expr, None] = {}
    queue = list(found)
    for poly in queue:
        plain = sympy.expand(poly)
        if plain in known or sympy.expand(-plain) in known:
            continue
        known.setdefault(plain)
        for g in strata.symmetries:
            swap = {p: g.sign[i] * parameters[g.image[i]] for i, p in enumerate(parameters)}
            queue.append(plain.xreplace(swap))
        if len(known) > MOST_FOUND:
            return []
    return list(known)


__all__ = ["found_conditions"]
