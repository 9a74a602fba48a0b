"""One array of a framework as an array of numpy."""

from __future__ import annotations

from typing import Any

import numpy as np

from rankstrat.errors import DataError
from rankstrat.networks.files.limits import Array, accepted
from rankstrat.text.parsing import shown


def tensor(name: str, value: Any) -> Array:
    """An array of floats, from numpy, or from a tensor of torch or JAX.

    Raises:
        DataError: no array of floats.
    """
    if hasattr(value, "detach"):
        value = value.detach().cpu()
        if str(getattr(value, "dtype", "")).endswith("bfloat16"):
            value = value.float()  # numpy has no such type; every value is one of float32
        value = value.numpy()
    elif hasattr(value, "numpy") and not isinstance(value, np.ndarray):
        value = value.numpy()
    try:
        array = np.asarray(value)
    except (TypeError, ValueError) as error:
        raise DataError(
            f"{shown(name)} is no array ({shown(str(error))}); an array of floats is needed"
        ) from error
    if isinstance(value, list | tuple) and array.dtype.kind in "iu":
        array = array.astype(np.float64)
    if np.ma.isMaskedArray(value):
        raise DataError(
            f"{shown(name)} is a masked array; a value for every entry is needed; fill it with"
            " array.filled(0.0)"
        )
    if array.dtype.kind == "f":
        array = array.astype(array.dtype.newbyteorder("="), copy=False)
    if str(array.dtype) == "bfloat16":
        array = array.astype(np.float32)
    accepted(name, str(array.dtype), array.shape)
    return array


__all__ = ["tensor"]
