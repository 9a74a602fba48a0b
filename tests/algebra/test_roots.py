"""Roots, symbolic exponents, inverse functions and algebraic numbers: ranks by hand and by digits.

The functions f_1..f_n are the tangent functions of sum_i t_i f_i(x).
"""

from __future__ import annotations

import random

import mpmath
import pytest
import sympy
from sympy import (
    Abs,
    GoldenRatio,
    Rational,
    acos,
    acosh,
    acot,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cbrt,
    cos,
    cosh,
    cot,
    coth,
    csch,
    erf,
    erfc,
    erfi,
    exp,
    log,
    pi,
    sec,
    sech,
    sin,
    sinc,
    sinh,
    sqrt,
    tan,
    tanh,
)

from rankstrat import Model, RankCertificate, Verdict, model_rank
from rankstrat.algebra.powers import factor
from rankstrat.errors import UndecidedError

x, y = sympy.symbols("x y")
s = sympy.Function("s")


def rank(functions, inputs=(x,)):
    t = sympy.symbols(f"t1:{len(functions) + 1}")
    return model_rank(Model(sum(c * f for c, f in zip(t, functions, strict=True)), t, inputs))


def confirm(certificate, dimension):
    assert (certificate.value, certificate.verdict) == (dimension, Verdict.PROVED)
    certificate.check()
    RankCertificate.from_json(certificate.to_json()).check()


@pytest.mark.parametrize(
    ("functions", "dimension"),
    [
        ([sqrt(1 + x**2), x, 1], 3),
        # (1 + x^2)/r = 1/r + x^2/r
        ([sqrt(1 + x**2), 1 / sqrt(1 + x**2), x**2 / sqrt(1 + x**2)], 2),
        ([sqrt(2 + 2 * x**2), sqrt(1 + x**2)], 1),
        ([sqrt(x**2 + 2 * x + 1), x, 1], 3),  # |x + 1|
        ([sqrt(x**2 + 1) + x, 1 / (sqrt(x**2 + 1) - x)], 1),
        ([sqrt(exp(2 * x)), exp(x)], 1),
        ([sqrt(exp(2 * x) + exp(x)), exp(x / 2) * sqrt(1 + exp(x))], 1),
        ([sqrt(1 + x**2), sqrt(4 + x**2), sqrt((1 + x**2) * (4 + x**2)), 1], 4),
        # |x + 1| |x + 2| |x + 3| where all three are negative: no product of the factors
        (
            [
                sqrt((x + 1) * (x + 2)) * sqrt((x + 1) * (x + 3)) * sqrt((x + 2) * (x + 3)),
                (x + 1) * (x + 2) * (x + 3),
            ],
            2,
        ),
        ([cbrt(1 + x**2), (1 + x**2) ** Rational(2, 3), 1, x], 4),
        ([exp(sqrt(1 + x**2)), exp(2 * sqrt(1 + x**2)), sqrt(1 + x**2)], 3),
        ([tanh(sqrt(1 + x**2)), tanh(2 * sqrt(1 + x**2))], 2),
        ([s(sqrt(x**2 + 1) ** 2 - x**2), s(1)], 1),
        ([s(sqrt(x**2 + 1)), s(x), 1], 3),
        ([erf(sqrt(x**2 + 1)), 1], 2),
        ([exp(log(1 + exp(x)) / 2), sqrt(1 + exp(x))], 1),
        ([cosh(asinh(x)), sqrt(1 + x**2)], 1),
        ([sin(atan(x)), x / sqrt(1 + x**2)], 1),
        ([cos(atan(x)), x * sin(atan(x))], 2),  # 1/r, x^2/r
    ],
)
def test_roots_of_functions(functions, dimension):
    confirm(rank(functions), dimension)


