"""Where the parameters of a two-layer network stand: a, then w row by row, then b, then c."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy

from rankstrat.model.model import Chart, Model


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

    def symbols(self, neuron: int) -> list[sympy.Symbol]:
        """The symbols of the weights of a neuron, then of its bias."""
        return [self.model.parameters[j] for j in self.incoming(neuron)]

    def point_of(
        self, outputs: Sequence[Any], rows: Sequence[Sequence[Any]], constant: Any
    ) -> Chart:
        """The point with these output weights, weights (bias last), and output bias if any."""
        d = self.inputs
        arrays: dict[str, Any] = {"a": outputs, "w": [list(row[:d]) for row in rows]}
        if self.bias:
            arrays["b"] = [row[d] for row in rows]
        if self.output_bias is not None:
            arrays["c"] = constant
        return self.model.point(arrays)

    @cached_property
    def output_bias(self) -> int | None:
        """The index of c."""
        if self.structure.output_bias:
            return self.model.size - 1
        return None
