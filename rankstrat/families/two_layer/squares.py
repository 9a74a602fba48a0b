r"""All strata of two-layer networks with the activation z^2, without bias, of width at most four."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sympy

from rankstrat.errors import PointError
from rankstrat.model import Chart, Model
from rankstrat.rank import Verdict
from rankstrat.strata import Knowledge
from rankstrat.tables import Math

LARGEST = 4
Label = tuple[int, int, int, tuple[int, ...], int]


@dataclass(frozen=True)
class SquareStrata:
    r"""The strata of $\sum_i a_i (w_i \cdot x)^2$.

    With V the span of the weights of active neurons (a != 0), of dimension v, the rank is
    $v d - \binom{v}{2}$ plus the dimension spanned by the squares of the other weights modulo V.
    A label holds the number of active neurons, v, the number of inactive weights in V, the sizes of the groups of
    inactive weights on one line modulo V, and the rank of the squares of these lines (four lines in a plane have 3).

    References:
        SPEC 1.7.
    """

    model: Model
    width: int
    inputs: int

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
        return (3,) if room == 2 else (4, 3)

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
        """Ranks of weights, neuron by neuron: active ones first, then those in V, then the lines."""
        active, v, inside, groups, squares = label
        found = []
        names = [f"w{i + 1}" for i in range(self.width)]
        if v < min(active, self.inputs):
            found.append(_rank(names[:active], v))
        if inside:
            chosen = names[active : active + inside]
            text = ", ".join(chosen)
            within = Math(f"{text} in span of active w", rf"{text} \in V")
            found.append(within if v else Math(" = ".join([*chosen, "0"])))
        start = active + inside
        for size in groups:
            if size > 1:
                text = " ~ ".join(names[start : start + size])
                found.append(Math(f"{text} mod active w" if v else text, text.replace("~", r"\sim")))
            start += size
        if len(groups) == 4 and squares == 3 and self.inputs - v > 2:
            found.append(_rank(names[-4:], 2))
        idle = [f"a{i + 1}" for i in range(active, self.width)]
        if idle:
            found.append(Math(" = ".join([*idle, "0"])))
        return tuple(found)

    def constancy(self, label: Label) -> Knowledge:
        """Quadratic forms modulo the ideal of V."""
        return Knowledge(Verdict.PROVED, "dimension of a space of quadratic forms (SPEC 1.7)")

    @property
    def coverage(self) -> Knowledge:
        """Every point has a type."""
        return Knowledge(Verdict.PROVED, "every point has exactly one type")

    def chart(self, label: Label) -> None:
        """None: use `point`."""

    def point(self, label: Label, seed: int = 0) -> Chart:
        """Random whole numbers."""
        rng = random.Random(f"{seed} {label!r}")
        active, v, inside, groups, squares = label
        for bound in range(3, 200):
            def vector(bound: int = bound) -> sympy.Matrix:
                return sympy.Matrix(1, self.inputs, lambda *_: rng.randint(-bound, bound))

            basis = [vector() for _ in range(v)]

            def inside_v(basis: list[Any] = basis, bound: int = bound) -> sympy.Matrix:
                return sum((rng.randint(-bound, bound) * u for u in basis), sympy.zeros(1, self.inputs))

            weights = [inside_v() for _ in range(active + inside)]
            plane = [vector(), vector()]
            for size in groups:
                line = vector()
                if len(groups) == 4 and squares == 3:
                    line = rng.randint(-bound, bound) * plane[0] + rng.randint(-bound, bound) * plane[1]
                weights += [rng.choice([-2, -1, 1, 2]) * line + inside_v() for _ in range(size)]
            a = [rng.choice([-1, 1]) * rng.randint(1, bound) if i < active else 0 for i in range(self.width)]
            point = self.model.point(a=a, w=[[int(x) for x in w] for w in weights])
            if self.label_of(point) == label:
                return point
        raise PointError(f"no point of the stratum {label} was found among small whole numbers; give values yourself")

    def label_of(self, point: Chart) -> Label:
        """The type of an exact point."""
        a, w = point.arrays["a"], sympy.Matrix(point.arrays["w"].tolist())
        rows = [w.row(i) for i in range(self.width)]
        span = [r for r, x in zip(rows, a, strict=True) if x != 0]
        v = _rank_of(span)
        groups: list[list[Any]] = []
        inside = 0
        for row, x in zip(rows, a, strict=True):
            if x != 0:
                continue
            if _rank_of([*span, row]) == v:
                inside += 1
                continue
            home = next((g for g in groups if _rank_of([*span, g[0], row]) == v + 1), None)
            if home is None:
                groups.append([row])
            else:
                home.append(row)
        squares = len(groups)
        if squares == 4 and _rank_of([*span, *(g[0] for g in groups)]) == v + 2:
            squares = 3
        return sum(1 for x in a if x != 0), v, inside, tuple(sorted(map(len, groups), reverse=True)), squares

    def children(self, label: Label) -> Iterator[tuple[Label, Math]]:
        """Lines fall into V or together; the last of the active neurons in general position becomes inactive."""
        active, v, inside, groups, squares = label
        if len(groups) < 4 or squares == 4 or self.inputs - v == 2:
            for k, size in enumerate(groups):
                rest = groups[:k] + groups[k + 1 :]
                yield self._checked(active, v, inside + size, rest), Math("w in V", r"w \in V")
                for j in range(k):
                    others = [g for i, g in enumerate(groups) if i not in (j, k)]
                    merged = tuple(sorted([*others, size + groups[j]], reverse=True))
                    yield self._checked(active, v, inside, merged), Math("w ~ w'", r"w \sim w'")
        if squares == 4:
            yield (active, v, inside, groups, 3), Math("four lines in a plane")
        if active > v:
            yield (active - 1, v, inside + 1, groups, squares), Math("a = 0")
        elif active and not inside and all(size == 1 for size in groups):
            lines = (*groups, 1)
            if self._squares(len(lines), self.inputs - v + 1):
                yield self._checked(active - 1, v - 1, 0, lines), Math("a = 0")

    def _checked(self, active: int, v: int, inside: int, groups: tuple[int, ...]) -> Label:
        return (active, v, inside, groups, self._squares(len(groups), self.inputs - v)[0])


def _partitions(total: int, largest: int | None = None) -> Iterator[tuple[int, ...]]:
    if total == 0:
        yield ()
    for first in range(min(total, largest or total), 0, -1):
        for rest in _partitions(total - first, first):
            yield (first, *rest)


def _rank_of(rows: list[Any]) -> int:
    return int(sympy.Matrix.vstack(*rows).rank()) if rows else 0


def _rank(names: list[str], rank: int) -> Math:
    text = f"rank({', '.join(names)}) = {rank}"
    return Math(text, rf"\operatorname{{rank}}({', '.join(names)}) = {rank}")
