"""Activations: what each record says of its function is true, and whatever a user means is
understood.
"""

from __future__ import annotations

import copy
import random
from fractions import Fraction

import mpmath
import pytest
import sympy

import rankstrat as rs
from rankstrat import registry
from rankstrat.activation.lookup import as_activation, is_registered
from rankstrat.activation.record import Activation, Lemma, Z
from rankstrat.errors import FamilyError, InexactValueError

NAMES = list(rs.activations)


@pytest.fixture(autouse=True)
def digits():
    with mpmath.workdps(30):
        yield


def value(formula: sympy.Expr, z: object) -> mpmath.mpf:
    return mpmath.mpf(sympy.N(formula.subs(Z, sympy.Rational(z)), 30))


@pytest.mark.parametrize("name", NAMES)
def test_parity_is_true(name):
    sigma = rs.activations[name]
    points = [Fraction(1, 3), Fraction(7, 5), Fraction(3)]
    even = all(
        mpmath.almosteq(value(sigma.formula, -z), value(sigma.formula, z), 1e-20) for z in points
    )
    odd = all(
        mpmath.almosteq(value(sigma.formula, -z), -value(sigma.formula, z), 1e-20) for z in points
    )
    assert sigma.parity == ("even" if even else "odd" if odd else "none")


@pytest.mark.parametrize("name", NAMES)
def test_polynomial_part_leaves_a_remainder_of_the_stated_parity(name):
    sigma = rs.activations[name]
    sign = {"even": 1, "odd": -1}.get(sigma.remainder_parity)
    if sign is None:
        assert not sigma.polynomial_part
        return
    rest = sigma.formula - sum(
        sympy.Rational(c) * Z**k for k, c in enumerate(sigma.polynomial_part)
    )
    for z in (Fraction(1, 3), Fraction(7, 5), Fraction(3)):
        assert mpmath.almosteq(value(rest, -z), sign * value(rest, z), 1e-20, 1e-20)


@pytest.mark.parametrize("name", NAMES)
def test_values_at_zero(name):
    sigma = rs.activations[name]
    assert value(sigma.formula, 0) == mpmath.mpf(sympy.N(sigma.value_at_zero, 30))
    step = Fraction(1, 10**9)
    right = (value(sigma.formula, step) - value(sigma.formula, 0)) * 10**9
    left = (value(sigma.formula, 0) - value(sigma.formula, -step)) * 10**9
    if sigma.slope_at_zero is None:
        assert sigma.is_piecewise
    else:
        assert mpmath.almosteq(
            (left + right) / 2, mpmath.mpf(sympy.N(sigma.slope_at_zero, 30)), 1e-8, 1e-8
        )


@pytest.mark.parametrize("name", NAMES)
def test_lemma_only_where_its_assumptions_hold(name):
    sigma = rs.activations[name]
    assert (sigma.lemma is None) == (sigma.is_polynomial or sigma.is_piecewise)
    if sigma.lemma is not None:
        assert isinstance(sigma.lemma, Lemma)
        assert sigma.lemma.assumptions
        # infinitely many nonzero Taylor coefficients: not provable by a test, but a low cut-off
        # would show here
        coefficients = sympy.Poly(sympy.series(sigma.formula, Z, 0, 12).removeO(), Z).monoms()
        assert max(power for (power,) in coefficients) >= 9


def test_lemma_with_bias_is_false_where_it_is_not_claimed():
    # sin, cos, exp, sinh, cosh obey a linear differential equation: three biases, one dependence
    for name in ("sin", "cos", "exp", "sinh", "cosh"):
        assert not rs.activations[name].lemma.with_bias
        model = rs.families.two_layer(width=3, inputs=1, activation=name, bias=True)
        assert int(rs.model_rank(model.point(a=[1, 1, 1], w=[[2]] * 3, b=[0, 1, 2]))) < 9
    for name in (
        "tanh",
        "sigmoid",
        "arctan",
        "ztanh",
        "z2tanh",
        "silu",
        "softplus",
        "erf",
        "gelu",
        "gaussian",
    ):
        assert rs.activations[name].lemma.with_bias
        model = rs.families.two_layer(width=3, inputs=1, activation=name, bias=True)
        cert = rs.model_rank(model.point(a=[1, 1, 1], w=[[2]] * 3, b=[0, 1, 2]))
        if name in (
            "arctan",
            "softplus",
        ):  # constants log(1+e), atan(2), ... may keep the modular bound from a proof
            assert cert.upper == 9
        else:
            assert int(cert) == 9


