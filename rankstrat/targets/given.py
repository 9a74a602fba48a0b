"""Branches that somebody gave as charts: each is verified, and membership is decided by solving for
the coordinates.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from typing import Any

import sympy

from rankstrat.algebra.affine import CONSTANT, AffineSubspace, expression
from rankstrat.errors import BudgetError, TargetError
from rankstrat.model.model import Chart, Model
from rankstrat.rank.defined import has_function
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.zero import is_zero
from rankstrat.targets.branch import Branch, BranchList, TargetFunction
from rankstrat.targets.closure import Closure


def given_branches(model: Model, target: TargetFunction, charts: Sequence[Any]) -> BranchList:
    """The charts as branches.

    Raises:
        TargetError: a chart of another model, or one whose function is not the target.
    """
    branches = []
    for number, given in enumerate(charts, start=1):
        chart = given if isinstance(given, Chart) else model.chart(given)
        if chart.model != model:
            raise TargetError(f"chart {number} belongs to {chart.model}; give charts of {model}")
        if not has_function(chart, target.expressions):
            raise TargetError(
                f"chart {number} does not have the target as its function; check the chart, or the"
                " target"
            )
        dimension = 0
        if chart.coordinates:
            dimension = model_rank(Model(list(chart.values.values()), chart.coordinates)).lower
        affine, decide = _image(chart), None
        if affine is None:
            equations = tuple(
                p - v
                for p, v in chart.values.items()
                if p != v and v.free_symbols <= set(chart.values)
            )
            decide = partial(_on_chart, chart)
        else:
            equations = tuple(expression(row, model.parameters) for row in affine.rows.values())
        branches.append(
            Branch(
                label=f"chart {number}",
                chart=chart,
                closure=Closure(equations, affine=affine, decide=decide),
                dimension=dimension,
                is_component=False,
            )
        )
    return BranchList(
        tuple(branches), False, "only the given charts, each verified; others may exist"
    )


def _image(chart: Chart) -> AffineSubspace | None:
    """The image of an affine chart: the coordinates, put last, are eliminated first."""
    size = chart.model.size
    places = {c: size + n for n, c in enumerate(chart.coordinates)}
    rows = []
    for i, value in enumerate(chart.values.values()):
        if not value.is_polynomial(*places):
            return None
        form = sympy.Poly(value, *(places or [sympy.Dummy()]))
        if form.total_degree() > 1 or not all(c.is_Rational for c in form.coeffs()):
            return None
        row = {k: form.coeff_monomial(c) for c, k in places.items()} | {
            CONSTANT: form.coeff_monomial(1)
        }
        rows.append(
            {i: Fraction(-1)} | {k: Fraction(int(c.p), int(c.q)) for k, c in row.items() if c}
        )
    both = AffineSubspace.solve(size + len(places), rows)
    assert both is not None  # every chart has points
    return AffineSubspace(size, {pivot: row for pivot, row in both.rows.items() if pivot < size})


def _on_chart(chart: Chart, point: Chart) -> bool:
    """Whether a point is a value of a chart: coordinates are read off where they occur alone and
    linearly.

    Raises:
        BudgetError: some coordinate never does.
    """
    equations = [v - w for v, w in zip(chart.values.values(), point.values.values(), strict=True)]
    left = set(chart.coordinates)
    while left:
        found = next((solved for e in equations if (solved := _solved(e, left)) is not None), None)
        if found is None:
            if not all(is_zero(e) for e in equations if not e.free_symbols & left):
                return False
            raise BudgetError(
                f"whether {point} lies on the chart is not decided, since {min(map(str, left))}"
                " occurs nowhere alone; use a chart whose coordinates are parameters"
            )
        left.discard(found[0])
        equations = [e.xreplace({found[0]: found[1]}) for e in equations]
    return all(map(is_zero, equations))


def _solved(
    equation: sympy.Expr, unknown: set[sympy.Symbol]
) -> tuple[sympy.Symbol, sympy.Expr] | None:
    symbols = equation.free_symbols & unknown
    if len(symbols) != 1:
        return None
    (symbol,) = symbols
    if not equation.is_polynomial(symbol):
        return None
    polynomial = sympy.Poly(equation, symbol)
    if polynomial.degree() != 1 or is_zero(polynomial.LC()):
        return None
    return symbol, -polynomial.nth(0) / polynomial.LC()


__all__ = ["given_branches"]
