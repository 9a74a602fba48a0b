"""Models as people write them, with the generic rank that mathematics gives each.

Every rank is the number of parameters less the dimension of the symmetries in the note, or is
derived there; `mpmath_rank` (a singular value decomposition with 60 digits, which knows nothing of
the package) recomputes all of them.
"""

# ruff: noqa: E741 (tables)

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations, permutations, product
from typing import Any

import mpmath
import sympy
from sympy import (
    Abs,
    Function,
    Heaviside,
    Matrix,
    Max,
    Min,
    Piecewise,
    Rational,
    acos,
    acosh,
    acot,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    besselj,
    cbrt,
    cos,
    cot,
    coth,
    csch,
    erf,
    erfc,
    erfi,
    exp,
    eye,
    log,
    pi,
    sech,
    sign,
    sin,
    sinc,
    sqrt,
    symbols,
    tan,
    tanh,
)

from rankstrat.model.model import Model

a, b, c, d, g, h, k, l, m, n, p, q, r, s, u, v, w = symbols("a b c d g h k l m n p q r s u v w")
a1, a2, a3, b1, b2, b3, c1, c2, c3 = symbols("a1:4 b1:4 c1:4")
w1, w2, w3, u1, u2, u3, v1, v2, v3 = symbols("w1:4 u1:4 v1:4")
x, y, z, t = symbols("x y z t")
POSITIVE = {"x": "x > 0"}


@dataclass(frozen=True)
class Written:
    """A model, its rank at the generic point (or at `values`), and why."""

    rank: int
    outputs: Any
    parameters: Sequence[sympy.Symbol]
    inputs: Sequence[sympy.Symbol] = ()
    why: str = ""
    values: dict = field(default_factory=dict)
    domain: dict = field(default_factory=dict)
    reach: int = 5
    """How far inputs are drawn."""

    def model(self) -> Model:
        """The model on its domain."""
        names = {str(i): i for i in self.inputs}
        domain = {names[key]: text for key, text in self.domain.items()}
        return Model(
            self.outputs, self.parameters, self.inputs, **({"domain": domain} if domain else {})
        )

    def chart(self) -> Any:
        """The generic chart, or the point."""
        if self.values:
            return self.model().point(self.values)
        return self.model().generic()


def block(name: str, *shape: int) -> Any:
    """A matrix of symbols."""
    rows, columns = (*shape, 1)[:2]
    return Matrix(rows, columns, lambda i, j: sympy.Symbol(f"{name}{i + 1}{j + 1}"))


def normed(vector: Matrix, eps: Any = 0, centred: bool = True) -> Matrix:
    """LayerNorm (centred) or RMSNorm of a vector."""
    size = len(vector)
    mean = sum(vector) / size if centred else 0
    shifted = vector - mean * sympy.ones(size, 1)
    return shifted / sqrt(sum(e**2 for e in shifted) / size + eps)


def softmax(vector: Sequence) -> Matrix:
    """exp(v_i) / sum_j exp(v_j)."""
    total = sum(exp(e) for e in vector)
    return Matrix([exp(e) / total for e in vector])


def sigmoid(e: Any) -> Any:
    """1 / (1 + exp(-e))."""
    return 1 / (1 + exp(-e))


def relu(e: Any) -> Any:
    """max(0, e)."""
    return Max(0, e)


def framework(
    points: Sequence[Sequence], edges: Sequence[tuple[int, int]]
) -> tuple[list, list, dict]:
    """Squared lengths of the bars of a framework, its parameters and the positions."""
    names = [
        [sympy.Symbol(f"p{i}_{j}") for j in range(len(point))] for i, point in enumerate(points)
    ]
    lengths = [sum((e - f) ** 2 for e, f in zip(names[i], names[j])) for i, j in edges]
    flat = [e for row in names for e in row]
    return lengths, flat, dict(zip(flat, [e for point in points for e in point]))


def polygon(size: int) -> list[tuple]:
    """The roots of unity."""
    return [(cos(2 * pi * i / size), sin(2 * pi * i / size)) for i in range(size)]


def cp(shape: Sequence[int], terms: int) -> tuple[list, list]:
    """The entries of a sum of rank-one tensors, and its factors."""
    factors = [block("abcd"[i], size, terms) for i, size in enumerate(shape)]
    entries = [
        sum(sympy.prod(f[i, j] for f, i in zip(factors, place)) for j in range(terms))
        for place in product(*map(range, shape))
    ]
    return entries, [e for f in factors for e in f]


def strassen() -> tuple[list, list, dict]:
    """The 7 products of Strassen's scheme for 2 x 2 matrices as a point of the CP model."""
    U = [
        [1, 0, 1, 0, 1, -1, 0],
        [0, 0, 0, 0, 1, 0, 1],
        [0, 1, 0, 0, 0, 1, 0],
        [1, 1, 0, 1, 0, 0, -1],
    ]
    V = [
        [1, 1, 0, -1, 0, 1, 0],
        [0, 0, 1, 0, 0, 1, 0],
        [0, 0, 0, 1, 0, 0, 1],
        [1, 0, -1, 0, 1, 0, 1],
    ]
    W = [
        [1, 0, 0, 1, -1, 0, 1],
        [0, 0, 1, 0, 1, 0, 0],
        [0, 1, 0, 1, 0, 0, 0],
        [1, -1, 1, 0, 0, 1, 0],
    ]
    outputs, factors = cp((4, 4, 4), 7)
    return (
        outputs,
        factors,
        dict(zip(factors, [e for table in (U, V, W) for row in table for e in row])),
    )


def latent_class(items: int, classes: int) -> tuple[list, list]:
    """Probabilities of the answers to yes-no questions, classes with weights that sum to one."""
    weights = [sympy.Symbol(f"w{i + 1}") for i in range(classes - 1)]
    weights_all = [*weights, 1 - sum(weights)]
    chances = block("p", classes, items)
    cells = [
        sum(
            weights_all[i]
            * sympy.prod(
                chances[i, j] if yes else 1 - chances[i, j] for j, yes in enumerate(answer)
            )
            for i in range(classes)
        )
        for answer in product((0, 1), repeat=items)
    ]
    return cells, [*weights, *chances]


