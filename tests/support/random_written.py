"""Random models of sixteen classes, as `Written` cases without a known rank.

A seed names a model. What mathematics says of it comes from `written.mpmath_rank`.
"""

# ruff: noqa: E501 (tables)

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import sympy
from sympy import Abs, Max, Min, Piecewise, Rational, cosh, erf, exp, log, sin, sinh, sqrt, tanh
from written import Written

Rng = random.Random
x, y = sympy.symbols("x y")
P = sympy.symbols("p0:8")
SMALL = [Rational(n, d) for n in (-3, -2, -1, 1, 2, 3) for d in (1, 2)]
SMOOTH: list[Callable[[Any], Any]] = [
    tanh,
    sin,
    sympy.cos,
    exp,
    lambda e: 1 / (1 + e**2),
    erf,
    sympy.atan,
    lambda e: log(1 + exp(e)),
    sinh,
    lambda e: e**3,
]


class Names:
    """Hands out parameters in order, and sometimes one again."""

    def __init__(self, rng: Rng, again: float = 0.15) -> None:
        self.rng, self.again, self.used = rng, again, list[sympy.Symbol]()

    def __call__(self) -> sympy.Symbol:
        full = len(self.used) == len(P)
        if self.used and (full or self.rng.random() < self.again):
            return self.rng.choice(self.used)
        self.used.append(P[len(self.used)])
        return self.used[-1]


def affine(rng: Rng, name: Names, inputs: Sequence[sympy.Symbol]) -> Any:
    """w . x + b, some of the weights numbers."""
    total = name() if rng.random() < 0.5 else rng.choice([0, *SMALL])
    for i in inputs:
        total += (name() if rng.random() < 0.75 else rng.choice(SMALL)) * i
    return total


def quadratic(rng: Rng, name: Names, inputs: Sequence[sympy.Symbol]) -> Any:
    """1 + a sum of squares: positive everywhere."""
    return rng.choice([1, Rational(1, 4), name() ** 2]) + sum(
        affine(rng, name, inputs) ** 2 for _ in range(rng.choice([1, 2]))
    )


def summed(rng: Rng, name: Names, terms: Sequence[Any]) -> Any:
    """A combination with parameters as coefficients."""
    return sum(
        ((name() if rng.random() < 0.8 else rng.choice(SMALL)) * e for e in terms), sympy.Integer(0)
    )


def _roots(rng: Rng, name: Names, xs: Any) -> Any:
    return summed(
        rng,
        name,
        [
            quadratic(rng, name, xs)
            ** rng.choice([Rational(1, 2), -Rational(1, 2), Rational(1, 3), Rational(3, 2)])
            for _ in range(2)
        ],
    )


def _norms(rng: Rng, name: Names, xs: Any) -> Any:
    forms = [affine(rng, name, xs) for _ in range(2)]
    below = sqrt(sum(e**2 for e in forms) + rng.choice([0, 1, Rational(1, 10)]))
    return [summed(rng, name, [e / below, 1]) for e in forms[: rng.choice([1, 2])]]


def _inverse(rng: Rng, name: Names, xs: Any) -> Any:
    kinds = [
        sympy.asinh,
        lambda e: sympy.acosh(1 + e**2),
        sympy.atan,
        lambda e: sympy.asin(tanh(e)),
        lambda e: log(1 + e**2),
        lambda e: sympy.atan2(e, 1 + e**2),
    ]
    return summed(rng, name, [rng.choice(kinds)(affine(rng, name, xs)) for _ in range(2)])


def _special(rng: Rng, name: Names, xs: Any) -> Any:
    kinds = [
        erf,
        sympy.erfc,
        sympy.erfi,
        lambda e: sympy.besselj(0, e),
        lambda e: sympy.besselj(1, e),
        sympy.airyai,
        sympy.Si,
    ]
    return summed(rng, name, [rng.choice(kinds)(affine(rng, name, xs)) for _ in range(2)])


def _nets(rng: Rng, name: Names, xs: Any) -> Any:
    f = rng.choice(SMOOTH)
    return summed(
        rng,
        name,
        [f(affine(rng, name, xs)) for _ in range(rng.choice([1, 2]))] + [1] * rng.choice([0, 1]),
    )


def _deep(rng: Rng, name: Names, xs: Any) -> Any:
    f, g = rng.choice(SMOOTH[:6]), rng.choice(SMOOTH[:8])
    return summed(rng, name, [f(summed(rng, name, [g(affine(rng, name, xs)), 1]))])


def _piecewise(rng: Rng, name: Names, xs: Any) -> Any:
    def one() -> Any:
        h, k = affine(rng, name, xs), affine(rng, name, xs)
        return rng.choice(
            [
                Max(0, h),
                Abs(h),
                Max(h, k),
                Min(1, Max(0, h)),
                Max(0, tanh(h)),
                Abs(h * k),
                Max(h, -h / 3),
                Piecewise((h, xs[0] > 1), (k, True)),
            ]
        )

    return summed(rng, name, [one() for _ in range(rng.choice([1, 2]))])


