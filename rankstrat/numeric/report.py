"""The exact rank beside numerical ranks at growing precision: why did numpy say 13?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import mpmath

from rankstrat.errors import DataError
from rankstrat.model.model import Chart, Model
from rankstrat.numeric.rank import SINGLE, NumericalRank, exact_fact, numerical_rank
from rankstrat.numeric.samples import DOUBLE
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Table


@dataclass(frozen=True)
class RankReport:
    """The exact rank beside numerical ranks at growing precision: why did numpy say 13?

    Attributes:
        exact: the exact answer.
        results: numerical ranks, in order of their digits.
    """

    exact: RankCertificate
    results: tuple[NumericalRank, ...]

    @property
    def agrees_from(self) -> int | None:
        """The digits from which on every result agrees with the exact rank; None if the last one
        does not.
        """
        agreeing = list(takewhile(lambda result: result.agrees, reversed(self.results)))
        if agreeing:
            return agreeing[-1].digits
        return None

    def table(self) -> Table:
        """One row for each arithmetic; the exact rank has a row of its own."""
        rows: list[tuple[object, ...]] = []
        for r in self.results:
            name = {SINGLE: "float32", DOUBLE: "float64"}.get(r.digits, "mpmath")
            rows.append(
                (
                    name,
                    r.digits,
                    r.rank,
                    _short(r.smallest),
                    _short(r.largest_dropped),
                    _short(r.threshold),
                    r.agrees,
                )
            )
        e = self.exact
        rows.append(
            (
                "exact",
                None,
                e.lower if e.value is not None else f"{e.lower}..{e.upper}",
                None,
                None,
                None,
                None,
            )
        )
        head = (
            "arithmetic",
            "digits",
            "rank",
            "smallest counted",
            "largest dropped",
            "threshold",
            "agrees",
        )
        return Table(head, tuple(rows), caption=self.explanation)

    @property
    def explanation(self) -> str:
        """What the comparison shows, in a sentence or two."""
        start, fact = self.agrees_from, exact_fact(self.exact).replace("the", "The", 1)
        wrong = [r for r in self.results if not r.agrees and (start is None or r.digits < start)]
        if not wrong:
            return f"{fact}; numerics agrees at every precision tried."
        last = wrong[-1]
        if last.rank > self.exact.upper:
            why = (
                f"At {last.digits} digits rounding noise of size {_short(last.smallest)} is counted"
                " as rank."
            )
        elif last.agrees is None:
            why = "Its coordinates may lie on another open set, where the rank is less."
        elif start is None:
            why = (
                f"At {last.digits} digits singular values below {_short(last.threshold)} are taken"
                " for zero."
            )
        else:
            deepest = next(r for r in self.results if r.digits == start).smallest
            why = f"The smallest nonzero singular value is {_short(deepest)}; "
            why += f"at {last.digits} digits all below {_short(last.threshold)} are taken for zero."
        if start is None:
            until = f"still says {last.rank} at {last.digits} digits"
        else:
            until = f"agrees from {start} digits on"
        return f"{fact}; numerics {until}. {why}"

    def __str__(self) -> str:
        return str(self.table())

    def _repr_html_(self) -> str:
        return self.table().html()


def rank_report(
    chart: Chart | Model,
    *,
    digits: Sequence[int] | None = None,
    seed: int = 0,
    samples: int | Sequence[Any] | None = None,
    exact: RankCertificate | None = None,
) -> RankReport:
    r"""The exact rank beside float32, float64 and mpmath, with numpy's default tolerance at each
    precision.

    Args:
        chart: a point or chart; a model stands for its generic chart.
        digits: precisions to try; by default 7, 15, then 30, 60, ... until numerics agrees, at most
            480.
        seed: names all random choices.
        samples: as in `numerical_rank`.
        exact: the exact answer, if it is there already.

    Example:
        >>> import sympy
        >>> a, w, x = sympy.symbols("a w x")
        >>> report = rank_report(Model(a * sympy.tanh(w * x), [a, w], [x]).point({a: 1, w: 2}))
        >>> report.agrees_from
        7
    """
    exact = model_rank(chart, seed=seed) if exact is None else exact
    results: list[NumericalRank] = []
    growing: Iterator[int] = (
        iter(digits) if digits is not None else (d for d in [SINGLE, DOUBLE, 30, 60, 120, 240, 480])
    )
    for d in growing:
        if digits is None and d > DOUBLE and results[-1].agrees:
            break
        results.append(
            numerical_rank(exact.chart, digits=d, seed=seed, samples=samples, exact=exact)
        )
    if not results:
        raise DataError("digits is empty; give at least one precision, for example digits=[15, 30]")
    return RankReport(exact, tuple(sorted(results, key=lambda r: r.digits)))


def _short(value: Any) -> str:
    number = mpmath.mpf(value)
    if not number or mpmath.isinf(number):
        return mpmath.nstr(number, 2)
    return mpmath.nstr(number, 2, min_fixed=-2, max_fixed=3)
