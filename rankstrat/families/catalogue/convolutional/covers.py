r"""Which shared kernels can carry the effective neurons of a target, and what each choice costs.

A kernel with shared weights brings all its translates. So group the effective neurons of $f^*$ by
*shape*: up to sign, those of a group are translates of one pattern, and the kernels that can carry
one of them hold this pattern somewhere in their own window. At any parameter point of the target
let Q be the kernels of this kind. Then, as values and derivatives of distinct neurons are
independent,

- every translate of a kernel in Q is a neuron, whose value is a tangent function: the union of the
  translates counts;
- let no two of the effective neurons $c_1, \dots, c_h$ fit one kernel. Each is carried by kernels
  of Q with $a \ne 0$, and these are different ones, so the derivatives of the kernels in
  $c_1, \dots, c_h$ have rank at least $hS$,

with S the entries of a kernel and its bias. Shapes have no neuron in common, so these bounds add
up.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import networkx as nx

from rankstrat.activation.law import Law, Vector
from rankstrat.errors import BudgetError

MAX_SUBSETS = 20_000
MAX_MEMBERS = 40
Kernel = tuple[Fraction, ...]


@dataclass(frozen=True)
class Shape:
    """The effective neurons that are translates of one pattern.

    Attributes:
        members: the effective neurons (their numbers).
        kernels: the kernels that can carry one of them.
        carries: for each kernel, the place of each neuron that it carries.
        translates: for each kernel, all its translates.
    """

    members: tuple[int, ...]
    kernels: tuple[Kernel, ...]
    carries: tuple[Mapping[int, int], ...]
    translates: tuple[frozenset[Vector], ...]

    @cached_property
    def apart(self) -> int:
        """How many members are there, no two of which fit one kernel? The most, or a greedy choice
        from many.
        """
        if any(len(carried) == len(self.members) for carried in self.carries):
            return 1
        graph: nx.Graph[int] = nx.Graph()
        graph.add_nodes_from(self.members)
        for one, other in itertools.combinations(self.members, 2):
            if not any(one in carried and other in carried for carried in self.carries):
                graph.add_edge(one, other)
        if len(self.members) <= MAX_MEMBERS:
            return int(nx.max_weight_clique(graph, weight=None)[1])
        chosen: list[int] = []
        for member in self.members:
            if all(graph.has_edge(member, other) for other in chosen):
                chosen.append(member)
        return len(chosen)

    def covers(self, kernels: int) -> Iterator[tuple[int, ...]]:
        """The sets of at most so many kernels that carry all members, none of them superfluous."""
        for size in range(1, min(kernels, len(self.kernels), len(self.members)) + 1):
            for chosen in itertools.combinations(range(len(self.kernels)), size):
                carried = [member for q in chosen for member in self.carries[q]]
                if len(set(carried)) < len(self.members):
                    continue
                if all(
                    any(carried.count(member) == 1 for member in self.carries[q]) for q in chosen
                ):
                    yield chosen

    def neurons(self, chosen: Sequence[int]) -> int:
        """How many different neurons these kernels make."""
        return len(frozenset[Vector]().union(*(self.translates[q] for q in chosen)))

    def is_too_large(self, kernels: int) -> bool:
        """Whether the sets of kernels are too many to list."""
        sizes = range(1, min(kernels, len(self.kernels), len(self.members)) + 1)
        return sum(math.comb(len(self.kernels), size) for size in sizes) > MAX_SUBSETS


@dataclass(frozen=True)
class Cover:
    """Kernels for each shape.

    Attributes:
        chosen: for each shape, the numbers of its kernels.
        bound: no point of the target set has a lower rank (without the output bias).
    """

    chosen: tuple[tuple[int, ...], ...]
    bound: int


def shapes(
    law: Law,
    weights: Sequence[Vector],
    windows: Sequence[Sequence[int]],
    places: tuple[int, ...],
    side: int,
) -> list[Shape] | None:
    """The effective neurons by shape; None if one of them fits no window.

    Args:
        law: of the activation.
        weights: the effective neurons, one entry for each pixel (and the bias).
        windows: the pixels of each place.
        places: how many places there are along each axis.
        side: the entries of a kernel along an axis.
    """
    pixels = max(max(w) for w in windows) + 1
    groups: dict[Any, dict[int, Kernel]] = {}
    for number, u in enumerate(weights):
        support = {t for t in range(pixels) if u[t]}
        window = next((w for w in windows if support <= set(w)), None)
        if window is None:
            return None
        pattern = _to_corner([u[t] for t in window], side, len(places))
        _, representative = law.class_of((*pattern, *u[pixels:]))
        groups.setdefault(representative, {})[number] = representative
    return [
        _shape(law, key, tuple(found), weights, windows, side, len(places))
        for key, found in groups.items()
    ]


def _shape(
    law: Law,
    pattern: Kernel,
    members: tuple[int, ...],
    weights: Sequence[Vector],
    windows: Sequence[Sequence[int]],
    side: int,
    dimension: int,
) -> Shape:
    entries, tail = pattern[: side**dimension], pattern[side**dimension :]
    pixels = max(max(w) for w in windows) + 1
    wanted = {tuple(weights[i]): i for i in members}
    kernels, carries, translates = [], [], []
    for kernel in _shifts(entries, side, dimension):
        carried: dict[int, int] = {}
        every = set()
        for place, window in enumerate(windows):
            u = [Fraction(0)] * pixels
            for t, value in zip(window, kernel, strict=True):
                u[t] = value
            _, representative = law.class_of((*u, *tail))
            every.add(representative)
            if representative in wanted:
                carried[wanted[representative]] = place
        if carried:
            kernels.append((*kernel, *tail))
            carries.append(carried)
            translates.append(frozenset(every))
    return Shape(members, tuple(kernels), tuple(carries), tuple(translates))


def _to_corner(kernel: Sequence[Fraction], side: int, dimension: int) -> Kernel:
    """The pattern of a kernel, moved to the first entries of its window."""
    cells = {
        c: v
        for c, v in zip(itertools.product(range(side), repeat=dimension), kernel, strict=True)
        if v
    }
    low = [min((c[axis] for c in cells), default=0) for axis in range(dimension)]
    moved = {tuple(i - least for i, least in zip(c, low, strict=True)): v for c, v in cells.items()}
    return tuple(
        moved.get(c, Fraction(0)) for c in itertools.product(range(side), repeat=dimension)
    )


def _shifts(kernel: Kernel, side: int, dimension: int) -> Iterator[Kernel]:
    """A pattern in the corner at every place of its window that holds it."""
    grid = list(itertools.product(range(side), repeat=dimension))
    cells = {c: v for c, v in zip(grid, kernel, strict=True) if v}
    room = [side - max((c[axis] for c in cells), default=0) for axis in range(dimension)]
    for shift in itertools.product(*map(range, room)):
        moved = {tuple(i + s for i, s in zip(c, shift, strict=True)): v for c, v in cells.items()}
        yield tuple(moved.get(c, Fraction(0)) for c in grid)


def best_cover(groups: Sequence[Shape], kernels: int, entries: int) -> Cover | None:
    """Kernels of least rank for all shapes, with a bound below; None if the kernels are too few.

    A cover costs its neurons and `entries` for each kernel. The bound takes for each shape the
    least neurons, and entries for members apart, with as many kernels as there are.

    Raises:
        BudgetError: too many sets of kernels.
    """
    # by the number of kernels used so far: (cost, choice), and the least bound
    best: dict[int, tuple[int, tuple[tuple[int, ...], ...]]] = {0: (0, ())}
    least: dict[int, int] = {0: 0}
    for number, group in enumerate(groups):
        room = kernels - (len(groups) - number - 1)
        if group.is_too_large(room):
            raise BudgetError(
                f"{len(group.kernels)} kernels can carry a neuron of the target, so their sets are"
                " too many to compare; choose a smaller kernel_size or fewer kernels, or pass"
                " charts=[...]"
            )
        costs: dict[int, tuple[int, tuple[int, ...]]] = {}
        for chosen in group.covers(room):
            neurons = group.neurons(chosen)
            if len(chosen) not in costs or neurons < costs[len(chosen)][0]:
                costs[len(chosen)] = neurons, chosen
        following: dict[int, tuple[int, tuple[tuple[int, ...], ...]]] = {}
        bounds: dict[int, int] = {}
        for used, (cost, before) in best.items():
            for more, (neurons, chosen) in costs.items():
                if used + more <= kernels:
                    candidate = cost + neurons + entries * more, (*before, chosen)
                    following[used + more] = min(following.get(used + more, candidate), candidate)
                    bound = least[used] + neurons + entries * group.apart
                    bounds[used + more] = min(bounds.get(used + more, bound), bound)
        best, least = following, bounds
    if not best:
        return None
    return Cover(min(best.values())[1], min(least.values()))
