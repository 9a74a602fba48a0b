"""A point: which theorem decides it, and the bounds on the way."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from rankstrat.deadline import check
from rankstrat.model.model import Chart
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.verdict import Verdict
from rankstrat.singular.branches import branches_through, directions
from rankstrat.singular.coefficient import LearningCoefficient
from rankstrat.singular.coordinates import adapted
from rankstrat.singular.ideal import local_ideal
from rankstrat.singular.known import Known, weaker
from rankstrat.singular.matrices import of_product
from rankstrat.singular.neurons import moments
from rankstrat.singular.quartic import second_order


def of_point(point: Chart, seed: int) -> Iterator[LearningCoefficient]:
    """Bounds at a point, better and better; the last ones are all that is known."""
    size = point.model.size
    known = Known(point, model_rank(point, seed=seed))
    if known.certificate.lower == size:
        yield known.decided(
            Fraction(size, 2),
            1,
            "the rank is the number of parameters (docs/singular.md#morse-bott)",
            by_rank=False,
        )
        return
    # the point alone is a manifold in the target set
    best = known.answer(
        known.lower,
        known.upper(size),
        None,
        "half the rank, and order 4 in other directions (docs/singular.md#bounds)",
    )
    yield best
    check("the factors were looked at")
    product = of_product(known)
    if product is not None:
        yield product
        return
    for road in (_by_polyhedron, _by_moments):
        for found in road(known, best):
            best = found
            yield best
    if best.value is None:
        yield from _by_branches(known, best, seed)


def _by_polyhedron(known: Known, best: LearningCoefficient) -> Iterator[LearningCoefficient]:
    ideal = local_ideal(known.chart)
    if ideal is None:
        return
    if not ideal.generators:
        yield known.decided(
            Fraction(ideal.smooth, 2), 1, "a smooth fibre (docs/singular.md#newton)", by_rank=False
        )
        return
    names = [str(known.chart.model.parameters[i]) for i in ideal.used]
    for found in adapted(ideal):
        polyhedron, changes = found.newton, found.spoken(names)
        if polyhedron.value is not None:
            best = known.decided(
                (ideal.smooth + polyhedron.value) / 2,
                polyhedron.multiplicity,
                f"a nondegenerate Newton polyhedron{changes} (docs/singular.md#newton)",
                by_rank=False,
            )
            yield best
        most = (ideal.smooth + polyhedron.threshold) / 2
        if most < best.upper:
            reason = f"half the rank, and the Newton polyhedron{changes} (docs/singular.md#newton)"
            best = known.answer(best.lower, most, None, reason)
            yield best


def _by_moments(known: Known, best: LearningCoefficient) -> Iterator[LearningCoefficient]:
    if best.value is not None:
        return
    found = moments(known.chart)
    if found is None:
        return
    reason = "moments of clusters of neurons (docs/singular.md#clusters)"
    if found.lower == found.upper:
        yield known.decided(found.lower, found.multiplicity, reason, by_rank=False)
    elif found.upper < best.upper:
        yield known.answer(max(best.lower, found.lower), found.upper, None, reason)


def _by_branches(
    known: Known, best: LearningCoefficient, seed: int
) -> Iterator[LearningCoefficient]:
    certificate = known.certificate
    for branch in branches_through(known.chart):
        if branch.codimension == certificate.lower:
            yield known.morse_bott(branch.label, known.lower)
            return
        best = _below(known, best, Fraction(branch.codimension, 2))
        yield best
        same = certificate.value is not None and branch.certificate.value == certificate.value
        if not same:
            continue
        if branch.certificate.verdict is Verdict.PROVED:
            best = _below(known, best, known.upper(branch.codimension))
            yield best
        found = second_order(known.chart, certificate, directions(branch), seed=seed)
        if found is not None:
            # the rank is constant nearby only if that of the branch is right
            verdict = weaker(found.verdict, branch.certificate.verdict)
            error = found.error_bound + branch.certificate.error_bound
            yield known.quartic(branch.label, branch.codimension, verdict, error)
            return


def _below(known: Known, best: LearningCoefficient, upper: Fraction) -> LearningCoefficient:
    return known.answer(best.lower, min(best.upper, upper), None, best.reason)


__all__ = ["of_point"]
