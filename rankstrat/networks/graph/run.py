"""One run of a graph: the values so far, and how large they may get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rankstrat.errors import DataError
from rankstrat.networks.files.onnx_file import Node
from rankstrat.networks.graph.arithmetic import Arithmetic, Array
from rankstrat.text.parsing import shown

LARGEST = 1 << 24
"""Entries of one value of one sample."""
WORK = 1 << 31
"""Products for one sample."""


def unread(what: str) -> DataError:
    """The refusal of a graph."""
    return DataError(
        f"the graph has {shown(what)}; dense and convolutional layers, sums, products,"
        " normalisations and elementwise functions are read; build the network as an rs.Model"
    )


@dataclass
class Run:
    """The values of a graph in one arithmetic.

    Attributes:
        arithmetic: floats or expressions.
        values: name -> array; those of samples have their number as the first size.
        samples: how many.
        opset: the version of the operations.
        fixed: the floats of the file that are no weights.
        work: products so far.
    """

    arithmetic: Arithmetic
    values: dict[str, Array]
    samples: int
    opset: int
    fixed: Mapping[str, Array]
    work: int = field(default=0)

    def operand(self, node: Node, place: int) -> Array:
        """An operand that must be there.

        Raises:
            DataError: it is not.
        """
        name = node.inputs[place] if place < len(node.inputs) else ""
        if name not in self.values:
            raise DataError(
                f"the node {shown(node.kind)} takes {shown(name) or 'nothing'}, which no node"
                " before it gives and no tensor of floats is; a complete graph is needed; export"
                " it again"
            )
        return self.values[name]

    def optional(self, node: Node, place: int) -> Array | None:
        """An operand that may be left out."""
        if place >= len(node.inputs) or not node.inputs[place]:
            return None
        return self.operand(node, place)

    def whole(self, node: Node, place: int) -> tuple[int, ...] | None:
        """Whole numbers such as axes; None where they are left out.

        Raises:
            DataError: an operand of another type.
        """
        array = self.optional(node, place)
        if array is None:
            return None
        if not is_whole(array):
            raise unread(f"{node.kind} with axes or sizes that are computed from the input")
        return tuple(int(v) for v in array.ravel())

    def number(self, node: Node, place: int) -> Array:
        """Floats of the file that are no weights.

        Raises:
            DataError: an operand that is computed.
        """
        name = node.inputs[place] if place < len(node.inputs) else ""
        if name not in self.fixed:
            raise unread(f"{node.kind} whose operand {place + 1} is no constant of the file")
        return self.fixed[name]

    def allow(self, shape: tuple[int, ...], each: int = 1) -> None:
        """Refuse a value that is too large before it is computed.

        Args:
            shape: its sizes, samples included.
            each: products for one entry.

        Raises:
            DataError: it is.
        """
        size = 1
        for n in shape:
            size *= n
        size //= self.samples
        self.work += size * each
        if size > LARGEST or self.work > WORK:
            raise DataError(
                f"a value of shape {shown(str(shape))} is computed in the graph; at most {LARGEST}"
                f" entries and {WORK} products for a sample are; export a smaller network"
            )

    def broadcast(self, node: Node, arrays: list[Array]) -> tuple[int, ...]:
        """The common shape of operands.

        Raises:
            DataError: there is none.
        """
        shapes = [a.shape for a in arrays]
        width = max(map(len, shapes))
        padded = [(1,) * (width - len(s)) + s for s in shapes]
        sizes = [sorted({n for n in column if n != 1}) for column in zip(*padded, strict=True)]
        if any(len(s) > 1 for s in sizes):
            raise mismatch(node, arrays)
        found = tuple(s[0] if s else 1 for s in sizes)
        self.allow(found)
        return found

    def axis(self, node: Node, array: Array, default: int) -> int:
        """The option `axis`, counted from 0.

        Raises:
            DataError: it is out of range.
        """
        return axis_of(node, array.ndim, node.options.get("axis", default))


def is_whole(array: Array) -> bool:
    """Whether these are sizes or axes."""
    return array.dtype.kind == "i"


def axis_of(node: Node, dimensions: int, given: Any) -> int:
    """An axis counted from 0.

    Raises:
        DataError: it is out of range.
    """
    if not isinstance(given, int) or not -dimensions <= given < dimensions:
        raise DataError(
            f"the node {shown(node.kind)} names the axis {shown(str(given))} of a value of"
            f" {dimensions} dimensions; one of these is needed; export it again"
        )
    return given % dimensions


def mismatch(node: Node, arrays: list[Array]) -> DataError:
    """Operands whose shapes do not fit."""
    shapes = ", ".join(str(np.shape(a)) for a in arrays)
    return DataError(
        f"the node {shown(node.kind)} takes values of shapes {shapes}, which do not fit; shapes"
        " that follow each other are needed; export the network again, with one sample or a free"
        " number of them"
    )


__all__ = ["LARGEST", "Run", "axis_of", "is_whole", "mismatch", "unread"]
