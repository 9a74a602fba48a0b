"""Ranks on the domain of a model, at the boundaries of cases, and where a model has a kink in its
parameters.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import sympy as sp

import rankstrat as rs
from rankstrat.errors import (
    CertificateError,
    DataError,
    ModelError,
    ParseError,
    PointError,
    PoleError,
    UndecidedError,
)
from rankstrat.rank.setting import at_kink, has_tangents, setting
from rankstrat.rank.verdict import Relation

a, b, c, u, w, v, x, y, k = sp.symbols("a b c u w v x y k")
positive, integer = sp.Symbol("x", positive=True), sp.Symbol("n", integer=True)
Max = sp.Max


def proved(model: rs.Model, values: Any) -> int:
    """The rank at a point, PROVED, with a certificate that passes its check, after JSON too."""
    certificate = rs.model_rank(model.point(values))
    certificate.check()
    again = rs.RankCertificate.from_json(certificate.to_json())
    again.check()
    assert str(certificate.verdict) == "PROVED"
    assert again.model.domain.statements == certificate.model.domain.statements
    return int(again)


@pytest.mark.parametrize(
    ("functions", "points", "rank"),
    [
        ((sp.acosh(x), 1), [1], 1),  # acosh(1) = 0
        ((sp.acosh(x), 1), [1, 2], 2),  # (0, log(2 + sqrt(3))) and (1, 1)
        ((sp.acosh(x), x - 1), [1, 2], 1),  # both are multiples of (0, 1)
        ((sp.sqrt(sp.Abs(x)), 1), [0, 1, 4], 2),  # (0, 1, 2) and (1, 1, 1)
        ((sp.sqrt(sp.Abs(x)), x), [0, 1, 4], 2),  # (0, 1, 2) and (0, 1, 4)
        ((sp.sign(x), x, x**3), [-1, 0, 1], 1),  # thrice (-1, 0, 1)
        ((sp.sign(x), x, x**3), [-2, 0, 1], 2),  # (-1, 0, 1) beside (-2, 0, 1) and (-8, 0, 1)
    ],
)
def test_functions_of_inputs_at_ends_and_kinks(functions: Any, points: Any, rank: int) -> None:
    theta = sp.symbols("s1:4")[: len(functions)]
    F = sum(t * f for t, f in zip(theta, functions, strict=True))
    model = rs.Model(F, theta, [x], domain={x: points})
    for values in ([1] * len(theta), [0] * len(theta)):
        assert proved(model, values) == rank


CASES = sp.Piecewise((a * x + b * x**2, w >= 0), (a * x + b * x, True))
STRICT = sp.Piecewise((a * x + b * x**2, w > 0), (a * x + b * x, True))


@pytest.mark.parametrize(
    ("output", "value", "rank"),
    [
        # at w = 0 the case that holds there counts: span{x, x^2} or span{x}; dF/dw = 0
        (CASES, 0, 2),
        (CASES, 1, 2),
        (CASES, -1, 1),
        (STRICT, 0, 1),
        (STRICT, 1, 2),
        # equality: only at w = 0 are there two functions
        (sp.Piecewise((a * x + b * x**2, sp.Eq(w, 0)), (a * x + b * x, True)), 0, 2),
        (sp.Piecewise((a * x + b * x**2, sp.Eq(w, 0)), (a * x + b * x, True)), 1, 1),
        (sp.Piecewise((a * x + b * x**2, sp.Ne(w, 0)), (a * x + b * x, True)), 0, 1),
        # a closed band, at both of its ends and outside
        (sp.Piecewise((a * x + b * x**2, (w >= 0) & (w <= 1)), (a * x, True)), 0, 2),
        (sp.Piecewise((a * x + b * x**2, (w >= 0) & (w <= 1)), (a * x, True)), 1, 2),
        (sp.Piecewise((a * x + b * x**2, (w >= 0) & (w <= 1)), (a * x, True)), 2, 1),
        (sp.Piecewise((a * x + b * x**2, (w < 0) | (w > 1)), (a * x, True)), 1, 1),
        (sp.Piecewise((a * x + b * x**2, ~((w < 0) | (w > 1))), (a * x, True)), 1, 2),
        # sympy's Heaviside is 1/2 at 0 unless another value is given
        (a * x * sp.Heaviside(w) + b * x**2 * (1 - sp.Heaviside(w)), 0, 2),
        (a * x * sp.Heaviside(w, 0) + b * x**2, 0, 1),
        (a * x * sp.Heaviside(w, 1) + b * x**2, 0, 2),
        (a * x * sp.Heaviside(w, 1) + b * x**2 * (1 - sp.Heaviside(w, 1)), 0, 1),
        (a * x * sp.sign(w) + b * x**2, 0, 1),
        (a * x * sp.sign(w) + b * x**2, -1, 2),
    ],
)
def test_case_that_holds_at_a_boundary_counts(output: Any, value: int, rank: int) -> None:
    assert proved(rs.Model(output, [a, b, w], [x]), [1, 1, value]) == rank


DOMAINS: list[tuple[str, rs.Model, list[Any], int]] = [
    # log x lives on x > 0, where Max(0, -x) = 0
    ("log", rs.Model(a * sp.log(x) + b * Max(0, -x), [a, b], [x]), [1, 1], 1),
    ("log of 1 - x^2", rs.Model(a * sp.log(1 - x**2) + b * Max(0, x - 1), [a, b], [x]), [1, 1], 1),
    ("log of log", rs.Model(a * sp.log(sp.log(x)) + b * Max(0, 1 - x), [a, b], [x]), [1, 1], 1),
    ("log in a dead case", rs.Model(
        sp.Piecewise((a * sp.log(x), x > 0), (b * x, True)), [a, b], [x]), [1, 1], 2),
    ("softplus everywhere", rs.Model(
        a * sp.log(1 + sp.exp(x)) + b * Max(0, -x) + c * x, [a, b, c], [x]), [1, 1, 1], 3),
    # x > 0: dF = x, a x, x
    ("positive", rs.Model(a * Max(0, w * positive) + b * positive, [a, w, b], [positive]),
     [1, 1, 1], 1),
    ("declared positive", rs.Model(
        a * Max(0, w * x) + b * x, [a, w, b], [x], domain={x: "positive"}), [1, 1, 1], 1),
    ("real", rs.Model(a * Max(0, w * x) + b * x, [a, w, b], [x]), [1, 1, 1], 2),
    # sin(pi n) = 0 and cos(pi n) = (-1)^n: span{(-1)^n, n (-1)^n}
    ("integers", rs.Model(
        a * sp.sin(w * integer) + b * sp.cos(w * integer), [a, b, w], [integer]),
     [1, 1, sp.pi], 2),
    # at pi/2: sin is 0, 1, 0, -1, cos 1, 0, -1, 0, and n (cos - sin): all independent
    ("integers, four classes", rs.Model(
        a * sp.sin(w * x) + b * sp.cos(w * x), [a, b, w], [x], domain={x: "integer"}),
     [1, 1, sp.pi / 2], 3),
    # cos(2 pi n) = 1
    ("integers, full turns", rs.Model(
        a * sp.cos(2 * sp.pi * x) + b + c * x, [a, b, c], [x], domain={x: "integer"}),
     [1, 1, 1], 2),
    ("no integers, no turns", rs.Model(
        a * sp.cos(2 * sp.pi * x) + b + c * x, [a, b, c], [x]), [1, 1, 1], 3),
    ("e^n at integers", rs.Model(
        a * sp.exp(x) + b * sp.exp(2 * x) + c * x, [a, b, c], [x], domain={x: "integer"}),
     [1, 1, 1], 3),
    # x^2 + y^2 = 1 on the circle; x, y and x^2 stay independent
    ("circle", rs.Model(
        a * (x**2 + y**2) + b + c * x, [a, b, c], [x, y], domain={(x, y): "sphere"}),
     [1, 1, 1], 2),
    ("ReLU on the circle", rs.Model(
        a * Max(0, x) + b * Max(0, -x) + c * x, [a, b, c], [x, y], domain={(x, y): "sphere"}),
     [1, 1, 1], 2),
    ("the sphere of the line", rs.Model(
        a * x**2 + b + c * x, [a, b, c], [x], domain={x: "sphere"}), [1, 1, 1], 2),
    # three values: functions on three points
    ("three points", rs.Model(
        a * x + b * x**2 + c * x**3, [a, b, c], [x], domain={x: [0, 1, 2]}), [1, 1, 1], 2),
    ("x^3 = x on -1, 0, 1", rs.Model(
        a * x + b * x**3, [a, b], [x], domain={x: [-1, 0, 1]}), [1, 1], 1),
    ("bounded integers", rs.Model(
        a * x + b * x**3, [a, b], [x], domain={x: "integer"} | {"x": "integer"}), [1, 1], 2),
    ("bounded integers, three", rs.Model(
        a * x + b * x**3, [a, b], [x], domain=["x in Z", "-1 <= x <= 1"]), [1, 1], 1),
    ("irrational points", rs.Model(
        a * x**2 + b, [a, b], [x], domain={x: [sp.sqrt(2), -sp.sqrt(2)]}), [1, 1], 1),
    ("pairs of points", rs.Model(
        a * x + b * y + c * x * y, [a, b, c], [x, y], domain={(x, y): [(1, 0), (0, 1)]}),
     [1, 1, 1], 2),
    ("a finite and a real input", rs.Model(
        a * x * y + b * x**2 * y + c * y, [a, b, c], [x, y], domain={x: [0, 1]}), [1, 1, 1], 2),
    ("a box", rs.Model(
        a * Max(0, x) + b * x + c * Max(0, x - 1), [a, b, c], [x], domain={x: "[0, 1]"}),
     [1, 1, 1], 1),
    ("a half-plane", rs.Model(
        a * Max(0, x + y) + b * (x + y), [a, b], [x, y], domain=["x + y > 0"]), [1, 1], 1),
    ("a disc", rs.Model(
        a * Max(0, x - 2) + b * x, [a, b], [x], domain=["x**2 < 1"]), [1, 1], 1),
    ("log needs balls inside", rs.Model(
        a * sp.log(x) + b * sp.erf(x**2) + c, [a, b, c], [x], domain={x: "x > 0"}), [1, 1, 1], 3),
    ("far away", rs.Model(
        a * sp.log(x - 1000) + b * sp.erf((x - 1000)**2) + c, [a, b, c], [x], domain=["x > 1000"]),
     [1, 1, 1], 3),
    # what is written must be real, whatever the values of the parameters leave of it
    ("a power that is whole here", rs.Model(
        a * x**b + c * Max(0, -x), [a, b, c], [x]), [1, 2, 1], 2),
    ("odd and even powers agree on x > 0", rs.Model(
        x**a + b * x**3 + c * sp.Abs(x) ** 3, [a, b, c], [x]), [2, 1, 1], 2),
    ("a log with weight 0", rs.Model(
        a * w * sp.log(x) + b * Max(0, -x), [a, w, b], [x]), [1, 0, 1], 1),
    ("a root with weight 0", rs.Model(
        a * w * sp.sqrt(x) + b * x + c * sp.Abs(x), [a, w, b, c], [x]), [0, 0, 1, 1], 1),
    ("an arccosine with weight 0", rs.Model(
        a * w * sp.acos(x) + b * Max(0, x - 1) + c, [a, w, b, c], [x]), [0, 1, 1, 1], 2),
    ("a Bessel function with weight 0", rs.Model(
        a * w * sp.besselk(0, x) + b * Max(0, -x), [a, w, b], [x]), [1, 0, 1], 1),
    ("a log in a case with weight 0", rs.Model(
        a * sp.Piecewise((sp.log(x), x > 0), (0, True)) + b * Max(0, -x), [a, b], [x]), [0, 1], 2),
    ("a power in a case", rs.Model(
        a * sp.Piecewise((x**b, x > 0), (0, True)) + c * Max(0, -x), [a, b, c], [x]), [1, 2, 1], 3),
    # x y > 0, where sqrt(x y) sqrt(x/y) = |x|
    ("roots that cancel", rs.Model(
        a * sp.sqrt(x * y) * sp.sqrt(x / y) + b * x + c * sp.Abs(x), [a, b, c], [x, y]),
     [1, 1, 1], 2),
    ("a root of 0 is real", rs.Model(
        a * sp.sqrt(Max(0, x)) + b * Max(0, -x), [a, b], [x]), [1, 1], 2),
    ("a power of integers", rs.Model(
        a * integer**b + c * integer, [a, b, c], [integer]), [1, 2, 1], 3),
    # an input of the domain that the model does not show is another input than the one it shows
    ("a domain of another input", rs.Model(
        a * Max(0, -x), [a], [x, y], domain={y: "y > 0"}), [1], 1),
    ("a strip of another input", rs.Model(
        a * Max(0, -x) + b * Max(0, x - 1), [a, b], [x, y], domain=["-1 < y < 0"]), [1, 1], 2),
    ("a log of another input", rs.Model(
        [a * w * sp.log(y), b * Max(0, -x)], [a, w, b], [x, y]), [0, 0, 1], 1),
    # signs by structure
    ("ReLU of tanh", rs.Model(
        a * Max(0, sp.tanh(x)) + b * sp.tanh(x) + c * Max(0, -sp.tanh(x)), [a, b, c], [x]),
     [1, 1, 1], 2),
    ("ReLU of exp", rs.Model(a * Max(0, sp.exp(x)) + b * sp.exp(x), [a, b], [x]), [1, 1], 1),
    ("|x y|", rs.Model(
        a * sp.Abs(x * y) + b * x * y + c * Max(0, x * y), [a, b, c], [x, y]), [1, 1, 1], 2),
    ("a band", rs.Model(
        a * Max(0, x**2 - 2) + b * (x**2 - 2) + c * Max(0, 2 - x**2), [a, b, c], [x]),
     [1, 1, 1], 2),
    ("a distant kink", rs.Model(a * Max(0, x**2 - 10**8) + b * x, [a, b], [x]), [1, 1], 2),
    # a condition holds where it is real
    *((condition, rs.Model(a * sp.Abs(x) + b * x, [a, b], [x], domain=[condition]), [1, 1], 1)
      for condition in ("sqrt(x) > -1", "exp(sqrt(x)) > 0", "x + log(x) > log(x) - 5")),
    ("max tree", rs.Model(
        a * Max(x, y, 0) + b * Max(0, Max(x, y)), [a, b], [x, y]), [1, 1], 1),
]  # fmt: skip


@pytest.mark.parametrize(
    ("model", "values", "rank"), [pytest.param(*d[1:], id=d[0]) for d in DOMAINS]
)
def test_rank_on_the_domain(model: rs.Model, values: list[Any], rank: int) -> None:
    assert proved(model, values) == rank


@pytest.mark.parametrize(
    "output",
    [a * sp.log(-1 - x**2), a * sp.log(x) + sp.log(-x), a * sp.log(-sp.exp(x)) + x],
    ids=str,
)
def test_model_that_is_real_nowhere_is_refused(output: Any) -> None:
    with pytest.raises(PoleError, match="real at no input"):
        rs.model_rank(rs.Model(output, [a], [x]).point([1]))


def test_empty_domain_is_refused() -> None:
    with pytest.raises(PoleError, match="real at no input"):
        rs.model_rank(rs.Model(a * x, [a], [x], domain=["x > 1", "x < 0"]).point([1]))


@pytest.mark.parametrize(
    "domain", [["x >= 1", "x <= 1"], ["x > 1", "x < 0"], ["x**2 <= 0"], ["-x**2 > 0"]], ids=str
)
def test_target_sets_and_strata_of_an_empty_domain_are_refused(domain: list[str]) -> None:
    """At x = 1 alone the rank is 1 and the target set a line; an open set of inputs is asked."""
    model = rs.Model(a * x + b, [a, b], [x], domain=domain)
    for verb in (rs.stratify, lambda m: rs.target_set(m, m.point([1, 2]))):
        with pytest.raises((PoleError, UndecidedError)):
            verb(model)


def relu(widths: list[int]) -> rs.Model:
    return rs.families.fully_connected(widths, "relu")


SMOOTH = sp.Piecewise((a * x + w**2 * x**2, w >= 0), (a * x, True))
BENT = sp.Piecewise((a * x + w * x**2, w >= 0), (a * x, True))

KINKS: list[tuple[str, Callable[[], rs.Model], list[Any], bool]] = [
    # on x < 0 the second unit sees 0 + b2: a kink in b2
    ("deep ReLU, zero biases", lambda: relu([1, 1, 1, 1]), [1, 0, 1, 0, 1, 0], False),
    ("deep ReLU, b2 = 1", lambda: relu([1, 1, 1, 1]), [1, 0, 1, 1, 1, 0], True),
    # W3 = 0: near the point F - b3 is of second order on x < 0
    ("deep ReLU, W3 = 0", lambda: relu([1, 1, 1, 1]), [1, 0, 1, 0, 0, 0], True),
    ("a |w x|_+ at a = w = 0", lambda: rs.Model(a * Max(0, w * x), [a, w], [x]), [0, 0], True),
    ("a |w x|_+ at w = 0", lambda: rs.Model(a * Max(0, w * x), [a, w], [x]), [1, 0], False),
    ("a |w x|_+ at w = 1", lambda: rs.Model(a * Max(0, w * x), [a, w], [x]), [1, 1], True),
    ("a square", lambda: rs.Model(a * sp.Abs(w * x) ** 2, [a, w], [x]), [1, 0], True),
    ("no inputs", lambda: rs.Model([a * Max(0, w)], [a, w]), [1, 0], False),
    ("a jump", lambda: rs.Model(CASES, [a, b, w], [x]), [1, 1, 0], False),
    # at b = 0 the two cases agree, but dF/db does not
    ("a jump of the slope", lambda: rs.Model(CASES, [a, b, w], [x]), [1, 0, 0], False),
    ("no jump", lambda: rs.Model(CASES, [a, b, w], [x]), [1, 1, 1], True),
    ("C1 cases", lambda: rs.Model(SMOOTH, [a, w], [x]), [1, 0], True),
    ("C0 cases", lambda: rs.Model(BENT, [a, w], [x]), [1, 0], False),
    ("a kink of second order", lambda: rs.Model(Max(0, a * w * x) + c * x, [a, w, c], [x]),
     [0, 0, 1], True),
    ("ReLU of tanh", lambda: rs.Model(a * Max(0, sp.tanh(w * x)), [a, w], [x]), [1, 0], False),
    ("equal sides of a max", lambda: rs.Model(Max(a * x, b * x), [a, b], [x]), [1, 1], False),
    ("different sides", lambda: rs.Model(Max(a * x, b * x), [a, b], [x]), [1, 2], True),
    ("nested", lambda: rs.Model(Max(0, Max(0, w * x) + v * x), [w, v], [x]), [0, 0], False),
    # at w = 0 nothing is left of the kink in x
    ("|w| |x|", lambda: rs.Model(a * sp.Abs(w) * sp.Abs(x) + b, [a, b, w], [x]), [1, 1, 0], False),
    ("a root of squares", lambda: rs.Model(a * sp.sqrt(w**2 * x**2) + b, [a, b, w], [x]),
     [1, 1, 0], False),
    ("a kink with a weight", lambda: rs.Model(a * w * Max(0, x - w) + b, [a, b, w], [x]),
     [1, 1, 0], True),
    # a kink in x alone is met by no open set of inputs
    ("a jump in x", lambda: rs.Model(a * sp.Heaviside(x - b), [a, b], [x]), [1, 1], True),
]  # fmt: skip


@pytest.mark.parametrize(
    ("make", "values", "smooth"), [pytest.param(*d[1:], id=d[0]) for d in KINKS]
)
def test_differentiable_at_almost_every_input(
    make: Callable[[], rs.Model], values: list[Any], smooth: bool
) -> None:
    point = make().point(values)
    assert setting(point, None).differentiable is smooth
    assert at_kink(point) is not smooth
    certificate = rs.model_rank(point)
    assert certificate.differentiable is smooth
    assert ("at a kink" in str(certificate)) is not smooth


THREE_HALVES = sp.Rational(3, 2)
EDGES = [
    (b**THREE_HALVES * x, [0, 1], None),  # not real for b < 0
    ((b * x) ** THREE_HALVES, [0, 1], None),
    ((b + Max(0, x)) ** THREE_HALVES, [0, 1], None),  # on x < 0
    ((b + x**2) ** THREE_HALVES, [0, 1], True),
    ((a**2 + b**2) ** THREE_HALVES * x, [0, 0], True),
    (sp.Abs(b * x) ** THREE_HALVES, [0, 1], True),
    (sp.Piecewise((b**THREE_HALVES, a > 0), (a, True)) * x, [0, -1], True),
]


@pytest.mark.parametrize(("function", "values", "smooth"), EDGES)
def test_nothing_is_called_differentiable_where_a_root_begins(
    function: sp.Expr, values: list[int], smooth: bool | None
) -> None:
    point = rs.Model(function + a * x**2, [b, a], [x]).point(values)
    certificate = rs.model_rank(point)
    assert certificate.differentiable is smooth
    certificate.check()


MANY = sum(k * (Max(0, w - k * v) - Max(0, k * v - w)) for k in range(1, 9))
CANCELLING: list[tuple[str, Any, list[Any], list[int], int]] = [
    # |h|_+ - |-h|_+ = h is smooth; slope 0 at both kinks is not its slope
    ("a ramp", (Max(0, w) - Max(0, -w)) * x, [w], [0], 1),
    ("in the input", a * (Max(0, w * x) - Max(0, -w * x)), [a, w], [1, 0], 1),
    # |h|_+ - |h|/2 = h/2, whatever the sign with which h is written
    ("with its modulus", (Max(0, w) - sp.Abs(w) / 2) * x, [w], [0], 1),
    ("with its modulus, in the input", a * (Max(0, w * x) - sp.Abs(w * x) / 2), [a, w], [1, 0], 1),
    ("turned round", a * (Max(0, -2 * w * x) - sp.Abs(w * x)), [a, w], [1, 0], 1),
    ("inside tanh", (sp.tanh(Max(0, w)) - sp.tanh(Max(0, -w))) * x, [w], [0], 1),
    ("max and min", (Max(w, v) + sp.Min(w, v)) * x, [w, v], [1, 1], 1),
    ("many", MANY * x, [w, v], [0, 0], 1),
    ("beside a kink in x", a * (Max(0, w) - Max(0, -w)) * sp.Abs(x) + b, [a, b, w], [1, 1, 0], 2),
]


@pytest.mark.parametrize(
    ("function", "parameters", "values", "rank"),
    [pytest.param(*d[1:], id=d[0]) for d in CANCELLING],
)
def test_nothing_is_claimed_where_kinks_cancel(
    function: sp.Expr, parameters: list[sp.Symbol], values: list[int], rank: int
) -> None:
    point = rs.Model(function, parameters, [x]).point(values)
    certificate = rs.model_rank(point)
    assert certificate.lower <= rank <= certificate.upper
    assert certificate.verdict is rs.Verdict.OPEN
    assert "kinks cancel" in str(certificate)
    certificate.check()
    assert not at_kink(point)
    assert not has_tangents(point)


@pytest.mark.parametrize("inner", [Max(0, w) * v, (Max(0, w) + Max(0, w - 1)) * v])
def test_a_kink_that_stays_at_zero_on_one_side_of_another_cancels_nothing(inner: sp.Expr) -> None:
    # max(0, v max(0, w)) is v max(0, w) near v = 1, w = 0: no slope by v, and a kink in w
    certificate = rs.model_rank(rs.Model(Max(0, inner) * x, [w, v], [x]).point([0, 1]))
    assert (int(certificate), certificate.verdict) == (0, rs.Verdict.PROVED)
    assert certificate.differentiable is False
    certificate.check()
    # v max(0, w) - max(0, -w) has slope 1 on both sides of w = 0
    certificate = rs.model_rank(
        rs.Model((Max(0, inner) - Max(0, -w)) * x, [w, v], [x]).point([0, 1])
    )
    assert certificate.lower <= 1 <= certificate.upper
    assert "kinks cancel" in str(certificate)


MORE = sp.symbols("v1:8")
RAMPS = [Max(0, v) - Max(0, -v) for v in MORE]
UNDECIDED: list[tuple[str, Any, list[Any], list[int], int]] = [
    # each ramp is its argument; w**2 has no slope that names a branch
    ("seven ramps", sum(RAMPS) * x + sp.Abs(w**2 * x), [*MORE, w], [0] * 8, 1),
    ("inside erf", sum(map(sp.erf, RAMPS)) * x + sp.Abs(w**2 * x), [*MORE, w], [0] * 8, 1),
    (
        "two functions",
        sum(RAMPS[:3]) * x + sum(RAMPS[3:]) * x**2 + sp.Abs(w * MORE[0]),
        [*MORE, w],
        [0] * 8,
        2,
    ),
]


@pytest.mark.parametrize(
    ("function", "parameters", "values", "rank"),
    [pytest.param(*d[1:], id=d[0]) for d in UNDECIDED],
)
def test_nothing_is_claimed_where_kinks_may_cancel(
    function: sp.Expr, parameters: list[sp.Symbol], values: list[int], rank: int
) -> None:
    certificate = rs.model_rank(rs.Model(function, parameters, [x]).point(values))
    assert certificate.lower <= rank <= certificate.upper
    assert certificate.verdict is rs.Verdict.OPEN
    assert "whether kinks cancel" in str(certificate)
    certificate.check()


STEPS = sum(Max(0, x - k) for k in range(80))


def test_kinks_that_cancel_on_a_region_that_is_not_looked_at() -> None:
    function = a * STEPS + Max(0, x - 79) * (Max(0, w * x) - Max(0, -w * x))
    certificate = rs.model_rank(rs.Model(function, [a, w], [x]).point([1, 0]))
    assert certificate.lower <= 2 <= certificate.upper
    certificate.check()


def test_kinks_of_a_silent_unit_do_not_matter_on_many_regions() -> None:
    # the unit has weights 0 on both sides
    silent = rs.Model(a * STEPS + b * Max(0, w * x), [a, b, w], [x])
    assert proved(silent, [1, 0, 0]) == 1
    # nor do kinks at x = k, which the weights hide
    hidden = rs.Model(
        a * sum(sp.Abs(e) * sp.Abs(x - k) for k, e in enumerate(MORE)) + b, [*MORE, a, b], [x]
    )
    assert proved(hidden, [0] * 7 + [0, 1]) == 1


def test_kinks_that_cancel_on_a_chart_whose_regions_move() -> None:
    model = rs.Model((Max(w, v) + sp.Min(w, v)) * x + a * sp.Abs(x - v), [w, v, a], [x])
    certificate = rs.model_rank(rs.Chart(model, (b,), [b, b, 0]))
    assert (certificate.lower, certificate.upper, certificate.largest) == (0, 3, True)
    certificate.check()


def test_a_claim_where_kinks_cancel_does_not_check() -> None:
    point = rs.Model((Max(0, w) - Max(0, -w)) * x, [w], [x]).point([0])
    relation = Relation(0, ((0, 1),), ("w",))
    forged = replace(
        rs.model_rank(point),
        upper=0,
        verdict=rs.Verdict.PROVED,
        reason="relations",
        relations=(relation,),
        ended="",
    )
    with pytest.raises(CertificateError, match="kinks cancel"):
        forged.check()


s = sp.Function("s")


@pytest.mark.parametrize(
    ("function", "smooth"),
    [
        (s(sp.Abs(w * x)), False),
        (s(Max(0, w * x)) + sp.exp(s(x)), False),
        (s(sp.Abs(w * x)) + s(-sp.Abs(w * x)), True),
        (s(w**2 * sp.Abs(x)), True),
    ],
)
def test_an_unspecified_function_of_a_kink(function: sp.Expr, smooth: bool) -> None:
    # s'(0) is not 0; in s(|h|) + s(-|h|) the slopes cancel
    certificate = rs.model_rank(rs.Model(a * function, [a, w], [x]).point([1, 0]))
    assert (int(certificate), certificate.differentiable) == (1, smooth)
    certificate.check()


def test_kinks_of_irrational_numbers_are_resolved_in_coefficients() -> None:
    root = sp.sqrt(2)
    one = rs.Model(a * sp.Abs(w - root) * x, [a, w], [x]).point([1, 2])
    assert int(rs.model_rank(one)) == 1
    two = rs.Model(a * sp.Abs(w - root) * x + w * x**2, [a, w], [x]).point([1, 2])
    assert int(rs.model_rank(two)) == 2
    seen = rs.Model(a * sp.Abs(x) + w * x, [a, w], [x]).point([1, 2])
    assert rs.local_linear_recovery(seen, [root]).guaranteed is False
    assert rs.local_linear_recovery(seen, [root, -root]).guaranteed is True


ALONE = sp.Piecewise((1, sp.Eq(w, 0)), (0, True))
NOT_ALWAYS = [
    # the function is 0 around w = 0, and 1 there: every direction agrees, and there is a jump
    (ALONE * x, [w], [0], False),
    (ALONE * x + w, [w], [0], False),
    (sp.Heaviside(w, 5) * Max(0, w) + ALONE, [w], [0], False),
    # 0 on w = 0 and b elsewhere: at b = 0 continuous, with two slopes in b
    (b * sp.sign(w) ** 2, [b, w], [1, 0], False),
    (b * sp.sign(w) ** 2, [b, w], [0, 0], None),
    (sp.Piecewise((b, sp.Eq(w, 0)), (b * x, True)), [b, w], [0, 0], None),
    # slopes 3/4 and 1/4, 7/8 and 1/8
    ((Max(0, w) - sp.Abs(w) / 4) * x, [w], [0], False),
    (a * (Max(0, -w * x) - sp.Abs(w * x) / 8), [a, w], [1, 0], False),
    # where the case w = 0 does not differ, nothing happens
    (sp.Piecewise((sp.sin(w) * x, w > 0), (w * x, True)), [w], [0], True),
    (sp.Heaviside(w) * w**2 * x, [w], [0], True),
    # arguments of either sign are not 0 where x is not
    (sp.Abs(w - x), [w], [0], True),
    (b * sp.Abs(w - x) + Max(0, w), [b, w], [1, 2], True),
]


@pytest.mark.parametrize(("output", "parameters", "values", "smooth"), NOT_ALWAYS)
def test_a_value_at_the_kink_alone_is_a_jump(
    output: Any, parameters: list[Any], values: list[Any], smooth: bool | None
) -> None:
    found = rs.model_rank(rs.Model(output, parameters, [x]).point(values)).differentiable
    assert found in ((False, None) if smooth is None else (smooth,))


@pytest.mark.parametrize("count", [1, 2, 4, 8])
def test_smooth_sums_of_many_kinks(count: int) -> None:
    # the sum of the parameters, whose rank is 1 everywhere
    units = sp.symbols(f"w1:{count + 1}")
    for step in (x, sp.S.One):
        output = sum(Max(0, u * step) - Max(0, -u * step) for u in units)
        point = rs.Model(output, units, [x]).point([0] * count)
        for seed in range(3):
            certificate = rs.model_rank(point, seed=seed)
            assert (certificate.lower, certificate.upper) == (0, count)
            assert certificate.verdict is rs.Verdict.OPEN
            assert "kinks cancel" in str(certificate)


def test_kink_is_part_of_the_certificate_and_of_its_check() -> None:
    certificate = rs.model_rank(relu([1, 1, 1, 1]).point([1, 0, 1, 0, 1, 0]))
    data = json.loads(certificate.to_json())
    assert data["differentiable"] is False
    rs.RankCertificate.from_json(json.dumps(data)).check()
    data["differentiable"] = True
    with pytest.raises(CertificateError, match="differentiable"):
        rs.RankCertificate.from_json(json.dumps(data)).check()


def test_domain_is_part_of_the_certificate_and_of_its_check() -> None:
    model = rs.Model(a * Max(0, x) + b * x, [a, b], [x], domain={x: "x > 0"})
    certificate = rs.model_rank(model.point([1, 1]))
    assert "on x > 0" in str(certificate) and int(certificate) == 1
    data = json.loads(certificate.to_json())
    assert data["model"]["domain"] == ["x > 0"]
    data["model"]["domain"] = []
    with pytest.raises(CertificateError):
        rs.RankCertificate.from_json(json.dumps(data)).check()


def test_constants_are_neither_parameters_nor_inputs() -> None:
    model = rs.Model(a * x + b * k * x, [a, b], [x], constants=[k])
    certificate = rs.model_rank(model.point([1, 1]))
    assert int(certificate) == 1 and "generic k" in str(certificate)
    rs.RankCertificate.from_json(certificate.to_json()).check()
    powers = rs.Model(a * x + b * sp.exp(k * x), [a, b], [x], constants=[k])
    assert int(rs.model_rank(powers.point([1, 1]))) == 2
    with pytest.raises(ModelError, match="both a parameter and a constant"):
        rs.Model(a * x, [a], [x], constants=[a])
    with pytest.raises(ModelError, match="neither a parameter nor an input"):
        rs.Model(a * x + k, [a], [x])


@pytest.mark.parametrize(
    "domain",
    [{x: "x = 1"}, {"z": "z > 0"}, {x: 3}, {x: "big"}, ["1 < 0"], {x: [1.5]}, {x: "x in Q"},
     {x: []}, {(x, y): [1, 2]}, ["x**y > import"], {x: "sphere", (x, y): "sphere"}],
    ids=str,
)  # fmt: skip
def test_domain_that_is_not_understood_is_refused(domain: Any) -> None:
    with pytest.raises((ModelError, ParseError, PointError)) as error:
        rs.Model(a * x * y, [a], [x, y], domain=domain)
    assert ";" in str(error.value)


@pytest.mark.parametrize(
    ("domain", "rank"),
    [({x: "integer"}, 1), ({x: [1, 2, 3]}, 1), ({x: "x > 0"}, 3), ({x: "[1, 2]"}, 3)],
    ids=str,
)
def test_numerical_rank_samples_the_domain(domain: Any, rank: int) -> None:
    # at integers sin(pi x) = 0 and cos(2 pi x) = 1
    output = a * sp.sin(sp.pi * x) + b * sp.cos(2 * sp.pi * x) + c
    model = rs.Model(output, [a, b, c], [x], domain=domain)
    assert rs.numerical_rank(model.point([1, 1, 1])).rank == rank
    assert proved(model, [1, 1, 1]) == rank


def test_numerical_rank_at_constants() -> None:
    model = rs.Model(a * sp.log(k + x) + b, [a, b], [x], domain={x: "x > 0"}, constants=[k])
    assert rs.numerical_rank(model.point([1, 1]), {k: 2}).rank == 2


def test_region_of_an_input_outside_the_domain_is_refused() -> None:
    model = rs.Model(a * Max(0, x) + b * x, [a, b], [x], domain={x: "x > 0"})
    with pytest.raises(DataError, match="not in the domain"):
        rs.region_rank(model.point([1, 1]), [-1])
    assert int(rs.region_rank(model.point([1, 1]), [2])) == 1


def test_values_are_complex_at_some_of_the_points_that_are_tried() -> None:
    chart = rs.Model(a * x * sp.sqrt(1 + c**2) + b, [a, b, c], [x]).chart({c: sp.sqrt(u**2 - 1)})
    assert rs.model_rank(chart).lower == 2


@pytest.mark.parametrize(
    "value", [sp.acosh(-2), sp.sqrt(1 - sp.sqrt(2)), sp.log(-1 - u**2), sp.acosh(-sp.exp(u))]
)
@pytest.mark.parametrize("output", [a * x + b**2 * sp.tanh(c), a * sp.Abs(x) + b * c], ids=str)
def test_a_value_that_is_not_real_is_refused(output: Any, value: Any) -> None:
    chart = rs.Model(output, [a, b, c], [x]).chart({a: 1, b: 0, c: value})
    with pytest.raises(PoleError, match="a value is not real"):
        rs.model_rank(chart)


def test_values_and_the_model_are_real_at_the_same_coordinates() -> None:
    """acosh(u) needs u > 1, and the root of -acosh(u) is real at no such u."""
    for kink in (x, sp.Abs(x)):
        F = rs.Model(a * kink + b * sp.sqrt(c) - b, [a, b, c], [x])
        rank = rs.model_rank(F.chart({a: 1, b: 0, c: -sp.acosh(u)}))
        assert (rank.lower, rank.verdict) == (0, rs.Verdict.OPEN)


def test_coordinates_at_which_alone_a_root_is_real_are_passed_over() -> None:
    F = rs.Model(a * x + b * (c * w) ** sp.Rational(3, 2) - b, [a, b, c, w], [x])
    rank = rs.model_rank(F.chart({a: 1, b: 0, c: sp.acosh(u), w: -(u**2)}))
    assert (rank.lower, rank.verdict) == (0, rs.Verdict.OPEN)


def test_generic_chart_with_fixed_kinks_has_a_rank() -> None:
    model = rs.Model(a * Max(0, x) + b * Max(0, x - 1), [a, b], [x])
    assert int(rs.model_rank(model)) == 2
    assert [int(rs.region_rank(model.generic(), [t])) for t in (-1, 2)] == [0, 2]
