"""Models as users bring them, with the generic rank that a hand derivation gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import cos, erf, exp, sin, sqrt, symbols, tanh

import rankstrat as rs


@dataclass(frozen=True)
class Brought:
    """A model.

    Attributes:
        name: in the table.
        model: the model.
        rank: its generic rank, by hand; None where regions of parameters have different ones.
    """

    name: str
    model: rs.Model
    rank: int | None


def brought() -> Iterator[Brought]:
    """All models."""
    for name, outputs, parameters, inputs, rank, domain in _rows():
        model = rs.Model(outputs, parameters, inputs, name, domain=domain)
        yield Brought(name, model, rank)


def _rows() -> Iterator[tuple[str, Any, Any, Any, int | None, Any]]:
    a, b, c, d, u, v, w, k, n = symbols("a b c d u v w k n")
    x, y, t = symbols("x y t")
    a1, a2, w1, w2, b1, b2, m1, m2, s1, s2 = symbols("a1 a2 w1 w2 b1 b2 m1 m2 s1 s2")
    x1, x2, y1, y2 = symbols("x1 x2 y1 y2")

    def odd(z: Any) -> Any:
        return (exp(z) - exp(-z)) / (exp(z) + exp(-z))

    def gate(z: Any) -> Any:
        return 1 / (1 + exp(-z))

    net = a1 * tanh(w1 * x) + a2 * tanh(w2 * x)
    four = [a1, a2, w1, w2]
    yield "two-layer tanh", net, four, [x], 4, None
    yield "two-layer tanh, skip term", net + c * x, [*four, c], [x], 5, None
    biased = a1 * tanh(w1 * x + b1) + a2 * tanh(w2 * x + b2) + c
    yield "two-layer tanh, biases", biased, [*four, b1, b2, c], [x], 7, None
    yield "tanh written with exp", a1 * odd(w1 * x) + a2 * odd(w2 * x), four, [x], 4, None
    yield "sigmoid written with exp", a1 * gate(w1 * x) + a2 * gate(w2 * x), four, [x], 4, None
    yield "residual unit", x + a * tanh(w * x), [a, w], [x], 2, None
    yield "deep tanh", c * tanh(b * tanh(a * x)), [a, b, c], [x], 3, None
    relu = a1 * sympy.Max(w1 * x, 0) + a2 * sympy.Max(w2 * x, 0)
    yield "two-layer ReLU", relu, four, [x], None, None
    yield "GELU by erf", a * w * x * (1 + erf(w * x / sqrt(2))) / 2, [a, w], [x], 2, None
    cubic = a1 * (w1 * x + (w1 * x) ** 3) + a2 * (w2 * x + (w2 * x) ** 3)
    yield "units z + z^3", cubic, four, [x], 2, None
    yield "gated unit", a * gate(u * x) * v * x, [a, u, v], [x], 2, None
    yield "SwiGLU unit", a * u * x * gate(u * x) * v * x, [a, u, v], [x], 2, None
    yield "sine with phase", a * sin(w * x + b), [a, b, w], [x], 3, None
    waves = a1 * sin(w1 * x) + b1 * cos(w1 * x) + a2 * sin(w2 * x) + b2 * cos(w2 * x)
    yield "Fourier features", waves, [*four, b1, b2], [x], 6, None
    yield "Michaelis-Menten", v * x / (k + x), [v, k], [x], 2, {x: "x > 0"}
    yield "Hill", v * x**n / (k + x**n), [v, k, n], [x], 3, {x: "x > 0"}
    yield "power law", a * x**b, [a, b], [x], 2, {x: "x > 0"}
    cobb = a * x**b * y**c
    yield "Cobb-Douglas", cobb, [a, b, c], [x, y], 3, {x: "x > 0", y: "y > 0"}
    yield "logistic growth", k / (1 + a * exp(-b * t)), [k, a, b], [t], 3, None
    yield "Gompertz", k * exp(-b * exp(-c * t)), [k, b, c], [t], 3, None
    yield "one compartment", d / v * exp(-k * t), [d, v, k], [t], 2, None
    bateman = d * a / (v * (a - k)) * (exp(-k * t) - exp(-a * t))
    yield "Bateman", bateman, [d, v, a, k], [t], 3, None
    yield "two exponentials", a1 * exp(-w1 * t) + a2 * exp(-w2 * t), four, [t], 4, None
    bells = a1 * exp(-((x - m1) ** 2)) + a2 * exp(-((x - m2) ** 2))
    yield "two Gaussians, one width", bells, [a1, a2, m1, m2], [x], 4, None
    wide = a1 * exp(-s1 * (x - m1) ** 2) + a2 * exp(-s2 * (x - m2) ** 2)
    yield "two Gaussians", wide, [a1, a2, m1, m2, s1, s2], [x], 6, None
    yield "rational function", (a + b * x) / (1 + c * x), [a, b, c], [x], 3, None
    yield "transfer function", (a + b * x) / (1 + c * x + d * x**2), [a, b, c, d], [x], 4, None
    W, A, B = (
        sympy.Matrix(2, k, symbols(f"{s}:{2 * k}")) for s, k in (("p", 2), ("q", 1), ("r", 1))
    )
    z = sympy.Matrix([x1, x2])
    yield "LoRA: W + A B", list((W + A * B.T) * z), [*W, *A, *B], [x1, x2], 4, None
    scores = [exp(W[i, 0] * x1 + W[i, 1] * x2) for i in range(2)]
    scores.append(exp(A[0] * x1 + A[1] * x2))
    softmax = [s / sum(scores) for s in scores]
    yield "softmax regression", softmax, [*W, *A], [x1, x2], 4, None
    Q, K = sympy.Matrix(2, 2, symbols("q:4")), sympy.Matrix(2, 2, symbols("k:4"))
    bilinear = ((Q * z).T * (K * sympy.Matrix([y1, y2])))[0]
    yield "bilinear attention", bilinear, [*Q, *K], [x1, x2, y1, y2], 4, None

    def head(value: Any, key: Any) -> Any:
        one, two = exp(key * x1), exp(key * x2)
        return value * (x1 * one + x2 * two) / (one + two)

    yield "softmax head", head(v, k), [v, k], [x1, x2], 2, None
    heads = head(a1, w1) + head(a2, w2)
    yield "two softmax heads", heads, four, [x1, x2], 4, None
    one, two = exp(w1 * x), exp(w2 * x)
    experts = (a1 * x * one + a2 * x**2 * two) / (one + two)
    yield "two experts, softmax gate", experts, four, [x], 3, None
    yield "matrix product", list(Q * K), [*Q, *K], [], 4, None
    U = sympy.Matrix(3, 2, symbols("u:6"))
    yield "U U^T", list(U * U.T), [*U], [], 5, None
    yield "deep linear", c * b * a * x, [a, b, c], [x], 1, None
    first, second, third = symbols("a:2"), symbols("b:2"), symbols("c:2")
    tensor = [p * q * r for p in first for q in second for r in third]
    yield "rank-one tensor", tensor, [*first, *second, *third], [], 4, None
    p = [sympy.Matrix(symbols(f"p{i}_:2")) for i in range(3)]
    edges = [((p[i] - p[j]).T * (p[i] - p[j]))[0] for i, j in ((0, 1), (0, 2), (1, 2))]
    yield "framework: a triangle", edges, [e for q in p for e in q], [], 3, None
    norm = sqrt(w1**2 + w2**2)
    normed = b * (w1 * x1 + w2 * x2) / norm
    yield "weight normalisation", normed, [b, w1, w2], [x1, x2], 2, None
    yield "shared coefficients", a + b * x + a * b * x**2, [a, b], [x], 2, None
