r"""JSON objects whose names stand once, as of two values for one name a reader would drop one, and
sums that show whether one was changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from rankstrat.errors import ParseError
from rankstrat.text.guesses import shown


def each_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these pairs, as the hook of `json.loads`.

    Raises:
        ParseError: a name that stands twice.

    Example:
        >>> each_once([("a", 1), ("b", 2)])
        {'a': 1, 'b': 2}
    """
    table = dict(pairs)
    if len(table) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise ParseError(
                    f"The key {shown(repr(key))} is given twice; one value is needed; remove one."
                )
            seen.add(key)
    return table


def checksum(data: Any) -> str:
    """Sixteen hexadecimal digits that a change of the data changes.

    Example:
        >>> checksum({"a": 1, "b": 2}) == checksum({"b": 2, "a": 1}) != checksum({"a": 1, "b": 3})
        True
    """
    text = json.dumps(data, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


__all__ = ["checksum", "each_once"]
