"""Full rank by the chain rule: the same ranks as by expressions, and certificates that hold."""

from __future__ import annotations

import dataclasses
import json
import random
from fractions import Fraction

import pytest
import sympy
from random_written import CLASSES, random_case
from written import mpmath_rank

import rankstrat as rs
from rankstrat.errors import CertificateError, UndecidedError
from rankstrat.rank import chained
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.search import Analysis

a, b, c, w, v, x, y, n = sympy.symbols("a b c w v x y n")
FAMILIES = {
    "convolution": rs.families.convolutional(2, 6, 3, dimension=2, activation="tanh"),
    "deep": rs.families.fully_connected([2, 5, 5, 2], "tanh"),
    "sine": rs.families.fully_connected([1, 6, 5, 1], "sin"),
    "softplus": rs.families.two_layer(14, 1, "softplus", bias=True),
    "erf": rs.families.two_layer(11, 2, "erf", bias=True),
    "sigmoid": rs.families.fully_connected([3, 6, 4, 1], "sigmoid"),
    "generic": rs.families.two_layer(14, 1, sympy.Function("s"), bias=True),
}


@pytest.fixture
def always(monkeypatch):
    """Whatever the size, and whether full rank is to be expected or not."""
    monkeypatch.setattr(chained, "FEWEST", 1)
    monkeypatch.setattr(chained, "_coincide", lambda tangents: False)


def at_random(model, seed=0):
    rng = random.Random(seed)
    return model.point(
        [Fraction(rng.randint(1, 999), rng.randint(1, 30)) for _ in model.parameters]
    )


@pytest.mark.parametrize("name", FAMILIES)
def test_full_rank_needs_no_tangent_functions(name):
    model = FAMILIES[name]
    # at a point 2/sqrt(pi), the slope of erf, stands beside numbers exp(-b^2): nothing is known
    for chart in (model.generic(), *([] if name == "erf" else [at_random(model)])):
        analysis = Analysis(chart, 0)
        found = analysis.evidence()
        assert found.minor is not None
        assert found.minor.chained
        assert (found.lower, found.upper) == (model.size, model.size)
        assert "nodes" not in analysis.tangents.__dict__
        certificate = rs.model_rank(chart)
        assert str(certificate.verdict) == "PROVED"
        back = RankCertificate.from_json(certificate.to_json())
        assert back.minor == certificate.minor
        back.check()


@pytest.mark.parametrize("name", FAMILIES)
def test_minors_are_those_of_the_tangent_functions(name, monkeypatch):
    model = FAMILIES[name]
    chart = at_random(model, 1)
    monkeypatch.setattr(chained, "MOST", 0)
    certificate = rs.model_rank(chart)
    assert not certificate.minor.chained
    assert int(certificate) == model.size


@pytest.mark.parametrize("name", ["convolution", "deep", "erf"])
def test_vanishing_weights_leave_it_to_the_tangent_functions(name):
    model = FAMILIES[name]
    values = list(at_random(model).raw)
    weights = [i for i, p in enumerate(model.parameters) if str(p).startswith(("a", "W3_"))]
    for i in weights[:1] if name == "erf" else weights:
        values[i] = 0
    certificate = rs.model_rank(model.point(values))
    assert not certificate.minor.chained
    assert certificate.lower < model.size
    certificate.check()


@pytest.mark.sampled(12)
@pytest.mark.parametrize("seed", range(2 * len(CLASSES)))
def test_random_models_of_every_class(seed, always):
    _, case = random_case(seed)
    try:
        certificate = rs.model_rank(case.chart())
    except UndecidedError:
        return
    assert certificate.lower <= mpmath_rank(case) <= certificate.upper
    certificate.check()


@pytest.mark.parametrize(
    ("outputs", "values", "rank"),
    [
        ([a * sympy.tanh(w * x) + b], [2, 3, 1], 3),
        ([a * sympy.tanh(w * x) + b], [0, 3, 1], 2),
        ([a * sympy.tanh(w * x) + b], [2, 0, 1], 2),  # a x and 1: dF/da = tanh(0) = 0
        ([a * sympy.exp(w * x) + b * sympy.exp(2 * x)], [1, 2, 1], 2),
        ([a * sympy.erf((w + 1) * (w - 1) * x - w**2 * x) + b * sympy.erf(x)], [1, 5, 1], 1),
        ([a * x / (1 + w**2 * x**2) + b * x], [1, 0, 1], 1),
        ([a * x / (1 + w**2 * x**2) + b * x], [1, 2, 1], 3),
        ([a * x * w, b * w], [1, 1, 1], 2),
        ([a * sympy.cos(w * x) ** 2 + a * sympy.sin(w * x) ** 2 + b], [1, 2, 3], 1),
        ([sympy.tan(a * x) + sympy.log(1 + (w * x) ** 2) + b * sympy.atan(x)], [1, 2, 3], 3),
        ([sympy.exp(a) * x + sympy.exp(w) * x + b], [1, 2, 3], 2),
    ],
)
def test_ranks_by_hand(outputs, values, rank, always):
    model = rs.Model(outputs, [a, w, b], [x])
    certificate = rs.model_rank(model.point(values))
    assert int(certificate) == rank
    assert str(certificate.verdict) == "PROVED"
    assert certificate.minor is None or certificate.minor.chained == (rank == 3)
    certificate.check()


