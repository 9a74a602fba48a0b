r"""E5: from how many samples a tanh neuron is recovered in width 2: thresholds from exact ranks.

Target $\tanh(x + 1)$ in `two_layer(2, 1, bias)`: the optimistic sample size is 3, so that fewer
samples never determine it; no branch is stable below 4 samples; every branch is from 5 on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np

from rankstrat.dynamics.flow import gradient_flow
from rankstrat.dynamics.initial import draw
from rankstrat.dynamics.loss import Array
from rankstrat.experiments._agreement import (
    ALWAYS,
    NEVER,
    SOMETIMES,
    Frequency,
    Measurement,
    Prediction,
    Tolerance,
)
from rankstrat.experiments._recovery import SMALL, Tally, recovery
from rankstrat.experiments._report import (
    Case,
    Experiment,
    ExperimentReport,
)
from rankstrat.families import two_layer
from rankstrat.pictures.panels import Curve, Panel
from rankstrat.rank.verdict import Verdict
from rankstrat.samples import recovery_thresholds
from rankstrat.targets import target_set

SCALE, RECOVERED = 1e-2, SMALL
NARROW, WIDE = two_layer(1, 1, bias=True), two_layer(2, 1, bias=True)


def cases(seed: int, deep: bool) -> Iterable[Case]:
    """Sample sizes around the thresholds in width 2, 2 and 3 in width 1."""
    trials = 24 if deep else 5
    for n in range(2, 9) if deep else range(3, 6):
        yield {"width": 2, "n": n, "trials": 4 * trials if n == 4 else trials}
    for n in (2, 3):
        yield {"width": 1, "n": n, "trials": trials}


@lru_cache(maxsize=4)
def thresholds(width: int) -> tuple[int, int, Verdict]:
    """The n from which some branch is stable, and from which all are; how the list is known."""
    model = {1: NARROW, 2: WIDE}[width]
    target = target_set(model, NARROW.point([1, 1, 1]))
    found = [recovery_thresholds(branch) for branch in target.branches]
    verdict = Verdict.PROVED if target.complete else Verdict.OPEN
    return min(t.stable_from for t in found), max(t.stable_from for t in found), verdict


def predicted(case: Case, seed: int) -> Prediction:
    """Never, sometimes or always, from ranks and codimensions of all branches."""
    first, last, verdict = thresholds(case["width"])
    word = NEVER if case["n"] < first else ALWAYS if case["n"] >= last else SOMETIMES
    return Prediction(word, verdict, f"stable on some branch from {first}, on all from {last}")


def measured(case: Case, seed: int) -> Measurement:
    """Stiff flow from small weights; recovered if the test error falls with the loss."""
    model = {1: NARROW, 2: WIDE}[case["width"]]
    grid = np.random.default_rng((seed, 51)).normal(0, 2, 500)
    runs = []
    for trial in range(case["trials"]):
        key = (seed, 52, case["n"], trial)
        x = np.random.default_rng(key).normal(0, 2, case["n"])
        start = draw(model, SCALE, (*key, 1))
        run = gradient_flow(
            model,
            start,
            (x, np.tanh(x + 1)),
            method="BDF",
            time=1e12,
            until=1e-22,
            rtol=1e-8,
            atol=1e-13,
            budget=20_000,
        )
        runs.append(recovery(run, lambda theta: _error(theta, grid)))
    tally = Tally(runs)
    curves = {"errors": [(float(case["n"]), max(r.error, 1e-32)) for r in runs]}
    return Measurement(tally.found, tally.detail, tally.finished, curves, tally.unfinished)


def _error(theta: Array, grid: Array) -> float:
    a, w, b = theta.reshape(3, -1)
    gap = np.tanh(np.outer(grid, w) + b) @ a - np.tanh(grid + 1)
    return float(np.mean(gap**2))


def tolerance(case: Case) -> Tolerance:
    """The count; where all must succeed, one run may stop early or end in another exact fit."""
    return Frequency(failures=1)


def picture(report: ExperimentReport) -> Sequence[Panel]:
    """Test errors of all trials against n, with the exact thresholds."""
    panels = []
    for width in (1, 2):
        found = list(report.curves("errors", width=width))
        points = [p for _, row in found for p in row]
        first, last, _ = thresholds(width)
        places = [("some branch stable", first - 0.5), ("all branches stable", last - 0.5)]
        panels.append(
            Panel(
                f"width {width}",
                "samples $n$",
                "test error",
                (Curve("", points, "dots"),),
                (("recovered", RECOVERED),),
                tuple(places[first == last :]),
                "y",
            )
        )
    return panels


EXPERIMENT = Experiment(
    name="sample_sizes",
    title="How many samples determine a neuron",
    statement=(
        r"$\tanh(x + 1)$ from n samples by a network of width 2: never recovered below the least"
        r" codimension of a branch, always from the largest on, sometimes in between."
    ),
    keys=("STR", "LLR"),
    cases=cases,
    predicted=predicted,
    measured=measured,
    tolerance=tolerance,
    picture=picture,
)