@pytest.mark.parametrize(
    ("functions", "dimension"),
    [
        ([asinh(x), log(x + sqrt(x**2 + 1)), x], 2),
        ([asin(x), acos(x), 1], 2),  # asin + acos = pi/2
        ([acosh(x), x, 1], 3),
        ([atanh(x), log(1 + x) - log(1 - x)], 1),
        ([acot(x), atan(1 / x)], 1),
        ([erfc(x), erf(x), 1], 2),
        ([erfi(x), exp(x**2), 1, x], 4),
        ([erfi(x), erfi(-x), erf(x)], 2),
        ([coth(x), csch(x), 1], 3),
        ([coth(x) ** 2, csch(x) ** 2, 1], 2),
        ([sech(x) ** 2, tanh(x) ** 2, 1], 2),
        ([sec(x) ** 2, tan(x) ** 2, 1], 2),
        ([cot(x), tan(x), cot(2 * x)], 2),  # 2 cot 2x = cot x - tan x
        ([sinc(x), sin(x), cos(x) / x], 3),
        ([sqrt(x), x ** Rational(3, 2), x], 3),
    ],
)
def test_named_functions(functions, dimension):
    certificate = rank(functions)
    assert certificate.lower <= dimension <= certificate.upper
    certificate.check()
    if certificate.value is not None:
        confirm(certificate, dimension)


POWERS_OF_SUMS = [
    ([sqrt(x**2 + 2 * x + 1), Abs(x + 1)], 1),
    ([sqrt(x**2 + 2 * x + 1), x + 1], 2),
    ([sqrt(x**2 + 2 * x + 2), Abs(x + 1), 1], 3),
    ([sqrt((x**2 + 2 * x + 1) * (x + 7)), Abs(x + 1) * sqrt(x + 7)], 1),
    ([sqrt(x**4 - 2 * x**2 + 1), x**2 - 1, Abs(x**2 - 1)], 2),
    ([sqrt(exp(2 * x) + 2 + exp(-2 * x)), cosh(x)], 1),
    ([sqrt(exp(2 * x) - 2 + exp(-2 * x)), Abs(sinh(x))], 1),
    ([sqrt(1 - tanh(x) ** 2), sech(x)], 1),
    ([sqrt(1 + sinh(x) ** 2), cosh(x)], 1),
    ([sqrt(cosh(x) + 1), cosh(x / 2)], 1),
    ([asin(tanh(x)), atan(sinh(x))], 1),  # the Gudermannian
    ([acosh(cosh(x)), Abs(x)], 1),
    ([sqrt(1 - cos(x) ** 2), Abs(sin(x))], 1),
    ([sqrt(1 + tan(x) ** 2), 1 / Abs(cos(x))], 1),
    ([sqrt(3 + cos(x)), 1], 2),
    ([sqrt(x**2 + 2 * x * exp(x) + exp(2 * x)), Abs(x + exp(x))], 1),
    # a cube root is real where its radicand is not negative
    ([cbrt(x**3), x], 1),
    ([cbrt(x**3), Abs(x)], 1),
    ([cbrt(-8 * x**3), Abs(x)], 1),
    ([cbrt(x**3 + 3 * x**2 + 3 * x + 1), x, 1], 2),
    ([(x**6) ** Rational(1, 3), x**2, Abs(x)], 2),
    ([sqrt(Abs(x**2)), x, Abs(x)], 2),
    # roots of one expression are powers of one root
    ([sqrt(Abs(x)), Abs(x) ** Rational(1, 4), x], 3),
    ([sqrt(1 + x**2), (1 + x**2) ** Rational(1, 4), (1 + x**2) ** Rational(3, 4)], 3),
    ([x ** Rational(1, 4) * sqrt(1 + x), (x * (1 + x) ** 2) ** Rational(1, 4)], 1),
    # sizes of products are products of sizes
    ([sqrt(Abs(x * (x - 1))), sqrt(Abs(x)) * sqrt(Abs(x - 1))], 1),
    ([sqrt(Abs(x**3 * exp(x))), x * sqrt(Abs(x * exp(x))), Abs(x) ** Rational(3, 2)], 3),
    ([Abs(x**2) ** Rational(1, 3), Abs(x) ** Rational(2, 3)], 1),
    ([sqrt(Abs((x - 1) ** 2)) * sqrt(Abs(x)), Abs(x - 1) * sqrt(Abs(x))], 1),
    ([cbrt(sinh(x) ** 3), sinh(x), Abs(sinh(x))], 1),
]


