"""Almost every point of a branch, and the affine branches through a point."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import sympy

from rankstrat.algebra.linear import Rational
from rankstrat.deadline import check
from rankstrat.model.model import Chart
from rankstrat.model.structure import HasBranches
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.verdict import Verdict
from rankstrat.singular.coefficient import LearningCoefficient
from rankstrat.singular.known import Known, weaker
from rankstrat.singular.quartic import second_order
from rankstrat.targets import MAX_PARAMETERS, Branch, target_set


def of_branch(branch: Branch, seed: int) -> Iterator[LearningCoefficient]:
    """Bounds at almost every point, better and better; the last ones are all that is known."""
    certificate = branch.certificate
    known = Known(branch.typical, certificate)
    half = Fraction(branch.codimension, 2)
    if branch.source or not branch.irreducible:
        why = f"{branch.source} claims it" if branch.source else "it may have several parts"
        reason = f"half the least rank and half the codimension: {why}"
        yield known.answer(Fraction(0), half, None, reason)
        yield known.answer(min(Fraction(branch.minimum.lower, 2), half), half, None, reason)
        return
    if certificate.lower == branch.codimension:
        yield known.morse_bott(branch.label, half)
        return
    yield known.answer(
        known.lower,
        known.upper(branch.codimension),
        None,
        "half the rank, and order 4 in other directions (docs/singular.md#bounds); it may differ"
        " between regions of the branch, so give a point",
    )
    check("the second order was known")
    quartic = _across(branch, certificate, seed)
    if quartic is not None:
        yield known.quartic(branch.label, branch.codimension, *quartic)


def _across(
    branch: Branch, certificate: RankCertificate, seed: int
) -> tuple[Verdict, float] | None:
    """Whether K is of exact order 4 across a branch at one point, by a condition that is Zariski
    open.
    """
    if certificate.value is None or len(branch.chart.coordinates) != branch.dimension:
        return None
    chart = branch.chart
    point = branch.sample(seed=seed)
    here = model_rank(point, seed=seed)
    if here.value != certificate.value:
        return None
    place = _coordinates(chart, point)
    if place is None:
        return None
    tangent: list[list[Fraction]] = []
    for u in chart.coordinates:
        slopes = (sympy.sympify(v, strict=True).diff(u) for v in chart.values.values())
        numbers = [_number(slope.subs(place)) for slope in slopes]
        known = [c for c in numbers if c is not None]
        if len(known) < len(numbers):
            return None
        tangent.append(known)
    found = second_order(point, here, tangent, seed=seed)
    if found is None or found.kind == "positive":
        return None
    return weaker(here.verdict, found.verdict), here.error_bound + found.error_bound


def _coordinates(chart: Chart, point: Chart) -> dict[sympy.Symbol, sympy.Expr] | None:
    """The coordinates of a sampled point, read off parameters that are coordinates."""
    values = {v: point.values[p] for p, v in chart.values.items() if v in chart.coordinates}
    if set(values) != set(chart.coordinates):
        return None
    return values


def _number(value: sympy.Expr) -> Fraction | None:
    if not value.is_Rational:
        return None
    return Fraction(int(value.p), int(value.q))


def branches_through(point: Chart) -> Iterator[Branch]:
    """Branches of the own target set that are affine and contain the point, small codimension
    first.
    """
    model = point.model
    structure: object = model.structure
    known = isinstance(structure, HasBranches) or (
        model.size <= MAX_PARAMETERS
        and all(o.is_polynomial(*model.parameters, *model.inputs) for o in model.outputs)
    )
    rational = all(isinstance(v, int | Fraction) for v in point.raw)
    if not known or not rational or model.domain or model.constants:
        return
    listed = target_set(model, point).branches
    check("the branches through the point were known")
    near = [b for b in listed if b.affine is not None and not b.source and b.contains(point)]
    yield from sorted(near, key=lambda b: b.codimension)


def directions(branch: Branch) -> list[list[Rational]]:
    """A basis of the directions of an affine branch."""
    affine = branch.affine
    assert affine is not None
    vectors = []
    for free in affine.free:
        vector: list[Rational] = [int(i == free) for i in range(affine.size)]
        for pivot, row in affine.rows.items():
            vector[pivot] = -row.get(free, Fraction(0))
        vectors.append(vector)
    return vectors


__all__ = ["branches_through", "directions", "of_branch"]
