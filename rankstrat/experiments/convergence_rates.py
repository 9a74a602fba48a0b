r"""E6: how fast the loss falls near the two kinds of branches.

$e^{-2\mu t}$, and $t^2 R \to 1/(64 c)$.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

import numpy as np

from rankstrat.dynamics.flow import Method, gradient_flow
from rankstrat.dynamics.loss import Loss
from rankstrat.dynamics.rates import least_positive_eigenvalue, quartic_constant
from rankstrat.dynamics.trajectory import Trajectory
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
from rankstrat.families import two_layer
from rankstrat.model.model import Chart
from rankstrat.pictures.panels import Curve, Panel
from rankstrat.rank.model_rank import model_rank

INPUTS = (Fraction(1, 2), Fraction(1), Fraction(2), Fraction(-3, 2), Fraction(3))
DENOMINATOR = 10**9
NET = two_layer(2, 1)
_MEMORY: dict[tuple[str, int, int], Trajectory] = {}


def cases(seed: int, deep: bool) -> Iterable[Case]:
    """Starts near each kind of branch of tanh(x) in width 2 without biases."""
    for kind in ("exponential", "algebraic"):
        for trial in range(6 if deep else 2):
            yield {"branch": kind, "trial": trial}


def _run(case: Case, seed: int) -> Trajectory:
    """The flow of R = sum e^2 from a random start near the branch."""
    key = (case["branch"], case["trial"], seed)
    if key not in _MEMORY:
        method: Method
        rng = np.random.default_rng((seed, 61, case["trial"]))
        if case["branch"] == "exponential":  # a_2 near 0, w_2 away from w_1 and 0
            w2 = rng.uniform(2.0, 2.5) * rng.choice([-1, 1])
            start = np.array([1.0, 0.0, 1.0, w2]) + 0.05 * rng.standard_normal(4)
            method, time, until, rtol = "BDF", 1e6, 1e-18, 1e-10
        else:  # w_1 near w_2, output weights away from 0
            a1 = rng.uniform(0.35, 0.65)
            start = np.array([a1, 1 - a1, 1.0, 1.0]) + np.array([0, 0, 0.15, -0.15])
            method, time, until, rtol = "Radau", 1e7, 0.0, 1e-8
        x = np.array([float(v) for v in INPUTS])
        loss = Loss(NET, x, np.tanh(x), scale="sum")
        _MEMORY[key] = gradient_flow(
            NET, start, loss, method=method, time=time, until=until, rtol=rtol, atol=1e-4 * rtol
        )
    return _MEMORY[key]


def limit(case: Case, seed: int) -> Chart:
    """The exact point of the branch next to the end of the run."""
    a1, _, _, w2 = (
        Fraction(float(v)).limit_denominator(DENOMINATOR) for v in _run(case, seed).final
    )
    if case["branch"] == "exponential":
        return NET.point([1, 0, 1, w2])
    return NET.point([a1, 1 - a1, 1, 1])


def predicted(case: Case, seed: int) -> Prediction:
    """The constant of the rate at the limit point, enclosed in balls."""
    point = limit(case, seed)
    certificate = model_rank(point)
    if case["branch"] == "exponential":
        mu = least_positive_eigenvalue(point, INPUTS, int(certificate))
        return Prediction(2 * mu.value, certificate.verdict, f"2 mu, mu = {mu} at the limit point")
    assert certificate.minor is not None
    a1, a2 = point.raw[:2]
    c = quartic_constant(point, INPUTS, [0, 0, a2, -a1], certificate.minor.parameters)
    text = f"1/(64 c), c = {c} at the limit point"
    return Prediction(1 / (64 * c.value), certificate.verdict, text)


def measured(case: Case, seed: int) -> Measurement:
    """The slope of log R, or t^2 R at the end."""
    run = _run(case, seed)
    times, losses = run.times, run.losses
    kept = (times > 0) & (losses > 0)
    curves = {"loss": np.column_stack([times, losses])[kept][::3].tolist()}
    if case["branch"] == "exponential":
        # above, the start is still felt; below, the distance to the branch meets the tolerance
        tail = (losses < 1e-10) & (losses > 1e-17)
        slope = np.polyfit(times[tail], np.log(losses[tail]), 1)[0]
        detail = f"{int(tail.sum())} times; {run.reason}"
        return Measurement(float(-slope), detail, curves=curves)
    detail = f"at t = {times[-1]:.2g}; {run.reason}"
    return Measurement(float(times[-1] ** 2 * losses[-1]), detail, curves=curves)


def tolerance(case: Case) -> Tolerance:
    """1e-3 for exponential rates, 5 % for the constant of the slow one at t = 1e7."""
    return Within(relative=1e-3 if case["branch"] == "exponential" else 0.05)


def picture(report: ExperimentReport) -> Sequence[Panel]:
    """The loss against time, and t^2 R, beside the predicted line and constant."""
    fast: list[Curve] = []
    for row, points in report.curves("loss", branch="exponential"):
        rate, (end, last) = float(row.expected or 0), points[-1]
        line = [(t, last * np.exp(rate * (end - t))) for t, _ in points if t > 0.2 * end]
        fast += [Curve(f"trial {row.case['trial']}", points), Curve("", line, predicted=True)]
    slow = tuple(
        Curve(f"trial {row.case['trial']}", [(t, t * t * v) for t, v in points if t > 1])
        for row, points in report.curves("loss", branch="algebraic")
    )
    levels = tuple(
        ("1/(64 c)", float(row.expected or 0))
        for row, _ in report.curves("loss", branch="algebraic")
    )
    return (
        Panel(r"$e^{-2\mu t}$: rank = codimension", "$t$", "$R$", tuple(fast), logarithmic="y"),
        Panel("rank < codimension", "$t$", "$t^2 R$", slow, levels, logarithmic="x"),
    )


EXPERIMENT = Experiment(
    name="convergence_rates",
    title="Rates of convergence near the branches of a target",
    statement=(
        r"Near a branch whose rank is its codimension the loss falls like $e^{-2\mu t}$; on the"
        r" condensed branch, whose rank is smaller, $t^2 R \to 1/(64c)$."
    ),
    keys=("STR",),
    cases=cases,
    predicted=predicted,
    measured=measured,
    tolerance=tolerance,
    picture=picture,
)
