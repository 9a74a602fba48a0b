"""Reads untrusted JSON: every value is checked for its type and size before it is used."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

MAX_TEXT = 200_000_000
MAX_BITS = 14_000
SMALL = 1_000_000_000


class Refused(Exception):
    """A line of the proof is false or malformed."""


class Unchecked(Exception):
    """A line of the proof is of a kind, or of a size, that this referee does not check."""


class Fuel:
    """A budget of elementary steps, so that no proof costs unbounded time."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def burn(self, steps: int) -> None:
        """Spend steps.

        Raises:
            Unchecked: nothing is left.
        """
        self.left -= steps
        if self.left < 0:
            raise Unchecked("the budget of steps is spent")


def parse(text: str) -> Any:
    """The JSON value in a text: no floats, no duplicate keys, no endless nesting.

    Raises:
        Refused: it is something else.
    """
    if len(text) > MAX_TEXT:
        raise Refused(f"the text is longer than {MAX_TEXT} characters")
    try:
        return json.loads(text, parse_float=_no_float, parse_constant=_no_float,
                          object_pairs_hook=_unique)  # fmt: skip
    except (ValueError, RecursionError) as error:
        raise Refused(f"not JSON: {printable(error, 80)}") from None


def _no_float(text: str) -> Any:
    raise Refused(f"the number {printable(text, 40)} is not an integer")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        raise Refused("an object has the same key twice")
    return record


def printable(value: object, limit: int = 60) -> str:
    """A short text of printable ASCII characters, whatever the value contains."""
    return ascii(str(value)[:limit])[1:-1]


def integer(value: Any, where: str, low: int = 0, high: int = SMALL) -> int:
    """An integer from low to high."""
    if type(value) is not int or not low <= value <= high:
        raise Refused(f"{where}: {printable(value)} is not an integer from {low} to {high}")
    return value


def big(value: Any, where: str) -> int:
    """An integer of at most `MAX_BITS` bits."""
    if type(value) is not int or value.bit_length() > MAX_BITS:
        raise Refused(f"{where}: not an integer of at most {MAX_BITS} bits")
    return value


def array(value: Any, where: str, length: int | None = None) -> list[Any]:
    """A list, of the given length if there is one."""
    if type(value) is not list or (length is not None and len(value) != length):
        raise Refused(f"{where}: not a list" + (f" of {length} entries" if length else ""))
    return value


def integers(value: Any, where: str, low: int = 0, high: int = SMALL) -> list[int]:
    """A list of integers from low to high."""
    return [integer(v, where, low, high) for v in array(value, where)]


def distinct(values: Sequence[Any], where: str) -> None:
    """Refuse repeated entries."""
    if len(set(values)) < len(values):
        raise Refused(f"{where}: an entry is repeated")


def record(value: Any, where: str, keys: Iterable[str]) -> dict[str, Any]:
    """An object with exactly the given keys."""
    if type(value) is not dict:
        raise Refused(f"{where}: not an object")
    if set(value) != set(keys):
        odd = sorted(set(value) ^ set(keys))[0]
        raise Refused(f"{where}: the key {printable(odd)} is missing or unknown")
    return value
