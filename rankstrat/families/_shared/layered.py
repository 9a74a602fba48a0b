"""What every layered family says of its units, from its layers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from rankstrat.model.model import Model
from rankstrat.model.structure import Layers, Units


class LayeredStructure(ABC):
    """A structure whose units are those of its hidden layers."""

    @property
    @abstractmethod
    def layers(self) -> Layers:
        """Widths, blocks and activation, layer by layer."""

    @abstractmethod
    def with_widths(self, widths: Sequence[int]) -> Model:
        """The model of the same family with other widths."""

    @property
    def units(self) -> tuple[Units, ...]:
        """The units of each hidden layer."""
        return self.layers.units

    def with_units(self, counts: Sequence[int]) -> Model:
        """The model with other hidden widths."""
        widths = self.layers.widths
        return self.with_widths([widths[0], *counts, widths[-1]])
