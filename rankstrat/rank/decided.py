"""A decided number with its evidence behaves as the integer it is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import fields
from typing import Any, SupportsIndex, cast


class DecidedInteger(ABC):
    """Comparison, arithmetic and formatting through ``__index__``, for frozen dataclasses.

    An undecided number equals no integer, and raises where an integer is needed, with its own
    words. Two numbers with evidence are equal if their evidence is.
    """

    @abstractmethod
    def __index__(self) -> int:
        """The number, or an error in its own words if it is undecided."""

    def _decided(self) -> int | None:
        return cast("int | None", getattr(self, "value", None))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, int):
            return self._decided() is not None and self._decided() == other
        if type(other) is not type(self):
            return NotImplemented
        return all(
            getattr(self, f.name) == getattr(other, f.name)
            for f in fields(cast(Any, self))
            if f.compare
        )

    def __hash__(self) -> int:
        return hash(self._decided())

    def __lt__(self, other: SupportsIndex) -> bool:
        return self.__index__() < other.__index__()

    def __le__(self, other: SupportsIndex) -> bool:
        return self.__index__() <= other.__index__()

    def __gt__(self, other: SupportsIndex) -> bool:
        return self.__index__() > other.__index__()

    def __ge__(self, other: SupportsIndex) -> bool:
        return self.__index__() >= other.__index__()

    def __add__(self, other: SupportsIndex) -> int:
        return self.__index__() + other.__index__()

    def __sub__(self, other: SupportsIndex) -> int:
        return self.__index__() - other.__index__()

    def __rsub__(self, other: SupportsIndex) -> int:
        return other.__index__() - self.__index__()

    def __mul__(self, other: SupportsIndex) -> int:
        return self.__index__() * other.__index__()

    __radd__, __rmul__ = __add__, __mul__

    def __format__(self, spec: str) -> str:
        if spec:
            return format(self.__index__(), spec)
        return str(self)


__all__ = ["DecidedInteger"]
