"""Every certificate passes its own check, and again after a journey as text to another process."""

# ruff: noqa: E501 (tables)

from __future__ import annotations

import json
import random
import subprocess
import sys
from contextlib import suppress

import corpus
import pytest
import sympy
from sympy import Rational, sqrt

from rankstrat.errors import CertificateError, RankstratError, UnsupportedFunctionError
from rankstrat.model.model import Model
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank

a, b, w, x = sympy.symbols("a b w x")
NAMES = ["a", "lambda", "theta_{1}", "θ", "E", "pi", "w[1]", "tanh", "None", "x y", "", "2b", "a'", "_", "I", "\n",
         "Piecewise", "sign", "w" * 300, "s", "a_"]  # fmt: skip
FUNCTIONS = ["s", "relu", "Tanh", "sech", "lambda", "σ", "g_{1}", "Piecewise", "s_d1"]
READER = """
import json, sys
from rankstrat.rank.certificate import RankCertificate
for text in json.load(sys.stdin):
    certificate = RankCertificate.from_json(text)
    certificate.check()
    print(certificate.lower, certificate.upper, certificate.verdict)
"""


@pytest.mark.sampled(8)
@pytest.mark.parametrize("name", NAMES)
def test_a_parameter_of_any_name_travels(name):
    p, q = sympy.Symbol(name), sympy.Dummy(name)
    chart = Model(p * sympy.exp(q * x) + b * x, [p, q, b], [x]).chart({q: p + 1})
    certificate = model_rank(chart)
    again = RankCertificate.from_json(certificate.to_json())
    again.check()
    assert (again.lower, again.upper, again.verdict) == (3, 3, certificate.verdict)
    assert again.to_json().isascii()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_of_any_name_travels(name):
    # a f(w x) at w = 0: f(0) and a x f'(0), two functions of x
    f = sympy.Function(name)
    certificate = model_rank(Model(a * f(w * x), [a, w], [x]).point([1, 0]))
    again = RankCertificate.from_json(certificate.to_json())
    again.check()
    assert int(again) == 2


@pytest.mark.parametrize(
    "f",
    [
        x**10001,
        x ** Rational(1, 1001),
        x * sympy.exp(2 * 10**6),
        x * sympy.sin(10**22),
        x * sympy.erf(10**8),
        x * sympy.tanh(sympy.sin(sympy.exp(sympy.cos(sympy.tanh(sympy.sin(1)))))),
        sympy.Max(*[k * x - k**2 for k in range(40)]),
    ],
)
def test_what_the_reader_would_refuse_is_not_written(f):
    certificate = model_rank(Model(a * f + b, [a, b], [x]))
    assert int(certificate) == 2
    with pytest.raises(CertificateError, match="cannot be written in a certificate"):
        certificate.to_json()


def test_two_functions_keep_apart():
    # f(x), f'(x) x and g(x), g'(x) x
    f, g = sympy.Function("relu"), sympy.Function("relu_")
    F = Model(a * f(w * x) + b * g(w * x), [a, b, w], [x])
    again = RankCertificate.from_json(model_rank(F).to_json())
    again.check()
    assert int(again) == 3 and len(again.model.generic_functions) == 2


def test_derivatives_of_an_unspecified_function_travel():
    # a s(w) x: dF/da = s(w) x and dF/dw = a s'(w) x are proportional
    certificate = model_rank(Model(a * sympy.Function("s")(w) * x, [a, w], [x]))
    assert "s_d1(w)" in certificate.to_json()
    again = RankCertificate.from_json(certificate.to_json())
    again.check()
    assert int(again) == 1 and again == certificate


def test_a_derivative_and_a_function_with_its_name_keep_apart():
    # s(w) x, a s'(w) x and s_d1(1) x are proportional
    s, other = sympy.Function("s"), sympy.Function("s_d1")
    certificate = model_rank(Model(a * s(w) * x + b * other(1) * x, [a, b, w], [x]).generic())
    again = RankCertificate.from_json(certificate.to_json())
    again.check()
    assert int(again) == 1 and len(again.model.generic_functions) == 2


@pytest.mark.parametrize("name", ["s'", "s''"])
def test_a_derivative_in_a_model_travels(name):
    certificate = model_rank(Model(a * sympy.Function(name)(w * x), [a, w], [x]))
    again = RankCertificate.from_json(certificate.to_json())
    again.check()
    assert int(again) == 2


@pytest.mark.parametrize("base", [2 - sqrt(3), sympy.pi, 1 + sympy.E, sympy.log(2), sympy.cos(1)])
def test_powers_of_numbers_travel(base):
    certificate = model_rank(Model(a * base ** (w * x) + b / base**x, [a, b, w], [x]))
    again = RankCertificate.from_json(certificate.to_json())
    again.check()
    assert int(again) == 3


