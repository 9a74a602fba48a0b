r"""The ideal of $F(\theta) = f^*$ at a point of a polynomial model, reduced exactly.

A generator $g = u\,y + h$ with a unit u is a coordinate in place of y: it is split off, and y is
replaced by $-h/u$ in the others. Factors that do not vanish at the point are left out. Neither
changes the zeta function.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod

import sympy

from rankstrat.algebra.fraction_ring import factored
from rankstrat.algebra.linear import Echelon
from rankstrat.algebra.polynomials import (
    Poly,
    Ring,
    is_constant,
    occurring,
    parts,
    substituted,
    terms_of,
)
from rankstrat.deadline import check, interruptible
from rankstrat.model.model import Chart

MOST_PARAMETERS = 8
MOST_TERMS = 3000

Terms = dict[tuple[int, ...], Fraction]


@dataclass(frozen=True)
class LocalIdeal:
    """What is left at the origin when smooth equations are split off.

    Attributes:
        smooth: how many equations were split off.
        size: how many variables the others have.
        used: the parameters whose displacements these are.
        generators: exponents -> coefficient, of each; none of them has a unit as a factor.
    """

    smooth: int
    size: int
    used: tuple[int, ...]
    generators: tuple[Terms, ...]


def local_ideal(point: Chart) -> LocalIdeal | None:
    """The reduced ideal at a rational point; None if the model is not polynomial, or too large."""
    model = point.model
    rational = all(isinstance(v, int | Fraction) for v in point.raw)
    if model.size > MOST_PARAMETERS or model.constants or model.domain or not rational:
        return None
    symbols = (*model.parameters, *model.inputs)
    if not all(output.is_polynomial(*symbols) for output in model.outputs):
        return None
    with interruptible("the equations at the point were expanded"):
        found = _coefficients(point)
    if found is None:
        return None
    ring = Ring(model.size)
    return reduced(ring, [ring.of(terms) for terms in _echelon(found)])


def _coefficients(point: Chart) -> list[Terms] | None:
    """The coefficients of F(point + t) - F(point) as functions of the inputs, in t."""
    model = point.model
    shifted = {p: p + v for p, v in point.values.items()}
    found: list[Terms] = []
    for output in model.outputs:
        poly = sympy.Poly(output.xreplace(shifted), *model.inputs, *model.parameters)
        if len(poly.terms()) > MOST_TERMS or not all(c.is_Rational for c in poly.coeffs()):
            return None
        by_input: dict[tuple[int, ...], Terms] = {}
        split = len(model.inputs)
        for monomial, c in poly.terms():
            if any(monomial[split:]):
                terms = by_input.setdefault(monomial[:split], {})
                terms[monomial[split:]] = Fraction(int(c.p), int(c.q))
        found += by_input.values()
    return found


def _echelon(generators: Sequence[Terms]) -> list[Terms]:
    """Generators of the same span, each with a leading monomial of low degree of its own."""
    monomials = sorted({m for g in generators for m in g}, key=lambda m: (sum(m), m))
    place = {m: i for i, m in enumerate(monomials)}
    echelon = Echelon()
    for terms in generators:
        echelon.add({place[m]: c for m, c in terms.items()})
    return [{monomials[i]: c for i, c in row.items()} for row in echelon.rows.values()]


def reduced(ring: Ring, generators: list[Poly]) -> LocalIdeal | None:
    """Without smooth equations; None if the others become large."""
    smooth = 0
    generators = tidy(ring, generators)
    while True:
        check("the equations at the point were reduced")
        chosen = _coordinate(generators)
        if chosen is None:
            break
        number, variable = chosen
        below, unit = parts(generators[number], variable)
        rest = [g for i, g in enumerate(generators) if i != number]
        replaced = []
        for g in rest:
            degree = int(g.degrees()[variable])
            replaced.append(substituted(g, variable, -below, unit, degree) if degree else g)
            if len(replaced[-1].to_dict()) > MOST_TERMS:
                return None
        smooth += 1
        generators = tidy(ring, replaced)
    used = sorted({i for g in generators for i in occurring(g)})
    kept = tuple(
        {tuple(m[i] for i in used): Fraction(c) for m, c in terms_of(g)} for g in generators
    )
    return LocalIdeal(smooth, len(used), tuple(used), kept)


def tidy(ring: Ring, generators: Sequence[Poly]) -> list[Poly]:
    """Without zeros, without factors that are units at the origin, and with simple leading
    terms.
    """
    result: list[Poly] = []
    for g in generators:
        if g == 0:
            continue
        factors = [f**e for f, e in factored(g)[1] if at_origin(f) == 0]
        result.append(prod(factors[1:], start=factors[0]))
    rows = [{m: Fraction(c) for m, c in terms_of(g)} for g in result]
    return [ring.of(terms) for terms in _echelon(rows)]


def at_origin(poly: Poly) -> int:
    """The constant coefficient."""
    return int(poly(*[0] * poly.context().nvars()))


def _coordinate(generators: Sequence[Poly]) -> tuple[int, int] | None:
    """A generator with a variable that occurs once, with a unit: constants first, then short
    ones.
    """
    best: tuple[tuple[bool, int], int, int] | None = None
    for number, g in enumerate(generators):
        degrees = g.degrees()
        for variable in occurring(g):
            if degrees[variable] != 1:
                continue
            unit = parts(g, variable)[1]
            if at_origin(unit) == 0:
                continue
            order = (not is_constant(unit), len(g.to_dict()))
            if best is None or order < best[0]:
                best = (order, number, variable)
    if best is None:
        return None
    return best[1:]


__all__ = [
    "MOST_PARAMETERS",
    "MOST_TERMS",
    "LocalIdeal",
    "Terms",
    "at_origin",
    "local_ideal",
    "reduced",
    "tidy",
]
