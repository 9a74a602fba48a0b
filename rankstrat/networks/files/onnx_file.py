"""ONNX: the nodes and tensors of a graph, with nothing said of what they compute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from rankstrat.errors import DataError
from rankstrat.networks.files.limits import Array, accepted, bounded, content, optional
from rankstrat.text.parsing import shown

FLOAT = {1: "float32", 10: "float16", 11: "float64", 16: "bfloat16"}
WHOLE = {6: np.dtype("int32"), 7: np.dtype("int64"), 9: np.dtype("bool")}
"""Types of shapes and axes."""
EXTERNAL = 1
MAX_NODES = 10_000
MAX_INDICES = 100_000
"""Entries of a tensor of whole numbers that is looked at."""
NUMBER, WORD, WHOLE_NUMBER, TENSOR, NUMBERS, WHOLE_NUMBERS = 1, 3, 2, 4, 6, 7
"""Kinds of attributes."""


@dataclass(frozen=True)
class Node:
    """One operation.

    Attributes:
        kind: its name in ONNX, such as Gemm.
        inputs, outputs: names of values; an empty one is an operand that was left out.
        options: its attributes.
    """

    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def output(self) -> str:
        """The name of its first value."""
        return self.outputs[0]


@dataclass(frozen=True)
class Parsed:
    """A graph with one input and one output.

    Attributes:
        nodes: in the order of the file, constants left out.
        tensors: name -> array of floats or whole numbers.
        literals: the names of those that stand in the graph as constants, and are no weights.
        start, shape: the name of the input, and its sizes (None where the file leaves one open).
        floats: whether the input is of floats, or of a type that the file does not say.
        end: the name of the output.
        opset: the version of the operations.
    """

    nodes: tuple[Node, ...]
    tensors: Mapping[str, Array]
    literals: frozenset[str]
    start: str
    shape: tuple[int | None, ...]
    end: str
    opset: int
    floats: bool = True


def read_onnx(path: Path) -> Parsed:
    """The graph of a file.

    Raises:
        DataError: several inputs or outputs, tensors outside the file, or a malformed file.
        MissingPackageError: the package onnx is not installed.
    """
    data = content(path)
    onnx = optional("onnx", "an ONNX file")
    errors = optional("google.protobuf.message", "an ONNX file")
    try:
        model = onnx.load_model_from_string(data)
    except (errors.DecodeError, ValueError, TypeError) as error:
        raise DataError(
            f"{shown(path.name)} is no ONNX file ({shown(str(error))}); a model is needed; export"
            " it again"
        ) from error
    graph = model.graph
    if len(graph.node) > MAX_NODES:
        raise DataError(
            f"the graph has {len(graph.node)} nodes; at most {MAX_NODES} are read; export a part"
            " of it"
        )
    own = [_word(n.domain) for n in graph.node if n.domain not in ("", "ai.onnx")]
    if own or model.functions:
        raise DataError(
            f"the graph has operations of {shown(own[0]) if own else 'its own'}; those of ONNX"
            " alone are read; export it with standard operations"
        )
    tensors, literals = _tensors(graph)
    known = {_word(t.name) for t in tensors}
    start, end = _ends(graph, known)
    versions = [o.version for o in model.opset_import if o.domain in ("", "ai.onnx")]
    return Parsed(
        tuple(_node(n) for n in graph.node if n.op_type != "Constant"),
        _arrays(tensors),
        literals,
        _word(start.name),
        _shape(start),
        _word(end.name),
        versions[0] if versions else 0,
        start.type.tensor_type.elem_type in (0, *FLOAT),
    )


def _tensors(graph: Any) -> tuple[list[Any], frozenset[str]]:
    tensors, literals = list(graph.initializer), set()
    for node in graph.node:
        if node.op_type != "Constant":
            continue
        for attribute in node.attribute:
            if node.output and _word(attribute.name).startswith("value"):
                name = _word(node.output[0])
                tensors.append(_constant(name, attribute))
                literals.add(name)
    return tensors, frozenset(literals)


def _constant(name: str, attribute: Any) -> Any:
    """The tensor of a Constant node."""
    if attribute.type == TENSOR:
        attribute.t.name = name
        return attribute.t
    helper = optional("onnx.helper", "an ONNX file")
    if attribute.type == NUMBER:
        return helper.make_tensor(name, 1, [], [attribute.f])
    if attribute.type == WHOLE_NUMBER:
        return helper.make_tensor(name, 7, [], [attribute.i])
    if attribute.type == NUMBERS:
        return helper.make_tensor(name, 1, [len(attribute.floats)], attribute.floats)
    if attribute.type == WHOLE_NUMBERS:
        return helper.make_tensor(name, 7, [len(attribute.ints)], attribute.ints)
    raise DataError(
        f"the constant {shown(name)} is no number and no dense tensor; one is needed; export it"
        " again"
    )


def _arrays(tensors: Sequence[Any]) -> dict[str, Array]:
    bounded(len(tensors), sum(_size(t) for t in tensors))
    numpy_helper = optional("onnx.numpy_helper", "an ONNX file")
    arrays: dict[str, Array] = {}
    for tensor in tensors:
        name = _word(tensor.name)
        if name in arrays:
            raise DataError(
                f"the tensor {shown(name)} stands twice in the file; one value is needed;"
                " export it again"
            )
        if tensor.data_type in FLOAT or _is_index(tensor):
            arrays[name] = _array(numpy_helper, tensor)
    return arrays


def _is_index(tensor: Any) -> bool:
    if tensor.data_type not in WHOLE or len(tensor.dims) > 1:
        return False
    return all(0 <= n <= MAX_INDICES for n in tensor.dims)


def _size(tensor: Any) -> int:
    if tensor.data_location == EXTERNAL or tensor.external_data:
        raise DataError(
            f"the tensor {shown(_word(tensor.name))} lies outside the file; all weights must be"
            " inside; export without external data"
        )
    if tensor.data_type not in FLOAT:
        return len(tensor.raw_data)
    return accepted(_word(tensor.name), FLOAT[tensor.data_type], tensor.dims)


def _array(numpy_helper: Any, tensor: Any) -> Array:
    try:
        array = np.array(numpy_helper.to_array(tensor))
    except (ValueError, TypeError, OverflowError) as error:
        raise DataError(
            f"the tensor {shown(_word(tensor.name))} does not have as many entries as its shape"
            f" says ({shown(str(error))}); a complete file is needed; export it again"
        ) from error
    if tensor.data_type in WHOLE:
        return array.astype(np.int64)
    return array.astype(np.float64)


def _ends(graph: Any, known: set[str]) -> tuple[Any, Any]:
    starts = [i for i in graph.input if _word(i.name) not in known]
    if len(starts) != 1:
        raise DataError(
            f"the graph has {len(starts)} inputs; one is needed; export the network alone"
        )
    if len(graph.output) != 1:
        raise DataError(
            f"the graph has {len(graph.output)} outputs; one is needed; export the network alone"
        )
    return starts[0], graph.output[0]


def _word(text: Any) -> str:
    """A name; protobuf gives bytes where it is no UTF-8."""
    return text.decode("utf-8", "backslashreplace") if isinstance(text, bytes) else str(text)


def _shape(value: Any) -> tuple[int | None, ...]:
    dims = value.type.tensor_type.shape.dim
    return tuple(int(d.dim_value) if d.dim_value > 0 else None for d in dims)


def _node(node: Any) -> Node:
    options = {_word(a.name): _option(node, a) for a in node.attribute}
    if not node.output:
        raise DataError(
            f"a node {shown(_word(node.op_type))} has no output; one is needed; export the network"
            " again"
        )
    inputs, outputs = map(_word, node.input), map(_word, node.output)
    return Node(_word(node.op_type), tuple(inputs), tuple(outputs), options)


def _option(node: Any, attribute: Any) -> Any:
    if attribute.type == NUMBER:
        return float(attribute.f)
    if attribute.type == WHOLE_NUMBER:
        return int(attribute.i)
    if attribute.type == WORD:
        return _word(attribute.s)
    if attribute.type == WHOLE_NUMBERS:
        return tuple(int(i) for i in attribute.ints)
    raise DataError(
        f"the node {shown(_word(node.op_type))} has the attribute"
        f" {shown(_word(attribute.name))}, which is no"
        " number, list of whole numbers or word; operations without such ones are read; export"
        " the network without control flow"
    )


__all__ = ["Node", "Parsed", "read_onnx"]
