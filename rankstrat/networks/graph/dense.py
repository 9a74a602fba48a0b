"""The dense layers in a graph: chains of affine maps with one activation between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import sympy

from rankstrat.activation.lookup import activations, as_activation
from rankstrat.activation.record import Activation, Z
from rankstrat.networks.building import Affine
from rankstrat.networks.files.onnx_file import Node
from rankstrat.networks.graph.arithmetic import Array, InExpressions
from rankstrat.networks.graph.base import Graph
from rankstrat.networks.graph.functions import FORMULAS, HIDDEN, activation_of
from rankstrat.networks.graph.operations import SILENT, operate
from rankstrat.networks.graph.run import Run

ELEMENTWISE = (*HIDDEN, *FORMULAS, "Add", "Sub", "Mul", "Div", "Pow", "Clip", "Max", "Min")
MOVING = ("Flatten", "Reshape", "Squeeze", "Unsqueeze")


@dataclass(frozen=True, eq=False)
class Dense:
    """One affine layer of a graph.

    Attributes:
        layer: its matrix (units, inputs) and bias.
        weight, bias: the names of its tensors; the second is empty where there is no bias.
        turned: whether the tensor of the weights has inputs as rows.
        entry, exit: the names of the values before and after it.
    """

    layer: Affine = field(repr=False)
    weight: str
    bias: str
    turned: bool
    entry: str
    exit: str


@dataclass(frozen=True, eq=False)
class Chain:
    """Dense layers that follow each other, with one activation between them."""

    layers: tuple[Dense, ...]
    activation: Activation

    @property
    def entry(self) -> str:
        """The value that it takes."""
        return self.layers[0].entry

    @property
    def exit(self) -> str:
        """The value that it gives."""
        return self.layers[-1].exit


@dataclass(frozen=True, eq=False)
class Wiring:
    """Which node gives and which nodes take each value of a graph."""

    graph: Graph

    @cached_property
    def same(self) -> Mapping[str, str]:
        """Value -> the value that it is, where a node does nothing to it."""
        found: dict[str, str] = {}
        sizes = self.graph.sizes
        for node in self.graph.nodes:
            if not node.inputs:
                continue
            origin = found.get(node.inputs[0], node.inputs[0])
            kept = node.kind in MOVING and sizes.get(origin) == sizes.get(node.output)
            flat = origin == self.graph.start and node.kind in MOVING and self._is_row(node)
            if node.kind in SILENT or kept or flat:
                found[node.output] = origin
        return found

    def _is_row(self, node: Node) -> bool:
        return self.graph.sizes.get(node.output) == (1, self.graph.inputs)

    def origin(self, name: str) -> str:
        """The value behind nodes that do nothing."""
        return self.same.get(name, name)

    @cached_property
    def takers(self) -> Mapping[str, tuple[Node, ...]]:
        """Value -> the nodes that take it."""
        found: dict[str, list[Node]] = {}
        for node in self.graph.nodes:
            if node.output not in self.same:
                for name in node.inputs:
                    found.setdefault(self.origin(name), []).append(node)
        return {name: tuple(nodes) for name, nodes in found.items()}

    def only_taker(self, name: str) -> Node | None:
        """The one node that takes a value, which is not the output."""
        nodes = self.takers.get(name, ())
        return nodes[0] if len(nodes) == 1 and name != self.origin(self.graph.end) else None

    def dense(self, node: Node) -> Dense | None:
        """The affine layer that begins at a node; None where none does."""
        if node.kind not in ("Gemm", "MatMul") or len(node.inputs) < 2:
            return None
        entry, name = self.origin(node.inputs[0]), node.inputs[1]
        weights = self.graph.weights
        if entry in weights or entry in self.graph.fixed or name not in weights:
            return None
        if weights[name].ndim != 2 or node.options.get("transA", 0):
            return None
        if any(node.options.get(k, 1.0) != 1 for k in ("alpha", "beta")):
            return None
        turned = not node.options.get("transB", 0)
        matrix = weights[name].T if turned else weights[name]
        if len(node.inputs) > 2 and node.inputs[2]:
            bias = self._bias(node.inputs[2], len(matrix))
            if bias is None:
                return None
            own = Affine(matrix, bias)
            return Dense(own, name, node.inputs[2], turned, entry, node.output)
        after = self.only_taker(node.output)
        if after is not None and after.kind == "Add" and len(after.inputs) == 2:
            other = [i for i in after.inputs if self.origin(i) != node.output]
            bias = self._bias(other[0], len(matrix)) if other else None
            if bias is not None:
                return Dense(Affine(matrix, bias), name, other[0], turned, entry, after.output)
        return Dense(Affine(matrix, None), name, "", turned, entry, node.output)

    def _bias(self, name: str, width: int) -> Array | None:
        array = self.graph.weights.get(name)
        if array is None or array.size not in (1, width) or array.shape[-1:] != (array.size,):
            return None
        return np.array(np.broadcast_to(array.ravel(), width))

    def chains(self) -> Iterator[Chain]:
        """Longest chains of dense layers, in the order of the graph; a layer may end one and begin
        another one.
        """
        found = [self.dense(node) for node in self.graph.nodes]
        layers = {d.entry: d for d in found if d is not None and self._alone(d)}
        every = [d for d in found if d is not None]
        links = {d.exit: self._link(d, layers) for d in every}
        started: set[tuple[str, str]] = set()
        for first in every:
            link = links[first.exit]
            if link is None or (first.exit, link[1].name) in started:
                continue
            chain, activation = [first], link[1]
            while link is not None and link[1] == activation and self._goes_on(chain):
                started.add((chain[-1].exit, activation.name))
                chain.append(link[0])
                link = links[link[0].exit]
            if len(chain) > 1:
                yield Chain(tuple(chain), activation)

    def _alone(self, dense: Dense) -> bool:
        """Whether nothing else takes what a layer takes."""
        return self.only_taker(dense.entry) is not None

    def _goes_on(self, chain: list[Dense]) -> bool:
        """Whether the last layer may be a hidden one: all of these have a bias, or none has."""
        return len({d.layer.bias is None for d in chain}) == 1

    def _link(self, dense: Dense, layers: Mapping[str, Dense]) -> tuple[Dense, Activation] | None:
        """The layer that takes the units of another one, and their activation."""
        node = self.only_taker(dense.exit)
        if node is not None and dense.exit in layers:
            return layers[dense.exit], activations["identity"]
        found = self.function_after(dense.exit)
        if found is None or found[0] not in layers:
            return None
        return layers[found[0]], found[1]

    def function_after(self, name: str) -> tuple[str, Activation] | None:
        """The value that is one function of every number of another one, which has no other use,
        and that function; None where there is none.

        The function may be several nodes, as z * sigmoid(z).
        """
        node = self.only_taker(name)
        direct = activation_of(node) if node is not None and node.kind in HIDDEN else None
        if node is not None and direct is not None:
            return node.output, direct
        inside = self._elementwise(name)
        used = {self.origin(i) for n in inside for i in n.inputs}
        leaving = [n for n in inside if n.output not in used]
        nodes = set(map(id, inside))
        private = all(
            {id(t) for t in self.takers.get(v, ())} <= nodes
            for v in (name, *(n.output for n in inside if n.output in used))
        )
        if len(leaving) != 1 or not private or self.origin(self.graph.end) in used | {name}:
            return None
        end = leaving[0].output
        if self.graph.sizes[end] != self.graph.sizes[name]:
            return None
        formula = self._formula(name, inside, end)
        return (end, as_activation(formula)) if formula.has(Z) else None

    def _elementwise(self, name: str) -> list[Node]:
        """The nodes that compute functions of every number of a value, from it and numbers."""
        fixed = self.graph.fixed
        known, found = {name}, list[Node]()
        for node in self.graph.nodes:
            if node.output in self.same:
                continue
            operands = [self.origin(i) for i in node.inputs if i]
            numbers = [i for i in operands if i in fixed and fixed[i].size == 1]
            values = [i for i in operands if i not in numbers]
            if node.kind in ELEMENTWISE and values and known.issuperset(values):
                known.add(node.output)
                found.append(node)
        return found

    def _formula(self, name: str, nodes: Sequence[Node], end: str) -> sympy.Expr:
        arithmetic = InExpressions()
        fixed = {k: v for k, v in self.graph.fixed.items() if v.size == 1 and v.dtype.kind == "f"}
        values = {k: arithmetic.constants(v.reshape(())) for k, v in fixed.items()}
        for same, origin in self.same.items():
            if origin in values:
                values[same] = values[origin]
        values[name] = np.array([[Z]], dtype=object)
        for same, origin in self.same.items():
            if origin == name:
                values[same] = values[name]
        run = Run(arithmetic, values, 1, self.graph.opset, fixed)
        for node in nodes:
            operate(run, node)
            for same, origin in self.same.items():
                if origin == node.output:
                    run.values[same] = run.values[origin]
        found: sympy.Expr = run.values[end].ravel()[0].doit()
        return found

    def shared(self) -> set[str]:
        """The tensors that several operands are."""
        used = Counter(name for node in self.graph.nodes for name in node.inputs)
        return {name for name, count in used.items() if count > 1}


__all__ = ["Chain", "Dense", "Wiring"]
