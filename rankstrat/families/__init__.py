r"""Model families: one file (or folder) each; this folder is the registry.

A file ``families/two_layer.py`` defines a function ``two_layer(...) -> Model`` and a frozen
`Structure`. Installed packages add families under the entry-point group ``rankstrat.families``
(name -> such a function).
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from importlib.metadata import entry_points
from typing import Any

from rankstrat.errors import FamilyError
from rankstrat.model.model import Model
from rankstrat.text.parsing import nearest, shown

Constructor = Callable[..., Model]
GROUP = "rankstrat.families"


def _discover() -> dict[str, Constructor]:
    found: dict[str, Constructor] = {}
    for module in pkgutil.iter_modules(__path__):
        if not module.name.startswith("_"):
            found[module.name] = getattr(
                importlib.import_module(f"{__name__}.{module.name}"), module.name
            )
    return found


class _Families(Mapping[str, Constructor]):
    """Family name -> constructor: those of this folder, then those of installed packages."""

    @cached_property
    def _found(self) -> dict[str, Constructor]:
        found = dict(_OWN)
        for point in entry_points(group=GROUP):
            if point.name not in found:
                found[point.name] = point.load()
        return found

    def __getitem__(self, name: str) -> Constructor:
        if name not in self._found:
            hint = nearest(str(name), self._found) or f"known are {', '.join(self._found)}"
            raise FamilyError(
                f"the family {shown(repr(name))} is unknown; {hint}; or write a model file"
            )
        return self._found[name]

    def __contains__(self, name: object) -> bool:
        return name in self._found

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


_OWN = _discover()
globals().update(_OWN)
FAMILIES: Mapping[str, Constructor] = _Families()
"""Family name -> constructor, for the command line and for sweeps."""


def build(name: str, **arguments: Any) -> Model:
    r"""The model of a family given by name.

    Args:
        name: such as ``"two_layer"``.
        **arguments: those of the family.

    Raises:
        FamilyError: an unknown family or argument, a missing one, or a wrong type.

    Example:
        >>> build("two_layer", width=3, inputs=2).size
        9
    """
    constructor = FAMILIES[name]
    parameters = inspect.signature(constructor).parameters
    for key in arguments:
        if key not in parameters:
            takes = f"{name} takes {', '.join(parameters)}; values of weights belong to a point"
            hint = nearest(key, parameters) or takes
            raise FamilyError(
                f"{name} has no argument {shown(repr(key))}; {hint}; see rankstrat.families.{name}"
            )
    missing = [
        key for key, p in parameters.items() if p.default is p.empty and key not in arguments
    ]
    if missing:
        raise FamilyError(
            f"{name} lacks {', '.join(missing)}; it takes {', '.join(parameters)}; add"
            f" {missing[0]}=..."
        )
    return constructor(**arguments)


def __getattr__(name: str) -> Constructor:
    """A family of an installed package."""
    if name.startswith("_") or name not in FAMILIES:
        raise AttributeError(
            f"module {__name__!r} has no attribute {name!r}; families are {', '.join(FAMILIES)}"
        )
    return FAMILIES[name]


def __dir__() -> list[str]:
    return sorted({*globals(), *FAMILIES})


__all__ = ["FAMILIES", "Constructor", "build", *_OWN]  # noqa: PLE0604
