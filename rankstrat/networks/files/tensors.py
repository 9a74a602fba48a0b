"""`.safetensors`: the header is measured and read before the package gets the file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from rankstrat.errors import DataError
from rankstrat.networks.files.limits import Array, Arrays, accepted, bounded, content, optional
from rankstrat.text.objects import each_once
from rankstrat.text.parsing import shown

MAX_HEADER = 10_000_000
DTYPES = {"F16": "float16", "F32": "float32", "F64": "float64", "BF16": "bfloat16"}


def read_safetensors(path: Path) -> Arrays:
    """The tensors of a file.

    Raises:
        DataError: a header that does not fit, a type numpy does not have, or a malformed file.
        MissingPackageError: the package safetensors is not installed.
    """
    data = content(path)
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > min(len(data) - 8, MAX_HEADER):
        raise DataError(
            f"{shown(path.name)} claims a header of {length} bytes in a file of {len(data)}; a"
            " header inside the file is needed; write it with safetensors.numpy.save_file"
        )
    _check_header(path, data[8 : 8 + length])
    package = optional("safetensors", "a safetensors file")
    try:
        entries = {name: _array(entry) for name, entry in package.deserialize(data)}
    except (package.SafetensorError, ValueError, KeyError, TypeError, OverflowError) as error:
        raise _malformed(path, str(error)) from error
    return Arrays(entries)


def _array(entry: Mapping[str, Any]) -> Array:
    """A tensor; bfloat16, which numpy does not have, as float32, of which it is the upper half."""
    dtype, raw = entry["dtype"], bytes(entry["data"])
    if dtype == "BF16":
        array = (np.frombuffer(raw, dtype="<u2").astype("<u4") << 16).view("<f4")
    else:
        array = np.frombuffer(raw, dtype=np.dtype(DTYPES[dtype]).newbyteorder("<"))
    return array.astype(array.dtype.newbyteorder("=")).reshape(entry["shape"])


def _check_header(path: Path, raw: bytes) -> None:
    try:
        header = json.loads(raw.decode("utf-8"), object_pairs_hook=each_once)
    except (ValueError, RecursionError) as error:
        raise _malformed(path, str(error)) from error
    if not isinstance(header, dict):
        raise _malformed(path, "the header is no object")
    total = 0
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        if not isinstance(entry, dict) or not isinstance(entry.get("shape"), list):
            raise _malformed(path, f"the entry {shown(name)} has no shape")
        shape, dtype = entry["shape"], str(entry.get("dtype"))
        if not all(isinstance(n, int) and 0 <= n < 1 << 40 for n in shape):
            raise _malformed(path, f"the entry {shown(name)} has the shape {shown(str(shape))}")
        total += accepted(name, DTYPES.get(dtype, dtype), shape)
    bounded(len(header), total)


def _malformed(path: Path, why: str) -> DataError:
    return DataError(
        f"{shown(path.name)} is no safetensors file ({shown(why)}); a header and tensors are"
        " needed; write it with safetensors.numpy.save_file"
    )


__all__ = ["read_safetensors"]
