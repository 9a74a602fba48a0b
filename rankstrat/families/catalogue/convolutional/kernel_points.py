"""Conditions, charts and points of the types of networks with shared kernels."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sympy

from rankstrat.errors import PointError
from rankstrat.families.catalogue.convolutional.kernel_types import (
    BIASED,
    NULL,
    PRESENT,
    KernelTypes,
    Label,
)
from rankstrat.families.catalogue.two_layer.strata.words import MINUS
from rankstrat.model.model import Chart
from rankstrat.rank.zero import exact_rank
from rankstrat.text.tables import Math


@dataclass(frozen=True)
class KernelPoints(KernelTypes):
    """Conditions, charts and points of types, and the type of a point."""

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
        return self._canonical(self._own_label(point))

    def _own_label(self, point: Chart) -> Label:
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
            dependence = 2 - exact_rank(
                [one, [two[(q - relation[0]) % len(two)] for q in range(len(two))]]
            )
        elif active == (1, 1) and self._slopes(kinds):
            rows = [
                [0] * s + a + [0] * (self.size - 1 - s) for a in outputs for s in range(self.size)
            ]
            drop = 2 * self.size - exact_rank(rows)
            dependence = drop - self.size + self.degree if drop else self.least
        null = [a for a, k, on in zip(outputs, kinds, active, strict=True) if k == NULL and on]
        if null and self._balance_matters(kinds):
            balanced = all(
                sympy.Add(*(sympy.sympify(v, strict=True) for v in a)) == 0 for a in null
            )
        return (kinds, relation, active, dependence, balanced)

    def _relation(self, kernels: list[list[Any]], biases: list[Any]) -> tuple[int, ...]:
        first, second = ([i for i, v in enumerate(kernel) if v != 0] for kernel in kernels)
        shift = second[0] - first[0]
        if abs(shift) >= min(self.size, self.places) or [i + shift for i in first] != second:
            return ()
        for sign in self.law.signs:
            same = all(kernels[1][i + shift] == sign * kernels[0][i] for i in first)
            if same and (not self.bias or biases[1] == sign * biases[0]):
                return (shift, sign)
        return ()


def _shifted(
    source: Sequence[Any], target: Sequence[Any], shift: int, factor: Any
) -> dict[Any, Any]:
    """target[i] = factor source[i - shift], and zero where one of them has no partner."""
    pairs = {i: i + shift for i in range(len(source)) if 0 <= i + shift < len(target)}
    values = {target[j]: factor * source[i] for i, j in pairs.items()}
    values |= {target[j]: sympy.Integer(0) for j in range(len(target)) if j not in pairs.values()}
    return values | {source[i]: sympy.Integer(0) for i in range(len(source)) if i not in pairs}


def _related(shift: int, sign: int, *, bias: bool) -> list[Math]:
    minus = MINUS[sign]
    moved = f" shifted by {shift}" if shift else ""
    found = [
        Math(
            f"K2 = {minus}K1{moved}",
            rf"K_2 = {minus}K_1\text{{{moved}}}" if moved else f"K_2 = {minus}K_1",
        )
    ]
    return [*found, Math(f"b2 = {minus}b1", f"b_2 = {minus}b_1")] if bias else found
