r"""E5: sample sizes of one function: convolutional, without sharing, and fully connected.

The target $\sum_s \tanh(0.6 x_s + 0.8 x_{s+1} + x_{s+2})$ of five inputs has model rank 7 in a
network with shared kernels, 15 with kernels of their own, 21 fully connected: so many samples
determine it locally, and fewer do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import sympy

from rankstrat.dynamics.flow import gradient_flow
from rankstrat.dynamics.initial import draw
from rankstrat.dynamics.loss import Array, Loss
from rankstrat.experiments._agreement import (
    NEVER,
    AtLeast,
    Equal,
    Frequency,
    Measurement,
    Prediction,
    Tolerance,
)
from rankstrat.experiments._recovery import SMALL, Recovery, Tally, recovery
from rankstrat.experiments._report import Case, Experiment, ExperimentReport
from rankstrat.families import convolutional, two_layer
from rankstrat.model.model import Chart, Model
from rankstrat.pictures.panels import Curve, Panel
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.verdict import Verdict

SIZE, PLACES, SCALE, RECOVERED = 5, 3, 0.1, SMALL
KERNEL = (sympy.Rational(3, 5), sympy.Rational(4, 5), sympy.Integer(1))
NAMES = ("shared kernels", "own kernels", "fully connected")
ORDER, FALL, FACTOR = "order of medians", "fall of the median", 10


def cases(seed: int, deep: bool) -> Iterable[Case]:
    """The rank at the target; training from fewer samples and twice as many; medians compared."""
    for name in NAMES:
        yield {"network": name, "kernels": 1, "what": "rank", "n": 200, "trials": 1}
    trials = 20 if deep else 5
    for name in NAMES:
        size = int(optimistic(name))
        for kernels in (1, 3) if deep else (1,):
            base = {"network": name, "kernels": kernels, "trials": trials}
            yield {**base, "what": "too few", "n": size - 1}
            if kernels == 1:
                yield {**base, "what": "twice as many", "n": 2 * size, "trials": max(8, trials)}
    for kernels in (1, 3) if deep else (1,):
        for n in (9, 12, 15, 18, 20) if deep else (20,):
            base = {"network": "all three", "kernels": kernels, "trials": trials}
            yield {**base, "what": ORDER, "n": n}
    if deep:
        for name in NAMES:
            base = {"network": name, "kernels": 1, "trials": trials}
            yield {**base, "what": FALL, "n": int(optimistic(name)) - 2}


def network(name: str, kernels: int) -> Model:
    """The network; three hidden neurons for one kernel."""
    if name == "fully connected":
        return two_layer(PLACES * kernels, SIZE, bias=True)
    return convolutional(
        kernels=kernels, size=SIZE, kernel_size=PLACES, dimension=1, bias=True,
        sharing=name == "shared kernels",
    )  # fmt: skip


def target(name: str) -> Chart:
    """The point of the target in the network with one kernel."""
    model, ones, zeros = network(name, 1), [1] * PLACES, [0] * PLACES
    kernel = list(KERNEL)
    if name == "shared kernels":
        return model.point(a=[ones], K=[kernel], b=[0])
    if name == "own kernels":
        return model.point(a=[ones], K=[[kernel] * PLACES], b=[zeros])
    rows = [[0] * s + kernel + [0] * (SIZE - PLACES - s) for s in range(PLACES)]
    return model.point(a=ones, w=rows, b=zeros)


@lru_cache(maxsize=4)
def optimistic(name: str) -> Any:
    """The certificate of the rank at the target."""
    return model_rank(target(name))


def predicted(case: Case, seed: int) -> Prediction:
    """An exact rank; never below it; it happens from twice as many samples; the order of ranks."""
    if case["what"] == ORDER:
        ranks = ", ".join(str(int(optimistic(name))) for name in NAMES)
        text = f"by their ranks {ranks}; no theorem orders networks that do not recover"
        return Prediction(" < ".join(NAMES), Verdict.OPEN, text)
    found = optimistic(case["network"])
    if case["what"] == "rank":
        return Prediction(int(found), found.verdict, "model rank at the target")
    if case["what"] == "too few":
        return Prediction(NEVER, found.verdict, f"the rank at the target is {int(found)}")
    if case["what"] == FALL:
        text = f"by {FACTOR} or more from two below the rank to twice the rank; no theorem says so"
        return Prediction("falls", Verdict.OPEN, text)
    text = "the target is determined locally; that training finds it is not proved"
    return Prediction(0.1, Verdict.OPEN, text, "a rate of at least 0.1")


def values(x: Array) -> Array:
    """The target at inputs of shape (n, 5)."""
    w = [float(k) for k in KERNEL]
    return np.asarray(
        sum(np.tanh(x[:, s : s + PLACES] @ np.array(w)) for s in range(PLACES)), dtype=float
    )


def measured(case: Case, seed: int) -> Measurement:
    """A float rank; or stiff flows: recovered if the test error falls with the loss."""
    if case["what"] in (ORDER, FALL):
        return (_ordered if case["what"] == ORDER else _falls)(case, seed)
    model = network(case["network"], case["kernels"])
    if case["what"] == "rank":
        x = np.random.default_rng((seed, 55)).standard_normal((case["n"], SIZE))
        theta = np.array([float(v) for v in target(case["network"]).raw])
        sizes = np.linalg.svd(Loss(model, x, values(x)).jacobian(theta)[:, 0], compute_uv=False)
        rank = int((sizes > 1e-9 * sizes[0]).sum())
        return Measurement(rank, f"least singular value {sizes[-1] / sizes[0]:.1e}")
    runs = _runs(case, seed)
    tally = Tally(runs)
    curves = {"errors": [(float(case["n"]), r.error) for r in runs]}
    if case["what"] == "too few":
        return Measurement(tally.found, tally.detail, tally.finished, curves, tally.unfinished)
    rate = tally.found / case["trials"]  # of all runs: one that did not finish recovered nothing
    return Measurement(rate, tally.detail, None, curves, tally.unfinished)


def _runs(case: Case, seed: int) -> list[Recovery]:
    """How the flows of all trials end; the samples are those of all networks."""
    model = network(case["network"], case["kernels"])
    grid = np.random.default_rng((seed, 56)).standard_normal((500, SIZE))
    test = Loss(model, grid, values(grid), scale="mean")
    runs = []
    for trial in range(case["trials"]):
        key = (seed, 57, case["n"], case["kernels"], trial)
        x = np.random.default_rng(key).standard_normal((case["n"], SIZE))
        run = gradient_flow(
            model, draw(model, SCALE, (*key, 1)), (x, values(x)), until=1e-20, rtol=1e-7,
            atol=1e-12, budget=8000,
        )  # fmt: skip
        runs.append(recovery(run, test.value))
    return runs


def _ordered(case: Case, seed: int) -> Measurement:
    """The networks by their median test errors."""
    found = {name: Tally(_runs({**case, "network": name}, seed)) for name in NAMES}
    medians = {name: tally.median for name, tally in found.items()}
    order = " < ".join(sorted(NAMES, key=medians.__getitem__))
    detail = "median test errors " + ", ".join(f"{m:.1e} ({name})" for name, m in medians.items())
    curves = {
        name: [(float(case["n"]), r.error) for r in tally.runs] for name, tally in found.items()
    }
    return Measurement(order, detail, None, curves, sum(t.unfinished for t in found.values()))


def _falls(case: Case, seed: int) -> Measurement:
    """Whether the median test error falls by the factor, from n samples to twice the rank."""
    many = {**case, "n": 2 * int(optimistic(case["network"]))}
    before, after = (Tally(_runs(c, seed)) for c in (case, many))
    value = "falls" if before.median >= FACTOR * after.median else "stays"
    detail = f"{before.median:.1e} from {case['n']}, {after.median:.1e} from {many['n']}"
    return Measurement(value, detail, None, {}, before.unfinished + after.unfinished)


def tolerance(case: Case) -> Tolerance:
    """Equal ranks and words; no success at all; a rate that is at least the stated one."""
    kinds: dict[str, Tolerance] = {"too few": Frequency(), "twice as many": AtLeast()}
    return kinds.get(case["what"], Equal())


def picture(report: ExperimentReport) -> Sequence[Panel]:
    """Test errors against n, with the exact ranks."""
    curves = []
    for name in NAMES:
        found = (*report.curves("errors", network=name, kernels=1), *report.curves(name, kernels=1))
        points = [p for _, row in found for p in row]
        curves.append(Curve(name, points, "dots"))
    places = tuple((f"rank, {name}", float(int(optimistic(name)))) for name in NAMES)
    return (
        Panel(
            "one kernel", "samples $n$", "test error", tuple(curves), (("recovered", RECOVERED),),
            places, "y",
        ),
    )  # fmt: skip


EXPERIMENT = Experiment(
    name="architectures",
    title="Sample sizes of one function in three architectures",
    statement=(
        r"A convolutional target is determined by 7 samples in a network with shared kernels, by 15"
        r" without sharing and by 21 fully connected; fewer never recover it."
    ),
    keys=("OPT", "LLR"),
    cases=cases,
    predicted=predicted,
    measured=measured,
    tolerance=tolerance,
    picture=picture,
)
