"""Units of models that are written out, split: the wider model and the mapping are verified."""

from __future__ import annotations

import pytest
import sympy
from sympy import exp, sin, tanh

import rankstrat as rs
from rankstrat.errors import FamilyError
from rankstrat.families import attention
from rankstrat.mappings import splitting

a, b, c, d, k, p, q, u, v, w, x = sympy.symbols("a b c d k p q u v w x")

SPLIT = [
    ([a * tanh(w * x) + c * tanh(v * x)], [a, w, c, v], 2, 1),
    ([a * tanh(b * tanh(w * x) + c * tanh(v * x))], [a, b, c, w, v], 2, 1),
    ([a * exp(w * x) * sin(k * x) + c * exp(v * x) * sin(u * x)], [a, w, k, c, v, u], 3, 1),
    (
        [a * tanh(w * x) + c * tanh(v * x), p * tanh(w * x) + q * tanh(v * x)],
        [a, w, c, v, p, q],
        3,
        2,
    ),
    ([d + a / (x**2 + w**2 + 1) + c / (x**2 + v**2 + 1)], [a, c, d, v, w], 2, 1),
]


@pytest.mark.parametrize("unit", [0, 1])
@pytest.mark.parametrize("row", SPLIT)
def test_a_unit_of_any_model_is_split(row, unit):
    outputs, parameters, more, shared = row
    source = rs.Model(outputs, parameters, [x])
    found = splitting(source, unit=unit)
    assert found.target.size == source.size + more
    assert str(found.verdict) == "PROVED"
    values = {s: sympy.Rational(3 * n + 2, 7) for n, s in enumerate(parameters)}
    values |= {x: sympy.Rational(5, 3), sympy.Symbol("alpha"): sympy.Rational(2, 9)}
    for one, two in zip(source.outputs, found.target.outputs, strict=True):
        gap = two.xreplace(dict(found.values)) - one
        assert abs(sympy.N(gap.xreplace(values), 30)) < 1e-25
    alpha = sympy.Symbol("alpha")
    assert sum(1 for value in found.values.values() if value.has(alpha)) == 2 * shared


def test_the_rank_is_that_of_the_narrow_model():
    source = rs.Model(a * tanh(w * x) + c * tanh(v * x), [a, w, c, v], [x])
    found = splitting(source)
    start = source.point([1, 2, 3, 5])
    image = found.chart(start, {"alpha": sympy.Rational(1, 3)})
    assert int(rs.model_rank(image)) == int(rs.model_rank(start)) == 4


def test_attention_heads_that_are_written_out_are_split():
    family = attention(1, 1, 1, heads=2)
    source = rs.Model(family.outputs, family.parameters, family.inputs)
    found = splitting(source)
    assert str(found.verdict) == "PROVED"


@pytest.mark.parametrize(
    ("output", "parameters"),
    [
        (a * tanh(w * x), [a, w]),  # one unit
        (exp(-w * x) + exp(-v * x), [w, v]),  # nothing to share
        (a * exp(w * x) + b * x, [a, w, b]),  # no symmetry
    ],
)
def test_what_cannot_be_split(output, parameters):
    with pytest.raises(FamilyError):
        splitting(rs.Model(output, parameters, [x]))
