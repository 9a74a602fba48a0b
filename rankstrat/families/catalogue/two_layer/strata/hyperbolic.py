r"""All strata of networks with biases whose activation is sinh or cosh: each class has two
functions.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Self

from rankstrat.families.catalogue.two_layer.strata.classes import TwoLayerStrata
from rankstrat.families.catalogue.two_layer.strata.numbers import Label
from rankstrat.families.catalogue.two_layer.strata.representatives import Group
from rankstrat.families.catalogue.two_layer.strata.types import Kind, Side, compositions, size_of
from rankstrat.families.catalogue.two_layer.strata.words import chain, in_order
from rankstrat.model.model import Chart
from rankstrat.rank.certificate import Verdict
from rankstrat.strata import Knowledge
from rankstrat.text.tables import Math


@dataclass(frozen=True)
class HyperbolicStrata(TwoLayerStrata):
    r"""The strata of $\sum_i a_i \sinh(w_i \cdot x + b_i) + c$, and of cosh.

    By the addition theorem the neurons of a class $\pm w$ span combinations of sinh(w.x) and
    cosh(w.x). A neuron gives $\sigma(w \cdot x + b)$, if active also $\sigma'$, which is
    independent of it, and $\sigma'\,x_t$; functions with different biases ("phases", up to the sign
    of w) are independent. With p phases, q of them active, a class has the rank
    $\min(2, p + [q > 0]) + d \min(2, q)$. The kind of a class lists its phases.
    """

    def labels(self) -> Iterator[Label]:
        """Every label once."""
        for zero in range(self.width + 1):
            for counts in compositions(zero, self.zero_kinds):
                for classes in _multisets(self.width - zero, _kinds(self.width - zero)):
                    yield (counts, classes, 0)

    def rank(self, label: Label) -> int:
        """At most two functions, and two times d derivatives, for each class."""
        zero, classes, _ = label
        rank = self._constant(zero, ()) + self.inputs * self._all_linear(zero, ())
        for kind in classes:
            acting = sum(1 for n, _ in kind if n)
            rank += min(2, len(kind) + (acting > 0)) + self.inputs * min(2, acting)
        return rank

    def dimension(self, label: Label) -> int:
        """Weights for each class, a bias for each phase, and the active a."""
        zero, classes, _ = label
        dimension = int(self.output_bias) + sum(
            count * sum(self._zero(k)) for k, count in enumerate(zero)
        )
        return dimension + sum(
            self.inputs + len(kind) + sum(n for n, _ in kind) for kind in classes
        )

    def orbit(self, label: Label) -> int:
        """The number of ways to deal the neurons, with their signs."""
        zero, classes, _ = label
        count = Fraction(
            math.factorial(self.width), math.prod(math.factorial(number) for number in zero)
        )
        for kind, times in Counter(classes).items():
            ways = Fraction(2 ** (size_of(kind) - 1))
            for (n, i), equal in Counter(kind).items():
                ways /= (math.factorial(n) * math.factorial(i)) ** equal * math.factorial(equal)
            count *= ways**times / math.factorial(times)
        return int(count)

    def constancy(self, label: Label) -> Knowledge:
        """The closed formula."""
        return Knowledge(
            Verdict.PROVED, f"addition theorem and the independence lemma ({self.law.citation})"
        )

    def layout(
        self, label: Label
    ) -> tuple[list[tuple[int, int]], list[list[tuple[int, int, bool]]]]:
        """Neurons with w = 0 and their kinds; class by class (neuron, phase, active)."""
        zero, classes, _ = label
        groups, neuron = [], 0
        for kind in classes:
            group = []
            for phase, (n, i) in enumerate(kind):
                group += [(self.neuron(neuron + j), phase, j < n) for j in range(n + i)]
                neuron += n + i
            groups.append(group)
        spare = [kind for kind, count in enumerate(zero) for _ in range(count)]
        return [(self.neuron(neuron + j), kind) for j, kind in enumerate(spare)], groups

    def _coincidence(self, group: Group) -> list[Math]:
        """Equal weights in a class, equal biases in a phase."""
        found = chain("w", in_order((i, self.sign(i)) for i, _, _ in group))
        for phase in {p: None for _, p, _ in group}:
            members = ((i, self.sign(i)) for i, p, _ in group if p == phase)
            found += self._same_phase(in_order(members))
        return found

    def _same_phase(self, members: list[tuple[int, int]]) -> list[Math]:
        return chain("b", members)

    def parametrised(self, label: Label) -> Chart:
        """The weights of the first neuron of a class and the bias of the first of a phase as
        coordinates.
        """
        names, values = self._names, dict[Any, Any]()
        zeros, groups = self.layout(label)
        for group in groups:
            first: dict[int, int] = {}
            for i, phase, active in group:
                if i != group[0][0]:
                    turned = self.sign(i) * self.sign(group[0][0])
                    weights = [turned * w for w in names["w"][group[0][0]]]
                    values |= zip(names["w"][i], weights, strict=True)
                if first.setdefault(phase, i) != i:
                    turned = self.sign(i) * self.sign(first[phase])
                    values[names["b"][i]] = turned * names["b"][first[phase]]
                if not active:
                    values[names["a"][i]] = 0
        for i, kind in zeros:
            active, biased = self._zero(kind)
            values |= dict.fromkeys(names["w"][i], 0)
            if not active:
                values[names["a"][i]] = 0
            if not biased:
                values[names["b"][i]] = 0
        return self.model.chart(values)

    def label_of(self, point: Chart) -> Label:
        """The combinatorial type of an exact point."""
        arrays = point.arrays
        zero = [0] * self.zero_kinds
        found: dict[tuple[Any, ...], dict[Any, list[int]]] = {}
        for i in range(self.width):
            idle, b = int(arrays["a"][i] == 0), arrays["b"][i]
            weights = tuple(arrays["w"][i])
            if all(v == 0 for v in weights):
                zero[idle + self._special(b)] += 1
                continue
            mirrored = tuple(-v for v in weights)
            key, phase = (mirrored, -b) if mirrored in found else (weights, b)
            found.setdefault(key, {}).setdefault(self._phase(phase), [0, 0])[idle] += 1
        kinds = [_sorted((n, i) for n, i in phases.values()) for phases in found.values()]
        return (tuple(zero), tuple(sorted(kinds, reverse=True)), 0)

    def in_units_of(self, point: Chart) -> Self:
        """The neurons in the order in which the type of a point lists them, with their signs."""
        arrays = point.arrays
        null: list[tuple[int, int]] = []
        found: dict[tuple[Any, ...], dict[Any, list[tuple[int, int]]]] = {}
        signs = [1] * self.width
        for i in range(self.width):
            idle, b = int(arrays["a"][i] == 0), arrays["b"][i]
            weights = tuple(arrays["w"][i])
            if all(v == 0 for v in weights):
                null.append((idle + self._special(b), i))
                continue
            mirrored = tuple(-v for v in weights)
            signs[i] = -1 if mirrored in found else 1
            key = mirrored if mirrored in found else weights
            phases = found.setdefault(key, {})
            phases.setdefault(self._phase(signs[i] * b), []).append((idle, i))
        classes = []
        for phases in found.values():
            ordered = sorted(phases.values(), key=_numbers, reverse=True)
            classes.append((tuple(map(_numbers, ordered)), ordered))
        classes.sort(key=lambda entry: entry[0], reverse=True)
        order = [i for _, ordered in classes for members in ordered for _, i in sorted(members)]
        order += [i for _, i in sorted(null)]
        return replace(self, order=tuple(order), signs=tuple(signs))

    def _special(self, b: Any) -> int:
        """The first kind of neurons with w = 0 and this bias."""
        return 2 * int(b == 0)

    def _phase(self, b: Any) -> Any:
        """Equal for biases whose functions are proportional."""
        return b

    def _moves(self, label: Label) -> Iterator[tuple[tuple[int, ...], list[Kind], Math]]:
        zero, classes, _ = label
        for kind in sorted(set(classes), reverse=True):
            others = list(classes)
            others.remove(kind)
            for k, (n, i) in enumerate(kind):
                rest = kind[:k] + kind[k + 1 :]
                if n:
                    yield zero, [*others, _sorted((*rest, (n - 1, i + 1)))], Math("a = 0")
                for j in range(k):
                    fewer = [side for m, side in enumerate(kind) if m not in (j, k)]
                    merged = (n + kind[j][0], i + kind[j][1])
                    yield zero, [*others, _sorted((*fewer, merged))], Math("b = ±b'", r"b = \pm b'")
            # neurons of one phase keep equal biases (up to sign) when w vanishes: only b = 0 is
            # wholly in the closure
            single = [side for side in kind if sum(side) == 1]
            several = [side for side in kind if sum(side) > 1]
            words = Math("w = b = 0") if several else Math("w = 0")
            for special in range(2, self.zero_kinds, 2) if several else (2,):
                counts = list(zero)
                for place, part in ((0, single), (special, several)):
                    for side in part:
                        counts[place] += side[0]
                        counts[place + 1] += side[1]
                yield tuple(counts), others, words
            for second in sorted(set(others), reverse=True):
                left = list(others)
                left.remove(second)
                yield zero, [*left, _sorted((*kind, *second))], Math("w = ±w'", r"w = \pm w'")
        # the rest concerns neurons with w = 0 only
        yield from (
            (z, list(classes), words)
            for z, none, words in super()._moves((zero, (), 0))
            if not none
        )


def _sorted(sides: Any) -> Kind:
    return tuple(sorted(sides, reverse=True))


def _kinds(most: int) -> list[Kind]:
    """Multisets of phases with at most so many neurons, the larger first."""
    sides: list[Side] = [(n, s - n) for s in range(most, 0, -1) for n in range(s, -1, -1)]

    def extend(left: int, start: int) -> Iterator[tuple[Side, ...]]:
        yield ()
        for k in range(start, len(sides)):
            if sum(sides[k]) <= left:
                yield from ((sides[k], *rest) for rest in extend(left - sum(sides[k]), k))

    return sorted({_sorted(kind) for kind in extend(most, 0) if kind}, reverse=True)


def _multisets(total: int, kinds: Sequence[Kind], start: int = 0) -> Iterator[tuple[Kind, ...]]:
    if total == 0:
        yield ()
    for k in range(start, len(kinds)):
        if size_of(kinds[k]) <= total:
            yield from (
                (kinds[k], *rest) for rest in _multisets(total - size_of(kinds[k]), kinds, k)
            )


def _numbers(members: list[tuple[int, int]]) -> Side:
    """The numbers of active and inactive members of a phase."""
    idle = sum(inactive for inactive, _ in members)
    return len(members) - idle, idle
