"""Branches of a target set carried over to a model that is the same up to names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from rankstrat.algebra.affine import CONSTANT, AffineSubspace
from rankstrat.model.isomorphism import Isomorphism, isomorphism_of
from rankstrat.model.model import Chart
from rankstrat.targets.branch import Branch, BranchList, TargetFunction
from rankstrat.targets.closure import Closure
from rankstrat.targets.least_rank import Candidate, RankBounds


def source_target(same: Isomorphism, target: TargetFunction) -> TargetFunction:
    """A target of a model as one of the model that it is, its point too where that has another
    name.
    """
    expressions = tuple(map(same.returned, target.expressions))
    point = target.point
    other = None if point is None else isomorphism_of(point.model)
    if point is not None and other is not None:
        point = other.back(point)
    return TargetFunction(expressions, point)


@dataclass(frozen=True)
class RenamedBranches:
    """Branches of the source of an isomorphism in its target.

    Attributes:
        same: the isomorphism.
    """

    same: Isomorphism

    def branches(self, found: BranchList) -> BranchList:
        """The branches in the target model."""
        done: dict[str, Branch] = {}
        result = []
        for branch in found.branches:
            leader = branch.representative
            moved = self._branch(branch, None if leader is None else done.get(leader.label))
            done[branch.label] = moved
            result.append(moved)
        return replace(found, branches=tuple(result))

    def _space(self, space: AffineSubspace | None) -> AffineSubspace | None:
        if space is None:
            return None
        rows = {
            self.same.places[pivot]: {
                k if k == CONSTANT else self.same.places[k]: v for k, v in row.items()
            }
            for pivot, row in space.rows.items()
        }
        return AffineSubspace(space.size, rows)

    def _branch(self, branch: Branch, representative: Branch | None) -> Branch:
        make = branch.generic_point
        return replace(
            branch,
            chart=self.same.chart(branch.chart),
            closure=self._closure(branch.closure),
            bounds=self._bounds(branch.bounds),
            generic_point=None if make is None else partial(self._point, make),
            representative=representative,
        )

    def _closure(self, closure: Closure) -> Closure:
        decide = closure.decide
        return Closure(
            tuple(map(self.same.renamed, closure.equations)),
            self._space(closure.affine),
            self._space(closure.ambient),
            None if decide is None else partial(self._contains, decide),
        )

    def _bounds(self, bounds: RankBounds) -> RankBounds:
        found = bounds.candidates
        if found is None:
            return bounds
        return replace(bounds, candidates=partial(self._candidates, found))

    def _candidates(self, found: Callable[[], Iterable[Candidate]]) -> Iterator[Candidate]:
        for candidate in found():
            yield Candidate(self.same.chart(candidate.point), candidate.predicted)

    def _point(self, make: Callable[[], Chart]) -> Chart:
        return self.same.chart(make())

    def _contains(self, decide: Callable[[Chart], bool], point: Chart) -> bool:
        return decide(self.same.back(point))


__all__ = ["RenamedBranches", "source_target"]
