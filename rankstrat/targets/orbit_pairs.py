"""What a family knows of the pairs of branches that meet, where it lists orbits of branches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

APART, UNDECIDED = -1, -2
"""In place of the dimension of an intersection: there is none; that is not known."""


@dataclass(frozen=True)
class OrbitPairs:
    """The pairs of branches of two orbits, by the labels of their representatives.

    Attributes:
        meeting: for two labels how many ordered pairs meet in each dimension (`UNDECIDED`: is not
            known), a branch and itself among them.
        linked: labels whose orbits lie in one connected component each.
    """

    meeting: Callable[[str, str], Mapping[int, int]]
    linked: frozenset[str] = frozenset()


__all__ = ["APART", "UNDECIDED", "OrbitPairs"]
