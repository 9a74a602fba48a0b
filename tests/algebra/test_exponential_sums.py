"""Quotients of exponential sums, against the values of the expressions that they were read from."""

import pytest
import sympy as sp

from rankstrat.algebra.exponential_sums import Reader

a, b, x, y = sp.symbols("a b x y")
READER = Reader((a, b), (x, y))
PLACE = {a: sp.Rational(3, 7), b: sp.Rational(-5, 4), x: sp.Rational(2, 3), y: sp.Rational(-1, 6)}


def value(terms):
    """The value of a sum of exponentials at the place."""
    return sum(c.as_expr() * sp.exp(q.as_expr()) for q, c in terms).subs(PLACE)


QUOTIENTS = [
    a * sp.exp(b * x) + 3, sp.exp(a * x + b * y) ** 2 * x, sp.tanh(a * x + b),
    a / sp.cosh(b * x) ** 2,
    sp.exp(x / a), sp.exp((x - y) / (a + b) ** 2) - x / a, sp.exp(-x) * (1 + sp.exp(a)) ** -3,
    1 / (1 + sp.exp(-a * x)) - 1 / (2 + sp.exp(b * y)), (sp.exp(a) - sp.exp(x)) ** 4 / (x - b),
]  # fmt: skip


@pytest.mark.parametrize("expression", QUOTIENTS, ids=str)
def test_a_quotient_has_the_value_of_its_expression(expression):
    found = READER.read(expression)
    computed = value(found.top.items()) / sp.prod(value(s) ** k for s, k in found.bottoms.items())
    assert abs(sp.N(computed - expression.subs(PLACE), 30)) < 1e-25


@pytest.mark.parametrize(
    "exponent",
    [
        1 / x, a / (x + b), y / (x * a), 1 / (1 + sp.exp(x)), a / (1 + sp.exp(b * x)),
        1 / (a * sp.exp(b) + 1), sp.exp(x), sp.tanh(a),
    ],
    ids=str,
)  # fmt: skip
def test_exponents_that_are_no_polynomials_in_the_inputs_are_not_read(exponent):
    assert READER.read(sp.exp(exponent)) is None
    assert READER.read(a + b * sp.exp(exponent)) is None
