"""What every family's structure says of itself from its own fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import cached_property
from typing import Any, ClassVar

from rankstrat.activation.lookup import named
from rankstrat.activation.record import Activation
from rankstrat.frozen import Converted


class FamilyRecord(Converted):
    """Base of a frozen dataclass whose fields are the arguments of its family."""

    FAMILY: ClassVar[str]

    @property
    def family(self) -> str:
        """The name of the family."""
        return self.FAMILY

    @cached_property
    def arguments(self) -> Mapping[str, Any]:
        """What rebuilds the model: field -> a value that a file can hold."""
        return {f.name: _plain(getattr(self, f.name)) for f in fields(self)}  # type: ignore[arg-type]


def _plain(value: Any) -> Any:
    if isinstance(value, Activation):
        return named(value)
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    return value


__all__ = ["FamilyRecord"]
