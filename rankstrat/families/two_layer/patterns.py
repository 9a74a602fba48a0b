"""Which neurons of a two-layer network carry which class of a target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Signed = tuple[tuple[int, int], ...]
"""Neurons of a block with their signs: (neuron, +1 or -1)."""


@dataclass(frozen=True)
class Pattern:
    """Which neurons carry which target class, which form further blocks, and which have weight zero."""

    targets: tuple[Signed, ...]
    extras: tuple[Signed, ...]
    zeros: tuple[int, ...]

    @property
    def index(self) -> tuple[int, int]:
        """(r, l)."""
        return len(self.targets) + len(self.extras), sum(len(block) == 1 for block in self.extras)

    @property
    def label(self) -> str:
        """Neurons counted from 1, a minus sign for an opposite weight: {1,-3} | {2} | 0{4}."""
        parts = ["".join(map(_block, blocks)) for blocks in (self.targets, self.extras)]
        zeros = f" | 0{{{','.join(str(i + 1) for i in self.zeros)}}}" if self.zeros else ""
        return f"{parts[0] or '-'} | {parts[1] or '-'}{zeros}"

    def orbit(self, flips: bool) -> tuple[Any, ...]:
        """Equal for patterns that permutations (and sign changes of neurons, if those are symmetries) exchange."""
        targets = [self._shape(block, flips) for block in self.targets]
        extras = [max(self._shape(b, flips), self._shape(b, flips)[::-1]) for b in self.extras]
        return len(self.zeros), tuple(targets), tuple(sorted(extras))

    @staticmethod
    def _shape(block: Signed, flips: bool) -> tuple[int, int]:
        plus = len(block) if flips else sum(sign > 0 for _, sign in block)
        return plus, len(block) - plus


def _block(block: Signed) -> str:
    return "{" + ",".join(str(sign * (i + 1)) for i, sign in block) + "}"


def conditions(pattern: Pattern) -> tuple[str, ...]:
    """What a point of the branch satisfies besides its equations."""
    conditions = []
    if len(pattern.extras) + len(pattern.targets) > 1 and pattern.extras:
        conditions.append("the weights of different blocks belong to different classes")
    if pattern.extras:
        conditions.append("the weights of every block are nonzero")
    return tuple(conditions)
