"""Names that are imported when they are first asked for.

The record of what stands where is the `.pyi` file beside an `__init__.py`, which type checkers and
editors read as well; so the names, their modules and their types are written once.
"""

from __future__ import annotations

import ast
import difflib
import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_ANNOUNCED: list[str] = []


def from_stub(package: str, file: str) -> tuple[list[str], Callable[[str], Any]]:
    """The names that a stub re-exports, and a `__getattr__` that imports each when asked.

    Args:
        package: `__name__` of the package.
        file: its `__file__`; the stub stands beside it.
    """
    places: dict[str, tuple[str, str]] = {}
    for node in ast.parse(Path(file).with_suffix(".pyi").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            for alias in node.names:
                if alias.asname is not None:  # `import x as x` is how a stub re-exports
                    places[alias.asname] = (node.module, alias.name)

    def get(name: str) -> Any:
        if name in places:
            module, own = places[name]
            value = _found(importlib.import_module(module), module, own)
        elif name.startswith("_") or importlib.util.find_spec(f"{package}.{name}") is None:
            close = difflib.get_close_matches(name, places, n=1)
            also = f"; did you mean {close[0]}" if close else ""
            raise AttributeError(f"module {package!r} has no attribute {name!r}{also}")
        else:
            value = importlib.import_module(f"{package}.{name}")
        setattr(sys.modules[package], name, value)
        return value

    return sorted(places), get


def _found(holder: Any, module: str, name: str) -> Any:
    """An attribute of a module, or a module of a package."""
    if name in vars(holder) or importlib.util.find_spec(f"{module}.{name}") is None:
        return getattr(holder, name)
    return importlib.import_module(f"{module}.{name}")


def announce(module: str) -> None:
    """A module of a higher floor that has something to say to a lower one when it is asked."""
    _ANNOUNCED.append(module)


def hear() -> None:
    """Import what was announced; a lower floor calls this before it asks."""
    while _ANNOUNCED:
        importlib.import_module(_ANNOUNCED.pop())
