r"""Changes of coordinates at the origin that make a Newton polyhedron say more.

On a face with a common zero the forms often have a factor $p = u\,y + h$ with $u(0) \neq 0$,
$h(0) = 0$ and y in neither. Then p is a coordinate in place of y: a linear or triangular change,
tried wherever there is one. The threshold in any coordinates is an upper bound.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import heappop, heappush

import sympy

from rankstrat.algebra.polynomials import (
    Key,
    Poly,
    Ring,
    key,
    occurring,
    parts,
    substituted,
    terms_of,
)
from rankstrat.deadline import check
from rankstrat.singular.ideal import MOST_TERMS, LocalIdeal, Terms, at_origin, tidy
from rankstrat.singular.newton import Newton, newton

MOST_TRIES = (0, 0, 40, 30, 20, 12, 8, 6, 4)
"""How many systems of coordinates are looked at, by the number of variables."""


@dataclass(frozen=True)
class Change:
    """A polynomial that becomes the coordinate in place of a variable."""

    variable: int
    form: Poly


@dataclass(frozen=True)
class Adapted:
    """A Newton polyhedron and the changes of coordinates before it."""

    newton: Newton
    changes: tuple[Change, ...]

    def spoken(self, names: Sequence[str]) -> str:
        """The changes in words, one after the other; nothing if there are none."""
        words = [
            f"{_written(change.form, names)} in place of {names[change.variable]}"
            for change in self.changes
        ]
        if not words:
            return ""
        return " with " + ", then ".join(words)


def adapted(ideal: LocalIdeal) -> Iterator[Adapted]:
    r"""Newton polyhedra in better and better coordinates: of smaller threshold, or with a value,
    until the multiplicity is known, too.

    Args:
        ideal: what is left at the origin.

    Example:
        >>> square = {(2, 0): Fraction(1), (1, 1): Fraction(-2), (0, 2): Fraction(1)}
        >>> ideal = LocalIdeal(0, 2, (0, 1), (square | {(3, 0): Fraction(1)},))
        >>> [(str(f.newton.threshold), f.newton.value, f.spoken("ab")) for f in adapted(ideal)]
        [('1', None, ''), ('5/6', Fraction(5, 6), ' with a - b in place of a')]
    """
    ring = Ring(ideal.size)
    start = [ring.of(terms) for terms in ideal.generators]
    first = newton(ideal.generators, ideal.size)
    if first is None:
        return
    yield Adapted(first, ())
    if first.multiplicity is not None:
        return
    best, seen, left = first.threshold, {_name(start)}, MOST_TRIES[ideal.size]
    waiting = [(first.threshold, 0, Adapted(first, ()), start)]
    while waiting:
        _, _, here, generators = heappop(waiting)
        for change in _candidates(ring, here.newton, generators):
            moved = _moved(ring, generators, change)
            if moved is None or _name(moved) in seen:
                continue
            if len(seen) > left:
                return
            check("other coordinates were tried")
            seen.add(_name(moved))
            polyhedron = newton([_terms(g) for g in moved], ideal.size)
            if polyhedron is None:
                continue
            found = Adapted(polyhedron, (*here.changes, change))
            if polyhedron.value is not None or polyhedron.threshold < best:
                best = polyhedron.threshold
                yield found
            if polyhedron.multiplicity is not None:
                return
            heappush(waiting, (polyhedron.threshold, len(seen), found, moved))


def _candidates(ring: Ring, polyhedron: Newton, generators: Sequence[Poly]) -> list[Change]:
    """Factors that are coordinates: of the forms with zeros, of the generators."""
    found: dict[tuple[int, Key], Change] = {}
    for poly in (*(ring.of(form) for form in polyhedron.doubtful), *generators):
        for factor in ring.factors(poly):
            degrees = factor.degrees()
            for variable in occurring(factor):
                # in a variable that occurs once
                if degrees[variable] != 1 or at_origin(factor) != 0 or len(factor.to_dict()) == 1:
                    continue
                unit = at_origin(parts(factor, variable)[1])
                if unit != 0:
                    form = factor if unit > 0 else -factor
                    found.setdefault((variable, key(factor)), Change(variable, form))
    return list(found.values())


def _moved(ring: Ring, generators: Sequence[Poly], change: Change) -> list[Poly] | None:
    """The generators in the new coordinates; None if they are large.

    Every one is verified: with the form put in again it is the old one times a unit.
    """
    variable = change.variable
    rest, unit = parts(change.form, variable)
    new = ring.variables[variable] - rest
    result = []
    for g in generators:
        degree = int(g.degrees()[variable])
        moved = substituted(g, variable, new, unit, degree)
        if len(moved.to_dict()) > MOST_TERMS:
            return None
        again = int(moved.degrees()[variable])
        if substituted(moved, variable, change.form, ring.one, again) != g * unit**degree:
            raise AssertionError(f"{change} did not keep {g}")
        result.append(moved)
    return tidy(ring, result)


def _terms(poly: Poly) -> Terms:
    return {m: Fraction(c) for m, c in terms_of(poly)}


def _name(generators: Sequence[Poly]) -> frozenset[Key]:
    return frozenset(key(g) for g in generators)


def _written(poly: Poly, names: Sequence[str]) -> str:
    symbols = [sympy.Symbol(name) for name in names]
    terms = [
        c * sympy.prod(s**e for s, e in zip(symbols, m, strict=True)) for m, c in terms_of(poly)
    ]
    return str(sympy.Add(*terms))


__all__ = ["Adapted", "adapted"]
