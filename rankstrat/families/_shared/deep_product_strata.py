"""The strata of products of several matrices: the ranks of all partial products."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import sympy

from rankstrat.families._shared.product_strata import COVER, rank_words
from rankstrat.model.model import Chart, Model
from rankstrat.rank.certificate import Verdict
from rankstrat.strata import Knowledge
from rankstrat.text.sources import proved
from rankstrat.text.tables import Math


@dataclass(frozen=True)
class DeepProductStrata:
    r"""The strata of $W_L \cdots W_1$ by the ranks of all sub-products $W_j \cdots W_{i+1}$, i < j.

    A label counts the intervals [i, j] of layers in the decomposition of the chain of maps (a
    representation of the quiver of type A): a base change in every layer, which keeps the rank,
    acts transitively on the stratum.

    References:
        docs/proofs.md#products.
    """

    model: Model
    widths: tuple[int, ...]

    @property
    def intervals(self) -> list[tuple[int, int]]:
        """All [i, j], 0 <= i <= j <= L."""
        last = len(self.widths) - 1
        return [(i, j) for i in range(last + 1) for j in range(i, last + 1)]

    def labels(self) -> Iterator[tuple[int, ...]]:
        """Every family of multiplicities with the given widths."""
        intervals = self.intervals

        def extend(index: int, room: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
            if index == len(intervals):
                if not any(room):
                    yield ()
                return
            i, j = intervals[index]
            if any(room[layer] for layer in range(i)):
                return
            for count in range(min(room[i : j + 1]), -1, -1):
                rest = tuple(r - count if i <= layer <= j else r for layer, r in enumerate(room))
                for more in extend(index + 1, rest):
                    yield (count, *more)

        yield from extend(0, self.widths)

    def ranks(self, label: Sequence[int]) -> dict[tuple[int, int], int]:
        """(i, j) -> rank of W_j ... W_{i+1}, the widths for i = j."""
        return {
            (i, j): sum(
                m for m, (s, t) in zip(label, self.intervals, strict=True) if s <= i and j <= t
            )
            for i, j in self.intervals
        }

    def rank(self, label: Sequence[int]) -> int:
        """Sum of (c_l - c_{l-1}) r_l.

        Here c_l = rank(W_L ... W_{l+1}), c_0 = 0, and r_l = rank(W_{l-1} ... W_1).
        """
        ranks, last = self.ranks(label), len(self.widths) - 1
        return sum(
            (ranks[layer, last] - (ranks[layer - 1, last] if layer > 1 else 0))
            * ranks[0, layer - 1]
            for layer in range(1, last + 1)
        )

    def dimension(self, label: Sequence[int]) -> int:
        """The dimension of the group less that of the stabiliser, which is the endomorphism
        algebra.
        """
        pairs = zip(label, self.intervals, strict=True)
        present = [(m, i, j) for m, (i, j) in pairs if m]
        stabiliser = sum(m * n for m, a, b in present for n, c, d in present if c <= a <= d <= b)
        return sum(w * w for w in self.widths) - stabiliser

    def orbit(self, label: Sequence[int]) -> int:
        """The strata are stable under the symmetries."""
        return 1

    def conditions(self, label: Sequence[int]) -> tuple[Math, ...]:
        """Those ranks of sub-products that are smaller than the ranks of shorter ones allow."""
        ranks, found = self.ranks(label), []
        for i, j in sorted(self.intervals, key=lambda p: p[1] - p[0]):
            if i < j:
                expected = (
                    min(ranks[i, j - 1], ranks[i + 1, j])
                    if j - i > 1
                    else min(self.widths[i], self.widths[j])
                )
                if ranks[i, j] < expected:
                    found.append(rank_words("".join(f"W{k}" for k in range(j, i, -1)), ranks[i, j]))
        return tuple(found)

    def constancy(self, label: Sequence[int]) -> Knowledge:
        """A group acts transitively."""
        return Knowledge(
            Verdict.PROVED,
            "base changes act transitively on the stratum and keep the rank"
            f" (AbeasisDelFra1985; {proved('products')})",
        )

    @property
    def coverage(self) -> Knowledge:
        """Every point has a list of ranks."""
        return COVER

    def chart(self, label: Sequence[int]) -> None:
        """None: use `point`."""

    def point(self, label: Sequence[int], seed: int = 0) -> Chart:
        """The normal form after random unimodular base changes."""
        rng = random.Random(f"{seed} {label}")
        changes = [_unimodular(rng, w) for w in self.widths]
        return self.model.point(
            {
                f"W{layer}": (changes[layer] * normal * changes[layer - 1].inv()).tolist()
                for layer, normal in enumerate(self._normal(label), start=1)
            }
        )

    def _normal(self, label: Sequence[int]) -> list[sympy.Matrix]:
        strands = [
            interval for m, interval in zip(label, self.intervals, strict=True) for _ in range(m)
        ]
        place = [
            [k for k, (i, j) in enumerate(strands) if i <= layer <= j]
            for layer in range(len(self.widths))
        ]
        return [
            sympy.Matrix(
                len(place[n]),
                len(place[n - 1]),
                lambda r, c, n=n: int(place[n][r] == place[n - 1][c]),
            )
            for n in range(1, len(self.widths))
        ]

    def children(self, label: Sequence[int]) -> Iterator[tuple[tuple[int, ...], Math]]:
        """Two strands exchange their ends, or one breaks: the minimal degenerations of the
        chain.
        """
        index = {interval: k for k, interval in enumerate(self.intervals)}
        for (a, b), (c, d) in itertools.product(self.intervals, repeat=2):
            m, n = label[index[a, b]], label[index[c, d]]
            if m and n and a < c <= d < b:
                yield _exchange(label, index, [(a, b), (c, d)], [(a, d), (c, b)]), self._drop(a, b)
        for a, b in self.intervals:
            if label[index[a, b]]:
                for cut in range(a, b):
                    yield (
                        _exchange(label, index, [(a, b)], [(a, cut), (cut + 1, b)]),
                        self._drop(cut, cut + 1),
                    )

    def _drop(self, i: int, j: int) -> Math:
        name = "".join(f"W{k}" for k in range(j, i, -1))
        latex = re.sub(r"(\d+)", r"_{\1}", name)
        return Math(f"rank {name} drops", rf"\operatorname{{rank}} {latex}\ \text{{drops}}")

    def label_of(self, point: Chart) -> tuple[int, ...]:
        """Multiplicities from the ranks of all sub-products."""
        last = len(self.widths) - 1
        factors = [sympy.Matrix(point.arrays[f"W{layer}"].tolist()) for layer in range(1, last + 1)]

        @cache
        def rank(i: int, j: int) -> int:
            if i < 0 or j > last:
                return 0
            if i == j:
                return self.widths[i]
            product = factors[i]
            for factor in factors[i + 1 : j]:
                product = factor * product
            return int(product.rank())

        return tuple(
            rank(i, j) - rank(i - 1, j) - rank(i, j + 1) + rank(i - 1, j + 1)
            for i, j in self.intervals
        )


def _exchange(
    label: Sequence[int],
    index: dict[tuple[int, int], int],
    take: list[tuple[int, int]],
    give: list[tuple[int, int]],
) -> tuple[int, ...]:
    counts = list(label)
    for interval in take:
        counts[index[interval]] -= 1
    for interval in give:
        counts[index[interval]] += 1
    return tuple(counts)


def _unimodular(rng: random.Random, size: int) -> sympy.Matrix:
    lower = sympy.Matrix(
        size, size, lambda i, j: 1 if i == j else rng.randint(-2, 2) if i > j else 0
    )
    return lower * sympy.Matrix(
        size, size, lambda i, j: 1 if i == j else rng.randint(-2, 2) if i < j else 0
    )