def capture(years: int, constant: bool) -> tuple[list, list]:
    """Cormack-Jolly-Seber: chances of the first recapture in year j after release in year i."""
    phi = [sympy.Symbol(f"f{i}") for i in range(years - 1)]
    see = [sympy.Symbol("p")] * years if constant else [sympy.Symbol(f"p{i}") for i in range(years)]
    cells = []
    for i in range(years - 1):
        for j in range(i + 1, years):
            survive = sympy.prod(phi[i:j])
            missed = sympy.prod(1 - see[e] for e in range(i + 1, j))
            cells.append(survive * missed * see[j])
    return cells, [*phi, *dict.fromkeys(see[1:])]


def completion(mask: Sequence[str], inner: int) -> tuple[list, list]:
    """The observed entries of a matrix A B."""
    A, B = block("a", len(mask), inner), block("b", inner, len(mask[0]))
    full = A * B
    return [full[i, j] for i, row in enumerate(mask) for j, e in enumerate(row) if e == "*"], [
        *A,
        *B,
    ]


def polynomial_network(width: int, inputs: int, degree: int) -> tuple[Any, list, list]:
    """sum_i a_i (w_i . x)^degree."""
    W, X, A = block("w", width, inputs), block("x", inputs), block("a", width)
    return sum(A[i] * (W[i, :] * X)[0] ** degree for i in range(width)), [*A, *W], [*X]


def spline(knots: Sequence, name: str, argument: Any) -> tuple[Any, list]:
    """A cubic spline by truncated powers, without its constant."""
    coefficients = [sympy.Symbol(f"{name}{i}") for i in range(3 + len(knots))]
    powers = [argument, argument**2, argument**3, *[relu(argument - e) ** 3 for e in knots]]
    return sum(e * f for e, f in zip(coefficients, powers)), coefficients


def _norms() -> dict[str, Written]:
    H3 = Matrix([w1 * x + c1, w2 * x + c2, w3 * x + c3])
    L = [w1, w2, w3, c1, c2, c3]
    G, B = Matrix([a1, a2, a3]), Matrix([b1, b2, b3])
    V, X = Matrix([v1, v2]), Matrix([x, y])
    dot = v1 * x + v2 * y
    return {
        "LayerNorm": Written(
            9,
            [G[i] * normed(H3)[i] + B[i] for i in range(3)],
            [*L, *G, *B],
            [x],
            "12 less: a common shift of w, one of c, a common factor of both",
        ),
        "LayerNorm eps": Written(
            10,
            [G[i] * normed(H3, Rational(1, 100))[i] + B[i] for i in range(3)],
            [*L, *G, *B],
            [x],
            "12 less the two shifts",
        ),
        "RMSNorm": Written(
            8,
            [G[i] * normed(H3, 0, False)[i] for i in range(3)],
            [*L, *G],
            [x],
            "9 less a common factor",
        ),
        "RMSNorm eps": Written(
            8,
            [G[i] * normed(H3, Rational(1, 10), False)[i] for i in range(3)],
            [*L, *G],
            [x],
            "six numerators and a quadratic, up to a factor: 6 + 3 - 1",
        ),
        "LayerNorm of two": Written(
            2,
            [a1 * e + b for e in normed(Matrix([w1 * x, w2 * x]))],
            [a1, b, w1, w2],
            [x],
            "(h1-h2)/|h1-h2| is a sign: a and b remain",
        ),
        "BatchNorm": Written(
            2, g * w * (x - 1) / sqrt(w**2 * 3 + 0) + b, [w, g, b], [x], "w/|w| is a sign"
        ),
        "BatchNorm eps": Written(
            2,
            g * w * (x - 1) / sqrt(w**2 * 3 + Rational(1, 7)) + b,
            [w, g, b],
            [x],
            "a line through (1, b)",
        ),
        "weight norm": Written(
            2, g * dot / sqrt(v1**2 + v2**2), [g, v1, v2], [x, y], "linear functions of two inputs"
        ),
        "weight norm tanh": Written(
            4,
            a * tanh(g * dot / sqrt(v1**2 + v2**2) + b),
            [a, g, v1, v2, b],
            [x, y],
            "5 less a factor of v",
        ),
        "weight norm eps": Written(
            3,
            a * tanh(g * dot / sqrt(v1**2 + v2**2 + 1)),
            [a, g, v1, v2],
            [x, y],
            "a and g v/sqrt(..)",
        ),
        "cosine similarity": Written(
            2,
            a * (V.T * X)[0] / (sqrt(v1**2 + v2**2) * sqrt(x**2 + y**2)),
            [a, v1, v2],
            [x, y],
            "a and a direction",
        ),
        "multiquadric": Written(
            6,
            a1 * sqrt((x - c1) ** 2 + b1**2) + a2 * sqrt((x - c2) ** 2 + b2**2),
            [a1, a2, c1, c2, b1, b2],
            [x],
            "6",
        ),
        "inverse multiquadric": Written(
            4, a / sqrt(b**2 + (x - c) ** 2) + d, [a, b, c, d], [x], "4"
        ),
        "squareplus": Written(
            4,
            c + a * (w * x + b + sqrt((w * x + b) ** 2 + d)) / 2,
            [a, w, b, c, d],
            [x],
            "5 less (a, w, b, d) -> (a/s, s w, s b, s^2 d)",
        ),
        "hypot": Written(4, a * sqrt(x**2 + (w * y + b) ** 2) + c, [a, b, c, w], [x, y], "4"),
        "distance": Written(3, sqrt((x - a) ** 2 + (y - b) ** 2) + c, [a, b, c], [x, y], "3"),
        "trilateration": Written(
            4,
            [sqrt((x - a) ** 2 + (y - b) ** 2), sqrt((x - c) ** 2 + (y - d) ** 2)],
            [a, b, c, d],
            [x, y],
            "4",
        ),
        "cube root": Written(
            3, a * cbrt(x**3 + b) + c, [a, b, c], [x], "3", domain={"x": "x > 10"}
        ),
        "cube root of a parameter": Written(1, cbrt(a) * cbrt(b) * x, [a, b], [x], "a product"),
        "swish of a root": Written(3, a * sqrt(1 + w * x**2) * sigmoid(b * x), [a, w, b], [x], "3"),
        "softsign": Written(
            4,
            a1 * (w1 * x) / (1 + Abs(w1 * x)) + a2 * (w2 * x) / (1 + Abs(w2 * x)),
            [a1, a2, w1, w2],
            [x],
            "4",
        ),
        "isru": Written(3, a * x / sqrt(1 + b * x**2) + c, [a, b, c], [x], "3"),
        "Student": Written(3, a * (1 + ((x - b) / c) ** 2 / 3) ** -2, [a, b, c], [x], "3"),
        "pseudo-Huber": Written(
            3, d**2 * (sqrt(1 + ((x - a) / d) ** 2) - 1) * b, [a, b, d], [x], "3"
        ),
        "geometric mean": Written(1, sqrt(a * b) * x, [a, b], [x], "a product"),
    }


