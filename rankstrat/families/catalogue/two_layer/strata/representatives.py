r"""Conditions, charts and points of the types of two-layer networks."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
import sympy

from rankstrat.errors import PointError
from rankstrat.families.catalogue.two_layer.strata.numbers import Label, TypeNumbers
from rankstrat.families.catalogue.two_layer.strata.types import Kind, Side, is_half, kind_of
from rankstrat.families.catalogue.two_layer.strata.words import (
    chain,
    in_order,
    joined,
    operator,
    symbol,
    vanishing,
)
from rankstrat.model.model import Chart
from rankstrat.rank.zero import exact_rank
from rankstrat.text.tables import Math

Member = tuple[int, int, int]
"""Of a class at a point: side, whether inactive, and neuron."""
Group = list[tuple[int, int, bool]]
"""The neurons of a class: number, sign (or phase), whether active."""


@dataclass(frozen=True)
class Representatives(TypeNumbers):
    """Conditions, charts and points of types, and the type of a point."""

    def layout(self, label: Label) -> tuple[list[tuple[int, int]], list[Group]]:
        """Neurons of the representative: (neuron, kind) with w = 0, and (neuron, sign, active)
        class by class.
        """
        zero, classes, _ = label
        groups, neuron = [], 0
        for kind in classes:
            group = []
            for sign, (n, i) in zip((1, -1), kind, strict=False):
                places = [(self.neuron(neuron + j), j < n) for j in range(n + i)]
                group += [(k, sign * self.sign(k), active) for k, active in places]
                neuron += n + i
            groups.append(group)
        spare = [kind for kind, count in enumerate(zero) for _ in range(count)]
        return [(self.neuron(neuron + j), kind) for j, kind in enumerate(spare)], groups

    def conditions(self, label: Label) -> tuple[Math, ...]:
        """Equalities of weights, then w = 0, b = 0, a = 0."""
        zeros, groups = self.layout(label)
        idle = [i for group in groups for i, _, active in group if not active]
        idle += [i for i, kind in zeros if not self._zero(kind)[0]]
        return (
            *(words for group in groups for words in self._coincidence(group)),
            *vanishing("w", [i for i, _ in zeros]),
            *self._biases(zeros),
            *vanishing("a", idle),
            *self._dependence(label, groups),
        )

    def _coincidence(self, group: Group) -> list[Math]:
        """What the neurons of a class have in common."""
        members = in_order((i, sign) for i, sign, _ in group)
        words = chain("w", members)
        return words + chain("b", members) * self.bias

    def in_units_of(self, point: Chart) -> Self:
        """The neurons in the order in which the type of a point lists them, with their signs."""
        arrays = point.arrays
        null: list[tuple[int, int]] = []
        found: dict[tuple[Any, ...], list[Member]] = {}
        for i, vector in enumerate(self._rows(arrays)):
            idle = int(arrays["a"][i] == 0)
            if all(v == 0 for v in vector[: self.inputs]):
                null.append((self._zero_kind(vector) + idle, i))
                continue
            key, side = self._class_of(vector, found)
            found.setdefault(key, []).append((side, idle, i))
        classes = sorted(
            ((self._kind(*_sides(members)), members) for members in found.values()),
            key=lambda entry: entry[0],
            reverse=True,
        )
        order, signs = list[int](), [1] * self.width
        for _, members in classes:
            plus, minus = _sides(members)
            turned = int(self.law.sides and plus < minus)
            if self.law.sides:
                members = sorted((side ^ turned, idle, i) for side, idle, i in members)
            else:
                members = sorted(members, key=lambda member: member[1:])
                for side, _, i in members:
                    signs[i] = 1 - 2 * (side ^ members[0][0])
            order += [i for _, _, i in members]
        order += [i for _, i in sorted(null)]
        return replace(self, order=tuple(order), signs=tuple(signs))

    def _biases(self, zeros: Sequence[tuple[int, int]]) -> list[Math]:
        """What is special about the biases of neurons with w = 0."""
        if not self.bias:
            return []
        return vanishing("b", [i for i, kind in zeros if not self._zero(kind)[1]])

    def _dependence(self, label: Label, groups: Sequence[Group]) -> list[Math]:
        """The rank of the weights of pairs, where they are dependent."""
        zero, classes, dependence = label
        halves = [g[0][0] for g, kind in zip(groups, classes, strict=True) if is_half(kind)]
        room = self._room(zero)
        if not dependence or dependence == min(len(halves), room):
            return []
        part = "w" if room == self.inputs else "(w, b)"
        rank = operator("rank", [symbol(part, i) for i in halves])
        return [joined([rank, Math(str(dependence))], " = ")]

    @cached_property
    def _names(self) -> dict[str, Any]:
        return dict(self.model.generic().arrays)

    def chart(self, label: Label) -> Chart | None:
        """A chart onto the representative."""
        return self.parametrised(label)

    def parametrised(self, label: Label) -> Chart:
        """Weights of each class as coordinates; dependent ones as combinations with coefficients
        k1, k2, ...
        """
        names = self._names
        values: dict[Any, Any] = {}
        zeros, groups = self.layout(label)
        spanning = self._spanning(label, groups, values)
        for index, group in enumerate(groups):
            vector = spanning.get(index, self._vector(group[0][0]))
            for i, sign, active in group:
                if not active:
                    values[names["a"][i]] = 0
                for parameter, entry in zip(self._vector(i), vector, strict=True):
                    if parameter != sign * entry:
                        values[parameter] = sign * entry
        for i, kind in zeros:
            active, biased = self._zero(kind)
            values |= dict.fromkeys(names["w"][i], 0)
            if not active:
                values[names["a"][i]] = 0
            if self.bias and not biased:
                values[names["b"][i]] = 0
        return self.model.chart(values)

    def _vector(self, i: int) -> list[Any]:
        names = self._names
        return list(self._rows(names)[i])

    def _spanning(
        self, label: Label, groups: Sequence[Any], values: dict[Any, Any]
    ) -> dict[int, list[Any]]:
        """The weights of pairs that are combinations of the first few."""
        zero, classes, dependence = label
        halves = [g for g, kind in enumerate(classes) if is_half(kind)]
        room = self._room(zero)
        if not dependence or dependence == min(len(halves), room):
            return {}
        basis = [self._vector(groups[g][0][0]) for g in halves[:dependence]]
        result, number = {}, 0
        for g in halves[dependence:]:
            own = self._vector(groups[g][0][0])
            coefficients = [sympy.Symbol(f"k{number + j + 1}") for j in range(dependence)]
            number += dependence
            combined = [
                sum(c * v[t] for c, v in zip(coefficients, basis, strict=True)) for t in range(room)
            ]
            result[g] = [*combined, *own[room:]]
        return result

    def point(self, label: Label, seed: int = 0) -> Chart:
        """Random small whole numbers for the coordinates of the chart, none of them special."""
        chart = self.parametrised(label)
        rng = random.Random(f"{seed} {label!r}")
        for bound in range(3, 200):
            point = chart.at(
                {c: rng.choice([-1, 1]) * rng.randint(1, bound) for c in chart.coordinates}
            )
            if self.label_of(point) == label:
                return point
        raise PointError(
            f"no point of the stratum {label} was found among small whole numbers; give values"
            " yourself"
        )

    def label_of(self, point: Chart) -> Label:
        """The combinatorial type of an exact point."""
        arrays = point.arrays
        zero = [0] * self.zero_kinds
        found: dict[tuple[Any, ...], list[list[int]]] = {}
        for a, vector in zip(arrays["a"], self._rows(arrays), strict=True):
            idle = int(a == 0)
            if all(v == 0 for v in vector[: self.inputs]):
                zero[self._zero_kind(vector) + idle] += 1
                continue
            key, side = self._class_of(vector, found)
            found.setdefault(key, [[0, 0], [0, 0]])[side][idle] += 1
        kinds = {key: self._kind((p[0], p[1]), (m[0], m[1])) for key, (p, m) in found.items()}
        classes = tuple(sorted(kinds.values(), reverse=True))
        dependence = 0
        if self._dependences(zero, classes) != range(1):
            room = self._room(zero)
            dependence = exact_rank([v[:room] for v, kind in kinds.items() if is_half(kind)])
        return (tuple(zero), classes, dependence)

    def _rows(self, arrays: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """The weights of each neuron, then its bias."""
        rows = arrays["w"]
        if self.bias:
            rows = np.hstack([rows, arrays["b"][:, None]])
        return [tuple(row) for row in rows]

    def _zero_kind(self, vector: Sequence[Any]) -> int:
        """The kind of an active neuron with w = 0; that of an inactive one is the next."""
        return 2 * int(self.bias and vector[-1] == 0)

    def _class_of(
        self, vector: tuple[Any, ...], known: Mapping[tuple[Any, ...], Any]
    ) -> tuple[tuple[Any, ...], int]:
        """The key of a class, and the side of it on which a neuron stands."""
        mirrored = tuple(-v for v in vector)
        if self.law.signed and mirrored in known:
            return mirrored, 1
        return vector, 0

    def _kind(self, plus: Side, minus: Side) -> Kind:
        if self.law.sides:
            return kind_of(plus, minus)
        return ((plus[0] + minus[0], plus[1] + minus[1]),)


def _sides(members: Sequence[Member]) -> tuple[Side, Side]:
    """The numbers of active and inactive members on the two sides."""
    plus, minus = ([idle for side, idle, _ in members if side == here] for here in (0, 1))
    return (plus.count(0), plus.count(1)), (minus.count(0), minus.count(1))
