"""Indicators of conditions at positive, zero and negative values, and joined by and, or, not."""

from __future__ import annotations

import pytest
import sympy as sp

from rankstrat.algebra.conditions import differences, heaviside, indicator
from rankstrat.algebra.program import Program
from rankstrat.errors import UnsupportedFunctionError

x, y = sp.symbols("x y", real=True)
CONDITIONS = [
    x > y, x < y, x >= y, x <= y, sp.Ne(x, y), sp.Eq(x, y), sp.Not(x > y), sp.And(x > y, x > 1),
    sp.Or(x > 1, y > 1), sp.Or(sp.And(x > 0, y <= 0), sp.Eq(x, 1)), sp.true, sp.false,
]  # fmt: skip


@pytest.mark.parametrize("condition", CONDITIONS, ids=str)
def test_an_indicator_is_one_where_the_condition_holds(condition):
    for a in (-1, 0, 1, 2):
        for b in (-1, 0, 1, 2):
            program = Program()
            point = {x: a, y: b}
            nodes = {h: program.constant(int(h.subs(point))) for h in differences(condition)}
            found = program.value(indicator(program, condition, nodes))
            assert found == int(bool(condition.subs(point)))


@pytest.mark.parametrize("at_zero", [0, 1])
def test_heaviside_has_the_given_value_at_zero(at_zero):
    program = Program()
    for h, value in ((-3, 0), (0, at_zero), (5, 1)):
        node = heaviside(program, program.constant(h), program.constant(at_zero))
        assert program.value(node) == value


def test_differences_error():
    with pytest.raises(UnsupportedFunctionError, match="comparisons"):
        differences(sp.Symbol("p"))
