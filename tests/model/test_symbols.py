"""Symbols are objects: two of one name stay two, in programs, charts, relations and mappings."""

from __future__ import annotations

import pytest
import sympy
from sympy import Dummy, Symbol, tanh

from rankstrat import (
    CriticalMapping,
    Model,
    RankCertificate,
    Verdict,
    model_rank,
    numerical_rank,
    tangent_functions,
    tangent_span,
)
from rankstrat.errors import ModelError, PointError, TargetError
from rankstrat.targets import target_set

x = Symbol("x")
a1, w1, a2, w2 = symbols = sympy.symbols("a1 w1 a2 w2")
NETWORK = Model(a1 * tanh(w1 * x) + a2 * tanh(w2 * x), symbols, [x])
TWINS = {
    "dummies": (Dummy("t"), Dummy("t")),
    "assumptions": (Symbol("t"), Symbol("t", positive=True)),
    "dummy and symbol": (Dummy("t"), Symbol("_t")),
    "named like a parameter": (Symbol("w2", real=True), Symbol("w2", positive=True)),
}


@pytest.mark.parametrize("twins", TWINS.values(), ids=TWINS)
def test_twin_coordinates(twins):
    """Two weights that differ generically make four functions, two equal ones two."""
    s, t = twins
    different = model_rank(NETWORK.chart({w1: s, w2: t}))
    assert (different.value, different.verdict) == (4, Verdict.PROVED)
    equal = model_rank(NETWORK.chart({w1: s, w2: s}))
    assert (equal.value, equal.verdict) == (2, Verdict.PROVED)
    opposite = model_rank(NETWORK.chart({w1: s + t, w2: s - t, a1: 1, a2: 1}))
    assert opposite.value == 4
    for certificate in (different, equal, opposite):
        certificate.check()
        again = RankCertificate.from_json(certificate.to_json())
        again.check()
        assert (again.lower, again.upper) == (certificate.lower, certificate.upper)


@pytest.mark.parametrize("twins", TWINS.values(), ids=TWINS)
def test_twins_in_relations(twins):
    """The relation s dF/da - t dF/db = 0 of (a t + b s) x keeps both."""
    s, t = twins
    a, b, c, d = sympy.symbols("a b c d")
    chart = Model((a * c + b * d) * x, [a, b, c, d], [x]).chart({a: 1, b: 1, c: t, d: s})
    certificate = model_rank(chart, subset=[0, 1])
    assert (certificate.value, certificate.verdict) == (1, Verdict.PROVED)
    coefficients = dict(certificate.relations[0].coefficients)
    assert sympy.expand(coefficients[0] * t + coefficients[1] * s) == 0
    certificate.check()
    RankCertificate.from_json(certificate.to_json()).check()


def test_twins_of_many_names_read_back():
    """Renamed coordinates keep the order that numbers the residues."""
    t, p, u = Dummy("t"), Dummy("t"), Symbol("t_1")
    certificate = model_rank(NETWORK.chart({w1: t + u, w2: p + 2 * u}))
    again = RankCertificate.from_json(certificate.to_json())
    again.check()
    assert len(set(map(str, again.chart.coordinates))) == len(certificate.chart.coordinates) == 5


def test_values_of_twins():
    s, t = Symbol("t"), Symbol("t", positive=True)
    chart = NETWORK.chart({w1: s, w2: t})
    assert model_rank(chart.at({s: 1, t: 1, a1: 1, a2: 1})).value == 2
    assert model_rank(chart.at({s: 1, t: 2, a1: 1, a2: 1})).value == 4
    with pytest.raises(PointError, match="different symbols"):
        chart.at({"t": 1})
    assert numerical_rank(chart, {s: 1, t: 2, a1: 1, a2: 1}).rank == 4
    assert numerical_rank(chart, {s: 1, t: 1, a1: 1, a2: 1}).rank == 2


def test_names_of_mixing_weights_are_free():
    """F = (c_1^2 x, c_2 x): dF/dc_1 = (2 c_1 x, 0), dF/dc_2 = (0, x)."""
    c_1, c_2 = sympy.symbols("c_1 c_2")
    model = Model([c_1**2 * x, c_2 * x], [c_1, c_2], [x])
    expected = (sympy.Matrix([2 * c_1 * x, 0]), sympy.Matrix([0, x]))
    assert tangent_functions(model) == expected
    assert tangent_span(model).basis == expected
    inputs = Model([c_1 * x, c_1 * x], [x], [c_1])
    assert tangent_functions(inputs) == (sympy.Matrix([c_1, c_1]),)


def test_mappings_with_twins():
    """a tanh(w x) -> (a (s + t), w, a (1 - s - t), w) with a second symbol t of the same name."""
    a, w = sympy.symbols("a w")
    source = Model(a * tanh(w * x), [a, w], [x])
    s, t = Symbol("s"), Symbol("s", positive=True)
    mapping = CriticalMapping(source, NETWORK, {a1: a * (s + t), w1: w, a2: a * (1 - s - t), w2: w})
    assert mapping.check().verdict is Verdict.PROVED
    assert set(mapping.symbols) == {s, t}
    chart = mapping.at({s: 1}).chart(source.point({a: 1, w: 1}))
    assert chart.values[a1] == 1 + t
    with pytest.raises(PointError, match="different symbols"):
        mapping.at({"s": 1})


def test_symbols_with_assumptions_are_replaced_by_name_and_object():
    a, w = sympy.symbols("a w")
    source = Model(a * tanh(w * x), [a, w], [x])
    s = Symbol("s", positive=True)
    mapping = CriticalMapping(source, NETWORK, {a1: a * s, w1: w, a2: a * (1 - s), w2: w})
    start = source.point({a: 3, w: 1})
    for key in (s, "s"):
        assert mapping.chart(start, {key: 2}).values[a2] == -3
        assert mapping.at({key: 1}).symbols == ()


def test_two_functions_of_one_name_are_refused():
    f, g = sympy.Function("s"), sympy.Function("s", real=True)
    a, b = sympy.symbols("a b")
    with pytest.raises(ModelError, match="unspecified functions"):
        model_rank(Model(a * f(x) + b * g(x), [a, b], [x]))


def test_a_target_of_twins_is_refused():
    a = Symbol("a")
    with pytest.raises(TargetError, match="one name"):
        target_set(Model(a * x, [a], [x]), x - Symbol("x", real=True))


def test_same_seed_same_certificate():
    """The order of twin coordinates does not depend on how they were met."""
    s, t = Symbol("t"), Symbol("t", positive=True)
    orders = [NETWORK.chart({w1: p, w2: q}).coordinates for p, q in ((s, t), (t, s))]
    assert orders[0] == orders[1]
