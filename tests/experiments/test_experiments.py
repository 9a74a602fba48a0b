"""Cheap cells of every experiment are CONSISTENT, and a wrong prediction is INCONSISTENT."""

import json
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from math import comb

import numpy as np
import pytest
import sympy

from rankstrat.cli import main
from rankstrat.dynamics.loss import Loss
from rankstrat.errors import DataError, FamilyError, ParseError
from rankstrat.experiments import (
    EXPERIMENTS,
    _coming,
    _features,
    _patterns,
    _scales,
    architectures,
    condensed_networks,
    experiment,
    initial_condensation,
    matrix_completion,
    phase_diagram,
    plateaus,
)
from rankstrat.experiments._agreement import (
    ALWAYS,
    NEVER,
    SOMETIMES,
    Frequency,
    Measurement,
    Prediction,
)
from rankstrat.experiments._report import (
    check_cell,
)
from rankstrat.experiments._running import (
    rows_from_json,
    run,
)
from rankstrat.families import two_layer
from rankstrat.rank.verdict import Verdict

SEED = 11
SWAPPED = "own kernels < shared kernels < fully connected"
WRONG = {ALWAYS: NEVER, NEVER: ALWAYS, SOMETIMES: NEVER}


@lru_cache
def agreement(name, case):
    """The prediction and the measurement of one cell."""
    found, cell = EXPERIMENTS[name], json.loads(case)
    return found.predicted(cell, SEED), found.measured(cell, SEED)


def wrong(prediction):
    """A prediction that differs: the opposite word, or a number that is larger by 1 or more."""
    words = {
        "stays": "leaves", "two copies": "one neuron", "(10, 1, 1)": "(11, 1, 0)",
        "rises": "neither", "small": "neither", " < ".join(architectures.NAMES): SWAPPED, **WRONG,
    }  # fmt: skip
    value = prediction.value
    other = words[value] if isinstance(value, str) else value + 1 + abs(value)
    return Prediction(other, prediction.verdict, "deliberately wrong")


CELLS = {  # experiment -> the numbers of cells that take less than a second, or three
    "anchor_functions": [0, 1, 2],
    "architectures": [0, 1, 2],
    "condensed_networks": [],
    "convergence_rates": [2],
    "critical_points": [1],
    "facilitators": [0, 4],
    "initial_condensation": [0, 3, 7],
    "matrix_completion": [6, 7, 8, 9, 10],
    "phase_diagram": [5],
    "plateaus": [0, 4],
    "sample_sizes": [],
    "target_dimensions": [1, 11],
    "three_layers": [0, 1, 2],
}
LONGER = {  # and of some that take seconds
    "architectures": [3, 4, 9],
    "condensed_networks": [0, 1, 2],
    "critical_points": [4],
    "facilitators": [1],
    "initial_condensation": [5],
    "matrix_completion": [1, 2],
    "phase_diagram": [0, 1, 4],
    "plateaus": [5],
    "sample_sizes": [0, 3, 4, 5],
    "target_dimensions": [8],
    "three_layers": [4, 6],
}


def test_every_experiment_has_cells_here():
    assert set(CELLS) == set(EXPERIMENTS)


RUN = [pytest.param(name, number) for name, cells in CELLS.items() for number in cells]
RUN += [
    pytest.param(name, number, marks=pytest.mark.slow)
    for name, cells in LONGER.items()
    for number in cells
]


@pytest.mark.sampled(16)
@pytest.mark.parametrize(("name", "number"), RUN)
def test_cells_agree_and_wrong_predictions_do_not(name, number):
    found = EXPERIMENTS[name]
    case = list(found.cases(SEED, False))[number]
    predicted, measured = agreement(name, json.dumps(case))
    tolerance = found.tolerance(case)
    assert tolerance.holds(predicted, measured), (case, str(predicted), measured)
    assert not tolerance.holds(wrong(predicted), measured)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [101, 102, 103])
@pytest.mark.parametrize("name", EXPERIMENTS)
def test_all_cells_on_other_seeds(name, seed):
    report = experiment(name, seed=seed)
    assert report.ok, str(report)


SMALL = [  # of experiments whose own cells are long
    ("condensed_networks", {"what": "clusters", "scale": 1e-6}),
    ("matrix_completion", {"rank": 1, "n": 6, "scale": 1e-8, "recovery": "no", "trials": 6}),
    ("phase_diagram", {"what": "displacement", "gamma": "1/2", "gamma'": "0", "widths": 512}),
    ("sample_sizes", {"width": 1, "n": 3, "trials": 2}),
]


