r"""A stratum: a piece of parameter space on which the model rank is one number, and how that is
known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol, runtime_checkable

from rankstrat.model.model import Chart, Model
from rankstrat.rank.certificate import Verdict
from rankstrat.text.spoken import Spoken
from rankstrat.text.tables import Math

Label = Any
"""A hashable name of a stratum; each stratification has its own kind."""


@dataclass(frozen=True)
class Knowledge:
    """How a statement is known: the verdict and the reason in words."""

    verdict: Verdict
    reason: str

    def __str__(self) -> str:
        return f"{self.verdict}: {self.reason}"


@runtime_checkable
class Stratification(Protocol):
    r"""A partition of $\mathbb{R}^M$ into strata, named by labels, up to the symmetries of the
    model.

    A label stands for a whole orbit of strata; `chart`, `conditions` and `point` describe one
    representative.
    """

    @property
    def model(self) -> Model:
        """The model whose parameter space is stratified."""

    def labels(self) -> Iterable[Label]:
        """Every label once."""

    def rank(self, label: Label) -> int:
        """The model rank at the generic point of the stratum."""

    def dimension(self, label: Label) -> int:
        """The dimension of the stratum."""

    def orbit(self, label: Label) -> int:
        """How many strata the symmetries carry the representative to."""

    def conditions(self, label: Label) -> tuple[Math, ...]:
        """The equations of the representative."""

    def constancy(self, label: Label) -> Knowledge:
        """How it is known that every point of the stratum has this rank."""

    def chart(self, label: Label) -> Chart | None:
        """A chart onto a dense part of the representative, where there is a polynomial one."""

    def point(self, label: Label, seed: int = 0) -> Chart:
        """An exact point of the representative."""

    def children(self, label: Label) -> Iterable[tuple[Label, Math]]:
        """The largest strata in the closure, each with the condition that is added."""

    def label_of(self, point: Chart) -> Label:
        """The label of the stratum in which an exact point lies."""

    @property
    def coverage(self) -> Knowledge:
        """How it is known that the ranks of the strata are right at every point of parameter
        space.
        """


@runtime_checkable
class HasOwnUnits(Protocol):
    """A stratification whose representatives can be stated in the units of a given point."""

    def in_units_of(self, point: Chart) -> Stratification:
        """The same strata, where the representative of the stratum of the point is the one of its
        orbit in which the point lies.
        """


def in_units_of(source: Stratification, point: Chart) -> Stratification:
    """A stratification in the units of a point; as it is where it does not tell units apart.

    Args:
        source: the stratification.
        point: an exact point.
    """
    return source.in_units_of(point) if isinstance(source, HasOwnUnits) else source


@dataclass(frozen=True)
class Stratum(Spoken):
    r"""$\{\theta : \text{conditions}\}$ without the smaller strata: an orbit of such sets, with one
    representative.

    Attributes:
        source: the stratification it belongs to.
        label: its name there.
    """

    source: Stratification = field(repr=False, compare=False, hash=False)
    label: Any

    @property
    def model(self) -> Model:
        """The model."""
        return self.source.model

    @cached_property
    def rank(self) -> int:
        """The model rank."""
        return self.source.rank(self.label)

    @cached_property
    def dimension(self) -> int:
        """The dimension."""
        return self.source.dimension(self.label)

    @property
    def codimension(self) -> int:
        """The number of parameters less the dimension."""
        return self.model.size - self.dimension

    @cached_property
    def orbit(self) -> int:
        """The number of strata that differ from this one by a symmetry."""
        return self.source.orbit(self.label)

    @cached_property
    def conditions(self) -> tuple[Math, ...]:
        """The equations of the representative."""
        return self.source.conditions(self.label)

    @cached_property
    def constancy(self) -> Knowledge:
        """How it is known that the rank is the same at every point."""
        return self.source.constancy(self.label)

    @property
    def verdict(self) -> Verdict:
        """PROVED where the rank is proved at every point of the stratum."""
        return self.constancy.verdict

    @cached_property
    def chart(self) -> Chart | None:
        """A chart of the representative, where there is a polynomial one."""
        return self.source.chart(self.label)

    def point(self, seed: int = 0) -> Chart:
        """An exact point of the representative."""
        return self.source.point(self.label, seed)

    @property
    def words(self) -> Math:
        """The conditions in one cell."""
        conditions = self.conditions
        if not conditions:
            return Math("generic", r"\text{generic}")
        return Math(", ".join(c.text for c in conditions), r",\ ".join(c.latex for c in conditions))

    def _facts(self) -> Iterable[tuple[str, object]]:
        return (
            ("conditions", self.words), ("rank", self.rank), ("dimension", self.dimension),
            ("codimension", self.codimension), ("strata in its orbit", self.orbit),
            ("verdict", self.verdict), ("reason", self.constancy.reason),
        )  # fmt: skip

    def __str__(self) -> str:
        many = f", {self.orbit} of them" if self.orbit > 1 else ""
        return (
            f"{{{self.words}}}: rank {self.rank}, dimension {self.dimension}{many} "
            f" [{self.constancy}]"
        )


__all__ = ["HasOwnUnits", "Knowledge", "Label", "Stratification", "Stratum", "in_units_of"]
