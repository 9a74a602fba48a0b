r"""All strata of two-layer ReLU networks: which neurons share a ray, which rays are opposite."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy

from rankstrat.errors import PointError
from rankstrat.families.catalogue.two_layer.strata.classes import TwoLayerStrata
from rankstrat.families.catalogue.two_layer.strata.numbers import Label
from rankstrat.families.catalogue.two_layer.strata.representatives import Group
from rankstrat.families.catalogue.two_layer.strata.types import (
    Kind,
    is_active,
    is_half,
    kind_of,
    size_of,
)
from rankstrat.families.catalogue.two_layer.strata.words import chain, in_order, joined, symbol
from rankstrat.model.model import Chart
from rankstrat.rank.certificate import Verdict
from rankstrat.strata import Knowledge
from rankstrat.text.tables import Math

# With bias, a neuron with w = 0 has b > 0, b < 0 or b = 0, and is active or not.
SIGNS = (1, 1, -1, -1, 0, 0)


@dataclass(frozen=True)
class RayStrata(TwoLayerStrata):
    r"""The strata of $\sum_i a_i \max(0, w_i \cdot x + b_i) + c$; classes are lines, their two
    sides opposite rays.

    A line contributes all weights if a neuron on it is active, else 1; opposite rays add the linear
    functions $w \cdot x + b$, or all of them if both rays are active.

    References:
        docs/proofs.md#rays.
    """

    @property
    def leaky(self) -> bool:
        """Whether sigma has a slope on the left: a neuron with w = 0 also counts where b < 0."""
        return bool(self.law.side(-1))

    @property
    def zero_kinds(self) -> int:
        """Kinds of neurons with w = 0."""
        if self.bias:
            return 6
        return 2

    def _zero(self, kind: int) -> tuple[bool, bool]:
        return kind % 2 == 0, self.bias and SIGNS[kind] != 0

    def _slope(self, kind: int) -> bool:
        # the slopes of leaky ReLU on both sides of a kink are not 0
        if self.leaky:
            return kind % 2 == 0
        return self.bias and kind == 0

    def _value(self, kind: int) -> bool:
        return self.bias and (kind < 2 or (self.leaky and kind < 5))

    def labels(self) -> Iterator[Label]:
        """Every label once; on a one-dimensional space there is one line."""
        for label in super().labels():
            if self.extended > 1 or len(label[1]) <= 1:
                yield label

    def _dependences(self, zero: Sequence[int], classes: Sequence[Kind]) -> range:
        possible = super()._dependences(zero, classes)
        # two lines are never parallel, unless b does not count
        least = 2 - int(self._room(zero) < self.extended)
        if possible == range(1):
            return possible
        return range(min(least, possible[-1]), possible.stop)

    def rank(self, label: Label) -> int:
        """Lines, less the scale that each active line has in common with a, and the linear
        functions.
        """
        return super().rank(label) - sum(map(is_active, label[1]))

    def dimension(self, label: Label) -> int:
        """As for classes, and a scale for every further neuron of a line."""
        return super().dimension(label) + sum(size_of(kind) - 1 for kind in label[1])

    def constancy(self, label: Label) -> Knowledge:
        """The closed formula, where the model is differentiable."""
        last = self.zero_kinds - 2  # active, w = b = 0
        if label[0][last]:
            return Knowledge(
                Verdict.OPEN, "the model is not differentiable where w = b = 0 and a != 0"
            )
        return Knowledge(
            Verdict.PROVED, f"closed formula for piecewise linear functions ({self.law.citation})"
        )

    @property
    def coverage(self) -> Knowledge:
        """Every point has a type, except where the model has no derivative."""
        return Knowledge(
            Verdict.PROVED,
            "every point has exactly one combinatorial type (no derivative where w = b = 0 and a"
            " != 0)",
        )

    def conditions(self, label: Label) -> tuple[Math, ...]:
        """Rays in common, then w = 0, b = 0 and its sign, a = 0."""
        return (*super().conditions(label), *self._signs(self.layout(label)[0]))

    def _coincidence(self, group: Group) -> list[Math]:
        return chain("w", in_order((i, sign) for i, sign, _ in group), relation="~")

    def _signs(self, zeros: Sequence[tuple[int, int]]) -> list[Math]:
        """The signs of the biases of neurons with w = 0."""
        found = []
        for sign, relation in ((1, " > "), (-1, " < ")):
            members = [i for i, kind in zeros if self.bias and SIGNS[kind] == sign]
            found += [joined([symbol("b", i), Math("0")], relation) for i in members]
        return found

    def chart(self, label: Label) -> Chart | None:
        """None: the regions of linearity move with the parameters; use `point`."""
        return None

    def point(self, label: Label, seed: int = 0) -> Chart:
        """Random whole numbers, with positive multiples along each ray."""
        rng = random.Random(f"{seed} {label!r}")
        for bound in range(3, 300):
            point = self._draw(label, rng, bound)
            if self.label_of(point) == label:
                return point
        raise PointError(
            f"no point of the stratum {label} was found among small whole numbers; give values"
            " yourself"
        )

    def _draw(self, label: Label, rng: random.Random, bound: int) -> Chart:
        def nonzero() -> int:
            return rng.choice([-1, 1]) * rng.randint(1, bound)

        zero, classes, dependence = label
        zeros, groups = self.layout(label)
        a, w, b = ([0] * self.width for _ in range(3))
        weights = [[0] * self.inputs for _ in w]
        room = self._room(zero)
        basis = [[nonzero() for _ in range(room)] for _ in range(dependence)]
        for group, kind in zip(groups, classes, strict=True):
            vector = [nonzero() for _ in range(self.extended)]
            if dependence and is_half(kind):
                factors = [rng.randint(-bound, bound) for _ in basis]
                vector[:room] = [
                    sum(f * v[t] for f, v in zip(factors, basis, strict=True)) for t in range(room)
                ]
            for i, sign, active in group:
                scale = sign * rng.randint(1, 3)
                scaled = [scale * v for v in vector]
                weights[i] = scaled[: self.inputs]
                b[i] = scaled[-1]
                if active:
                    a[i] = nonzero()
        for i, kind_ in zeros:
            if kind_ % 2 == 0:
                a[i] = nonzero()
            if self.bias:
                b[i] = SIGNS[kind_] * rng.randint(1, bound)
        values: dict[str, Any] = {"a": a, "w": weights}
        if self.bias:
            values["b"] = b
        if self.output_bias:
            values["c"] = nonzero()
        return self.model.point(values)

    def _zero_kind(self, vector: Sequence[Any]) -> int:
        """Told apart by the sign of the bias."""
        return self.bias and SIGNS.index(int(sympy.sign(vector[-1])))

    def _class_of(
        self, vector: tuple[Any, ...], known: Mapping[tuple[Any, ...], Any]
    ) -> tuple[tuple[Any, ...], int]:
        """The line on which a neuron lies, and its side there."""
        exact = [sympy.sympify(v, strict=True) for v in vector]
        lead = next(v for v in exact if v != 0)
        return tuple(v / lead for v in exact), int(bool(lead < 0))

    def _moves(self, label: Label) -> Iterator[tuple[tuple[int, ...], list[Kind], Math]]:
        zero, classes, _ = label
        for counts, changed, condition in super()._moves(label):
            # neurons with w = 0 are told apart by the sign of b, which the general moves do not
            # know
            if counts == zero:
                yield counts, changed, condition
        for kind in sorted(set(classes), reverse=True):
            others = list(classes)
            others.remove(kind)
            last = self.zero_kinds - 2
            if self.bias:  # w vanishes before b: the two sides keep opposite signs of b
                for first, second in ((0, 2), (2, 0)):
                    places = {
                        first: kind[0][0],
                        first + 1: kind[0][1],
                        second: kind[1][0],
                        second + 1: kind[1][1],
                    }
                    yield _more(zero, places), others, Math("w = 0")
            elif size_of(kind) == 1:
                yield _more(zero, {last: kind[0][0], last + 1: kind[0][1]}), others, Math("w = 0")
            if size_of(kind) > 1:
                for rest, idle in _one_less(kind):
                    # a pair in the span of others stays there when one side is gone, which the new
                    # type does not say
                    if not self._is_bound(label) or not is_half(kind) or is_half(rest):
                        words = Math("w = b = 0" if self.bias else "w = 0")
                        yield _more(zero, {last + idle: 1}), [*others, rest], words
        for kind_, count in enumerate(zero):
            if count and kind_ % 2 == 0:
                yield _more(zero, {kind_: -1, kind_ + 1: 1}), list(classes), Math("a = 0")
            if count and self.bias and SIGNS[kind_]:
                yield _more(zero, {kind_: -1, 4 + kind_ % 2: 1}), list(classes), Math("b = 0")


def _one_less(kind: Kind) -> Iterator[tuple[Kind, int]]:
    """A line that loses one of its neurons, an active (0) or an inactive one (1)."""
    for side, (n, i) in enumerate(kind):
        for idle, count in enumerate((n, i)):
            if count:
                yield kind_of(*kind[:side], (n - 1 + idle, i - idle), *kind[side + 1 :]), idle


def _more(zero: Sequence[int], change: dict[int, int]) -> tuple[int, ...]:
    return tuple(count + change.get(kind, 0) for kind, count in enumerate(zero))