@pytest.mark.parametrize(("functions", "dimension"), POWERS_OF_SUMS)
def test_powers_of_sums_below_roots(functions, dimension):
    confirm(rank(functions), dimension)


def test_a_sum_that_becomes_a_square_at_a_point():
    a, b, u = sympy.symbols("a b u")
    model = Model(a * sqrt(x**2 + 2 * u * x + 1) + b * Abs(x + 1), [a, b, u], [x])
    # d/du = a x / |x + 1|; |x + 1| twice
    assert (model_rank(model.point([1, 1, 1])).value, model_rank(model.point([1, 1, 0])).value) == (
        2,
        3,
    )


def test_squares_in_several_variables():
    confirm(rank([sqrt(x**2 + 2 * x * y + y**2), Abs(x + y)], (x, y)), 1)
    confirm(rank([sqrt(exp(2 * x) + 2 * exp(x + y) + exp(2 * y)), exp(x), exp(y)], (x, y)), 2)


@pytest.mark.parametrize(
    ("functions", "dimension"),
    [
        ([log(Abs(x)), 1], 2),
        ([log(Abs(x)), log(x**2), 1], 2),
        ([log(Abs(tanh(x))), log(Abs(sinh(x))), log(cosh(x))], 2),
        ([log(Abs(x)), log(Abs(2 * x)), 1], 2),
        ([log(Abs(x)), log(x)], 1),  # real for x > 0 only
        ([log(Abs(x - 1)), log(Abs(x + 1)), log(Abs(x**2 - 1))], 2),
    ],
)
def test_logarithms_of_absolute_values(functions, dimension):
    confirm(rank(functions), dimension)


@pytest.mark.parametrize(
    ("functions", "dimension"),
    [
        ([cosh(log(Abs(x))), Abs(x), 1 / Abs(x)], 2),
        ([sinh(2 * log(Abs(x))), x**2, x**-2], 2),
        ([tanh(log(Abs(x))), 1 / (1 + x**2), 1], 2),
        ([cosh(3 * log(Abs(x))), x**3, x**-3], 3),  # even, odd, odd
        ([cosh(log(x)), Abs(x), 1 / x], 2),  # real for x > 0 only
    ],
)
def test_hyperbolic_functions_of_logarithms_of_both_signs(functions, dimension):
    confirm(rank(functions), dimension)


def test_an_exponential_of_logarithms_of_both_signs_is_no_power():
    """exp(log|x|) with the logarithms written on two half-lines is |x|, not x."""
    size = sympy.Piecewise((log(x), x > 0), (log(-x), True))
    for functions, dimension in (([exp(size / 2), x], 2), ([cosh(size), Abs(x), 1 / Abs(x)], 2)):
        try:
            certificate = rank(functions)
        except UndecidedError:
            continue
        assert certificate.lower <= dimension <= certificate.upper


