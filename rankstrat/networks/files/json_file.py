"""JSON: names with nested lists of numbers, as `{"activation": "tanh", "W1": [[1.5]], ...}`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from rankstrat.errors import DataError
from rankstrat.networks.files.limits import Array, Arrays, accepted, bounded, content
from rankstrat.text.objects import each_once
from rankstrat.text.parsing import shown

MAX_JSON = 1 << 28
MAX_DEPTH = 12


def read_json(path: Path) -> Arrays:
    """The arrays of a JSON file; "activation" may stand among them, objects may be nested.

    Raises:
        DataError: no object, ragged lists, or anything but numbers.
    """
    given = parsed(path)
    if not isinstance(given, dict):
        raise DataError(
            f"{shown(path.name)} holds a {type(given).__name__}; an object of arrays is needed;"
            ' write {"W1": [[1.5, 2.0]], "W2": [[0.5]]}'
        )
    activation = given.pop("activation", "")
    if not isinstance(activation, str):
        raise DataError(
            f'the activation {shown(repr(activation))} is no name; write "activation": "tanh"'
        )
    entries = {}
    for name, array in _flat("", given, 0):
        if name in entries:
            raise DataError(
                f"{shown(name)} stands twice in the file, once in an object of its own; every array"
                " needs one name; rename one"
            )
        entries[name] = array
    bounded(len(entries), sum(a.nbytes for a in entries.values()))
    return Arrays(entries, activation)


def parsed(path: Path) -> Any:
    """What a JSON file of bounded size says.

    Raises:
        DataError: it is none, or has numbers that are not finite.
    """
    data = content(path)
    if len(data) > MAX_JSON:
        raise DataError(
            f"{shown(path.name)} has {len(data)} bytes; at most {MAX_JSON} of JSON are read; write"
            " an npz file with numpy.savez"
        )
    try:
        given = json.loads(
            data.decode("utf-8"), parse_constant=_refuse, object_pairs_hook=each_once
        )
    except (ValueError, RecursionError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(
            f"{shown(path.name)} is no JSON ({shown(str(error))}); an object of arrays is needed;"
            ' write {"W1": [[1.5, 2.0]], "W2": [[0.5]]}'
        ) from error
    return given


def _refuse(word: str) -> float:
    raise DataError(
        f"{word} is not a finite number; finite ones are needed; check where the file comes from"
    )


def _flat(prefix: str, given: Mapping[str, Any], depth: int) -> Iterator[tuple[str, Array]]:
    if depth > MAX_DEPTH:
        raise DataError(f"objects are nested more than {MAX_DEPTH} deep; give names with arrays")
    for key, value in given.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            yield from _flat(f"{name}/", value, depth + 1)
        else:
            yield name, numbers(name, value)


def numbers(name: str, value: Any) -> Array:
    """A nested list of numbers as an array of floats.

    Raises:
        DataError: rows of different lengths, or entries that are no numbers.
    """
    try:
        found = np.asarray(value)
    except ValueError as error:
        raise DataError(
            f"{shown(name)} has rows of different lengths ({shown(str(error))}); a rectangular"
            " array is needed; give every row as many numbers"
        ) from error
    if found.dtype.kind in "iu":
        found = found.astype("float64")
    accepted(name, str(found.dtype), found.shape)
    return found


__all__ = ["numbers", "parsed", "read_json"]
