"""Exit statuses, and the one line that goes with a bad one."""

from __future__ import annotations

import sys

HOLDS = 0
"""Everything asked holds; bounds that differ are an answer too."""
FAILS = 1
"""A check failed, or a theorem is refuted, open or not finished."""
BAD_QUESTION = 2
"""The question cannot be answered as it was put."""
INTERNAL = 3
"""A bug in rankstrat."""
INTERRUPTED = 130
"""Ctrl-C."""
BROKEN_PIPE = 141
"""The reader of the output has gone."""

MAX_MESSAGE = 2000


def complain(message: str, status: int) -> int:
    """Print one line for a person, without control characters and of bounded length; the status."""
    line = " ".join("".join(c if c.isprintable() or c.isspace() else "?" for c in message).split())
    print(
        f"rankstrat: {line if len(line) <= MAX_MESSAGE else line[:MAX_MESSAGE] + '...'}",
        file=sys.stderr,
    )
    return status
