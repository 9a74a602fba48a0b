"""Branches of a target set carried over to a model with the same parameters in another order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import sympy

from rankstrat.model.model import Chart, Model
from rankstrat.model.values import Exact
from rankstrat.targets import (
    CONSTANT,
    AffineSubspace,
    Branch,
    BranchList,
    Candidate,
    Closure,
    RankBounds,
)


@dataclass(frozen=True)
class Renaming:
    """Two models that are one function of their parameters up to a permutation.

    Attributes:
        source, target: the models.
        places: for each parameter of the source its number in the target.
    """

    source: Model
    target: Model
    places: Sequence[int]

    @cached_property
    def names(self) -> Mapping[sympy.Symbol, sympy.Symbol]:
        """Parameters of the source -> parameters of the target."""
        parameters = self.target.parameters
        return {p: parameters[self.places[i]] for i, p in enumerate(self.source.parameters)}

    def branches(self, found: BranchList) -> BranchList:
        """The branches in the target model."""
        done: dict[str, Branch] = {}
        result = []
        for branch in found.branches:
            leader = branch.representative
            moved = self._branch(branch, None if leader is None else done.get(leader.label))
            done[branch.label] = moved
            result.append(moved)
        return BranchList(tuple(result), found.complete, found.basis)

    def chart(self, chart: Chart) -> Chart:
        """A chart of the source as one of the target."""
        raw: list[Exact] = [0] * self.target.size
        for value, place in zip(chart.raw, self.places, strict=True):
            raw[place] = self._renamed(value) if isinstance(value, sympy.Expr) else value
        coordinates = tuple(self.names.get(u, u) for u in chart.coordinates)
        return Chart(self.target, coordinates, tuple(raw))

    def back(self, point: Chart) -> Chart:
        """A point of the target as one of the source."""
        return Chart(self.source, (), tuple(point.raw[place] for place in self.places))

    def _renamed(self, value: sympy.Expr) -> sympy.Expr:
        return value.xreplace(self.names)

    def _space(self, space: AffineSubspace | None) -> AffineSubspace | None:
        if space is None:
            return None
        rows = {
            self.places[pivot]: {k if k == CONSTANT else self.places[k]: v for k, v in row.items()}
            for pivot, row in space.rows.items()
        }
        return AffineSubspace(space.size, rows)

    def _branch(self, branch: Branch, representative: Branch | None) -> Branch:
        make = branch.generic_point
        return replace(
            branch,
            chart=self.chart(branch.chart),
            closure=self._closure(branch.closure),
            bounds=self._bounds(branch.bounds),
            generic_point=None if make is None else partial(self._point, make),
            representative=representative,
        )

    def _closure(self, closure: Closure) -> Closure:
        decide = closure.decide
        return Closure(
            tuple(map(self._renamed, closure.equations)),
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
            yield Candidate(self.chart(candidate.point), candidate.predicted)

    def _point(self, make: Callable[[], Chart]) -> Chart:
        return self.chart(make())

    def _contains(self, decide: Callable[[Chart], bool], point: Chart) -> bool:
        return decide(self.back(point))