@pytest.mark.parametrize(("name", "case"), SMALL)
def test_small_cells_agree_and_wrong_predictions_do_not(name, case):
    found = EXPERIMENTS[name]
    predicted, measured = agreement(name, json.dumps(case))
    assert found.tolerance(case).holds(predicted, measured), (str(predicted), measured)
    assert not found.tolerance(case).holds(wrong(predicted), measured)


NEAR = [  # what a mistake in the theory would predict
    ("anchor_functions", 0, 10),  # the rank of a symmetric table for a composite one
    ("architectures", 0, 15),  # kernels of their own for shared ones
    ("condensed_networks", SMALL[0][1], 2),  # both ends of a line
    ("convergence_rates", 2, "half"),  # twice the constant c
    ("critical_points", 1, "(9, 2, 1)"),  # one more degenerate direction
    ("facilitators", 0, 1e-3),  # another weight of the penalty
    ("initial_condensation", 3, 5.0),  # more than the second order
    ("matrix_completion", SMALL[1][1], SOMETIMES),  # one entry fewer is needed
    ("matrix_completion", 7, float(_patterns.least_norm())),  # the norm for the rank
    ("matrix_completion", 9, float(_patterns.least_rank_norm())),  # the rank for the norm
    ("phase_diagram", SMALL[2][1], -0.25),  # (gamma - 1)/2: the law of the condensed regime
    ("plateaus", 0, 0.10244),  # a certified minimum of width 2
    ("plateaus", 4, "half"),  # half of the rate
    ("sample_sizes", SMALL[3][1], SOMETIMES),  # a codimension that is larger by 1
    ("target_dimensions", 1, 3),  # M - n - 1
    ("three_layers", 1, -0.6),  # the middle layer by its largest singular value
]


@pytest.mark.parametrize(("name", "place", "value"), NEAR)
def test_predictions_that_are_a_little_wrong_do_not_agree(name, place, value):
    found = EXPERIMENTS[name]
    case = list(found.cases(SEED, False))[place] if isinstance(place, int) else place
    predicted, measured = agreement(name, json.dumps(case))
    other = predicted.value / 2 if value == "half" else value
    assert other != predicted.value
    assert not found.tolerance(case).holds(replace(predicted, value=other), measured)


def test_every_experiment_meets_predictions_that_are_a_little_wrong():
    assert list(dict.fromkeys(name for name, _, _ in NEAR)) == list(EXPERIMENTS)


def test_every_experiment_meets_a_wrong_prediction_by_default():
    met = {name for name, cells in CELLS.items() if cells} | {name for name, _ in SMALL}
    assert met == set(EXPERIMENTS)


def test_least_eigenvalue_where_neurons_share_a_critical_function():
    # numpy at the float point; one neuron alone is a strict minimum, a negative share is none
    for parts in [(1, 0, 0), ("1/3", "1/3", "1/3"), ("1/5", "3/10", "1/2"), ("3/2", "-1", "1/2")]:
        exact = [Fraction(v) for v in parts][::-1]
        found = plateaus.embedded_least_eigenvalue(exact)
        a, w, b = plateaus.START
        theta = [*(float(v) * a for v in exact), *[w] * 3, *[b] * 3]
        x, y = ([float(v) for v in values] for values in (plateaus.INPUTS, plateaus.labels()))
        least = np.linalg.eigvalsh(Loss(two_layer(3, 1, bias=True), x, y).hessian(theta))[0]
        assert found.value == pytest.approx(least, rel=1e-4, abs=1e-6)
    with pytest.raises(DataError, match="another order"):
        plateaus.embedded_least_eigenvalue([Fraction(1), Fraction(1), Fraction(-1)])


def test_shares_of_turned_neurons():
    # a_2 and w_2 of the other sign are the same neuron; the others cancel in part
    theta = np.array([-1.0, 1.0, -2.0, -0.1, 0.1, -0.1, 0, 0, 0])
    assert plateaus.shares(theta) == (Fraction(1, 4), Fraction(1, 4), Fraction(1, 2))
    theta = np.array([2.0, 1.0, 1.0, 0.1, -0.1, 0.1, 0, 0, 0])
    assert plateaus.shares(theta) == (Fraction(1), Fraction(-1, 2), Fraction(1, 2))


