"""Strata of networks with biases where sigma or sigma' has zeros away from 0 (silu, gelu)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

from rankstrat.activation.record import Between, Root
from rankstrat.families.catalogue.two_layer.strata.classes import TwoLayerStrata
from rankstrat.families.catalogue.two_layer.strata.numbers import Label
from rankstrat.model.model import Chart
from rankstrat.rank.verdict import Verdict
from rankstrat.strata import Knowledge


@dataclass(frozen=True)
class SpecialBiasStrata(TwoLayerStrata):
    r"""As for softplus, but for neurons of $w = 0$ whose $b \ne 0$ is a zero of sigma or sigma'.

    There a constant, or the x_t, may be missing.
    """

    @property
    def _silent(self) -> tuple[Root, ...]:
        return tuple(root for root in self.law.activation.zeros or () if root != 0)

    @property
    def _flat(self) -> tuple[Root, ...]:
        return tuple(root for root in self.law.activation.flat or () if root != 0)

    def constancy(self, label: Label) -> Knowledge:
        """Proved without neurons of w = 0, b != 0; with them for all biases but a few."""
        active, inactive, *_ = label[0]
        exceptions = []
        if self._silent and active + inactive:
            exceptions.append("w = 0 and sigma(b) = 0")
        if self._flat and active:
            exceptions.append("w = 0, a != 0 and sigma'(b) = 0")
        if exceptions:
            words = ", or ".join(exceptions)
            return Knowledge(Verdict.OPEN, f"closed formula, except where {words}")
        return super().constancy(label)

    @property
    def coverage(self) -> Knowledge:
        """All but a few biases."""
        left_out = []
        if self._silent:
            left_out.append(f"w = 0, sigma(b) = 0 ({_values(self._silent)})")
        if self._flat:
            left_out.append(f"w = 0, a != 0, sigma'(b) = 0 ({_values(self._flat)})")
        return Knowledge(Verdict.OPEN, f"not known where {', or '.join(left_out)}")

    def point(self, label: Label, seed: int = 0) -> Chart:
        """Random small whole numbers, none of them special for sigma either."""
        special = {*self._silent, *self._flat}
        for number in count(seed):
            point = super().point(label, number)
            if not special & {value for value in point.values.values() if value.is_number}:
                return point
        raise AssertionError


def _values(roots: tuple[Root, ...]) -> str:
    negative = all(root.high <= 0 if isinstance(root, Between) else root < 0 for root in roots)
    many = "one value" if len(roots) == 1 else f"{len(roots)} values"
    return f"{many} of b {'< 0' if negative else '!= 0'}"
