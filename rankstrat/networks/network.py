r"""A network of floats: a family model and a point that keeps its floats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rankstrat.activation.record import Activation
from rankstrat.algebra.batched import Batched
from rankstrat.algebra.program import Program
from rankstrat.errors import DataError, FamilyError, PointError, demand
from rankstrat.frozen import settle
from rankstrat.model.model import Chart, Model
from rankstrat.model.structure import HasLayers, Layers
from rankstrat.model.values import exact, listed
from rankstrat.text.spoken import Spoken

Floats = NDArray[np.float64]
CHUNK = 1 << 22
"""The most numbers that are held for one layer at a time."""
LARGEST_INPUT = 1e100


@dataclass(frozen=True, eq=False)
class Network(Spoken):
    r"""A layered network $f = W_L\,\sigma(\cdots\sigma(W_1 x + b_1)\cdots) + b_L$ with weights that
    are floats.

    Attributes:
        model: a model whose structure has layers.
        values: block -> array of float64, as they were read.
        source: where they come from.
        notes: what was left out or assumed.

    Raises:
        FamilyError: a model without layers.
        PointError: a missing block, a wrong shape, a value that is not finite.

    Example:
        >>> import numpy as np
        >>> from rankstrat.families import two_layer
        >>> net = Network(two_layer(2, 1), {"a": [1.0, 2.0], "w": [[0.5], [-0.5]]})
        >>> float(net.outputs(np.array([[0.0]]))[0, 0])
        0.0
    """

    model: Model
    values: Mapping[str, Any] = field(repr=False)
    source: str = ""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        demand(self.model, Model, FamilyError, "a Model", "try rankstrat.families.two_layer(...)")
        structure: object = self.model.structure
        if not isinstance(structure, HasLayers):
            raise FamilyError(
                f"{self.model} has no layers; a two-layer or fully connected network is needed; try"
                " rankstrat.families.fully_connected(...)"
            )
        hint = f"name the blocks: {listed(self.model.blocks)}"
        demand(self.values, Mapping, PointError, "a mapping of arrays", hint)
        extra = sorted(str(k) for k in self.values if k not in self.model.blocks)
        if extra:
            raise PointError(f"{extra[0]} is no block of {self.model}; {hint}")
        blocks = self.model.blocks.items()
        arrays = {name: _block(name, shape, self.values) for name, shape in blocks}
        settle(self, values=arrays)

    @property
    def layers(self) -> Layers:
        """Widths, blocks and activation."""
        structure: Any = self.model.structure
        found: Layers = structure.layers
        return found

    @property
    def activation(self) -> Activation:
        """The activation of the hidden layers."""
        found: Activation = self.layers.activation
        return found

    @cached_property
    def weights(self) -> tuple[Floats, ...]:
        """W_1, ..., W_L as matrices (units, inputs)."""
        widths = self.layers.widths
        return tuple(
            self.values[name].reshape(widths[k + 1], widths[k])
            for k, name in enumerate(self.layers.weights)
        )

    @cached_property
    def biases(self) -> tuple[Floats | None, ...]:
        """b_1, ..., b_L; None where a layer has none."""
        widths = self.layers.widths
        return tuple(
            self.values[name].reshape(widths[k + 1]) if name else None
            for k, name in enumerate(self.layers.biases)
        )

    @classmethod
    def of(cls, like: Network, weights: Any, biases: Any) -> Network:
        """The network of the same family with these matrices and biases."""
        model, values = assembled(like.model, weights, biases)
        return cls(model, values, like.source, like.notes)

    @property
    def point(self) -> Chart:
        """The exact point whose coordinates are the floats themselves."""
        return self.model.point(exact(dict(self.values)))

    def outputs(self, inputs: Floats) -> Floats:
        """The outputs (n, q) at inputs (n, d)."""
        widest = max(self.layers.widths)
        step = max(1, CHUNK // widest)
        parts = [
            forward(self.weights, self.biases, self.activation, inputs[k : k + step])[-1]
            for k in range(0, len(inputs), step)
        ]
        return np.concatenate(parts)

    def __str__(self) -> str:
        words = f"{self.model} of {self.model.size} floats"
        lines = [words + (f" from {self.source}" if self.source else "")]
        return "\n".join([*lines, *(f"  {note}" for note in self.notes)])


def _block(name: str, shape: tuple[int, ...], given: Mapping[str, Any]) -> Floats:
    if name not in given:
        raise PointError(f"no values for {name}; give {name}=... of shape {tuple(shape)}")
    try:
        array = np.array(given[name], dtype=np.float64)
    except (TypeError, ValueError):
        raise PointError(
            f"{name} is no array of floats; one of shape {tuple(shape)} is needed; write numbers"
        ) from None
    if array.shape != tuple(shape):
        raise PointError(
            f"{name} has shape {array.shape}, but {tuple(shape)} is needed; give one row for each"
            " unit"
        )
    if not np.isfinite(array).all():
        raise PointError(
            f"{name} has {int((~np.isfinite(array)).sum())} values that are not finite; finite"
            " floats are needed; check the training"
        )
    array.flags.writeable = False
    return array


def assembled(model: Model, weights: Any, biases: Any) -> tuple[Model, dict[str, Any]]:
    """The model of the same family with widths that fit these matrices, and values for its
    blocks.
    """
    structure: Any = model.structure
    widths = [weights[0].shape[1], *(w.shape[0] for w in weights)]
    narrow = structure.with_widths(widths)
    layers, blocks = narrow.structure.layers, narrow.blocks
    values: dict[str, Any] = {}
    for k, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        values[layers.weights[k]] = weight.reshape(blocks[layers.weights[k]])
        name = layers.biases[k]
        if name:
            values[name] = bias.reshape(blocks[name])
    return narrow, values


def forward(weights: Any, biases: Any, activation: Activation, inputs: Floats) -> list[Floats]:
    """The values of all layers, inputs and outputs included, each (n, width)."""
    sigma = in_floats(activation)
    values = [inputs]
    for k, (weight, bias) in enumerate(zip(weights, biases, strict=True), 1):
        z = values[-1] @ weight.T
        if bias is not None:
            z = z + bias
        values.append(z if k == len(weights) else sigma(z))
    return values


@lru_cache(maxsize=100)
def in_floats(activation: Activation) -> Any:
    r"""$\sigma$ on arrays of floats."""
    program = Program()
    leaf = program.leaf(("z", 0))
    batch = Batched(program, [activation.template.at(program, leaf)])

    def sigma(z: Floats) -> Floats:
        return np.asarray(batch({"z": z.reshape(1, -1)}, z.size)[0].reshape(z.shape))

    return sigma


def checked_inputs(network: Network, data: Any) -> Floats:
    """Inputs as an array (n, d).

    Raises:
        DataError: another shape, no sample, or a value that is not finite.
    """
    d = network.layers.widths[0]
    try:
        array = np.array(data, dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError(
            f"the data are no array of floats; inputs of shape (n, {d}) are needed; write numbers"
        ) from None
    if array.ndim == 1 and d == 1:
        array = array[:, None]
    if array.ndim != 2 or array.shape[1] != d or not len(array):
        raise DataError(
            f"the data have shape {array.shape}; inputs of shape (n, {d}) are needed, one row for"
            " each sample"
        )
    if not np.isfinite(array).all():
        raise DataError(
            "the data have values that are not finite; finite ones are needed; remove those rows"
        )
    largest = float(np.abs(array).max())
    if largest > LARGEST_INPUT:
        raise DataError(
            f"the data have a value of size {largest:.1e}; at most {LARGEST_INPUT:.0e} can be"
            " compared in floats; rescale them as in training"
        )
    return array


__all__ = ["Floats", "Network", "assembled", "checked_inputs", "forward", "in_floats"]