@pytest.mark.parametrize(
    ("functions", "dimension"),
    [
        ([sqrt(Abs(x)), x], 2),
        ([Abs(x) ** Rational(1, 3), Abs(x), 1], 3),
        ([Abs(x) ** Rational(1, 3), cbrt(x), x], 2),  # cbrt(x) is real for x > 0
        ([sqrt(Abs(x)), sympy.Piecewise((sqrt(x), x > 0), (0, True))], 2),
        ([sqrt(Abs(x)), sympy.sign(x) * sqrt(Abs(x)), x], 3),
        ([Abs(x) ** Rational(3, 2), x * sqrt(Abs(x))], 2),
        ([sqrt(Abs(x)), sqrt(Abs(x + 1)), x], 3),
        ([sqrt(Abs(x**2 - 1)), x, 1], 3),
        ([sqrt(Abs(tanh(x))), tanh(x), 1], 3),
        ([sqrt(Abs(tanh(x))), sympy.sign(x) * sqrt(Abs(tanh(x))), 1], 3),
        ([sin(sqrt(Abs(x))) ** 2, cos(sqrt(Abs(x))) ** 2, 1], 2),
        ([exp(sqrt(Abs(x))), exp(-sqrt(Abs(x))), cosh(sqrt(Abs(x)))], 2),
        ([log(sqrt(Abs(x))), log(Abs(x)), 1], 2),
        ([1 / sqrt(Abs(x)), sqrt(Abs(x)) / x, sqrt(Abs(x)) / Abs(x)], 2),
        ([sqrt(Abs(x - y)), sqrt(Abs(2 * y - 2 * x)), 1], 2),
        ([sqrt(Abs(x) + Abs(y)), x, 1], 3),
    ],
)
def test_roots_of_functions_of_both_signs(functions, dimension):
    confirm(rank(functions, (x, y)), dimension)


def test_squares_of_functions_of_unknown_sign():
    """The root of a square is piecewise, also where the sign of its base is not known."""
    base = 2 * erf(x) + 1
    root = sqrt(sympy.expand(base**2))
    confirm(rank([root, exp(x)]), 2)
    confirm(rank([root, base]), 2)


@pytest.mark.parametrize(
    ("functions", "dimension"),
    [
        ([Abs(erf(x) + 1), erf(x), 1], 2),
        ([Abs(tanh(x) - 1), tanh(x), 1], 2),
        ([Abs(sin(x) + 2), sin(x), 1], 2),
        ([Abs(3 - cos(x) - sin(x)), cos(x), sin(x), 1], 3),
        ([Abs(1 - tanh(x) ** 2), tanh(x) ** 2, 1], 2),
        ([Abs(2 + sin(x) + exp(x)), sin(x), exp(x), 1], 3),
        ([Abs(2 * tanh(x) - 1), tanh(x), 1], 3),
        ([Abs(sin(x) * cos(y) + 2), sin(x) * cos(y), 1], 2),
        ([Abs(1 / tanh(x) - 1), 1 / tanh(x), 1], 3),
    ],
)
def test_signs_of_bounded_functions(functions, dimension):
    confirm(rank(functions, (x, y)), dimension)


def test_a_bearing():
    """The gradient of atan2(y - b, x - a) in (a, b): two functions of (x, y)."""
    a, b = sympy.symbols("a b")
    model = Model(atan2(y - b, x - a), [a, b], [x, y])
    confirm(model_rank(model.point({a: 1, b: 2})), 2)


@pytest.mark.parametrize(
    ("functions", "dimension"),
    [
        ([2**x, exp(x * log(2))], 1),
        ([2**x, 4**x, 2 ** (x + 1)], 2),
        ([2**x, 3**x, 6**x, 1], 4),
    ],
)
def test_exponentials_to_any_base(functions, dimension):
    confirm(rank(functions), dimension)


def test_hill_function_with_symbolic_exponent():
    """V x^n/(k^n + x^n): V, k and n are three functions; at n = 1 too."""
    v, k, n = sympy.symbols("V k n")
    model = Model(v * x**n / (k**n + x**n), [v, k, n], [x])
    for point in ({v: 1, k: 2, n: 1}, {v: 3, k: 2, n: Rational(3, 2)}, {v: 1, k: 1, n: 2}):
        certificate = model_rank(model.point(point))
        assert certificate.upper == 3
        certificate.check()


