r"""Piecewise functions over the sides $s \in \{0, 1\}$ of their kinks: $|h|_+ = s h$,
$|h| = (2s - 1) h$.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rankstrat.algebra.program import FUNCTION, LEAF, PIECEWISE, PRODUCT, Program
from rankstrat.rank.tangents import Tangents

JUMPS = frozenset({"step", "sign"})


def oriented(program: Program, node: int) -> tuple[int, int]:
    """(s, core) such that a node is a positive number times s core; also of -(x - y)."""
    c, core = program.content(node)
    inner, core = program.content(core)
    return (1 if c * inner > 0 else -1), core


def over_sides(
    base: Program, nodes: Iterable[int], target: Program, side: Callable[[int], int]
) -> dict[int, int]:
    """Copies of nodes, and of those below them, in which side(argument) stands for each kink."""

    def resolved(node: int, argument: int) -> int:
        name = base.data[node]
        if name not in PIECEWISE:
            return target.function(name, argument)
        here = side(base.args[node][0])
        if name == "step":
            return here
        if name == "relu":
            return target.product(((here, 1), (argument, 1)))
        sign = target.linear(-1, ((2, here),))
        return sign if name == "sign" else target.product(((sign, 1), (argument, 1)))

    return base.rebuild(nodes, target, {}, function=resolved)


def free_sides(base: Program, target: Program) -> Callable[[int], int]:
    """Free variables for sides; those of opposite arguments add up to 1."""
    places: dict[int, int] = {}

    def side(argument: int) -> int:
        orientation, core = oriented(base, argument)
        leaf = target.leaf(("side", places.setdefault(core, len(places))))
        return leaf if orientation > 0 else target.linear(1, ((-1, leaf),))

    return side


def has_patterns(base: Tangents) -> bool:
    """Whether nothing but sums, products and piecewise functions stands above a piecewise
    function.
    """
    program = base.program
    above: set[int] = set()
    for n in program.reachable((*base.nodes, *base.outputs)):
        kind = program.kind[n]
        own = kind == FUNCTION and program.data[n] in PIECEWISE
        below = not above.isdisjoint(program.args[n])
        if below and kind == FUNCTION and not own:
            return False
        if below and kind == PRODUCT:
            pairs = zip(program.args[n], program.data[n], strict=True)
            if any(a in above and (not isinstance(e, int) or e < 0) for a, e in pairs):
                return False
        if own or below:
            above.add(n)
    return True


def is_one_layer(tangents: Tangents) -> bool:
    """Whether no argument of a piecewise function contains another one."""
    program, found = tangents.program, set(tangents.piecewise())
    arguments = {program.args[n][0] for n in found}
    return found.isdisjoint(program.reachable(arguments))


def on_both_sides(program: Program, node: int, holds: Callable[[int], bool]) -> bool:
    """Whether something holds of a node for all values of the sides below it."""
    sides = _sides(program, node)
    if not sides:
        return holds(node)
    images = (program.rebuild((node,), program, {sides[0]: v}) for v in (program.zero, program.one))
    return all(on_both_sides(program, image[node], holds) for image in images)


def count_sides(program: Program, node: int) -> int:
    """The number of sides below a node."""
    return len(_sides(program, node))


def _sides(program: Program, node: int) -> list[int]:
    return [n for n in program.reachable((node,)) if _is_side(program, n)]


def _is_side(program: Program, n: int) -> bool:
    key = program.data[n]
    return program.kind[n] == LEAF and isinstance(key, tuple) and key[0] == "side"


__all__ = [
    "JUMPS",
    "count_sides",
    "free_sides",
    "has_patterns",
    "is_one_layer",
    "on_both_sides",
    "oriented",
    "over_sides",
]
