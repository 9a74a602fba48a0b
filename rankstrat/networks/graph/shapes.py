"""Operations that move entries and compute nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from rankstrat.networks.files.onnx_file import Node
from rankstrat.networks.graph.arithmetic import Array
from rankstrat.networks.graph.run import Run, axis_of, is_whole, mismatch, unread

Operation = Callable[[Run, Node], tuple[Array, ...]]


def flatten(run: Run, node: Node) -> tuple[Array, ...]:
    """Two dimensions."""
    array = run.operand(node, 0)
    given = node.options.get("axis", 1)
    cut = array.ndim if given == array.ndim else axis_of(node, array.ndim, given)
    return (array.reshape(int(np.prod(array.shape[:cut])), int(np.prod(array.shape[cut:]))),)


def reshape(run: Run, node: Node) -> tuple[Array, ...]:
    """Another shape; the first size may be that of one sample in the file."""
    array, wanted = run.operand(node, 0), run.whole(node, 1)
    if wanted is None:
        raise unread("Reshape without a shape")
    sizes = list(wanted)
    if not node.options.get("allowzero", 0):
        if any(n == 0 and k >= array.ndim for k, n in enumerate(sizes)):
            raise mismatch(node, [array])
        sizes = [array.shape[k] if n == 0 else n for k, n in enumerate(sizes)]
    if not is_whole(array) and sizes and sizes[0] == 1 and -1 not in sizes:
        sizes[0] = run.samples if _count(sizes) * run.samples == array.size else 1
    if any(n < -1 for n in sizes) or sizes.count(-1) > 1:
        raise mismatch(node, [array])
    known = _count([n for n in sizes if n != -1])
    free = -1 in sizes
    if (free and (known == 0 or array.size % known)) or (not free and known != array.size):
        raise mismatch(node, [array, np.empty([max(n, 0) for n in sizes[:8]], dtype=[])])
    return (array.reshape(sizes),)


def _count(sizes: list[int]) -> int:
    count = 1
    for n in sizes:
        count *= n
    return count


def _axes(run: Run, node: Node) -> tuple[int, ...] | None:
    """Axes, which older files have as an option and newer ones as an operand."""
    given = node.options.get("axes")
    return tuple(given) if given is not None else run.whole(node, 1)


def squeeze(run: Run, node: Node) -> tuple[Array, ...]:
    """Sizes of 1 left out, those of samples never."""
    array, axes = run.operand(node, 0), _axes(run, node)
    if axes is None:
        axes = tuple(k for k in range(min(1, array.ndim), array.ndim) if array.shape[k] == 1)
    places = tuple(sorted({axis_of(node, array.ndim, a) for a in axes}))
    if any(array.shape[k] != 1 for k in places):
        raise mismatch(node, [array])
    return (np.squeeze(array, places),)


def unsqueeze(run: Run, node: Node) -> tuple[Array, ...]:
    """Sizes of 1 put in."""
    array, axes = run.operand(node, 0), _axes(run, node)
    if not axes or array.ndim + len(axes) > 16:
        raise unread("Unsqueeze without axes, or to more than 16")
    whole = array.ndim + len(axes)
    places = tuple(sorted({axis_of(node, whole, a) for a in axes}))
    if len(places) != len(axes):
        raise mismatch(node, [array])
    return (np.expand_dims(array, places),)


def transpose(run: Run, node: Node) -> tuple[Array, ...]:
    """Axes in another order."""
    array = run.operand(node, 0)
    order = node.options.get("perm", tuple(reversed(range(array.ndim))))
    if sorted(order) != list(range(array.ndim)):
        raise mismatch(node, [array])
    return (array.transpose(order),)


def concat(run: Run, node: Node) -> tuple[Array, ...]:
    """Values side by side."""
    arrays = [run.operand(node, k) for k in range(len(node.inputs))]
    if not arrays or any(a.ndim != arrays[0].ndim or a.ndim == 0 for a in arrays):
        raise mismatch(node, arrays)
    axis = run.axis(node, arrays[0], 0)
    rest = {(*a.shape[:axis], *a.shape[axis + 1 :]) for a in arrays}
    if len(rest) > 1:
        raise mismatch(node, arrays)
    (others,) = rest
    run.allow((*others, sum(a.shape[axis] for a in arrays)))
    whole = [is_whole(a) for a in arrays]
    if any(whole) and not all(whole):
        raise mismatch(node, arrays)
    return (np.concatenate(arrays, axis=axis),)


def gather(run: Run, node: Node) -> tuple[Array, ...]:
    """Some places along an axis."""
    array, places = run.operand(node, 0), run.operand(node, 1)
    if not is_whole(places) or array.ndim == 0:
        raise unread("Gather with places that are computed from the input")
    axis = run.axis(node, array, 0)
    size = array.shape[axis]
    if places.size and not (-size <= places.min() and places.max() < size):
        raise mismatch(node, [array, places])
    run.allow((*array.shape[:axis], *places.shape, *array.shape[axis + 1 :]))
    return (np.take(array, places, axis=axis),)


def cut(run: Run, node: Node) -> tuple[Array, ...]:
    """Slice: a part along some axes."""
    array = run.operand(node, 0)
    if run.opset < 10:
        options = node.options
        starts, stops, axes, steps = options.get("starts"), options.get("ends"), None, None
        axes = options.get("axes")
    else:
        starts, stops, axes, steps = (run.whole(node, k) for k in range(1, 5))
    if starts is None or stops is None or len(starts) != len(stops):
        raise unread("Slice without starts and ends")
    axes = tuple(range(len(starts))) if axes is None else axes
    steps = (1,) * len(starts) if steps is None else steps
    if not len(axes) == len(steps) == len(starts) or 0 in steps:
        raise mismatch(node, [array])
    places: list[slice] = [slice(None)] * array.ndim
    for start, stop, axis, step in zip(starts, stops, axes, steps, strict=True):
        # before the first entry, which a negative number cannot say in Python
        ending = None if step < 0 and stop < -array.shape[axis_of(node, array.ndim, axis)] else stop
        places[axis_of(node, array.ndim, axis)] = slice(start, ending, step)
    return (array[tuple(places)],)


def split(run: Run, node: Node) -> tuple[Array, ...]:
    """Parts along an axis."""
    array = run.operand(node, 0)
    if array.ndim == 0:
        raise mismatch(node, [array])
    axis = run.axis(node, array, 0)
    sizes = node.options.get("split") or run.whole(node, 1)
    count = len(node.outputs)
    if sizes is None:
        each = -(-array.shape[axis] // count)
        sizes = (*(each for _ in range(count - 1)), array.shape[axis] - each * (count - 1))
    if len(sizes) != count or sum(sizes) != array.shape[axis] or min(sizes) < 0:
        raise mismatch(node, [array])
    return tuple(np.split(array, np.cumsum(sizes)[:-1].tolist(), axis=axis))


def shape(run: Run, node: Node) -> tuple[Array, ...]:
    """The sizes of a value."""
    return (np.array(run.operand(node, 0).shape, dtype=np.int64),)


MOVES: Mapping[str, Operation] = {
    "Flatten": flatten,
    "Reshape": reshape,
    "Squeeze": squeeze,
    "Unsqueeze": unsqueeze,
    "Transpose": transpose,
    "Concat": concat,
    "Gather": gather,
    "Slice": cut,
    "Split": split,
    "Shape": shape,
}

__all__ = ["MOVES", "Operation"]
