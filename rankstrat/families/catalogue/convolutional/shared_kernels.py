"""All strata of networks with one kernel, or two in one dimension."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rankstrat.families.catalogue.convolutional.kernel_points import KernelPoints
from rankstrat.families.catalogue.convolutional.kernel_types import BIASED, NULL, PRESENT, Label
from rankstrat.model.model import Chart
from rankstrat.rank.certificate import Verdict
from rankstrat.strata import Knowledge
from rankstrat.strata.delegated import CarriedStrata
from rankstrat.text.sources import proved
from rankstrat.text.tables import Math


@dataclass(frozen=True)
class SharedStrata(KernelPoints):
    """The strata with their closures."""

    def in_units_of(self, point: Chart) -> CarriedStrata:
        """The kernels in the order of the point."""
        own = self._own_label(point)
        return CarriedStrata(self, self._canonical(own), own)

    def constancy(self, label: Label) -> Knowledge:
        """The closed formula."""
        return Knowledge(
            Verdict.PROVED,
            f"closed formula from the independence lemma ({self.law.citation};"
            f" {proved('tied-weights')})",
        )

    @property
    def coverage(self) -> Knowledge:
        """Every point has a type."""
        return Knowledge(Verdict.PROVED, "every point has exactly one type")

    def children(self, label: Label) -> Iterator[tuple[Label, Math]]:
        """Types that lie wholly in the closure, those just below among them."""
        found: dict[Label, Math] = {}
        for child, words in self._moves(*label):
            found.setdefault(self._canonical(child), words)
        found.pop(label, None)
        yield from found.items()

    def _generic(
        self, kinds: tuple[int, ...], active: tuple[int, ...], *, balanced: bool = False
    ) -> Label:
        """The largest type of unrelated kernels."""
        both = active == (1, 1) and self._slopes(kinds)
        dependence = max(self.least, int(balanced)) if both else 0
        return (
            kinds,
            (),
            active,
            dependence,
            balanced and self._may_balance(kinds, active, dependence),
        )

    def _moves(
        self,
        kinds: tuple[int, ...],
        relation: tuple[int, ...],
        active: tuple[int, ...],
        dependence: int,
        balanced: bool,
    ) -> Iterator[tuple[Label, Math]]:
        off = Math("a = 0")
        for unit in (unit for unit, on in enumerate(active) if on):
            fewer = _put(active, unit, 0)
            if relation:
                if not dependence or relation[0] == 0:
                    yield (kinds, relation, fewer, 0, False), off
            elif not (active == (1, 1) and self._slopes(kinds)) or self._divides(
                dependence, self.degree, balanced
            ):
                yield self._generic(kinds, fewer, balanced=balanced), off
        if active == (1, 1):
            yield (kinds, relation, (0, 0), 0, False), Math("a = a' = 0")
        if relation:
            yield from self._related_moves(kinds, relation, active, dependence)
            return
        if kinds == (PRESENT, PRESENT):
            for other in self._relations(kinds):
                if other:
                    least = next(self._dependences(kinds, other, active))
                    yield (
                        (kinds, other, active, least, False),
                        Math("K' shifts K", r"K' \text{ shifts } K"),
                    )
        free = not (active == (1, 1) and self._slopes(kinds)) or dependence == self.least
        for unit, kind in enumerate(kinds):
            if kind == PRESENT:
                target = BIASED if self.bias and not balanced else NULL
                yield (
                    self._generic(_put(kinds, unit, target), active, balanced=balanced),
                    Math("K = 0"),
                )
            elif kind == BIASED and (free or not self.law.still):
                kinds_ = _put(kinds, unit, NULL)
                kept = dependence if active == (1, 1) and self._slopes(kinds_) else 0
                yield (kinds_, (), active, kept, False), Math("b = 0")
        if not balanced and self._balance_matters(kinds):
            to = max(1, dependence) if active == (1, 1) and self._slopes(kinds) else dependence
            if self._may_balance(kinds, active, to):
                yield (kinds, (), active, to, True), Math("sum a = 0", r"\textstyle\sum a = 0")
        if active == (1, 1) and self._slopes(kinds):
            for more in range(dependence + 1, self.degree + 1):
                if self._divides(dependence, more, balanced):
                    yield (kinds, (), active, more, balanced), Math("common divisor")

    def _divides(self, degree: int, of: int, balanced: bool) -> bool:
        """Whether every real form of the degree `of` has a factor of this degree (with a root at 1,
        if both have).
        """
        if degree == self.least:
            return True
        return (degree - balanced) % 2 == 0 or (of - balanced) % 2 == 1

    def _related_moves(
        self,
        kinds: tuple[int, ...],
        relation: tuple[int, ...],
        active: tuple[int, ...],
        dependence: int,
    ) -> Iterator[tuple[Label, Math]]:
        gone = (NULL, NULL)
        if active != (1, 1) or not dependence:
            yield self._generic(gone, active), Math("K = 0")
        elif relation[0] == 0 and (self._slopes(gone) or self.places == 1):
            yield (gone, (), active, self.degree if self._slopes(gone) else 0, False), Math("K = 0")
        if active == (1, 1) and not dependence:
            yield (kinds, relation, active, 1, False), Math("a ~ a'", r"a \sim a'")


def _put(values: tuple[int, ...], place: int, value: int) -> tuple[int, ...]:
    return (*values[:place], value, *values[place + 1 :])
