"""Certified critical functions of the lecture's data, and of other data."""

from fractions import Fraction

import pytest
import sympy

import rankstrat as rs
from rankstrat.errors import DataError
from rankstrat.experiments.critical_points import INPUTS, labels

KNOWN = {1: [0.110135518417], 2: [0.071726661554, 0.072169980235]}


@pytest.fixture(scope="module")
def lecture():
    return rs.critical_functions(
        rs.families.two_layer(2, 1, bias=True), INPUTS, labels(), starts=30, seed=1
    )


def test_the_known_losses_are_found(lecture):
    for width, losses in KNOWN.items():
        found = [f.loss for f in lecture.functions if f.width == width]
        for loss in losses:
            assert any(abs(loss - v) < 1e-11 for v in found)


def test_functions_are_distinct_by_proof(lecture):
    functions = lecture.functions
    for i, f in enumerate(functions):
        for g in functions[:i]:
            pairs = zip(f.outputs, g.outputs, strict=True)
            assert any(not a.overlaps(b) for a, b in pairs)


def test_zero_is_critical_where_sigma_vanishes_at_zero(lecture):
    assert lecture.functions[0].kind == "zero function"
    exp = rs.critical_functions(
        rs.families.two_layer(1, 1, "sigmoid", bias=True), [0, 1, 2], [1, 0, 2], starts=5
    )
    assert all(f.kind != "zero function" for f in exp.functions)


def test_other_data():
    xs = [Fraction(k, 2) for k in range(-6, 7)]
    ys = [sympy.tanh(2 * sympy.Rational(x) - 1) - sympy.tanh(sympy.Rational(x) + 2) for x in xs]
    found = rs.critical_functions(rs.families.two_layer(2, 1, bias=True), xs, ys, starts=60, seed=2)
    widths = [f.width for f in found.functions]
    assert widths.count(1) >= 2 and widths.count(2) >= 1
    assert all(f.loss < found.functions[0].loss for f in found.functions[1:])  # less than zero's


def test_a_model_without_a_width_error():
    with pytest.raises(DataError, match="has no width"):
        rs.critical_functions(rs.families.linear(2), [[1, 2]], [1])


@pytest.mark.slow
def test_at_least_17_in_width_3():
    found = rs.critical_functions(
        rs.families.two_layer(3, 1, bias=True), INPUTS, labels(), starts=4000, seed=5
    )
    assert len(found.functions) >= 17
    assert any(abs(f.loss - 0.059983406925) < 1e-9 for f in found.functions)


def test_bad_data_error():
    net = rs.families.two_layer(1, 1, bias=True)
    with pytest.raises(DataError, match="the same positive number"):
        rs.critical_functions(net, [], [])
    with pytest.raises(DataError, match="the same positive number"):
        rs.critical_functions(net, [1, 2], [1])
    with pytest.raises(DataError, match="the number of starts"):
        rs.critical_functions(net, [1, 2], [1, 2], starts=0)


def test_piecewise_networks_certify_nothing_but_zero():
    net = rs.families.two_layer(1, 1, "relu", bias=True)
    found = rs.critical_functions(net, [1, 2], [1, 2], starts=3)
    assert [f.kind for f in found.functions] in ([], ["zero function"])
