r"""Strata of deep networks by layers: merged units, units without outgoing weights, and units
without incoming ones.

A unit is *null* if its outgoing weights vanish and *constant* if its incoming ones do; units whose
incoming weights and biases agree (up to sign, for an odd or even $\sigma$) are *merged*. All three
are linear, and the network then has the function of a narrower one: width-wise condensation. Other
strata exist, and the list does not claim to have them.
"""

from __future__ import annotations

import itertools
import math
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self

import sympy

from rankstrat.errors import BudgetError, PointError
from rankstrat.families._shared.deep_words import Unit, Words, condition_words
from rankstrat.model.model import Chart, Model
from rankstrat.model.structure import Layers
from rankstrat.rank.certificate import RankCertificate, Verdict
from rankstrat.rank.model_rank import model_rank
from rankstrat.strata.stratum import Knowledge
from rankstrat.text.parsing import block_symbols
from rankstrat.text.tables import Math

MOST_LABELS, WIDEST, WIDEST_MIXED = 300, 20, 4
Member = tuple[int, int, int]
"""A unit of a layer at a point: whether it is null, its number, its sign in its set."""
Part = tuple[int, int]


@dataclass(frozen=True, order=True)
class LayerType:
    """What the units of one hidden layer are, up to their order.

    Attributes:
        merged: for each set of merged units (one alone counts) its size, and how many are null.
        constant: the number of constant units, and how many of them are null.
    """

    merged: tuple[Part, ...]
    constant: Part = (0, 0)

    @staticmethod
    def of(merged: Sequence[Part], constant: Part = (0, 0)) -> LayerType:
        """With the sets in order, the largest first."""
        return LayerType(tuple(sorted(merged, reverse=True)), constant)

    @property
    def size(self) -> int:
        """The number of units."""
        return sum(k for k, _ in self.merged) + self.constant[0]

    @property
    def active(self) -> int:
        """The number of units that are not null."""
        return self.size - sum(j for _, j in self.merged) - self.constant[1]

    @property
    def all_null(self) -> LayerType:
        """The type once all outgoing weights vanish."""
        return LayerType(tuple((k, k) for k, _ in self.merged), (self.constant[0],) * 2)

    @property
    def all_constant(self) -> LayerType:
        """The type once all incoming weights vanish."""
        return LayerType((), (self.size, self.size - self.active))

    def ways(self, *, signed: bool) -> int:
        """In how many ways the units can be of this type."""
        parts = [*self.merged, self.constant]
        ways = math.factorial(self.size)
        for k, j in parts:
            ways //= math.factorial(k - j) * math.factorial(j)
        for many in Counter(self.merged).values():
            ways //= math.factorial(many)
        return ways * (2 ** sum(k - 1 for k, _ in self.merged) if signed else 1)

    def smaller(self, *, bias: bool) -> Iterator[LayerType]:
        """The types of the largest strata in the closure: one more null unit, two sets merged, a
        set made constant.
        """
        sets, (c, n) = self.merged, self.constant
        for k, j in dict.fromkeys(sets):
            rest = list(sets)
            rest.remove((k, j))
            if j < k:
                yield LayerType.of([*rest, (k, j + 1)], (c, n))
            if k == 1 or not bias:  # the biases of merged units agree, those of constant ones not
                yield LayerType.of(rest, (c + k, n + j))
        if n < c:
            yield LayerType.of(sets, (c, n + 1))
        for (k, j), (p, q) in dict.fromkeys(itertools.combinations(sets, 2)):
            rest = list(sets)
            rest.remove((k, j))
            rest.remove((p, q))
            yield LayerType.of([*rest, (k + p, j + q)], (c, n))


Label = tuple[LayerType, ...]


