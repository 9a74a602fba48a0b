r"""All strata of two-layer networks with the activation z^2, without bias, of width at most
four.
"""

from __future__ import annotations

import itertools
import math
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Self

import sympy

from rankstrat.errors import PointError
from rankstrat.families.catalogue.two_layer.strata.words import (
    chain,
    in_order,
    joined,
    operator,
    symbol,
    vanishing,
)
from rankstrat.model.model import Chart, Model
from rankstrat.rank.certificate import Verdict
from rankstrat.strata import Knowledge
from rankstrat.text.sources import proved
from rankstrat.text.tables import Math

LARGEST = 4
Label = tuple[int, int, int, tuple[int, ...], int]


@dataclass(frozen=True)
class SquareStrata:
    r"""The strata of $\sum_i a_i (w_i \cdot x)^2$.

    With V the span of the weights of active neurons (a != 0), of dimension v, the rank is
    $v d - \binom{v}{2}$ plus the dimension spanned by the squares of the other weights modulo V.
    A label holds the number of active neurons, v, the number of inactive weights in V, the sizes of
    the groups of inactive weights on one line modulo V, and the rank of the squares of these lines
    (four lines in a plane have 3).

    References:
        docs/proofs.md#quadratic.
    """

    model: Model
    width: int
    inputs: int
    order: tuple[int, ...] = ()
    """The neurons in the order of the representatives; empty for 1, 2, 3, ..."""

    @property
    def _order(self) -> tuple[int, ...]:
        return self.order or tuple(range(self.width))

    def labels(self) -> Iterator[Label]:
        """Every label once."""
        for active in range(self.width + 1):
            for v in range(min(active, self.inputs) + 1):
                for inside in range(self.width - active + 1):
                    for groups in _partitions(self.width - active - inside):
                        for squares in self._squares(len(groups), self.inputs - v):
                            yield (active, v, inside, groups, squares)

    @staticmethod
    def _squares(lines: int, room: int) -> tuple[int, ...]:
        if lines > min(1, room) and room < 2:
            return ()
        if lines < 4:
            return (lines,)
        if room == 2:
            return (3,)
        return (4, 3)

    def rank(self, label: Label) -> int:
        """v d - v (v - 1) / 2 and the squares."""
        _, v, _, _, squares = label
        return v * self.inputs - v * (v - 1) // 2 + squares

    def dimension(self, label: Label) -> int:
        """Active a's, weights of rank v, weights in V, lines modulo V."""
        active, v, inside, groups, squares = label
        dimension = active + v * (self.inputs + active - v) + inside * v
        dimension += sum(self.inputs + (size - 1) * (v + 1) for size in groups)
        return dimension - (2 * (self.inputs - v - 2) if len(groups) == 4 and squares == 3 else 0)

    def orbit(self, label: Label) -> int:
        """Which neurons are active, in V, and in which group."""
        active, _, inside, groups, _ = label
        count = math.factorial(self.width) // math.factorial(active) // math.factorial(inside)
        for size, times in Counter(groups).items():
            count //= math.factorial(size) ** times * math.factorial(times)
        return count

    def conditions(self, label: Label) -> tuple[Math, ...]:
        """Ranks of weights, neuron by neuron: active ones first, then those in V, then the
        lines.
        """
        active, v, inside, groups, squares = label
        order = self._order
        names = [symbol("w", i) for i in order]
        spanning = operator("span", names[:active])
        still, found = active + inside, list[Math]()
        if v == 0:
            found += vanishing("w", order[:still])
        elif v < min(active, self.inputs):
            found.append(_rank(names[:active], v))
        if v and inside:
            found.append(joined([joined(names[active:still], ", "), spanning], " in ", r" \in "))
        start = still
        for size in groups:
            lines = chain("w", in_order((i, 1) for i in order[start : start + size]), relation="~")
            modulo = r"\ \mathrm{mod}\ "
            found += [joined([line, spanning], " mod ", modulo) if v else line for line in lines]
            start += size
        if len(groups) == 4 and squares == 3 and self.inputs - v > 2:
            found.append(_rank(names[-4:], 2))
        return (*found, *vanishing("a", order[active:]))

    def constancy(self, label: Label) -> Knowledge:
        """Quadratic forms modulo the ideal of V."""
        return Knowledge(
            Verdict.PROVED, f"dimension of a space of quadratic forms ({proved('quadratic')})"
        )

    @property
    def coverage(self) -> Knowledge:
        """Every point has a type."""
        return Knowledge(Verdict.PROVED, "every point has exactly one type")

    def chart(self, label: Label) -> Chart | None:
        """None: use `point`."""
        return None

    def point(self, label: Label, seed: int = 0) -> Chart:
        """Random whole numbers."""
        rng = random.Random(f"{seed} {label!r}")
        active, v, inside, groups, squares = label
        for bound in range(3, 200):

            def vector(bound: int = bound) -> sympy.Matrix:
                return sympy.Matrix(1, self.inputs, lambda *_: rng.randint(-bound, bound))

            basis = [vector() for _ in range(v)]

            def inside_v(basis: list[Any] = basis, bound: int = bound) -> sympy.Matrix:
                return sum(
                    (rng.randint(-bound, bound) * u for u in basis), sympy.zeros(1, self.inputs)
                )

            weights = [inside_v() for _ in range(active + inside)]
            plane = [vector(), vector()]
            for size in groups:
                line = vector()
                if len(groups) == 4 and squares == 3:
                    line = (
                        rng.randint(-bound, bound) * plane[0]
                        + rng.randint(-bound, bound) * plane[1]
                    )
                weights += [rng.choice([-2, -1, 1, 2]) * line + inside_v() for _ in range(size)]
            a = [
                rng.choice([-1, 1]) * rng.randint(1, bound) if i < active else 0
                for i in range(self.width)
            ]
            places = sorted(range(self.width), key=self._order.__getitem__)
            rows = [[int(x) for x in weights[k]] for k in places]
            point = self.model.point(a=[a[k] for k in places], w=rows)
            if self.label_of(point) == label:
                return point
        raise PointError(
            f"no point of the stratum {label} was found among small whole numbers; give values"
            " yourself"
        )

    def label_of(self, point: Chart) -> Label:
        """The type of an exact point."""
        active, v, inside, groups, squares = self._parts(point)
        return (len(active), v, len(inside), tuple(map(len, groups)), squares)

    def in_units_of(self, point: Chart) -> Self:
        """Active neurons, then those with weights in V, then the lines, the largest first."""
        active, _, inside, groups, _ = self._parts(point)
        return replace(self, order=(*active, *inside, *itertools.chain(*groups)))

    def _parts(self, point: Chart) -> tuple[list[int], int, list[int], list[list[int]], int]:
        """Active neurons, dimension of V, neurons in V, and by lines, rank of their squares."""
        a, w = point.arrays["a"], sympy.Matrix(point.arrays["w"].tolist())
        rows = [w.row(i) for i in range(self.width)]
        span = [r for r, x in zip(rows, a, strict=True) if x != 0]
        v = _rank_of(span)
        groups: list[list[int]] = []
        inside = list[int]()
        for i, (row, x) in enumerate(zip(rows, a, strict=True)):
            if x != 0:
                continue
            if _rank_of([*span, row]) == v:
                inside.append(i)
                continue
            home = next((g for g in groups if _rank_of([*span, rows[g[0]], row]) == v + 1), None)
            if home is None:
                groups.append([i])
            else:
                home.append(i)
        squares = len(groups)
        if squares == 4 and _rank_of([*span, *(rows[g[0]] for g in groups)]) == v + 2:
            squares = 3
        active = [i for i, x in enumerate(a) if x != 0]
        return active, v, inside, sorted(groups, key=len, reverse=True), squares

    def children(self, label: Label) -> Iterator[tuple[Label, Math]]:
        """Lines fall into V or together, active neurons become inactive, V loses a dimension."""
        active, v, inside, groups, squares = label
        if len(groups) < 4 or squares == 4 or self.inputs - v == 2:
            for k, size in enumerate(groups):
                rest = groups[:k] + groups[k + 1 :]
                yield self._checked(active, v, inside + size, rest), Math("w in V", r"w \in V")
                if size > 1:  # w' = c w mod V with c = 0
                    fewer = tuple(sorted([*rest, size - 1], reverse=True))
                    yield (active, v, inside + 1, fewer, squares), Math("w in V", r"w \in V")
                for j in range(k):
                    others = [g for i, g in enumerate(groups) if i not in (j, k)]
                    merged = tuple(sorted([*others, size + groups[j]], reverse=True))
                    yield self._checked(active, v, inside, merged), Math("w ~ w'", r"w \sim w'")
        else:  # two lines always lie in a plane, three need not
            for pair in ((3, 1), (2, 2)):
                yield self._checked(active, v, inside, pair), Math("w ~ w'", r"w \sim w'")
        if squares == 4:
            yield (active, v, inside, groups, 3), Math("four lines in a plane")
        if active > v:
            yield (active - 1, v, inside + 1, groups, squares), Math("a = 0")
        elif active:  # its weight, and those that were in V, now form a line modulo the smaller V
            yield from self._smaller(
                active - 1, v, (*self._freed(v, groups), 1 + inside), Math("a = 0")
            )
            if (
                groups == (3,) and self.inputs - v > 1 and not inside
            ):  # c w + t u for the weight u of this neuron
                yield (active - 1, v - 1, 0, (1, 1, 1, 1), 3), Math("a = 0")
        if v and (active > v or v == min(active, self.inputs)):
            yield from self._flatter(label)

    def _flatter(self, label: Label) -> Iterator[tuple[Label, Math]]:
        """V loses a dimension: V was V' and a line, on which the inactive weights of V lie, or the
        difference of two weights of a group.
        """
        active, v, inside, groups, _ = label
        words = Math("active w become dependent", r"\text{active } w \text{ become dependent}")
        if inside:
            yield from self._smaller(active, v, (*self._freed(v, groups), inside), words)
            return
        yield from self._smaller(active, v, self._freed(v, groups), words)
        for k, size in enumerate(groups):
            if size == 2:
                yield from self._smaller(active, v, (*groups[:k], *groups[k + 1 :], 1, 1), words)

    def _freed(self, v: int, groups: tuple[int, ...]) -> tuple[int, ...]:
        """Modulo a hyperplane V all weights lie on one line; modulo a smaller V they need not."""
        if self.inputs - v == 1:
            return (1,) * sum(groups)
        return groups

    def _smaller(
        self, active: int, v: int, groups: tuple[int, ...], words: Math
    ) -> Iterator[tuple[Label, Math]]:
        """The type with V of dimension v - 1, where there is one."""
        possible = self._squares(len(groups), self.inputs - v + 1)
        if possible:
            yield (active, v - 1, 0, tuple(sorted(groups, reverse=True)), possible[0]), words

    def _checked(self, active: int, v: int, inside: int, groups: tuple[int, ...]) -> Label:
        return (active, v, inside, groups, self._squares(len(groups), self.inputs - v)[0])


def _partitions(total: int, largest: int | None = None) -> Iterator[tuple[int, ...]]:
    if total == 0:
        yield ()
    for first in range(min(total, largest or total), 0, -1):
        for rest in _partitions(total - first, first):
            yield (first, *rest)


def _rank_of(rows: list[Any]) -> int:
    if rows:
        return int(sympy.Matrix.vstack(*rows).rank())
    return 0


def _rank(names: list[Math], rank: int) -> Math:
    return joined([operator("rank", names), Math(str(rank))], " = ")
