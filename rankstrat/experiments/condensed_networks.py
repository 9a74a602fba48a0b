r"""What condensation does to a network: clusters against time, pruning, and the missing spot.

Small neurons of an activation of multiplicity 1 turn to one line before the loss moves. Neurons on
one line are one neuron, $\sum_j a_j \sigma(w \cdot x) = (\sum_j a_j) \sigma(w \cdot x)$, so pruning
them changes nothing at the exact point next to the trained one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache

import numpy as np

from rankstrat.dynamics.directions import limiting_directions
from rankstrat.dynamics.flow import gradient_flow
from rankstrat.dynamics.initial import draw
from rankstrat.dynamics.loss import Array, Loss
from rankstrat.dynamics.observables import Units, clusters, units
from rankstrat.dynamics.trajectory import Trajectory
from rankstrat.experiments._agreement import (
    AtLeast,
    Equal,
    Measurement,
    Prediction,
    Tolerance,
    Within,
)
from rankstrat.experiments._report import Case, Experiment, ExperimentReport
from rankstrat.families import two_layer
from rankstrat.pictures.panels import Curve, Panel
from rankstrat.rank.verdict import Verdict
from rankstrat.samples import local_linear_recovery

WIDTH, SCALE, MOVED, TRIALS = 20, 1e-6, 0.01, 9
INPUTS = tuple(Fraction(k, 4) for k in range(-8, 9))
LABELS = tuple(Fraction(round(64 * float(np.sin(k / 2) + 0.075 * k)), 64) for k in range(-8, 9))
FINEST = 1e-3
"""Neurons at smaller angles are one cluster: condensation is finished up to it, not to rounding."""
SPOT, AROUND = 0, (-3, -2, -1, 1, 2, 3)
NET, ONE = two_layer(WIDTH, 1, bias=True), two_layer(1, 1, bias=True)


def cases(seed: int, deep: bool) -> Iterable[Case]:
    """Clusters and pruning after condensation; a sample that is missing, by initialisation."""
    yield {"what": "clusters", "scale": SCALE}
    yield {"what": "pruning", "scale": SCALE}
    for scale in (1e-2, 1.0):
        yield {"what": "missing spot", "scale": scale}


def predicted(case: Case, seed: int) -> Prediction:
    """The number of lines; no change; the value of the target at the missing spot."""
    if case["what"] == "clusters":
        found = limiting_directions("tanh", INPUTS, LABELS)
        text = "critical lines of T, to which all neurons turn before the loss moves"
        return Prediction(len(found.directions) // 2, found.verdict, text)
    if case["what"] == "pruning":
        return Prediction(0.0, Verdict.PROVED, "an identity at neurons on one line")
    recovery = local_linear_recovery(ONE.point([1, 1, 1]), [[x] for x in AROUND])
    if case["scale"] < 1:
        text = f"six samples determine the neuron locally: {recovery}"
        return Prediction(0.0, recovery.verdict, text)
    return Prediction(0.1, Verdict.OPEN, "no condensation, another interpolation", "at least 0.1")


def measured(case: Case, seed: int) -> Measurement:
    """Clusters and the pruned function where the loss has moved by 1 %; the median error."""
    if case["what"] == "missing spot":
        return _spot(case["scale"], seed)
    run = _run(seed)
    place = int(np.argmax(run.losses < (1 - MOVED) * run.losses[0]))
    at, when = run.points[place], f"at t = {run.times[place]:.3g}, where the loss has moved by 1 %"
    if case["what"] == "clusters":
        kept = list(zip(run.times, run.points, strict=True))[1::4]
        counts = [(float(t), float(_clusters(p))) for t, p in kept]
        curves = {"clusters": counts}
        count = len(units(NET, at).active().nonzero()[0])
        detail = f"{count} active neurons {when}; {_clusters(run.points[0])} clusters at the start"
        return Measurement(_clusters(at), detail, curves=curves)
    x = np.array([float(v) for v in INPUTS])
    whole = Loss(NET, x, 0 * x).outputs(at)[:, 0]
    pruned = Loss(ONE, x, 0 * x).outputs(merged(units(NET, at)))[:, 0]
    change = float(np.abs(pruned - whole).max() / np.abs(whole).max())
    return Measurement(change, f"{WIDTH} neurons to 1, {when}")


def _clusters(theta: Array) -> int:
    """How many groups of active neurons no chain of angles below `FINEST` connects.

    The widest plateau of `clusters` would not do: a random cloud has one as well.
    """
    return 1 + sum(h > FINEST for h in clusters(units(NET, theta), signed=False).heights)


@lru_cache(maxsize=4)
def _run(seed: int) -> Trajectory:
    x, y = (np.array([float(v) for v in values]) for values in (INPUTS, LABELS))
    return gradient_flow(
        NET, draw(NET, SCALE, (seed, 98)), (x, y), time=1e3, until=1e-6, rtol=1e-8, atol=1e-13
    )


def merged(found: Units) -> Array:
    """One odd neuron in place of all: directions averaged by output weight, outputs added."""
    a, v = found.outgoing, found.incoming
    side = np.sign(v @ v[np.argmax(found.amplitude)])
    share = np.abs(a) / np.abs(a).sum()
    direction = (share * side) @ v
    # to first order every neuron gives a_j (v_j . x): keep that sum exactly
    total = a @ v
    return np.concatenate([[total @ direction / (direction @ direction)], direction])


def _spot(scale: float, seed: int) -> Measurement:
    """The median of |f - f*| at the missing spot, width 20."""
    x = np.array(AROUND, dtype=float)
    errors, ends = [], []
    for trial in range(TRIALS):
        start = draw(NET, scale, (seed, 99, trial))
        run = gradient_flow(
            NET, start, (x, np.tanh(x + 1)), until=1e-14, rtol=1e-7, atol=1e-11, budget=20_000
        )
        grid = np.linspace(-4, 4, 81)
        outputs = Loss(NET, grid, 0 * grid).outputs(run.final)[:, 0]
        errors.append(abs(float(outputs[40]) - float(np.tanh(1))))
        ends.append(np.column_stack([grid, outputs]).tolist())
    shown = f"{TRIALS} draws, from {min(errors):.1e} to {max(errors):.1e}"
    return Measurement(float(np.median(errors)), shown, curves={"function": ends[0]})


def tolerance(case: Case) -> Tolerance:
    """Equal; 1 % of the function; 1e-2 at the missing spot, or at least 0.1."""
    if case["what"] == "clusters":
        return Equal()
    return AtLeast() if case["scale"] == 1 else Within(absolute=1e-2)


def picture(report: ExperimentReport) -> Sequence[Panel]:
    """Clusters against time, and two interpolations of six samples."""
    numbers = tuple(Curve("clusters", points, "steps") for _, points in report.curves("clusters"))
    levels = tuple(("lines", float(row.expected or 0)) for row, _ in report.curves("clusters"))
    grid = np.linspace(-4, 4, 81)
    curves = [
        Curve(f"initial size {row.case['scale']:g}", points)
        for row, points in report.curves("function")
    ]
    target = np.column_stack([grid, np.tanh(grid + 1)]).tolist()
    samples = [(float(x), float(np.tanh(x + 1))) for x in AROUND]
    curves += [Curve("target", target, predicted=True), Curve("samples", samples, "dots")]
    return (
        Panel("width 20", "$t$", "number of clusters", numbers, levels, logarithmic="x"),
        Panel("the missing spot", "$x$", "$f$", tuple(curves), places=(("missing", SPOT),)),
    )


EXPERIMENT = Experiment(
    name="condensed_networks",
    title="Clusters, pruning, and a missing sample",
    statement=(
        r"After initial condensation all neurons lie on one line and can be pruned to one; from"
        r" small weights a network infers a missing sample, from large ones it does not."
    ),
    keys=("IC", "SIM"),
    cases=cases,
    predicted=predicted,
    measured=measured,
    tolerance=tolerance,
    picture=picture,
)
