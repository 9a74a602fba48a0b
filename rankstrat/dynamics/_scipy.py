"""scipy and threadpoolctl, where they are installed (the extra `dynamics`)."""

from __future__ import annotations

import importlib
import importlib.util
from contextlib import AbstractContextManager, nullcontext
from typing import Any


def scipy(part: str, purpose: str) -> Any:
    """A module of scipy such as ``scipy.integrate``.

    Raises:
        ModuleNotFoundError: scipy is not installed.
    """
    # Looked up here and not at the top: scipy is optional, and loading it takes longer than most
    # ranks.
    if importlib.util.find_spec("scipy") is None:
        raise ModuleNotFoundError(
            f"{purpose} needs scipy, which is not installed; try `pip install rankstrat[dynamics]`"
        )
    return importlib.import_module(f"scipy.{part}")


def one_thread() -> AbstractContextManager[Any]:
    """BLAS on one thread.

    An integrator factors thousands of small matrices; on a busy machine threads that wait for each
    other made a run of width 50 twenty times slower (96 s instead of 5 s).
    """
    if importlib.util.find_spec("threadpoolctl") is None:
        return nullcontext()
    limits: AbstractContextManager[Any] = importlib.import_module(
        "threadpoolctl"
    ).threadpool_limits(1)
    return limits


__all__ = ["one_thread", "scipy"]
