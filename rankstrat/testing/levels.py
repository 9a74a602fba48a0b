r"""What a family says of function space, and of points near its strata, held against its strata
and its target sets.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rankstrat.errors import RankstratError
from rankstrat.model.model import Model
from rankstrat.model.structure import HasFunctionLevels, HasNearby, HasStrata
from rankstrat.rank.model_rank import model_rank
from rankstrat.targets import optimistic_sample_size, target_set
from rankstrat.testing.laws import SPECIAL, hold, some_point

POINTS, LABELS, TINY, STEP = 4, 24, 1e-9, 1e-3


def check_levels(place: str, model: Model, seed: int = 0) -> int:
    """The number of functions whose optimistic sample size was looked up among the levels; 0 if
    there are none.

    Ranks of the levels ascend up to at most the generic rank, and the least rank of every function
    is among them.

    Raises:
        FamilyError: a law does not hold.
    """
    structure: object = model.structure
    levels = structure.function_levels(model) if isinstance(structure, HasFunctionLevels) else None
    if levels is None:
        return 0
    ranks, count = [level.rank for level in levels], 0
    hold(place, "has levels of function space in order", ranks == sorted(set(ranks)))
    top = model_rank(model, seed=seed).upper
    hold(place, f"has levels of function space up to the rank {top}", max(ranks) <= top)
    points = [model.point([0] * model.size)]
    points += [some_point(model, SPECIAL, seed + k) for k in range(POINTS)]
    for point in points:
        try:
            least = optimistic_sample_size(target_set(model, point, seed=seed))
        except RankstratError:  # a target that is not described
            continue
        if least.value is None:
            continue
        law = f"has a level of function space for {point}, whose least rank is {least.value}; this"
        hold(place, law, least.value in ranks)
        count += 1
    return count


def check_nearby(place: str, model: Model, seed: int = 0) -> int:
    """The number of points whose distances to strata were checked; 0 where the family measures
    none.

    A point of a stratum that is cut out by linear equations has the distance 0 to some condition, a
    point beside it at most that step; a generic point has the distance 0 to none.

    Raises:
        FamilyError: a law does not hold.
    """
    structure: object = model.structure
    if not isinstance(structure, HasNearby) or not isinstance(structure, HasStrata):
        return 0
    strata, source, count = structure.strata(model), np.random.default_rng(seed), 0
    for label in list(strata.labels())[:LABELS] if strata is not None else ():
        chart = strata.chart(label)
        if chart is None or not set(chart.coordinates) <= set(model.parameters):
            continue
        theta = np.array([float(v) for v in strata.point(label, seed).values.values()])
        step = source.normal(size=theta.size)
        step *= STEP / np.linalg.norm(step)
        here, beside = (_least(structure, model, t) for t in (theta, theta + step))
        generic = strata.dimension(label) == model.size
        law = f"is near its own stratum {label} at {theta.tolist()}; this"
        hold(place, law, here > TINY if generic else here <= TINY)
        hold(place, law, np.isfinite(beside) and (generic or beside <= STEP * (1 + TINY)))
        count += 1
    return count


def _least(structure: HasNearby, model: Model, theta: Any) -> float:
    arrays, start = {}, 0
    for name, shape in model.blocks.items():
        size = int(np.prod(shape))
        arrays[name] = theta[start : start + size].reshape(shape)
        start += size
    return min((float(d) for _, d in structure.nearby(arrays) or ()), default=np.inf)


__all__ = ["check_levels", "check_nearby"]
