"""Cheap cells of every experiment are CONSISTENT, and a wrong prediction is INCONSISTENT."""

import json
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

import numpy as np
import pytest
import sympy

from rankstrat.cli import main
from rankstrat.dynamics.loss import Loss
from rankstrat.errors import DataError, FamilyError, ParseError
from rankstrat.experiments import (
    EXPERIMENTS,
    _patterns,
    condensed_networks,
    experiment,
    initial_condensation,
    matrix_completion,
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
WRONG = {ALWAYS: NEVER, NEVER: ALWAYS, SOMETIMES: NEVER}


@lru_cache
def agreement(name, case):
    """The prediction and the measurement of one cell."""
    found, cell = EXPERIMENTS[name], json.loads(case)
    return found.predicted(cell, SEED), found.measured(cell, SEED)


def wrong(prediction):
    """A prediction that differs: the opposite word, or a number that is larger by 1 or more."""
    words = {"stays": "leaves", "two copies": "one neuron", "(10, 1, 1)": "(11, 1, 0)", **WRONG}
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
    "matrix_completion": [6, 7, 8, 9],
    "phase_diagram": [],
    "plateaus": [0, 4],
    "sample_sizes": [],
    "target_dimensions": [1, 11],
    "three_layers": [0, 1, 2],
}
LONGER = {  # and of some that take seconds
    "architectures": [3, 4],
    "condensed_networks": [0, 1, 2],
    "critical_points": [4],
    "facilitators": [1],
    "initial_condensation": [5],
    "matrix_completion": [1, 2],
    "phase_diagram": [0, 1],
    "sample_sizes": [0, 3, 4],
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
    ("phase_diagram", {"gamma": "1/2", "gamma'": "0", "widths": 512}),
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
