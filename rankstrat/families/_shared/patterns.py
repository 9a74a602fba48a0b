"""Which neurons of a two-layer network carry which class of a target."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Signed = tuple[tuple[int, int], ...]
"""Neurons of a block with their signs: (neuron, +1 or -1)."""


@dataclass(frozen=True)
class Pattern:
    """Which neurons carry which target class, which form further blocks, and which have weight
    zero.

    Attributes:
        targets, extras, zeros: the blocks.
        below: the neurons of `zeros` with a negative bias, where its sign matters.
    """

    targets: tuple[Signed, ...]
    extras: tuple[Signed, ...]
    zeros: tuple[int, ...]
    below: tuple[int, ...] = ()

    @property
    def index(self) -> tuple[int, int]:
        """(r, l)."""
        return len(self.targets) + len(self.extras), sum(len(block) == 1 for block in self.extras)

    @property
    def label(self) -> str:
        """Neurons counted from 1, a minus sign for an opposite weight: {1,-3} | {2} | 0{4}."""
        parts = ["".join(map(_block, blocks)) for blocks in (self.targets, self.extras)]
        if self.zeros:
            zeros = f" | 0{_block(tuple((i, -1 if i in self.below else 1) for i in self.zeros))}"
        else:
            zeros = ""
        return f"{parts[0] or '-'} | {parts[1] or '-'}{zeros}"

    def orbit(self, flips: bool) -> tuple[Any, ...]:
        """Equal for patterns that permutations (and sign changes of neurons, if those are
        symmetries) exchange.
        """
        targets = [self._shape(block, flips) for block in self.targets]
        extras = [max(self._shape(b, flips), self._shape(b, flips)[::-1]) for b in self.extras]
        return len(self.zeros), len(self.below), tuple(targets), tuple(sorted(extras))

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


def patterns(width: int, classes: int, signed: bool) -> Iterator[Pattern]:
    """Every pattern with all target classes present, the signs of further blocks up to a common
    one.
    """
    yield from _assign(width, signed, 0, [[] for _ in range(classes)], [], [])


def _assign(
    width: int,
    signed: bool,
    neuron: int,
    targets: list[list[Any]],
    extras: list[list[Any]],
    zeros: list[int],
) -> Iterator[Pattern]:
    missing = sum(not block for block in targets)
    if missing > width - neuron:
        return
    if neuron == width:
        yield Pattern(tuple(map(tuple, targets)), tuple(map(tuple, extras)), tuple(zeros))
        return
    signs = (1, -1) if signed else (1,)
    for block in (*targets, *extras):
        for sign in signs:
            block.append((neuron, sign))
            yield from _assign(width, signed, neuron + 1, targets, extras, zeros)
            block.pop()
    extras.append([(neuron, 1)])
    yield from _assign(width, signed, neuron + 1, targets, extras, zeros)
    extras.pop()
    zeros.append(neuron)
    yield from _assign(width, signed, neuron + 1, targets, extras, zeros)
    zeros.pop()


def count_patterns(width: int, classes: int, signed: bool, zero_kinds: int = 1) -> int:
    """How many patterns there are, with so many kinds of neurons of weight zero."""
    signs = 2 if signed else 1
    states = {(classes, 0): 1}  # target classes still without a neuron, further blocks
    for _ in range(width):
        following: dict[tuple[int, int], int] = {}
        for (missing, extras), count in states.items():
            steps = [
                ((missing, extras), signs * (classes - missing + extras) + zero_kinds),
                ((missing, extras + 1), 1),
            ]
            steps += [((missing - 1, extras), signs * missing)] if missing else []
            for state, ways in steps:
                following[state] = following.get(state, 0) + count * ways
        states = following
    return sum(count for (missing, _), count in states.items() if not missing)


def about(number: int) -> str:
    """A count in words: exact where it is short, else its order of magnitude from above."""
    if number < 10**9:
        return str(number)
    return f"10^{int(number.bit_length() * 0.30103) + 1}"