def test_numbers_that_nothing_prints_are_refused():
    long = sympy.Integer(10) ** 5000 + 7
    for ask in (
        lambda: model_rank(Model(a * sympy.log(w) * x, [a, w], [x]).point([1, -long])),
        lambda: model_rank(Model(a * long * x + b * x, [a, b], [x])),
        lambda: Model(a * x, [a], [x], domain={x: [long]}),
        lambda: Model(a * x, [a], [x], domain=[x < long]),
    ):
        with pytest.raises(RankstratError, match="4000 digits"):
            ask()
    # 10^5000 x and x: the relation has a long coefficient
    certificate = model_rank(Model(a * w**5000 * x + b * x, [a, w, b], [x]).point([1, 10, 1]))
    assert int(certificate) == 1 and "4000 digits" in "".join(map(str, certificate.relations))
    certificate.check()
    with pytest.raises(CertificateError, match="1000 digits"):
        certificate.to_json()


def test_assumptions_travel():
    p, n = sympy.Symbol("p", positive=True), sympy.Symbol("n", integer=True)
    certificate = model_rank(Model(p * sympy.exp(n * x) + sympy.log(p), [p, n], [x]))
    again = RankCertificate.from_json(certificate.to_json())
    again.check()
    assert again.model.parameters == (p, n)


@pytest.mark.parametrize(
    "assumed", [{"a": {"positive": 1}}, {"a": {"wise": True}}, {"a": []}, [], {"a": {"positive": True, "negative": True}}]
)  # fmt: skip
def test_assumptions_error(assumed):
    data = json.loads(model_rank(Model(a * x, [a], [x])).to_json())
    data["model"]["assumptions"] = assumed
    with pytest.raises(CertificateError, match="assumptions"):
        RankCertificate.from_json(json.dumps(data))


def test_a_wide_sum_travels():
    # exp(k x) for distinct k are independent; Python's parser nests a sum once for each sign
    count = 1500
    parameters = sympy.symbols(f"a1:{count + 1}")
    F = Model(sympy.Add(*(p * x ** (k % 7) for k, p in enumerate(parameters))), parameters, [x])
    certificate = model_rank(F)
    again = RankCertificate.from_json(certificate.to_json())
    assert int(again) == 7 and again.model == F


@pytest.mark.parametrize("value", [10**1000, Rational(1, 10**1000)])
def test_a_number_beyond_the_language_is_refused_when_written(value):
    with pytest.raises(CertificateError, match="digits"):
        model_rank(Model(a * value * x, [a], [x])).to_json()


@pytest.mark.parametrize(
    "function",
    [
        sympy.factorial(x) / sympy.factorial(x - 2),
        sympy.binomial(x, 3),
        sympy.Abs(sympy.exp(a * x)),  # sympy writes exp(re(a*x))
        2 ** sympy.re(a * x) + sympy.im(a * x),
    ],
    ids=str,
)
def test_what_is_understood_travels(function):
    certificate = model_rank(Model(b * function, [a, b], [x]).point([1, 2]))
    again = RankCertificate.from_json(certificate.to_json())
    again.check()
    assert int(again) == (2 if function.has(a) else 1)


def test_roots_of_exponentials_travel():
    # dF/da = exp(p/3) x and dF/dp = exp(p/3) x a/3 are proportional
    p = sympy.Symbol("p")
    for power in (Rational(1, 3), Rational(-2, 3)):
        F = Model(a * sympy.exp(sympy.exp(p)) ** power * x, [a, p], [x])
        certificate = model_rank(F)
        assert int(certificate) == 1
        RankCertificate.from_json(certificate.to_json()).check()


def test_a_value_of_an_unspecified_function_beside_logarithms_is_not_zero():
    # dF/da = (s(log 2) - log 3) x, dF/db = sqrt(2) x: one relation, and its coefficients are not 0
    s = sympy.Function("s")
    F = Model(a * (s(w) - sympy.log(3)) * x + b * sympy.sqrt(2) * x, [a, b, w], [x])
    certificate = model_rank(F.point([1, 1, sympy.log(2)]))
    assert certificate.upper == 1
    certificate.check()
    RankCertificate.from_json(certificate.to_json()).check()


@pytest.mark.parametrize("points", [0, 1])
def test_certificates_of_old_have_the_number_of_the_points_for_a_prime(points):
    data = json.loads(corpus.certificates()["balls"][0].to_json())
    data["minor"]["points"] = points
    new = RankCertificate.from_json(json.dumps(data)).minor
    del data["minor"]["points"]
    data["minor"]["prime"] = points
    old = RankCertificate.from_json(json.dumps(data)).minor
    assert old == new
    assert (old.prime, old.points) == (0, points)


def test_kinks_of_a_parameter_alone_leave_no_regions():
    # dF/da = min(1, |b + 3/2|) x and dF/db = 0 at b = 1: rank 1; a chart may be refused, no more
    F = Model(a * sympy.Min(1, sympy.Abs(b + Rational(3, 2))) * x, [a, b], [x])
    with suppress(RankstratError):
        assert model_rank(F).lower <= 1
    certificate = model_rank(F.point([1, 1]))
    assert int(certificate) == 1
    RankCertificate.from_json(certificate.to_json()).check()


# Random models

