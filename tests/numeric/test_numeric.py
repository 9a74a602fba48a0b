"""Floating point counts what it can see; the exact rank, known from mathematics, says what it
misses.
"""

from __future__ import annotations

import json
import math
from fractions import Fraction
from types import SimpleNamespace

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import rankstrat as rs
from rankstrat.algebra.floats import FloatRing, MpRing, pivoted_values
from rankstrat.errors import BudgetError, DataError, PointError, PoleError
from rankstrat.pictures import canvas, plot_singular_values
from rankstrat.rank.verdict import Verdict

a, w, b, x, y = sympy.symbols("a w b x y")
NEURON = rs.Model(a * sympy.tanh(w * x), [a, w], [x])


def rationals(rng, shape):
    values = rng.normal(size=shape)
    return np.vectorize(lambda v: Fraction(int(v * 1024), 1024), otypes=[object])(values)


def tanh_point(width, seed=0):
    model = rs.families.two_layer(width=width, inputs=1, bias=True)
    rng = np.random.default_rng(seed)
    return model.point(
        a=rationals(rng, width), w=rationals(rng, (width, 1)), b=rationals(rng, width)
    )


def reference(width, seed=0):
    """The Jacobian of a two-layer tanh network by hand, in numpy alone."""
    rng = np.random.default_rng(seed)
    a_, w_, b_ = (np.array(rationals(rng, width), dtype=float) for _ in range(3))
    x_ = np.random.default_rng(1).normal(size=(5 * width, 1))
    t = np.tanh(w_ * x_ + b_)
    return np.hstack([t, a_ * (1 - t**2) * x_, a_ * (1 - t**2)])


def test_double_precision_misses_rank_at_width_16():
    # The exact rank is 3 * 16; numpy on a Jacobian written by hand misses as much.
    found = rs.numerical_rank(tanh_point(16))
    assert found.rank < 40
    assert abs(found.rank - np.linalg.matrix_rank(reference(16))) <= 4
    assert found.verdict is Verdict.NUMERICAL


def test_report_says_where_numerics_starts_to_agree():
    report = rs.rank_report(tanh_point(16))
    assert int(report.exact) == 48
    assert report.agrees_from in (60, 120)
    assert [r.digits for r in report.results][:3] == [7, 15, 30]
    assert [r.agrees for r in report.results][-2:] == [False, True]
    assert report.results[0].rank < report.results[1].rank < 48
    assert "agrees from" in report.explanation
    records = json.loads(report.table().json())["rows"]
    assert records[-1][:3] == ["exact", None, 48]


def test_report_when_numerics_never_agrees():
    report = rs.rank_report(tanh_point(16), digits=[15])
    assert report.agrees_from is None
    assert "still says" in report.explanation


def test_report_when_numerics_agrees_at_once():
    report = rs.rank_report(NEURON.point({a: 1, w: 2}))
    assert report.agrees_from == 7
    assert "every precision" in str(report)


def test_the_largest_rank_is_not_that_of_every_open_set():
    # max(0, -c) (a x + b x^2): rank 2 for c < 0, rank 0 for c > 0
    c = sympy.Symbol("c")
    parts = rs.Model(sympy.Max(0, -c) * (a * x + w * x**2), [a, w, c], [x])
    exact = rs.model_rank(parts)
    assert (int(exact), exact.largest) == (2, True)
    for value, agrees in ((-1, True), (1, None)):
        found = rs.numerical_rank(parts.point([1, 1, value]), exact=exact)
        assert found.agrees is agrees
        assert "is wrong" not in str(found)
    assert rs.rank_report(parts.point([1, 1, 1])).agrees_from == 7


def test_report_of_no_precision_error():
    with pytest.raises(DataError, match="digits is empty"):
        rs.rank_report(NEURON.point({a: 1, w: 2}), digits=[])


@pytest.mark.parametrize("digits", [7, 15, 40])
def test_matrix_factorization_matches_the_formula(digits):
    # rank of A B at generic 4x2, 2x4 factors: 2 (4 + 4 - 2)
    found = rs.numerical_rank(
        rs.families.matrix_factorization(rows=4, inner=2, columns=4), digits=digits
    )
    assert (found.rank, len(found.singular_values)) == (12, 16)
    assert found.gap > 100


def test_float_points_are_accepted():
    assert int(rs.numerical_rank(NEURON, {a: 1.5, "w": 0.25})) == 2
    assert rs.numerical_rank(NEURON, {a: 0.0, w: 0.25}).rank == 1
    assert rs.numerical_rank(NEURON, {a: mpmath.mpf(1), w: np.float32(0.5)}).rank == 2


