"""Upper bounds by counting the functions of which tangent functions are combinations."""

from __future__ import annotations

import random
from typing import Any

import pytest
import sympy as sp
from random_written import random_case
from written import Written, mpmath_rank

import rankstrat as rs
from rankstrat.rank.combinations import function_bound
from rankstrat.rank.search import Analysis

a, b, c, d, e, f, g, h, x = sp.symbols("a b c d e f g h x")
QUADRATIC = a**2 + (b + c * x) ** 2 + (d * x + sp.Rational(1, 2)) ** 2


@pytest.mark.parametrize(
    ("output", "parameters", "rank"),
    [
        # q^(s) and its derivatives span q^(s - 1) times 1, x, x^2, for a quadratic q with free
        # coefficients: three for each unit
        (e * sp.sqrt(QUADRATIC), [a, b, c, d, e], 3),
        (e / sp.sqrt(QUADRATIC), [a, b, c, d, e], 3),
        (e * sp.cbrt(QUADRATIC) + f * x, [a, b, c, d, e, f], 4),
        (
            e * sp.sqrt(QUADRATIC) + f * sp.sqrt(g**2 + (b + h * x) ** 2),
            [a, b, c, d, e, f, g, h],
            6,
        ),
        # a free amplitude a^2 + b^2 + 1 of the function, and of another power of it
        (sp.sqrt(x**2 + 1) * (a**2 + b**2 + 1) + c * sp.sqrt(x**2 + 1) ** 3, [a, b, c], 2),
        # two kinks: 1, x and, for each, step(h) and x step(h)
        (e * sp.Max(a + 3 * x, b + c * x) + f * sp.Max(d + x, g * x + 1), [a, b, c, d, e, f, g], 6),
        (e * sp.Abs(a + 3 * x) + b * sp.Abs(c + x) + d * x, [a, b, c, d, e], 5),
        # a maximum without kink, b x + max(a, c), and one with a kink: 1, x, step(h), x step(h)
        (f * sp.Max(a + b * x, b * x + c) + g * sp.Max(-d - x, d + 3 * x), [a, b, c, d, f, g], 4),
        # b (x - 3)/q + b/r with free quadratics q, r: (x - 3)/q^2 and 1/r^2 times 1, x, x^2
        (
            b * (x - 3) / ((a + b * x) ** 2 + (c + d * x) ** 2 + 1)
            + b / (e**2 + (f + x / 2) ** 2 + (g * x + 1) ** 2),
            [a, b, c, d, e, f, g],
            6,
        ),
        (
            a / (e**2 + (d + f * x) ** 2 + (d * x + g) ** 2)
            + b * (h * x + h) / ((c + d * x) ** 2 + (b * x - 2) ** 2 + 1),
            [a, b, c, d, e, f, g, h],
            6,
        ),
        # 1 + a x and (1 + a x)^2 are combinations of 1, x, x^2; u^2 - 4 of one function alone
        (d * (x**2 - 4) + a * b * (x**2 - 4) + c**2 * (x**2 - 4), [a, b, c, d], 1),
        # of two roots F of one form q = c x^2 + d: c dF/dc + d dF/dd is a/2 dF/da + b/3 dF/db
        (a * sp.sqrt(c * x**2 + d) + b * sp.cbrt(c * x**2 + d), [a, b, c, d], 3),
    ],
)
def test_powers_of_a_sum_are_combinations_of_the_lowest_one(
    output: Any, parameters: list[sp.Symbol], rank: int
) -> None:
    assert mpmath_rank(Written(rank, [output], parameters, [x], reach=12)) == rank
    certificate = rs.model_rank(rs.Model(output, parameters, [x]))
    assert (int(certificate), str(certificate.verdict)) == (rank, "PROVED")
    certificate.check()
    rs.RankCertificate.from_json(certificate.to_json()).check()


def test_long_relations_are_not_needed_where_functions_are_counted() -> None:
    q, r = (b + c * x) ** 2 + (d * x + 3) ** 2 + 1, (a + f * x) ** 2 + (e * x - 2) ** 2 + 1
    output = a * sp.cbrt(q) + g * sp.sqrt(r) ** 3
    certificate = rs.model_rank(rs.Model(output, [a, b, c, d, e, f, g], [x]))
    assert (int(certificate), str(certificate.verdict)) == (6, "PROVED")
    assert certificate.reason == "functions"
    certificate.check()
    text = certificate.to_json().replace('"upper": 6', '"upper": 5')
    with pytest.raises(rs.errors.CertificateError):
        rs.RankCertificate.from_json(text).check()


@pytest.mark.parametrize(
    ("output", "domain"),
    [
        (a * c * sp.sign(x - 1000) ** 2 + b, {x: "integer"}),  # 0 at 1000
        (a * c * sp.sign(sp.Max(0, x)) ** 2 + b, {}),  # 0 where x < 0
        (a * c * sp.Abs(x - 1000) * sp.sign(x - 1000) + b * (x - 1000), {x: "integer"}),
    ],
)
def test_a_sign_is_no_unit(output: Any, domain: dict[sp.Symbol, str]) -> None:
    # sign^2 is not 1 where the argument is 0, at an integer or on an open set
    rank = 1 if output.has(sp.Abs) else 2
    model = rs.Model(output, [a, b, c], [x], domain=domain)
    certificate = rs.model_rank(model)
    assert certificate.lower <= rank <= certificate.upper
    bound = function_bound(Analysis(model.generic(), 0).written)
    assert bound is None or bound >= rank


@pytest.mark.sampled(3)
@pytest.mark.parametrize("seed", range(40))
def test_no_fewer_functions_are_counted_than_the_rank(seed: int) -> None:
    rng = random.Random(seed)
    for number in range(6):
        _, case = random_case(1000 * seed + number)
        model = rs.Model(case.outputs, case.parameters, case.inputs, domain=case.domain)
        values = {p: rng.choice([-1, 0, 1, 2]) for p in case.parameters if rng.random() < 0.5}
        try:
            analysis = Analysis(model.chart(values), 0)
            bound = function_bound(analysis.written)
            if bound is not None:
                assert rs.model_rank(model.chart(values), budget=10).lower <= bound
        except rs.errors.RankstratError:  # the values are a pole
            continue
