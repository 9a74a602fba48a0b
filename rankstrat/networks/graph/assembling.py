"""From the nodes of a file to a graph of weights, or to the layers of a network that is a chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rankstrat.activation.lookup import activations
from rankstrat.activation.record import Activation
from rankstrat.errors import DataError
from rankstrat.families import convolutional
from rankstrat.networks.building import Affine
from rankstrat.networks.files.limits import Array
from rankstrat.networks.files.onnx_file import Node, Parsed
from rankstrat.networks.graph.dense import Wiring
from rankstrat.networks.graph.operations import SILENT, is_read
from rankstrat.networks.graph.run import unread
from rankstrat.networks.parts import GraphNetwork
from rankstrat.text.parsing import shown

CLOSING = ("Softmax", "LogSoftmax", "ArgMax")
"""What turns outputs into probabilities or classes, and has no weights."""
RESHAPING = ("Flatten", "Reshape", "Squeeze", "Unsqueeze")
ROLES = {
    "Gemm": ("", "W", "b"),
    "MatMul": ("W", "W"),
    "Conv": ("", "K", "b"),
    "LayerNormalization": ("", "g", "s"),
    "BatchNormalization": ("", "g", "s"),
    "PRelu": ("", "s"),
}
"""How blocks are called by the operand that they are."""
FIXED = {"BatchNormalization": (3, 4), "Pow": (1,), "Clip": (1, 2)}
"""Operands that are numbers and no weights."""


def assembled(parsed: Parsed, source: str) -> GraphNetwork:
    """The graph of a file: what does not lead to the output left out.

    Raises:
        DataError: an operation that is not read, or shapes that do not fit.
    """
    end, notes = _opened(parsed)
    nodes = _leading(parsed.nodes, end)
    strange = [kind for kind in dict.fromkeys(n.kind for n in nodes) if not is_read(kind)]
    if strange:
        raise unread(", ".join(strange))
    if not parsed.floats:
        raise DataError(
            f"the input {shown(parsed.start)} of the graph is of whole numbers; floats are needed;"
            " export the part behind the embedding"
        )
    weights, fixed = _told_apart(parsed, nodes)
    for name in (*weights, *fixed):
        _demand_finite(name, parsed.tensors[name])
    if any(node.kind == "BatchNormalization" for node in nodes):
        notes.append("means and variances of batch normalisations are fixed numbers")
    arrays = {name: parsed.tensors[name] for name in weights}
    constants = {name: parsed.tensors[name] for name in fixed}
    shape = _shape(parsed, nodes)
    return GraphNetwork(
        nodes, arrays, weights, constants, parsed.start, end, shape, parsed.opset, source,
        tuple(notes),
    )  # fmt: skip


def _demand_finite(name: str, array: Array) -> None:
    if not np.isfinite(array).all():
        raise DataError(
            f"the tensor {shown(name)} of shape {array.shape} has values that are NaN or infinite;"
            " finite weights are needed; read a checkpoint from before the training diverged"
        )


def _opened(parsed: Parsed) -> tuple[str, list[str]]:
    """The output before what closes the network."""
    makers = {name: node for node in parsed.nodes for name in node.outputs}
    end, notes = parsed.end, []
    taken = [name for node in parsed.nodes for name in node.inputs]
    while end in makers and makers[end].inputs:
        node = makers[end]
        closing = node.kind in CLOSING
        if not closing and node.kind not in SILENT:
            break
        if taken.count(node.inputs[0]) > 1:
            break
        if closing:
            notes.append(f"{node.kind} at the end was left out: outputs are before it")
        end = node.inputs[0]
    return end, notes


def _leading(nodes: Sequence[Node], end: str) -> tuple[Node, ...]:
    """The nodes that the output depends on."""
    wanted, found = {end}, []
    for node in reversed(nodes):
        if wanted & set(node.outputs):
            found.append(node)
            wanted |= set(node.inputs)
    return tuple(reversed(found))


def _told_apart(parsed: Parsed, nodes: Sequence[Node]) -> tuple[dict[str, str], list[str]]:
    """Weights with the names of their blocks, and tensors that are none: whole numbers, numbers
    without axes, short constants of the graph, and the operands that `FIXED` lists.
    """
    weights: dict[str, str] = {}
    fixed: dict[str, None] = {}
    counts: dict[str, int] = {}
    for node in nodes:
        roles = ROLES.get(node.kind, ())
        for place, name in enumerate(node.inputs):
            array = parsed.tensors.get(name)
            if array is None or name in weights:
                continue
            scalar = array.ndim == 0 or (name in parsed.literals and array.size == 1)
            if array.dtype.kind == "i" or scalar or place in FIXED.get(node.kind, ()):
                fixed[name] = None
                continue
            role = roles[place] if place < len(roles) and roles[place] else "b"
            if not roles and node.kind != "Add":
                role = "p"
            counts[role] = counts.get(role, 0) + 1
            weights[name] = f"{role}{counts[role]}"
    both = weights.keys() & fixed.keys()
    if both:
        raise unread(f"{min(both)}, which is a weight in one place and a number in another,")
    return weights, list(fixed)


def _shape(parsed: Parsed, nodes: Sequence[Node]) -> tuple[int, ...]:
    """The shape of one sample; an open width is that of the matrix that takes it.

    Raises:
        DataError: open sizes that no matrix tells.
    """
    batch = parsed.shape[0] if len(parsed.shape) > 1 else None
    if batch not in (None, 1) and any(node.kind == "Reshape" for node in nodes):
        raise DataError(
            f"the graph was exported for {batch} samples at once, and its shapes say so; one sample"
            " or a free number of them is needed; export it with one"
        )
    sizes = parsed.shape[1:] if len(parsed.shape) > 1 else parsed.shape
    if parsed.shape and None not in sizes:
        return tuple(n for n in sizes if n is not None)
    name = parsed.start
    if len(sizes) <= 1:
        for node in nodes:
            if not node.inputs or node.inputs[0] != name:
                continue
            if node.kind in (*SILENT, *RESHAPING):
                name = node.output
            matrix = parsed.tensors.get(node.inputs[1]) if len(node.inputs) > 1 else None
            if node.kind in ("Gemm", "MatMul") and matrix is not None and matrix.ndim == 2:
                return (matrix.shape[1 if node.options.get("transB", 0) else 0],)
    shown_sizes = shown(str(["?" if n is None else n for n in parsed.shape]))
    raise DataError(
        f"the input of the graph has the shape {shown_sizes}; all sizes but the first, which counts"
        " samples, are needed; export it with fixed sizes"
    )


@dataclass(frozen=True, eq=False)
class Layered:
    """A graph that is a chain of dense layers."""

    layers: tuple[Affine, ...]
    activation: Activation
    notes: tuple[str, ...]


def layered(graph: GraphNetwork) -> Layered | None:
    """The layers of a graph that is one chain of them; None for another graph.

    An activation after the last layer is left out, as the family has none there.
    """
    wiring = Wiring(graph)
    chains = list(wiring.chains())
    single = [d for d in map(wiring.dense, graph.nodes) if d is not None]
    if len(chains) == 1:
        layers, activation = chains[0].layers, chains[0].activation
    elif len(single) == 1:
        layers, activation = (single[0],), activations["identity"]
    else:
        return None
    end, notes = wiring.origin(graph.end), list(graph.notes)
    if end != layers[-1].exit:
        after = wiring.function_after(layers[-1].exit)
        if after is None or end != after[0]:
            return None
        notes.append(f"{after[1].name} at the end was left out: outputs are before it")
    tensors = [name for d in layers for name in (d.weight, d.bias) if name]
    if layers[0].entry != graph.start or len(set(tensors)) < len(tensors):
        return None
    if len(graph.shape) > 1:
        if graph.sizes[layers[0].exit] != (1, len(layers[0].layer.weight)):
            return None  # rows of an input are taken one by one
        notes.append(f"inputs of shape {graph.shape} are flattened, row by row")
    return Layered(tuple(d.layer for d in layers), activation, tuple(notes))


def recognised(graph: GraphNetwork) -> GraphNetwork:
    """The same graph, as a model of the convolutional family where it is one: one channel of a
    line or a square, windows of stride 1 without padding, one dense output.
    """
    wiring = Wiring(graph)
    nodes = [n for n in graph.nodes if n.output not in wiring.same]
    convolutions = [n for n in nodes if n.kind == "Conv"]
    if len(convolutions) != 1 or nodes[0] is not convolutions[0]:
        return graph
    first = nodes[0]
    size, kernel = _window(graph, first)
    if not size:
        return graph
    middle = wiring.function_after(first.output)
    flat = None if middle is None else wiring.only_taker(middle[0])
    if middle is None or flat is None or flat.kind not in RESHAPING:
        return graph
    last = wiring.only_taker(flat.output)
    dense = None if last is None else wiring.dense(last)
    if dense is None or dense.exit != wiring.origin(graph.end) or len(dense.layer.weight) != 1:
        return graph
    kernels = graph.weights[first.inputs[1]].shape[0]
    places = (size + 1 - kernel) ** (len(graph.sizes[first.output]) - 2)
    if dense.layer.weight.shape[1] != kernels * places:
        return graph
    bias = first.inputs[2] if len(first.inputs) > 2 else ""
    names = {first.inputs[1]: "K", bias: "b", dense.weight: "a", dense.bias: "c"}
    names.pop("", None)
    if set(names) != set(graph.weights) or len(names) != len(graph.weights):
        return graph
    dimension = len(graph.sizes[first.output]) - 2
    model = convolutional(
        kernels, size, kernel, dimension, True, bool(bias), bool(dense.bias), middle[1]
    )
    return replace(graph, blocks=names, known=model)


def _window(graph: GraphNetwork, node: Node) -> tuple[int, int]:
    """The sizes of image and kernel of a convolution of the family; zeros for another one."""
    image = graph.sizes.get(_entered(graph, node), ())[1:]
    weight = graph.weights.get(node.inputs[1])
    options: dict[str, Any] = {k: set(_listed(v)) for k, v in node.options.items()}
    plain = (
        options.get("strides", {1}) == {1}
        and options.get("dilations", {1}) == {1}
        and options.get("pads", {0}) == {0}
        and options.get("group", {1}) == {1}
        and options.get("auto_pad", {"NOTSET"}) <= {"NOTSET", "VALID"}
    )
    if weight is None or not plain or len(image) not in (2, 3) or image[0] != 1:
        return 0, 0
    sizes, kernels = set(image[1:]), set(weight.shape[2:])
    if len(sizes) != 1 or len(kernels) != 1:
        return 0, 0
    return sizes.pop(), kernels.pop()


def _entered(graph: GraphNetwork, node: Node) -> str:
    return node.inputs[0] if node.inputs else ""


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, tuple) else (value,)


__all__ = ["Layered", "assembled", "layered", "recognised"]