@dataclass(frozen=True)
class DeepStrata:
    """The strata of width-wise condensation of a network with several hidden layers.

    Attributes:
        model: the network.
        layers: its layers.
        signed: whether units are merged up to sign.
    """

    model: Model
    layers: Layers
    signed: bool
    order: tuple[tuple[tuple[int, int], ...], ...] = field(default=(), repr=False)
    """For each hidden layer its units with their signs, in the order of the representatives;
    empty for 1, 2, 3, ...
    """

    @cached_property
    def _hidden(self) -> range:
        return range(1, len(self.layers.widths) - 1)

    def is_consistent(self, label: Label) -> bool:
        """Whether generic points of the conditions have this type.

        Where all units of a layer are null the next one is constant, and where all of a layer are
        constant the last one is null.
        """
        active = self.layers.widths[0]
        for here, after in itertools.zip_longest(label, label[1:]):
            if active == 0 and here.merged:
                return False
            active = here.active
            if after is not None and not after.merged and active:
                return False
        return True

    def _closed(self, label: list[LayerType]) -> Label | None:
        """The type of generic points of the conditions, once one was added; None where equal
        biases of units that become constant stay as a further condition.
        """
        for place in range(len(label) - 1):
            here, after = label[place], label[place + 1]
            if here.active == 0 and after.merged:
                if self.layers.biases[place + 1] and any(k > 1 for k, _ in after.merged):
                    return None
                label[place + 1] = after.all_constant
            elif not after.merged:
                label[place] = here.all_null
        return tuple(label)

    def labels(self) -> Iterator[Label]:
        """Every type once; if they are many, those in which no unit is in two ways special."""
        hidden = self.layers.widths[1:-1]
        if max(hidden) > WIDEST:
            raise BudgetError(
                f"{self.model} has a layer of {max(hidden)} units, whose types are too many to be"
                f" listed; at most {WIDEST} are needed; ask stratum_of for one point"
            )
        mixed = max(hidden) <= WIDEST_MIXED
        every = [list(_types(m, mixed=mixed)) for m in hidden]
        if mixed and math.prod(map(len, every)) > MOST_LABELS:
            every = [list(_types(m, mixed=False)) for m in hidden]
        yield from filter(self.is_consistent, itertools.product(*every))

    @cached_property
    def _certificates(self) -> dict[Label, RankCertificate]:
        return {}

    def certificate(self, label: Label) -> RankCertificate:
        """The rank at the generic point of the stratum."""
        if label not in self._certificates:
            self._certificates[label] = model_rank(self.chart(label))
        return self._certificates[label]

    def rank(self, label: Label) -> int:
        """The rank at the generic point (its lower bound where it is not decided)."""
        return self.certificate(label).lower

    def dimension(self, label: Label) -> int:
        """Weights from units that are not null to sets of merged units, and biases."""
        widths, biases = self.layers.widths, self.layers.biases
        active, total = widths[0], 0
        for layer, here in zip(self._hidden, label, strict=True):
            total += len(here.merged) * active
            total += (len(here.merged) + here.constant[0]) * bool(biases[layer - 1])
            active = here.active
        return total + widths[-1] * (active + bool(biases[-1]))

    def orbit(self, label: Label) -> int:
        """The product of the numbers of ways in the layers."""
        return math.prod(here.ways(signed=self.signed) for here in label)

    def _units(self, layer: int, here: LayerType) -> Iterator[Unit]:
        """For each unit its leader (-1 for constant ones), whether it is null, and its number."""
        for leader, null, place in self._places(here):
            if self.order:
                order = self.order[layer - 1]
                yield (order[leader][0] if leader >= 0 else -1), null, order[place][0]
            else:
                yield leader, null, place

    def _signs(self, layer: int) -> dict[int, int]:
        """The signs of the units of a layer."""
        return dict(self.order[layer - 1]) if self.order else {}

    @staticmethod
    def _places(here: LayerType) -> Iterator[Unit]:
        number = 0
        for k, j in here.merged:
            leader = number
            for place in range(k):
                yield leader, place >= k - j, number
                number += 1
        for place in range(here.constant[0]):
            yield -1, place >= here.constant[0] - here.constant[1], number
            number += 1

    def chart(self, label: Label) -> Chart:
        """The first units are merged, in the order of the type; those without are coordinates."""
        values: dict[sympy.Symbol, sympy.Expr] = {}
        null: list[int] = []
        for layer in range(1, len(self.layers.widths)):
            weights = self._symbols(self.layers.weights[layer - 1])
            bias = self.layers.biases[layer - 1]
            units = list(self._units(layer, label[layer - 1])) if layer in self._hidden else []
            signs = self._signs(layer) if layer in self._hidden else {}
            for leader, _, i in units:
                if leader < 0:
                    values |= dict.fromkeys(weights[i].tolist(), sympy.Integer(0))
                elif leader != i:
                    sign = signs.get(i, 1) * signs.get(leader, 1)
                    row = [sign * w for w in weights[leader].tolist()]
                    values |= zip(weights[i].tolist(), row, strict=True)
                    if bias:
                        biases = self._symbols(bias)
                        values[biases[i]] = sign * biases[leader]
            values |= dict.fromkeys(weights[:, null].ravel().tolist(), sympy.Integer(0))
            null = [i for _, silent, i in units if silent]
        return self.model.chart(values)

    def _symbols(self, block: str) -> Any:
        return block_symbols(block, self.model.blocks[block])

    def conditions(self, label: Label) -> tuple[Math, ...]:
        """The equations, by units."""
        found: list[Math] = []
        for layer, here in zip(self._hidden, label, strict=True):
            bias = self.layers.biases[layer - 1]
            words = Words(self.layers.weights[layer - 1], bias, self.layers.weights[layer])
            found += condition_words(list(self._units(layer, here)), words, self._signs(layer))
        return tuple(found)

    def constancy(self, label: Label) -> Knowledge:
        """The rank of the generic point; special points may have a lower one."""
        certificate = self.certificate(label)
        if certificate.value is None:
            low, high = certificate.lower, certificate.upper
            return Knowledge(Verdict.OPEN, f"the generic rank lies in [{low}, {high}]")
        return Knowledge(Verdict.OPEN, f"generic rank only ({certificate.verdict})")

    @property
    def coverage(self) -> Knowledge:
        """OPEN: deep networks have other strata."""
        return Knowledge(
            Verdict.OPEN,
            "merged, null and constant units of each layer; other strata of deep networks are not"
            " listed (docs/strata.md#deep-strata)",
        )

    def point(self, label: Label, seed: int = 0) -> Chart:
        """Random small whole numbers for the coordinates."""
        chart, rng = self.chart(label), random.Random(f"{seed} {label!r}")
        for bound in range(3, 100):
            point = chart.at(
                {c: rng.choice([-1, 1]) * rng.randint(1, bound) for c in chart.coordinates}
            )
            if self.label_of(point) == label:
                return point
        raise PointError(
            "no point of the stratum was found among small whole numbers; give the values yourself"
        )

    def label_of(self, point: Chart) -> Label:
        """The types of the layers at a point."""
        return tuple(self._type_at(point, layer) for layer in self._hidden)

    def _type_at(self, point: Chart, layer: int) -> LayerType:
        sets, constant = self._members(point, layer)
        parts = [(len(members), sum(null for null, *_ in members)) for members in sets]
        return LayerType.of(parts, (len(constant), sum(null for null, *_ in constant)))

    def in_units_of(self, point: Chart) -> Self:
        """The units of each layer in the order in which the type of a point lists them."""
        order = []
        for layer in self._hidden:
            sets, constant = self._members(point, layer)
            place = {part: k for k, part in enumerate(self._type_at(point, layer).merged)}
            sets.sort(key=lambda m: place[len(m), sum(null for null, *_ in m)])
            units = itertools.chain(*map(sorted, sets), sorted(constant))
            order.append(tuple((i, sign) for _, i, sign in units))
        return replace(self, order=tuple(order))

    def _members(self, point: Chart, layer: int) -> tuple[list[list[Member]], list[Member]]:
        """The sets of merged units at a point, and the constant ones."""
        arrays, bias = point.arrays, self.layers.biases[layer - 1]
        weights, after = (arrays[self.layers.weights[k]] for k in (layer - 1, layer))
        sets: list[tuple[list[Any], list[Member]]] = []
        constant: list[Member] = []
        for i, row in enumerate(weights.tolist()):
            null = int(not any(v != 0 for v in after[:, i].tolist()))
            if not any(v != 0 for v in row):
                constant.append((null, i, 1))
                continue
            vector = [*row, *([arrays[bias][i]] if bias else [])]
            for other, members in sets:
                turned = self.signed and all(-v == u for u, v in zip(vector, other, strict=True))
                if vector == other or turned:
                    members.append((null, i, 1 if vector == other else -1))
                    break
            else:
                sets.append((vector, [(null, i, 1)]))
        return [members for _, members in sets], constant

    def children(self, label: Label) -> Iterator[tuple[Label, Math]]:
        """The types with one condition more in one layer."""
        for place, here in enumerate(label):
            bias = bool(self.layers.biases[place])
            for smaller in dict.fromkeys(here.smaller(bias=bias)):
                found = self._closed([*label[:place], smaller, *label[place + 1 :]])
                if found is not None:
                    yield found, Math(f"layer {place + 1}", rf"\text{{layer {place + 1}}}")


