r"""E9: what favours condensed solutions: dropout, weight decay, a large learning rate.

With dropout of the hidden units at keep rate q the expected loss is R plus
$\tfrac{1-q}{q} \tfrac{1}{2n} \sum_{ij} a_j^2 \sigma(w_j \cdot x_i)^2$; on a condensed branch that
is least where all copies carry the same output weight. Weight decay prefers the branch with the
point of least norm. A minimum attracts descent only if its sharpness is below $2/\eta$.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from fractions import Fraction

import numpy as np
import sympy

from rankstrat.dynamics.descent import gradient_descent
from rankstrat.dynamics.flow import gradient_flow
from rankstrat.dynamics.loss import Loss
from rankstrat.dynamics.observables import sharpness, units
from rankstrat.experiments import _dropout_samples
from rankstrat.experiments._agreement import (
    Equal,
    Frequency,
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
from rankstrat.model.model import Model
from rankstrat.pictures.panels import Curve, Panel
from rankstrat.rank.verdict import Verdict

INPUTS = np.array([0.5, 1.0, 2.0, -1.5, 3.0])
COPIES, KEEP, FAINT = 3, 0.8, 1e-6
SAMPLES, KEEP_WIDE = "dropout, width 300", 0.9
TARGETS = ((Fraction(3), Fraction(1, 2)), (Fraction(1, 2), Fraction(2)))


def cases(seed: int, deep: bool) -> Iterable[Case]:
    """Identity and minimiser of dropout, branch of weight decay, edge of stability.

    In the large run also dropout in a wide network, from fewer and from more samples than the rank.
    """
    yield {"what": "dropout identity", "a": "1", "w": "1", "rate": 0.0}
    yield {"what": "dropout spread", "a": "1", "w": "1", "rate": 0.0}
    for a, w in TARGETS:
        yield {"what": "weight decay", "a": str(a), "w": str(w), "rate": 0.0}
    for rate in (0.95, 1.05):
        yield {"what": "learning rate", "a": "1", "w": "1", "rate": rate}
    for n in (8, 50) if deep else ():
        yield {"what": SAMPLES, "a": "", "w": "", "rate": KEEP_WIDE, "n": n}


def dropped(width: int, weight: float) -> Model:
    r"""The network with outputs $\sqrt\lambda a_j \sigma(w_j x)$ added: their loss is a penalty."""
    net = two_layer(width, 1)
    scale = sympy.sqrt(sympy.nsimplify(weight))
    a, w = net.parameters[:width], net.parameters[width:]
    (x,) = net.inputs
    units = [scale * p * sympy.tanh(q * x) for p, q in zip(a, w, strict=True)]
    return Model([*net.outputs, *units], net.parameters, net.inputs, name="with dropout penalty")


def predicted(case: Case, seed: int) -> Prediction:
    """0 for the identity and the spread; the branch of least norm; whether descent stays."""
    what = case["what"]
    if what == SAMPLES:
        return _dropout_samples.predicted(case)
    if what == "dropout identity":
        return Prediction(0.0, Verdict.PROVED, "the expectation over all masks is R plus penalty")
    if what == "dropout spread":
        return Prediction(0.0, Verdict.PROVED, "the penalty on the branch is least at a_j = 1/3")
    if what == "weight decay":
        a, w = Fraction(case["a"]), Fraction(case["w"])
        alone, split = a * a + w * w, a * a / 2 + 2 * w * w
        word = "two copies" if split < alone else "one neuron"
        return Prediction(word, Verdict.PROVED, f"least |theta|^2: {split} split, {alone} alone")
    word = "stays" if case["rate"] < 1 else "leaves"
    return Prediction(word, Verdict.PROVED, "descent near a minimum: sharpness against 2/eta")


def measured(case: Case, seed: int) -> Measurement:
    """See `cases`."""
    return {
        "dropout identity": _identity,
        "dropout spread": _spread,
        "weight decay": _decay,
        "learning rate": _edge,
        SAMPLES: _dropout_samples.measured,
    }[case["what"]](case, seed)


def _identity(case: Case, seed: int) -> Measurement:
    rng = np.random.default_rng((seed, 91))
    theta, y = rng.standard_normal(2 * COPIES), np.tanh(INPUTS)
    weight = (1 - KEEP) / KEEP
    model = dropped(COPIES, weight)
    labels = np.column_stack([y, np.zeros((len(y), COPIES))])
    penalised = Loss(model, INPUTS, labels).value(theta)
    plain, total = Loss(two_layer(COPIES, 1), INPUTS, y), 0.0
    for mask in itertools.product((0, 1), repeat=COPIES):
        chance = np.prod([KEEP if on else 1 - KEEP for on in mask])
        scaled = theta.copy()
        scaled[:COPIES] *= np.array(mask) / KEEP
        total += float(chance) * plain.value(scaled)
    return Measurement(abs(total - penalised), f"all {2**COPIES} masks")


def _spread(case: Case, seed: int) -> Measurement:
    rng = np.random.default_rng((seed, 92))
    share = rng.dirichlet(np.ones(COPIES))
    start = np.concatenate([share, np.ones(COPIES)]) + 0.01 * rng.standard_normal(2 * COPIES)
    labels = np.column_stack([np.tanh(INPUTS), np.zeros((len(INPUTS), COPIES))])
    model = dropped(COPIES, FAINT)
    run = gradient_flow(model, start, Loss(model, INPUTS, labels), time=1e9, until=0.0)
    outer = run.final[:COPIES]
    curves = {
        f"a_{j + 1}": np.column_stack([run.times, run.points[:, j]])[1::6].tolist()
        for j in range(COPIES)
    }
    shown = ", ".join(f"{v:.4f}" for v in outer)
    return Measurement(
        float(np.ptp(outer)),
        f"output weights {shown} from {np.ptp(share):.2f} apart",
        curves=curves,
    )


def _decay(case: Case, seed: int) -> Measurement:
    a, w = float(Fraction(case["a"])), float(Fraction(case["w"]))
    net = two_layer(2, 1)
    loss = Loss(net, INPUTS, a * np.tanh(w * INPUTS), decay=FAINT)
    rng = np.random.default_rng((seed, 93))
    start = np.array([0.7 * a, 0.3 * a, w, w]) + 0.05 * rng.standard_normal(4)
    end = gradient_flow(net, start, loss, time=3e7, until=0.0, budget=20_000)
    curves = {
        f"a_{j + 1}": np.column_stack([end.times, end.points[:, j]])[1::6].tolist()
        for j in range(2)
    }
    count = int(units(net, end.final).active().sum())
    word = {1: "one neuron", 2: "two copies"}[count]
    detail = f"|theta|^2 + 2R/lambda = {2 * end.loss / FAINT:.4f} at the end"
    return Measurement(word, detail, curves=curves)


def _edge(case: Case, seed: int) -> Measurement:
    net = two_layer(1, 1)
    loss = Loss(net, INPUTS, np.tanh(INPUTS))
    minimum = np.array([1.0, 1.0])
    rate = case["rate"] * 2 / sharpness(loss, minimum)
    start = minimum + 1e-6 * np.random.default_rng((seed, 94)).standard_normal(2)
    run = gradient_descent(net, start, loss, rate=rate, steps=400)
    gaps = np.linalg.norm(run.points - minimum, axis=1)
    before, after = gaps[0], gaps[-1]
    curves = {"distance": np.column_stack([run.times, gaps])[::4].tolist()}
    word = "stays" if after < before else "leaves"
    detail = f"distance {before:.1e} -> {after:.1e} in 400 steps"
    return Measurement(word, detail, curves=curves)


def tolerance(case: Case) -> Tolerance:
    """Rounding for the identity; 1e-2 for the spread; equal words; a count."""
    if case["what"] == SAMPLES:
        return Frequency()
    if case["what"] == "dropout identity":
        return Within(absolute=1e-12)
    return Within(absolute=1e-2) if case["what"] == "dropout spread" else Equal()


def picture(report: ExperimentReport) -> Sequence[Panel]:
    """Output weights under dropout and weight decay, and the distance from a minimum."""
    shared = tuple(
        Curve(f"$a_{j + 1}$", points)
        for j in range(COPIES)
        for _, points in report.curves(f"a_{j + 1}", what="dropout spread")
    )
    decayed = tuple(
        Curve(f"$a_{j + 1}$, target {row.case['a']} tanh({row.case['w']} x)", points)
        for j in range(2)
        for row, points in report.curves(f"a_{j + 1}", what="weight decay")
    )
    steps = tuple(
        Curve(f"rate {row.case['rate']} of the edge", points)
        for row, points in report.curves("distance")
    )
    equal = ((f"1/{COPIES}", 1 / COPIES),)
    wide = tuple(
        Curve(f"{row.case['n']} samples", points) for row, points in report.curves("test error")
    )
    more = (
        [Panel("dropout, width 300", "$t$", "test error", wide, logarithmic="xy")] if wide else []
    )
    return (
        Panel("dropout", "$t$", "output weights", shared, equal, logarithmic="x"),
        Panel("weight decay", "$t$", "output weights", decayed, logarithmic="x"),
        Panel("learning rate", "step", "distance", steps, logarithmic="y"),
        *more[: len(wide)],
    )


EXPERIMENT = Experiment(
    name="facilitators",
    title="Dropout, weight decay and learning rate",
    statement=(
        r"Dropout shares output weights equally among copies; weight decay chooses the branch with"
        r" the point of least norm; descent stays at a minimum whose sharpness is below $2/\eta$."
    ),
    keys=("SIM",),
    cases=cases,
    predicted=predicted,
    measured=measured,
    tolerance=tolerance,
    picture=picture,
)
