r"""All strata of networks with biases whose activation is exp: the biases do not matter."""

from __future__ import annotations

from dataclasses import dataclass

from rankstrat.families.catalogue.two_layer.strata.classes import TwoLayerStrata
from rankstrat.families.catalogue.two_layer.strata.numbers import Label
from rankstrat.rank.certificate import Verdict
from rankstrat.strata import Knowledge
from rankstrat.text.sources import proved


@dataclass(frozen=True)
class ExponentialStrata(TwoLayerStrata):
    r"""The strata of $\sum_i a_i e^{w_i \cdot x + b_i} + c$: those without biases, every b free.

    Since $e^{w \cdot x + b} = e^b e^{w \cdot x}$, the tangents of a neuron span $e^{w \cdot x}$,
    and $x_t e^{w \cdot x}$ where a != 0, whatever b is.
    """

    def dimension(self, label: Label) -> int:
        """As without biases, and a bias for each neuron."""
        return super().dimension(label) + self.width

    def constancy(self, label: Label) -> Knowledge:
        """The closed formula without biases."""
        return Knowledge(
            Verdict.PROVED,
            "exp(w.x + b) = e^b exp(w.x), then the closed formula without biases"
            f" ({self.law.citation}; {proved('exponentials')})",
        )
