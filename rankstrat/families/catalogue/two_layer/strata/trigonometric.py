r"""All strata of networks with biases whose activation is sin or cos: as for sinh, with biases
modulo pi.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sympy

from rankstrat.errors import UndecidedError
from rankstrat.families.catalogue.two_layer.strata.hyperbolic import HyperbolicStrata
from rankstrat.families.catalogue.two_layer.strata.numbers import Label
from rankstrat.families.catalogue.two_layer.strata.types import Kind
from rankstrat.families.catalogue.two_layer.strata.words import joined, symbol
from rankstrat.model.model import Chart
from rankstrat.text.tables import Math

# With w = 0, sigma(b) and sigma'(b) vanish at multiples of pi and halfway between them, or the
# other way round.
SPECIAL = {2: Math("0"), 4: Math("pi/2", r"\pi/2")}
MODULO_PI = Math("mod pi", r"\mathrm{mod}\ \pi")


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
        return (*super().conditions(label), *self._special_biases(self.layout(label)[0]))

    def _same_phase(self, members: list[tuple[int, int]]) -> list[Math]:
        return [joined([words, MODULO_PI], " ", r"\ ") for words in super()._same_phase(members)]

    def _biases(self, zeros: Sequence[tuple[int, int]]) -> list[Math]:
        return []

    def _special_biases(self, zeros: Sequence[tuple[int, int]]) -> list[Math]:
        """Biases at multiples of pi, and halfway between."""
        found = []
        for special, value in SPECIAL.items():
            members = [i for i, kind in zeros if kind in (special, special + 1)]
            right = joined([value, MODULO_PI], " ", r"\ ")
            found += [joined([symbol("b", i), right], " = ") for i in members]
        return found

    def parametrised(self, label: Label) -> Chart:
        """As for sinh, with b = pi/2 where it is halfway."""
        values = dict(super().parametrised(label).values)
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
