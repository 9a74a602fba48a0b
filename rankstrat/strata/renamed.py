r"""The strata of a family's model, for a model that is the same up to names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

import sympy

from rankstrat.model.isomorphism import Isomorphism
from rankstrat.model.model import Chart, Model
from rankstrat.strata.delegated import DelegatedStrata
from rankstrat.strata.stratum import Knowledge, in_units_of
from rankstrat.text.tables import Math


@dataclass(frozen=True)
class RenamedStrata(DelegatedStrata):
    """A stratification carried over by an isomorphism of models.

    Attributes:
        claim: the stratification of the source.
        same: the isomorphism.
    """

    same: Isomorphism

    @property
    def model(self) -> Model:
        """The model with the other names."""
        return self.same.target

    def _known(self, known: Knowledge) -> Knowledge:
        return Knowledge(known.verdict, f"{known.reason}; {self.same}")

    @property
    def coverage(self) -> Knowledge:
        """That of the source, with the isomorphism."""
        return self._known(self.claim.coverage)

    def conditions(self, label: Any) -> tuple[Math, ...]:
        """The equations of the chart in the names of the model; those of the source where there is
        no chart of its own parameters.
        """
        chart = self.chart(label)
        if chart is None or not set(chart.coordinates) <= set(self.model.parameters):
            return self.claim.conditions(label)
        equal: dict[sympy.Expr, list[sympy.Expr]] = {}
        for parameter, value in chart.values.items():
            if parameter != value:
                negative = value.could_extract_minus_sign()
                sides = (-parameter, -value) if negative else (parameter, value)
                equal.setdefault(sides[1], []).append(sides[0])
        chains = [[*members, value] for value, members in equal.items()]
        return tuple(
            Math(" = ".join(map(str, chain)), " = ".join(map(sympy.latex, chain)))
            for chain in chains
        )

    def chart(self, label: Any) -> Chart | None:
        """The chart of the source with the names of the model."""
        chart = self.claim.chart(label)
        return None if chart is None else self.same.chart(chart)

    def point(self, label: Any, seed: int = 0) -> Chart:
        """The point of the source."""
        return self.same.chart(self.claim.point(label, seed))

    def label_of(self, point: Chart) -> Any:
        """The label of the same point of the source."""
        return self.claim.label_of(self.same.back(point))

    def in_units_of(self, point: Chart) -> Self:
        """The source in the units of the same point."""
        return replace(self, claim=in_units_of(self.claim, self.same.back(point)))


__all__ = ["RenamedStrata"]
