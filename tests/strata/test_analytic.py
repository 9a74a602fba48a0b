"""A generic rank bounds a level only where it is that of almost every point."""

from __future__ import annotations

import pytest
import sympy

from rankstrat import Model, Verdict, model_rank, stratify
from rankstrat.strata.analytic import is_analytic

a, b, x = sympy.symbols("a b x")
ROOT = sympy.sqrt((a - 1) / (a + 1)) * (a + 1)


@pytest.mark.parametrize(
    ("factor", "zeros"),
    [
        (a + sympy.sqrt(a**2), -1),
        (a + (a**6 + 2 * a**3 + 1) ** sympy.Rational(1, 6), -2),
        (sympy.atan(a) + sympy.atan(1 / a) - sympy.pi / 2, 1),
        (ROOT + sympy.sqrt(a**2 - 1), -2),
    ],
    ids=str,
)
def test_a_factor_that_vanishes_on_an_open_set_fills_the_level_of_rank_0(factor, zeros):
    # b^2 g(a) x has no tangent function where g = 0, which is so on one side alone
    model = Model(b**2 * factor * x, [a, b], [x])
    rank = model_rank(model.point({a: zeros, b: 1})).value
    level = stratify(model).level(0)
    assert level.dimension.upper is None or level.dimension.upper == 2 - (rank or 0)
    assert level.dimension.verdict is not Verdict.PROVED
    assert not is_analytic(model)


@pytest.mark.parametrize(
    "output",
    [
        sympy.erf(a * x) / b,
        sympy.exp(x / a) + sympy.tanh(b / a),
        sympy.sqrt(1 + a**2 + b**4) * x,
        sympy.atan(a * x) + sympy.log(1 + sympy.exp(b * x)),
        a * abs(x) + b * sympy.sqrt(x),
        a * x**b,
        sympy.besselj(0, a * x),
    ],
    ids=str,
)
def test_functions_that_continue_to_all_parameters(output):
    assert is_analytic(Model(output, [a, b], [x]))
