r"""A graph of operations with weights that are floats, run in floats or written out as a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
import sympy

from rankstrat.errors import DataError, demand
from rankstrat.model.model import Chart, Model
from rankstrat.model.values import exact
from rankstrat.networks.files.onnx_file import Node
from rankstrat.networks.graph.arithmetic import (
    MAX_TERMS,
    Arithmetic,
    Array,
    InExpressions,
    InFloats,
    too_many,
)
from rankstrat.networks.graph.operations import operate
from rankstrat.networks.graph.run import LARGEST, Run
from rankstrat.text.parsing import block_symbols, shown
from rankstrat.text.spoken import Spoken

Floats = Array
CHUNK = 1 << 24
"""Numbers of one value that are held for samples at a time."""
CLOSE = 1e-9
BITS = 24
"""Binary digits of the largest weight that a rounded point keeps: those of float32."""


@dataclass(frozen=True, eq=False)
class Graph(Spoken):
    r"""$f$ given by a graph of operations, with weights that are floats.

    Attributes:
        nodes: the operations in order.
        weights: name in the file -> array of floats, the parameters.
        blocks: name in the file -> name of the parameter block.
        fixed: floats and whole numbers of the file that are no weights.
        start, end: the names of the input and the output.
        shape: that of one sample.
        opset: the version of the operations.
        source: where they come from.
        notes: what was left out or assumed.
        known: the family model that the graph is, with these blocks; None for another graph.

    Raises:
        DataError: an operation that is not read, or shapes that do not fit.
    """

    nodes: tuple[Node, ...] = field(repr=False)
    weights: Mapping[str, Array] = field(repr=False)
    blocks: Mapping[str, str] = field(repr=False)
    fixed: Mapping[str, Array] = field(repr=False)
    start: str = field(repr=False)
    end: str = field(repr=False)
    shape: tuple[int, ...]
    opset: int = field(repr=False)
    source: str = ""
    notes: tuple[str, ...] = ()
    known: Model | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if min(self.shape, default=1) < 1 or self.inputs > LARGEST:
            raise DataError(
                f"one input of the graph has the shape {shown(str(self.shape))}; at most {LARGEST}"
                " numbers are read; export a smaller network"
            )
        assert self.sizes  # runs the graph once: what does not fit is refused here
        if not self.weights:
            raise DataError(
                "the graph has no weights; a network with parameters is needed; check the file"
            )

    @property
    def values(self) -> Mapping[str, Array]:
        """Block -> array of float64, as they were read."""
        found = {self.blocks[name]: array for name, array in self.weights.items()}
        if self.known is None:
            return found
        return {block: found[block].reshape(s) for block, s in self.known.blocks.items()}

    @property
    def inputs(self) -> int:
        """How many numbers one input has."""
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def size(self) -> int:
        """The number of parameters."""
        return sum(array.size for array in self.weights.values())

    @cached_property
    def sizes(self) -> Mapping[str, tuple[int, ...]]:
        """The shape of every value for one sample, the 1 of samples included."""
        values = self._run(InFloats(), np.zeros((1, *self.shape)), self.weights)
        return {name: np.shape(array) for name, array in values.items()}

    @cached_property
    def outputs_count(self) -> int:
        """How many numbers one output has."""
        return int(np.prod(self.sizes[self.end], dtype=np.int64))

    def _run(
        self, arithmetic: Arithmetic, inputs: Array, weights: Mapping[str, Array]
    ) -> dict[str, Array]:
        floats = {k: v for k, v in self.fixed.items() if v.dtype.kind == "f"}
        values = {
            **{k: v for k, v in self.fixed.items() if v.dtype.kind == "i"},
            **{k: arithmetic.constants(v) for k, v in floats.items()},
            **weights,
            self.start: inputs,
        }
        run = Run(arithmetic, values, len(inputs), self.opset, floats)
        with np.errstate(all="ignore"):  # what is not finite is refused with the outputs
            for node in self.nodes:
                operate(run, node)
        if self.end not in run.values:
            raise DataError(
                f"no node of the graph gives its output {shown(self.end)}; a complete graph is"
                " needed; export it again"
            )
        return run.values

    @cached_property
    def together(self) -> bool:
        """Whether many samples can be run at once: whether two give what each gives alone."""
        rng = np.random.default_rng(0)
        two = rng.normal(size=(2, *self.shape))
        try:
            both = self._run(InFloats(), two, self.weights)[self.end]
        except DataError:  # a size of the file that holds for one sample alone
            return False
        alone = [self._run(InFloats(), one[None], self.weights)[self.end] for one in two]
        if any(both.shape[:1] != (2,) or both[k : k + 1].shape != a.shape
               for k, a in enumerate(alone)):  # fmt: skip
            return False
        if not np.isfinite(both).all():
            return False
        gap = max(float(np.abs(both[k] - a[0]).max(initial=0.0)) for k, a in enumerate(alone))
        return gap <= CLOSE * max(1.0, float(np.abs(both).max(initial=0.0)))

    def value(self, name: str, inputs: Any) -> Floats:
        """A value of the graph at inputs (n, d) or (n, shape), one sample after another along the
        first axis.
        """
        rows = self.checked(inputs)
        if not self.together:
            return np.concatenate(
                [self._run(InFloats(), r[None], self.weights)[name] for r in rows]
            )
        widest = max(int(np.prod(s, dtype=np.int64)) for s in self.sizes.values())
        step = max(1, CHUNK // max(1, widest))
        return np.concatenate(
            [
                self._run(InFloats(), rows[k : k + step], self.weights)[name]
                for k in range(0, len(rows), step)
            ]
        )

    def outputs(self, inputs: Any) -> Floats:
        """The outputs (n, q) at inputs (n, d), or (n, shape)."""
        return self.value(self.end, inputs).reshape(-1, self.outputs_count)

    def checked(self, inputs: Any) -> Floats:
        """Inputs as an array (n, shape).

        Raises:
            DataError: another shape, or values that are not finite.
        """
        try:
            array = np.array(inputs, dtype=np.float64)
        except (TypeError, ValueError):
            raise DataError(
                f"the data are no array of floats; inputs of shape (n, {self.inputs}) are needed;"
                " write numbers"
            ) from None
        if array.ndim < 1 or not len(array) or array.size != len(array) * self.inputs:
            raise DataError(
                f"the data have shape {array.shape}; inputs of shape (n, {self.inputs}) are needed,"
                " one row for each sample"
            )
        if not np.isfinite(array).all():
            raise DataError("the data have values that are not finite; remove those rows")
        return array.reshape(len(array), *self.shape)

    @cached_property
    def model(self) -> Model:
        """The model: a family where the graph is one, else one whose parameters are the entries of
        the blocks, W1_1_1, ..., and whose inputs are x1, ..., xd.

        Raises:
            ModelError: it is too large to be written out.
        """
        if self.known is not None:
            return self.known
        if self.size > MAX_TERMS:
            raise too_many()
        symbols = {n: block_symbols(self.blocks[n], a.shape) for n, a in self.weights.items()}
        inputs = np.array([sympy.Symbol(f"x{k + 1}") for k in range(self.inputs)], dtype=object)
        shaped = inputs.reshape(1, *self.shape)
        outputs = self._run(InExpressions(), shaped, symbols)[self.end]
        parameters = [s for array in symbols.values() for s in array.ravel()]
        return Model(list(outputs.ravel()), parameters, list(inputs), self.source or "graph")

    @property
    def point(self) -> Chart:
        """The exact point whose coordinates are the floats themselves."""
        model = self.model  # first, as it may be too large
        return model.point(exact([v for a in self.values.values() for v in a.ravel()]))

    def rounded(self, bits: int = BITS) -> Self:
        """The network whose weights keep so many binary digits of the largest one of their block,
        so that exact numbers are short.
        """
        demand(bits, int, DataError, "a number of binary digits", "write bits=12")
        weights = {}
        for name, array in self.weights.items():
            exponent = bits - int(np.frexp(np.abs(array).max(initial=0.0))[1])
            weights[name] = np.ldexp(np.rint(np.ldexp(array, exponent)), -exponent)
        return replace(self, weights=weights)

    def __str__(self) -> str:
        kinds = ", ".join(dict.fromkeys(n.kind for n in self.nodes))
        words = f"graph of {self.size} floats: {kinds}"
        lines = [words + (f" from {self.source}" if self.source else "")]
        lines.append(
            "  "
            + ", ".join(
                f"{self.blocks[n]} {a.shape} {shown(n)}" for n, a in list(self.weights.items())[:12]
            )
        )
        return "\n".join([*lines, *(f"  {note}" for note in self.notes)])


__all__ = ["BITS", "Graph"]
