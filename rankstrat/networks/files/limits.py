"""What a weight file may hold, and how large it may be: checked before anything is decompressed."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from rankstrat.errors import DataError, MissingPackageError
from rankstrat.text.parsing import shown

Array = NDArray[Any]

MAX_BYTES = 1 << 30
"""The largest file, and the largest sum of arrays."""
MAX_ARRAYS = 10_000
MAX_DIMENSIONS = 8
MAX_NAME = 400
BYTES = {"float16": 2, "bfloat16": 2, "float32": 4, "float64": 8}
FLOATS = tuple(BYTES)
NORMALISING = ("running_mean", "running_var", "num_batches_tracked")
"""What torch calls the tensors that batch normalisations keep."""


@dataclass(frozen=True)
class Arrays:
    """The arrays of a file, in its order, and what else it says of the network.

    Attributes:
        entries: name -> array.
        activation: the activation, if the file names one.
        oriented: "out,in" or "in,out", if the format fixes it; empty if the names must tell.
        notes: what was left out.
    """

    entries: Mapping[str, Array]
    activation: str = ""
    oriented: str = ""
    notes: tuple[str, ...] = field(default=())


def content(path: Path) -> bytes:
    """The bytes of a file of bounded size.

    Raises:
        DataError: it cannot be read, or is too large.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise DataError(
                f"{shown(path.name)} has {size} bytes; at most {MAX_BYTES} are read; give the"
                " arrays of the layers in question: rs.read({'W1': ..., 'W2': ...})"
            )
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise DataError(
            f"{shown(str(path))} cannot be read ({error}); a weight file is needed; check the path"
        ) from error


def accepted(name: str, dtype: str, shape: Iterable[int], kinds: Mapping[str, int] = BYTES) -> int:
    """The number of bytes of an array that may be read.

    Raises:
        DataError: another type than those allowed, or a shape out of bounds.
    """
    shape = tuple(shape)
    if len(name) > MAX_NAME:
        raise DataError(
            f"an array is called {shown(name)}; names of at most {MAX_NAME} letters are read"
        )
    if name.endswith(NORMALISING):
        raise DataError(
            f"{shown(name)} belongs to a batch normalisation, which is not read from names; dense"
            " layers alone are; export the network to ONNX and read that file"
        )
    if dtype not in kinds:
        raise DataError(
            f"{shown(name)} is an array of {shown(dtype)}; floats ({', '.join(FLOATS)}) are"
            " needed; convert it with array.astype('float64')"
        )
    if len(shape) > MAX_DIMENSIONS or any(n < 0 for n in shape):
        raise DataError(
            f"{shown(name)} has the shape {shown(str(shape))}; at most {MAX_DIMENSIONS} dimensions"
            " of at least 0 entries are read; check the file"
        )
    size = prod(shape) * kinds[dtype]
    if size > MAX_BYTES:
        raise DataError(
            f"{shown(name)} of shape {shown(str(shape))} has {size} bytes; at most {MAX_BYTES} are"
            " read; give the layers in question as arrays"
        )
    return size


def bounded(count: int, total: int) -> None:
    """Refuse too many arrays, or too many bytes.

    Raises:
        DataError: a bound is passed.
    """
    if count > MAX_ARRAYS or total > MAX_BYTES:
        arrays = "array" if count == 1 else "arrays"
        raise DataError(
            f"the file holds {count} {arrays} of {total} bytes; at most {MAX_ARRAYS} arrays and"
            f" {MAX_BYTES} bytes are read; give the layers in question as arrays"
        )


def optional(package: str, purpose: str) -> Any:
    """A package of the extra `networks`.

    Raises:
        MissingPackageError: it is not installed.
    """
    # Looked up here and not at the top: the packages are optional.
    if importlib.util.find_spec(package.partition(".")[0]) is None:
        raise MissingPackageError(
            f"{purpose} needs {package}, which is not installed; try"
            " `pip install rankstrat[networks]`"
        )
    return importlib.import_module(package)


__all__ = ["Array", "Arrays", "accepted", "bounded", "content", "optional"]