def test_integers_kinks_and_roots_go_the_other_road(always):
    # sin(pi n / 2), cos(pi n / 2) and 1 at integers n; sin(pi n) = 0 there
    integer = sympy.Symbol("n", integer=True)
    wave = a * sympy.sin(w * integer) + b
    certificate = rs.model_rank(rs.Model(wave, [a, w, b], [integer]).point([1, sympy.pi, 1]))
    assert int(certificate) == 2
    assert not certificate.minor.chained
    for function in (sympy.Max(0, w * x), sympy.sqrt(1 + w * x**2), sympy.sqrt(w) * x):
        certificate = rs.model_rank(rs.Model(a * function + b, [a, w, b], [x]).point([1, 2, 3]))
        assert not certificate.minor.chained
        certificate.check()


def test_frozen_parameters_are_no_columns(always):
    model = rs.Model(a * sympy.tanh(w * x) + b, [a, w, b], [x])
    certificate = rs.model_rank(model.point([1, 2, 3]), subset=[2, 0])
    assert certificate.minor.chained
    assert int(certificate) == 2
    assert set(certificate.minor.parameters) == {0, 2}
    certificate.check()
    RankCertificate.from_json(certificate.to_json()).check()


def forged(chart, minor, **changes):
    certificate = rs.model_rank(chart)
    return dataclasses.replace(certificate, minor=minor, **changes)


def test_a_minor_of_another_point_is_refused(always):
    model = rs.Model(a * sympy.tanh(w * x) + b, [a, w, b], [x])
    minor = rs.model_rank(model.point([1, 2, 3])).minor
    assert minor.chained
    # tanh(0) = 0 and d/da = 0: rank 2
    bad = forged(model.point([1, 0, 3]), minor, lower=3, upper=3, reason="parameters", relations=())
    with pytest.raises(CertificateError, match="is zero modulo"):
        bad.check()


def test_a_minor_by_the_chain_rule_is_refused_where_it_proves_nothing(always):
    # max(0, w x) at w = 0 is not differentiable
    model = rs.Model(a * sympy.Max(0, w * x) + b, [a, w, b], [x])
    minor = rs.model_rank(
        rs.Model(a * sympy.tanh(w * x) + b, [a, w, b], [x]).point([1, 2, 3])
    ).minor
    bad = forged(model.point([1, 2, 3]), minor, lower=3, upper=3, reason="parameters", relations=())
    with pytest.raises(CertificateError, match="by the chain rule"):
        bad.check()


@pytest.mark.parametrize("value", [1, "true", None, [True]])
def test_the_field_of_a_text_is_true_or_false(value):
    text = json.loads(rs.model_rank(rs.Model(a * x, [a], [x]).point([1])).to_json())
    text["minor"]["chained"] = value
    with pytest.raises(CertificateError, match="chained"):
        RankCertificate.from_json(json.dumps(text))


def test_texts_without_the_field_are_read_as_before():
    text = json.loads(rs.model_rank(rs.Model(a * x, [a], [x]).point([1])).to_json())
    del text["minor"]["chained"]
    RankCertificate.from_json(json.dumps(text)).check()


def test_what_is_defined_is_asked_as_before(always):
    # 1/(x + y - (x + y)) is nowhere defined
    hidden = (w + 1) * (w - 1) - w**2 + 1
    with pytest.raises(rs.errors.PoleError):
        rs.model_rank(rs.Model(a * x + b / hidden, [a, w, b], [x]).point([1, 2, 3]))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda v: v, True),
        (lambda v: [0, *v[1:]], False),  # a1 = 0
        (lambda v: [*v[:14], v[15], *v[15:28], v[29], *v[29:]], False),  # two equal neurons
        (lambda v: [*v[:14], -v[15], *v[15:28], -v[29], *v[29:]], False),  # two opposite ones
        (lambda v: [*v[:14], 0, *v[15:28], 0, *v[29:]], False),  # one is a constant
    ],
)
def test_full_rank_is_not_tried_where_neurons_coincide(change, expected):
    model = rs.families.two_layer(14, 1, "tanh", bias=True)
    values = list(at_random(model).raw)
    certificate = rs.model_rank(model.point(change(values)))
    assert certificate.minor.chained is expected
    assert (int(certificate) == model.size) is expected
