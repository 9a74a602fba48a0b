"""Families by name: those of the catalogue, then those of installed packages."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from rankstrat.errors import FamilyError
from rankstrat.families import catalogue
from rankstrat.model.model import Model
from rankstrat.registry import Registry, modules
from rankstrat.text.parsing import nearest, shown

Constructor = Callable[..., Model]


def _built_in() -> dict[str, Constructor]:
    return {name: getattr(module, name) for name, module in modules(catalogue)}


FAMILIES: Mapping[str, Constructor] = Registry(
    "family",
    "rankstrat.families",
    _built_in,
    attempt="write a model file",
)
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


__all__ = ["FAMILIES", "Constructor", "build"]
