r"""What a family says of its strata, held against points with special values, charts and their images."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from rankstrat.model.model import Chart, Model
from rankstrat.model.structure import HasStrata
from rankstrat.rank.certificate import Verdict
from rankstrat.rank.model_rank import model_rank
from rankstrat.strata import Stratification
from rankstrat.symmetry import symmetries
from rankstrat.testing.laws import SPECIAL, hold, some_point

POINTS, LABELS = 6, 40


def check_strata(place: str, model: Model, seed: int = 0) -> int:
    """The number of points whose strata were compared with the rank, 0 if the family gives no strata.

    Labels are distinct. A point with special values has one of them, and its rank where that is
    claimed to be constant (elsewhere a lower one at most); so have its images under the signed
    permutations. The stratum of a label's own points is that label and no other; its dimension is
    that of its chart; in its closure dimensions drop and ranks do not rise.

    Raises:
        FamilyError: a law does not hold.
    """
    structure: object = model.structure
    strata = structure.strata(model) if isinstance(structure, HasStrata) else None
    if strata is None:
        return 0
    labels = list(strata.labels())
    hold(place, "names every stratum once", len(set(labels)) == len(labels))
    known, count = set(labels), 0
    points = [model.point([v] * model.size) for v in (0, 1)]
    for point in (*points, *(some_point(model, SPECIAL, seed + k) for k in range(POINTS))):
        label = strata.label_of(point)
        hold(place, f"has a stratum that contains {point}", label in known)
        _right_rank(place, strata, label, point, seed)
        for g in symmetries(model):
            if g.orthogonal:
                image = model.point(
                    [g.values.get(p, p).xreplace(point.values) for p in model.parameters]
                )
                hold(
                    place,
                    f"has one stratum for {point} and its image under '{g}'",
                    strata.label_of(image) == label,
                )
        count += 1
    for label in _spread(labels):
        _check_label(place, strata, label, seed)
        count += 1
    return count


def _right_rank(place: str, strata: Stratification, label: Any, point: Chart, seed: int) -> None:
    """The rank of the stratum, which may drop at a point only where the family does not claim that it is constant."""
    given, found = strata.rank(label), model_rank(point, seed=seed)
    constant = strata.constancy(label).verdict is Verdict.PROVED
    law = (
        f"has the rank {given} on the stratum {label}: at {point} it is {found.lower} to"
        f" {found.upper}; this"
    )
    hold(place, law, found.lower <= given and (given <= found.upper or not constant))


def _spread(labels: Sequence[Any]) -> list[Any]:
    """At most 40 of the labels, from all parts of the list."""
    step = -(-len(labels) // LABELS)
    return list(labels[:: max(1, step)])


def _check_label(place: str, strata: Stratification, label: Any, seed: int) -> None:
    own = strata.point(label, seed)
    hold(
        place,
        f"has disjoint strata: {own} of {label} has no other label; this",
        strata.label_of(own) == label,
    )
    _right_rank(place, strata, label, own, seed)
    chart = strata.chart(label)
    if chart is not None:
        size = 0
        if chart.coordinates:
            size = model_rank(
                Model(list(chart.values.values()), chart.coordinates), seed=seed
            ).lower
        hold(
            place,
            f"has the dimension of its chart, {size}, on the stratum {label},",
            size == strata.dimension(label),
        )
    for child, _ in itertools.islice(strata.children(label), LABELS):
        law = (
            f"has, in the closure of {label}, the stratum {child} of a smaller dimension and no"
            " larger rank; this"
        )
        smaller = strata.dimension(child) < strata.dimension(label)
        hold(place, law, smaller and strata.rank(child) <= strata.rank(label))


__all__ = ["check_strata"]
