"""The inputs on which a network is looked at: one array of numbers (n, d) from a file."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from rankstrat.errors import DataError
from rankstrat.networks.files.json_file import parsed
from rankstrat.networks.files.limits import BYTES, Array, content
from rankstrat.networks.files.npz import array_in, arrays_in
from rankstrat.text.parsing import nearest, shown

NUMBERS = {**BYTES, "bool": 1, **{f"{u}int{8 * n}": n for u in ("", "u") for n in (1, 2, 4, 8)}}
"""Types of inputs, with their bytes; whole numbers become floats."""
READ = (".npy", ".npz", ".json")
TEXT = (".csv", ".tsv", ".txt", ".dat")


def read_inputs(path: Path) -> Array:
    """The one array of a file.

    Raises:
        DataError: another format, none or several arrays, or anything but numbers.
    """
    suffix = path.suffix.lower()
    if suffix == ".npy":
        data = content(path)
        found = array_in(path.stem, io.BytesIO(data), len(data), NUMBERS)
    elif suffix == ".npz":
        found = np.asarray(_one(path, arrays_in(path, NUMBERS)))
    elif suffix == ".json":
        given = parsed(path)
        found = _rows(path, _one(path, given) if isinstance(given, dict) else given)
    else:
        raise DataError(f"{shown(path.name)} is no file of inputs that is read; {_hint(path)}")
    return found.astype(np.float64) if found.dtype.kind in "biu" else found


def _hint(path: Path) -> str:
    name = path.name.replace(chr(39), "")
    if path.suffix.lower() in TEXT:
        return (
            ".npy is needed; convert it: python -c \"import numpy; numpy.save('inputs.npy',"
            f" numpy.loadtxt('{name}', delimiter=','))\""
        )
    close = nearest(path.suffix.lower(), READ) or f"formats are {', '.join(READ)}"
    return f"{close}; write it with numpy.save"


def _one(path: Path, entries: Mapping[str, object]) -> object:
    if len(entries) != 1:
        names = ", ".join(map(str, list(entries)[:4])) or "none"
        raise DataError(
            f"{shown(path.name)} holds {len(entries)} arrays ({shown(names)}); one of shape (n, d)"
            " is needed; write it with numpy.save"
        )
    return next(iter(entries.values()))


def _rows(path: Path, given: object) -> Array:
    try:
        array = np.asarray(given)
    except ValueError:
        array = np.empty(0, dtype=object)
    if array.dtype.kind not in "biuf":
        raise DataError(
            f"{shown(path.name)} has no rows of numbers of one length; those are needed; write"
            " [[1.5, 2.0], [0.5, 1.0]]"
        )
    return array


__all__ = ["read_inputs"]
