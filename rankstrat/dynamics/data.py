"""Checks of samples and labels against a model."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rankstrat.dynamics.point_loss import SQUARED, Array, PointLoss
from rankstrat.errors import DataError
from rankstrat.model.model import Model


def _array(what: str, given: Any, columns: int, attempt: str) -> Array:
    try:
        array = np.asarray(given, dtype=float)
    except (TypeError, ValueError):
        raise DataError(
            f"the {what} {type(given).__name__} is not an array of numbers; {attempt}"
        ) from None
    if array.ndim == 1 and columns == 1:
        array = array[:, None]
    if array.ndim != 2 or array.shape[1] != columns:
        raise DataError(
            f"{what} of shape {array.shape} were given; shape (n, {columns}) is needed; {attempt}"
        )
    if not np.isfinite(array).all():
        raise DataError(
            f"{what} contain an entry that is not finite; finite numbers are needed; remove the"
            " sample, or leave it out with observed="
        )
    return array


def checked_data(model: Model, inputs: Any, labels: Any) -> tuple[Array, Array]:
    """Inputs of shape (n, d) and labels of shape (n, q), finite.

    Raises:
        DataError: no samples, shapes that do not fit, entries that are not finite.
    """
    d, q = len(model.inputs), model.output_count
    if d == 0:
        flat = np.ravel(np.asarray(labels, dtype=object))[None, :]
        y = _array("labels", flat, q, "one number for each output")
        return np.zeros((1, 0)), y
    x = _array("inputs", inputs, d, f"the model has {d} inputs and n samples are rows")
    y = _array("labels", labels, q, f"the model has {q} outputs and n samples are rows")
    if len(x) != len(y) or len(x) == 0:
        raise DataError(
            f"{len(x)} inputs and {len(y)} labels were given; the same positive number is needed;"
            " check the data"
        )
    return x, y


def checked_mask(observed: Any, labels: Array, point: PointLoss) -> NDArray[np.bool_] | None:
    """Which labels count, in the shape of the labels; None for all.

    Raises:
        DataError: another shape, or a loss that is not the squared one.
    """
    if observed is None:
        return None
    mask = np.asarray(observed, dtype=bool).reshape(-1, labels.shape[1])
    if mask.shape != labels.shape or point is not SQUARED:
        raise DataError(
            f"observed has shape {np.shape(observed)} for labels of shape {labels.shape} and the"
            f" loss {point.name}; it masks labels of the squared loss; give one truth value each"
        )
    return mask


__all__ = ["checked_data", "checked_mask"]
