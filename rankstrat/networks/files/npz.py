"""`.npz` and `.npy`: zip entries and array headers are checked before they are decompressed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy

from rankstrat.errors import DataError
from rankstrat.networks.files.limits import (
    BYTES,
    MAX_BYTES,
    Array,
    Arrays,
    accepted,
    bounded,
    content,
)
from rankstrat.text.parsing import shown

MAX_HEADER = 10_000
READERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


def read_npz(path: Path) -> Arrays:
    """The arrays of an `.npz` file; nothing is unpickled.

    Raises:
        DataError: no zip file, an entry that is no array of floats, or a size out of bounds.
    """
    return Arrays(arrays_in(path, BYTES))


def arrays_in(path: Path, kinds: Mapping[str, int]) -> dict[str, Array]:
    """The arrays of a zip file, of some types.

    Raises:
        DataError: no zip file, an entry of another type, or a size out of bounds.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content(path))) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            bounded(len(infos), sum(info.file_size for info in infos))
            entries = {}
            for info in infos:
                name = info.filename.removesuffix(".npy")
                if name in entries:
                    raise DataError(
                        f"{shown(name)} stands twice in the file; every array needs a name of its"
                        " own; write the file again with numpy.savez"
                    )
                if info.flag_bits & 1:
                    raise DataError(
                        f"{shown(name)} is encrypted; plain arrays are needed; write the file with"
                        " numpy.savez"
                    )
                with archive.open(info) as stream:
                    entries[name] = array_in(name, stream, info.file_size, kinds)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError) as error:
        raise _malformed(path, error) from error
    except (OSError, ValueError, OverflowError, MemoryError, RuntimeError) as error:
        if isinstance(error, DataError):
            raise
        raise _malformed(path, error) from error
    except Exception as error:  # zlib.error and what other decompressors raise
        if isinstance(error, DataError):
            raise
        raise _malformed(path, error) from error
    return entries


def read_npy(path: Path) -> Arrays:
    """One array.

    Raises:
        DataError: no array of floats.
    """
    data = content(path)
    return Arrays({"W1": array_in("W1", io.BytesIO(data), len(data), BYTES)})


def array_in(name: str, stream: IO[bytes], size: int, kinds: Mapping[str, int]) -> Array:
    """One array of some types, read only as far as its header says.

    Raises:
        DataError: an object array, another type, or a header that lies.
    """
    shape, fortran, dtype = _header(name, stream)
    if dtype.hasobject:
        raise DataError(
            f"{shown(name)} is an array of Python objects, which only pickle could read; arrays of"
            " floats are needed; save numpy.asarray(value, dtype='float64')"
        )
    plain = dtype.newbyteorder("=")
    expected = accepted(name, str(plain), shape, kinds)
    if expected > size:
        raise DataError(
            f"{shown(name)} of shape {shown(str(shape))} needs {expected} bytes, and the file has"
            f" {size}; a complete file is needed; write it again with numpy.savez"
        )
    data = stream.read(expected)
    if len(data) < expected:
        raise DataError(
            f"{shown(name)} ends after {len(data)} of {expected} bytes; a complete file is needed;"
            " write it again with numpy.savez"
        )
    flat = np.frombuffer(data, dtype, prod(shape))
    return flat.astype(plain).reshape(shape, order="F" if fortran else "C")


def _header(name: str, stream: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    try:
        version = npy.read_magic(stream)
        if version not in READERS:
            raise DataError(
                f"{shown(name)} has the format {version}; 1.0 or 2.0 is needed; write it again with"
                " numpy.savez"
            )
        shape, fortran, dtype = READERS[version](stream, max_header_size=MAX_HEADER)
    except (ValueError, TypeError, SyntaxError, RecursionError, OverflowError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(
            f"{shown(name)} has no header of an array ({shown(str(error))}); arrays written by"
            " numpy.savez are needed"
        ) from error
    if not all(0 <= n <= MAX_BYTES for n in shape):
        raise DataError(
            f"{shown(name)} has the shape {shown(str(shape))}; whole numbers that are not negative"
            " are needed; check the file"
        )
    return shape, bool(fortran), dtype


def _malformed(path: Path, error: Exception) -> DataError:
    return DataError(
        f"{shown(path.name)} is no npz file ({shown(str(error))}); a zip file of arrays is needed;"
        " write it with numpy.savez"
    )


__all__ = ["array_in", "arrays_in", "read_npy", "read_npz"]
