"""The garbage collector of a process that is the command's own."""

from __future__ import annotations

import gc


def collect_rarely() -> None:
    """Look for cycles after 20,000 new objects instead of 700.

    Expressions are many small objects that live long; looking through them again and again took a
    fifth of the time.
    """
    gc.set_threshold(20_000, 20, 20)
