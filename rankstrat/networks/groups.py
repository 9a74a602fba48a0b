r"""Groups of units that can be made one, or made to vanish, within a radius."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

Vectors = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Group:
    """Units with signs that are brought together.

    Attributes:
        members: the units.
        signs: how each is turned before they are compared.
        vanishes: whether they add nothing then, or a constant.
        constant: whether they are one unit whose weights become 0.
    """

    members: tuple[int, ...]
    signs: tuple[int, ...]
    vanishes: bool
    constant: bool = False


@dataclass(frozen=True)
class Units:
    r"""Incoming and outgoing weights as whole numbers.

    Attributes:
        rows: incoming weights, with the bias at the end.
        columns: outgoing weights.
        weights: how many entries of a row are weights.
        radius: how far every number may move.
        signs: for which s the units v and s v are one up to a factor.
        factor: that factor, $\sigma(s z) = \mathrm{factor}(s)\,\sigma(z)$ up to a constant.
    """

    rows: Vectors
    columns: Vectors
    weights: int
    radius: int
    signs: tuple[int, ...]
    factor: Callable[[int], int]

    def signs_between(self, i: int, j: int) -> tuple[int, ...]:
        """The s for which rows i and s j are at most two radii apart."""
        one, two, most = self.rows[i], self.rows[j], 2 * self.radius
        return tuple(
            s for s in self.signs
            if all(abs(u - s * v) <= most for u, v in zip(one, two, strict=True))
        )  # fmt: skip

    def may_be_constant(self, i: int) -> bool:
        """Whether the weights of a unit can become 0."""
        return all(abs(v) <= self.radius for v in self.rows[i][: self.weights])

    def cancels(self, members: tuple[int, ...], signs: tuple[int, ...]) -> bool:
        """Whether the outgoing weights of units that are made one can sum to 0."""
        factors = [self.factor(s) for s in signs]
        totals = (
            sum(c * self.columns[i][k] for i, c in zip(members, factors, strict=True))
            for k in range(len(self.columns[0]))
        )
        return all(abs(total) <= len(members) * self.radius for total in totals)

    def stays(self, i: int, friends: Sequence[int]) -> bool:
        """Whether no group that contains a unit can vanish."""
        if self.may_be_constant(i):
            return False
        return any(
            abs(a) > self.radius + sum(abs(self.columns[j][k]) + self.radius for j in friends)
            for k, a in enumerate(self.columns[i])
        )

    def fits(self, members: Sequence[int], signs: Sequence[int]) -> bool:
        """Whether the turned rows lie in a box of two radii."""
        turned = [[s * v for v in self.rows[i]] for i, s in zip(members, signs, strict=True)]
        return all(max(c) - min(c) <= 2 * self.radius for c in zip(*turned, strict=True))


def clusters(units: Units) -> Iterator[list[int]]:
    """The connected components of units that can be brought together in pairs."""
    left = list(range(len(units.rows)))
    while left:
        found, queue = [left[0]], [left.pop(0)]
        while queue:
            i = queue.pop()
            near = [j for j in left if units.signs_between(i, j)]
            left = [j for j in left if j not in set(near)]
            found += near
            queue += near
        yield sorted(found)


def fewest(units: Units, cluster: Sequence[int]) -> list[Group]:
    """A grouping of a small cluster of which as few groups as possible do not vanish, by dynamic
    programming over its subsets.
    """
    table = _groups(units, cluster)
    best: dict[int, tuple[int, int]] = {0: (0, 0)}
    for chosen in range(1, 1 << len(cluster)):
        lowest = chosen & -chosen
        options = []
        part = chosen
        while part:
            if part & lowest and part in table:
                options.append((best[chosen ^ part][0] + (not table[part].vanishes), part))
            part = (part - 1) & chosen
        best[chosen] = min(options)
    result, chosen = [], (1 << len(cluster)) - 1
    while chosen:
        part = best[chosen][1]
        result.append(table[part])
        chosen ^= part
    return result


def _groups(units: Units, cluster: Sequence[int]) -> dict[int, Group]:
    """Every set of units that can be made one, by its bits; one that vanishes where there is one.

    The first member is not turned, for a group may be turned as a whole.
    """
    patterns: dict[int, list[tuple[int, ...]]] = {}
    table: dict[int, Group] = {}
    for chosen in range(1, 1 << len(cluster)):
        places = [k for k in range(len(cluster)) if chosen >> k & 1]
        members = tuple(cluster[k] for k in places)
        *_, last = places
        before = patterns.get(chosen ^ (1 << last), [()]) if len(places) > 1 else [()]
        turns = units.signs if len(places) > 1 else (1,)
        patterns[chosen] = [
            (*signs, s)
            for signs, s in itertools.product(before, turns)
            if len(places) == 1 or (signs and units.fits(members, (*signs, s)))
        ]
        vanishing = [p for p in patterns[chosen] if units.cancels(members, p)]
        if len(members) == 1 and units.may_be_constant(members[0]):
            table[chosen] = Group(members, (1,), True, True)
        elif vanishing:
            table[chosen] = Group(members, vanishing[0], True)
        elif patterns[chosen]:
            table[chosen] = Group(members, patterns[chosen][0], False)
    return table


def first_fit(units: Units, cluster: Sequence[int]) -> list[Group]:
    """Constant units by themselves, every other one into the first group that it fits, and groups
    that cancel.
    """
    result = [Group((i,), (1,), True, True) for i in cluster if units.may_be_constant(i)]
    found: list[tuple[list[int], list[int]]] = []
    for i in cluster:
        if units.may_be_constant(i):
            continue
        for members, signs in found:
            turn = next((s for s in units.signs if units.fits([*members, i], [*signs, s])), None)
            if turn is not None:
                members.append(i)
                signs.append(turn)
                break
        else:
            found.append(([i], [1]))
    for members, signs in found:
        whole = tuple(members), tuple(signs)
        result.append(Group(*whole, units.cancels(*whole)))
    return result


__all__ = ["Group", "Units", "clusters", "fewest", "first_fit"]