def _curves() -> dict[str, Written]:
    hill = v * x**n / (k**n + x**n)
    return {
        "Michaelis-Menten": Written(2, v * x / (k + x), [v, k], [x], "2"),
        "competitive inhibition": Written(3, v * x / (k * (1 + y / c) + x), [v, k, c], [x, y], "3"),
        "ping-pong": Written(3, v * x * y / (a * x + b * y + x * y), [v, a, b], [x, y], "3"),
        "Michaelis-Menten, enzyme": Written(
            2, k * a * x / (m + x), [k, a, m], [x], "the product k a"
        ),
        "Hill": Written(3, hill, [v, k, n], [x], "3", domain=POSITIVE),
        "Hill, baseline": Written(4, b + hill, [b, v, k, n], [x], "4", domain=POSITIVE),
        "Hill, overall": Written(3, v * x**n / (k + x**n), [v, k, n], [x], "3", domain=POSITIVE),
        "Weibull": Written(2, 1 - exp(-((x / k) ** n)), [k, n], [x], "2", domain=POSITIVE),
        "Weibull density": Written(
            2, n / k * (x / k) ** (n - 1) * exp(-((x / k) ** n)), [k, n], [x], "2", domain=POSITIVE
        ),
        "stretched exponential": Written(
            3, a * exp(-((x / t) ** b)), [a, t, b], [x], "3", domain=POSITIVE
        ),
        "two stretched exponentials": Written(
            6,
            a1 * exp(-((x / c1) ** b1)) + a2 * exp(-((x / c2) ** b2)),
            [a1, a2, b1, b2, c1, c2],
            [x],
            "6",
            domain=POSITIVE,
        ),
        "power law": Written(3, a * x**b + c, [a, b, c], [x], "3", domain=POSITIVE),
        "shifted power": Written(3, a * (x + c) ** b, [a, b, c], [x], "3", domain=POSITIVE),
        "power of a power": Written(
            2, a * (x**b) ** c, [a, b, c], [x], "the product b c", domain=POSITIVE
        ),
        "exponential base": Written(2, a * r**x, [a, r], [x], "2"),
        "doubling time": Written(2, a * 2 ** (x / b), [a, b], [x], "2"),
        "Gompertz": Written(3, a * exp(-b * exp(-c * x)), [a, b, c], [x], "3"),
        "Gompertz, shifted": Written(
            3, a * exp(-b * exp(-c * (x - d))), [a, b, c, d], [x], "b exp(c d) is one number"
        ),
        "Richards": Written(
            5, a + (k - a) / (1 + exp(-b * (x - m))) ** (1 / v), [a, k, b, m, v], [x], "5"
        ),
        "logistic growth": Written(3, k / (1 + (k - a) / a * exp(-r * x)), [k, a, r], [x], "3"),
        "five-parameter logistic": Written(
            5, d + (a - d) / (1 + (x / c) ** b) ** g, [a, b, c, d, g], [x], "5", domain=POSITIVE
        ),
        "Lorentzian": Written(3, a * g**2 / ((x - c) ** 2 + g**2), [a, g, c], [x], "3"),
        "two Lorentzians": Written(
            7,
            d + a1 / (1 + ((x - c1) / b1) ** 2) + a2 / (1 + ((x - c2) / b2) ** 2),
            [d, a1, a2, b1, b2, c1, c2],
            [x],
            "7",
        ),
        "Gaussian line": Written(
            3, a / (s * sqrt(2 * pi)) * exp(-((x - c) ** 2) / (2 * s**2)), [a, c, s], [x], "3"
        ),
        "pseudo-Voigt": Written(
            4,
            a * (l / (1 + ((x - c) / g) ** 2) + (1 - l) * exp(-log(2) * ((x - c) / g) ** 2)),
            [a, l, c, g],
            [x],
            "4",
        ),
        "Fano": Written(
            4, a * (q * g / 2 + x - c) ** 2 / ((g / 2) ** 2 + (x - c) ** 2), [a, q, g, c], [x], "4"
        ),
        "Planck": Written(2, a * x**3 / (exp(x / t) - 1), [a, t], [x], "2", domain=POSITIVE),
        "Arrhenius": Written(2, a * exp(-b / x), [a, b], [x], "2", domain=POSITIVE),
        "Antoine": Written(3, a - b / (c + x), [a, b, c], [x], "3", domain=POSITIVE),
        "Antoine, exponential": Written(
            3, 10 ** (a - b / (c + x)), [a, b, c], [x], "3", domain=POSITIVE
        ),
        "damped oscillation": Written(4, a * exp(-b * t) * cos(w * t + p), [a, b, w, p], [t], "4"),
        "driven oscillator": Written(
            3, a / sqrt((w**2 - x**2) ** 2 + (g * x) ** 2), [a, w, g], [x], "3"
        ),
        "biexponential": Written(
            4, a1 * exp(-b1 * x) + a2 * exp(-b2 * x), [a1, a2, b1, b2], [x], "4"
        ),
        "Bateman": Written(3, a * k / (k - l) * (exp(-l * x) - exp(-k * x)), [a, k, l], [x], "3"),
        "compartment, dose and volume": Written(
            3,
            d * k / (v * (k - l)) * (exp(-l * x) - exp(-k * x)),
            [d, v, k, l],
            [x],
            "dose over volume",
        ),
        "Langmuir": Written(2, q * k * x / (1 + k * x), [q, k], [x], "2"),
        "Sips": Written(
            3, q * (k * x) ** n / (1 + (k * x) ** n), [q, k, n], [x], "3", domain=POSITIVE
        ),
        "van Genuchten": Written(
            4,
            r + (s - r) / (1 + (a * x) ** n) ** (1 - 1 / n),
            [r, s, a, n],
            [x],
            "4",
            domain=POSITIVE,
        ),
        "Morse": Written(3, d * (1 - exp(-a * (x - r))) ** 2, [d, a, r], [x], "3"),
        "Lennard-Jones": Written(2, 4 * a * ((s / x) ** 12 - (s / x) ** 6), [a, s], [x], "2"),
        "Birch-Murnaghan": Written(
            4,
            a
            + 9
            * v
            * b
            / 16
            * (
                ((v / x) ** Rational(2, 3) - 1) ** 3 * c
                + ((v / x) ** Rational(2, 3) - 1) ** 2 * (6 - 4 * (v / x) ** Rational(2, 3))
            ),
            [a, v, b, c],
            [x],
            "4",
            domain=POSITIVE,
        ),
        "gamma curve": Written(3, a * x**b * exp(-x / c), [a, b, c], [x], "3", domain=POSITIVE),
        "log-normal": Written(
            3, a / x * exp(-((log(x) - m) ** 2) / (2 * s**2)), [a, m, s], [x], "3", domain=POSITIVE
        ),
        "Nernst": Written(
            2, a + b * log(x / c), [a, b, c], [x], "a - b log c is one number", domain=POSITIVE
        ),
        "log-linear": Written(2, a + b * log(x), [a, b], [x], "2", domain=POSITIVE),
        "log1p": Written(3, a * log(1 + b * x) + c, [a, b, c], [x], "3", domain=POSITIVE),
        "Cobb-Douglas": Written(
            3, a * x**b * y**c, [a, b, c], [x, y], "3", domain={"x": "x > 0", "y": "y > 0"}
        ),
        "CES": Written(
            4,
            a * (d * x**r + (1 - d) * y**r) ** (v / r),
            [a, d, r, v],
            [x, y],
            "4",
            domain={"x": "x > 0", "y": "y > 0"},
        ),
        "von Mises": Written(3, a * exp(k * cos(x - m)), [a, k, m], [x], "3"),
        "Fourier, phase and amplitude": Written(
            5, c + a1 * cos(x + b1) + a2 * cos(2 * x + b2), [c, a1, a2, b1, b2], [x], "5"
        ),
        "sin and cos and a phase": Written(
            2, a * sin(x + p) + b * cos(x), [a, b, p], [x], "the span of sin and cos"
        ),
        "Michaelis, Haldane": Written(3, v * x / (k + x + x**2 / c), [v, k, c], [x], "3"),
        "Monod chemostat": Written(3, [v * x / (k + x), y * v * x / (k + x)], [v, k, y], [x], "3"),
        "probit": Written(2, erf((x - a) / b), [a, b], [x], "2"),
        "erfc front": Written(3, a * erfc((x - c) / b), [a, b, c], [x], "3"),
        "Dawson line": Written(2, a * exp(-((b * x) ** 2)) * erfi(b * x), [a, b], [x], "2"),
        "sinc line": Written(3, a * sinc(b * (x - c)), [a, b, c], [x], "3"),
        "sech pulse": Written(3, a * sech((x - c) / b) ** 2, [a, b, c], [x], "3"),
        "Langevin": Written(2, a * (coth(x / b) - b / x), [a, b], [x], "2"),
        "csch": Written(2, a * csch(b * x), [a, b], [x], "2"),
        "arctan edges": Written(
            6,
            a1 * atan(b1 * (x - c1)) + a2 * atan(b2 * (x - c2)),
            [a1, a2, b1, b2, c1, c2],
            [x],
            "6",
        ),
        "arcsine": Written(2, a * asin(tanh(b * x)), [a, b], [x], "2"),
        "acos": Written(
            1,
            a * acos(x) + b * asin(x) - b * pi / 2 + b * acos(x) - a * (pi / 2 - asin(x)) + c * x,
            [a, b, c],
            [x],
            "asin + acos = pi/2",
            domain={"x": "-1 < x < 1"},
        ),
        "asinh": Written(3, a * asinh(b * x) + c, [a, b, c], [x], "3"),
        "acosh": Written(2, a * acosh(1 + b * x**2), [a, b], [x], "2"),
        "atanh": Written(2, a * atanh(b * tanh(x)), [a, b], [x], "2"),
        "acot": Written(2, a * acot(b * x), [a, b], [x], "2", domain=POSITIVE),
        "cot": Written(2, a * cot(b * x), [a, b], [x], "2"),
        "bearing": Written(2, atan2(y - b, x - a), [a, b], [x, y], "2"),
        "bearing and range": Written(
            3, [atan2(y - b, x - a) - c, sqrt((x - a) ** 2 + (y - b) ** 2)], [a, b, c], [x, y], "3"
        ),
        "Bessel": Written(2, a * besselj(0, w * x), [a, w], [x], "2"),
        "Bessel sum": Written(
            4, a1 * besselj(0, w1 * x) + a2 * besselj(1, w2 * x), [a1, a2, w1, w2], [x], "4"
        ),
        "Airy": Written(3, a * sympy.airyai(b * x + c), [a, b, c], [x], "3"),
        "sine integral": Written(2, a * sympy.Si(b * x), [a, b], [x], "2"),
        "exponential integral": Written(2, a * sympy.Ei(b * x), [a, b], [x], "2", domain=POSITIVE),
    }


