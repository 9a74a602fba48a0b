r"""A trained network, from a weight file or from what torch, Keras, JAX or scikit-learn hold in
memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rankstrat.activation.lookup import as_activation
from rankstrat.activation.record import Activation
from rankstrat.errors import DataError
from rankstrat.networks.building import Affine, built
from rankstrat.networks.conventions import IN_OUT, OUT_IN, from_list, layers_of
from rankstrat.networks.files import Arrays, load
from rankstrat.networks.files.limits import Array, accepted, bounded
from rankstrat.networks.files.onnx_file import read_onnx
from rankstrat.networks.files.suffixes import GRAPHS
from rankstrat.networks.graph.assembling import assembled, layered, recognised
from rankstrat.networks.network import Network
from rankstrat.networks.parts import GraphNetwork
from rankstrat.text.parsing import shown

MAX_DEPTH = 20
NAMES = {
    "logsigmoid": "", "softmax": "", "logsoftmax": "", "log_softmax": "",
    "hard_tanh": "hardtanh", "leakyrelu": "leaky_relu",
}  # fmt: skip
"""Names of frameworks -> ours; an empty one closes a network and is left out."""
PLAIN = ("", "linear", "identity")
"""What frameworks call no activation."""
SILENT = ("dropout", "flatten", "inputlayer", "input_layer", "identity")


def read(
    source: Any,
    *,
    activation: Any = None,
    orientation: str | None = None,
) -> Network | GraphNetwork:
    r"""The network of floats that a weight file or an object of a framework holds.

    Files: `.npz`, `.safetensors`, `.onnx`, `.json`; nothing in them is executed. Objects: a torch
    `state_dict` or `Sequential`, a Keras model or its `get_weights()`, a Flax or other pytree, a
    fitted multilayer perceptron of scikit-learn, a dict of arrays W1, b1, W2, ... None of these
    packages is imported.

    Args:
        source: a path, or one of these objects.
        activation: of the hidden layers; needed where the source does not say it.
        orientation: "out,in" if rows of a matrix are units (torch), "in,out" if columns are (Keras,
            Flax); needed where names and shapes do not tell.

    Returns:
        A `Network`: `.model` (two_layer or fully_connected) and `.values`, the floats of its
        blocks. Of an ONNX file that is no chain of dense layers a `GraphNetwork`, whose `.model` is
        the convolutional family or a general model.

    Raises:
        DataError: a malformed or oversized file, an ambiguous orientation, missing layers, values
            that are not finite, ...
        MissingPackageError: the package for a format is not installed.

    Example:
        >>> import numpy as np
        >>> net = read({"W1": np.ones((3, 2)), "W2": np.ones((1, 3))}, activation="tanh")
        >>> net.model
        families.two_layer(width=3, inputs=2, activation='tanh')
    """
    if isinstance(source, str | Path) and Path(source).suffix.lower() in GRAPHS:
        return _from_graph(Path(source), activation, orientation)
    layers, said, where, notes = _understood(source, orientation)
    return built(layers, _activation(activation, said, len(layers)), where, notes)


def _from_graph(path: Path, activation: Any, orientation: str | None) -> Network | GraphNetwork:
    """The network of an ONNX file.

    Raises:
        DataError: an orientation, or the activation of a graph, was given.
    """
    if orientation is not None:
        raise DataError(
            f"orientation={shown(repr(orientation))} was given with {shown(path.name)}; ONNX says"
            " how its matrices stand; leave the orientation out"
        )
    graph = assembled(read_onnx(path), path.name)
    chain = layered(graph)
    if chain is not None:
        sigma = chain.activation if activation is None else as_activation(activation)
        return built(chain.layers, sigma, path.name, chain.notes)
    if activation is not None:
        raise DataError(
            f"activation={shown(repr(str(activation)))} was given with {shown(path.name)}, a graph"
            " that names its functions; none is needed; leave the activation out"
        )
    return recognised(graph)


def _activation(given: Any, said: str, depth: int) -> Activation:
    if given is not None:
        return as_activation(given)
    if said:
        return as_activation(said)
    if depth == 1:
        return as_activation("identity")
    raise DataError(
        f"the source has {depth} layers of weights and does not name the activation between them;"
        " one is needed; give activation='tanh', or whatever it was trained with"
    )


Understood = tuple[Sequence[Affine], str, str, Sequence[str]]
"""Layers, activation (or ""), where they come from, notes."""


def _understood(source: Any, orientation: str | None) -> Understood:
    if isinstance(source, str | Path):
        path = Path(source)
        found = load(path)
        return layers_of(found, orientation), found.activation, path.name, found.notes
    if isinstance(source, Mapping):
        arrays = Arrays(dict(_leaves("", source, 0)))
        _bounded(arrays)
        return layers_of(arrays, orientation), "", "a mapping", ()
    if hasattr(source, "coefs_") and hasattr(source, "intercepts_"):
        return _perceptron(source)
    if hasattr(source, "layers") and hasattr(source, "get_weights"):
        return _keras(source)
    if hasattr(source, "state_dict"):
        return _torch(source, orientation)
    if hasattr(source, "get_weights"):
        arrays_in = [_array(f"array {k}", a) for k, a in enumerate(source.get_weights(), 1)]
        return from_list(arrays_in, orientation or IN_OUT, "get_weights"), "", "get_weights", ()
    if isinstance(source, Sequence) and not isinstance(source, bytes | bytearray):
        if source and all(isinstance(part, Sequence | Mapping) for part in source):
            flat = [leaf for part in source for leaf in _parts(part)]
        else:
            flat = list(source)
        listed = [_array(f"array {k}", a) for k, a in enumerate(flat, 1)]
        return from_list(listed, orientation, "a list"), "", "a list of arrays", ()
    raise DataError(
        f"an object of type {type(source).__name__} was given; a path, a state_dict, a model of"
        " torch, Keras or scikit-learn, or a dict of arrays is needed; try rs.read({'W1': ...})"
    )


def _parts(part: Any) -> Iterator[Any]:
    """The matrix and the bias of one layer of a pytree: {'w': ..., 'b': ...} or (w, b)."""
    if isinstance(part, Mapping):
        yield from sorted((v for v in part.values() if v is not None), key=lambda v: -np.ndim(v))
    else:
        yield from (v for v in part if v is not None)


def _leaves(prefix: str, tree: Mapping[Any, Any], depth: int) -> Iterator[tuple[str, Array]]:
    """The arrays of a nested mapping, named by their path."""
    if depth > MAX_DEPTH:
        raise DataError(f"mappings are nested more than {MAX_DEPTH} deep; give names with arrays")
    for key, value in tree.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from _leaves(f"{name}/", value, depth + 1)
        elif value is not None:
            yield name, _array(name, value)


def _array(name: str, value: Any) -> Array:
    """An array of floats, from numpy, or from a tensor of torch or JAX.

    Raises:
        DataError: no array of floats.
    """
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    elif hasattr(value, "numpy") and not isinstance(value, np.ndarray):
        value = value.numpy()
    try:
        array = np.asarray(value)
    except (TypeError, ValueError) as error:
        raise DataError(
            f"{shown(name)} is no array ({shown(str(error))}); an array of floats is needed"
        ) from error
    if isinstance(value, list | tuple) and array.dtype.kind in "iu":
        array = array.astype(np.float64)
    accepted(name, str(array.dtype), array.shape)
    return array


def _bounded(arrays: Arrays) -> None:
    bounded(len(arrays.entries), sum(a.nbytes for a in arrays.entries.values()))


def _perceptron(source: Any) -> Understood:
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


def _keras(source: Any) -> Understood:
    """A Keras model: layers with `get_weights()` and an activation with a name."""
    layers: list[Affine] = []
    kinds: list[str] = []
    for layer in source.layers:
        weights = [_array(f"weight {k}", w) for k, w in enumerate(layer.get_weights(), 1)]
        kind = type(layer).__name__
        name = getattr(getattr(layer, "activation", None), "__name__", "")
        if not weights:
            _weightless(kind, str(name), kinds, len(layers))
            continue
        found = from_list(weights, IN_OUT, kind)
        if len(found) != 1:
            raise _not_affine(kind)
        layers += found
        kinds.append(str(name))
    return (*_closed(layers, [_renamed(k) for k in kinds]), "a Keras model", _notes(kinds))


def _torch(source: Any, orientation: str | None) -> Understood:
    """A torch Sequential, or any other module by its `state_dict`."""
    parts = [*source] if hasattr(source, "__iter__") else []
    if not parts:
        arrays = Arrays(dict(_leaves("", source.state_dict(), 0)))
        _bounded(arrays)
        return layers_of(arrays, orientation), "", "a state_dict", ()
    layers: list[Affine] = []
    kinds: list[str] = []
    for part in parts:
        kind = type(part).__name__
        if getattr(part, "weight", None) is None:
            _weightless(kind, kind, kinds, len(layers))
            continue
        weight = _array("weight", part.weight)
        if weight.ndim != 2:
            raise _not_affine(kind)
        bias = getattr(part, "bias", None)
        own = [weight] if bias is None else [weight, _array("bias", bias)]
        layers += from_list(own, OUT_IN, kind)
        kinds.append("linear")
    return (*_closed(layers, [_renamed(k) for k in kinds]), "a Sequential", _notes(kinds))


def _weightless(kind: str, name: str, kinds: list[str], layers: int) -> None:
    """A part without weights: an activation, or one that does nothing after the training."""
    if kind.lower() in SILENT or name.lower() in SILENT:
        return
    if not layers or len(kinds) != layers or kinds[-1] not in PLAIN:
        raise DataError(
            f"the part {shown(kind)} follows no affine layer; layers with one activation after each"
            " are read; build the network as an rs.Model"
        )
    kinds[-1] = name


def _renamed(name: str) -> str:
    lower = name.lower()
    return NAMES.get(lower, lower) or lower


def _closed(layers: Sequence[Affine], kinds: Sequence[str]) -> tuple[Sequence[Affine], str]:
    """The layers and the one activation between them.

    Raises:
        DataError: none, or several.
    """
    if not layers:
        raise DataError("the model has no layer with weights; train or build it first")
    hidden = sorted(set(kinds[: len(layers) - 1]))
    if len(hidden) > 1:
        raise DataError(
            f"the activations {', '.join(hidden)} occur; one for all hidden layers is needed; build"
            " the network as an rs.Model"
        )
    return layers, "".join(hidden)


def _notes(kinds: Sequence[str]) -> Sequence[str]:
    last = kinds[-1].lower()
    if last in PLAIN:
        return ()
    return (f"{last} at the end was left out: outputs are before it",)


def _not_affine(kind: str) -> DataError:
    return DataError(
        f"the layer {shown(kind)} is not affine; dense layers are read; build the network as an"
        " rs.Model"
    )


__all__ = ["read"]
