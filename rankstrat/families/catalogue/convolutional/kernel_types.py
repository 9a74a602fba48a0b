r"""Types of networks with one kernel, or two in one dimension: which vanish, which are shifts
of each other.

A label is `(kinds, relation, active, dependence, balanced)`. For each kernel: its kind, K != 0 or K
= 0 with b != 0 or both 0, and whether a != 0. Two kernels with K != 0 may be related:
$K_2 = \varepsilon K_1$ shifted by delta pixels.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rankstrat.activation.law import Law
from rankstrat.model.model import Model

PRESENT, BIASED, NULL = 0, 1, 2
Label = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...], int, bool]


@dataclass(frozen=True)
class KernelTypes:
    r"""The strata of $\sum_{l,p} a_{l,p}\,\sigma(\langle K_l, I_p\rangle + b_l) + c$, J places,
    kernels of size S.

    Neurons of a kernel K != 0 have distinct classes. Kernels that are shifts of each other by delta
    have $J - |\delta|$ classes in common; of the tangents of their weights $S - |\delta|$ (and the
    biases) see both $a_1$ and the shifted $a_2$, which may be proportional (dependence 1). The
    weights of vanishing kernels have the tangents $\sum_p a_{l,p} x_{p+s}$, products of the form
    with coefficients $a_l$ with monomials: two forms of degree n = J - 1 whose greatest common
    divisor has the degree g (the dependence) give $2S - \max(0, S - n + g)$. A label is balanced
    where $\sum_p a_{l,p} = 0$ for all vanishing kernels keeps the constants from the tangent span.

    References:
        docs/proofs.md#tied-weights.
    """

    model: Model
    kernels: int
    places: int
    size: int
    bias: bool
    output_bias: bool
    law: Law
    symmetric: bool

    @property
    def degree(self) -> int:
        """n, the degree of the forms with coefficients a."""
        return self.places - 1

    @property
    def least(self) -> int:
        """The largest degree of a common divisor that does not lower the rank."""
        return max(0, self.degree - self.size)

    def _slopes(self, kinds: Sequence[int]) -> bool:
        """Whether both kernels vanish and both have tangents."""
        return len(kinds) == 2 and all(
            k == BIASED or (k == NULL and not self.law.still) for k in kinds
        )

    def _balance_matters(self, kinds: Sequence[int]) -> bool:
        plain = self.bias and not self.output_bias and not self.law.still and self.law.silent
        return plain and NULL in kinds and BIASED not in kinds

    def _relations(self, kinds: Sequence[int]) -> Iterator[tuple[int, ...]]:
        yield ()
        if kinds == (PRESENT, PRESENT):
            reach = min(self.size, self.places) - 1
            yield from itertools.product(range(-reach, reach + 1), self.law.signs)

    def _dependences(
        self, kinds: Sequence[int], relation: tuple[int, ...], active: Sequence[int]
    ) -> Iterator[int]:
        if active == (1, 1) and relation:
            yield from (0, 1) if self.places > 1 else (1,)
        elif active == (1, 1) and self._slopes(kinds):
            yield from range(self.least, self.degree + 1)
        else:
            yield 0

    def _types(self) -> Iterator[Label]:
        kinds_ = (PRESENT, BIASED, NULL) if self.bias else (PRESENT, NULL)
        for kinds in itertools.product(kinds_, repeat=self.kernels):
            for relation in self._relations(kinds):
                for active in itertools.product((1, 0), repeat=self.kernels):
                    for dependence in self._dependences(kinds, relation, active):
                        yield (kinds, relation, active, dependence, False)
                        if self._may_balance(kinds, active, dependence):
                            yield (kinds, relation, active, dependence, True)

    def _may_balance(self, kinds: Sequence[int], active: Sequence[int], dependence: int) -> bool:
        if self.places < 2 or not self._balance_matters(kinds):
            return False
        null = sum(1 for k, on in zip(kinds, active, strict=True) if k == NULL and on)
        return null == 1 or (null == 2 and dependence >= 1)

    def _images(self, label: Label) -> set[Label]:
        """The orbit: kernels in another order, and other signs."""
        kinds, relation, active, dependence, balanced = label
        found = {label}
        if self.kernels == 2:
            turned = (-relation[0], relation[1]) if relation else ()
            found.add((kinds[::-1], turned, active[::-1], dependence, balanced))
        if relation and self.symmetric:
            found |= {(k, (r[0], -r[1]), a, d, s) for k, r, a, d, s in found}
        return found

    def _canonical(self, label: Label) -> Label:
        return max(self._images(label))

    def labels(self) -> Iterator[Label]:
        """Every label once."""
        yield from sorted({self._canonical(label) for label in self._types()}, reverse=True)

    def orbit(self, label: Label) -> int:
        """Kernels in another order, and other signs."""
        return len(self._images(label))

    def rank(self, label: Label) -> int:
        """Classes, tangents of weights over these, linear functions and constants."""
        kinds, relation, active, dependence, balanced = label
        every = self.size + self.bias
        if relation:
            shift = abs(relation[0])
            rank = (
                self.places
                + shift
                + (every - shift) * (sum(active) - dependence)
                + shift * sum(active)
            )
        else:
            rank = sum(
                self.places + every * on
                for k, on in zip(kinds, active, strict=True)
                if k == PRESENT
            )
        sloped = [
            on
            for k, on in zip(kinds, active, strict=True)
            if k == BIASED or (k == NULL and not self.law.still)
        ]
        rank += self.size * sum(sloped)
        if active == (1, 1) and self._slopes(kinds):
            rank -= max(0, self.size - self.degree + dependence)
        constant = self.output_bias or BIASED in kinds or (NULL in kinds and not self.law.silent)
        constant |= bool(self.law.offset) and bool(relation) and relation[1] < 0
        acting = any(k == NULL and on for k, on in zip(kinds, active, strict=True))
        return rank + (constant or (self._balance_matters(kinds) and acting and not balanced))

    def dimension(self, label: Label) -> int:
        """Kernels and biases, then the output weights."""
        kinds, relation, active, dependence, balanced = label
        dimension = int(self.output_bias) + kinds.count(BIASED)
        if relation:
            dimension += self.size - abs(relation[0]) + self.bias
        else:
            dimension += kinds.count(PRESENT) * (self.size + self.bias)
        if relation and dependence:
            return dimension + self.places - abs(relation[0]) + 1
        dimension += self.places * sum(active)
        if active == (1, 1) and self._slopes(kinds):
            if dependence > self.least:
                return dimension - dependence - balanced
            return dimension - 2 * balanced
        return dimension - balanced
