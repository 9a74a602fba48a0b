"""Text from a file or a name, for one line of a terminal."""

from __future__ import annotations


def escaped(text: object, *, most: int | None = None) -> str:
    r"""The text with everything spelled out that a terminal would not print as a letter.

    Line breaks, escape sequences, zero bytes and marks that reverse the direction of writing become
    `\n`, `\x1b`, `\x00`, `\u202e`, so that a name cannot print a second line.

    Args:
        text: anything that prints.
        most: characters kept; the rest becomes three dots.

    Example:
        >>> print(escaped("net\nall is well"))
        net\nall is well
    """
    letters = "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(text)
    )
    if most is None or len(letters) <= most:
        return letters
    return letters[:most] + "..."
