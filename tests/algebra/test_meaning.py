"""Constancy, equality and sign of arguments are decided by meaning: every row has a hand argument.

The functions f_1..f_n are the tangent functions of sum_i t_i f_i(x).
"""

from __future__ import annotations

import pytest
import sympy
from sympy import Rational, atan, cos, cosh, erf, exp, log, pi, sin, sinh, sqrt, tanh

from rankstrat import Model, RankCertificate, Verdict, model_rank

x, y, u, v = sympy.symbols("x y u v")
s = sympy.Function("s")
FUNCTIONS = {"erf": erf, "unspecified": s, "gelu": lambda h: h * (1 + erf(h / sqrt(2))) / 2}


def rank(functions, inputs=(x,), coordinates=()):
    t = sympy.symbols(f"t1:{len(functions) + 1}")
    model = Model(
        sum(c * sympy.sympify(f) for c, f in zip(t, functions, strict=True)),
        [*t, *coordinates],
        inputs,
    )
    subset = range(len(functions))
    return model_rank(model.chart(dict.fromkeys(t, 0)), subset=subset)


# an argument in disguise beside its plain form: equal functions by the identity named
DISGUISES = [
    ("third binomial", (x + 1) * (x - 1) - x**2, -1),
    ("binomial", (x + 1) ** 2 - x**2 - 2 * x, 1),
    ("cosh^2 - sinh^2", cosh(x) ** 2 - sinh(x) ** 2, 1),
    ("sin^2 + cos^2", sin(x) ** 2 + cos(x) ** 2, 1),
    ("nested sin^2 + cos^2", sin(tanh(x)) ** 2 + cos(tanh(x)) ** 2, 1),
    ("two angles", sin(x + 1) ** 2 + cos(x + 1) ** 2 + sin(x) ** 2 + cos(x) ** 2, 2),
    ("quotient", (x**2 - 1) / (x - 1) - x, 1),
    ("exp of log", exp(log(1 + x**2)) - x**2, 1),
    ("log of exp", log(exp(2 * x)) - 2 * x + 3, 3),
    ("softplus reflected", log(1 + exp(x)) - log(1 + exp(-x)) - x + 5, 5),
    ("double angle", tanh(2 * x) * (1 + tanh(x) ** 2) - 2 * tanh(x) + 4, 4),
    ("expanded exponent", exp((x + 1) ** 2) * exp(-(x**2) - 2 * x - 1), 1),
]


@pytest.mark.parametrize("f", FUNCTIONS.values(), ids=FUNCTIONS)
@pytest.mark.parametrize(
    ("argument", "value"), [d[1:] for d in DISGUISES], ids=[d[0] for d in DISGUISES]
)
def test_a_constant_in_disguise_is_a_constant(f, argument, value):
    assert rank([f(argument), 1]).value == 1
    assert rank([f(argument), f(sympy.Integer(value))]).value == 1
    # an argument that varies is independent of one that does not
    certificate = rank([f(x + argument), f(x + value), f(argument), 1])
    assert certificate.value == 2


@pytest.mark.parametrize("f", [erf, s], ids=["erf", "unspecified"])
def test_zero_in_disguise(f):
    zero = (x + 1) ** 2 - x**2 - 2 * x - 1
    certificate = rank([f(zero)])
    # erf(0) = 0; an unspecified function has some value at 0
    assert (certificate.value, certificate.verdict) == (int(f is s), Verdict.PROVED)


EQUAL = [
    ("expanded", (x + 1) * (x + 2), x**2 + 3 * x + 2),
    ("quotient", (x**2 - 1) / (x - 1), x + 1),
    ("double angle", tanh(2 * x), 2 * tanh(x) / (1 + tanh(x) ** 2)),
    ("half angle", cos(x) ** 2, (1 + cos(2 * x)) / 2),
    ("exponent", exp(x + 1), exp(1) * exp(x)),
    ("coordinates", u * (x + v), u * x + u * v),
    ("logarithm", log(2 * exp(x)), x + log(2)),
    ("arctangents", atan((x**2 - 1) / (x + 1)), atan(x - 1)),
]


@pytest.mark.parametrize("f", [erf, s], ids=["erf", "unspecified"])
@pytest.mark.parametrize(("left", "right"), [e[1:] for e in EQUAL], ids=[e[0] for e in EQUAL])
def test_equal_and_opposite_arguments(f, left, right):
    coordinates = [c for c in (u, v) if left.has(c)]
    assert rank([f(left), f(right)], coordinates=coordinates).value == 1
    assert rank([erf(s(left)), erf(s(right))], coordinates=coordinates).upper == 1
    opposite = rank([erf(left), erf(-right)], coordinates=coordinates)
    assert (opposite.lower, opposite.upper) == (1, 1)


def test_neurons_that_are_equal_after_expansion():
    """At this point the two inner terms of erf cancel, u1 w1 + u2 w2 = 0: a constant inside, so
    1 and x remain.
    """
    a, u1, w1, b1, u2, w2, b2, c = symbols = sympy.symbols("a u1 w1 b1 u2 w2 b2 c")
    model = Model(a * erf(u1 * (w1 * x + b1) + u2 * (w2 * x + b2)) + c, symbols, [x])
    certificate = model_rank(model.point([1, 1, -1, 1, 1, 1, 2, 0]))
    assert (certificate.value, certificate.verdict) == (2, Verdict.PROVED)


def test_different_arguments_stay_different():
    assert rank([erf(x), erf(x + 1), erf(2 * x), 1, x]).value == 5
    assert rank([s(x), s(x + 1), s(x**2), s((x**2 - 1) / (x + 2)), 1]).value == 5
    assert rank([s(exp(x)), s(exp(x + 1)), s(exp(x) + 1)]).value == 3


