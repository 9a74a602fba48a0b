r"""Exact weights of a layered network, and the moves that keep its function: merge, drop, fold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from rankstrat.activation.record import Activation
from rankstrat.errors import BudgetError, FamilyError, PointError, UndecidedError
from rankstrat.model.model import Chart
from rankstrat.model.structure import HasLayers, Layers
from rankstrat.networks.network import assembled
from rankstrat.networks.units import Symmetry
from rankstrat.rank.zero import vanishes

Entries = tuple[Any, ...]


@dataclass(frozen=True)
class Move:
    r"""One step that narrows a hidden layer by one unit and keeps the function.

    Attributes:
        kind: "merge", "drop", "constant" or "combination".
        layer: hidden layer, from 1.
        unit: the unit that goes, from 0 in the layer as it then is.
        onto: for each unit that takes it up (before the removal), the factor of its outgoing
            weights.
        row: incoming weights, with the bias at the end where there is one.
        column: outgoing weights.
        constant: what the next bias takes for each unit of outgoing weight.
        critical: whether the way back is a splitting or a null unit: a critical mapping.
    """

    kind: str
    layer: int
    unit: int
    onto: tuple[tuple[int, Fraction], ...]
    row: Entries = field(repr=False)
    column: Entries = field(repr=False)
    constant: Any = 0
    critical: bool = False

    def __str__(self) -> str:
        place = f"unit {self.unit} of layer {self.layer}"
        if self.kind == "drop":
            return f"{place} has no outgoing weight"
        if self.kind == "constant":
            return f"{place} is the constant {self.constant}"
        if self.kind == "combination":
            return f"{place} is a combination of {len(self.onto)} units"
        ((other, factor),) = self.onto
        if factor == 1:
            return f"{place} is a copy of unit {other}"
        words = "a mirror image" if abs(factor) == 1 else f"{factor} times a copy"
        return f"{place} is {words} of unit {other}"


@dataclass(frozen=True, eq=False)
class ExactLayers:
    """Weights (fractions) and biases (fractions, or expressions where a constant was folded)."""

    like: Any
    layers: Layers
    weights: tuple[Any, ...]
    biases: tuple[Any, ...]

    @classmethod
    def of(cls, point: Chart) -> ExactLayers:
        """The layers at a point.

        Raises:
            FamilyError: the model has no layers.
            PointError: a chart, or weights that are not rational.
        """
        structure: object = point.model.structure
        if not isinstance(structure, HasLayers):
            raise FamilyError(
                f"{point.model} has no layers; a two-layer or fully connected network is needed;"
                " try rankstrat.families.fully_connected(...)"
            )
        if not point.is_point:
            raise PointError(
                f"a chart with coordinates {', '.join(map(str, point.coordinates[:5]))} was given;"
                " a point is needed; use mappings.reduction for charts"
            )
        layers, arrays = structure.layers, point.arrays
        weights, biases = [], []
        for k, name in enumerate(layers.weights):
            shape = layers.widths[k + 1], layers.widths[k]
            weights.append(_fractions(name, arrays[name]).reshape(shape))
            bias = layers.biases[k]
            biases.append(arrays[bias].reshape(-1).astype(object) if bias else None)
        return cls(point.model, layers, tuple(weights), tuple(biases))

    @property
    def activation(self) -> Activation:
        """sigma."""
        found: Activation = self.layers.activation
        return found

    @property
    def depth(self) -> int:
        """The number of layers."""
        return len(self.weights)

    def symmetry(self, layer: int) -> Symmetry:
        """Of a hidden layer, from 1."""
        return Symmetry.of(self.activation, constant=self.biases[layer] is not None)

    @property
    def point(self) -> Chart:
        """The point of the model with these widths."""
        model, values = assembled(self.like, self.weights, self.biases)
        flat: list[Any] = []
        for name in model.blocks:
            flat += np.ravel(np.asarray(values[name], dtype=object)).tolist()
        return model.point(flat)

    def row(self, layer: int, unit: int) -> Entries:
        """Incoming weights with the bias."""
        bias = self.biases[layer - 1]
        own = tuple(self.weights[layer - 1][unit])
        return own if bias is None else (*own, bias[unit])

    def after(self, move: Move) -> ExactLayers:
        """The narrower network."""
        weights, biases = list(self.weights), list(self.biases)
        k = move.layer
        out = weights[k].copy()
        gone = out[:, move.unit].copy()
        for other, factor in move.onto:
            out[:, other] = out[:, other] + factor * gone
        if biases[k] is not None and move.constant != 0:
            biases[k] = np.array(
                [total(b, move.constant, a) for b, a in zip(biases[k], gone, strict=True)],
                dtype=object,
            )
        weights[k] = np.delete(out, move.unit, axis=1)
        weights[k - 1] = np.delete(weights[k - 1], move.unit, axis=0)
        if biases[k - 1] is not None:
            biases[k - 1] = np.delete(biases[k - 1], move.unit)
        return replace(self, weights=tuple(weights), biases=tuple(biases))

    def before(self, move: Move) -> ExactLayers:
        """The wider network: the move undone."""
        weights, biases = list(self.weights), list(self.biases)
        k = move.layer
        bare = move.row if biases[k - 1] is None else move.row[:-1]
        weights[k - 1] = np.insert(weights[k - 1], move.unit, np.array(bare, dtype=object), axis=0)
        if biases[k - 1] is not None:
            biases[k - 1] = np.insert(biases[k - 1], move.unit, move.row[-1])
        gone = np.array(move.column, dtype=object)
        out = np.insert(weights[k], move.unit, gone, axis=1)
        for other, factor in move.onto:
            out[:, other] = out[:, other] - factor * gone
        if biases[k] is not None and move.constant != 0:
            biases[k] = np.array(
                [total(b, move.constant, -a) for b, a in zip(biases[k], gone, strict=True)],
                dtype=object,
            )
        weights[k] = out
        return replace(self, weights=tuple(weights), biases=tuple(biases))

    def equals(self, other: ExactLayers) -> bool:
        """Whether all weights and biases are the same numbers."""
        if [w.shape for w in self.weights] != [w.shape for w in other.weights]:
            return False
        pairs = zip((*self.weights, *self.biases), (*other.weights, *other.biases), strict=True)
        return all(_same_arrays(one, two) for one, two in pairs)


def _same_arrays(one: Any, two: Any) -> bool:
    if one is None or two is None:
        return one is two
    return all(same(u, v) for u, v in zip(one.ravel(), two.ravel(), strict=True))


def _fractions(name: str, array: Any) -> Any:
    found = np.empty(array.size, dtype=object)
    for k, value in enumerate(array.ravel().tolist()):
        if not isinstance(value, int | Fraction):
            raise PointError(
                f"{name} has the weight {value}, which is not rational; rational weights are"
                " needed; use mappings.reduction"
            )
        found[k] = Fraction(value)
    return found


def total(bias: Any, constant: Any, factor: Fraction) -> Any:
    """bias + constant * factor, a fraction where both are."""
    if isinstance(bias, int | Fraction) and isinstance(constant, int | Fraction):
        return Fraction(bias) + constant * factor
    return sympy.expand(expression(bias) + expression(constant) * expression(factor))


def expression(value: Any) -> sympy.Expr:
    """As sympy has it."""
    if isinstance(value, Fraction):
        return sympy.Rational(value.numerator, value.denominator)
    return sympy.sympify(value, strict=True)


def same(one: Any, two: Any) -> bool:
    """Whether two exact numbers were shown to be equal."""
    if isinstance(one, int | Fraction) and isinstance(two, int | Fraction):
        return one == two
    try:
        return vanishes(expression(one) - expression(two))
    except (BudgetError, UndecidedError):
        return False


def canonical(row: Entries, symmetry: Symmetry) -> tuple[Entries, Fraction]:
    """row = factor * key, with one key for each function up to a factor (and a constant).

    A bias that is no fraction is left as it is, with the factor 1, unless a weight before it
    decides.
    """
    lead = next((v for v in row if v != 0), None)
    if lead is None or not isinstance(lead, int | Fraction):
        return row, Fraction(1)
    factor = Fraction(1)
    if symmetry.rays:
        factor = abs(Fraction(lead))
    if symmetry.signed and lead < 0:
        factor = -factor
    if factor == 1:
        return row, factor
    return tuple(_quotient(v, factor) for v in row), factor


def _quotient(value: Any, factor: Fraction) -> Any:
    if isinstance(value, int | Fraction):
        return Fraction(value) / factor
    return sympy.expand(value / expression(factor))


def gain(factor: Fraction, symmetry: Symmetry) -> tuple[Fraction, Fraction]:
    r"""g and s with $\sigma(cz) = g\,\sigma(z) + s$, for the factor c of a canonical row."""
    size = abs(factor) if symmetry.rays else Fraction(1)
    if factor < 0:
        return size * symmetry.factor, Fraction(symmetry.shift)
    return size, Fraction(0)


def parallel(column: Sequence[Any], other: Sequence[Any]) -> bool:
    """Whether a column is a multiple of another one, which is not zero."""
    place = next((k for k, v in enumerate(other) if v != 0), None)
    if place is None:
        return not any(column)
    ratio = Fraction(column[place]) / other[place]
    return all(u == ratio * v for u, v in zip(column, other, strict=True))


__all__ = [
    "Entries",
    "ExactLayers",
    "Move",
    "canonical",
    "expression",
    "gain",
    "parallel",
    "same",
    "total",
]  # fmt: skip
