r"""What a family says of its target sets, held against solutions that are found without it."""

from __future__ import annotations

from rankstrat.errors import TargetError
from rankstrat.model.model import Chart, Model
from rankstrat.model.structure import HasBranches
from rankstrat.rank.model_rank import model_rank
from rankstrat.targets import TargetSet, target_set
from rankstrat.testing.laws import SPECIAL, Outputs, hold, some_point


def check_target(place: str, model: Model, seed: int = 0) -> int:
    """The number of branches of two targets, functions of the model's own, that were checked; 0 if it gives none.

    The point lies in the closure of a branch if the branches are complete. Points of a branch have
    the target as their function and lie in its closure; no parameters are counted twice in its
    dimension.

    Raises:
        FamilyError: a law does not hold.
    """
    structure: object = model.structure
    if not isinstance(structure, HasBranches):
        return 0
    outputs, count = Outputs(model), 0
    for values in ((-3, -2, -1, 1, 2, 3), SPECIAL):
        point = some_point(model, values, seed)
        try:
            found = target_set(model, point, seed=seed)
        except TargetError as error:
            # a target that a family does not describe is refused with the advice to pass charts
            hold(
                place,
                f"has parameters for its own function at {point} ({error}); this",
                "charts=" in str(error),
            )
            continue
        count += _check_branches(place, found, point, outputs, seed)
    return count


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
            least = branch.minimum
            hold(
                place,
                f"has no rank below {least.lower} on {branch.label}: at {point} this",
                own.upper >= least.lower,
            )
    return len(chosen)


__all__ = ["check_target"]
