"""Tangent spans: basis, relations with side conditions, frozen parameters, circuits."""

from __future__ import annotations

import pytest
import sympy as sp

import rankstrat as rs
from rankstrat.errors import BudgetError, PointError


def merged() -> rs.TangentSpan:
    model = rs.families.two_layer(width=3, inputs=2, activation="tanh")
    w = model.parameters[3:]
    return rs.tangent_span(model.chart({w[2]: w[0], w[3]: w[1]}))


def test_span_of_merged_neurons_has_relations_on_the_whole_chart() -> None:
    span = merged()
    # two neurons with one direction: their a's coincide, and each pair of w's is proportional by a1
    # : a2
    assert span.dimension == 6
    assert {str(r) for r in span.relations} == {
        "dF/da1 - dF/da2 = 0",
        "a2*dF/dw1_1 - a1*dF/dw2_1 = 0",
        "a2*dF/dw1_2 - a1*dF/dw2_2 = 0",
    }
    assert [str(c) for c in span.conditions] == ["a1"]
    assert len(span.basis) == 6


def test_span_knows_frozen_parameters() -> None:
    span = merged()
    assert int(span.rank(["a1", "a2"])) == 1
    assert span.is_independent(["a1", "a3", "w1_1"])
    assert not span.is_independent(["w1_1", "w2_1"])
    certificate = span.rank(["a1", "a2"])
    rs.RankCertificate.from_json(certificate.to_json()).check()
    with pytest.raises(PointError, match="not a parameter"):
        span.rank(["nothing"])


def test_circuits_are_those_of_the_merged_pair() -> None:
    circuits = {tuple(map(str, c)) for c in merged().circuits()}
    assert circuits == {("a1", "a2"), ("w1_1", "w2_1"), ("w1_2", "w2_2")}


def test_circuits_of_a_linear_model_are_those_of_its_vectors() -> None:
    a, b, c, d, x = sp.symbols("a b c d x")
    model = rs.Model(a + b * x + c * (1 + x) + d * 0 * x, [a, b, c, d], [x])
    # vectors (1,0), (0,1), (1,1), 0 in the plane
    assert {tuple(map(str, s)) for s in rs.tangent_span(model).circuits()} == {
        ("d",),
        ("a", "b", "c"),
    }


def test_circuits_are_refused_for_large_models() -> None:
    with pytest.raises(BudgetError, match="at most 14"):
        rs.tangent_span(rs.families.two_layer(width=8, inputs=2)).circuits()


def test_span_of_a_vector_valued_model_has_columns() -> None:
    a, b, x = sp.symbols("a b x")
    span = rs.tangent_span(rs.Model([a * x, a + b], [a, b], [x]))
    assert span.basis == (sp.Matrix([x, 1]), sp.Matrix([0, 1]))
    assert "\\dim = 2" in span.latex()


def test_relation_with_transcendental_coefficients_is_exact() -> None:
    # a constant neuron tanh(b) at b = 1: dF/da = tanh 1 and dF/db = a (1 - tanh^2 1) are both
    # constants
    a, b, x = sp.symbols("a b x")
    span = rs.tangent_span(rs.Model(a * sp.tanh(b) + x * a * 0, [a, b], [x]).point([3, 1]))
    assert span.dimension == 1
    (relation,) = span.relations
    values = {0: sp.tanh(1), 1: 3 * (1 - sp.tanh(1) ** 2)}
    assert (
        sp.simplify(
            sum(sp.sympify(c) * values[i] for i, c in relation.coefficients).rewrite(sp.exp)
        )
        == 0
    )


def test_fractional_powers_of_functions_are_proved_by_balls_or_left_open() -> None:
    # tanh(log(1 + e^x) w) is rational in (1 + e^x)^(2w), an algebraic function over C(x, e^x) when
    # 2w is not whole
    a, b, c, x = sp.symbols("a b c x")
    soft = sp.log(1 + sp.exp(x))
    root, cube = sp.tanh(soft / 4), sp.tanh(soft / 6)
    independent = rs.model_rank(rs.Model(a * root + b * cube + c, [a, b, c], [x]))
    assert (int(independent), independent.verdict) == (3, rs.Verdict.PROVED)
    independent.check()
    # the double angle: with t = tanh(soft/4), tanh(soft/2) = 2 t/(1 + t^2) = y/(y + 2) for y = e^x:
    # rank 1, never 2
    hidden = rs.model_rank(
        rs.Model(a * 2 * root / (1 + root**2) + b * sp.exp(x) / (sp.exp(x) + 2), [a, b], [x])
    )
    assert hidden.lower <= 1 <= hidden.upper
