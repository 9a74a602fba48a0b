"""scipy, where it is installed (the extra `networks`)."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

from rankstrat.errors import MissingPackageError


def scipy(part: str, purpose: str) -> Any:
    """A module of scipy such as ``scipy.spatial``.

    Raises:
        MissingPackageError: scipy is not installed.
    """
    # Looked up here and not at the top: scipy is optional, and loading it takes longer than most
    # ranks.
    if importlib.util.find_spec("scipy") is None:
        raise MissingPackageError(
            f"{purpose} need scipy, which is not installed; try `pip install rankstrat[networks]`"
        )
    return importlib.import_module(f"scipy.{part}")


__all__ = ["scipy"]