def _types(width: int, *, mixed: bool) -> Iterator[LayerType]:
    """The types of a layer; without `mixed` null units are alone, and none is constant and null."""
    for total in range(width, -1, -1):
        parts = [(k, j) for k in range(total, 0, -1) for j in range(k + 1)]
        if not mixed:
            parts = [(k, 0) for k in range(total, 0, -1)] + [(1, 1)]
        for nulls in range(width - total + 1 if mixed else 1):
            for merged in _multisets(total, parts):
                yield LayerType.of(merged, (width - total, nulls))


def _multisets(total: int, parts: Sequence[Part]) -> Iterator[list[Part]]:
    """Multisets of parts whose sizes add up to a total."""
    if total == 0:
        yield []
        return
    for place, part in enumerate(parts):
        if part[0] <= total:
            for rest in _multisets(total - part[0], parts[place:]):
                yield [part, *rest]


def deep_strata(model: Model, layers: Layers) -> DeepStrata | None:
    """The strata by layers of a network with smooth units; None for activations with kinks, of
    which units are merged along rays.
    """
    if layers.activation.is_piecewise or layers.activation.slopes is not None:
        return None
    return DeepStrata(model, layers, layers.activation.parity in ("odd", "even"))


__all__ = ["DeepStrata", "LayerType", "deep_strata"]
