"""What the operations of a graph compute, in either arithmetic."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import partial, reduce
from typing import Any

import numpy as np

from rankstrat.activation.lookup import activations
from rankstrat.networks.files.onnx_file import FLOAT, WHOLE, Node
from rankstrat.networks.graph.arithmetic import Array
from rankstrat.networks.graph.functions import CATALOGUE, FORMULAS, activation_of, simplest
from rankstrat.networks.graph.run import Run, axis_of, is_whole, mismatch, unread
from rankstrat.networks.graph.shapes import MOVES, Operation
from rankstrat.networks.graph.windows import WINDOWS

SILENT = ("Identity", "Dropout", "Cast")
"""What does nothing after the training."""


def _operands(run: Run, node: Node) -> list[Array]:
    return [run.operand(node, k) for k in range(len(node.inputs))]


def _fold(run: Run, node: Node, function: Callable[[Any, Any], Any]) -> tuple[Array, ...]:
    """Add, Sub, Mul, Sum, entry by entry; whole numbers among themselves stay whole."""
    arrays = _operands(run, node)
    if not arrays:
        raise unread(f"{node.kind} of nothing")
    run.broadcast(node, arrays)
    if not all(is_whole(a) for a in arrays):
        arrays = [_numbers(run, a) for a in arrays]
    return (np.asarray(reduce(function, arrays)),)


def _numbers(run: Run, array: Array) -> Array:
    if is_whole(array):
        return run.arithmetic.constants(array.astype(np.float64))
    return array


def quotient(run: Run, node: Node) -> tuple[Array, ...]:
    """Div."""
    arrays = _operands(run, node)
    if len(arrays) != 2:
        raise unread("Div that takes other than two values")
    run.broadcast(node, arrays)
    one, two = arrays
    if is_whole(one) and is_whole(two):
        if not two.all():
            raise unread("Div by the whole number 0")
        return (np.asarray(one // two),)
    inverse = run.arithmetic.power(_numbers(run, two), Fraction(-1))
    return (np.asarray(_numbers(run, one) * inverse),)


def power(run: Run, node: Node) -> tuple[Array, ...]:
    """Pow with one fixed exponent."""
    base, exponent = run.operand(node, 0), run.number(node, 1)
    if exponent.size != 1:
        raise unread("Pow with several exponents")
    run.allow(base.shape)
    return (run.arithmetic.power(_numbers(run, base), Fraction(float(exponent.ravel()[0]))),)


def gemm(run: Run, node: Node) -> tuple[Array, ...]:
    r"""$\alpha A B + \beta C$, with A and B transposed where the options say so."""
    left, right, added = run.operand(node, 0), run.operand(node, 1), run.optional(node, 2)
    if left.ndim != 2 or right.ndim != 2:
        raise mismatch(node, [left, right])
    left = left.T if node.options.get("transA", 0) else left
    right = right.T if node.options.get("transB", 0) else right
    found = _product(run, node, left, right)
    alpha = simplest(node.options.get("alpha", 1.0))
    if alpha != 1:
        found = found * run.arithmetic.number(alpha)
    if added is None:
        return (found,)
    if run.broadcast(node, [found, added]) != found.shape:
        raise mismatch(node, [found, added])
    beta = simplest(node.options.get("beta", 1.0))
    return (found + (added if beta == 1 else added * run.arithmetic.number(beta)),)


def matmul(run: Run, node: Node) -> tuple[Array, ...]:
    """`numpy.matmul`."""
    left, right = run.operand(node, 0), run.operand(node, 1)
    if not left.ndim or not right.ndim:
        raise mismatch(node, [left, right])
    wide = left[None, :] if left.ndim == 1 else left
    tall = right[:, None] if right.ndim == 1 else right
    found = _product(run, node, wide, tall)
    if right.ndim == 1:
        found = found[..., 0]
    if left.ndim == 1:
        found = found[..., 0] if right.ndim == 1 else found[..., 0, :]
    return (np.asarray(found),)


def _product(run: Run, node: Node, left: Array, right: Array) -> Array:
    if left.shape[-1] != right.shape[-2] or is_whole(left) or is_whole(right):
        raise mismatch(node, [left, right])
    batch = run.broadcast(
        node, [np.broadcast_to(0, left.shape[:-2]), np.broadcast_to(0, right.shape[:-2])]
    )
    run.allow((*batch, left.shape[-2], right.shape[-1]), max(1, left.shape[-1]))
    return run.arithmetic.product(left, right)


def mean(run: Run, node: Node, divided: bool) -> tuple[Array, ...]:
    """ReduceMean and ReduceSum."""
    array = run.operand(node, 0)
    given = node.options.get("axes")
    axes = tuple(given) if given is not None else run.whole(node, 1)
    if axes is None or not axes:
        raise unread(f"{node.kind} over samples and all")
    places = tuple(sorted({axis_of(node, array.ndim, a) for a in axes}))
    total = run.arithmetic.total(array, places, bool(node.options.get("keepdims", 1)))
    if not divided:
        return (total,)
    count = int(np.prod([array.shape[k] for k in places]))
    if count == 0:
        raise mismatch(node, [array])
    return (total * run.arithmetic.number(Fraction(1, count)),)


def layer_normalisation(run: Run, node: Node) -> tuple[Array, ...]:
    r"""$\gamma\,(h - \bar h)/\sqrt{\mathrm{var}(h) + \varepsilon} + \beta$ over the last axes."""
    array, scale, shift = run.operand(node, 0), run.optional(node, 1), run.optional(node, 2)
    if array.ndim < 1 or len([o for o in node.outputs if o]) > 1:
        raise unread("LayerNormalization of a number, or whose mean is used")
    first = run.axis(node, array, -1)
    axes = tuple(range(first, array.ndim))
    centred = array - _mean(run, array, axes)
    variance = _mean(run, centred * centred, axes)
    epsilon = run.arithmetic.number(simplest(node.options.get("epsilon", 1e-5)))
    found = centred * run.arithmetic.power(variance + epsilon, Fraction(-1, 2))
    return (_affine(run, node, found, scale, shift),)


def _mean(run: Run, array: Array, axes: tuple[int, ...]) -> Array:
    count = int(np.prod([array.shape[k] for k in axes]))
    if count == 0:
        raise unread("a mean of nothing")
    return run.arithmetic.total(array, axes, True) * run.arithmetic.number(Fraction(1, count))


def _affine(run: Run, node: Node, array: Array, scale: Array | None, shift: Array | None) -> Array:
    for own in (scale, shift):
        if own is not None and run.broadcast(node, [array, own]) != array.shape:
            raise mismatch(node, [array, own])
    array = array if scale is None else array * scale
    return np.asarray(array if shift is None else array + shift)


def batch_normalisation(run: Run, node: Node) -> tuple[Array, ...]:
    r"""The affine map that it is after the training; $1/\sqrt{\mathrm{var} + \varepsilon}$ is a
    fixed number, taken as its float.
    """
    array = run.operand(node, 0)
    if array.ndim < 2 or node.options.get("training_mode", 0) or len(node.outputs) > 1:
        raise unread("BatchNormalization during the training")
    parts = [run.operand(node, 1), run.operand(node, 2), run.number(node, 3), run.number(node, 4)]
    if any(p.shape != array.shape[1:2] for p in parts):
        raise mismatch(node, [array, *parts])
    if (parts[3] < 0).any():
        raise unread("BatchNormalization with a negative variance")
    factor = 1 / np.sqrt(parts[3] + float(node.options.get("epsilon", 1e-5)))
    fixed = (run.arithmetic.constants(p) for p in (parts[2], factor))
    centre, own, scale, shift = (
        p.reshape(-1, *(1,) * (array.ndim - 2)) for p in (*fixed, *parts[:2])
    )
    return (_affine(run, node, (array - centre) * own, scale, shift),)


def softmax(run: Run, node: Node) -> tuple[Array, ...]:
    r"""$e^{z_i}/\sum_j e^{z_j}$ along an axis."""
    array = run.operand(node, 0)
    axis = run.axis(node, array, -1 if run.opset >= 13 else 1)
    if run.opset < 13 and axis != array.ndim - 1:
        raise unread("Softmax over several axes")
    if axis == 0:
        raise unread("Softmax over samples")
    exponentials = run.arithmetic.apply(activations["exp"], array)
    total = run.arithmetic.total(exponentials, (axis,), True)
    return (exponentials * run.arithmetic.power(total, Fraction(-1)),)


def extreme(run: Run, node: Node, largest: bool) -> tuple[Array, ...]:
    """Max and Min of several values."""
    arrays = [_numbers(run, a) for a in _operands(run, node)]
    shape = run.broadcast(node, arrays)
    return (run.arithmetic.extreme([np.broadcast_to(a, shape) for a in arrays], largest),)


def clip(run: Run, node: Node) -> tuple[Array, ...]:
    """Clip between two numbers, either of which may be left out."""
    array, last = _numbers(run, run.operand(node, 0)), np.inf
    for place, name, largest in ((2, "max", False), (1, "min", True)):
        bound: Any = node.options.get(name)
        if len(node.inputs) > place and node.inputs[place]:
            own = run.number(node, place)
            if own.size != 1:
                raise unread("Clip with several bounds")
            bound = float(own.ravel()[0])
        if bound is not None:
            if largest and bound > last:
                raise unread("Clip with a lower bound above the upper one")
            last = bound
            exact = run.arithmetic.number(Fraction(bound))
            other = np.broadcast_to(np.asarray(exact, dtype=array.dtype), array.shape)
            array = run.arithmetic.extreme([array, other], largest)
    return (array,)


def parametric_relu(run: Run, node: Node) -> tuple[Array, ...]:
    r"""PRelu: $\max(z, 0) - s \max(-z, 0)$ with slopes s that are weights."""
    array, slope = _numbers(run, run.operand(node, 0)), run.operand(node, 1)
    if run.broadcast(node, [array, slope]) != array.shape:
        raise mismatch(node, [array, slope])
    relu = activations["relu"]
    above, below = (run.arithmetic.apply(relu, z) for z in (array, -array))
    return (above - slope * below,)


def _elementwise(run: Run, node: Node) -> tuple[Array, ...]:
    activation = activation_of(node)
    if activation is None or len(node.inputs) != 1:
        raise unread(node.kind)
    array = run.operand(node, 0)
    run.allow(array.shape)
    return (run.arithmetic.apply(activation, _numbers(run, array)),)


def cast(run: Run, node: Node) -> tuple[Array, ...]:
    """Cast between types of floats, or of whole numbers."""
    array = run.operand(node, 0)
    if node.options.get("to") not in (WHOLE if is_whole(array) else FLOAT):
        raise unread("Cast between floats and whole numbers")
    return (array,)


def _silent(run: Run, node: Node) -> tuple[Array, ...]:
    return (run.operand(node, 0),)


OPERATIONS: Mapping[str, Operation] = {
    **MOVES,
    **WINDOWS,
    **dict.fromkeys(SILENT, _silent),
    "Cast": cast,
    "Add": partial(_fold, function=operator.add),
    "Sum": partial(_fold, function=operator.add),
    "Sub": partial(_fold, function=operator.sub),
    "Mul": partial(_fold, function=operator.mul),
    "Div": quotient,
    "Pow": power,
    "Gemm": gemm,
    "MatMul": matmul,
    "Max": partial(extreme, largest=True),
    "Min": partial(extreme, largest=False),
    "ReduceMean": partial(mean, divided=True),
    "ReduceSum": partial(mean, divided=False),
    "LayerNormalization": layer_normalisation,
    "BatchNormalization": batch_normalisation,
    "Softmax": softmax,
    "Clip": clip,
    "PRelu": parametric_relu,
}


def is_read(kind: str) -> bool:
    """Whether an operation of this name is read at all."""
    return kind in OPERATIONS or kind in CATALOGUE or kind in FORMULAS


def operate(run: Run, node: Node) -> None:
    """Add the values of a node to those of a run.

    Raises:
        DataError: an operation that is not read, or operands that do not fit.
    """
    found = OPERATIONS.get(node.kind, _elementwise)(run, node)
    for name, array in zip(node.outputs, found, strict=False):
        run.values[name] = array


__all__ = ["SILENT", "is_read", "operate"]
