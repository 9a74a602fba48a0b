"""The stratum of a point is stated in the units of the point: its conditions hold there."""

import random
import re

import pytest
import sympy

import rankstrat as rs
from rankstrat import families
from rankstrat.strata import in_units_of, stratification_of

ACTIVATIONS = (
    "tanh",
    "relu",
    "exp",
    "square",
    "sinh",
    "cos",
    "softplus",
    "silu",
    "leaky_relu",
    "sin",
)
WHOLE = (-2, -1, 0, 0, 1, 2)
TERM = re.compile(r"(-?)([a-zA-Z]+)(\d+)")


def _vector(point, term):
    """The values of 0, pi/2, w3, -b2, ... at a point; None for a word that is not a parameter."""
    if term in ("0", "pi/2"):
        return [sympy.sympify({"0": 0, "pi/2": sympy.pi / 2}[term])]
    sign, name, number = TERM.fullmatch(term).groups()
    values = point.arrays[name][int(number) - 1]
    row = values.ravel().tolist() if hasattr(values, "ravel") else [values]
    return [(-1 if sign else 1) * sympy.sympify(v) for v in row]


def _equal(one, two, turn=None):
    size = max(len(one), len(two))
    gaps = [a - b for a, b in zip(one * (size // len(one)), two * (size // len(two)), strict=True)]
    return all(sympy.sympify(g / turn).is_integer if turn else g == 0 for g in gaps)


def _listed(point, text):
    return [_vector(point, term) for term in text.split(", ")]


def _holds(point, text, rays):
    """An interpreter of conditions that knows nothing of how they were found."""
    text, _, modulo = text.partition(" mod ")
    span = re.fullmatch(r"span\((.*)\)", modulo)
    if found := re.fullmatch(r"rank\((.*)\) = (\d+)", text):
        return sympy.Matrix(_listed(point, found[1])).rank() == int(found[2])
    if found := re.fullmatch(r"(.*) in span\((.*)\)", text):
        basis = _listed(point, found[2])
        every = sympy.Matrix(basis + _listed(point, found[1]))
        return every.rank() == sympy.Matrix(basis).rank()
    if " ~ " in text:
        basis = _listed(point, span[1]) if span else []
        lines = [_vector(point, term) for term in text.split(" ~ ")]
        least = sympy.Matrix(basis).rank() if basis else 0
        aligned = sympy.Matrix(basis + lines).rank() == least + 1
        inner = [sympy.Matrix([lines[0]]).dot(sympy.Matrix([line])) for line in lines]
        return aligned and (not rays or all(v > 0 for v in inner))
    if found := re.fullmatch(r"(\w+) ([<>]) 0", text):
        return all(bool(v < 0) == (found[2] == "<") and v != 0 for v in _vector(point, found[1]))
    first, *others = [_vector(point, term) for term in text.split(" = ")]
    return all(_equal(first, other, sympy.pi if modulo == "pi" else None) for other in others)


def _points(model, number, seed):
    rng = random.Random(seed)
    for _ in range(number):
        yield model.point([rng.choice(WHOLE) for _ in range(model.size)])


def _contains(stratum, point):
    """Whether the chart of a stratum holds a point, where it is one in the own parameters."""
    chart = stratum.chart
    if chart is None or not set(chart.coordinates) <= set(point.model.parameters):
        return True
    at = dict(zip(point.model.parameters, map(sympy.sympify, point.raw), strict=True))
    return all(at[p] == sympy.sympify(v).xreplace(at) for p, v in chart.values.items())


def test_a_silent_and_a_constant_unit_keep_their_numbers():
    P = families.two_layer(5, 1).point(a=[1, 2, 3, 4, 0], w=[[1], [2], [3], [0], [5]])
    assert rs.stratum_of(P).words.text == "w4 = 0, a5 = 0"


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_conditions_of_two_layer_networks_hold_at_the_point(activation, bias):
    for inputs in (1, 2):
        model = families.two_layer(4, inputs, activation=activation, bias=bias)
        source, special = stratification_of(model), 0
        for point in _points(model, 6, f"{activation} {bias}"):
            label = source.label_of(point)
            own = rs.Stratum(in_units_of(source, point), label)
            special += bool(own.conditions)
            rays = activation in ("relu", "leaky_relu")
            for condition in own.conditions:
                assert _holds(point, condition.text, rays), (point, own.words)
            assert len(own.conditions) == len(rs.Stratum(source, label).conditions)
            assert _contains(own, point), (point, own.words)
        assert special


def test_biases_agree_modulo_pi_with_the_signs_of_the_units():
    model = families.two_layer(3, 1, activation="sin", bias=True)
    P = model.point(a=[1, 0, 2], w=[[0], [2], [-2]], b=[sympy.pi / 2, 1, sympy.pi - 1])
    own = rs.stratum_of(P)
    assert own.words.text == "w2 = -w3, b2 = -b3 mod pi, w1 = 0, a2 = 0, b1 = pi/2 mod pi"
    assert all(_holds(P, c.text, rays=False) for c in own.conditions)


@pytest.mark.parametrize("activation", ["tanh", "cosh", "exp"])
def test_the_chart_of_a_deep_network_holds_the_point(activation):
    model = families.fully_connected([1, 3, 3, 1], activation=activation)
    source = stratification_of(model)
    for point in _points(model, 6, activation):
        own = rs.Stratum(in_units_of(source, point), source.label_of(point))
        assert _contains(own, point), (point, own.words)
        assert sum(v != p for p, v in own.chart.values.items()) == model.size - own.dimension


def test_units_of_deep_layers_are_named_with_their_signs():
    P = families.fully_connected([1, 3, 2, 1]).point(
        W1=[[2], [0], [-2]],
        b1=[1, 0, -1],
        W2=[[1, 5, 3], [7, 6, 8]],
        b2=[1, 2],
        W3=[[0, 9]],
        b3=[4],
    )
    own = rs.stratum_of(P)
    assert own.words.text == "(W1_1, b1_1) = -(W1_3, b1_3), W1_2 = 0, W3_*_1 = 0"
    assert _contains(own, P)


def test_other_models_are_described_at_the_point():
    a, b, c, d, x = sympy.symbols("a b c d x")
    written = rs.Model(a * sympy.tanh(b * x) + c * sympy.tanh(d * x), [a, b, c, d], [x])
    general = rs.Model(a * sympy.atan(b * x) + c * sympy.atan(d * x), [a, b, c, d], [x])
    cubes = rs.Model(a**3 * x + b**3 * x**2, [a, b], [x])
    kernels = families.convolutional(2, 3, 2, activation="tanh")
    diagonal = families.diagonal(3)
    kinks = families.two_layer(3, 1, activation="abs")
    for model in (written, general, cubes, kernels, diagonal, kinks):
        for point in _points(model, 6, "others"):
            assert _contains(rs.stratum_of(point), point), (model, point)
    assert rs.stratum_of(written.point([1, 2, 0, 3])).words.text == "c = 0"
    assert rs.stratum_of(written.point([0, 2, 1, 3])).words.text == "a = 0"
    assert rs.stratum_of(general.point([1, 2, 0, 3])).words.text == "c = 0"
    assert rs.stratum_of(general.point([0, 2, 1, 3])).words.text == "a = 0"


def test_a_hierarchy_and_a_stratum_draw_points_in_the_units_of_the_point():
    model = families.two_layer(3, 2, activation="square")
    P = model.point(a=[0, 1, 0], w=[[1, 0], [0, 0], [2, 0]])
    own = rs.stratify(model).stratum_of(P)
    assert own == rs.stratum_of(P)
    for point in (P, own.point(1)):
        assert all(_holds(point, c.text, rays=False) for c in own.conditions)
