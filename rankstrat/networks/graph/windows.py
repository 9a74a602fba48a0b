"""Convolutions and pooling: entries gathered into windows, then products and sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from rankstrat.networks.files.onnx_file import Node
from rankstrat.networks.graph.arithmetic import Array
from rankstrat.networks.graph.run import Run, mismatch, unread
from rankstrat.networks.graph.shapes import Operation

MAX_PAD = 1 << 16


@dataclass(frozen=True)
class Windows:
    """Where windows stand in an image.

    Attributes:
        places: how many there are along each axis.
        kernel: the sizes of a window.
        before, after: rows of padding.
        steps: how far a window moves.
        gaps: how far entries of a window are apart.
    """

    places: tuple[int, ...]
    kernel: tuple[int, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]
    steps: tuple[int, ...]
    gaps: tuple[int, ...]

    @property
    def padded(self) -> bool:
        """Whether any window reaches over the border."""
        return any(self.before) or any(self.after)


def windows_of(node: Node, image: tuple[int, ...], kernel: tuple[int, ...]) -> Windows:
    """The windows that the options of a node describe.

    Raises:
        DataError: options of another length, or a window larger than the image.
    """
    axes = len(image)
    steps = tuple(node.options.get("strides", (1,) * axes))
    gaps = tuple(node.options.get("dilations", (1,) * axes))
    pads = tuple(node.options.get("pads", (0,) * (2 * axes)))
    fits = len(kernel) == len(steps) == len(gaps) == axes and len(pads) == 2 * axes
    if not fits or min((*steps, *gaps, *kernel)) < 1 or not 0 <= min(pads) <= max(pads) <= MAX_PAD:
        raise unread(f"{node.kind} with windows {kernel}, strides {steps}, pads {pads}")
    reach = [(k - 1) * g + 1 for k, g in zip(kernel, gaps, strict=True)]
    before, after = pads[:axes], pads[axes:]
    mode = node.options.get("auto_pad", "NOTSET") or "NOTSET"
    if mode in ("SAME_UPPER", "SAME_LOWER"):
        missing = [
            max(0, (-(-n // s) - 1) * s + r - n)
            for n, s, r in zip(image, steps, reach, strict=True)
        ]
        half = [m // 2 if mode == "SAME_UPPER" else m - m // 2 for m in missing]
        before, after = tuple(half), tuple(m - h for m, h in zip(missing, half, strict=True))
    elif mode == "VALID":
        before = after = (0,) * axes
    elif mode != "NOTSET":
        raise unread(f"{node.kind} with auto_pad = {mode}")
    if node.options.get("ceil_mode", 0):
        raise unread(f"{node.kind} with ceil_mode")
    places = tuple(
        (n + b + a - r) // s + 1
        for n, b, a, r, s in zip(image, before, after, reach, steps, strict=True)
    )
    if min(places) < 1:
        raise unread(f"{node.kind} whose window {kernel} is larger than the image {image}")
    return Windows(places, kernel, before, after, steps, gaps)


def gathered(run: Run, array: Array, windows: Windows, outside: Any) -> Array:
    """The entries of every window, (n, channels, places, entries).

    Args:
        run: bounds the sizes.
        array: (n, channels, image).
        windows: where they stand.
        outside: what stands around the image.
    """
    image = array.shape[2:]
    sizes = [n + b + a for n, b, a in zip(image, windows.before, windows.after, strict=True)]
    places = int(np.prod(windows.places))
    entries = int(np.prod(windows.kernel))
    run.allow((*array.shape[:2], *sizes))
    run.allow((*array.shape[:2], places, entries))
    if windows.padded:
        framed = np.full((*array.shape[:2], *sizes), outside, dtype=array.dtype)
        inside = tuple(slice(b, b + n) for b, n in zip(windows.before, image, strict=True))
        framed[(slice(None), slice(None), *inside)] = array
        array = framed
    index = np.zeros((1, 1), dtype=np.int64)
    for size, count, kernel, step, gap in zip(
        sizes, windows.places, windows.kernel, windows.steps, windows.gaps, strict=True
    ):
        along = np.arange(count)[:, None] * step + np.arange(kernel)[None, :] * gap
        wide = index[:, None, :, None] * size + along[None, :, None, :]
        index = wide.reshape(index.shape[0] * count, index.shape[1] * kernel)
    return array.reshape(*array.shape[:2], -1)[:, :, index]


def convolution(run: Run, node: Node) -> tuple[Array, ...]:
    """Conv: every output channel sees the windows of the input channels of its group."""
    array, weight, bias = run.operand(node, 0), run.operand(node, 1), run.optional(node, 2)
    groups = node.options.get("group", 1)
    if array.ndim < 3 or weight.ndim != array.ndim or groups < 1:
        raise mismatch(node, [array, weight])
    samples, channels = array.shape[:2]
    outputs, own = weight.shape[:2]
    if channels != own * groups or outputs % groups or 0 in weight.shape:
        raise mismatch(node, [array, weight])
    windows = windows_of(node, array.shape[2:], weight.shape[2:])
    zero = run.arithmetic.number(Fraction(0))
    seen = gathered(run, array, windows, zero)
    places, entries = seen.shape[2:]
    run.allow((samples, outputs, places), own * entries)
    seen = seen.reshape(samples, groups, own, places, entries)
    columns = seen.transpose(0, 1, 2, 4, 3).reshape(samples, groups, own * entries, places)
    rows = weight.reshape(groups, outputs // groups, own * entries)
    found = run.arithmetic.product(rows, columns).reshape(samples, outputs, *windows.places)
    if bias is not None:
        if bias.shape != (outputs,):
            raise mismatch(node, [weight, bias])
        found = found + bias.reshape(outputs, *(1,) * len(windows.places))
    return (found,)


def _pooled(run: Run, node: Node) -> tuple[Array, Windows]:
    array = run.operand(node, 0)
    kernel = node.options.get("kernel_shape")
    if array.ndim < 3 or kernel is None:
        raise mismatch(node, [array])
    return array, windows_of(node, array.shape[2:], tuple(kernel))


def average(run: Run, node: Node) -> tuple[Array, ...]:
    """AveragePool: the mean of every window, over its entries in the image unless the padding
    counts.
    """
    array, windows = _pooled(run, node)
    number = run.arithmetic.number
    seen = gathered(run, array, windows, number(Fraction(0)))
    total = run.arithmetic.total(seen, (3,), False)
    ones = np.ones((1, 1, *array.shape[2:]), dtype=np.int64)
    inside = 1 if node.options.get("count_include_pad", 0) else 0
    counts = gathered(run, ones, windows, inside).sum(axis=3).ravel()
    if not counts.all():
        raise unread("AveragePool with a window outside the image")
    parts = np.array([number(Fraction(1, int(c))) for c in counts], dtype=total.dtype)
    return ((total * parts).reshape(*array.shape[:2], *windows.places),)


def largest(run: Run, node: Node) -> tuple[Array, ...]:
    """MaxPool without padding."""
    array, windows = _pooled(run, node)
    if windows.padded or len(node.outputs) > 1:
        raise unread("MaxPool with padding or places as a second output")
    seen = gathered(run, array, windows, None)
    found = run.arithmetic.extreme([seen[..., k] for k in range(seen.shape[3])], True)
    return (found.reshape(*array.shape[:2], *windows.places),)


def whole_average(run: Run, node: Node) -> tuple[Array, ...]:
    """GlobalAveragePool."""
    array = run.operand(node, 0)
    axes = tuple(range(2, array.ndim))
    if not axes:
        raise mismatch(node, [array])
    count = int(np.prod(array.shape[2:]))
    total = run.arithmetic.total(array, axes, True)
    return (total * run.arithmetic.number(Fraction(1, count)),)


WINDOWS: Mapping[str, Operation] = {
    "Conv": convolution,
    "AveragePool": average,
    "MaxPool": largest,
    "GlobalAveragePool": whole_average,
}

__all__ = ["WINDOWS"]
