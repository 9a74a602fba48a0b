"""Which parameters a function determines, against answers by hand and from control theory."""

from __future__ import annotations

import json

import pytest
import sympy
from sympy import Abs, Heaviside, Max, atan, cos, exp, log, sign, sin, tanh
from written import Written, mpmath_rank, written

import rankstrat as rs
from rankstrat import Model, Verdict
from rankstrat.cli import main
from rankstrat.errors import ModelError

a, b, c, d, k, m, p, q, s, u, v, w, x, y = sympy.symbols("a b c d k m p q s u v w x y")


def lotka_volterra(order):
    """Derivatives at time 0 of the prey, x' = alpha x - beta x y, y' = delta x y - gamma y."""
    alpha, beta, gamma, delta, x0, y0 = names = sympy.symbols("alpha beta gamma delta x0 y0")
    found, last = [], x0
    for _ in range(order):
        found.append(last)
        flow = (alpha * x0 - beta * x0 * y0, delta * x0 * y0 - gamma * y0)
        last = sympy.expand(sum(f * last.diff(z) for f, z in zip(flow, (x0, y0), strict=True)))
    return Model(found, names)


def compartments(leaks):
    """Coefficients of the transfer function of two compartments, input and output in the first."""
    k01, k02, k12, k21 = names = sympy.symbols("k01 k02 k12 k21")
    coefficients = [k01 + k21 + k12 + k02, k12 + k02, (k01 + k21) * (k12 + k02) - k12 * k21]
    if leaks == 1:
        return Model([e.subs(k02, 0) for e in coefficients], [k01, k12, k21])
    return Model(coefficients, names)


