"""Frozen dataclasses whose fields are converted at birth.

What a user gives (a name, a list, a number of numpy) is made what the field promises, before any
other check sees it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any, TypeVar

T = TypeVar("T")
Converter = Callable[[Any], Any]


def converts(**converters: Converter) -> Callable[[type[T]], type[T]]:
    """A decorator below ``@dataclass(frozen=True)``: fields pass through these functions, in order.

    A `__post_init__` of the class runs afterwards.

    Example:
        >>> from dataclasses import dataclass
        >>> @dataclass(frozen=True)
        ... @converts(entries=tuple)
        ... class Row:
        ...     entries: tuple[int, ...]
        >>> Row([1, 2])
        Row(entries=(1, 2))
    """

    def decorate(kind: type[T]) -> type[T]:
        check = kind.__dict__.get("__post_init__")

        def convert(self: Any) -> None:
            for each in fields(self):
                if each.name in converters:
                    # the one place where a frozen field is set: no one has seen the object yet
                    value = converters[each.name](getattr(self, each.name))
                    object.__setattr__(self, each.name, value)
            if check is not None:
                check(self)

        setattr(kind, "__post_init__", convert)  # noqa: B010
        return kind

    return decorate


__all__ = ["converts"]