def _networks() -> dict[str, Written]:
    X, W = Matrix([x, y]), block("w", 2, 2)
    U, V = block("u", 2, 2), block("v", 2, 2)
    hidden = [tanh(w1 * x + b1), tanh(w2 * x + b2)]
    one, c_one = spline([0], "p", x)
    two, c_two = spline([0], "q", y)
    outer, c_outer = spline([0], "r", a1 * x + a2 * x**2)
    Q, K, T = block("q", 1, 2), block("k", 1, 2), block("x", 2, 2)
    scores = (T * Q.T) * (K * T.T)
    attention = [
        sum(softmax(scores[i, :])[j] * (T[j, :] * Matrix([v1, v2]))[0] for j in range(2))
        for i in range(2)
    ]
    net3, p3, x3 = polynomial_network(3, 2, 2)
    net4, p4, x4 = polynomial_network(3, 2, 3)
    net5, p5, x5 = polynomial_network(2, 3, 2)
    A, R = block("a", 3, 1), block("r", 1, 3)
    x3col = Matrix(symbols("x1:4"))
    lora = (sympy.diag(1, 2, 3) + A * R) * x3col
    classes = [(block("w", 3, 2)[i, :] * X)[0, 0] + [b1, b2, b3][i] for i in range(3)]
    return {
        "softmax regression": Written(
            6,
            softmax(classes),
            [*block("w", 3, 2), b1, b2, b3],
            [x, y],
            "9 less a common affine function",
        ),
        "log softmax": Written(
            6,
            [log(e) for e in softmax(classes)],
            [*block("w", 3, 2), b1, b2, b3],
            [x, y],
            "the same",
        ),
        "logistic regression": Written(3, sigmoid(a * x + b * y + c), [a, b, c], [x, y], "3"),
        "relu(tanh)": Written(4, a1 * relu(tanh(w1 * x + b1)) + c, [a1, w1, b1, c], [x], "4"),
        "relu(exp)": Written(3, a * relu(exp(w * x) - 1) + c, [a, w, c], [x], "3"),
        "relu net": Written(
            5,
            a1 * relu(w1 * x + b1) + a2 * relu(w2 * x + b2) + c,
            [a1, w1, b1, a2, w2, b2, c],
            [x],
            "7 less two scalings",
        ),
        "deep relu net": Written(
            6,
            a1 * relu(u1 * relu(w1 * x + b1) + u2 * relu(w2 * x + b2) + c1) + c,
            [a1, u1, u2, w1, w2, b1, b2, c1, c],
            [x],
            "9 less a scaling for each of three units",
        ),
        "leaky net": Written(
            5,
            a1 * Max(w1 * x + b1, (w1 * x + b1) / 10)
            + a2 * Max(w2 * x + b2, (w2 * x + b2) / 10)
            + c,
            [a1, w1, b1, a2, w2, b2, c],
            [x],
            "7 less two scalings",
        ),
        "PReLU": Written(
            4,
            a1 * (relu(w1 * x + b1) + d * Min(0, w1 * x + b1)) + c,
            [a1, w1, b1, d, c],
            [x],
            "5 less a scaling",
        ),
        "ELU": Written(
            5,
            a * Piecewise((w * x + b, w * x + b > 0), (d * (exp(w * x + b) - 1), True)) + c,
            [a, w, b, d, c],
            [x],
            "5",
        ),
        "|x y|": Written(2, a * Abs(x * y) + b * x * y, [a, b], [x, y], "2"),
        "|x y| scaled": Written(1, a * Abs(w * x * y), [a, w], [x, y], "a |w|"),
        "max tree": Written(
            4, Max(Max(a * x, b * y), Max(c * x + 1, d * y + 1)), [a, b, c, d], [x, y], "4"
        ),
        "maxout": Written(
            6,
            Max(w1 * x + b1, w2 * x + b2, w3 * x + b3),
            [w1, w2, w3, b1, b2, b3],
            [x],
            "6 (three pieces somewhere)",
        ),
        "tropical quotient": Written(
            5, Max(a * x + b, c) - Max(d * x + g, 0), [a, b, c, d, g], [x], "5"
        ),
        "band": Written(
            3, Piecewise((0, x < 0), (a * x + b * x**2, x < 1), (c, True)), [a, b, c], [x], "3"
        ),
        "moving band": Written(
            3, c * Piecewise((0, x < a), ((x - a) * (b - x), x < b), (0, True)), [a, b, c], [x], "3"
        ),
        "hinge": Written(4, a + b * x + c * relu(x - d), [a, b, c, d], [x], "4"),
        "two hinges": Written(
            6, a + b * x + c1 * relu(x - u1) + c2 * relu(x - u2), [a, b, c1, c2, u1, u2], [x], "6"
        ),
        "soft threshold": Written(2, a * sign(x) * relu(Abs(x) - b), [a, b], [x], "2"),
        "Huber": Written(
            2, a * Piecewise((x**2 / 2, Abs(x) < d), (d * (Abs(x) - d / 2), True)), [a, d], [x], "2"
        ),
        "clip": Written(3, a * Min(1, Max(0, w * x + b)), [a, w, b], [x], "3"),
        "hard swish": Written(
            3, a * (w * x + b) * Min(6, Max(0, w * x + b + 3)) / 6, [a, w, b], [x], "3"
        ),
        "step": Written(2, a * Heaviside(x) + b, [a, b], [x], "2"),
        "dead zone": Written(
            2, Piecewise((w * (x - 1), x > 1), (v * (x + 1), x < -1), (0, True)), [w, v], [x], "2"
        ),
        "KAN layer": Written(8, one + two, [*c_one, *c_two], [x, y], "8"),
        "KAN composed": Written(5, outer, [a1, a2, *c_outer], [x], "6 less a scaling"),
        "LoRA": Written(5, lora, [*A, *R], list(x3col), "3 + 3 - 1"),
        "LoRA, two": Written(
            8,
            (sympy.zeros(3) + block("a", 3, 2) * block("r", 2, 3)) * x3col,
            [*block("a", 3, 2), *block("r", 2, 3)],
            list(x3col),
            "2 * 6 - 4",
        ),
        "random Fourier features": Written(
            5,
            a1 * cos(w1 * x) + a2 * sin(w1 * x) + b1 * cos(w2 * x),
            [a1, a2, b1, w1, w2],
            [x],
            "5",
        ),
        "Fourier features, fixed": Written(
            4,
            a1 * cos(2 * pi * x)
            + b1 * sin(2 * pi * x)
            + a2 * cos(4 * pi * x)
            + b2 * sin(4 * pi * x),
            [a1, a2, b1, b2],
            [x],
            "4",
        ),
        "SIREN": Written(
            6, a1 * sin(u1 * sin(w1 * x + b1) + c1) + c, [a1, u1, w1, b1, c1, c], [x], "6"
        ),
        "attention head": Written(
            5, attention, [*Q, *K, v1, v2], list(T), "6 less q -> s q, k -> k/s"
        ),
        "tanh net": Written(
            7, a1 * hidden[0] + a2 * hidden[1] + c, [a1, a2, w1, w2, b1, b2, c], [x], "7"
        ),
        "two outputs": Written(
            10,
            block("a", 2, 2) * Matrix(hidden) + Matrix([c1, c2]),
            [*block("a", 2, 2), w1, w2, b1, b2, c1, c2],
            [x],
            "10",
        ),
        "gelu": Written(
            4, c + a * (w * x + b) * (1 + erf((w * x + b) / sqrt(2))) / 2, [a, w, b, c], [x], "4"
        ),
        "swish with slope": Written(3, a * x * sigmoid(b * x) + c, [a, b, c], [x], "3"),
        "swish net with slope": Written(
            3, a * (w * x) * sigmoid(b * w * x) + c, [a, b, c, w], [x], "a w and b w"
        ),
        "mish": Written(3, a * (w * x + b) * tanh(log(1 + exp(w * x + b))), [a, w, b], [x], "3"),
        "GLU": Written(3, (w1 * x + b1) * sigmoid(w2 * x), [w1, b1, w2], [x], "3"),
        "bilinear layer": Written(
            6,
            [(w1 * x + w2 * y) * (u1 * x + u2 * y), (v1 * x + v2 * y) * (c1 * x + c2 * y)],
            [w1, w2, u1, u2, v1, v2, c1, c2],
            [x, y],
            "two products of forms",
        ),
        "mixture of experts": Written(
            6,
            sigmoid(a * x + b) * (w1 * x + b1) + (1 - sigmoid(a * x + b)) * (w2 * x + b2),
            [a, b, w1, b1, w2, b2],
            [x],
            "6",
        ),
        "Gaussian mixture": Written(
            5,
            a / s * exp(-((x - m) ** 2) / (2 * s**2))
            + (1 - a) / t * exp(-((x - n) ** 2) / (2 * t**2)),
            [a, m, n, s, t],
            [x],
            "5",
        ),
        "RBF net": Written(
            6,
            a1 * exp(-b1 * (x - c1) ** 2) + a2 * exp(-b2 * (x - c2) ** 2),
            [a1, a2, b1, b2, c1, c2],
            [x],
            "6",
        ),
        "RBF, weights and scale": Written(
            3, a * exp(d - b * (x - c) ** 2), [a, b, c, d], [x], "a exp(d)"
        ),
        "neural ODE step": Written(3, x + h * a * tanh(w * x + b), [h, a, w, b], [x], "h a"),
        "residual": Written(
            5, w2 * (x + a * tanh(w1 * x + b1)) + b2, [a, w1, b1, w2, b2], [x], "5"
        ),
        "linear RNN": Written(
            4,
            [c1 * a1**i * b1 + c2 * a2**i * b2 for i in range(6)],
            [a1, a2, b1, b2, c1, c2],
            [],
            "poles and residues",
        ),
        "polynomial net, quadratic": Written(
            3, net3, p3, x3, "all quadratic forms in two variables"
        ),
        "polynomial net, cubic": Written(4, net4, p4, x4, "all cubic forms in two variables"),
        "polynomial net, low rank": Written(
            5, net5, p5, x5, "quadratic forms of rank two in three variables"
        ),
        "deep linear": Written(4, U * V * W * X, [*U, *V, *W], [x, y], "all matrices"),
        "spectral norm free": Written(
            3,
            U * Matrix([[1, 0], [0, 0]]) * V * X,
            [U[0, 0], U[1, 0], V[0, 0], V[0, 1]],
            [x, y],
            "rank one",
        ),
        "factorization machine": Written(
            6,
            a + w1 * x + w2 * y + u1 * v1 * x * y + b * z + c * x * z,
            [a, w1, w2, u1, v1, b, c],
            [x, y, z],
            "u v is one",
        ),
        "tied autoencoder": Written(
            2, Matrix([w1, w2]) * (w1 * x + w2 * y), [w1, w2], [x, y], "w w^T"
        ),
        "Rodrigues": Written(
            3,
            Matrix([[cos(a), -sin(a)], [sin(a), cos(a)]]) * Matrix([x + b, y + c]),
            [a, b, c],
            [x, y],
            "a rigid motion",
        ),
        "Euler angles": Written(
            3,
            sympy.rot_axis3(a) * sympy.rot_axis1(b) * sympy.rot_axis3(c) * x3col,
            [a, b, c],
            list(x3col),
            "SO(3)",
        ),
        "Cayley": Written(
            3,
            (eye(3) - Matrix([[0, a, b], [-a, 0, c], [-b, -c, 0]])).inv() * x3col,
            [a, b, c],
            list(x3col),
            "3",
        ),
        "quaternion": Written(
            3,
            Matrix(
                [
                    [a**2 + b**2 - c**2 - d**2, 2 * (b * c - a * d)],
                    [2 * (b * c + a * d), a**2 - b**2 + c**2 - d**2],
                    [2 * (b * d - a * c), 2 * (c * d + a * b)],
                ]
            )
            / (a**2 + b**2 + c**2 + d**2)
            * X,
            [a, b, c, d],
            [x, y],
            "4 less the length",
        ),
        "tan": Written(2, a * tan(w * x), [a, w], [x], "2"),
        "unknown activation": Written(
            6,
            a1 * Function("s")(w1 * x + b1) + a2 * Function("s")(w2 * x + b2),
            [a1, a2, w1, w2, b1, b2],
            [x],
            "6",
        ),
    }