def test_normalised_weights():
    """g v.x/|v| at v = (3, 4): scaling v changes nothing, so 2 of 3."""
    g, v, w = sympy.symbols("g v w")
    model = Model(g * (v * x + w * y) / sqrt(v**2 + w**2), [g, v, w], [x, y])
    confirm(model_rank(model.point({g: 1, v: 3, w: 4})), 2)
    confirm(model_rank(model.point({g: 2, v: 1, w: 2})), 2)


def test_layer_norm():
    """a tanh(w (x - m)/sd) + b for two features and eps > 0: three functions of x - y."""
    a, b, w = sympy.symbols("a b w")
    mean = (x + y) / 2
    size = sqrt(((x - mean) ** 2 + (y - mean) ** 2) / 2 + Rational(1, 100))
    model = Model(a * tanh(w * (x - mean) / size) + b, [a, b, w], [x, y])
    confirm(model_rank(model.point({a: 1, b: 0, w: 1})), 3)


def test_multiquadrics():
    """sum_k a_k sqrt((x - c_k)^2 + 1): four functions for two centres, two for equal ones."""
    a, c, b, d = sympy.symbols("a c b d")
    model = Model(a * sqrt((x - c) ** 2 + 1) + b * sqrt((x - d) ** 2 + 1), [a, c, b, d], [x])
    confirm(model_rank(model.point({a: 1, c: 0, b: 2, d: 1})), 4)
    confirm(model_rank(model.point({a: 1, c: 1, b: 2, d: 1})), 2)


NESTED = sqrt(2 + sqrt(3)) - (sqrt(6) + sqrt(2)) / 2  # 0: both squares are 2 + sqrt 3


@pytest.mark.parametrize(
    ("functions", "dimension"),
    [
        ([GoldenRatio * x, (1 + sqrt(5)) * x], 1),
        ([sqrt(5 + sqrt(5)) * x, x], 1),
        ([exp(sqrt(5 + sqrt(5)) * x), exp(sqrt(5) * x), exp(x)], 3),
        ([erf(sqrt(2 + sqrt(3)) * x), erf((sqrt(6) + sqrt(2)) / 2 * x)], 1),
        *[([sin(x + pi * p / q), sin(x), cos(x)], 2) for p, q in ((1, 5), (2, 5), (3, 8), (7, 10))],
    ],
)
def test_nested_roots_of_numbers(functions, dimension):
    confirm(rank(functions), dimension)


def test_a_number_that_is_zero_is_never_called_a_rank():
    for functions, dimension in (
        ([NESTED * x, 1], 1),
        ([NESTED], 0),
        ([s(1 + NESTED * x), s(1)], 1),
    ):
        certificate = rank(functions)
        assert certificate.lower <= dimension <= certificate.upper


a, b, c = sympy.symbols("a b c")
CUBE = cbrt(2)


@pytest.mark.parametrize(
    ("outputs", "parameters", "point", "dimension"),
    [
        ([a + sqrt(2) * b, sqrt(2) * a + 2 * b], [a, b], None, 1),
        ([a + CUBE * b, CUBE * a + CUBE**2 * b], [a, b], None, 1),
        ([a**2, a * b], [a, b], {a: sqrt(2), b: 1}, 2),
        ([a * sqrt(5 + sqrt(5)) + b, a * (5 + sqrt(5)) + b * sqrt(5 + sqrt(5))], [a, b], None, 1),
        ([a + cos(pi / 7) * b + c, a * cos(pi / 7) + b * cos(pi / 7) ** 2 + c], [a, b, c], None, 2),
        ([a + 2 * cos(pi / 7) * b, a * cos(pi / 7) + b * (1 + cos(2 * pi / 7))], [a, b], None, 1),
    ],
)
def test_matrices_of_algebraic_numbers(outputs, parameters, point, dimension):
    model = Model(outputs, parameters)
    confirm(model_rank(model.generic() if point is None else model.point(point)), dimension)


# Random functions against forty digits

