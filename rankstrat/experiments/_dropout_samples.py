r"""Dropout in a wide network, against the number of samples.

The target $\tanh(x - 7) + \tanh(x) + \tanh(x + 7)$ has three neurons; split equally among m
neurons it has the dropout penalty $p = \tfrac{1-q}{q} \tfrac{1}{2n} \tfrac1m (\sum_c |\sigma_c|)^2$
on n samples. The least expected loss is at most p, and then the mean squared error on the samples
at most 2p: the target counts as recovered where the test error is at most that.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from rankstrat.dynamics.flow import gradient_flow
from rankstrat.dynamics.initial import draw
from rankstrat.dynamics.loss import Array, Loss
from rankstrat.dynamics.observables import units
from rankstrat.experiments._agreement import ALWAYS, NEVER, Measurement, Prediction
from rankstrat.experiments._report import Case
from rankstrat.families import two_layer
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.verdict import Verdict

WIDTH, SIZE, TIME, ENDS = 300, 0.5, 1e7, (-15.0, 14.0)
PLACES = (-7, 0, 7)


@lru_cache(maxsize=1)
def _optimistic() -> RankCertificate:
    """The model rank at the target."""
    return model_rank(two_layer(3, 1, bias=True).point([1, 1, 1, 1, 1, 1, *PLACES]))


def predicted(case: Case) -> Prediction:
    """Never from fewer samples than the rank; from many it is what is reported."""
    least = int(_optimistic())
    if case["n"] < least:
        text = f"the rank at the target is {least}, on {case['n']} samples it is smaller"
        return Prediction(NEVER, _optimistic().verdict, text)
    return Prediction(ALWAYS, Verdict.OPEN, "reported of networks of this width; no theorem")


def penalty(n: int, keep: float, width: int) -> float:
    """p, the dropout penalty of the target, each of its neurons split equally."""
    x = np.linspace(*ENDS, n)
    norms = [float(np.linalg.norm(np.tanh(x + s))) for s in PLACES]
    return (1 - keep) / keep / (2 * n) * sum(norms) ** 2 / width


def _target(x: Array) -> Array:
    return np.asarray(sum(np.tanh(x + s) for s in PLACES), dtype=float)


def measured(case: Case, seed: int, width: int = WIDTH, time: float = TIME) -> Measurement:
    """One flow of the expected loss from weights that are not small."""
    n, keep = case["n"], case["rate"]
    model, x, grid = two_layer(width, 1, bias=True), np.linspace(*ENDS, n), np.linspace(*ENDS, 1000)
    loss = Loss(model, x, _target(x), keep=keep)
    start = draw(model, SIZE, (seed, 96, n))
    run = gradient_flow(
        model, start, loss, time=time, until=0.0, rtol=1e-4, atol=1e-7, budget=100_000
    )
    test = Loss(model, grid, _target(grid), scale="mean")
    errors = [(float(t), test.value(p)) for t, p in zip(run.times, run.points, strict=True)]
    bound, error = 2 * penalty(n, keep, width), errors[-1][1]
    finished = int(run.times[-1] >= time)
    active = int(units(model, run.final).active().sum())
    detail = (
        f"test error {error:.2g}, recovered below {bound:.2g}; expected loss {run.loss:.3g};"
        f" {active} active neurons; {run.reason}"
    )
    found = int(error <= bound) * finished
    curves = {"test error": errors[1::4]}
    return Measurement(found, detail, finished, curves, 1 - finished)


__all__ = ["measured", "penalty", "predicted"]