def _finite() -> dict[str, Written]:
    complete = lambda size: list(combinations(range(size), 2))  # noqa: E731
    k4, p4, _ = framework([(0, 0)] * 4, complete(4))
    k5, p5, _ = framework([(0, 0)] * 5, complete(5))
    k53, p53, _ = framework([(0, 0, 0)] * 5, complete(5))
    cube, pc, _ = framework([(0, 0)] * 4, [(0, 1), (1, 2), (2, 3), (3, 0)])
    pent, pp, at5 = framework(polygon(5), complete(5)[:10])
    hexa, ph, at6 = framework(polygon(6), [(i, j) for i in (0, 2, 4) for j in (1, 3, 5)])
    lc3, plc3 = latent_class(3, 2)
    lc4, plc4 = latent_class(4, 2)
    cjs, pcjs = capture(4, False)
    cjsc, pcjsc = capture(4, True)
    full, pf = completion(["***", "***", "***"], 1)
    holes, phs = completion(["**.", ".**", "*.*"], 1)
    tree, pt = completion(["**.", ".**", "..*"], 1)
    two, pt2 = completion(["****", "****", "****", "***."], 2)
    cp2, pcp2 = cp((2, 2, 2), 2)
    cp3, pcp3 = cp((2, 2, 2, 2), 3)
    cp33, pcp33 = cp((3, 3, 3), 2)
    st, pst, at = strassen()
    sym = block("s", 3, 2)
    hmm_t = Matrix([[1 - p, p], [q, 1 - q]])
    start = Matrix([[q / (p + q), p / (p + q)]])
    emit = [sympy.diag(u, v), sympy.diag(1 - u, 1 - v)]
    hmm = [
        (start * emit[i] * hmm_t * emit[j] * hmm_t * emit[e] * sympy.ones(2, 1))[0]
        for i, j, e in product((0, 1), repeat=3)
    ]
    factor = block("l", 5, 1)
    noise = block("n", 5, 1)
    covariance = [
        (factor * factor.T + sympy.diag(*noise))[i, j] for i in range(5) for j in range(i + 1)
    ]
    return {
        "framework K4 plane": Written(5, k4, p4, [], "8 less three rigid motions"),
        "framework K5 plane": Written(7, k5, p5, [], "10 - 3"),
        "framework K5 space": Written(9, k53, p53, [], "15 - 6"),
        "framework square": Written(4, cube, pc, [], "4 bars, independent"),
        "framework pentagon": Written(7, pent, pp, [], "10 - 3 at the roots of unity", values=at5),
        "framework K33 on a circle": Written(
            8, hexa, ph, [], "on a conic: 9 - 1 (Bolker and Roth)", values=at6
        ),
        "latent class 3": Written(7, lc3, plc3, [], "7: the model fills the simplex"),
        "latent class 4": Written(9, lc4, plc4, [], "9 < 15"),
        "capture-recapture": Written(5, cjs, pcjs, [], "6 less the last product f p"),
        "capture-recapture, constant": Written(4, cjsc, pcjsc, [], "4"),
        "rank one matrix": Written(5, full, pf, [], "3 + 3 - 1"),
        "completion, cycle": Written(5, holes, phs, [], "a connected pattern: 6 - 1"),
        "completion, tree": Written(5, tree, pt, [], "a tree of 5 edges"),
        "completion, rank two": Written(12, two, pt2, [], "2 (4 + 4) - 4, and one hole"),
        "CP 222": Written(8, cp2, pcp2, [], "the tensors of format 222"),
        "CP 2222 defect": Written(
            14, cp3, pcp3, [], "the defective Segre variety: 14, expected 15"
        ),
        "CP 333": Written(14, cp33, pcp33, [], "2 (9 - 2)"),
        "Strassen": Written(
            61, st, pst, [], "84 - (14 scalings + 9 of the group PGL(2)^3): oracle", values=at
        ),
        "symmetric factorization": Written(
            5,
            [(sym * sym.T)[i, j] for i in range(3) for j in range(i + 1)],
            [*sym],
            [],
            "6 less a rotation",
        ),
        "hidden Markov": Written(4, hmm, [p, q, u, v], [], "4"),
        "factor analysis": Written(10, covariance, [*factor, *noise], [], "5 + 5"),
        "real multiple": Written(
            1,
            [a + sqrt(2) * b, sqrt(2) * a + 2 * b],
            [a, b],
            [],
            "the second is sqrt(2) times the first",
        ),
        "square at sqrt 2": Written(2, [a**2, a * b], [a, b], [], "2", values={a: sqrt(2), b: 1}),
        "golden ratio": Written(
            1,
            [a + sympy.GoldenRatio * b, sympy.GoldenRatio * a + (1 + sympy.GoldenRatio) * b],
            [a, b],
            [],
            "phi^2 = 1 + phi",
        ),
        "Bradley-Terry": Written(
            3,
            [exp(e) / (exp(e) + exp(f)) for e, f in permutations((a, b, c, d), 2)],
            [a, b, c, d],
            [],
            "4 - 1",
        ),
        "log-linear table": Written(
            5,
            [exp(e + f + c) for e in (a1, a2, a3) for f in (b1, b2, b3)],
            [a1, a2, a3, b1, b2, b3, c],
            [],
            "7 - 2",
        ),
        "rotation of two vectors": Written(
            3, [a * c - b * d, a * d + b * c, a**2 + b**2], [a, b, c, d], [], "3"
        ),
        "Item response": Written(
            4,
            [sigmoid(e * (f - g)) for e in (a1, a2) for f in (u1, u2, u3) for g in (v1,)],
            [a1, a2, u1, u2, u3, v1],
            [],
            "a matrix of rank one: 2 + 3 - 1",
        ),
        "Cholesky": Written(3, [a**2, a * b, b**2 + c**2], [a, b, c], [], "3"),
        "elementary symmetric": Written(
            3, [a + b + c, a * b + b * c + c * a, a * b * c], [a, b, c], [], "3"
        ),
        "power sums at a double point": Written(
            2,
            [a + b + c, a**2 + b**2 + c**2, a**3 + b**3 + c**3],
            [a, b, c],
            [],
            "two distinct roots",
            values={a: 1, b: 1, c: 2},
        ),
    }