def test_arctangents_that_jump():
    """atan(1/x) = +-pi/2 - atan x: a third function on the whole line without 0."""
    assert rank([atan(x), atan(1 / x), 1]).value == 3
    assert rank([atan(x), -atan(-x)]).value == 1


@pytest.mark.parametrize(
    ("functions", "dimension"),
    [
        ([cosh(x + log(2)), cosh(x), sinh(x)], 2),  # addition theorem
        ([sinh(x - log(Rational(3, 7))), cosh(x), sinh(x)], 2),
        ([exp(x + log(6)), exp(x)], 1),
        ([sin(x + atan(Rational(1, 2))), sin(x), cos(x)], 2),
        ([cos(x - atan(Rational(3, 4))), sin(x), cos(x)], 2),
        ([tanh(x + log(2)), tanh(x), 1], 3),  # (5 T + 3)/(3 T + 5)
        ([(exp(log(2)) - 2) * x + 1, 1], 1),
        ([(tanh(log(2)) - Rational(3, 5)) * x, 1], 1),  # tanh log 2 = 3/5
        ([(log(12) - 2 * log(2) - log(3)) * x, 1], 1),  # factorisation
    ],
)
def test_numbers_below_functions(functions, dimension):
    certificate = rank(functions)
    assert (certificate.value, certificate.verdict) == (dimension, Verdict.PROVED)
    certificate.check()
    RankCertificate.from_json(certificate.to_json()).check()


def test_coefficients_that_are_zero_in_disguise():
    """The tangent functions of a are 0, by cosh^2 - sinh^2 = 1 and by expansion, at every (b,
    c).
    """
    a, b, c = sympy.symbols("a b c")
    disguise = cosh(b) ** 2 - sinh(b) ** 2 - 1 + (b + c) ** 2 - b**2 - 2 * b * c - c**2
    certificate = model_rank(Model(a * disguise * tanh(x) + c * x, [a, b, c], [x]))
    assert (certificate.value, certificate.verdict) == (1, Verdict.PROVED)


def test_arguments_at_quarter_turns():
    """sin(pi (x + 1) - pi x) = 0 and cos of it = -1."""
    assert rank([erf(sin(pi * (x + 1) - pi * x)), 1]).value == 1
    assert rank([s(cos(pi * (x + 1) - pi * x)), s(-1)]).value == 1


@pytest.mark.parametrize(
    "turn", [Rational(p, q) for q in (3, 4, 6, 7, 9, 11, 12) for p in (1, q - 1, 2 * q - 1)]
)
def test_addition_theorem_at_rational_turns(turn):
    """sin(x + t) = cos t sin x + sin t cos x, and it is a multiple of neither."""
    certificate = rank([sin(x + pi * turn), sin(x), cos(x)])
    assert (certificate.value, certificate.verdict) == (2, Verdict.PROVED)
    certificate.check()
    RankCertificate.from_json(certificate.to_json()).check()
    assert rank([sin(x + pi * turn), sin(x)]).value == 2


@pytest.mark.parametrize(
    ("functions", "dimension"),
    [
        # the sum of the seventh roots of unity is 0
        ([(cos(pi / 7) - cos(2 * pi / 7) + cos(3 * pi / 7) - Rational(1, 2)) * x, 1], 1),
        ([(2 * cos(2 * pi / 7) + 1) * x, 1], 2),
        (
            [
                exp(2 * cos(pi / 7) * x),
                exp(2 * cos(2 * pi / 7) * x),
                exp(2 * cos(3 * pi / 7) * x),
                exp(x),
            ],
            4,
        ),
        # the product of cos(k pi/9), k = 1, 2, 4, is 1/8 (Morrie)
        ([erf(8 * cos(pi / 9) * cos(2 * pi / 9) * cos(4 * pi / 9) * x), erf(x)], 1),
        ([s(cos(pi / 9) * x), s(x)], 2),
        ([sin(sqrt(5) * x), cos((4 * cos(2 * pi / 5) + 1) * x + pi / 7), cos(sqrt(5) * x)], 2),
        ([x * sin(pi / 7) ** 2 + cos(pi / 7) ** 2, x - 1, 1], 2),
    ],
)
def test_cosines_of_rational_turns(functions, dimension):
    certificate = rank(functions)
    assert (certificate.value, certificate.verdict) == (dimension, Verdict.PROVED)
    certificate.check()


JUMP = sqrt(x**2 - 1) / ((x + 1) * sqrt(1 - 2 / (x + 1)))
"""1 for x > 1 and -1 for x < -1, the domain of the roots."""
WRONSKIAN = x * (
    sympy.besseli(0, x) * sympy.besselk(1, x) + sympy.besseli(1, x) * sympy.besselk(0, x)
)
"""1 (Abramowitz and Stegun 9.6.15), which only the differential equations say."""


@pytest.mark.parametrize("f", [exp, erf, tanh, s, lambda h: log(3 + h), lambda h: sqrt(3 + h)])
def test_what_is_constant_between_jumps_is_no_constant(f):
    certificate = rank([f(JUMP), 1])
    assert certificate.lower <= 2 <= certificate.upper
    certificate.check()


@pytest.mark.parametrize("f", [exp, erf])
@pytest.mark.parametrize("value", [Rational(1, 2), Rational(1, 123)])
def test_a_first_integral_has_the_value_that_its_functions_give_it(f, value):
    certificate = rank([(f(1 / (1 + WRONSKIAN)) - f(value)) * x])
    assert certificate.lower <= int(value != Rational(1, 2)) <= certificate.upper