def _disguised(rng: Rng, name: Names, xs: Any) -> Any:
    h = affine(rng, name, xs)
    one = rng.choice(
        [
            cosh(h) ** 2 - sinh(h) ** 2,
            (h + 1) ** 2 - h**2 - 2 * h,
            sin(h) ** 2 + sympy.cos(h) ** 2,
            exp(h) * exp(-h),
        ]
    )
    f = rng.choice([erf, tanh, exp])
    return summed(
        rng, name, [f(one * affine(rng, name, xs)), one, f(affine(rng, name, xs[:1]) + one - 1)]
    )


def _powers(rng: Rng, name: Names, xs: Any) -> Any:
    base = quadratic(rng, name, xs)
    return summed(
        rng,
        name,
        [
            base ** name(),
            rng.choice(
                [
                    base ** (name() / 2),
                    log(base),
                    2 ** affine(rng, name, xs),
                    exp(name() * log(base)),
                ]
            ),
        ],
    )


def _rational(rng: Rng, name: Names, xs: Any) -> Any:
    return summed(
        rng,
        name,
        [
            affine(rng, name, xs) / quadratic(rng, name, xs),
            rng.choice([1, xs[0], 1 / quadratic(rng, name, xs)]),
        ],
    )


def _exponentials(rng: Rng, name: Names, xs: Any) -> Any:
    h = affine(rng, name, xs)
    others = [
        exp(h + rng.choice([1, 2])),
        exp(2 * h),
        exp(-h),
        tanh(h),
        cosh(h),
        exp(h) / (1 + exp(h)),
        log(1 + exp(-h)),
        h,
    ]
    return summed(rng, name, [exp(h), *rng.sample(others, 2)])


def _trigonometric(rng: Rng, name: Names, xs: Any) -> Any:
    h = affine(rng, name, xs)
    others = [
        sin(h + sympy.pi / rng.choice([3, 4, 5])),
        sympy.cos(2 * h),
        sin(h) ** 2,
        sympy.cos(h),
        sin(3 * h),
        sin(h) * sympy.cos(h),
        sympy.Integer(1),
        sin(h + name()),
    ]
    return summed(rng, name, [sin(h), *rng.sample(others, 3)])


def _products(rng: Rng, name: Names, xs: Any) -> Any:
    forms = [affine(rng, name, xs) for _ in range(3)]
    return [forms[0] * forms[1], summed(rng, name, [forms[0] * forms[2], forms[1]])][
        : rng.choice([1, 2])
    ]


def _finite(rng: Rng, name: Names, xs: Any) -> Any:
    symbols = [name() for _ in range(rng.choice([3, 4, 5]))]
    rows = []
    for _ in range(rng.choice([2, 3, 4])):
        a, b, c = (rng.choice(symbols) for _ in range(3))
        rows.append(
            rng.choice(
                [
                    a * b,
                    a * b + c,
                    a**2 + b**2,
                    a / (1 + b**2),
                    exp(a - b),
                    sqrt(1 + a**2) * b,
                    a * b * c,
                    tanh(a) + b,
                ]
            )
        )
    return rows


def _gates(rng: Rng, name: Names, xs: Any) -> Any:
    h, k = affine(rng, name, xs), affine(rng, name, xs)
    f = rng.choice(SMOOTH[:6])
    return summed(rng, name, [h / (1 + exp(-k)), h * f(k), f(h) * f(k)][: rng.choice([1, 2])])


def _mixtures(rng: Rng, name: Names, xs: Any) -> Any:
    scores = [affine(rng, name, xs) for _ in range(3)]
    total = sum(exp(e) for e in scores)
    return (
        [exp(e) / total for e in scores]
        if rng.random() < 0.5
        else summed(rng, name, [exp(scores[0]) / total, exp(-(scores[1] ** 2))])
    )


CLASSES: dict[str, Callable[[Rng, Names, Any], Any]] = {
    "roots": _roots, "norms": _norms, "inverse": _inverse, "special": _special, "nets": _nets, "deep": _deep,
    "piecewise": _piecewise, "disguised": _disguised, "powers": _powers, "rational": _rational, "exponentials": _exponentials,
    "trigonometric": _trigonometric, "products": _products, "finite": _finite, "gates": _gates, "mixtures": _mixtures,
}  # fmt: skip
SHARE_OF_POINTS, FAR = 0.4, 12


def random_case(seed: int) -> tuple[str, Written]:
    """The class and the model of a seed, often at a point with equal and opposite values."""
    rng = Rng(seed)
    kind = sorted(CLASSES)[seed % len(CLASSES)]
    inputs = [] if kind == "finite" else [x, y][: rng.choice([1, 1, 2])]
    name = Names(rng)
    outputs = CLASSES[kind](rng, name, inputs)
    flat = list(outputs) if isinstance(outputs, list) else [outputs]
    found = {s for e in flat for s in sympy.sympify(e).free_symbols}
    parameters = [s for s in name.used if s in found] or [P[0]]
    if P[0] not in found and parameters == [P[0]]:
        flat = [flat[0] * P[0]]
    values = {}
    if kind != "piecewise" and rng.random() < SHARE_OF_POINTS:
        pool = rng.sample(SMALL, 3)
        values = {s: rng.choice([*pool, *(-e for e in pool), 1, -1]) for s in parameters}
    reach = FAR if kind in ("norms", "piecewise") else 2  # their kinks are anywhere
    return kind, Written(-1, flat, parameters, inputs, f"seed {seed}", values, reach=reach)
