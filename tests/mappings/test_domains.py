"""Critical mappings of models whose inputs are restricted: functions are compared there alone."""

from __future__ import annotations

import pytest
import sympy
from sympy import Abs, cos, pi

import rankstrat as rs
from rankstrat import CriticalMapping, Model, Verdict
from rankstrat.errors import ModelError, NotCriticalError, NotOutputPreservingError

a, b, c, d, n, x, y = sympy.symbols("a b c d n x y")
SPHERE, THREE, POSITIVE = {(x, y): "sphere"}, {x: [-1, 0, 1]}, {x: "x > 0"}


def mapping(source, target, values, inputs, domain):
    models = [
        Model(f, list(values) if f is target else [a], inputs, domain=domain)
        for f in (source, target)
    ]
    return CriticalMapping(models[0], models[1], values)


@pytest.mark.parametrize(
    ("source", "target", "inputs", "domain"),
    [
        (a * (x**2 + y**2), b, [x, y], SPHERE),
        (a * x**2 * y, b * y * (1 - y**2), [x, y], SPHERE),
        (a * x**3, b * x, [x], THREE),
        (a * Abs(x), b * x**2, [x], THREE),
    ],
)
def test_what_agrees_on_the_domain_alone_is_proved(source, target, inputs, domain):
    found = mapping(source, target, {b: a}, inputs, domain)
    assert found.verdict is Verdict.PROVED and found.K == sympy.Matrix([[1]])
    assert found.evidence.everywhere


@pytest.mark.parametrize(
    ("source", "target", "inputs", "domain"),
    [
        (a * Abs(x), b * x, [x], POSITIVE),
        (a * cos(2 * pi * n), b, [n], {n: "integer"}),
    ],
)
def test_what_agrees_on_the_domain_is_not_refused(source, target, inputs, domain):
    assert mapping(source, target, {b: a}, inputs, domain).verdict is not Verdict.REFUTED


def test_what_differs_on_the_domain_is_refused():
    with pytest.raises(NotOutputPreservingError):
        mapping(a * x**2, b * x, {b: a}, [x], THREE).check()
    with pytest.raises(NotOutputPreservingError):
        mapping(a * Abs(x), b * x**2, {b: a}, [x], POSITIVE).check()
    # on {-1, 0, 1} the tangent functions x and x^3 are one, x^2 is another
    with pytest.raises(NotCriticalError):
        mapping(a * x, b * x**3 + c * x**2, {b: a, c: 0}, [x], THREE).check()
    # |x| and x are one function on x > 0, x^2 another
    with pytest.raises(NotCriticalError):
        mapping(a * Abs(x), b * x + c * x**2, {b: a, c: 0}, [x], POSITIVE).check()


def test_two_domains_are_refused():
    """|x| and x are one function on x > 0, and two on the line: no bound passes from there."""
    narrow = Model(a * Abs(x) + b * x, [a, b], [x], domain=POSITIVE)
    wide = Model(c * Abs(x) + d * x, [c, d], [x])
    assert (int(rs.model_rank(narrow)), int(rs.model_rank(wide))) == (1, 2)
    with pytest.raises(ModelError, match="one domain"):
        CriticalMapping(narrow, wide, {c: a, d: b})
    with pytest.raises(ModelError, match="one domain"):
        CriticalMapping(wide, narrow, {a: c, b: d})