def test_nuclear_norms_of_completions_of_two_blocks():
    # sqrt 5 sqrt 10 + sqrt 10 sqrt 2 and sqrt 15 sqrt 12; random completions are never below
    assert _patterns.least_norm() == 5 * sympy.sqrt(2) + 2 * sympy.sqrt(5)
    assert _patterns.least_rank_norm() == 6 * sympy.sqrt(5)
    mask, rng = _patterns.observed(_patterns.APART), np.random.default_rng(1)
    for size in (0, 0.1, 1, 10):
        filled = np.where(mask, _patterns.pattern_target(), size * rng.standard_normal((4, 4)))
        norm = np.linalg.norm(filled, "nuc")
        assert norm >= float(_patterns.least_norm()) - 1e-12
        assert size or norm == pytest.approx(float(_patterns.least_norm()))


def test_neurons_are_not_one_cluster_before_they_condense():
    start = condensed_networks._run(SEED).points[0]
    assert condensed_networks._clusters(start) > 10


def toy(value):
    return replace(
        EXPERIMENTS["facilitators"],
        cases=lambda seed, deep: [{"n": k} for k in range(3)],
        predicted=lambda case, seed: Prediction(float(case["n"]), Verdict.PROVED, ""),
        measured=lambda case, seed: Measurement(value(case["n"])),
        tolerance=lambda case: EXPERIMENTS["plateaus"].tolerance({"quantity": "distance"}),
    )


def test_rows_keep_prediction_and_measurement_apart():
    report = run(toy(lambda n: n + 0.001))
    assert report.ok and [row.outcome for row in report.rows] == ["CONSISTENT"] * 3
    assert {str(row.verdict) for row in report.rows} == {"PROVED"}
    assert not run(toy(lambda n: n + 1.0)).ok


def test_interrupt_keeps_finished_cells_and_resumes():
    def value(n):
        if n == 2:
            raise KeyboardInterrupt
        return float(n)

    report = run(toy(value))
    assert len(report.rows) == 2 and not report.complete
    done = rows_from_json(report.to_json(), report.experiment, 0)
    assert run(toy(float), done=done).ok
    with pytest.raises(ParseError, match="start anew"):
        rows_from_json(report.to_json(), report.experiment, 1)
    with pytest.raises(ParseError, match="not a report of an experiment"):
        rows_from_json("[]", report.experiment, 0)
    with pytest.raises(ParseError, match="changed"):
        rows_from_json(report.to_json().replace("CONSISTENT", "REFUTED", 1), report.experiment, 0)


def test_a_refusal_is_not_a_measurement():
    def refuse(case, seed):
        raise FamilyError("no")

    row = check_cell(replace(toy(float), measured=refuse), {"n": 1})
    assert row.outcome == "NOT MEASURED" and row.measured == ""


@pytest.mark.parametrize(
    ("word", "count", "holds"),
    [(NEVER, 0, True), (NEVER, 1, False), (ALWAYS, 9, True), (ALWAYS, 8, False),
     (SOMETIMES, 5, True), (SOMETIMES, 0, False), (SOMETIMES, 10, False)],
)  # fmt: skip
def test_counts(word, count, holds):
    predicted = Prediction(word, Verdict.PROVED, "")
    assert Frequency(1).holds(predicted, Measurement(count, "", 10)) is holds


def test_command(capsys, tmp_path):
    assert main(["experiment", "--list"]) == 0
    assert "matrix_completion" in capsys.readouterr().out
    assert main(["experiment", "platform"]) == 2
    assert "no experiment is called" in capsys.readouterr().err
    words = ["experiment", "anchor_functions", "--save", str(tmp_path), "--json"]
    assert main(words) == 0
    first = json.loads(capsys.readouterr().out)
    assert first["ok"] and (tmp_path / "anchor_functions.json").exists()
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["reports"][0]["rows"] == first["reports"][0]["rows"]


def test_products_of_matrices_agree_with_the_program():
    theta = np.random.default_rng(1).standard_normal((3, 32))
    seen = np.random.default_rng(2).random((3, 16)) < 0.5
    target = matrix_completion.matrix(2).astype(float).ravel()
    loss = Loss(matrix_completion.MODEL, None, target, scale="sum")
    for mine, other in zip(
        matrix_completion.slope(theta, seen, target),
        loss.value_and_gradient(theta, observed=seen),
        strict=True,
    ):
        np.testing.assert_allclose(mine, other, atol=1e-9)


