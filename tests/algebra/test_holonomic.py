"""Functions with a linear differential equation: ranks by hand, values by mpmath."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
import sympy
from sympy import Rational, airyai, airyaiprime, airybi, besseli, besselj, besselk, bessely

from rankstrat import Model, RankCertificate, Verdict, model_rank, numerical_rank
from rankstrat.algebra.balls import sign
from rankstrat.algebra.holonomic import HOLONOMIC
from rankstrat.algebra.program import Program
from rankstrat.algebra.translate import _occur, to_sympy, translate
from rankstrat.cli import main
from rankstrat.errors import PoleError, UnsupportedFunctionError

a, b, c, n, w, x = sympy.symbols("a b c n w x")
t = sympy.Symbol("t")
HALF_LINE = {x: "x > 0"}

RANKS = [
    # outputs, parameters, rank
    (a * besselj(0, w * x), [a, w], 2),
    (a * besselj(0, x) + b * besselj(1, x) + c * besselj(2, x), [a, b, c], 3),
    # J_2 = 2 J_1 / x - J_0, I_1 - I_3 = 4 I_2 / x, K_{-2} = K_2
    (a * besselj(0, x) + b * besselj(2, x) + c * besselj(1, x) / x, [a, b, c], 2),
    (a * besseli(1, x) + b * besseli(3, x) + c * besseli(2, x) / x, [a, b, c], 2),
    (a * besselk(2, x) + b * besselk(-2, x), [a, b], 1),
    (a * bessely(0, x) + b * bessely(2, x) + c * bessely(1, x) / x, [a, b, c], 2),
    # even and odd
    (a * besselj(0, w * x) + b * besselj(0, c * x), [a, b, w, c], 4),
    (a * besselj(0, x - w) + b * besselj(0, w - x), [a, b, w], 2),
    (a * besselj(1, x - w) + b * besselj(1, w - x), [a, b, w], 2),
    # Ai'' = x Ai
    (a * airyai(x) + b * airybi(x) + c * airyaiprime(x), [a, b, c], 3),
    (a * airyaiprime(x).diff(x) + b * x * airyai(x), [a, b], 1),
    (a * sympy.Si(w * x) + b * sympy.sin(w * x), [a, b, w], 3),
    (a * sympy.Si(w * x) + b * sympy.Si(-w * x), [a, b, w], 2),
    (a * sympy.Ei(w * x) + b * sympy.exp(w * x), [a, b, w], 3),
    (a * sympy.Shi(x) + b * sympy.Chi(x) + c * sympy.Ci(x), [a, b, c], 3),
    (a * sympy.Max(0, besselj(0, w * x)), [a, w], 2),
]  # fmt: skip


@pytest.mark.parametrize(("outputs", "parameters", "rank"), RANKS)
def test_ranks(outputs, parameters, rank):
    certificate = model_rank(Model(outputs, parameters, [x], domain=HALF_LINE))
    assert (certificate.value, certificate.verdict) == (rank, Verdict.PROVED)
    certificate.check()
    type(certificate).from_json(certificate.to_json()).check()


def test_values_at_zero():
    assert int(model_rank(Model(a * besselj(0, w * x), [a, w], [x]).point([1, 0]))) == 1
    with pytest.raises(PoleError):
        model_rank(Model(a * besselk(0, w * x), [a, w], [x], domain=HALF_LINE).point([1, 0]))


AT_ZERO = [
    # d/dw f(w x) = f'(0) x at w = 0, where f'(z) = sin(z)/z has a pole that cancels
    (a * sympy.Si(w * x) + b * x, {a: 1, b: 1, w: 0}, 1),
    (a * sympy.Shi(w * x) + b, {a: 1, b: 1, w: 0}, 2),
    (a * besselj(1, w * x) + b * x**2, {a: 1, b: 1, w: 0}, 2),
    (a * besseli(1, w * x + b) + c, {a: 1, w: 0, b: 0, c: 1}, 2),
    ([a * sympy.Si(w * x) + b * x, c * besselj(1, w * x)], {a: 1, b: 1, c: 1, w: 0}, 2),
    (a * sympy.tanh(sympy.Si(w * x)) + b * x, {a: 1, b: 1, w: 0}, 1),
    (a * sympy.Max(0, x) * sympy.Si(w * x) + b * x * sympy.Abs(x), {a: 1, b: 1, w: 0}, 2),
    # sympy writes Ai(0) with gamma(2/3)
    (a * airyai(w * x) + b, {a: 1, b: 1, w: 0}, 2),
    (a * airybi(w * x) + b * airyaiprime(w * x) + c, {a: 1, b: 1, c: 1, w: 0}, 2),
]


@pytest.mark.parametrize(("outputs", "values", "rank"), AT_ZERO)
def test_rank_at_arguments_that_vanish(outputs, values, rank):
    certificate = model_rank(Model(outputs, list(values), [x]).point(values))
    assert (certificate.value, certificate.verdict) == (rank, Verdict.PROVED)
    RankCertificate.from_json(certificate.to_json()).check()


def test_slopes_at_zero_agree_with_sixty_digits():
    for name, record in HOLONOMIC.items():
        if record.slope_at_zero is not None:
            program = Program()
            node = program.function(name, program.leaf("z"))
            (f,) = to_sympy(program, [node], {"z": x})
            slope = mpmath.diff(sympy.lambdify(x, f, "mpmath"), 0)
            assert abs(slope - float(record.slope_at_zero)) < 1e-9


@pytest.mark.parametrize("name", HOLONOMIC)
def test_derivatives_agree_with_sixty_digits(name):
    """By difference quotients of mpmath, which knows nothing of the table."""
    program = Program()
    leaf = program.leaf(("t",))
    node = program.function(name, leaf)
    value, slope = to_sympy(program, [node, program.derivative(node)], {("t",): t})
    with mpmath.workdps(60):
        at = mpmath.mpf(13) / 10
        functions = [sympy.lambdify(t, e, modules=[_OWN, "mpmath"]) for e in (value, slope)]
        assert abs(mpmath.diff(functions[0], at) - functions[1](at)) < mpmath.mpf(10) ** -25


_OWN = {
    "airyaiprime": lambda v: mpmath.airyai(v, derivative=1),
    "airybiprime": lambda v: mpmath.airybi(v, derivative=1),
}


@pytest.mark.parametrize("name", HOLONOMIC)
def test_balls_agree_with_mpmath(name):
    program = Program()
    leaf = program.leaf(("t",))
    (value,) = to_sympy(program, [program.function(name, leaf)], {("t",): t})
    with mpmath.workdps(40):
        number = sympy.lambdify(t, value, modules=[_OWN, "mpmath"])(mpmath.mpf(13) / 10)
        number = Fraction(int(number * 10**30), 10**30)
    point = {("t",): Fraction(13, 10)}
    node = program.function(name, leaf)
    tiny = Fraction(1, 10**20)
    assert sign(program, program.linear(tiny - number, ((1, node),)), point) == 1
    assert sign(program, program.linear(-tiny - number, ((1, node),)), point) == -1


def test_numerical_rank_knows_them():
    outputs = a * besselj(0, w * x) + b * sympy.erfi(x) + c * airyai(x) + n * sympy.Ei(x)
    point = Model(outputs, [a, b, c, w, n], [x]).point([1, 1, 1, 2, 1])
    assert numerical_rank(point).rank == numerical_rank(point, digits=40).rank == 5


HALF = Rational(1, 2)
ELEMENTARY = [  # (outputs, parameters, rank) by the closed forms
    (a * besselj(HALF, w * x), [a, w], 2),
    # J_{3/2} = J_{1/2}/x - J_{-1/2}
    (a * besselj(3 * HALF, x) + b * besselj(HALF, x) / x + c * besselj(-HALF, x), [a, b, c], 2),
    (a * besselj(-3 * HALF, x) + b * besselj(-HALF, x) / x + c * besselj(HALF, x), [a, b, c], 2),
    (a * bessely(HALF, x) + b * besselj(-HALF, x), [a, b], 1),  # Y_{1/2} = -J_{-1/2}
    (a * bessely(5 * HALF, x) + b * besselj(-5 * HALF, x), [a, b], 1),  # Y_{n+1/2} ~ J_{-n-1/2}
    (a * besseli(HALF, x) + b * besseli(-HALF, x) + c * besselk(HALF, x), [a, b, c], 2),
    (a * besselk(3 * HALF, x) + b * besselk(-3 * HALF, x), [a, b], 1),
    (a * sympy.jn(1, x) + b * (sympy.sin(x) / x**2 - sympy.cos(x) / x), [a, b], 1),
    (a * sympy.jn(0, x) + b * sympy.jn(1, x) + c * sympy.jn(2, x), [a, b, c], 3),
    (a * sympy.yn(2, x) + b * sympy.jn(-3, x), [a, b], 1),  # y_n = (-1)^(n+1) j_{-n-1}
    # ratios of gamma functions
    (a * sympy.gamma(x + 1) / sympy.gamma(x) + b * x, [a, b], 1),
    (a * sympy.binomial(x, 2) + b * x**2 + c * x, [a, b, c], 2),
    (a * sympy.factorial(x + 2) / sympy.factorial(x) + b, [a, b], 2),
]


@pytest.mark.parametrize(("outputs", "parameters", "rank"), ELEMENTARY)
def test_half_integer_orders_and_ratios_of_gamma_functions_are_elementary(
    outputs, parameters, rank
):
    certificate = model_rank(Model(outputs, parameters, [x]))
    assert certificate.verdict is Verdict.PROVED
    assert certificate.value == rank
    certificate.check()


BESIDE_A_KINK = [  # (function, rank of it beside |x| and x)
    (sympy.yn(0, x), 3),
    (sympy.jn(0, x), 3),
    (besselj(1, x), 3),
    (besselj(HALF, x) ** 2, 2),
    (besseli(-HALF, x) * besseli(HALF, x), 2),
]


@pytest.mark.parametrize(("function", "rank"), BESIDE_A_KINK)
def test_roots_in_half_integer_orders_alone_need_positive_arguments(function, rank):
    assert int(model_rank(Model(a * function + b * abs(x) + c * x, [a, b, c], [x]))) == rank


@pytest.mark.parametrize("order", [Rational(k, 2) for k in range(-9, 10, 2)])
@pytest.mark.parametrize("family", [besselj, bessely, besseli, besselk])
def test_half_integer_orders_have_the_values_of_mpmath(family, order):
    """f'(x)/f(x) at 3/2, by the closed form and by mpmath."""
    program = Program()
    (node,) = translate(program, [family(order, x)], {x: program.leaf(("x", 0))})
    (form,) = to_sympy(program, [node], {("x", 0): x})
    value = form.subs(x, Rational(3, 2)).evalf(40)
    assert abs(value - family(order, Rational(3, 2)).evalf(40)) < Rational(1, 10**35) * abs(value)


