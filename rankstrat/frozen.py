"""Fields of frozen dataclasses that are converted while an object is born."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, field, fields
from typing import Any, TypeVar

Convert = Callable[[str, Any], Any]
K = TypeVar("K")
V = TypeVar("V", covariant=True)


def converted(convert: Convert, default: Any = MISSING, **options: Any) -> Any:
    """A dataclass field whose value passes through a converter, which gets its name and value.

    Args:
        convert: (name, value) -> the value that is kept, or an exception.
        default: of the field, converted as well.
        **options: as for `dataclasses.field`.
    """
    return field(default=default, metadata={"convert": convert}, **options)


class Converted:
    """Base of a frozen dataclass with `converted` fields; checks of its own follow in
    `__post_init__`, after ``super().__post_init__()``.

    Example:
        >>> from dataclasses import dataclass
        >>> @dataclass(frozen=True)
        ... class Sizes(Converted):
        ...     widths: tuple[int, ...] = converted(lambda name, value: tuple(value))
        >>> Sizes([1, 2])
        Sizes(widths=(1, 2))
    """

    def __post_init__(self) -> None:
        for item in fields(self):  # type: ignore[arg-type]
            convert: Convert | None = item.metadata.get("convert")
            if convert is not None:
                settle(self, **{item.name: convert(item.name, getattr(self, item.name))})


class FrozenMapping(Mapping[K, V]):
    """A mapping that nothing changes; unlike a `MappingProxyType` it can be pickled and copied.

    Example:
        >>> FrozenMapping({"a": 1})["a"]
        1
    """

    def __init__(self, items: Mapping[K, V]) -> None:
        self._items = dict(items)

    def __getitem__(self, key: K) -> V:
        return self._items[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._items!r})"


def settle(instance: object, **values: Any) -> None:
    """Fields of a frozen object that depend on other fields; for `__post_init__` alone.

    Args:
        instance: the object that is being born.
        **values: field -> value.
    """
    for name, value in values.items():
        object.__setattr__(instance, name, value)  # the only place where a frozen object changes


__all__ = ["Converted", "converted", "settle"]