def test_float_blocks_are_accepted():
    model = rs.families.two_layer(width=2, inputs=2)
    values = {"a": [1.0, 0.5], "w": np.array([[0.1, 0.2], [0.1, 0.2]])}
    assert (
        rs.numerical_rank(model, values).rank == 3
    )  # two equal neurons with a = (1, 1/2): rank d + 1


def test_values_for_some_coordinates_only():
    chart = NEURON.chart({w: 2 * y})
    assert chart.coordinates == (a, y)
    assert rs.numerical_rank(chart, {y: 0.5}).rank == 2
    assert rs.numerical_rank(NEURON, {a: 0}).rank == 1


def test_exact_irrational_values():
    assert rs.numerical_rank(NEURON.point({a: sympy.sqrt(2), w: sympy.pi})).rank == 2
    assert rs.numerical_rank(NEURON, {a: sympy.sqrt(2), w: sympy.exp(1)}, digits=30).rank == 2


def test_agreement_with_a_certificate():
    chart = tanh_point(4)
    exact = rs.model_rank(chart)
    assert rs.numerical_rank(chart, digits=30, exact=exact).agrees
    single = rs.numerical_rank(chart, digits=7, exact=exact)
    assert not single.agrees
    assert "the exact rank is 12 [PROVED]: numerics is wrong" in str(single)
    assert rs.numerical_rank(chart).agrees is None


def test_given_samples():
    data = [[0.1], [0.2], [0.3]]
    found = rs.numerical_rank(tanh_point(4), samples=data)
    assert (found.rank, found.samples) == (3, 3)  # the rank on a batch is at most its size
    assert rs.numerical_rank(NEURON, samples=[0.5, 1.5]).rank == 2
    assert rs.numerical_rank(NEURON, samples=7).samples == 7


def test_tolerance_is_relative():
    chart = tanh_point(4)
    ranks = [rs.numerical_rank(chart, tolerance=t).rank for t in (0.5, 1e-3, 0)]
    assert ranks == sorted(ranks)
    assert (ranks[0] < 4, ranks[-1]) == (True, 12)


def test_same_seed_same_answer():
    first, second = (rs.numerical_rank(tanh_point(4), seed=5) for _ in range(2))
    assert first == second
    assert first.singular_values != rs.numerical_rank(tanh_point(4), seed=6).singular_values


@pytest.mark.parametrize("weight", [400, 5000, 10**6, -(10**6)])
def test_overflow_inside_is_no_pole(weight):
    # The derivative of the sigmoid holds exp(z) / (1 + exp(z))^2, which overflows in between.
    sigmoid = rs.Model(
        a / (1 + sympy.exp(-w * x)) + a * sympy.log(1 + sympy.exp(w * x)), [a, w], [x]
    )
    assert rs.numerical_rank(sigmoid, {a: 1.0, w: float(weight)}).rank == 2


def test_domain_is_respected():
    model = rs.Model(a * sympy.log(x) + w, [a, w], [x])  # half of the normal inputs are negative
    assert rs.numerical_rank(model).rank == 2
    assert rs.numerical_rank(model, digits=30).rank == 2


def test_nowhere_defined_error():
    with pytest.raises(PoleError, match="random samples"):
        rs.numerical_rank(rs.Model(a * sympy.log(-1 - x**2), [a], [x]))
    with pytest.raises(PoleError, match="at sample 2"):
        rs.numerical_rank(rs.Model(a / x, [a], [x]), samples=[1, 0])


@pytest.mark.parametrize(
    ("function", "rank"),
    [
        ("erf", 2),
        ("sin", 2),
        ("atan", 2),
        ("Abs", 1),
        ("sinh", 2),
        ("cosh", 2),
        ("exp", 2),
        ("tan", 2),
    ],
)
def test_functions_in_both_rings(function, rank):
    # |w x| = |w| |x|: both tangent functions are multiples of |x|
    f = getattr(sympy, function)
    model = rs.Model(a * f(w * x), [a, w], [x])
    for digits in (15, 25):
        assert rs.numerical_rank(model, {a: 1.5, w: 0.75}, digits=digits).rank == rank


@pytest.mark.parametrize("digits", [15, 30])
def test_unspecified_activation(digits):
    sigma = sympy.Function("sigma")
    model = rs.Model(a * sigma(w * x) + b * sigma(y * x), [a, w, b, y], [x])
    assert rs.numerical_rank(model, {a: 1, w: 2, b: 3, y: 1.5}, digits=digits).rank == 4
    assert rs.numerical_rank(model, {a: 1, w: 2, b: 3, y: 2}, digits=digits).rank == 2


