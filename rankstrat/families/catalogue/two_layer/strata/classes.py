r"""All strata of two-layer networks: which neurons vanish, coincide up to sign, or are inactive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rankstrat.families.catalogue.two_layer.strata.counting import level_sizes
from rankstrat.families.catalogue.two_layer.strata.numbers import Label
from rankstrat.families.catalogue.two_layer.strata.representatives import Representatives
from rankstrat.families.catalogue.two_layer.strata.types import Kind, is_half, kind_of, merged
from rankstrat.rank.verdict import Verdict
from rankstrat.strata import Knowledge, LevelSize
from rankstrat.text.tables import Math


@dataclass(frozen=True)
class TwoLayerStrata(Representatives):
    r"""The strata of $\sum_i a_i \sigma(w_i \cdot x + b_i) + c$, for a sigma with a lemma.

    References:
        LSH Corollary 2, LLR Corollary 7; docs/proofs.md#counting.
    """

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