@pytest.mark.parametrize("name", NAMES)
def test_call_equals_what_sympy_makes_of_it(name):
    sigma = rs.activations[name]
    x, y, u = sympy.symbols("x y u")
    for argument in (x * y + u, -x, x - y, sympy.Integer(0), 2 * x + 1, x * y, -x * y - u):
        expected = sigma.formula.subs(Z, argument)
        assert sigma(argument) == expected


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("tanh", "tanh"),
        ("swish", "silu"),
        (sympy.tanh, "tanh"),
        (sympy.exp, "exp"),
        (lambda z: z * sympy.tanh(z), "ztanh"),
        (sympy.Lambda(sympy.Symbol("t"), 1 / (1 + sympy.exp(-sympy.Symbol("t")))), "sigmoid"),
        ("z**2*tanh(z)", "z2tanh"),
        (sympy.Symbol("t") ** 3, "cube"),
        (sympy.Function("sigma"), "sigma"),
        ("sigma", "sigma"),
        (lambda z: z**3 + z, "z**3 + z"),
    ],
)
def test_is_understood(given, name):
    sigma = as_activation(given)
    assert sigma.name == name
    assert as_activation(name) == sigma
    assert is_registered(sigma)
    assert as_activation(sigma) is sigma


def test_unspecified_function_keeps_its_name():
    rho = as_activation(sympy.Function("rho"))
    assert rho.is_unspecified
    assert not is_registered(rho)
    assert rs.families.two_layer(1, 1, rho).outputs[0].has(sympy.Function("rho"))


def test_parity_of_a_formula_is_read_off():
    assert as_activation(lambda z: z**3 + z).parity == "odd"
    assert as_activation(lambda z: sympy.cosh(z) + z**2).parity == "even"
    assert as_activation(lambda z: sympy.exp(z) + z).parity == "unknown"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("tanhh", "did you mean tanh"),
        ("", "neither a name nor a formula"),
        ("y + z", "y is unknown"),
        ("1/0", "division by zero"),
        ("__import__('os')", "neither a name nor a formula"),
        (3.5, "of type float"),
        (None, "NoneType"),
        (True, "bool"),
        (sympy.Symbol("x") + sympy.Symbol("y"), "2 symbols"),
        (lambda z: "no", "a sympy expression in z is needed"),
        (lambda: 1, "cannot be applied"),
    ],
)
def test_activation_error(given, message):
    with pytest.raises(FamilyError, match=message):
        as_activation(given)


def test_float_in_an_activation_error():
    with pytest.raises(InexactValueError, match="float"):
        as_activation(lambda z: 0.1 * z)


def test_other_symbol_in_a_record_error():
    with pytest.raises(FamilyError, match="formula in z alone"):
        rs.Activation("bad", Z * sympy.Symbol("k"))


def test_unhashable_name_error():
    with pytest.raises(FamilyError, match="is not a name"):
        rs.activations[["tanh"]]


def test_a_guest_adds_an_activation(monkeypatch):
    guest = rs.Activation("mish", Z * sympy.tanh(sympy.log(1 + sympy.exp(Z))))

    class Point:
        name = "mish"

        @staticmethod
        def load():
            return guest

    monkeypatch.setattr(
        registry,
        "entry_points",
        lambda group: [Point] if group == "rankstrat.activations" else [],
    )
    fresh = copy.copy(rs.activations)
    fresh.__dict__.pop("_found", None)
    assert fresh["mish"] is guest
    assert "mish" in list(fresh)
    assert fresh["tanh"] == rs.activations["tanh"]


@pytest.mark.parametrize("name", [n for n in NAMES if rs.activations[n].lemma is not None])
def test_generic_rank_is_full(name):
    # docs/proofs.md, independence: m(d+1) at the generic point of every activation with the lemma
    model = rs.families.two_layer(width=3, inputs=2, activation=name)
    rng = random.Random(name)
    w = [[rng.randint(1, 30), rng.randint(1, 30)] for _ in range(3)]
    assert int(rs.model_rank(model.point(a=[1, 2, -3], w=w))) == 9


@pytest.mark.parametrize(
    ("formula", "parity"), [(sympy.exp(Z), "odd"), (sympy.tanh(Z + 1), "even"), (Z**2 + Z, "even")]
)
def test_a_declared_parity_that_does_not_hold_is_refused_at_the_door(formula, parity):
    """Strata and critical groups identify w and -w on the strength of it."""
    for wrong in (
        Activation("wrong", formula, parity),
        Activation("wrong", formula, "unknown", (), parity),
    ):
        with pytest.raises(FamilyError, match="declared"):
            rs.families.two_layer(2, 1, wrong)
    assert as_activation(Activation("right", sympy.tanh(Z) ** 3, "odd", (), "odd")).parity == "odd"


def test_maxima_of_large_arguments_are_not_simplified():
    """sympy compares the arguments of a maximum, for minutes where one is a deep network."""
    x = sympy.Symbol("x", real=True)
    large = sum((x**2 + k) ** 2 for k in range(1, 60))
    assert as_activation("relu")(x**2 + 1) == x**2 + 1
    assert as_activation("relu")(large).args == sympy.Max(0, large, evaluate=False).args
    a = sympy.Symbol("a")
    model = rs.Model(a * as_activation("relu")(large) + a * x, [a], [x])
    assert int(rs.model_rank(model.point([1]))) == 1
