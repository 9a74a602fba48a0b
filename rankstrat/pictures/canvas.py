"""One canvas for all pictures: matplotlib where it is installed (the extra `plot`), and its
colours.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any


def pyplot(name: str) -> Any:
    """``matplotlib.pyplot`` for the picture of that name.

    Raises:
        ModuleNotFoundError: matplotlib is not installed.
    """
    # Looked up here and not at the top: matplotlib is optional, and importing it takes longer than
    # most ranks.
    if importlib.util.find_spec("matplotlib") is None:
        raise ModuleNotFoundError(
            f"{name} needs matplotlib, which is not installed; try `pip install rankstrat[plot]`"
        )
    return importlib.import_module("matplotlib.pyplot")


def colours() -> Any:
    """Viridis without its palest end, which would be lost on white."""
    colours = importlib.import_module("matplotlib.colors")
    palette = importlib.import_module("matplotlib").colormaps["viridis"]
    return colours.ListedColormap([palette(i / 275) for i in range(256)])


__all__ = ["colours", "pyplot"]