@pytest.mark.parametrize("parity", ["", "odd", "even", "odd0", "even0", "0"])
def test_unspecified_functions_have_their_parity(parity):
    numbers, precise = FloatRing(), MpRing(30)

    def both(order, z):
        name = ("sigma", "f", order, parity)
        fast, slow = (
            float(numbers.function(name, np.float64(z))),
            float(precise.function(name, precise.constant(z))),
        )
        assert fast == pytest.approx(slow, abs=1e-12)
        return fast

    h = 1e-6
    assert (both(0, 0.5 + h) - both(0, 0.5 - h)) / (2 * h) == pytest.approx(both(1, 0.5), rel=1e-6)
    if parity.startswith(("odd", "even")):
        sign = -1 if parity.startswith("odd") else 1
        assert both(0, -0.5) == pytest.approx(sign * both(0, 0.5))
        assert both(1, -0.5) == pytest.approx(-sign * both(1, 0.5))
    if parity.endswith("0") or parity.startswith("odd"):
        assert both(0, 0.0) == pytest.approx(0, abs=1e-12)


def test_vector_outputs_count_all_rows():
    model = rs.Model([a * x, w * x, b], [a, w, b], [x])
    assert rs.numerical_rank(model).rank == 3
    assert rs.numerical_rank(model, digits=20).rank == 3


@settings(max_examples=25)
@given(st.integers(1, 5), st.integers(1, 5), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_pivoted_values_bound_the_singular_values(rows, columns, rank, seed):
    rng = np.random.default_rng(seed)
    matrix = rng.integers(-9, 10, size=(rows, rank)) @ rng.integers(-9, 10, size=(rank, columns))
    context = MpRing(40).context
    values = pivoted_values([[context.mpf(int(v)) for v in row] for row in matrix], context)
    exact = sympy.Matrix(matrix.tolist()).rank()
    largest = max(values)
    assert sum(1 for v in values if v > largest * context.mpf(10) ** -30) == exact
    assert math.isclose(float(largest), np.linalg.svd(matrix)[1][0], rel_tol=1.0, abs_tol=1e-9)


def test_large_models_use_pivoted_values():
    found = rs.numerical_rank(tanh_point(20), digits=100)
    assert (found.rank, found.method) == (60, "qlp")
    assert found.gap > 10


@pytest.mark.parametrize("digits", [0, -1, 2.5, True, 10**9, "15"])
def test_digits_error(digits):
    with pytest.raises(DataError, match="digits ="):
        rs.numerical_rank(NEURON, digits=digits)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"z": 1.0}, "z is not a coordinate"),
        ({a: "one"}, "not a finite real number"),
        ({a: float("nan")}, "not a finite real number"),
        ({a: 1j}, "not a finite real number"),
        ({a: True}, "not a finite real number"),
        ({a: x}, "not a finite real number"),
        ({a: sympy.I}, "not a finite real number"),
    ],
)
def test_values_error(values, message):
    with pytest.raises(PointError, match=message):
        rs.numerical_rank(NEURON, values)


def test_block_shape_error():
    with pytest.raises(PointError, match=r"w has shape \(2,\)"):
        rs.numerical_rank(rs.families.two_layer(width=2, inputs=2), {"w": [1.0, 2.0]})


@pytest.mark.parametrize("samples", [0, -3, True, [], [[1, 2]], 2.5])
def test_samples_error(samples):
    with pytest.raises(DataError, match="sample"):
        rs.numerical_rank(NEURON, samples=samples)


@pytest.mark.parametrize("tolerance", [-1.0, 1.0, 2.0])
def test_tolerance_error(tolerance):
    with pytest.raises(DataError, match="relative to the largest"):
        rs.numerical_rank(NEURON, tolerance=tolerance)


def test_budget_error():
    large = rs.families.two_layer(width=300, inputs=2)
    with pytest.raises(BudgetError, match="beyond 15 digits"):
        rs.numerical_rank(large, digits=30)
    with pytest.raises(BudgetError, match="numbers; at most"):
        rs.numerical_rank(large, samples=10**6)


def test_picture_shows_every_precision():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    axes = plot_singular_values(rs.rank_report(tanh_point(4), digits=[15, 30]))
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels[0] == "double precision: rank 12"
    assert labels[-1] == "exact: rank 12"
    matplotlib.pyplot.close(axes.figure)
    alone = plot_singular_values(rs.numerical_rank(NEURON))
    assert len(alone.lines) == 2
    matplotlib.pyplot.close(alone.figure)


def test_picture_without_matplotlib_error(monkeypatch):
    monkeypatch.setattr(canvas.importlib, "util", SimpleNamespace(find_spec=lambda _: None))
    with pytest.raises(ModuleNotFoundError, match=r"pip install rankstrat\[plot\]"):
        plot_singular_values(rs.numerical_rank(NEURON))


def test_picture_of_nothing_error():
    with pytest.raises(DataError, match="every singular value is 0"):
        plot_singular_values(rs.numerical_rank(NEURON, {a: 0, w: 0}), axes=SimpleNamespace())
