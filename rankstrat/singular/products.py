r"""Products of matrices $W_L \cdots W_1$: the learning coefficient at every point, from ranks.

A chain of linear maps is a sum of strands [i, j], on which a vector is carried from node i to node
j. Splitting off the r strands from node 0 to node L leaves a chain with product 0, and the sets
$Z(z) = \{$there are $V_i$ of dimension $z_i$ with $W_i V_{i-1} = V_i$, $V_0$ everything, $V_L =
0\}$ cover the chains with product 0; see docs/singular.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from rankstrat.algebra.linear import Rational, rank

MOST_STATES, MOST_SPACES = 30_000, 2_000
Dimensions = tuple[int, ...]
"""Of one space at each node."""
Spaces = tuple[tuple[int, ...], ...]
"""For each inner node, how many strands of each end are in the space."""


@dataclass(frozen=True)
class Chain:
    r"""The orbit of a chain of linear maps.

    Attributes:
        widths: the dimensions $d_0, \dots, d_L$ of the nodes.
        strands: (i, j) -> how many strands go from node i to node j.
    """

    widths: tuple[int, ...]
    strands: Mapping[tuple[int, int], int]

    @classmethod
    def of(cls, factors: Sequence[Sequence[Sequence[Rational]]], widths: Sequence[int]) -> Chain:
        """The chain of the matrices W_1, ..., W_L, each as rows."""
        last = len(widths) - 1
        ranks = {(i, i): d for i, d in enumerate(widths)}
        for i in range(last):
            total = [list(row) for row in factors[i]]
            ranks[i, i + 1] = rank(total)
            for j in range(i + 1, last):
                total = multiplied(factors[j], total)
                ranks[i, j + 1] = rank(total)
        strands = {}
        for (i, j), value in ranks.items():
            number = (
                value
                - ranks.get((i - 1, j), 0)
                - ranks.get((i, j + 1), 0)
                + ranks.get((i - 1, j + 1), 0)
            )
            if number:
                strands[i, j] = number
        return cls(tuple(widths), strands)

    @property
    def last(self) -> int:
        """The number L of maps."""
        return len(self.widths) - 1

    @property
    def through(self) -> int:
        """The rank r of the product."""
        return self.strands.get((0, self.last), 0)

    @property
    def smooth(self) -> int:
        """The codimension r (d_0 + d_L - r) of the matrices of rank r around the product."""
        return self.through * (self.widths[0] + self.widths[-1] - self.through)

    @property
    def inside(self) -> dict[tuple[int, int], int]:
        """(i, e) -> how many strands go through node i, begin after node 0 and end at e < L."""
        return {
            (i, e): sum(n for (s, j), n in self.strands.items() if j == e and 0 < s <= i)
            for i in range(1, self.last)
            for e in range(i, self.last)
        }

    @property
    def forced(self) -> list[int]:
        """For each node the strands from node 0 that end before L: they are in every V."""
        return [
            sum(n for (s, j), n in self.strands.items() if s == 0 and i <= j < self.last)
            for i in range(self.last + 1)
        ]

    def codimension(self, z: Dimensions) -> int:
        r"""That of Z(z): $\sum_l o_l z_{l-1} - \sum_i o_i z_i$ with $o_i = d_i - r - z_i$, the
        second sum over inner nodes.
        """
        open_ = [d - self.through - v for d, v in zip(self.widths, z, strict=True)]
        total = sum(open_[i] * z[i - 1] for i in range(1, self.last + 1))
        return total - sum(open_[i] * z[i] for i in range(1, self.last))

    def least(self) -> tuple[int, list[Dimensions]] | None:
        """The least codimension of a Z(z) that contains the chain, and every z that attains it;
        None over budget.
        """
        ends = range(1, self.last)
        first = self.widths[0] - self.through
        inside, forced = self.inside, self.forced
        # state: how many strands that end at each later node are in V; once in, they stay in
        states: dict[tuple[int, ...], tuple[int, list[Dimensions]]] = {(): (0, [(first,)])}
        for i in ends:
            places = [inside[i, e] for e in range(i, self.last)]
            size = 1
            for place in places:
                size *= place + 1
            if size * len(states) > MOST_STATES * 20 or size > MOST_STATES:
                return None
            states = _step(self, states, i, forced[i], places)
        finished: dict[tuple[int, ...], tuple[int, list[Dimensions]]] = {}
        for value, found in states.values():
            for z in found:
                cost = value + self.widths[-1] * z[-1] - self.through * z[-1]
                _keep(finished, (), cost, [(*z, 0)])
        value, best = finished[()]
        return value, list(dict.fromkeys(best))

    def longest(self, minimisers: Sequence[Dimensions]) -> int | None:
        r"""The number of members of the longest chain $z^1 < \dots < z^c$ among them whose spaces
        can be chosen with $V^1 \subset \dots \subset V^c$; None over budget.
        """
        states: list[Spaces] = []
        for z in minimisers:
            for spaces in self._spaces(z):
                states.append(spaces)
                if len(states) > MOST_SPACES:
                    return None
        states.sort(key=lambda spaces: sum(map(sum, spaces)))
        length: list[int] = []
        for k, spaces in enumerate(states):
            below = [
                length[other]
                for other in range(k)
                if states[other] != spaces and _is_in(states[other], spaces)
            ]
            length.append(1 + max(below, default=0))
        return max(length)

    def _spaces(self, z: Dimensions) -> Iterator[Spaces]:
        """The sums of tails of strands of these dimensions: for each inner node how many strands
        with each later end are in V.
        """
        inside, forced = self.inside, self.forced

        def chosen(node: int, before: tuple[int, ...]) -> Iterator[Spaces]:
            if node == self.last:
                yield ()
                return
            most = [inside[node, e] for e in range(node, self.last)]
            for here in _between(before, most):
                if forced[node] + sum(here) == z[node]:
                    for rest in chosen(node + 1, here[1:]):
                        yield (here, *rest)

        yield from chosen(1, (0,) * (self.last - 1))


def _is_in(small: Spaces, large: Spaces) -> bool:
    return all(
        a <= b for one, two in zip(small, large, strict=True) for a, b in zip(one, two, strict=True)
    )


def _step(
    chain: Chain,
    states: Mapping[tuple[int, ...], tuple[int, list[Dimensions]]],
    node: int,
    forced: int,
    places: Sequence[int],
) -> dict[tuple[int, ...], tuple[int, list[Dimensions]]]:
    """One node further: more strands may enter V, within the image of the V before."""
    following: dict[tuple[int, ...], tuple[int, list[Dimensions]]] = {}
    rest = chain.widths[node] - chain.through
    for state, (value, found) in states.items():
        before = state[1:] if len(state) > len(places) else (0,) * len(places)
        for chosen in _between(before, places):
            here = forced + sum(chosen)
            for z in found:
                if here <= z[-1]:
                    cost = value + (rest - here) * (z[-1] - here)
                    _keep(following, chosen, cost, [(*z, here)])
    return following


def _between(low: Sequence[int], high: Sequence[int]) -> Iterator[tuple[int, ...]]:
    return product(*(range(a, b + 1) for a, b in zip(low, high, strict=True)))


def _keep(
    table: dict[tuple[int, ...], tuple[int, list[Dimensions]]],
    key: tuple[int, ...],
    cost: int,
    found: list[Dimensions],
) -> None:
    known = table.get(key)
    if known is None or cost < known[0]:
        table[key] = (cost, list(found))
    elif cost == known[0]:
        known[1].extend(found)


def multiplied(
    left: Sequence[Sequence[Rational]], right: Sequence[Sequence[Rational]]
) -> list[list[Rational]]:
    """The product of two matrices of exact numbers."""
    columns = list(zip(*right, strict=True))
    return [
        [sum((a * b for a, b in zip(row, column, strict=True) if a and b), 0) for column in columns]
        for row in left
    ]


__all__ = ["Chain", "multiplied"]
