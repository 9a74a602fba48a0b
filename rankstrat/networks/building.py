"""From affine layers to a network of a family."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rankstrat.activation.record import Activation
from rankstrat.errors import DataError
from rankstrat.families import fully_connected, two_layer
from rankstrat.networks.files.limits import Array
from rankstrat.networks.network import Network


@dataclass(frozen=True)
class Affine:
    """One affine layer: a matrix (units, inputs) and a bias or None."""

    weight: Array
    bias: Array | None


def built(
    layers: Sequence[Affine], activation: Activation, where: str, notes: Sequence[str]
) -> Network:
    """The network of these layers: two-layer where there is one hidden layer and one output.

    Raises:
        DataError: only some hidden layers have a bias.
    """
    hidden = {layer.bias is not None for layer in layers[:-1]}
    if len(hidden) > 1:
        raise DataError(
            "some hidden layers have a bias and some have none; all or none is needed; add zero"
            " biases where they are missing"
        )
    bias, output_bias = True in hidden, layers[-1].bias is not None
    widths = [layers[0].weight.shape[1], *(layer.weight.shape[0] for layer in layers)]
    if 0 in widths:
        raise DataError(
            f"the widths are {widths}; at least one unit in each layer is needed; leave out empty"
            " arrays"
        )
    arrays = [(layer.weight, layer.bias) for layer in layers]
    if len(layers) == 2 and widths[2] == 1:
        (w, b), (a, c) = arrays
        values: dict[str, Any] = {"a": a[0], "w": w, "b": b, "c": None if c is None else c[0]}
        model = two_layer(widths[1], widths[0], activation, bias, output_bias)
    else:
        values = {}
        for k, (weight, own) in enumerate(arrays, 1):
            values |= {f"W{k}": weight, f"b{k}": own}
        model = fully_connected(widths, activation, bias, output_bias)
    kept = {name: value for name, value in values.items() if value is not None}
    _finite(kept)
    return Network(model, kept, where, tuple(notes))


def _finite(values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        bad = int((~np.isfinite(np.asarray(value, dtype=np.float64))).sum())
        if bad:
            raise DataError(
                f"{name} of shape {np.shape(value)} has {bad} values that are NaN or infinite;"
                " finite weights are needed; read a checkpoint from before the training diverged"
            )


__all__ = ["Affine", "built"]
