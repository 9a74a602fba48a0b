r"""JSON objects whose names stand once: of two values for one name, a reader would drop one."""

from __future__ import annotations

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


__all__ = ["each_once"]
