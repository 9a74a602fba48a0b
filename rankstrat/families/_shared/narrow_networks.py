"""Targets that are networks of the same depth: their layers, without units that do nothing."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from rankstrat.activation.record import Activation
from rankstrat.errors import TargetError
from rankstrat.model.model import Chart
from rankstrat.model.structure import HasLayers, Layers
from rankstrat.targets import (
    TargetFunction,
)

Array = NDArray[Any]


@dataclass(frozen=True)
class Network:
    """Weights and biases of a network, layer by layer: W_l (m_l, m_{l-1}) and b_l (m_l,)."""

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]

    @property
    def widths(self) -> tuple[int, ...]:
        """m_0, ..., m_L."""
        return (self.weights[0].shape[1], *(w.shape[0] for w in self.weights))

    def weight(self, number: int, unit: int, source: int) -> Any:
        """The weight between units of two layers; 0 for what is no unit of the network."""
        if min(unit, source) < 0:
            return Fraction(0)
        return self.weights[number][unit, source]

    def bias(self, number: int, unit: int) -> Any:
        """The bias of a unit; 0 for what is no unit of the network."""
        if unit < 0:
            return Fraction(0)
        return self.biases[number][unit]

    def reduced(self, activation: Activation) -> Network:
        """The same function with equal units of a layer merged and units without effect left out
        (one stays).
        """
        current = self
        while (smaller := current._step(activation)) is not None:
            current = smaller
        return current

    def _step(self, activation: Activation) -> Network | None:
        signs = {"odd": ((1, 1), (-1, -1)), "even": ((1, 1), (-1, 1))}.get(
            activation.parity, ((1, 1),)
        )
        for number in range(len(self.weights) - 1):
            w, b, out = self.weights[number], self.biases[number], self.weights[number + 1]
            if len(w) == 1:
                if not out.any() and (w.any() or b.any()):
                    return self._silenced(number)
                continue
            for i in range(len(w)):
                flat = not w[i].any() and not b[i] and activation.value_at_zero == 0
                if flat or not out[:, i].any():
                    return self._without(number, i, out)
                for j, (turn, factor) in itertools.product(range(i), signs):
                    if (w[i] == turn * w[j]).all() and b[i] == turn * b[j]:
                        merged = out.copy()
                        merged[:, j] = out[:, j] + factor * out[:, i]
                        return self._without(number, i, merged)
        return None

    def _silenced(self, number: int) -> Network:
        """The only unit of a layer, when nothing uses it, with weights zero."""
        weights, biases = list(self.weights), list(self.biases)
        weights[number], biases[number] = weights[number] * 0, biases[number] * 0
        return Network(tuple(weights), tuple(biases))

    def _without(self, number: int, unit: int, out: Array) -> Network:
        weights, biases = list(self.weights), list(self.biases)
        weights[number] = np.delete(weights[number], unit, axis=0)
        biases[number] = np.delete(biases[number], unit)
        weights[number + 1] = np.delete(out, unit, axis=1)
        return Network(tuple(weights), tuple(biases))


def narrow_network(structure: Any, target: TargetFunction) -> Network | None:
    """The target as a network of the same depth and activation, if it is one.

    Raises:
        TargetError: it needs biases that the model does not have.
    """
    point = target.point
    layers = None if point is None else _layers_of(point, structure)
    if point is None or layers is None:
        return None
    weights, biases = [], []
    for layer, (own, bias) in enumerate(zip(layers.weights, layers.biases, strict=True), start=1):
        w = _rational(np.atleast_2d(point.arrays[own]))
        b = np.full(len(w), Fraction(0), dtype=object)
        if bias:
            b = _rational(point.arrays[bias].reshape(-1))
        if b.any() and not structure.layers.biases[layer - 1]:
            needed = "output_bias=True" if layer == structure.depth else "bias=True"
            raise TargetError(
                f"the target has biases in layer {layer}, the model has none; build it with"
                f" {needed}"
            )
        weights.append(w)
        biases.append(b)
    return Network(tuple(weights), tuple(biases))


def _layers_of(point: Chart, structure: Any) -> Layers | None:
    """The layers of a network, if it has the depth and the activation of another."""
    source: object = point.model.structure
    if not isinstance(source, HasLayers):
        return None
    depth = len(source.layers.widths) - 1
    alike = source.layers.activation.formula == structure.activation.formula
    return source.layers if depth == structure.depth and (alike or depth == 1) else None


def _rational(values: Array) -> Array:
    result = np.empty(values.shape, dtype=object)
    for place, value in np.ndenumerate(values):
        if isinstance(value, sympy.Expr) and not value.is_Rational:
            raise TargetError(
                f"the weight {value} of the target is not rational; rational weights are needed; or"
                " pass charts=[...]"
            )
        result[place] = (
            Fraction(int(value.p), int(value.q))
            if isinstance(value, sympy.Expr)
            else Fraction(value)
        )
    return result
