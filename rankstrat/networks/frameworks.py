"""Layers of what torch, Keras and scikit-learn hold in memory; none of them is imported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from rankstrat.activation.record import Activation
from rankstrat.errors import DataError
from rankstrat.networks.building import Affine
from rankstrat.networks.conventions import IN_OUT, OUT_IN, from_list
from rankstrat.networks.named import of_keras, of_torch
from rankstrat.networks.tensor import tensor
from rankstrat.text.parsing import shown

Understood = tuple[Sequence[Affine], Activation | str, str, Sequence[str]]
"""Layers, activation (or ""), where they come from, notes."""
Kind = tuple[str, Activation | None]
"""What stands after an affine layer: its name, and the activation where it is one."""

NONE: Kind = ("", None)
SILENT = ("dropout", "alphadropout", "flatten", "inputlayer", "identity", "gaussiannoise")
"""Parts that do nothing after the training."""
PLAIN = ("", "linear", "identity")
"""What frameworks call no activation."""
EXPORT = "export it to ONNX and read that file"


def perceptron(source: Any) -> Understood:
    """A fitted MLPClassifier or MLPRegressor of scikit-learn."""
    layers = [
        Affine(np.asarray(w, dtype=float).T, np.asarray(b, dtype=float))
        for w, b in zip(source.coefs_, source.intercepts_, strict=True)
    ]
    notes = []
    closing = getattr(source, "out_activation_", "identity")
    if closing != "identity":
        notes.append(f"{closing} at the end was left out: outputs are before it")
    return layers, str(source.activation), type(source).__name__, notes


def _bases(source: Any, name: str) -> Any:
    """The class of that name that an object is of; None where it is of none."""
    return next((c for c in type(source).__mro__ if c.__name__ == name), None)


# ----------------------------------------------------------------------------------- torch


def sequence(source: Any) -> list[Any] | None:
    """The parts of a torch Sequential, those of Sequentials in it among them; None for a module
    whose order of parts is its own.
    """
    kind = _bases(source, "Sequential")
    own = getattr(type(source), "forward", None)
    if kind is None or own is not getattr(kind, "forward", None) or not hasattr(source, "__iter__"):
        return None
    parts: list[Any] = []
    for part in source:
        inner = sequence(part)
        parts += [part] if inner is None else inner
    return parts


def torch(parts: Sequence[Any]) -> Understood:
    """The parts of a Sequential.

    Raises:
        DataError: a part that is neither affine nor an activation after one, or that stands twice.
    """
    layers: list[Affine] = []
    kinds: list[Kind] = []
    weighted = [id(part) for part in parts if getattr(part, "weight", None) is not None]
    if len(set(weighted)) < len(weighted):
        raise _twice()
    for part in parts:
        kind = type(part).__name__
        if getattr(part, "weight", None) is None:
            _weightless((kind, of_torch(part)), kinds, len(layers))
            continue
        weight = tensor("weight", part.weight)
        if weight.ndim != 2 or _bases(part, "Linear") is None:
            raise _not_affine(kind)
        bias = getattr(part, "bias", None)
        own = [weight] if bias is None else [weight, tensor("bias", bias)]
        layers += from_list(own, OUT_IN, kind)
        kinds.append(NONE)
    return (*_closed(layers, kinds), "a Sequential", _notes(kinds))


# ----------------------------------------------------------------------------------- Keras


def keras(source: Any) -> Understood:
    """A Keras model whose layers follow each other.

    Raises:
        DataError: a layer that is neither affine nor an activation after one, or a model that is no
            chain of its layers.
    """
    _check_chain(source)
    layers: list[Affine] = []
    kinds: list[Kind] = []
    for layer in source.layers:
        weights = [tensor(f"weight {k}", w) for k, w in enumerate(layer.get_weights(), 1)]
        kind = type(layer).__name__
        if not weights:
            _weightless(of_keras(layer), kinds, len(layers))
            continue
        if [w.ndim for w in weights] not in ([2], [2, 1]):
            raise _not_affine(kind)
        layers += from_list(weights, IN_OUT, kind)
        name, found = of_keras(layer)
        kinds.append(NONE if name.lower() in PLAIN else (name, found))
    return (*_closed(layers, kinds), "a Keras model", _notes(kinds))


def _check_chain(source: Any) -> None:
    """Refuse a model in which a layer takes anything but the layer before it.

    Raises:
        DataError: it is none, or does not say.
    """
    if _bases(source, "Sequential") is not None:
        return
    config = source.get_config() if hasattr(source, "get_config") else {}
    layers = config.get("layers") if isinstance(config, dict) else None
    if not isinstance(layers, list) or len(layers) != len(source.layers):
        raise DataError(
            f"the model of type {type(source).__name__} does not say in which order its layers"
            " follow; a Sequential or functional one is needed; give model.get_weights() and the"
            " activation, if each layer takes the one before it"
        )
    before: str | None = None
    for layer in layers:
        places = layer.get("inbound_nodes", [])
        taken = list(_histories(places))
        if (before is None and taken) or (before is not None and taken != [before]):
            raise DataError(
                f"the layer {shown(str(layer.get('name')))} takes {len(taken)} values that are not"
                " the one of the layer before it alone; a chain of layers is needed; " + EXPORT
            )
        before = str(layer.get("name"))


def _histories(places: Any) -> Iterator[str]:
    """The names of the layers whose values a layer takes, each time it does."""
    if isinstance(places, dict):
        if "keras_history" in places:
            yield str(places["keras_history"][0])
            return
        for part in places.values():
            yield from _histories(part)
    elif isinstance(places, list | tuple):
        if len(places) >= 3 and isinstance(places[0], str) and isinstance(places[1], int):
            yield places[0]
            return
        for part in places:
            yield from _histories(part)


# ------------------------------------------------------------------------------------ both


def _weightless(kind: Kind, kinds: list[Kind], layers: int) -> None:
    """A part without weights: an activation, or one that does nothing after the training."""
    name = kind[0].lower()
    if name in SILENT or name in PLAIN:
        return
    if not layers or len(kinds) != layers or kinds[-1] != NONE:
        raise DataError(
            f"the part {shown(kind[0])} follows no affine layer; layers with one activation after"
            f" each are read; {EXPORT}"
        )
    kinds[-1] = kind


def _closed(
    layers: Sequence[Affine], kinds: Sequence[Kind]
) -> tuple[Sequence[Affine], Activation | str]:
    """The layers and the one activation between them.

    Raises:
        DataError: no layer, several activations, or one that is not known.
    """
    if not layers:
        raise DataError("the model has no layer with weights; train or build it first")
    hidden = list(dict.fromkeys(kinds[: len(layers) - 1]))
    if len(hidden) > 1:
        names = ", ".join(sorted(name.lower() or "no activation" for name, _ in hidden))
        raise DataError(
            f"the activations {names} occur; one for all hidden layers is needed; {EXPORT}"
        )
    if not hidden:
        return layers, ""
    ((name, found),) = hidden
    if name and found is None:
        raise DataError(
            f"the activation {shown(name)} of the hidden layers is not known; a function of one"
            " number is needed; give its formula, activation='z*tanh(z)', or export it to ONNX"
        )
    return layers, found or "identity"


def _notes(kinds: Sequence[Kind]) -> Sequence[str]:
    last = kinds[-1][0].lower()
    if last in PLAIN:
        return ()
    return (f"{last} at the end was left out: outputs are before it",)


def _not_affine(kind: str) -> DataError:
    return DataError(f"the layer {shown(kind)} is not affine; dense layers are read; {EXPORT}")


def _twice() -> DataError:
    return DataError(
        "a layer stands twice in the model; layers with weights of their own are needed, since the"
        f" rank counts shared ones once; {EXPORT}"
    )


__all__ = ["Understood", "keras", "perceptron", "sequence", "torch"]
