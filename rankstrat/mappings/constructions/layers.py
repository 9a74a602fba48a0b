"""Layered models seen layer by layer: weights and biases as arrays of symbols."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from rankstrat.activation.record import Activation
from rankstrat.errors import FamilyError, demand
from rankstrat.model.model import Model
from rankstrat.model.structure import HasLayers
from rankstrat.text.parsing import block_symbols

Array = NDArray[np.object_]


def is_layered(model: Model) -> bool:
    """Whether the structure of the model has layers."""
    return isinstance(model.structure, HasLayers)


@dataclass(frozen=True)
class Layered:
    r"""A model $f^{[l]} = \sigma(W_l f^{[l-1]} + b_l)$ seen by layers (linear layers for matrix
    factorizations).

    Attributes:
        model: a model whose structure has layers.

    Raises:
        FamilyError: another model.
    """

    model: Model

    def __post_init__(self) -> None:
        demand(self.model, Model, FamilyError, "a Model", "of a point, take its .model")
        if not is_layered(self.model):
            raise FamilyError(
                f"{self.model} has no layers that can be widened; a layered network or a matrix"
                " factorization is needed; give one, or a CriticalMapping of your own"
            )

    @property
    def structure(self) -> HasLayers:
        """The structure of the model."""
        structure: object = self.model.structure
        assert isinstance(structure, HasLayers)
        return structure

    @cached_property
    def widths(self) -> tuple[int, ...]:
        """(m_0, ..., m_L)."""
        return self.structure.layers.widths

    @property
    def depth(self) -> int:
        """The number L of layers."""
        return len(self.widths) - 1

    @property
    def activation(self) -> Activation:
        """sigma (the identity for matrix factorizations)."""
        found: Activation = self.structure.layers.activation
        return found

    @property
    def is_linear(self) -> bool:
        """Whether the model is a product of matrices."""
        return self.activation.power == 1 and not any(self.structure.layers.biases)

    @property
    def has_all_biases(self) -> bool:
        """Whether every layer has a bias."""
        return all(self.structure.layers.biases)

    def names(self, layer: int) -> tuple[str, str]:
        """Block names of the weights and biases of a layer; the latter is empty where there are
        none.
        """
        layers = self.structure.layers
        return layers.weights[layer - 1], layers.biases[layer - 1]

    def weights(self, layer: int) -> Array:
        """Symbols of W_l (m_l, m_{l-1})."""
        name = self.names(layer)[0]
        return block_symbols(name, self.model.blocks[name]).reshape(
            self.widths[layer], self.widths[layer - 1]
        )

    def biases(self, layer: int) -> Array | None:
        """Symbols of b_l (m_l,), or None."""
        name = self.names(layer)[1]
        if not name:
            return None
        return block_symbols(name, self.model.blocks[name]).reshape(self.widths[layer])

    def has_bias(self, layer: int) -> bool:
        """Whether layer l has a bias."""
        return bool(self.names(layer)[1])

    def values(self, weights: Sequence[Array], biases: Sequence[Array | None]) -> dict[str, Any]:
        """Block values from one weight matrix and bias vector for each layer (None where there is
        no bias).
        """
        result: dict[str, Any] = {}
        for layer, (w, b) in enumerate(zip(weights, biases, strict=True), 1):
            weight, bias = self.names(layer)
            result[weight] = w.reshape(self.model.blocks[weight])
            if bias:
                assert b is not None
                shape = self.model.blocks[bias]
                result[bias] = b.reshape(shape) if shape else b.item()
        return result

    def with_widths(self, widths: Sequence[int]) -> Model:
        """The model of the same family with other hidden widths."""
        model: Model = self.structure.with_widths(widths)
        return model

    def same_kind(self, other: Layered) -> bool:
        """Equal depth, ends, activation and places of biases."""
        ends = (self.widths[0], self.widths[-1]) == (other.widths[0], other.widths[-1])
        biases = all(
            self.has_bias(k) == other.has_bias(k)
            for k in range(1, min(self.depth, other.depth) + 1)
        )
        return (
            self.depth == other.depth
            and ends
            and biases
            and self.activation.formula == other.activation.formula
        )


def symbol(name: str, value: Any) -> Any:
    """The exact value, or a fresh symbol where None is given (a string names the symbol)."""
    if value is None:
        return sympy.Symbol(name)
    if isinstance(value, str):
        return sympy.Symbol(value)
    return value


__all__ = ["Array", "Layered", "is_layered", "symbol"]
