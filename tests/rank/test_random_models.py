"""Random models: the exact rank against singular values in high precision, computed by sympy and
mpmath alone.
"""

# ruff: noqa: E501

from __future__ import annotations

import random
from collections import Counter

import mpmath
import pytest
import sympy

from rankstrat import families
from rankstrat.errors import PoleError, UndecidedError, UnsupportedFunctionError
from rankstrat.model.model import Model
from rankstrat.rank.model_rank import model_rank

DIGITS = 80
X = sympy.symbols("x1 x2")
NUMBERS = [sympy.Rational(n, d) for n in (-2, -1, 1, 2, 3) for d in (1, 2)]
UNARY = [
    sympy.exp, sympy.tanh, sympy.sin, sympy.cos, sympy.sinh, sympy.atan, sympy.erf,
    lambda h: 1 / (1 + sympy.exp(-h)), lambda h: sympy.log(1 + sympy.exp(h)),
    lambda h: h / (1 + sympy.exp(-h)), lambda h: sympy.log(h**2 + 1), lambda h: h**2, lambda h: 1 / (h**2 + 2),
]  # fmt: skip


def expression(rng, leaves, depth):
    """A random expression: functions, sums and products of scaled leaves."""
    kind = rng.random()
    if depth == 0 or kind < 0.1:
        return rng.choice(NUMBERS) * rng.choice(leaves)
    if kind < 0.6:
        return rng.choice(UNARY)(expression(rng, leaves, depth - 1))
    first, second = expression(rng, leaves, depth - 1), expression(rng, leaves, depth - 1)
    return first + second if kind < 0.8 else first * second


def model(rng):
    """(chart, numeric values of its coordinates): linear models, networks at points, networks on
    charts.
    """
    inputs = list(X[: rng.choice((1, 1, 2))])
    terms = rng.randint(2, 5 if len(inputs) == 1 else 4)
    weights = list(sympy.symbols(f"a1:{terms + 1}"))
    road = rng.choice(("linear", "linear", "point", "generic"))
    if road == "linear":
        functions = [expression(rng, inputs, rng.randint(0, 3)) for _ in range(terms)]
        if rng.random() < 0.5:  # a dependent term in another form
            functions[-1] = sympy.expand(sum(rng.choice(NUMBERS) * f for f in functions[:-1]))
        F = Model(sum(a * f for a, f in zip(weights, functions)), weights, inputs)
        return F.point(dict.fromkeys(weights, 1)), {}
    terms = min(terms, 3)
    inner = list(sympy.symbols(f"w1:{terms + 1}"))
    sigma = rng.choice(UNARY)
    hidden = rng.choice((lambda h: h, sympy.tanh, lambda h: h + 1))
    F = Model(
        sum(a * sigma(hidden(w * rng.choice(inputs))) for a, w in zip(weights, inner)),
        [*weights[:terms], *inner], inputs,
    )  # fmt: skip
    if road == "point":
        values = [rng.choice((-1, 1, 2, sympy.Rational(1, 2), 0)) for _ in range(2 * terms)]
        return F.point(values), {}
    chart = (
        F.chart({inner[-1]: rng.choice((inner[0], -inner[0], 2 * inner[0]))})
        if rng.random() < 0.5
        else F.generic()
    )
    return chart, {
        c: mpmath.mpf(rng.randint(-9 * 10**11, 9 * 10**11)) / 10**12 for c in chart.coordinates
    }


def numerical_rank(chart, coordinates, rng):
    """Rank by singular values at random inputs with DIGITS digits; None without a clear gap."""
    F = chart.model
    gradient = [sympy.diff(F.outputs[0], p) for p in F.parameters]
    values = {p: sympy.sympify(v) for p, v in zip(F.parameters, chart.raw)}
    gradient = [g.subs(values, simultaneous=True) for g in gradient]
    with mpmath.workdps(DIGITS):
        function = sympy.lambdify([*F.inputs, *chart.coordinates], gradient, "mpmath")
        rows = [
            function(*(mpmath.mpf(rng.randint(-3000, 3000)) / 1500 + mpmath.mpf("1e-4") for _ in F.inputs), *coordinates.values())
            for _ in range(2 * F.size + 2)
        ]  # fmt: skip
        matrix = mpmath.matrix(rows)
        for j in range(matrix.cols):
            size = max(abs(matrix[i, j]) for i in range(matrix.rows))
            for i in range(matrix.rows):
                matrix[i, j] /= size or 1
        singular = sorted(map(abs, mpmath.svd_r(matrix, compute_uv=False)), reverse=True)
        if singular[0] == 0:
            return 0
        relative = [s / singular[0] for s in singular]
        rank = sum(s > mpmath.mpf(10) ** -35 for s in relative)
        clear = relative[rank - 1] > mpmath.mpf(10) ** -25 and all(
            s < mpmath.mpf(10) ** -55 for s in relative[rank:]
        )
        return rank if clear else None


def compare(start, stop):
    """Counts of what happened for the models of the seeds start..stop-1; disagreement fails."""
    counts = Counter()
    for seed in range(start, stop):
        rng = random.Random(seed)
        chart, coordinates = model(rng)
        counts["models"] += 1
        try:
            certificate = model_rank(chart, seed=seed)
        except (UndecidedError, PoleError, UnsupportedFunctionError) as error:
            counts[type(error).__name__] += 1
            continue
        counts[str(certificate.verdict)] += 1
        try:
            rank = numerical_rank(chart, coordinates, rng)
        except (ZeroDivisionError, OverflowError, mpmath.libmp.NoConvergence):
            rank = None
        if rank is None:
            continue
        counts["clear gap"] += 1
        assert certificate.lower <= rank <= certificate.upper, (
            f"seed {seed}: {rank}, but {certificate}\n{chart.model!r} {chart}"
        )
        counts["equal"] += certificate.value == rank
    print(dict(counts))
    return counts


def test_a_sample_of_random_models():
    counts = compare(0, 16)  # sixty take half a minute
    assert counts["clear gap"] >= 14
    assert counts["equal"] >= 14


@pytest.mark.slow
@pytest.mark.parametrize("block", range(20))
def test_two_thousand_random_models(block):
    counts = compare(100 * block, 100 * block + 100)
    assert counts["equal"] >= 80


def test_huge_frequencies_do_not_hang():
    # sin(w x), cos(w x), x cos(w x), x sin(w x), 1: the relations have numbers of millions of
    # digits
    w = 100_000
    point = families.two_layer(2, 1, "sin", bias=True, output_bias=True).point(
        a=[3, 3], w=[[w], [-w]], b=[-w, w + 1], c=1
    )
    assert model_rank(point).value == 5
