"""Stratifications that pass questions on to another one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Self

from rankstrat.model.model import Chart, Model
from rankstrat.strata.stratum import Knowledge, Stratification, in_units_of
from rankstrat.text.tables import Math


@dataclass(frozen=True)
class DelegatedStrata:
    """Base of a stratification that answers as another does, except for what it overrides.

    Attributes:
        claim: the other stratification.
    """

    claim: Stratification

    @property
    def model(self) -> Model:
        """The model."""
        return self.claim.model

    @property
    def coverage(self) -> Knowledge:
        """How it is known that the ranks are right at every point."""
        return self.claim.coverage

    def constancy(self, label: Any) -> Knowledge:
        """How it is known that every point of the stratum has this rank."""
        return self.claim.constancy(label)

    def labels(self) -> Iterable[Any]:
        """Every label once."""
        return self.claim.labels()

    def rank(self, label: Any) -> int:
        """The rank at the generic point."""
        return self.claim.rank(label)

    def dimension(self, label: Any) -> int:
        """The dimension."""
        return self.claim.dimension(label)

    def orbit(self, label: Any) -> int:
        """How many strata the label stands for."""
        return self.claim.orbit(label)

    def conditions(self, label: Any) -> tuple[Math, ...]:
        """The equations of the representative."""
        return self.claim.conditions(label)

    def chart(self, label: Any) -> Chart | None:
        """A chart onto a dense part of the representative, where there is one."""
        return self.claim.chart(label)

    def point(self, label: Any, seed: int = 0) -> Chart:
        """An exact point of the representative."""
        return self.claim.point(label, seed)

    def children(self, label: Any) -> Iterable[tuple[Any, Math]]:
        """The largest strata in the closure."""
        return self.claim.children(label)

    def label_of(self, point: Chart) -> Any:
        """The label of the stratum in which a point lies."""
        return self.claim.label_of(point)

    def in_units_of(self, point: Chart) -> Self:
        """The other stratification in the units of a point."""
        return replace(self, claim=in_units_of(self.claim, point))


@dataclass(frozen=True)
class CarriedStrata(DelegatedStrata):
    """A stratification with another representative of one orbit.

    Attributes:
        label: the orbit.
        own: the label of the member that represents it here.
    """

    label: Any
    own: Any

    def _member(self, label: Any) -> Any:
        return self.own if label == self.label else label

    def conditions(self, label: Any) -> tuple[Math, ...]:
        """The equations of the member."""
        return self.claim.conditions(self._member(label))

    def chart(self, label: Any) -> Chart | None:
        """A chart of the member."""
        return self.claim.chart(self._member(label))

    def point(self, label: Any, seed: int = 0) -> Chart:
        """A point of the member."""
        return self.claim.point(self._member(label), seed)


__all__ = ["CarriedStrata", "DelegatedStrata"]