@cache
def written() -> dict[str, Written]:
    """Every model by name."""
    return _norms() | _curves() | _networks() | _finite()


_OWN = {"Heaviside": lambda e, *_: mpmath.mpf(e > 0), "sign": mpmath.sign}
DRAWS, SIGNED_DRAWS, DIGITS = 2, 24, 60
STEP = 45
"""A central difference with the step 10^-45 errs by about 10^-90."""


def _number(rng: random.Random, low: int, high: int) -> mpmath.mpf:
    return mpmath.mpf(rng.randrange(low * 10**9, high * 10**9)) / 10**9


def mpmath_rank(case: Written, seed: int = 0) -> int:
    """The largest numerical rank of the Jacobian at a few random parameters, with a demanded gap of
    20 digits.

    Derivatives are central differences, so that nothing of the rules of differentiation is shared
    with what is tested.
    """
    rng = random.Random(seed)
    generic = sympy.Function("s")
    symbols = [*case.parameters, *case.inputs]
    real = {e: sympy.Symbol(f"real{k}", real=True) for k, e in enumerate(symbols)}
    outputs = [sympy.sympify(e).xreplace(real) for e in Matrix(_flat(case.outputs))]
    outputs = [e.replace(generic, lambda e: exp(sin(e))) for e in outputs]
    with mpmath.workdps(2 * DIGITS):
        evaluate = sympy.lambdify([real[e] for e in symbols], outputs, modules=[_OWN, "mpmath"])
        pieces = any(e.has(Max, Min, Piecewise, Abs) for e in outputs)
        draws = 1 if case.values else SIGNED_DRAWS if pieces else DRAWS
        # analytic functions are independent on as many random inputs as there are parameters;
        # pieces have to be met, and a root of a square is one
        many = pieces or any(
            p.exp.is_Rational and p.exp.q > 1 for e in outputs for p in e.atoms(sympy.Pow)
        )
        wanted = 4 * len(case.parameters) + 40 if many else 2 * len(case.parameters) + 4
        best = 0
        for k in range(draws):
            best = max(best, _rank_at(case, evaluate, rng, -2 if pieces and k else 0, wanted))
            if best == len(case.parameters):
                break
        return best


