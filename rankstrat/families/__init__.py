r"""Model families: one file or folder of the catalogue each, and those of installed packages.

A file ``families/catalogue/two_layer.py`` defines a function ``two_layer(...) -> Model`` and a
frozen `Structure`; the function stands here. Installed packages add families under the entry-point
group ``rankstrat.families`` (name -> such a function).
"""

from __future__ import annotations

import importlib.util
from typing import Any

from rankstrat.late import from_stub
from rankstrat.text.guesses import nearest

__all__, _get = from_stub(__name__, __file__)


def __getattr__(name: str) -> Any:
    own = name in __all__ or name.startswith("_")
    if own or importlib.util.find_spec(f"{__name__}.{name}") is not None:
        return _get(name)
    families = _get("FAMILIES")
    if name in families:  # of an installed package
        return families[name]
    hint = nearest(name, families) or f"families are {', '.join(families)}"
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; {hint}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_get("FAMILIES")})
