r"""All strata of networks with biases whose activation is sin or cos: as for sinh, with biases
modulo pi.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sympy

from rankstrat.errors import UndecidedError
from rankstrat.families.catalogue.two_layer.strata.classes import Label
from rankstrat.families.catalogue.two_layer.strata.hyperbolic import HyperbolicStrata
from rankstrat.families.catalogue.two_layer.strata.types import Kind
from rankstrat.model.model import Chart
from rankstrat.text.tables import Math

# With w = 0, sigma(b) and sigma'(b) vanish at multiples of pi and halfway between them, or the
# other way round.
WORDS = {2: ("0 mod pi", r"0\ \mathrm{mod}\ \pi"), 4: ("pi/2 mod pi", r"\pi/2\ \mathrm{mod}\ \pi")}


@dataclass(frozen=True)
class TrigonometricStrata(HyperbolicStrata):
    r"""The strata of $\sum_i a_i \sin(w_i \cdot x + b_i) + c$, and of cos; a phase is a bias modulo
    pi.

    A stratum holds its translates $b_i \to b_i + \pi$, $a_i \to -a_i$, which represent the same
    functions.
    """

    @property
    def zero_kinds(self) -> int:
        """Neurons with w = 0: active or not; b general, a multiple of pi, or halfway between
        two.
        """
        return 6

    def _zero(self, kind: int) -> tuple[bool, bool]:
        return kind % 2 == 0, kind < 2

    def _slope(self, kind: int) -> bool:
        return kind % 2 == 0 and (kind < 2 or (kind < 4) != self.law.still)

    def _value(self, kind: int) -> bool:
        return kind < 2 or (kind < 4) != self.law.silent or self._slope(kind)

    def conditions(self, label: Label) -> tuple[Math, ...]:
        """Equalities modulo pi."""
        _, groups = self.layout(label)
        phases = [
            [i + 1 for i, p, _ in group if p == phase]
            for group in groups
            for phase in {p for _, p, _ in group}
        ]
        shared = {" = ".join(f"b{i}" for i in phase) for phase in phases if len(phase) > 1}
        found = []
        for condition in super().conditions(label):
            if condition.text in shared:
                found.append(
                    Math(f"{condition.text} mod pi", rf"{condition.latex}\ \mathrm{{mod}}\ \pi")
                )
            elif not condition.text.startswith("b"):
                found.append(condition)
        zeros, _ = self.layout(label)
        for special, (text, latex) in WORDS.items():
            names = [i + 1 for i, kind in zeros if kind in (special, special + 1)]
            found += [Math(f"b{i} = {text}", f"b_{{{i}}} = {latex}") for i in names]
        return tuple(found)

    def chart(self, label: Label) -> Chart:
        """As for sinh, with b = pi/2 where it is halfway."""
        values = dict(super().chart(label).values)
        free = {p: v for p, v in values.items() if p != v}
        free |= {
            self._names["b"][i]: sympy.pi / 2 for i, kind in self.layout(label)[0] if kind >= 4
        }
        return self.model.chart(free)

    def _special(self, b: Any) -> int:
        rest, turns = self._phase(b)
        if rest != 0:
            return 0
        if turns == 0:
            return 2
        if turns == sympy.Rational(1, 2):
            return 4
        return 0

    def _phase(self, b: Any) -> Any:
        """(r, s mod 1) for b = r + s pi with rational r and s, which are unique."""
        rest, part = sympy.sympify(b, strict=True).as_independent(sympy.pi, as_Add=True)
        turns = part / sympy.pi
        if not (rest.is_Rational and turns.is_Rational):
            raise UndecidedError(
                f"the bias {b} is not known modulo pi; a rational number plus a rational multiple"
                " of pi is needed; use model_rank"
            )
        return rest, turns - sympy.floor(turns)

    def _moves(self, label: Label) -> Iterator[tuple[tuple[int, ...], list[Kind], Math]]:
        yield from super()._moves(label)
        zero, classes, _ = label
        for place in (0, 1):
            if zero[place]:
                counts = list(zero)
                counts[place] -= 1
                counts[place + 4] += 1
                yield tuple(counts), list(classes), Math("b = pi/2", r"b = \pi/2")