PIECES = [
    x, sympy.Integer(1), sqrt(1 + x**2), sqrt(2 + x), exp(x), exp(x / 2), sqrt(1 + exp(x)),
    cbrt(3 + x), log(2 + x), sqrt(4 + 2 * x), sqrt(x**2 + 5 * x + 6), asinh(x), 2**x, sqrt(x + 3),
    atan(x), sqrt(2) * x, sin(x + pi / 5), cos(x), sin(x),
]  # fmt: skip


def numerical(functions):
    with mpmath.workdps(60):
        numbers = [sympy.lambdify(x, f, "mpmath") for f in functions]
        rows = [[f(mpmath.mpf(3 * i + 1) / 37 - 1) for f in numbers] for i in range(24)]
        values = mpmath.svd_r(mpmath.matrix(rows), compute_uv=False)
        return sum(v > mpmath.mpf(10) ** -40 for v in values)


def random_functions(seed):
    draw = random.Random(seed)
    products = [draw.choice(PIECES) * draw.choice(PIECES) for _ in range(draw.randint(2, 4))]
    products.append(draw.choice(products) * 2 - draw.choice(products) * 3)
    return [sympy.expand(p) if draw.random() < 0.5 else p for p in products]


@pytest.mark.parametrize("seed", range(12))
def test_random_functions(seed):
    functions = random_functions(seed)
    certificate = rank(functions)
    truth = numerical(functions)
    assert certificate.lower <= truth <= certificate.upper, functions


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12, 400))
def test_many_random_functions(seed):
    test_random_functions(seed)


def test_a_number_that_is_not_factored_stays_under_the_root():
    r"""Times r^3 the derivatives of a/r, r^2 = (w x)^2 + (v x + y)^2 + 1, are up to constants
    r^2, w x^2 and v x^2 + x y: rank 3. Nobody factors w^2 + v^2.
    """
    a, w, v, y = sympy.symbols("a w v y")
    model = Model(a / sympy.sqrt((w * x) ** 2 + (v * x + y) ** 2 + 1), [a, w, v], [x, y])
    hard = sympy.Rational((10**18 + 9) * (10**24 + 7), 2**80)
    for values in ({a: 1, w: hard, v: 3}, {a: hard, w: hard + 1, v: hard}):
        confirm(model_rank(model.point(values)), 3)


def test_powers_with_long_denominators_have_an_answer():
    """exp(q x) with q of denominator 2^70 beside a root of the exponentials."""
    q = sympy.Rational(3**40, 2**70)
    inner = (sympy.exp(q * x) + x) ** 2 + 1
    found = rank([1 / sympy.sqrt(inner), sympy.exp(x) / sympy.sqrt(inner), sympy.exp(q * x)])
    assert found.lower <= 3 <= found.upper


@pytest.mark.parametrize(
    "functions",
    [
        (sympy.sqrt(1 + exp(-x)) * exp(x / 2), sympy.sqrt(1 + exp(x))),
        (sympy.sqrt(1 + x) * sympy.sqrt(1 + 2 * x), sympy.sqrt(2 * x**2 + 3 * x + 1)),
        (sympy.sqrt(1 + exp(x)) * sympy.sqrt(1 + exp(-x)), cosh(x / 2)),
        (sympy.sqrt(1 + cos(2 * x)), sympy.sqrt(1 - sin(x) ** 2)),
    ],
)
def test_products_of_earlier_roots_are_no_new_roots(functions):
    """Each is a multiple of the other where both are real: rank 1, whether that is seen or not."""
    found = rank(list(functions))
    assert found.lower <= 1 <= found.upper


@pytest.mark.parametrize(
    "n", [1, 2, 720, 2**200 * 3, 999_983**2, 999_983 * 1_000_003, 10**12, 999_999_999_989]
)
def test_factors_up_to_a_million_are_found(n: int) -> None:
    assert factor(n) == tuple(sorted(sympy.factorint(n).items()))


def test_a_large_cofactor_is_not_called_a_prime() -> None:
    assert factor(4 * 1_000_003 * 1_000_033) is None
