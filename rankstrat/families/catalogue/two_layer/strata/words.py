"""Conditions on neurons in words and in LaTeX, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rankstrat.text.tables import Math

MINUS = {1: "", -1: "-"}
RELATIONS = {"=": "=", "~": r"\sim"}


def symbol(name: str, neuron: int) -> Math:
    """The parameters of a neuron, which are counted from 1 in print.

    Example:
        >>> symbol("w", 0).latex
        'w_{1}'
    """
    return Math(f"{name}{neuron + 1}", f"{name}_{{{neuron + 1}}}")


def joined(parts: Sequence[Math], text: str, latex: str | None = None) -> Math:
    """Parts with a sign or word between them."""
    between = text if latex is None else latex
    return Math(text.join(p.text for p in parts), between.join(p.latex for p in parts))


def operator(name: str, arguments: Sequence[Math]) -> Math:
    """rank(w1, w2) and the like."""
    inside = joined(arguments, ", ")
    return Math(f"{name}({inside.text})", rf"\operatorname{{{name}}}({inside.latex})")


def chain(
    name: str,
    members: Iterable[tuple[int, int]],
    *,
    relation: str = "=",
    end: str = "",
) -> list[Math]:
    """w1 = -w2 = ..., perhaps = 0 at the end; nothing where nothing is said.

    Args:
        name: of the parameters.
        members: neurons with their signs.
        relation: between them.
        end: what all of them equal.

    Example:
        >>> [str(m) for m in chain("w", [(0, 1), (2, -1)]) + chain("w", [(0, 1)])]
        ['w1 = -w3']
    """
    parts = []
    for neuron, sign in members:
        part = symbol(name, neuron)
        parts.append(Math(MINUS[sign] + part.text, MINUS[sign] + part.latex))
    if not parts or len(parts) + bool(end) < 2:
        return []
    if end:
        parts.append(Math(end))
    return [joined(parts, f" {relation} ", f" {RELATIONS[relation]} ")]


def in_order(members: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Neurons with their signs by number, the first with a plus.

    Example:
        >>> in_order([(2, 1), (0, -1)])
        [(0, 1), (2, -1)]
    """
    found = sorted(members)
    return [(i, sign * found[0][1]) for i, sign in found]


def vanishing(name: str, neurons: Iterable[int]) -> list[Math]:
    """w1 = w2 = 0; nothing for no neuron."""
    return chain(name, [(i, 1) for i in sorted(neurons)], end="0")


__all__ = ["MINUS", "chain", "in_order", "joined", "operator", "symbol", "vanishing"]
