"""Upper bounds by counting monomials, against dimensions that are known."""

from __future__ import annotations

import pytest
import sympy as sp

import rankstrat as rs
from rankstrat.rank.counting import monomial_bound
from rankstrat.rank.tangents import Tangents

A, B = sp.symbols("a1:4"), sp.symbols("b1:4")
W, X = sp.symbols("w1:10"), sp.symbols("x1:4")
Z = [sum(W[3 * k + t] * X[t] for t in range(3)) for k in range(3)]


def point(outputs: list[sp.Expr], parameters: list[sp.Symbol]) -> rs.Chart:
    """A point without relations of low degree."""
    values = [(-1) ** k * (k**2 + 2) for k in range(len(parameters))]
    return rs.Model(outputs, parameters, X).point(values)


@pytest.mark.parametrize(
    ("unit", "dimension"),
    [
        (lambda z, b: z**2, 6),  # quadratic forms in three inputs
        (lambda z, b: z**3, 10),
        (lambda z, b: (z + b) ** 2, 1 + 3 + 6),
        (lambda z, b: z**2 + b * z, 3 + 6),  # linear and quadratic forms
        (lambda z, b: z**2 * sp.exp(b), 6),  # a function of parameters is a number
        (lambda z, b: sp.tanh(z), None),
        (lambda z, b: 1 / z, None),
    ],
)
def test_tangent_functions_of_polynomial_units(unit, dimension):
    outputs = sum(a * unit(z, b) for a, b, z in zip(A, B, Z))
    parameters = [v for v in (*A, *B, *W) if v in outputs.free_symbols]
    chart = point([outputs], parameters)
    assert monomial_bound(Tangents(chart)) == dimension
    assert dimension is None or rs.model_rank(chart).lower <= dimension


def test_outputs_count_apart():
    # two linear functions in three inputs
    model = [a * z for a, z in zip(A[:2], Z)]
    assert monomial_bound(Tangents(point(model, [*A[:2], *W[:6]]))) == 6
