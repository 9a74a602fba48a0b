"""Closed forms found from rank tables, and silence where there is none."""

import random

import oracles
import pytest
import sympy

from rankstrat.errors import DataError
from rankstrat.families import convolutional, matrix_factorization, two_layer
from rankstrat.rank.certificate import Verdict
from rankstrat.rank.model_rank import model_rank
from rankstrat.strata import stratify
from rankstrat.text.tables import Table
from rankstrat.theorems.conjecture import conjecture


def rows(rank, **ranges):
    result = [{}]
    for name, values in ranges.items():
        result = [
            {**row, name: v}
            for row in result
            for v in (values(**row) if callable(values) else values)
        ]
    return [{**row, "rank": rank(**row)} for row in result]


FORMULAS = {
    "k*(d+1)": rows(lambda k, d: k * (d + 1), k=range(1, 4), d=range(1, 4)),
    "k*(d+2)": rows(lambda k, d: k * (d + 2), k=range(4), d=range(1, 4)),
    "2*r*d-r**2": rows(lambda d, r: 2 * r * d - r * r, d=range(1, 5), r=lambda d: range(d + 1)),
    "d1*d2-(d1-rA)*(d2-rB)": rows(
        lambda d1, d2, rA, rB: d1 * d2 - (d1 - rA) * (d2 - rB),
        d1=range(1, 4),
        d2=range(1, 4),
        rA=lambda d1, **_: range(d1 + 1),
        rB=lambda d2, **_: range(d2 + 1),
    ),
    "k*(s**2+(d+1-s)**2)": rows(
        lambda k, d, s: k * (s * s + (d + 1 - s) ** 2),
        k=range(1, 4),
        d=range(2, 6),
        s=lambda d, **_: range(1, d + 1),
    ),
}


@pytest.mark.parametrize("text", FORMULAS)
def test_conjecture_finds_the_formulas_of_the_theory(text):
    found = conjecture(FORMULAS[text])
    assert sympy.expand(found.formula - sympy.sympify(text)) == 0
    assert not found.counterexamples
    assert len(found.held_out) == len(FORMULAS[text]) // 3
    assert {*found.fitted, *found.held_out} == {tuple(r.values()) for r in FORMULAS[text]}
    assert found.verdict is Verdict.OPEN  # a fit is no proof


def test_conjecture_does_not_depend_on_the_order_of_rows():
    table = FORMULAS["k*(d+1)"]
    assert conjecture(table) == conjecture(table[::-1])


def test_conjecture_uses_a_minimum_only_when_needed():
    table = rows(lambda k, d: min(k, d) * (2 * d - min(k, d)), k=range(1, 6), d=range(1, 5))
    found = conjecture(table)
    assert found.formula.has(sympy.Min)
    assert all(found(r["k"], r["d"]) == r["rank"] for r in table)


@pytest.mark.parametrize("seed", range(20))
def test_conjecture_is_silent_on_noise(seed):
    rng = random.Random(seed)
    noise = rows(lambda **_: rng.randint(0, 6), k=range(1, 3 + seed % 4), d=range(1, 3 + seed % 3))
    assert conjecture(noise).formula is None
    spoiled = rows(lambda k, d: k * (d + 1) - (rng.random() < 0.3), k=range(1, 5), d=range(1, 5))
    assert conjecture(spoiled).formula is None


def test_conjecture_is_silent_on_shifted_kernels():
    cases = [
        {"size": 3, "rank": 7},
        {"size": 4, "rank": 8},
    ]  # shifted kernels: K_1 = (1, 0), K_2 = (0, 1)
    assert conjecture(cases).formula is None
    both = []
    for size in range(3, 8):
        windows = oracles.windows(size, 2)
        for kernels in ([[1, 0], [0, 1]], [[1, 2], [3, 1]]):
            rank = oracles.rank_cnn(kernels, [[1] * len(windows)] * 2, size, 2)
            both.append({"size": size, "kernel": 2, "k": 2, "rank": rank})
    found = conjecture(both)
    assert found.formula is None
    assert found.counterexamples


def test_conjecture_says_when_rows_are_too_few():
    cut = [row for row in FORMULAS["k*(s**2+(d+1-s)**2)"] if row["d"] < 5]
    found = conjecture(cut)
    assert found.formula is None
    assert "give more rows" in found.reason


@pytest.mark.slow
def test_conjecture_finds_the_formulas_in_certified_ranks():
    tables = {
        "k*(d+1)": rows(lambda k, d: model_rank(two_layer(k, d)), k=range(1, 4), d=range(1, 5)),
        "k*(d+2)": rows(
            lambda k, d: model_rank(two_layer(k, d, bias=True)), k=range(1, 4), d=range(1, 5)
        ),
        "2*r*d-r**2": rows(
            lambda d, r: model_rank(stratify(matrix_factorization(d, d, d)).source.point((r, r))),
            d=range(1, 5),
            r=lambda d: range(d + 1),
        ),
        "d1*d2-(d1-rA)*(d2-rB)": rows(
            lambda d1, d2, rA, rB: model_rank(
                stratify(matrix_factorization(d1, 3, d2)).source.point((rA, rB))
            ),
            d1=range(1, 4),
            d2=range(1, 4),
            rA=lambda d1, **_: range(d1 + 1),
            rB=lambda d2, **_: range(d2 + 1),
        ),
        "k*(s**2+(d+1-s)**2)": rows(
            lambda k, d, s: model_rank(
                convolutional(kernels=k, size=d, kernel_size=s, dimension=2)
            ),
            k=range(1, 4),
            d=range(2, 6),
            s=lambda d, **_: range(1, d + 1),
        ),
    }
    for text, table in tables.items():
        assert sympy.expand(conjecture(table).formula - sympy.sympify(text)) == 0


def test_conjecture_reports_counterexamples():
    table = rows(lambda k, d: k * (d + 1), k=range(1, 5), d=range(1, 5))
    held = conjecture(table).held_out[0]
    spoiled = [{**r, "rank": r["rank"] - 1} if (r["k"], r["d"]) == held[:2] else r for r in table]
    found = conjecture(spoiled)
    assert found.formula is None
    assert found.verdict is Verdict.REFUTED
    assert found.counterexamples == ((*held[:2], held[2] - 1),)
    assert "fails at 1 row" in str(found)


def test_conjecture_reads_tables_and_drops_undecided_ranks():
    class Certificate:
        value = None

    table = Table(("k", "d", "rank"), tuple(tuple(r.values()) for r in FORMULAS["k*(d+1)"]))
    assert conjecture(table).formula == conjecture(FORMULAS["k*(d+1)"]).formula
    assert (
        conjecture([*FORMULAS["k*(d+1)"], {"k": 9, "d": 9, "rank": Certificate()}]).undecided == 1
    )


@pytest.mark.parametrize(
    "bad", [[], [{"k": 1}], [{"k": 0.5, "rank": 1}], [{"k": 1, "rank": 1}, {"d": 1, "rank": 1}]]
)
def test_conjecture_error(bad):
    with pytest.raises(DataError):
        conjecture(bad)
