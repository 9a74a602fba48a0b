"""Who says what a structure declares: this package, or a guest."""

from __future__ import annotations

from typing import Any

PACKAGE = __name__.partition(".")[0]


def guest(structure: Any) -> str:
    """The name under which a guest's claims are printed; empty for a structure of this package,
    or for none.

    Example:
        >>> from rankstrat.families import diagonal
        >>> guest(diagonal(2).structure), guest(None)
        ('', '')
    """
    module = type(structure).__module__
    if structure is None or module.partition(".")[0] == PACKAGE:
        return ""
    return f"the family {getattr(structure, 'family', type(structure).__name__)} of {module}"


__all__ = ["guest"]
