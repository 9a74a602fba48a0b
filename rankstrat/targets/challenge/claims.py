r"""The list of a guest, challenged; its name goes with everything that it claims."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rankstrat.model.model import Chart, Model
from rankstrat.targets.branch import Branch, BranchList, TargetFunction
from rankstrat.targets.challenge.lists import witnesses
from rankstrat.targets.challenge.pieces import objections
from rankstrat.targets.least_rank import Candidate, RankBounds


def challenged(
    model: Model, target: TargetFunction, found: BranchList, source: str, *, seed: int = 0
) -> tuple[BranchList, tuple[Chart, ...]]:
    """The list with its source, or what is left of it when a claim is refuted; and solutions
    found without it.

    A refuted list is not complete, and none of its bounds from below is kept.

    Args:
        model: F.
        target: f*.
        found: what the guest says.
        source: its name.
        seed: names the random choices.
    """
    branches = _signed(found.branches, source, keep=True)
    seen = witnesses(model, target, branches, seed=seed)
    refuted = seen.outside if found.complete else None
    refuted = refuted or next(objections(model, target, branches, seen, seed=seed), None)
    if refuted is not None:
        branches = _signed(found.branches, source, keep=False)
        return BranchList(branches, False, f"{source} is refuted: {refuted}"), seen.points
    basis = f"{source} says: {found.basis}"
    if found.complete:
        basis = (
            f"complete as {source} claims ({found.basis}); {seen.count} solutions found without"
            " the list are on it"
        )
    return BranchList(branches, found.complete, basis), seen.points


def _signed(branches: tuple[Branch, ...], source: str, *, keep: bool) -> tuple[Branch, ...]:
    """The branches with their source, representatives among them; without bounds from below
    unless they are kept.
    """
    copies: dict[int, Branch] = {}
    for branch in branches:
        known = copies.get(id(branch.representative))
        copy = replace(branch, source=source, representative=known)
        copies[id(branch)] = copy if keep else replace(copy, bounds=_unbounded(branch.bounds))
    return tuple(copies.values())


def _unbounded(bounds: RankBounds) -> RankBounds:
    """Candidates alone, without what a formula says of them."""

    def points() -> Iterator[Candidate]:
        for candidate in bounds.candidates() if bounds.candidates is not None else ():
            yield Candidate(candidate.point)

    return RankBounds(candidates=points)


__all__ = ["challenged"]
