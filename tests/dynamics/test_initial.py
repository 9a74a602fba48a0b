"""Exponents of the usual schemes, known from the paper, and the law of the displacement."""

import numpy as np
import pytest
import sympy

from rankstrat.dynamics.initial import (
    SCHEMES,
    M,
    Scheme,
    condensed,
    displacement_exponent,
    draw,
    e_et_al,
    regime,
)
from rankstrat.errors import DataError, FamilyError, PointError
from rankstrat.families import linear, two_layer

HALF = sympy.Rational(1, 2)
GOLDEN = {
    "lecun": (HALF, HALF), "he": (HALF, HALF), "xavier": (1, 0), "mean_field": (1, 0),
    "ntk": (HALF, 0),
}  # fmt: skip


@pytest.mark.parametrize("name", GOLDEN)
def test_exponents_of_schemes(name):
    scheme = SCHEMES[name]
    assert (scheme.gamma, scheme.gamma_prime) == GOLDEN[name]


@pytest.mark.parametrize("g", [sympy.Rational(1, 4), 1, sympy.Rational(5, 2), 7])
def test_e_et_al_is_linear_for_every_exponent(g):
    scheme = e_et_al(g)
    assert (scheme.gamma, scheme.gamma_prime, scheme.regime) == (g, g, "linear")


def test_small_initialisation_is_condensed():
    assert condensed(1).gamma == 2 and condensed(1).regime == "condensed"


def test_regimes():
    assert regime(HALF, 0) == "linear" and regime(2, 0) == "condensed"
    assert regime(1, 0) == "critical" and regime(2, 1) == "critical" and regime(2, 3) == "linear"


@pytest.mark.parametrize(
    ("gamma", "gamma_prime", "expected"),
    [
        (HALF, 0, -HALF), (1, 0, 0), (sympy.Rational(7, 4), 0, sympy.Rational(3, 8)),
        (sympy.Rational(3, 2), sympy.Rational(1, 4), sympy.Rational(1, 8)),
        (sympy.Rational(3, 2), HALF, 0),
    ],
)  # fmt: skip
def test_exponent_of_the_displacement(gamma, gamma_prime, expected):
    assert displacement_exponent(gamma, gamma_prime) == expected


def test_the_exponent_is_continuous_and_its_sign_is_the_regime():
    grid = [sympy.Rational(k, 8) for k in range(-16, 17)]
    words = {-1: "linear", 0: "critical", 1: "condensed"}
    for g in grid:
        for h in grid:
            value = displacement_exponent(g, h)
            if g >= 0:
                assert words[int(sympy.sign(value))] == regime(g, h) or value == 0
            near = displacement_exponent(g + sympy.Rational(1, 800), h)
            assert abs(near - value) <= sympy.Rational(1, 300)


def test_an_antisymmetric_draw_is_the_zero_function():
    net = two_layer(6, 2, bias=True)
    theta = draw(net, 1.0, 3, antisymmetric=True)
    a, w, b = theta[:6], theta[6:18].reshape(6, 2), theta[18:]
    x = np.array([0.3, -1.2])
    assert abs((a * np.tanh(w @ x + b)).sum()) < 1e-15


def test_bad_draws_error():
    with pytest.raises(DataError, match="is odd"):
        draw(two_layer(3, 1), 1.0, antisymmetric=True)
    with pytest.raises(DataError, match="needs the blocks a and w"):
        draw(linear(2), SCHEMES["he"])
    free = Scheme("mine", sympy.Integer(1), sympy.Symbol("s"), sympy.Integer(1))
    with pytest.raises(FamilyError, match="still has the symbol s"):
        draw(two_layer(2, 1), free)


BAD_NUMBERS = ["__import__('os')", "1/2", 0.5, float("nan"), None, sympy.nan, sympy.oo]


@pytest.mark.parametrize("given", BAD_NUMBERS)
def test_inexact_numbers_error(given):
    calls = (e_et_al, condensed, lambda v: regime(v, 0), lambda v: displacement_exponent(0, v))
    for call in calls:
        with pytest.raises((FamilyError, PointError), match=r"exact|real (number|value)"):
            call(given)


def test_symbols_where_a_number_is_compared_error():
    g = sympy.Symbol("g")
    with pytest.raises(FamilyError, match="give its symbols values"):
        regime(g, 0)
    assert e_et_al(g).beta1.free_symbols == {g, M}
    with pytest.raises(FamilyError, match="an exact expression"):
        Scheme("mine", "m", sympy.Integer(1), sympy.Integer(1))


@pytest.mark.parametrize("given", ["hee", -1.0, 0.0, float("nan"), None])
def test_schemes_that_are_none_error(given):
    with pytest.raises(DataError, match=r"is unknown|number is needed"):
        draw(two_layer(2, 1), given)
    with pytest.raises(DataError, match="the seed"):
        draw(two_layer(2, 1), 1.0, "seed")


def test_a_scheme_by_its_name():
    net = two_layer(2, 1)
    np.testing.assert_array_equal(draw(net, "he", 3), draw(net, SCHEMES["he"], 3))
