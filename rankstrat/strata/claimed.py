r"""The strata of a guest: challenged at points with special values, and printed with their
source.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np

from rankstrat.errors import RankstratError
from rankstrat.model.model import Chart
from rankstrat.rank.certificate import Verdict
from rankstrat.rank.model_rank import model_rank
from rankstrat.strata.delegated import DelegatedStrata
from rankstrat.strata.stratum import Knowledge

SPECIAL, POINTS, LABELS, MOST_LABELS = (-1, 0, 1, 2), 12, 12, 5_000


@dataclass(frozen=True)
class ClaimedStrata(DelegatedStrata):
    """A stratification that this package did not prove.

    Attributes:
        claim: what the guest says.
        source: its name.
        seed: names the points of the challenge.
    """

    source: str
    seed: int = 0

    @cached_property
    def refuted(self) -> str:
        """A point at which the claim fails; empty if none was found."""
        known = set(islice(self.claim.labels(), MOST_LABELS + 1))
        for point in self._points(list(known)[:LABELS]):
            label = self.claim.label_of(point)
            if len(known) <= MOST_LABELS and label not in known:
                return f"{point} lies in no stratum"
            given, found = self.claim.rank(label), model_rank(point, seed=self.seed)
            constant = self.claim.constancy(label).verdict is Verdict.PROVED
            if found.lower > given or (constant and found.upper < given):
                return f"the rank at {point} is {found.lower}, not {given}"
        return ""

    def _points(self, labels: Iterable[Any]) -> Iterable[Chart]:
        model, source = self.model, np.random.default_rng(self.seed)
        yield model.point([0] * model.size)
        for _ in range(POINTS):
            yield model.point([int(v) for v in source.choice(SPECIAL, model.size)])
        for label in labels:
            try:
                yield self.claim.point(label, self.seed)
            except RankstratError:  # no point with small values
                continue

    def _known(self, known: Knowledge) -> Knowledge:
        if self.refuted:
            return Knowledge(Verdict.OPEN, f"{self.source} is refuted: {self.refuted}")
        return Knowledge(known.verdict, f"{known.reason} (as {self.source} claims)")

    def constancy(self, label: Any) -> Knowledge:
        """What the guest says, with its name; OPEN if it is refuted."""
        return self._known(self.claim.constancy(label))

    @property
    def coverage(self) -> Knowledge:
        """What the guest says, with its name; OPEN if it is refuted."""
        return self._known(self.claim.coverage)


__all__ = ["ClaimedStrata"]
