r"""Clauses for messages: what a misspelled name may mean, and texts of bounded length."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

MAX_NAME = 100
"""Characters of a name."""


def nearest(name: str, known: Iterable[str]) -> str:
    r"""A clause that names the known name closest to a misspelled one; empty if none is close."""
    close = difflib.get_close_matches(name[:MAX_NAME], list(known)[:2000], n=1)
    if close:
        return f"did you mean {close[0]}"
    return ""


def shown(text: str) -> str:
    r"""The text for a message: at most 60 characters of it."""
    if len(text) <= 60:
        return text
    return text[:57] + "..."
