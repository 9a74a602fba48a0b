r"""E5: from how many samples a tanh neuron is recovered in width 2: thresholds from exact ranks.

Target $\tanh(x + 1)$ in `two_layer(2, 1, bias)`: the optimistic sample size is 3, so that fewer
samples never determine it; no branch is stable below 4 samples; every branch is from 5 on. In
width 20 exact stability starts at 22 samples; from fewer a small start has the smaller test error.
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
    Equal,
    Frequency,
    Measurement,
    Prediction,
    Tolerance,
)
from rankstrat.experiments._recovery import SMALL, Recovery, Tally, recovery
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
NETS = {width: two_layer(width, 1, bias=True) for width in (1, 2, 20)}
SMALLER, FACTOR = "start with the smaller error", 10
"""Median test errors that differ by less than the factor decide nothing."""
LARGE_START, SMALL_START, NEITHER = "large", "small", "neither"
SIZES = {LARGE_START: 1.0, SMALL_START: SCALE}


def cases(seed: int, deep: bool) -> Iterable[Case]:
    """Around the thresholds in width 2; 2 and 3 in width 1; two sizes of the start in width 20."""
    trials = 24 if deep else 5
    for n in range(2, 9) if deep else range(3, 6):
        yield {"width": 2, "n": n, "trials": 4 * trials if n == 4 else trials}
    for n in (2, 3):
        yield {"width": 1, "n": n, "trials": trials}
    for n in (3, 6, 12) if deep else (6,):
        yield {"width": 20, "n": n, "trials": 5, "what": SMALLER}


@lru_cache(maxsize=4)
def thresholds(width: int) -> tuple[int, int, Verdict]:
    """The n from which some branch is stable, and from which all are; how the list is known."""
    target = target_set(NETS[width], NETS[1].point([1, 1, 1]))
    found = [recovery_thresholds(branch) for branch in target.branches]
    verdict = Verdict.PROVED if target.complete else Verdict.OPEN
    return min(t.stable_from for t in found), max(t.stable_from for t in found), verdict


def predicted(case: Case, seed: int) -> Prediction:
    """Never, sometimes or always, from ranks and codimensions of all branches."""
    if case.get("what") == SMALLER:
        text = f"small neurons condense: medians differ by {FACTOR} or more; no theorem says so"
        return Prediction(SMALL_START, Verdict.OPEN, text, "the small start")
    first, last, verdict = thresholds(case["width"])
    word = NEVER if case["n"] < first else ALWAYS if case["n"] >= last else SOMETIMES
    return Prediction(word, verdict, f"stable on some branch from {first}, on all from {last}")


def measured(case: Case, seed: int) -> Measurement:
    """Stiff flow from small weights; recovered if the test error falls with the loss."""
    if case.get("what") == SMALLER:
        return _compared(case, seed)
    runs = _runs(case, seed, SCALE)
    tally = Tally(runs)
    curves = {"errors": _errors(case, runs)}
    return Measurement(tally.found, tally.detail, tally.finished, curves, tally.unfinished)


def _runs(case: Case, seed: int, scale: float) -> list[Recovery]:
    """How the flows of all trials end, from weights of that size."""
    model = NETS[case["width"]]
    grid = np.random.default_rng((seed, 51)).normal(0, 2, 500)
    runs = []
    for trial in range(case["trials"]):
        key = (seed, 52, case["n"], trial)
        x = np.random.default_rng(key).normal(0, 2, case["n"])
        run = gradient_flow(
            model, draw(model, scale, (*key, 1)), (x, np.tanh(x + 1)), method="BDF", time=1e14,
            until=1e-22, rtol=1e-8, atol=1e-13, budget=20_000,
        )  # fmt: skip
        runs.append(recovery(run, lambda theta: _error(theta, grid)))
    return runs


def _errors(case: Case, runs: Sequence[Recovery]) -> list[tuple[float, float]]:
    return [(float(case["n"]), max(r.error, 1e-32)) for r in runs]


def _compared(case: Case, seed: int) -> Measurement:
    """Which start ends with the median test error that is smaller by the factor or more."""
    runs = {name: _runs(case, seed, size) for name, size in SIZES.items()}
    medians = {name: float(np.median([r.error for r in found])) for name, found in runs.items()}
    least = min(medians, key=medians.__getitem__)
    value = least if FACTOR * medians[least] <= max(medians.values()) else NEITHER
    shown = ", ".join(f"{error:.1e} from {SIZES[name]:g}" for name, error in medians.items())
    curves = {f"errors, {name} start": _errors(case, found) for name, found in runs.items()}
    missed = sum(not r.finished for found in runs.values() for r in found)
    return Measurement(value, f"median test errors {shown}", None, curves, missed)


def _error(theta: Array, grid: Array) -> float:
    a, w, b = theta.reshape(3, -1)
    gap = np.tanh(np.outer(grid, w) + b) @ a - np.tanh(grid + 1)
    return float(np.mean(gap**2))


def tolerance(case: Case) -> Tolerance:
    """The count; where all must succeed, one run may stop early or end in another exact fit."""
    return Equal() if case.get("what") == SMALLER else Frequency(failures=1)


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
    wide = tuple(
        Curve(
            f"n = {row.case['n']}",
            [
                (size, error)
                for name, size in SIZES.items()
                for _, error in row.curves[f"errors, {name} start"]
            ],
            "dots",
        )
        for row, _ in report.curves(f"errors, {SMALL_START} start")
    )
    return [*panels, Panel("width 20", "initial size", "test error", wide, logarithmic="xy")]


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
