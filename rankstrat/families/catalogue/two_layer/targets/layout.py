"""Where the parameters of a two-layer network stand: a, then w row by row, then b, then c."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rankstrat.model.model import Model


@dataclass(frozen=True)
class Layout:
    """A two-layer model and the indices of its parameters.

    Attributes:
        model: the model.
        structure: its `TwoLayer` structure.
    """

    model: Model
    structure: Any

    @property
    def width(self) -> int:
        """The number of neurons."""
        return int(self.structure.width)

    @property
    def inputs(self) -> int:
        """The input dimension."""
        return int(self.structure.inputs)

    @property
    def bias(self) -> bool:
        """Whether there are hidden biases."""
        return bool(self.structure.bias)

    def incoming(self, neuron: int) -> list[int]:
        """Indices of the weights of a neuron, then of its bias."""
        m, d = self.width, self.inputs
        return [m + neuron * d + t for t in range(d)] + ([m + m * d + neuron] if self.bias else [])

    @cached_property
    def output_bias(self) -> int | None:
        """The index of c."""
        if self.structure.output_bias:
            return self.model.size - 1
        return None
