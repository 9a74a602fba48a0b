r"""Types of neurons for activations without a closed formula: the generic rank of each type from
the exact engine.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from rankstrat.deadline import Allowance, check, ended, left
from rankstrat.errors import OutOfTimeError
from rankstrat.families.catalogue.two_layer.strata.classes import TwoLayerStrata
from rankstrat.families.catalogue.two_layer.strata.numbers import Label
from rankstrat.model.values import counted
from rankstrat.rank.certificate import RankCertificate, Verdict
from rankstrat.rank.model_rank import model_rank
from rankstrat.strata import Finding, Knowledge

TRIES = 20


@dataclass(frozen=True)
class EngineStrata(TwoLayerStrata):
    """The types of a two-layer network with the rank at the generic point of each; exceptions are
    looked for.
    """

    allowance: Allowance = field(
        default_factory=lambda: Allowance(left()), repr=False, compare=False
    )
    """The seconds of searches that are asked for later."""

    @cached_property
    def _certificates(self) -> dict[Label, RankCertificate]:
        return {}

    def certificate(self, label: Label) -> RankCertificate:
        """The rank at the generic point of a type."""
        if label not in self._certificates:
            self._certificates[label] = model_rank(self.parametrised(label))
        return self._certificates[label]

    def rank(self, label: Label) -> int:
        """The generic rank."""
        return self.certificate(label).lower

    @cached_property
    def _exceptions(self) -> dict[Label, tuple[Finding, ...]]:
        return {}

    def exceptions(self, label: Label) -> tuple[Finding, ...]:
        """Points of a type with small values whose rank differs."""
        if label not in self._exceptions:
            rng, found = random.Random(repr(label)), list[Finding]()
            chart = self.parametrised(label)
            with self.allowance.spending():
                for _ in range(TRIES):
                    check("special points were tried")
                    point = chart.at({c: rng.choice((-1, 1, 1, 2)) for c in chart.coordinates})
                    if self.label_of(point) == label:
                        value = model_rank(point).lower
                        if value != self.rank(label):
                            found.append(Finding(point, value, self.rank(label)))
                            break
            self._exceptions[label] = tuple(found)
        return self._exceptions[label]

    def constancy(self, label: Label) -> Knowledge:
        """Only the generic rank, and what the search found."""
        certificate = self.certificate(label)
        try:
            found = self.exceptions(label)
        except OutOfTimeError as error:
            return Knowledge(
                Verdict.OPEN, f"generic rank only ({certificate.verdict}); {ended(error)}"
            )
        if not self.parametrised(label).coordinates:
            return Knowledge(certificate.verdict, "one point")
        if found:
            return Knowledge(Verdict.OPEN, f"generic rank only: special points found, {found[0]}")
        return Knowledge(
            Verdict.OPEN,
            f"generic rank only ({certificate.verdict}); no exception among {TRIES} points",
        )

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Points found whose rank is not that of their type."""
        found: list[Finding] = []
        try:
            for label in self.labels():
                found += self.exceptions(label)
        except OutOfTimeError:  # the verdict is OPEN either way
            pass
        return tuple(found)

    @property
    def coverage(self) -> Knowledge:
        """Not proved: an activation without an independence lemma."""
        found = (
            f"; {counted(len(self.findings), 'point')} found with another rank"
            if self.findings
            else ""
        )
        return Knowledge(Verdict.OPEN, f"the rank may drop inside a type{found}")

    def labels(self) -> Iterator[Label]:
        """Every type once."""
        yield from super().labels()