UNARY = [sympy.exp, sympy.tanh, sympy.sin, sympy.cos, sympy.sinh, sympy.cosh, sympy.atan, sympy.erf, sympy.tan,
         lambda h: sympy.log(1 + sympy.exp(h)), lambda h: sympy.log(h**2 + 1), lambda h: h**2, lambda h: 1 / (h**2 + 2),
         lambda h: sympy.Max(0, h), sympy.Abs, lambda h: sympy.Min(h, 1), sympy.Function("relu"), sympy.Function("s"),
         lambda h: sympy.Piecewise((h, h > 0), (h**2, True)), lambda h: sympy.Piecewise((1, (h > -1) & (h < 1)), (h, True)),
         sympy.sech, sympy.coth, sympy.sec]  # fmt: skip
NUMBERS = [0, 1, -1, 2, Rational(1, 2), Rational(-3, 2), sqrt(2), sympy.log(2), sympy.E]


def random_model(rng):
    """(chart, subset): sums of functions with names, values and dependences of every kind."""
    names = rng.sample(NAMES, 4)
    parameters = [sympy.Symbol(n) for n in names]
    inputs = [sympy.Symbol("x1"), sympy.Symbol(rng.choice(("x2", "lambda x", "t{2}")))][
        : rng.choice((0, 1, 1, 2))
    ]
    leaves = [*parameters, *inputs, *inputs]
    terms = [p * _random_expression(rng, leaves, rng.randint(0, 2)) for p in parameters[:3]]
    if rng.random() < 0.4:
        terms.append(
            parameters[3] * terms[0].subs(parameters[0], rng.choice((1, 2, parameters[0])))
        )
    outputs = [sum(terms), *terms[: rng.choice((0, 0, 1))]]
    F = Model(
        outputs, parameters, inputs, name=rng.choice(("", "net", "two_layer(width=9)", "a\nb"))
    )
    road = rng.random()
    if road < 0.6:
        chart = F.point([rng.choice(NUMBERS) for _ in parameters])
    elif road < 0.8:
        u = rng.choice((sympy.Symbol("u"), sympy.Dummy(names[0]), parameters[1]))
        chart = F.chart(
            {
                parameters[0]: rng.choice((u, u**2 + 1, 2 - u, sympy.exp(u))),
                parameters[2]: rng.choice(NUMBERS),
            }
        )
    else:
        chart = F.generic()
    subset = sorted(rng.sample(range(4), rng.randint(1, 4))) if rng.random() < 0.3 else None
    return chart, subset


def _random_expression(rng, leaves, depth):
    if depth == 0:
        return rng.choice([1, 2, -1, Rational(1, 3)]) * rng.choice(leaves) + rng.choice(
            [0, 0, 0, *NUMBERS]
        )
    f = rng.choice(UNARY)(_random_expression(rng, leaves, depth - 1))
    return rng.choice((f, f, f * rng.choice(leaves), f + _random_expression(rng, leaves, 0)))


def journey(seeds):
    """Certify, check, write, read in another process; the number of certificates."""
    found = []
    for seed in seeds:
        try:
            chart, subset = random_model(random.Random(seed))
            certificate = model_rank(chart, subset=subset)
        except (
            RankstratError,
            TypeError,
        ):  # poles, what is not decided; sympy compares complex numbers
            continue
        try:
            certificate.check()
            found.append((seed, certificate, certificate.to_json()))
        except CertificateError as error:
            raise AssertionError(f"model {seed}: {chart}, {certificate}: {error}") from error
    for _, certificate, text in found:
        again = RankCertificate.from_json(text)
        assert str(certificate.chart.is_point) == str(again.chart.is_point)
    texts = json.dumps([text for _, _, text in found])
    done = subprocess.run(
        [sys.executable, "-c", READER],
        input=texts,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()
    assert len(lines) == len(found), f"model {found[len(lines)][0]}: {done.stderr[-600:]}"
    for (seed, c, _), line in zip(found, lines, strict=True):
        assert line == f"{c.lower} {c.upper} {c.verdict}", f"model {seed}"
    return len(found)


def test_certificates_of_random_models_travel():
    assert journey(range(24)) > 8


@pytest.mark.slow
@pytest.mark.parametrize("block", range(10))
def test_certificates_of_ten_thousand_random_models_travel(block):
    assert journey(range(1_000 + 1_000 * block, 2_000 + 1_000 * block)) > 300


@pytest.mark.parametrize("function", [sympy.asin, sympy.acosh])
def test_real_parts_are_read_where_nothing_else_is_possible(function):
    """Beyond 1 the real part of asin x is pi/2, so that max(0, x - 1) is independent of it."""
    model = Model([a * sympy.re(function(x)) + b * sympy.Max(0, x - 1)], [a, b], [x])
    with pytest.raises(UnsupportedFunctionError, match="may not be real"):
        model_rank(model.point([1, 1]))


def test_free_parameters_are_read_back_in_any_order():
    # dF/da and dF/db are proportional; the first in order represents both
    certificate = model_rank(Model(a * b * x, [a, b], [x]), subset=[1, 0])
    again = RankCertificate.from_json(certificate.to_json())
    again.check()
    assert again == certificate
    assert again.subset == (0, 1)
