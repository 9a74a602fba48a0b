r"""Strata of networks with bias whose activation has a horizontal tangent away from 0 (silu,
gelu).
"""

from __future__ import annotations

from dataclasses import dataclass

from rankstrat.families.catalogue.two_layer.strata.classes import Label, TwoLayerStrata
from rankstrat.rank.certificate import Verdict
from rankstrat.strata import Knowledge


@dataclass(frozen=True)
class FlatBiasStrata(TwoLayerStrata):
    r"""As for softplus, but $w = 0$, $a \ne 0$, $\sigma'(b) = 0$, $b \ne 0$ is left out: there x_t
    may be missing.
    """

    def constancy(self, label: Label) -> Knowledge:
        """Proved without active neurons of w = 0; with them for all biases but one."""
        if label[0][0]:
            return Knowledge(
                Verdict.OPEN, "closed formula, except where w = 0, a != 0 and sigma'(b) = 0"
            )
        return super().constancy(label)

    @property
    def coverage(self) -> Knowledge:
        """All but one bias."""
        return Knowledge(
            Verdict.OPEN, "not known where w = 0, a != 0, sigma'(b) = 0 (one value of b < 0)"
        )
