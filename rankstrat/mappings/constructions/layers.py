"""One view of every layered family: weights and biases layer by layer, and the model with other
widths.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from rankstrat import families
from rankstrat.activation.lookup import as_activation
from rankstrat.activation.record import Activation
from rankstrat.errors import FamilyError, demand
from rankstrat.model.model import Model
from rankstrat.text.parsing import block_symbols

Array = NDArray[np.object_]
LAYERED = ("two_layer", "fully_connected", "matrix_factorization", "deep_matrix_factorization")


@dataclass(frozen=True)
class Layered:
    r"""A model $f^{[l]} = \sigma(W_l f^{[l-1]} + b_l)$ seen by layers (linear layers for matrix
    factorizations).

    Attributes:
        model: a model of one of the families in `LAYERED`.

    Raises:
        FamilyError: a model of another family, or a sympy model.
    """

    model: Model

    def __post_init__(self) -> None:
        demand(self.model, Model, FamilyError, "a Model", "of a point, take its .model")
        if self.family not in LAYERED:
            raise FamilyError(
                f"{self.model} has no layers that can be widened; give a model of"
                f" {', '.join(LAYERED)}"
            )

    @property
    def family(self) -> str:
        """The name of the family."""
        return self.model.structure.family if self.model.structure is not None else ""

    @cached_property
    def arguments(self) -> dict[str, Any]:
        """What rebuilds the model."""
        assert self.model.structure is not None
        return dict(self.model.structure.arguments)

    @cached_property
    def widths(self) -> tuple[int, ...]:
        """(m_0, ..., m_L)."""
        match self.family:
            case "two_layer":
                return self.arguments["inputs"], self.arguments["width"], 1
            case "matrix_factorization":
                return self.arguments["columns"], self.arguments["inner"], self.arguments["rows"]
        return tuple(self.arguments["widths"])

    @property
    def depth(self) -> int:
        """The number L of layers."""
        return len(self.widths) - 1

    @cached_property
    def activation(self) -> Activation:
        """sigma (the identity for matrix factorizations)."""
        return as_activation(self.arguments.get("activation", "identity"))

    def names(self, layer: int) -> tuple[str, str]:
        """Block names of the weights and biases of a layer."""
        match self.family:
            case "two_layer":
                return ("w", "b") if layer == 1 else ("a", "c")
            case "matrix_factorization":
                return ("B", "") if layer == 1 else ("A", "")
        return f"W{layer}", f"b{layer}"

    def weights(self, layer: int) -> Array:
        """Symbols of W_l (m_l, m_{l-1})."""
        name = self.names(layer)[0]
        return block_symbols(name, self.model.blocks[name]).reshape(
            self.widths[layer], self.widths[layer - 1]
        )

    def biases(self, layer: int) -> Array | None:
        """Symbols of b_l (m_l,), or None."""
        name = self.names(layer)[1]
        return (
            block_symbols(name, self.model.blocks[name]).reshape(self.widths[layer])
            if name in self.model.blocks
            else None
        )

    def has_bias(self, layer: int) -> bool:
        """Whether layer l has a bias."""
        return self.names(layer)[1] in self.model.blocks

    def values(self, weights: Sequence[Array], biases: Sequence[Array | None]) -> dict[str, Any]:
        """Block values from one weight matrix and bias vector for each layer (None where there is
        no bias).
        """
        result: dict[str, Any] = {}
        for layer, (w, b) in enumerate(zip(weights, biases, strict=True), 1):
            weight, bias = self.names(layer)
            result[weight] = w.reshape(self.model.blocks[weight])
            if bias in self.model.blocks:
                assert b is not None
                shape = self.model.blocks[bias]
                result[bias] = b.reshape(shape) if shape else b.item()
        return result

    def with_widths(self, widths: Sequence[int]) -> Model:
        """The model of the same family with other hidden widths."""
        match self.family:
            case "two_layer":
                changed = {"inputs": widths[0], "width": widths[1]}
            case "matrix_factorization":
                changed = {"columns": widths[0], "inner": widths[1], "rows": widths[2]}
            case _:
                changed = {"widths": list(widths)}  # type: ignore[dict-item]
        return families.build(self.family, **(self.arguments | changed))

    def hidden(self, layer: int) -> None:
        """Refuse a number that is not that of a hidden layer.

        Raises:
            FamilyError: then.
        """
        demand(
            layer,
            int,
            FamilyError,
            "the number of a hidden layer",
            f"choose one of 1..{self.depth - 1}",
        )
        if not 1 <= layer < self.depth:
            raise FamilyError(
                f"layer {layer} is not a hidden layer of {self.model}; hidden layers are"
                f" 1..{self.depth - 1}"
            )

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


def target_of(
    source: Model, target: Model | None, layer: int, extra: int
) -> tuple[Layered, Layered]:
    """Source and target with `extra` more units in one hidden layer; the target is built when it is
    not given.

    Raises:
        FamilyError: the target is not the source with that many more units in the layer.
    """
    a = Layered(source)
    a.hidden(layer)
    widths = [m + extra * (k == layer) for k, m in enumerate(a.widths)]
    b = Layered(a.with_widths(widths) if target is None else target)
    if not a.same_kind(b) or list(b.widths) != widths:
        raise FamilyError(
            f"the target {b.model} is not {source} with {extra} more unit{'s' * (extra > 1)} in"
            f" layer {layer}; its widths must be {widths}, with the same activation and biases"
        )
    return a, b


def symbol(name: str, value: Any) -> Any:
    """The exact value, or a fresh symbol where None is given (a string names the symbol)."""
    return (
        sympy.Symbol(name if value is None else value)
        if value is None or isinstance(value, str)
        else value
    )


__all__ = ["LAYERED", "Array", "Layered", "symbol", "target_of"]
