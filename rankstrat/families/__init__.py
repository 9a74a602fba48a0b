r"""Model families: one file or folder of the catalogue each, and those of installed packages.

A file ``families/catalogue/two_layer.py`` defines a function ``two_layer(...) -> Model`` and a
frozen `Structure`; the function stands here. Installed packages add families under the entry-point
group ``rankstrat.families`` (name -> such a function).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from rankstrat.errors import FamilyError
from rankstrat.families import catalogue
from rankstrat.families.recognition import Recognition, recognise
from rankstrat.model.model import Model
from rankstrat.registry import Registry, modules
from rankstrat.text.parsing import nearest, shown

Constructor = Callable[..., Model]
_OWN: dict[str, Constructor] = {name: getattr(module, name) for name, module in modules(catalogue)}
globals().update(_OWN)
FAMILIES: Mapping[str, Constructor] = Registry(
    "family", "rankstrat.families", lambda: _OWN, attempt="write a model file"
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


def __getattr__(name: str) -> Constructor:
    """A family of an installed package."""
    if name.startswith("_") or name not in FAMILIES:
        raise AttributeError(
            f"module {__name__!r} has no attribute {name!r}; families are {', '.join(FAMILIES)}"
        )
    return FAMILIES[name]


def __dir__() -> list[str]:
    return sorted({*globals(), *FAMILIES})


__all__ = ["FAMILIES", "Constructor", "Recognition", "build", "recognise", *_OWN]  # noqa: PLE0604