CASES = {
    # model, identifiable parameters, identifiable functions (all of them) or None
    "enzyme": (Model(k * a * x / (m + x), [k, a, m], [x]), "m", {m, a * k}),
    "dose": (written()["compartment, dose and volume"].model(), "k l", None),
    "shift of time": (Model(a * exp(-b * exp(-c * (x - d))), [a, b, c, d], [x]), "a c", None),
    "two leaks": (compartments(2), "", None),
    "one leak": (compartments(1), "k01 k12 k21", None),
    "Lotka-Volterra": (lotka_volterra(7), "alpha gamma delta x0", None),
    "Bradley-Terry": (written()["Bradley-Terry"].model(), "", {a - b, a - c, a - d}),
    "recapture": (written()["capture-recapture"].model(), "f0 f1 p1 p2", None),
    "relu": (Model(a * Max(0, w * x + b) + c, [a, w, b, c], [x]), "c", {c, a * b, a * w}),
    "tanh": (Model(a * tanh(w * x + b) + c, [a, w, b, c], [x]), "a w b c", {a, w, b, c}),
    "phase": (Model(a * sin(x + p) + b * cos(x), [a, b, p], [x]), "", None),
    "unused": (Model(a * x + 0 * b, [a, b], [x]), "a", {a}),
    "all one": (Model((a + b * c) * x, [a, b, c], [x]), "", None),
    "power": (Model(a * b**2 * x, [a, b], [x]), "", {a * b**2}),
    "logarithm": (Model(a + b * log(x / c), [a, b, c], [x], domain={x: "x > 0"}), "b", None),
    "one column": (
        Model(p * x + s * ((q + 1) ** 2 - q**2 - 2 * q - 1) * x, [p, s, q], [x]),
        "p",
        {p},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_identifiable_parameters(name):
    model, wanted, functions = CASES[name]
    found = rs.identifiability(model)
    assert found.verdict is Verdict.PROVED
    assert [str(line.parameter) for line in found if line.identifiable] == wanted.split()
    if functions is not None:
        assert found.complete
        assert set(found.functions) == functions


SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in ("LayerNorm", "attention head")]


@pytest.mark.parametrize("name", ["LoRA", "framework K4 plane", *SLOW])
def test_functions_are_constant_on_fibres_and_as_many_as_the_rank(name):
    """As outputs they are independent, and add nothing to the rank of the model."""
    case = written()[name]
    found = rs.identifiability(case.model())
    assert found.complete
    assert len(found.functions) == case.rank
    assert mpmath_rank(Written(case.rank, found.functions, case.parameters)) == case.rank
    together = [*case.outputs, *found.functions]
    assert mpmath_rank(Written(case.rank, together, case.parameters, case.inputs)) == case.rank


def test_at_points():
    circle = Model((a**2 + b**2) * x, [a, b], [x])
    # db vanishes on the tangent of the circle at its top, and b is not constant there
    top = rs.identifiability(circle.point([0, 1]))
    assert (top["a"].identifiable, top["b"].identifiable) == (False, None)
    # nothing is said where the rank falls: the fibre of 0 is one point, that of a*b a cross
    origin = rs.identifiability(circle.point([0, 0]))
    assert all(line.identifiable is None for line in origin)
    assert origin.verdict is Verdict.OPEN
    # a scaling moves the coordinate that is not 0
    cross = rs.identifiability(Model(a * b * x, [a, b], [x]).point([0, 3]))
    assert cross["b"].identifiable is False
    assert rs.identifiability(Model(a**2 * x, [a], [x]).point([1]))["a"].identifiable is True


KINKS = {
    # all are 0 on a half line of a, and have a slope on the other one
    "minimum": a - Max(a, 0),
    "absolute value": a - abs(a),
    "pieces": sympy.Piecewise((a, a >= 0), (0, True)),
    "of an input": (a - abs(a)) * x,
    "beside a unit": Max(0, a) - Max(0, -a) - abs(a),
}


@pytest.mark.parametrize("name", KINKS)
def test_a_slope_at_a_kink_says_nothing_of_the_fibre(name):
    """The zero function has a half line of parameters, with its end at the kink."""
    at = rs.identifiability(Model([KINKS[name], b], [a, b], [x]).point([0, 1]))
    assert at["a"].identifiable is None and at["a"].verdict is Verdict.OPEN


def test_a_slope_off_the_kink_does():
    F = Model([a - abs(a), b * Max(0, a * x + 1)], [a, b], [x])
    at = rs.identifiability(F.point([-2, 1]))
    assert all(line.identifiable and line.verdict is Verdict.PROVED for line in at)


def test_a_generic_point_has_the_generic_answer():
    model = Model(k * a * x / (m + x), [k, a, m], [x])
    found = rs.identifiability(model.point([1, 2, 3]))
    assert [line.identifiable for line in found] == [False, False, True]


@pytest.mark.parametrize(
    "step",
    [sign(x - a), Heaviside(x - a), Abs(x - a) / (x - a), atan(x - a) + atan(1 / (x - a))],
    ids=str,
)
def test_places_of_jumps_are_determined_though_no_derivative_sees_them(step):
    model = Model(b * step, [a, b], [x])
    for place in (model, model.point([1, 2])):
        found = rs.identifiability(place)
        assert found["a"].identifiable is None
        assert not found.complete


def test_symmetries_answer_beside_jumps_that_move():
    found = rs.identifiability(Model(b * c * sign(x - a), [a, b, c], [x]))
    assert [line.identifiable for line in found] == [None, False, False]
    fixed = rs.identifiability(Model(b * sign(x) + c * sign(a) * x, [a, b, c], [x]))
    assert [line.identifiable for line in fixed] == [False, True, True]


@pytest.mark.slow
def test_probable_ranks_give_probable_lines():
    found = rs.identifiability(written()["CP 2222 defect"].model())
    assert found.verdict is Verdict.PROBABLE
    assert all(line.error_bound > 0 for line in found)


def test_wrong_input_and_no_time():
    with pytest.raises(ModelError, match="a Model, or a point or chart"):
        rs.identifiability(3)
    found = rs.identifiability(Model(a * x, [a], [x]))
    with pytest.raises(ModelError, match="no parameter"):
        found["z"]
    hasty = rs.identifiability(Model(a * b * x + tanh(a * x), [a, b], [x]), budget=1e-9)
    assert all(line.identifiable is None for line in hasty)
    assert hasty.verdict is Verdict.OPEN


def test_command_line(capsys):
    words = ["identifiability", "matrix_factorization", "rows=1", "inner=1", "columns=1"]
    assert main([*words, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["value"], data["verdict"], data["complete"]) == (1, "PROVED", True)
    assert [line["identifiable"] for line in data["parameters"]] == [False, False]
    assert main(words) == 0
    assert "every other one is a function of these" in capsys.readouterr().out
