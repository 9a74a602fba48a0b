"""Whether the values of a chart are real: at a point, or at some coordinates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy

from rankstrat.algebra.balls import sign
from rankstrat.algebra.needs import Need
from rankstrat.algebra.program import LEAF, Program
from rankstrat.algebra.signs import Signs
from rankstrat.algebra.translate import translate
from rankstrat.errors import PoleError, UndecidedError
from rankstrat.rank.draws import drawn_coordinates
from rankstrat.rank.regions import Site, leaf_signs

DRAWS, SCALES = 200, 8


@dataclass(frozen=True)
class RealValues:
    """What must be positive for the values of a chart, as they are written, to be real.

    Attributes:
        site: the tangent functions of the chart on a piece of the domain.
        program: holds the nodes.
        needs: those whose form does not show that they are met.
    """

    site: Site
    program: Program
    needs: tuple[Need, ...]

    @classmethod
    def of(cls, site: Site) -> RealValues:
        """Those of a chart.

        Raises:
            PoleError: their form shows that some are real nowhere.
        """
        program, needed = Program(), list[Need]()
        written = [v for v in site.chart.raw if isinstance(v, sympy.Expr)]
        leaves = {c: program.leaf(("u", c)) for c in site.chart.coordinates}
        translate(program, written, leaves, needed=needed)
        signs = Signs(program, leaf_signs(site))
        known = [(n, signs.sure(n.node)) for n in needed if n.guard == program.one]
        if any(s == -1 or (s == 0 and n.strict) for n, s in known):
            raise _not_real()
        return cls(site, program, tuple(n for n, s in known if s is None))

    def demand(self, seed: int) -> None:
        """Refuse a chart whose values are real nowhere.

        Raises:
            PoleError: a value of a point is not real.
            UndecidedError: no coordinates were found at which all values are.
        """
        if self.site.chart.is_point:
            if any(sign(self.program, n.node, {}) < 0 for n in self.needs):
                raise _not_real()
        elif self.needs and all(self.draw((), seed, k) is None for k in range(DRAWS)):
            raise UndecidedError(
                "no coordinates were found at which the values of the chart are real; give a point"
            )

    def draw(self, keys: Sequence[Any], seed: int, number: int) -> dict[Any, Fraction] | None:
        """Random values of coordinates, those with the given leaf keys and those that matter here;
        None where a value of the chart is not real.
        """
        below = self.program.reachable([n.node for n in self.needs])
        leaves = [self.program.data[n] for n in below if self.program.kind[n] == LEAF]
        more = [k for k in leaves if k[0] == "u" and k not in keys]
        drawn = drawn_coordinates(self.site, [*keys, *more], seed, number)
        if self.needs:  # large ones and small ones
            drawn = {k: v / (1 << number % SCALES) for k, v in drawn.items()}
        return drawn if all(self._is_met(need, drawn) for need in self.needs) else None

    def _is_met(self, need: Need, at: Mapping[Any, Fraction]) -> bool:
        try:
            return sign(self.program, need.node, at) >= need.strict
        except (UndecidedError, PoleError, ZeroDivisionError):
            return False


def _not_real() -> PoleError:
    return PoleError(
        "a value is not real, as the root or logarithm of a negative number; choose real values"
    )


__all__ = ["RealValues"]
