"""Which closures of branches meet: computed for one branch of each orbit, carried to the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rankstrat.algebra.affine import CONSTANT, AffineSubspace
from rankstrat.model.model import Model
from rankstrat.model.structure import HasUnits
from rankstrat.targets.branch import Branch
from rankstrat.targets.orbit_pairs import APART, UNDECIDED

_DIGITS = 6
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Move:
    """x'_{image[i]} = sign[i] x_i."""

    image: tuple[int, ...]
    sign: tuple[int, ...]

    def of_point(self, point: NDArray[np.float64]) -> NDArray[np.float64]:
        """The image of a point."""
        moved = np.empty_like(point)
        moved[list(self.image)] = np.asarray(self.sign) * point
        return moved

    def carries(self, one: AffineSubspace, two: AffineSubspace) -> bool:
        """Whether the image of one subspace is the other, exactly."""
        if one.dimension != two.dimension:
            return False
        back = {
            target: (i, s) for i, (target, s) in enumerate(zip(self.image, self.sign, strict=True))
        }
        for row in two.rows.values():
            pulled = {CONSTANT: row[CONSTANT]} if CONSTANT in row else {}
            for i, c in row.items():
                if i != CONSTANT:
                    place, sign = back[i]
                    pulled[place] = sign * c
            if one.reduce(pulled):
                return False
        return True


@dataclass(frozen=True)
class Meeting:
    """The pairs of branches whose closures meet.

    Signed permutations of the parameters that carry the closures to each other, exactly, carry
    intersections along, whatever they do to the model.

    Attributes:
        model: the model.
        branches: the branches.
    """

    model: Model
    branches: Sequence[Branch]

    def rows(self) -> Iterator[tuple[int, Labels]]:
        """For each branch the dimensions of its intersections with all, APART or UNDECIDED."""
        moves = self._moves
        done: dict[int, NDArray[np.int64]] = {}
        for leader in range(len(self.branches)):
            if leader in done:
                continue
            row = np.array([self._common(leader, j) for j in range(len(self.branches))])
            done[leader] = np.arange(len(self.branches))
            queue = [leader]
            for i in queue:
                carried = np.empty_like(row)
                carried[done[i]] = row
                yield i, carried
                for move in moves:
                    j = int(move[i])
                    if j not in done:
                        done[j] = move[done[i]]
                        queue.append(j)

    def row(self, i: int) -> Labels:
        """The dimensions of the intersections of one branch with all."""
        return np.array([self._common(i, j) for j in range(len(self.branches))])

    def _common(self, i: int, j: int) -> int:
        first, second = self.branches[i], self.branches[j]
        one, two = first.closure.hull, second.closure.hull
        if one is None or two is None:
            return UNDECIDED
        common = one.intersect(two)
        if common is None:
            return APART
        return UNDECIDED if first.affine is None or second.affine is None else common.dimension

    @cached_property
    def _moves(self) -> list[NDArray[np.int64]]:
        """The permutations of the branches by moves that carry each closure to one of them."""
        hulls = [b.closure.hull for b in self.branches]
        known = [h for h in hulls if h is not None]
        if len(known) < len(hulls):
            return []
        point = np.random.default_rng(0).normal(size=self.model.size)
        systems = [_system(h) for h in known]
        here = [_nearest(s, point) for s in systems]
        result = []
        for move in _candidates(self.model):
            moved = move.of_point(point)
            there = {_key(_nearest(s, moved)): j for j, s in enumerate(systems)}
            images = [there.get(_key(move.of_point(x)), -1) for x in here]
            if all(j >= 0 and self._alike(move, i, j) for i, j in enumerate(images)):
                result.append(np.array(images))
        return result

    def _alike(self, move: Move, i: int, j: int) -> bool:
        first, second = self.branches[i], self.branches[j]
        one, two = first.closure.hull, second.closure.hull
        if one is None or two is None:
            return False
        return (first.affine is None) == (second.affine is None) and move.carries(one, two)


def _system(space: AffineSubspace) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The projection I - R^+ R and the shift R^+ b of R x = b."""
    matrix = np.zeros((len(space.rows), space.size))
    right = np.zeros(len(space.rows))
    for n, row in enumerate(space.rows.values()):
        for i, c in row.items():
            if i == CONSTANT:
                right[n] = -float(c)
            else:
                matrix[n, i] = float(c)
    inverse = np.linalg.pinv(matrix)
    return np.eye(space.size) - inverse @ matrix, inverse @ right


def _nearest(
    system: tuple[NDArray[np.float64], NDArray[np.float64]], point: NDArray[np.float64]
) -> NDArray[np.float64]:
    projection, shift = system
    return np.asarray(projection @ point + shift)


def _key(point: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(float(x) for x in np.round(point, _DIGITS) + 0.0)


def _candidates(model: Model) -> Iterator[Move]:
    """Exchanges of neighbouring units, and changes of sign of one unit."""
    structure: Any = model.structure
    if not isinstance(structure, HasUnits):
        return
    places, start = {}, 0
    for name, shape in model.blocks.items():
        size = int(np.prod(shape, dtype=int))
        places[name] = np.arange(start, start + size).reshape(shape)
        start += size
    for group in structure.units:
        axes = {**group.own, **group.shares}

        def parts(unit: int, names: Any, axes: Any = axes) -> list[int]:
            return [int(i) for n in names for i in np.take(places[n], unit, axis=axes[n]).ravel()]

        for unit in range(group.count - 1):
            image = list(range(model.size))
            for i, j in zip(parts(unit, axes), parts(unit + 1, axes), strict=True):
                image[i], image[j] = j, i
            yield Move(tuple(image), (1,) * model.size)
        for names in (axes, group.own, group.shares):
            flipped = set(parts(0, names))
            signs = tuple(-1 if i in flipped else 1 for i in range(model.size))
            yield Move(tuple(range(model.size)), signs)


__all__ = ["Meeting", "Move"]