def _flat(outputs: Any) -> list:
    return list(outputs) if isinstance(outputs, (list, tuple, sympy.MatrixBase)) else [outputs]


def _rank_at(case: Written, evaluate: Any, rng: random.Random, least: int, wanted: int) -> int:
    values = [
        mpmath.mpf(sympy.N(case.values[e], 2 * DIGITS)) if case.values else _number(rng, least, 2)
        for e in case.parameters
    ]
    ranges = {"x > 0": (0, 6), "x > 10": (10, 20), "-1 < x < 1": (-1, 1)}
    low, high = ranges.get(case.domain.get("x", ""), (-case.reach, case.reach + 1))
    matrix: list[list[mpmath.mpf]] = []
    for _ in range(wanted if case.inputs else 1):
        drawn = [_number(rng, low if i.name == "x" or low < 0 else 0, high) for i in case.inputs]
        if all(mpmath.im(e) == 0 for e in evaluate(*values, *drawn)):
            matrix += _jacobian(evaluate, values, drawn)
    size = len(case.parameters)
    assert len(matrix) >= size or not case.inputs, "real at too few inputs"
    return _numerical(matrix)


def _jacobian(evaluate: Any, values: list, drawn: list) -> list[list[mpmath.mpf]]:
    """The rows of the outputs at one input."""
    columns, step = [], mpmath.mpf(10) ** -STEP
    for k, value in enumerate(values):
        beside = (
            evaluate(*values[:k], value + move, *values[k + 1 :], *drawn) for move in (step, -step)
        )
        columns.append(
            [mpmath.re(up - down) / (2 * step) for up, down in zip(*beside, strict=True)]
        )
    return [list(row) for row in zip(*columns, strict=True)]