REFUSALS = [
    (besselj(n, x), "integer order"),
    (besselj(Rational(1, 3), x), "half-integer"),
    (sympy.jn(Rational(1, 2), x), "an integer order"),
    (besselj(21, x), "up to 20"),
    (sympy.Integral(sympy.exp(-x * c**2), (c, 0, 1)), "an integral .* needed; call .doit"),
    (sympy.Sum(x**c, (c, 0, 5)), "a sum .* needed; call .doit"),
    (sympy.CRootOf(x**5 - x - 1, 0), "a root of a polynomial .* needed; make the root"),
    (sympy.gamma(n) * x, "no linear differential equation.* needed"),
    (sympy.LambertW(n * x), "no linear differential equation.* needed"),
]


@pytest.mark.parametrize(("function", "words"), REFUSALS)
def test_what_is_refused_says_what_to_do(function, words):
    with pytest.raises(UnsupportedFunctionError, match=words):
        model_rank(Model(a * function + b * n, [a, b, n], [x]))


def test_the_command_line_reads_them_and_writes_no_proof_object(tmp_path, capsys):
    file = tmp_path / "model.toml"
    file.write_text('outputs = ["a*besselj(2, w*x)"]\nparameters = ["a", "w"]\ninputs = ["x"]\n')
    assert main(["rank", str(file)]) == 0
    assert "model rank = 2" in capsys.readouterr().out
    assert main(["rank", str(file), "--proof", str(tmp_path / "proof.json")]) == 2
    assert "keep the certificate instead" in capsys.readouterr().err


def test_gamma_functions_are_sought_once_in_what_occurs_often():
    x, b = sympy.symbols("x b")
    tower = sympy.tanh(x)
    for _ in range(40):  # it occurs 2^40 times
        tower = sympy.Add(tower, sympy.Mul(tower, b, evaluate=False), evaluate=False)
    assert not _occur([b, tower], (sympy.gamma,))
    assert _occur([b, tower, sympy.gamma(x)], (sympy.gamma,))
