r"""All strata of two-layer networks: which neurons vanish, coincide up to sign, or are inactive.

A label is `(zero, classes, dependence)`: how many neurons with w = 0 there are of each kind, the
multiset of classes $\pm(w, b)$ with w != 0, each with its numbers of active (a != 0) and inactive
neurons, and the dimension spanned by the weights of those classes whose linear functions enter the
tangent span by themselves (0 where that plays no role).
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import sympy

from rankstrat.activation.law import Law
from rankstrat.errors import PointError
from rankstrat.families.catalogue.two_layer.strata.counting import level_sizes
from rankstrat.families.catalogue.two_layer.strata.types import (
    Kind,
    compositions,
    is_active,
    is_half,
    is_pair,
    kind_of,
    merged,
    multisets,
    size_of,
)
from rankstrat.model.model import Chart, Model
from rankstrat.rank.certificate import Verdict
from rankstrat.strata import Knowledge, LevelSize
from rankstrat.text.tables import Math

Label = tuple[tuple[int, ...], tuple[Kind, ...], int]

# a != 0, b != 0; a = 0, b != 0; a != 0, b = 0; both 0
ACTIVE, BIASED = (True, False, True, False), (True, True, False, False)


@dataclass(frozen=True)
class TwoLayerStrata:
    r"""The strata of $\sum_i a_i \sigma(w_i \cdot x + b_i) + c$ for an activation with an
    independence lemma.

    References:
        LSH Corollary 2, LLR Corollary 7; docs/proofs.md#counting.
    """

    model: Model
    width: int
    inputs: int
    bias: bool
    output_bias: bool
    law: Law

    @property
    def extended(self) -> int:
        """The number of weights of a neuron, the bias included."""
        return self.inputs + self.bias

    @property
    def zero_kinds(self) -> int:
        """Kinds of neurons with w = 0: active or not, and b != 0 or not."""
        if self.bias:
            return 4
        return 2

    def _zero(self, kind: int) -> tuple[bool, bool]:
        if self.bias:
            return (ACTIVE[kind], BIASED[kind])
        return (kind == 0, False)

    def labels(self) -> Iterator[Label]:
        """Every label once."""
        for zero in range(self.width + 1):
            for counts in compositions(zero, self.zero_kinds):
                for classes in multisets(self.width - zero, self.law.sides):
                    for dependence in self._dependences(counts, classes):
                        yield (counts, classes, dependence)

    def _dependences(self, zero: Sequence[int], classes: Sequence[Kind]) -> range:
        """The possible dimensions of the span of the pairs' weights; 0 alone where it plays no
        role.
        """
        if not self.law.slope or self._all_linear(zero, classes):
            return range(1)
        pairs = sum(map(is_half, classes))
        if pairs:
            return range(1, min(pairs, self._room(zero)) + 1)
        return range(1)

    def _room(self, zero: Sequence[int]) -> int:
        if not self.bias or self._constant(zero, ()):
            return self.inputs
        return self.extended

    def _all_linear(self, zero: Sequence[int], classes: Sequence[Kind]) -> bool:
        """Whether every coordinate function x_t lies in the tangent span by itself."""
        slopes = any(count and self._slope(kind) for kind, count in enumerate(zero))
        return slopes or (
            bool(self.law.slope) and any(is_pair(k) and not is_half(k) for k in classes)
        )

    def _slope(self, kind: int) -> bool:
        active, biased = self._zero(kind)
        return active and (biased or not self.law.still)

    def _value(self, kind: int) -> bool:
        _, biased = self._zero(kind)
        return biased or not self.law.silent or (self.bias and self._slope(kind))

    def _constant(self, zero: Sequence[int], classes: Sequence[Kind]) -> bool:
        """Whether the constants lie in the tangent span."""
        if self.output_bias or any(count and self._value(kind) for kind, count in enumerate(zero)):
            return True
        if self.law.offset and any(map(is_pair, classes)):
            return True
        return (
            self.bias
            and bool(self.law.slope)
            and any(is_pair(k) and not is_half(k) for k in classes)
        )

    def rank(self, label: Label) -> int:
        """C + (number of weights) C_a + constants + linear functions."""
        zero, classes, dependence = label
        rank = (
            len(classes)
            + self.extended * sum(map(is_active, classes))
            + self._constant(zero, classes)
        )
        return rank + (self.inputs if self._all_linear(zero, classes) else dependence)

    def dimension(self, label: Label) -> int:
        """One for each active a and nonzero b of a neuron with w = 0, the weights for each class,
        less dependences.
        """
        zero, classes, dependence = label
        dimension = int(self.output_bias)
        for kind, count in enumerate(zero):
            dimension += count * sum(self._zero(kind))
        dimension += sum(self.extended + sum(n for n, _ in kind) for kind in classes)
        if dependence:
            room = self._room(zero)
            dimension -= (sum(map(is_half, classes)) - dependence) * (room - dependence)
        return dimension

    def orbit(self, label: Label) -> int:
        """The number of ways to deal the neurons, with their signs."""
        zero, classes, _ = label
        count = math.factorial(self.width)
        for number in zero:
            count //= math.factorial(number)
        for kind, times in Counter(classes).items():
            ways = Fraction(1)
            for n, i in kind:
                ways /= math.factorial(n) * math.factorial(i)
            if self.law.sides and kind[0] == kind[1]:
                ways /= 2
            elif self.law.signed and not self.law.sides:
                ways *= 2 ** (size_of(kind) - 1)
            total = count * ways**times / math.factorial(times)
            count = total.numerator if total.denominator == 1 else total  # type: ignore[assignment]
        return int(count)

    def constancy(self, label: Label) -> Knowledge:
        """The closed formula."""
        return Knowledge(
            Verdict.PROVED, f"closed formula from the independence lemma ({self.law.citation})"
        )

    @property
    def coverage(self) -> Knowledge:
        """Every point has a type."""
        return Knowledge(Verdict.PROVED, "every point has exactly one combinatorial type")

    def level_sizes(self) -> list[LevelSize] | None:
        """The levels without a list of the strata; None where signs enter, or another formula
        does.
        """
        methods = ("rank", "dimension", "orbit", "labels")
        own = all(getattr(type(self), m) is getattr(TwoLayerStrata, m) for m in methods)
        complete = self.coverage.verdict is Verdict.PROVED
        return level_sizes(self) if own and complete and not self.law.sides else None

    def layout(
        self, label: Label
    ) -> tuple[list[tuple[int, int]], list[list[tuple[int, int, bool]]]]:
        """Neurons of the representative: (neuron, kind) with w = 0, and (neuron, sign, active)
        class by class.
        """
        zero, classes, _ = label
        groups, neuron = [], 0
        for kind in classes:
            group = []
            for sign, (n, i) in zip((1, -1), kind, strict=False):
                group += [(neuron + j, sign, j < n) for j in range(n + i)]
                neuron += n + i
            groups.append(group)
        spare = [kind for kind, count in enumerate(zero) for _ in range(count)]
        return [(neuron + j, kind) for j, kind in enumerate(spare)], groups

    def conditions(self, label: Label) -> tuple[Math, ...]:
        """Equalities of weights, then w = 0, b = 0, a = 0."""
        zeros, groups = self.layout(label)
        found = []
        for group in groups:
            if len(group) > 1:
                members = [("-" if sign < 0 else "", i + 1) for i, sign, _ in group]
                texts = " = ".join(f"{s}w{i}" for s, i in members)
                latex = " = ".join(f"{s}w_{{{i}}}" for s, i in members)
                found.append(Math(texts, latex))
                if self.bias:
                    found.append(Math(texts.replace("w", "b"), latex.replace("w_", "b_")))
        found += _vanishing("w", [i for i, _ in zeros])
        found += _vanishing("b", [i for i, k in zeros if self.bias and not self._zero(k)[1]])
        idle = [i for group in groups for i, _, active in group if not active]
        found += _vanishing("a", [*idle, *(i for i, k in zeros if not self._zero(k)[0])])
        if label[2]:
            halves = [
                g[0][0] + 1 for g, kind in zip(groups, label[1], strict=True) if is_half(kind)
            ]
            if label[2] < min(len(halves), self._room(label[0])):
                part = "w" if self._room(label[0]) == self.inputs else "(w, b)"
                texts, latex = (
                    ", ".join(form.format(i) for i in halves)
                    for form in (part + "{}", part + "_{{{}}}")
                )
                found.append(
                    Math(
                        f"rank({texts}) = {label[2]}",
                        rf"\operatorname{{rank}}({latex}) = {label[2]}",
                    )
                )
        return tuple(found)

    @cached_property
    def _names(self) -> dict[str, Any]:
        return dict(self.model.generic().arrays)

    def chart(self, label: Label) -> Chart:
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
                for symbol, entry in zip(self._vector(i), vector, strict=True):
                    if symbol != sign * entry:
                        values[symbol] = sign * entry
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
        return [*names["w"][i], *([names["b"][i]] if self.bias else [])]

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
        chart = self.chart(label)
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
        sides: dict[tuple[Any, ...], list[list[int]]] = {}
        for i in range(self.width):
            active = arrays["a"][i] != 0
            weights = tuple(arrays["w"][i])
            vector = (*weights, *([arrays["b"][i]] if self.bias else []))
            if all(v == 0 for v in weights):
                kind = 0 if active else 1
                zero[kind + 2 * (arrays["b"][i] == 0) if self.bias else kind] += 1
                continue
            mirrored = tuple(-v for v in vector)
            side = int(mirrored in sides and self.law.signed)
            group = sides.setdefault(mirrored if side else vector, [[0, 0], [0, 0]])
            group[side][0 if active else 1] += 1
        found = []
        for vector, (plus, minus) in sides.items():
            pair = [(plus[0], plus[1]), (minus[0], minus[1])]
            kind_: Kind = (
                (max(pair), min(pair))
                if self.law.sides
                else ((plus[0] + minus[0], plus[1] + minus[1]),)
            )
            found.append((kind_, vector))
        classes = tuple(sorted((kind for kind, _ in found), reverse=True))
        dependence = 0
        if self._dependences(zero, classes) != range(1):
            room = self._room(zero)
            dependence = rational_rank([v[:room] for kind, v in found if is_half(kind)])
        return (tuple(zero), classes, dependence)

    def children(self, label: Label) -> Iterator[tuple[Label, Math]]:
        """An active neuron becomes inactive, two classes merge, a class or a bias vanishes,
        dependences appear.
        """
        found: dict[Label, Math] = {}
        bound = self._is_bound(label)
        for zero, classes, condition in self._moves(label):
            if bound and self._all_linear(zero, classes):
                # the type no longer says that weights are dependent, so it is not wholly in the
                # closure
                continue
            ordered = tuple(sorted(classes, reverse=True))
            dependence = self._after(label, zero, ordered)
            found.setdefault((zero, ordered, dependence), condition)
        if label[2] > 1:
            words = Math("weights become dependent", r"\text{dependent weights}")
            found.setdefault((label[0], label[1], label[2] - 1), words)
        yield from found.items()

    def _is_bound(self, label: Label) -> bool:
        """Whether the weights of pairs satisfy a relation."""
        return 0 < label[2] < min(sum(map(is_half, label[1])), self._room(label[0]))

    def _after(self, label: Label, zero: tuple[int, ...], classes: tuple[Kind, ...]) -> int:
        """The dimension spanned at the generic point of the closure's new stratum."""
        possible = self._dependences(zero, classes)
        if possible == range(1):
            return 0
        before, had = sum(map(is_half, label[1])), label[2]
        if not had or had == min(before, self._room(label[0])):
            return possible[-1]
        return min(possible[-1], had + max(0, sum(map(is_half, classes)) - before))

    def _moves(self, label: Label) -> Iterator[tuple[tuple[int, ...], list[Kind], Math]]:
        zero, classes, _ = label
        for kind in sorted(set(classes), reverse=True):
            others = list(classes)
            others.remove(kind)
            for side, (n, i) in enumerate(kind):
                if n:
                    yield (
                        zero,
                        [*others, kind_of(*kind[:side], (n - 1, i + 1), *kind[side + 1 :])],
                        Math("a = 0"),
                    )
            n, i = (sum(side[j] for side in kind) for j in (0, 1))
            if not self.bias:
                yield (zero[0] + n, zero[1] + i), others, Math("w = 0")
            elif n + i == 1:
                yield (zero[0] + n, zero[1] + i, *zero[2:]), others, Math("w = 0")
            else:
                # biases of several neurons with w = 0 differ in general, so only w = b = 0 lies in
                # the closure
                yield (*zero[:2], zero[2] + n, zero[3] + i), others, Math("w = b = 0")
            for second in sorted(set(others), reverse=True):
                rest = list(others)
                rest.remove(second)
                plain = self.law.sides or not self.law.signed
                equal = Math("w = w'") if plain else Math("w = ±w'", r"w = \pm w'")
                yield zero, [*rest, merged(kind, second)], equal
                if self.law.sides:
                    yield zero, [*rest, merged(kind, second[::-1])], Math("w = -w'")
        for place, count in enumerate(zero):
            active, biased = self._zero(place)
            if count and active:
                yield _moved(zero, place, place + 1), list(classes), Math("a = 0")
            if count and biased:
                yield _moved(zero, place, place + 2), list(classes), Math("b = 0")


def _moved(zero: Sequence[int], source: int, target: int) -> tuple[int, ...]:
    counts = list(zero)
    counts[source] -= 1
    counts[target] += 1
    return tuple(counts)


def _vanishing(name: str, neurons: Sequence[int]) -> list[Math]:
    if not neurons:
        return []
    numbers = [i + 1 for i in sorted(neurons)]
    text = " = ".join([*(f"{name}{i}" for i in numbers), "0"])
    return [Math(text, " = ".join([*(f"{name}_{{{i}}}" for i in numbers), "0"]))]


def rational_rank(rows: Iterable[Sequence[Any]]) -> int:
    """The rank of a small exact matrix."""
    return int(sympy.Matrix([list(map(sympy.sympify, row)) for row in rows]).rank())