def _numerical(matrix: list[list[mpmath.mpf]]) -> int:
    """Rank by Gaussian elimination with complete pivoting, which shows the rank as singular values
    do.
    """
    sizes = [max(map(abs, row)) for row in matrix]
    work = [  # what is below the error of a difference is 0
        [e / size for e in row]
        for row, size in zip(matrix, sizes, strict=True)
        if size > mpmath.mpf(10) ** -DIGITS
    ]
    scale = max((abs(e) for row in work for e in row), default=mpmath.mpf(0))
    rank, last = 0, scale
    while rank < min(len(work), len(matrix[0])):
        best, i, j = max(
            (abs(work[i][j]), i, j)
            for i in range(rank, len(work))
            for j in range(rank, len(matrix[0]))
        )
        if not best:
            break
        if best < scale * mpmath.mpf(10) ** -(DIGITS // 2):
            assert best < last * mpmath.mpf(10) ** -20, f"no gap: {last} {best}"
            break
        last = best
        work[rank], work[i] = work[i], work[rank]
        for row in work:
            row[rank], row[j] = row[j], row[rank]
        for row in work[rank + 1 :]:
            factor = row[rank] / work[rank][rank]
            if factor:
                for e in range(rank, len(row)):
                    row[e] -= factor * work[rank][e]
        rank += 1
    return rank