@pytest.mark.parametrize(("mean", "together"), [(1, True), (Fraction(1, 50), False)])
def test_one_side_needs_a_mean_that_is_not_small(monkeypatch, mean, together):
    # 1e-5 exp(0.05 m sigma(0)/ybar) is 3e-5 for the mean 1, and e^62 times 1e-5 for 1/50
    case = {"what": "one side", "activation": "sigmoid", "inputs": 5, "eps": 1e-5}
    x, y = initial_condensation.samples(case, SEED)
    moved = [v - 1 + mean for v in y]
    monkeypatch.setattr(initial_condensation, "samples", lambda case, seed: (x, moved))
    found = initial_condensation.measured(case, SEED)
    assert (found.value in (0, 50)) is together


def on_the_circle(inputs, labels, points=200_001):
    """Angles where T stops to rise or to fall, from its values alone."""
    angle = np.linspace(-np.pi, np.pi, points)[:-1] + 1.234e-6
    x, y = np.array(inputs, float), np.array(labels, float)
    values = np.maximum(np.outer(np.cos(angle), x) + np.sin(angle)[:, None], 0) @ y
    step = np.sign(np.round(np.roll(values, -1) - values, 14))
    places = np.flatnonzero(step * np.roll(step, -1) < 0)
    return [(angle[(i + 1) % len(angle)], bool(step[i] > 0)) for i in places]


@pytest.mark.parametrize("number", range(12))
def test_extrema_of_relu_neurons(number):
    rng = np.random.default_rng((5, number))
    n = 2 + number // 2
    x = [Fraction(int(v), 8) for v in rng.permutation(33)[:n] - 16]
    y = [Fraction(int(v), 8) for v in rng.integers(-8, 9, n)]
    if number == 0:
        x, y = (_features.rational(v) for v in (phase_diagram.INPUTS, phase_diagram.LABELS))
    exact = {(round(float(np.cos(e.angle)), 3), round(float(np.sin(e.angle)), 3), e.maximum)
             for e in _features.extrema(x, y)}  # fmt: skip
    seen = on_the_circle(x, y)
    assert len(exact) == len(seen)
    for angle, maximum in seen:
        assert any(
            abs(c - np.cos(angle)) < 2e-3 and abs(s - np.sin(angle)) < 2e-3 and m is maximum
            for c, s, m in exact
        )


def hypergeometric(one, other):
    """P(at least so many of the successes are in the first group), by counting."""
    hits, total = one[0] + other[0], one[1] + other[1]
    ways = range(one[0], min(hits, one[1]) + 1)
    return sum(comb(one[1], k) * comb(other[1], hits - k) for k in ways) / comb(total, hits)


@pytest.mark.parametrize(
    ("one", "other"),
    [((12, 14), (0, 15)), ((5, 10), (0, 15)), ((4, 15), (3, 15)), ((1, 9), (0, 9))],
)
def test_a_rate_is_larger_by_the_exact_test(one, other):
    assert _scales.larger(one, other) is (hypergeometric(one, other) <= 1e-3)
    assert not _scales.larger(other, one)


def test_which_rates_rise():
    assert _scales.rises([(0, 15), (7, 11), (12, 14)])
    assert not _scales.rises([(0, 15), (14, 15), (2, 15)])  # up and down
    assert not _scales.rises([(6, 15), (7, 15), (8, 15)])  # not significant
    assert not _scales.rises([(14, 15), (7, 15), (0, 15)])


def test_difference_of_equal_neurons_in_the_whole_hessian():
    # every eigenvalue of the block of differences stands m - 1 times in the Hessian of m neurons
    x, y = plateaus._data()
    level = plateaus._critical()[0]
    exponents = [_coming.growth(m, x, y, level) for m in (3, 50, 200, 500)]
    assert [_coming.word(e) for e in exponents] == ["stays", "stays", "passes", "passes"]
    a, w, b = plateaus.START
    found = np.linalg.eigvalsh(
        Loss(two_layer(4, 1, bias=True), x, y).hessian([a / 4] * 4 + [w] * 4 + [b] * 4)
    )
    rates = _coming.differences(np.array([a, w, b]), 4, x, y)
    for rate in rates:
        assert (np.abs(found - rate) < 1e-6).sum() >= 3
