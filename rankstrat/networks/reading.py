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
from rankstrat.networks.building import built
from rankstrat.networks.conventions import IN_OUT, from_list, layers_of
from rankstrat.networks.files import Arrays, load
from rankstrat.networks.files.limits import Array, bounded
from rankstrat.networks.files.onnx_file import read_onnx
from rankstrat.networks.files.suffixes import GRAPHS
from rankstrat.networks.frameworks import Understood, keras, perceptron, sequence, torch
from rankstrat.networks.graph.assembling import assembled, layered, recognised
from rankstrat.networks.network import Network
from rankstrat.networks.parts import GraphNetwork
from rankstrat.networks.tensor import tensor
from rankstrat.text.parsing import shown

MAX_DEPTH = 20
IN_ORDER = "layers in the order of their names, with the activation after all but the last"


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


def _activation(given: Any, said: Any, depth: int) -> Activation:
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


def _understood(source: Any, orientation: str | None) -> Understood:
    if isinstance(source, str | Path):
        path = Path(source)
        found = load(path)
        return layers_of(found, orientation), found.activation, path.name, found.notes
    if isinstance(source, Mapping):
        arrays = Arrays(dict(_leaves("", source, 0)))
        _bounded(arrays)
        return layers_of(arrays, orientation), "", "a mapping", (IN_ORDER,)
    if hasattr(source, "coefs_") and hasattr(source, "intercepts_"):
        return perceptron(source)
    if hasattr(source, "layers") and hasattr(source, "get_weights"):
        return keras(source)
    if hasattr(source, "state_dict"):
        parts = sequence(source)
        if parts is not None:
            return torch(parts)
        arrays = Arrays(dict(_leaves("", source.state_dict(), 0)))
        _bounded(arrays)
        return layers_of(arrays, orientation), "", "a state_dict", (IN_ORDER,)
    if hasattr(source, "get_weights"):
        arrays_in = [tensor(f"array {k}", a) for k, a in enumerate(source.get_weights(), 1)]
        return from_list(arrays_in, orientation or IN_OUT, "get_weights"), "", "get_weights", ()
    if isinstance(source, Sequence) and not isinstance(source, bytes | bytearray):
        if source and all(isinstance(part, Sequence | Mapping) for part in source):
            flat = [leaf for part in source for leaf in _parts(part)]
        else:
            flat = list(source)
        listed = [tensor(f"array {k}", a) for k, a in enumerate(flat, 1)]
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
        own = "/".join(map(str, key)) if isinstance(key, tuple) else str(key)
        name = f"{prefix}{own}"
        if isinstance(value, Mapping):
            yield from _leaves(f"{name}/", value, depth + 1)
        elif value is not None:
            yield name, tensor(name, value)


def _bounded(arrays: Arrays) -> None:
    bounded(len(arrays.entries), sum(a.nbytes for a in arrays.entries.values()))


__all__ = ["read"]
