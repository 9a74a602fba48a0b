"""A pole at which the outputs have a limit is called removable, any other is not."""

from __future__ import annotations

import pytest
import sympy
from sympy import coth, exp, log, pi, sin, sinc, tan, tanh

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
