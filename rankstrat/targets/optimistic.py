r"""The optimistic sample size: the least rank over a target set."""

from __future__ import annotations

from dataclasses import replace

from rankstrat.deadline import check, ended, within
from rankstrat.errors import OutOfTimeError, TargetError, demand
from rankstrat.rank.certificate import Verdict
from rankstrat.rank.model_rank import model_rank
from rankstrat.targets.fibre import TargetSet
from rankstrat.targets.least_rank import LeastRank
from rankstrat.waiting import waiting

MOST_WITNESSES = 60


def optimistic_sample_size(target: TargetSet, *, budget: float | None = None) -> LeastRank:
    r"""$O_{f^*} = \min\{r_\theta : F(\theta) = f^*\}$, with evidence that it is attained and that
    nothing is lower.

    Args:
        target: a target set.
        budget: seconds after which the bounds found so far come back; minimality is OPEN then,
            and without a minimiser the upper one is the number of parameters.

    Returns:
        A `LeastRank`: `.value` (None when only bounds are known), `.lower`, `.upper`, `.minimiser`,
        `.attained` and `.minimal`. MINIMAL is PROVED only if the branches are proved to cover the
        target set.

    References:
        LLR Theorem 1; OPT.

    Example:
        >>> import rankstrat as rs
        >>> F = rs.families.two_layer(width=4, inputs=2)
        >>> one = rs.families.two_layer(width=1, inputs=2).point([1, 1, 2])
        >>> print(rs.optimistic_sample_size(rs.target_set(F, one)).value)
        3
    """
    demand(target, TargetSet, TargetError, "a target set", "try target_set(model, target)")
    with waiting("optimistic sample size"), within(budget):
        return _least(target)


def _least(target: TargetSet) -> LeastRank:
    best: LeastRank | None = None
    lowest: int | None = None
    floor, forced = 0, False
    stopped = target.ended
    for branch in sorted(
        (b for b in target.branches if b.representative is None), key=lambda b: b.index or (0, 0)
    ):
        try:
            check("the least rank of every branch was known")
            least = branch.minimum
        except OutOfTimeError as error:
            stopped = ended(error)
            break
        if best is None or least.upper < best.upper:
            best = least
        lowest = least.lower if lowest is None else min(lowest, least.lower)
        floor = max(floor, branch.forced_rank)
        if best.upper <= floor:
            forced = (
                True  # no branch, listed or not, is lower than what the target forces everywhere
            )
            break
    for point in target.witnesses[:MOST_WITNESSES]:
        certificate = model_rank(point)
        if best is not None and certificate.upper < best.upper:
            best = LeastRank(
                0,
                certificate.upper,
                point,
                certificate.verdict,
                Verdict.OPEN,
                "a point found without the list",
                certificate,
            )
    if stopped and best is None:
        found = "" if target.branches else ", and no parameters of the target are known"
        return LeastRank.unknown(target.model.size, f"{stopped}{found}")
    if best is None or lowest is None:
        raise TargetError(
            "the target set has no branch, so no parameters give the target; choose a wider model"
        )
    if forced:
        return best
    if stopped:
        return replace(best, lower=min(floor, best.upper), minimal=Verdict.OPEN, reason=stopped)
    if not target.complete and best.upper > 0:
        if floor:
            below = f"every rank is at least {floor}, which the target forces"
        else:
            below = "an upper bound only"
        reason = f"{below}: {target.basis}"
        return LeastRank(
            floor, best.upper, best.minimiser, best.attained, Verdict.OPEN, reason, best.certificate
        )
    minimal = Verdict.PROVED if lowest == best.upper else Verdict.OPEN
    reason = f"{best.reason}; {target.basis}"
    return LeastRank(
        min(lowest, best.upper),
        best.upper,
        best.minimiser,
        best.attained,
        minimal,
        reason,
        best.certificate,
    )


__all__ = ["optimistic_sample_size"]
