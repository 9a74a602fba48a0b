"""ONNX: a chain of Gemm, MatMul, Add and one activation, read as the layers of a network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from rankstrat.errors import DataError
from rankstrat.networks.files.limits import Array, Arrays, accepted, bounded, content, optional
from rankstrat.text.parsing import shown

ACTIVATIONS = {
    "Tanh": "tanh", "Relu": "relu", "Sigmoid": "sigmoid", "Softplus": "softplus", "Erf": "erf",
    "Gelu": "gelu", "Elu": "elu", "LeakyRelu": "leaky_relu", "Sin": "sin", "Cos": "cos",
    "Atan": "arctan", "Abs": "abs", "Sinh": "sinh", "Cosh": "cosh", "Exp": "exp", "Swish": "silu",
}  # fmt: skip
PLAIN = {"Elu": 1.0, "LeakyRelu": 0.01, "Swish": 1.0}
"""The one value of alpha with which these are the activations of that name."""
SILENT = ("Identity", "Dropout", "Cast")
RESHAPING = ("Flatten", "Reshape", "Squeeze")
CLOSING = ("Softmax", "LogSoftmax", "ArgMax")
FLOAT = {1: "float32", 10: "float16", 11: "float64"}
EXTERNAL = 1
MAX_NODES = 10_000


def read_onnx(path: Path) -> Arrays:
    """The layers of a chain of affine maps with one activation between them.

    Raises:
        DataError: another graph, tensors outside the file, or a malformed file.
        MissingPackageError: the package onnx is not installed.
    """
    data = content(path)
    onnx = optional("onnx", "an ONNX file")
    errors = optional("google.protobuf.message", "an ONNX file")
    try:
        graph = onnx.load_model_from_string(data).graph
    except (errors.DecodeError, ValueError, TypeError) as error:
        raise DataError(
            f"{shown(path.name)} is no ONNX file ({shown(str(error))}); a model is needed; export"
            " it again"
        ) from error
    if len(graph.node) > MAX_NODES:
        raise DataError(f"the graph has {len(graph.node)} nodes; at most {MAX_NODES} are read")
    tensors = list(graph.initializer)
    for node in graph.node:
        if node.op_type == "Constant":
            tensors += _constants(node)
    sizes = [_size(t) for t in tensors]
    bounded(len(tensors), sum(sizes))
    numpy_helper = optional("onnx.numpy_helper", "an ONNX file")
    arrays = {t.name: _array(numpy_helper, t) for t in tensors if t.data_type in FLOAT}
    known = {t.name for t in tensors}
    starts = [i.name for i in graph.input if i.name not in known]
    if len(starts) != 1:
        raise DataError(
            f"the graph has {len(starts)} inputs; one is needed; export the network alone"
        )
    chain = _Chain(arrays, starts[0])
    for node in graph.node:
        if node.op_type != "Constant":
            chain.take(node)
    return chain.result()


def _constants(node: Any) -> list[Any]:
    found = []
    for attribute in node.attribute:
        if attribute.name == "value":
            attribute.t.name = node.output[0]
            found.append(attribute.t)
    return found


def _size(tensor: Any) -> int:
    if tensor.data_location == EXTERNAL or tensor.external_data:
        raise DataError(
            f"the tensor {shown(tensor.name)} lies outside the file; all weights must be inside;"
            " export without external data"
        )
    if tensor.data_type not in FLOAT:
        return len(tensor.raw_data)  # shapes and axes, which are not looked at
    return accepted(tensor.name, FLOAT[tensor.data_type], tensor.dims)


def _array(numpy_helper: Any, tensor: Any) -> Array:
    try:
        return np.array(numpy_helper.to_array(tensor))
    except (ValueError, TypeError, OverflowError) as error:
        raise DataError(
            f"the tensor {shown(tensor.name)} does not have as many entries as its shape says"
            f" ({shown(str(error))}); a complete file is needed; export it again"
        ) from error


@dataclass
class _Chain:
    """The layers so far, and the name of the value that the next node must take."""

    arrays: Mapping[str, Array]
    current: str
    weights: list[Array] = field(default_factory=list)
    biases: list[Array | None] = field(default_factory=list)
    activations: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def take(self, node: Any) -> None:
        """Read one more node."""
        kind = node.op_type
        if self.current not in node.input:
            raise DataError(
                f"the node {shown(node.name or kind)} does not take the value before it; a chain of"
                " layers is read, and this graph branches; build the network as an rs.Model"
            )
        if kind in ("Gemm", "MatMul"):
            self._affine(node)
        elif kind == "Add":
            self._add(node)
        elif kind in ACTIVATIONS:
            self._activation(node)
        elif kind in CLOSING:
            self.notes.append(f"{kind} at the end was left out: outputs are before it")
        elif kind in RESHAPING:
            if self.weights:
                raise _unread(kind)
            self.notes.append(f"{kind} at the start: inputs are the flattened ones")
        elif kind not in SILENT:
            raise _unread(kind)
        self.current = node.output[0]

    def _operand(self, node: Any, place: int) -> Array:
        name = node.input[place] if place < len(node.input) else ""
        if name not in self.arrays:
            raise DataError(
                f"{node.op_type} multiplies by {shown(name) or 'nothing'}, which is no tensor of"
                " floats of the file; constant weights are needed; build the network as an rs.Model"
            )
        return self.arrays[name]

    def _affine(self, node: Any) -> None:
        if self.weights and len(self.activations) < len(self.weights):
            self.activations.append("identity")
        if node.input[0] != self.current:
            raise _unread(f"{node.op_type} with the weights first")
        options = {a.name: a.f if a.type == 1 else a.i for a in node.attribute}
        weight = self._operand(node, 1) * np.float64(options.get("alpha", 1.0))
        if weight.ndim != 2 or options.get("transA", 0):
            raise _unread(f"{node.op_type} with a tensor of shape {weight.shape}")
        if not options.get("transB", 0):
            weight = weight.T
        bias = None
        if len(node.input) > 2:
            bias = self._vector(self._operand(node, 2), len(weight)) * options.get("beta", 1.0)
        self.weights.append(weight)
        self.biases.append(bias)

    def _vector(self, bias: Array, width: int) -> Array:
        if bias.size not in (1, width):
            raise DataError(
                f"a bias of shape {bias.shape} is added to {width} units; one number for each is"
                " needed; export the network again"
            )
        return np.array(np.broadcast_to(bias.ravel(), width), dtype=np.float64)

    def _add(self, node: Any) -> None:
        other = next((i for i in node.input if i != self.current), "")
        if other not in self.arrays or not self.weights:
            raise _unread("Add of two computed values")
        if len(self.activations) == len(self.weights):
            raise _unread("Add after an activation")
        added = self._vector(self.arrays[other], len(self.weights[-1]))
        before = self.biases[-1]
        self.biases[-1] = added if before is None else before + added

    def _activation(self, node: Any) -> None:
        kind = node.op_type
        given = (float(a.f) for a in node.attribute if a.name == "alpha")
        alpha = next(given, PLAIN.get(kind, 1.0))
        if kind in PLAIN and not np.isclose(alpha, PLAIN[kind]):
            raise DataError(
                f"{kind} with alpha = {alpha:.4g} is no activation of the catalogue; alpha ="
                f" {PLAIN[kind]} is; build the network as an rs.Model"
            )
        if not self.weights or len(self.activations) == len(self.weights):
            raise _unread(f"{kind} that follows no affine map")
        self.activations.append(ACTIVATIONS[kind])

    def result(self) -> Arrays:
        """The layers under the names W1, b1, W2, ...

        Raises:
            DataError: no layer, or different activations.
        """
        depth = len(self.weights)
        if not depth:
            raise DataError("the graph has no affine map; a network is needed; check the file")
        if len(self.activations) == depth:
            last = self.activations.pop()
            self.notes.append(f"{last} at the end was left out: outputs are before it")
        kinds = sorted(set(self.activations))
        if len(kinds) > 1:
            raise DataError(
                f"the activations {', '.join(kinds)} occur; one for all hidden layers is needed;"
                " build the network as an rs.Model"
            )
        entries: dict[str, Array] = {}
        for k, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True), 1):
            entries[f"W{k}"] = weight.astype(np.float64)
            if bias is not None:
                entries[f"b{k}"] = bias.astype(np.float64)
        return Arrays(entries, "".join(kinds), "out,in", tuple(self.notes))


def _unread(what: str) -> DataError:
    return DataError(
        f"the graph has {shown(what)}; chains of Gemm, MatMul, Add and one activation are read;"
        " build the network as an rs.Model"
    )


__all__ = ["read_onnx"]
