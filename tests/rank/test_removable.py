"""A pole at which the outputs have a limit and derivatives is called removable, others are not."""

from __future__ import annotations

import pytest
import sympy
from sympy import Abs, Piecewise, Rational, asin, coth, exp, log, pi, sin, sinc, sqrt, tan, tanh

import rankstrat as rs
from rankstrat.errors import PoleError

a, b, d, k, w, x = sympy.symbols("a b d k w x")

REMOVABLE = [
    (a * sinc(w * x), [a, w], [1, 0]),
    (a * sin(w * x) / (w * x), [a, w], [1, 0]),
    (a * (exp(-d * x) - exp(-k * x)) / (k - d), [a, d, k], [1, 2, 2]),
    ((exp(w * x) - 1) / w, [w], [0]),
    (w * coth(w * x), [w], [0]),
    # smooth at 0, where nobody sees a series
    (x * exp(-1 / w**2), [w], [0]),
]
OTHERS = [
    (a * x / w, [a, w], [1, 0]),
    # other limits on other lines, and on the two sides
    (a * w / (a**2 + w**2) * x, [a, w], [0, 0]),
    (tanh(1 / w) * x, [w], [0]),
    # a limit on lines, and none on curves
    (a**2 * tan(b) * x, [a, b], [0, pi / 2]),
    (a**2 / b * x, [a, b], [0, 0]),
    (a * log(w) * x, [a, w], [1, 0]),
    # a limit, and no derivative
    (a * sqrt(Abs(w)) * x, [a, w], [1, 0]),
    (a * w * log(Abs(w)) * x, [a, w], [1, 0]),
    (a * w * sin(1 / w) * x, [a, w], [1, 0]),
    (a * w**2 / sqrt(w**2) * x, [w, a], [0, 1]),
]
ON_A_DOMAIN = [
    # asin has no slope at 1, where another input has no pole
    (a * asin(w * x), [a, w], [1, 1], "x in {-1, 0, 1}", False),
    (a * log(x), [a], [1], "x in {-1, 1}", False),
    (a * sin(w * x) / w, [a, w], [1, 0], "x in {-1, 0, 2}", True),
    (a * sin(w * sqrt(x - 3)) / w, [a, w], [1, 0], "x > 3", True),
    (a * sin(w * sqrt(2 - x)) / w, [a, w], [1, 0], "1 < x < 2", True),
]


@pytest.mark.parametrize(("output", "parameters", "values"), REMOVABLE)
def test_removable(output, parameters, values):
    with pytest.raises(PoleError, match="removable"):
        rs.model_rank(rs.Model(output, parameters, [x]).point(values))


@pytest.mark.parametrize(("output", "parameters", "values"), OTHERS)
def test_not_removable(output, parameters, values):
    with pytest.raises(PoleError) as error:
        rs.model_rank(rs.Model(output, parameters, [x]).point(values))
    assert "removable" not in str(error.value)


def test_what_has_no_number_is_no_limit():
    """An unspecified function has none at 0, and a budget may end in between."""
    s = sympy.Function("s")
    for output in (s(w * x) / w, a * sympy.erf(1 / w) * x, a * sympy.besselj(0, x) / w):
        with pytest.raises(PoleError):
            rs.model_rank(rs.Model(output, [a, w], [x]).point([1, 0]), budget=5)


@pytest.mark.parametrize(("output", "parameters", "values", "domain", "removable"), ON_A_DOMAIN)
def test_inputs_of_the_domain_decide(output, parameters, values, domain, removable):
    model = rs.Model(output, parameters, [x], domain=[domain])
    with pytest.raises(PoleError) as error:
        rs.model_rank(model.point(values))
    assert ("removable" in str(error.value)) is removable
    assert "listed input" not in str(error.value) or output.has(log)


@pytest.mark.parametrize(
    ("output", "at"),
    [(asin(x), 1), (sinc(x), 0), (Piecewise((log(x), x > 0), (0, True)), 0)],
)
def test_pole_at_a_listed_input_says_which_and_what_to_do(output, at):
    """What is written with quotients has poles where sympy knows a value; outputs have none."""
    inputs = [Rational(1, 2), at]
    model = rs.Model(a * output + w, [a, w], [x], domain={x: inputs})
    with pytest.raises(PoleError, match=f"listed input x = {at}: .* outputs of a model without"):
        rs.model_rank(model)
    values = [(a * output + w).subs(x, value) for value in inputs]
    assert int(rs.model_rank(rs.Model(values, [a, w]))) == 2
