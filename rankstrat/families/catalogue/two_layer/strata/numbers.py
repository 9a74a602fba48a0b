r"""Types of two-layer networks: which neurons vanish, coincide up to sign, or are inactive.

A label is `(zero, classes, dependence)`: how many neurons with w = 0 there are of each kind, the
multiset of classes $\pm(w, b)$ with w != 0, each with its numbers of active (a != 0) and inactive
neurons, and the dimension spanned by the weights of those classes whose linear functions enter the
tangent span by themselves (0 where that plays no role).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from rankstrat.activation.law import Law
from rankstrat.families.catalogue.two_layer.strata.types import (
    Kind,
    compositions,
    is_active,
    is_half,
    is_pair,
    multisets,
    size_of,
)
from rankstrat.model.model import Model

Label = tuple[tuple[int, ...], tuple[Kind, ...], int]

# a != 0, b != 0; a = 0, b != 0; a != 0, b = 0; both 0
ACTIVE, BIASED = (True, False, True, False), (True, True, False, False)


@dataclass(frozen=True)
class TypeNumbers:
    """The combinatorial types of a two-layer network: their numbers, ranks and dimensions."""

    model: Model
    width: int
    inputs: int
    bias: bool
    output_bias: bool
    law: Law
    order: tuple[int, ...] = field(default=(), repr=False)
    """The neurons in the order of the representatives; empty for 1, 2, 3, ..."""
    signs: tuple[int, ...] = field(default=(), repr=False)
    r"""For each neuron which of $\pm(w, b)$ its representative class holds; empty for +1."""

    def neuron(self, place: int) -> int:
        """The neuron at a place of a representative.

        Args:
            place: counted from 0.
        """
        return self.order[place] if self.order else place

    def sign(self, neuron: int) -> int:
        """Whether a neuron holds its class or the opposite one.

        Args:
            neuron: counted from 0.
        """
        return self.signs[neuron] if self.signs else 1

    @property
    def extended(self) -> int:
        """The number of weights of a neuron, the bias included."""
        return self.inputs + self.bias

    @property
    def zero_kinds(self) -> int:
        """Kinds of neurons with w = 0: active or not, and b != 0 or not."""
        return 4 if self.bias else 2

    def _zero(self, kind: int) -> tuple[bool, bool]:
        return (ACTIVE[kind], BIASED[kind]) if self.bias else (kind == 0, False)

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
        return range(1, min(pairs, self._room(zero)) + 1) if pairs else range(1)

    def _room(self, zero: Sequence[int]) -> int:
        return self.inputs if not self.bias or self._constant(zero, ()) else self.extended

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
        count = Fraction(
            math.factorial(self.width), math.prod(math.factorial(number) for number in zero)
        )
        for kind, times in Counter(classes).items():
            ways = Fraction(1, math.prod(math.factorial(n) * math.factorial(i) for n, i in kind))
            if self.law.sides and kind[0] == kind[1]:
                ways /= 2
            elif self.law.signed and not self.law.sides:
                ways *= 2 ** (size_of(kind) - 1)
            count *= ways**times / math.factorial(times)
        return int(count)
