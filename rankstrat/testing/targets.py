r"""What a family says of its target sets, held against solutions that are found without it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from rankstrat.algebra.linear import Vector
from rankstrat.errors import RankstratError, TargetError
from rankstrat.model.model import Chart, Model
from rankstrat.model.structure import HasBranches, HasNeurons
from rankstrat.rank.model_rank import model_rank
from rankstrat.targets import Branch, LeastRank, TargetSet, as_target
from rankstrat.targets.challenge import objections, witnesses
from rankstrat.testing.laws import SPECIAL, Outputs, hold, some_point


def check_target(place: str, model: Model, seed: int = 0) -> int:
    """The number of branches of two targets, functions of the model's own, that were checked; 0
    if it gives none.

    The point lies in the closure of a branch if the branches are complete, and so do all solutions
    that brute force and Newton's method find. Points of a branch have the target as their function
    and lie in its closure; its dimension lies between that of its chart and that of the tangent
    space of its equations, no point of it has a lower rank than its least one, and its index counts
    its neurons.

    Raises:
        FamilyError: a law does not hold.
    """
    structure: object = model.structure
    if not isinstance(structure, HasBranches):
        return 0
    outputs, count = Outputs(model), 0
    for values in ((-3, -2, -1, 1, 2, 3), SPECIAL):
        point = some_point(model, values, seed)
        function = as_target(model, point)
        try:
            claim = structure.branches(model, function)
        except TargetError as error:
            # a target that a family does not describe is refused with the advice to pass charts
            hold(
                place,
                f"has parameters for its own function at {point} ({error}); this",
                "charts=" in str(error),
            )
            continue
        if claim is None:  # the general road is taken
            continue
        found = TargetSet(model, function, claim.branches, claim.complete, claim.basis)
        count += _check_branches(place, found, point, outputs, seed)
        _challenge(place, found, seed)
    return count


def _least(place: str, branch: Branch) -> LeastRank:
    try:
        return branch.minimum
    except TargetError as contradiction:
        hold(place, f"has a least rank on {branch.label} ({contradiction}); this", False)
        raise


def _challenge(place: str, found: TargetSet, seed: int) -> None:
    """Solutions found without the list are on it, and agree with what it says."""
    seen = witnesses(found.model, found.target, found.branches, seed=seed)
    if found.complete and seen.outside is not None:
        hold(place, f"has a complete list of branches: {seen.outside.found}; this", False)
    for objection in objections(found.model, found.target, found.branches, seen, seed=seed):
        hold(place, f"has branches as they are described: {objection}; this", False)
    for branch in found.branches[:40]:
        _check_index(place, branch, seed)


def _check_index(place: str, branch: Branch, seed: int) -> None:
    """(r, l) at a point with large coordinates: distinct neurons, and those of output weight zero
    that stand alone.
    """
    structure: object = branch.model.structure
    sample = branch.sample(seed=seed + 3, size=30)
    rational = all(not isinstance(v, sympy.Expr) or v.is_Rational for v in sample.raw)
    if branch.index is None or not rational or not isinstance(structure, HasNeurons):
        return
    try:
        neurons = structure.neurons(sample.arrays)
    except RankstratError:  # another architecture
        return
    counted = [_index(neurons, same) for same in (_equal, _opposite, _positive, _parallel)]
    hold(
        place,
        f"has the index {branch.index} on {branch.label}: {sample} has {counted}; this",
        tuple(branch.index) in counted,
    )


def _index(neurons: Any, normal: Callable[[Vector], Vector]) -> tuple[int, int]:
    """The classes of neurons with a weight that is not zero, and those of one neuron without
    output weight.
    """
    classes: dict[Vector, list[Any]] = {}
    places = np.broadcast_to(neurons.places, neurons.weights.shape)
    for a, u, at in zip(neurons.outputs, neurons.weights, places, strict=True):
        if any(v for v, t in zip(u.tolist(), at.tolist(), strict=True) if t < neurons.inputs):
            key = normal(tuple(Fraction(v) for v in u.tolist()))
            classes.setdefault((*key, *map(Fraction, at.tolist())), []).append(a)
    return len(classes), sum(len(c) == 1 and c[0] == 0 for c in classes.values())


def _equal(vector: Vector) -> Vector:
    return vector


def _opposite(vector: Vector) -> Vector:
    return max(vector, tuple(-v for v in vector))


def _positive(vector: Vector) -> Vector:
    lead = abs(next(v for v in vector if v))
    return tuple(v / lead for v in vector)


def _parallel(vector: Vector) -> Vector:
    return _positive(_opposite(vector))


def _check_branches(place: str, found: TargetSet, point: Chart, outputs: Outputs, seed: int) -> int:
    if found.complete:
        hold(
            place,
            f"has a branch of its target set that contains {point}",
            bool(found.branches_of(point)),
        )
    own = model_rank(point, seed=seed)
    chosen = found.branches[:8]
    for branch in chosen:
        sample = branch.sample(seed=seed)
        hold(
            place,
            f"has the function of {point} on its branch {branch.label}",
            outputs.agree(point.values, sample.values, seed),
        )
        hold(
            place,
            f"has {sample} in the closure of its branch {branch.label}",
            branch.contains(sample),
        )
        size = len(branch.chart.coordinates)
        if branch.affine is not None:
            hold(
                place,
                f"has affine coordinates on its branch {branch.label}",
                size == branch.dimension,
            )
        if branch.contains(point):
            least = _least(place, branch)
            hold(
                place,
                f"has no rank below {least.lower} on {branch.label}: at {point} this",
                own.upper >= least.lower,
            )
    return len(chosen)


__all__ = ["check_target"]
