"""Programs without kinks, roots of functions and special functions."""

from __future__ import annotations

from collections.abc import Iterable

from rankstrat.algebra.holonomic import HOLONOMIC
from rankstrat.algebra.program import FUNCTION, LEAF, PAIR, PIECEWISE, PRODUCT, Program

NUMBERS = frozenset({"prime", "pi", "unity"})
"""Leaves that are numbers."""


def is_elementary(program: Program, roots: Iterable[int]) -> bool:
    """Whether nothing below some nodes has a kink, is a root of anything but a number, or a special
    function; then no derivative has, or is.
    """
    kinds, every = program.kind, program.data
    for n in program.reachable(roots):
        kind, data = kinds[n], every[n]
        if kind == FUNCTION:
            if data in PIECEWISE or data in HOLONOMIC:
                return False
        elif kind == PRODUCT and data != PAIR:
            pairs = zip(program.args[n], data, strict=True)
            if any(type(e) is not int and not _is_number(program, a) for a, e in pairs):
                return False
    return True


def _is_number(program: Program, node: int) -> bool:
    return program.kind[node] == LEAF and program.data[node][0] in NUMBERS


__all__ = ["is_elementary"]
