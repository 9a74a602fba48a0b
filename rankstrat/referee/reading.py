"""Untrusted JSON, read by schemas: whatever passes has the types and sizes that a schema names."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

SMALL, BIG, LONGEST = 10**9, 1 << 14_000, 200_000_000
ANY = object()


class Refused(Exception):
    """A line of the proof is false or malformed."""


class Unchecked(Exception):
    """A line of the proof is of a kind, or of a size, that this referee does not check."""


class Fuel:
    """A budget of elementary steps, which may be a part of a larger one."""

    def __init__(self, steps: int, whole: Fuel | None = None) -> None:
        self.left, self.whole = steps, whole

    def burn(self, steps: int) -> None:
        """Spend steps."""
        self.left -= steps
        if self.left < 0:
            raise Unchecked("the budget of steps is spent")
        if self.whole is not None:
            self.whole.burn(steps)


class Kinds(dict[str, Any]):
    """Schemas by kind: the first entry of a list, the value of `kind` in an object."""


class Numbers(list[int]):
    """Things that a file numbers from 0; they are read as the entries of this list."""


def read(value: Any, schema: Any, where: str) -> Any:
    """The value, if it has the form that a schema describes.

    A schema is a range of integers, `Numbers`, a string for itself, a set of strings, `[s]` for a
    list, a tuple for a list of its length, a dictionary for an object, `Kinds`, or `ANY`.
    """
    kind = type(value)
    match schema:
        case range() if kind is int and value in schema:
            return value
        case Numbers() if kind is int and 0 <= value < len(schema):
            return schema[value]
        case str() if kind is str and value == schema:
            return value
        case frozenset() if kind is str and value in schema:
            return value
        case Kinds() if kind is dict and type(name := value.get("kind")) is str and name in schema:
            return read(value, schema[name] | {"kind": name}, where)
        case Kinds() if kind is list and value and type(value[0]) is str and value[0] in schema:
            return value[0], *read(value[1:], schema[value[0]], f"{where}: {value[0]}")
        case list() if kind is list and type(schema) is list:
            return [read(v, schema[0], where) for v in value]
        case tuple() if kind is list and len(value) == len(schema):
            return tuple(read(v, s, where) for v, s in zip(value, schema, strict=True))
        case dict() if type(schema) is kind and value.keys() == schema.keys():
            return {key: read(value[key], s, f"{where}.{key}") for key, s in schema.items()}
        case _ if schema is ANY:
            return value
    raise Refused(f"{where}: {printable(value)} has not the form described in the specification")


def parse(text: str) -> Any:
    """The JSON value in a text: no floats, no repeated keys."""

    def no_float(number: str) -> Any:
        raise Refused(f"the number {printable(number)} is not an integer")

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        distinct([key for key, _ in pairs], "an object")
        return dict(pairs)

    hooks: Any = {"parse_float": no_float, "parse_constant": no_float, "object_pairs_hook": unique}
    try:
        return json.loads(text[:LONGEST], **hooks)
    except (ValueError, RecursionError) as error:
        raise Refused(f"not JSON: {printable(error)}") from None


def distinct(values: Iterable[Any], where: str) -> None:
    """Refuse repeated entries."""
    found = list(values)
    if len(set(found)) < len(found):
        raise Refused(f"{where}: an entry is repeated")


def printable(value: object, limit: int = 80) -> str:
    """A short text of printable ASCII characters, whatever the value contains."""
    if isinstance(value, list | dict):  # of any depth
        return f"a {type(value).__name__} of {len(value)} entries"
    return ascii(str(value)[:limit])[1:-1]
