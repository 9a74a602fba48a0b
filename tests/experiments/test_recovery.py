"""Recovery: the test error falls with the loss; made-up trajectories and one real near miss."""

import numpy as np
import pytest
import sympy

from rankstrat.dynamics.trajectory import Trajectory
from rankstrat.experiments import sample_sizes
from rankstrat.experiments._agreement import ALWAYS, NEVER, Frequency, Measurement, Prediction
from rankstrat.experiments._recovery import Recovery, Tally, recovery
from rankstrat.model.model import Model
from rankstrat.rank.verdict import Verdict

A, X = sympy.symbols("a x")
MODEL = Model(A * X, [A], [X])


def outcome(losses, error):
    """The outcome of a run whose parameter is its loss, so that the error is a function of it."""
    losses = np.asarray(losses, dtype=float)
    times = np.arange(len(losses), dtype=float)
    run = Trajectory(MODEL, "made up", times, losses[:, None], losses, "end", 0)
    return recovery(run, lambda theta: error(float(theta[0])))


FALLING = np.logspace(0, -22.5, 60)


@pytest.mark.parametrize("factor", [1e-6, 1.0, 1e6])
def test_an_error_that_falls_with_the_loss_is_recovery(factor):
    assert outcome(FALLING, lambda loss: factor * loss) == Recovery(
        pytest.approx(factor * FALLING[-1]), finished=True, found=True
    )


@pytest.mark.parametrize("rest", [1e-2, 5e-9, 1e-15, 1e-20])
def test_an_error_that_stays_is_no_recovery_however_small(rest):
    found = outcome(FALLING, lambda loss: rest + 1e-3 * loss)
    assert found.finished and not found.found


@pytest.mark.parametrize(("exponent", "expected"), [(0.25, False), (0.4, False), (0.7, True)])
def test_the_exponent_decides(exponent, expected):
    assert outcome(FALLING, lambda loss: 1e-3 * loss**exponent).found is expected


def test_a_slow_run_is_judged_before_it_ends():
    assert outcome(np.logspace(0, -18.5, 50), lambda loss: loss).found


def test_an_error_at_rounding_is_recovery():
    assert outcome(FALLING, lambda loss: 1e-31).found


def test_a_falling_error_that_is_not_yet_small_is_none():
    found = outcome(FALLING, lambda loss: 1e15 * loss)
    assert found.finished and not found.found


@pytest.mark.parametrize("losses", [np.logspace(0, -17.9, 30), [1e-23], [1e-22, 1e-23]])
def test_a_run_that_did_not_get_there_is_not_finished(losses):
    assert outcome(losses, lambda loss: loss) == Recovery(
        pytest.approx(losses[-1]), finished=False, found=False
    )


def test_a_loss_of_exactly_zero():
    assert outcome([1.0, 1e-10, 0.0], lambda loss: loss) == Recovery(0.0, finished=True, found=True)


def test_what_did_not_finish_is_neither_success_nor_failure():
    done, missed = Recovery(1e-20, True, True), Recovery(1e-3, True, False)
    tally = Tally([done, missed, Recovery(1e-3, False, False)])
    assert (tally.found, tally.finished, tally.unfinished) == (1, 2, 1)
    shown = Measurement(tally.found, tally.detail, tally.finished, {}, tally.unfinished)
    assert str(shown) == "1 of 2, 1 not finished"


@pytest.mark.parametrize("word", [NEVER, ALWAYS])
def test_a_cell_of_which_most_did_not_finish_decides_nothing(word):
    predicted = Prediction(word, Verdict.PROVED, "")
    count = {NEVER: 0, ALWAYS: 2}[word]
    assert Frequency(1).holds(predicted, Measurement(count, "", 2, unfinished=1))
    assert not Frequency(9).holds(predicted, Measurement(count, "", 2, unfinished=2))
    assert not Frequency(9).holds(predicted, Measurement(0, "", 0))


@pytest.mark.slow
def test_a_near_miss_below_the_threshold():
    case = {"width": 2, "n": 3, "trials": 2}
    measured = sample_sizes.measured(case, 307)
    errors = [e for _, e in measured.curves["errors"]]
    assert min(errors) < 1e-8
    assert (measured.value, measured.trials) == (0, 2)


def test_no_more_runs_may_stop_than_may_fail():
    always = Prediction(ALWAYS, Verdict.PROVED, "")
    assert Frequency(1).holds(always, Measurement(4, "", 4, unfinished=1))
    assert not Frequency(1).holds(always, Measurement(3, "", 4, unfinished=1))
    assert not Frequency(1).holds(always, Measurement(3, "", 3, unfinished=2))
