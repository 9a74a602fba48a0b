r"""E7: the levels at which the loss stays, against certified critical functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np

from rankstrat.dynamics.flow import gradient_flow
from rankstrat.dynamics.initial import draw
from rankstrat.dynamics.loss import Loss
from rankstrat.experiments._agreement import (
    Measurement,
    Prediction,
    Tolerance,
    Within,
)
from rankstrat.experiments._report import (
    Case,
    Experiment,
    ExperimentReport,
)
from rankstrat.experiments.critical_points import INPUTS, labels
from rankstrat.families import two_layer
from rankstrat.pictures.panels import Curve, Pairs, Panel
from rankstrat.rank.verdict import Verdict
from rankstrat.samples import enclose_critical_point

START, SCALE = (-3.8667996, -0.08580692, -0.0013992751), 1e-2


def cases(seed: int, deep: bool) -> Iterable[Case]:
    """The same plateau at widths 3 and 50, and 500 in the large run: training similarity."""
    for width in (3, 50, 500) if deep else (3, 50):
        yield {"width": width, "quantity": "level"}
        yield {"width": width, "quantity": "distance"}


@lru_cache(maxsize=1)
def _critical() -> tuple[float, tuple[float, ...]]:
    """The mean squared error of the certified width-1 minimum, and its outputs on the data."""
    model = two_layer(1, 1, bias=True)
    point = enclose_critical_point(model, [[x] for x in INPUTS], labels(), START)
    residual = [float(e.mid()) for e in point.residual()]
    wanted = [float(y) for y in labels()]
    outputs = tuple(e + y for e, y in zip(residual, wanted, strict=True))
    return float(np.mean(np.square(residual))), outputs


def predicted(case: Case, seed: int) -> Prediction:
    """The level of the certified critical function of width 1; the distance to it is 0."""
    level, _ = _critical()
    if case["quantity"] == "level":
        return Prediction(level, Verdict.PROVED, "critical function of width 1, enclosed")
    return Prediction(0.0, Verdict.PROVED, "on the plateau the network is that function")


@lru_cache(maxsize=8)
def _plateau(width: int, seed: int) -> tuple[float, float, str, Pairs]:
    model = two_layer(width, 1, bias=True)
    x = np.array([float(v) for v in INPUTS])
    y = np.array([float(v) for v in labels()])
    loss = Loss(model, x, y)
    start = draw(model, SCALE, (seed, 71, width))
    run = gradient_flow(
        model, start, loss, time=1e6, until=1e-6, rtol=1e-7, atol=1e-10, budget=100_000
    )
    kept = (run.times > 0) & (run.losses > 0)
    curve = np.column_stack([run.times, 2 * run.losses])[kept][::3].tolist()
    long = [p for p in run.plateaus() if p.level < 0.5 * run.losses[0]]
    if not long:
        return 0.0, np.inf, f"no plateau below the start; {run}", curve
    best = max(long, key=lambda p: np.log10(p.stop / p.start))
    _, outputs = _critical()
    gap = np.abs(loss.outputs(best.point)[:, 0] - np.array(outputs)).max()
    return 2 * best.level, float(gap), str(best), curve


def measured(case: Case, seed: int) -> Measurement:
    """The longest plateau below the start, in log time, and its sup distance on the data."""
    level, gap, text, curve = _plateau(case["width"], seed)
    if case["quantity"] == "level":
        return Measurement(level, text, curves={"loss": curve})
    return Measurement(gap, text)


def tolerance(case: Case) -> Tolerance:
    """0.01 in the sup norm on the data, 0.2 % of the level.

    The nearest other critical function that is certified (a saddle of width 2) is 0.0209 away, so
    that within half of that no other one is nearer. The mean squared error is stationary: at that
    distance it differs by 1e-4 or so, 0.1 % of the level, of which twice as much is allowed.
    """
    return Within(relative=2e-3) if case["quantity"] == "level" else Within(absolute=1e-2)


def picture(report: ExperimentReport) -> Sequence[Panel]:
    """The mean squared error against time at each width, and the certified level."""
    found = list(report.curves("loss"))
    curves = tuple(Curve(f"width {row.case['width']}", points) for row, points in found)
    levels = tuple({("certified, width 1", float(row.expected or 0)) for row, _ in found})
    return (Panel("mean squared error", "$t$", "", curves, levels, logarithmic="xy"),)


EXPERIMENT = Experiment(
    name="plateaus",
    title="Plateaus at critical functions of narrower networks",
    statement=(
        r"The loss of networks of every width stays at the level of the same certified critical"
        r" function of the width-1 network."
    ),
    keys=("EP1", "SIM"),
    cases=cases,
    predicted=predicted,
    measured=measured,
    tolerance=tolerance,
    picture=picture,
)
