r"""All strata of networks with one kernel, or two in one dimension: which vanish, which are shifts
of each other.

A label is `(kinds, relation, active, dependence, balanced)`. For each kernel: its kind, K != 0 or K
= 0 with b != 0 or both 0, and whether a != 0. Two kernels with K != 0 may be related:
$K_2 = \varepsilon K_1$ shifted by delta pixels.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sympy

from rankstrat.activation.law import Law
from rankstrat.errors import PointError
from rankstrat.families.catalogue.two_layer.strata.classes import rational_rank
from rankstrat.model.model import Chart, Model
from rankstrat.rank.certificate import Verdict
from rankstrat.strata import Knowledge
from rankstrat.text.sources import proved
from rankstrat.text.tables import Math

PRESENT, BIASED, NULL = 0, 1, 2
Label = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...], int, bool]


@dataclass(frozen=True)
class SharedStrata:
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

    # ----------------------------------------------------------------------------------------
    # labels
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
            yield from itertools.product(
                range(-reach, reach + 1), (1, -1) if self.law.signed else (1,)
            )

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

    # ----------------------------------------------------------------------------------------
    # numbers
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

    # ---------------------------------------------------------------------------------------- words
    # and points
    def conditions(self, label: Label) -> tuple[Math, ...]:
        """Kernels, biases, then output weights."""
        kinds, relation, active, dependence, balanced = label
        found = []
        if relation:
            found += _related(*relation, bias=self.bias)
        for name, chosen in (
            ("K", [unit for unit, k in enumerate(kinds) if k != PRESENT]),
            ("b", [unit for unit, k in enumerate(kinds) if k == NULL and self.bias]),
            ("a", [unit for unit, on in enumerate(active) if not on]),
        ):
            if chosen:
                texts, latex = (
                    [f"{name}{unit + 1}" for unit in chosen],
                    [f"{name}_{{{unit + 1}}}" for unit in chosen],
                )
                found.append(Math(" = ".join([*texts, "0"]), " = ".join([*latex, "0"])))
        if relation and dependence and self.places > 1:
            shifted = f" shifted by {-relation[0]}" if relation[0] else ""
            found.append(Math(f"a2 ~ a1{shifted}", rf"a_2 \sim a_1\text{{{shifted}}}"))
        elif not relation and dependence > self.least:
            if dependence == self.degree:
                found.append(Math("a2 ~ a1", r"a_2 \sim a_1"))
            else:
                found.append(
                    Math(f"deg gcd(a1, a2) = {dependence}", rf"\deg\gcd(a_1, a_2) = {dependence}")
                )
        if balanced:
            null = [
                unit
                for unit, (k, on) in enumerate(zip(kinds, active, strict=True))
                if k == NULL and on
            ]
            found += [
                Math(f"sum a{unit + 1} = 0", rf"\sum_p a_{{{unit + 1},p}} = 0") for unit in null
            ]
        return tuple(found)

    def _values(self, label: Label) -> dict[Any, Any]:
        kinds, relation, active, dependence, balanced = label
        arrays = self.model.generic().arrays
        kernels, outputs = ([list(row.ravel()) for row in arrays[name]] for name in ("K", "a"))
        values: dict[Any, Any] = {}
        for unit, kind in enumerate(kinds):
            if kind != PRESENT:
                values |= dict.fromkeys(kernels[unit], 0)
            if kind == NULL and self.bias:
                values[arrays["b"][unit]] = 0
            if not active[unit]:
                values |= dict.fromkeys(outputs[unit], 0)
            elif balanced and kind == NULL:
                values[outputs[unit][-1]] = -sympy.Add(*outputs[unit][:-1])
        if relation:
            shift, sign = relation
            values |= _shifted(kernels[0], kernels[1], shift, sympy.Integer(sign))
            if self.bias:
                values[arrays["b"][1]] = sign * arrays["b"][0]
        factor = sympy.Symbol("k1")
        if (
            relation and dependence
        ):  # the class of place p of the second kernel is that of place p + delta of the first
            values |= _shifted(outputs[0], outputs[1], -relation[0], factor)
        elif not relation and dependence == self.degree > self.least:
            values |= {v: factor * values.get(u, u) for u, v in zip(*outputs, strict=True)}
        return values

    def chart(self, label: Label) -> Chart | None:
        """Shifts and multiples as expressions; None where two forms have a common divisor of degree
        between.
        """
        if not label[1] and self.least < label[3] < self.degree:
            return None
        return self.model.chart(self._values(label))

    def point(self, label: Label, seed: int = 0) -> Chart:
        """Random small whole numbers for the coordinates of the chart, or for the factors of the
        forms.
        """
        chart, rng = self.chart(label), random.Random(f"{seed} {label!r}")
        for bound in range(3, 200):

            def nonzero(bound: int = bound) -> int:
                return rng.choice([-1, 1]) * rng.randint(1, bound)

            if chart is not None:
                point = chart.at({c: nonzero() for c in chart.coordinates})
            else:
                outputs = self._forms(label, nonzero)
                plain = self.model.chart(self._values((label[0], (), label[2], self.least, False)))
                names = [list(row.ravel()) for row in self.model.generic().arrays["a"]]
                given = dict(zip(itertools.chain(*names), itertools.chain(*outputs), strict=True))
                point = plain.at({c: given.get(c, nonzero()) for c in plain.coordinates})
            if self.label_of(point) == label:
                return point
        raise PointError(
            f"no point of the stratum {label} was found among small whole numbers; give values"
            " yourself"
        )

    def _forms(self, label: Label, nonzero: Any) -> list[list[int]]:
        """Two products with a common factor of the right degree."""
        t = sympy.Symbol("t")
        common = sympy.Poly([nonzero() for _ in range(label[3] - label[4] + 1)], t)
        if label[4]:
            common *= sympy.Poly(t - 1, t)
        products = [
            common * sympy.Poly([nonzero() for _ in range(self.places - label[3])], t)
            for _ in range(2)
        ]
        return [[int(c) for c in product.all_coeffs()] for product in products]

    def label_of(self, point: Chart) -> Label:
        """The type of an exact point."""
        arrays = point.arrays
        kernels, outputs = ([list(row.ravel()) for row in arrays[name]] for name in ("K", "a"))
        biases = list(arrays["b"]) if self.bias else [0] * self.kernels
        active = tuple(int(any(v != 0 for v in a)) for a in outputs)
        kinds = tuple(
            PRESENT if any(v != 0 for v in kernel) else BIASED if b != 0 else NULL
            for kernel, b in zip(kernels, biases, strict=True)
        )
        relation: tuple[int, ...] = ()
        dependence, balanced = 0, False
        if kinds == (PRESENT, PRESENT):
            relation = self._relation(kernels, biases)
        if active == (1, 1) and relation:
            room = [0] * self.places
            one, two = ([*room, *a, *room] for a in outputs)
            dependence = 2 - rational_rank(
                [one, [two[(q - relation[0]) % len(two)] for q in range(len(two))]]
            )
        elif active == (1, 1) and self._slopes(kinds):
            rows = [
                [0] * s + a + [0] * (self.size - 1 - s) for a in outputs for s in range(self.size)
            ]
            drop = 2 * self.size - rational_rank(rows)
            dependence = drop - self.size + self.degree if drop else self.least
        null = [a for a, k, on in zip(outputs, kinds, active, strict=True) if k == NULL and on]
        if null and self._balance_matters(kinds):
            balanced = all(sympy.Add(*map(sympy.sympify, a)) == 0 for a in null)
        return self._canonical((kinds, relation, active, dependence, balanced))

    def _relation(self, kernels: list[list[Any]], biases: list[Any]) -> tuple[int, ...]:
        first, second = ([i for i, v in enumerate(kernel) if v != 0] for kernel in kernels)
        shift = second[0] - first[0]
        if abs(shift) >= min(self.size, self.places) or [i + shift for i in first] != second:
            return ()
        for sign in (1, -1) if self.law.signed else (1,):
            same = all(kernels[1][i + shift] == sign * kernels[0][i] for i in first)
            if same and (not self.bias or biases[1] == sign * biases[0]):
                return (shift, sign)
        return ()

    # ----------------------------------------------------------------------------------------
    # closures
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


def _shifted(
    source: Sequence[Any], target: Sequence[Any], shift: int, factor: Any
) -> dict[Any, Any]:
    """target[i] = factor source[i - shift], and zero where one of them has no partner."""
    pairs = {i: i + shift for i in range(len(source)) if 0 <= i + shift < len(target)}
    values = {target[j]: factor * source[i] for i, j in pairs.items()}
    values |= {target[j]: sympy.Integer(0) for j in range(len(target)) if j not in pairs.values()}
    return values | {source[i]: sympy.Integer(0) for i in range(len(source)) if i not in pairs}


def _related(shift: int, sign: int, *, bias: bool) -> list[Math]:
    minus = "-" if sign < 0 else ""
    moved = f" shifted by {shift}" if shift else ""
    found = [
        Math(
            f"K2 = {minus}K1{moved}",
            rf"K_2 = {minus}K_1\text{{{moved}}}" if moved else f"K_2 = {minus}K_1",
        )
    ]
    if bias:
        return [*found, Math(f"b2 = {minus}b1", f"b_2 = {minus}b_1")]
    return found
