"""E8: what a small transformer infers from anchor functions, and what it memorises.

A table of shifts for pairs of anchors has as many entries as are to be memorised, and a design
whose rank is the number of pairs that determine all others. Training (``--deep``, needs torch) is
on all pairs but (4, 3), with a shift for (3, 4) that is not the composed one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from rankstrat.algebra.linear import rank
from rankstrat.errors import DataError
from rankstrat.experiments._agreement import Equal, Measurement, Prediction, Tolerance
from rankstrat.experiments._anchor_training import torch_found, train
from rankstrat.experiments._anchors import SHIFTS, Kind, sequences, table
from rankstrat.experiments._report import Case, Experiment, ExperimentReport
from rankstrat.pictures.panels import Curve, Panel
from rankstrat.rank.verdict import Verdict

KINDS: tuple[Kind, ...] = ("composite", "symmetric", "random")
SIZES, STEPS, PASS = (250, 500, 1000, 2000, 4000), 3000, 0.99
WITHHELD, CHANGED, OTHER = (4, 3), (3, 4), -6
COMPOSED = SHIFTS[3] + SHIFTS[4]
GAMMAS = {0.5: "symmetric", 0.8: "composed"}
"""Exponent of the initialisation -> what is reported for the withheld pair; no theorem."""


def cases(seed: int, deep: bool) -> Iterable[Case]:
    """Complexities of tables; in the large run also training."""
    for kind in KINDS:
        yield {"what": "pairs that determine a table", "kind": kind}
    if deep:
        for gamma in GAMMAS:
            yield {"what": "withheld pair", "gamma": gamma}
        yield {"what": "order of sample sizes"}


def predicted(case: Case, seed: int) -> Prediction:
    """The rank of the design; or what is reported of training."""
    if case["what"] == "pairs that determine a table":
        found = table(case["kind"], (seed, 81))
        statement = f"rank over the rationals; {found.memorised} entries to be memorised"
        return Prediction(rank(found.design()), Verdict.PROVED, statement)
    if case["what"] == "withheld pair":
        word = GAMMAS[case["gamma"]]
        return Prediction(word, Verdict.OPEN, "reported of larger networks; no theorem")
    order = "composite <= symmetric <= random"
    return Prediction(order, Verdict.OPEN, "the order of the ranks 4, 10, 16; no theorem")


def measured(case: Case, seed: int) -> Measurement:
    """A float rank from labelled sequences; or training."""
    if case["what"] == "pairs that determine a table":
        return _float_rank(case["kind"], seed)
    if not torch_found():
        raise DataError(
            "torch is not installed; it trains the transformer; try `pip install rankstrat[torch]`"
        )
    if case["what"] == "withheld pair":
        return _withheld(case["gamma"], seed)
    return _order(seed)


def _float_rank(kind: Kind, seed: int) -> Measurement:
    """Numerical rank of the equations that 2,000 sequences give."""
    found = table(kind, (seed, 81))
    x, y = sequences(found, 2000, (seed, 82))
    place = np.argmax((x < 5)[:, 1:], axis=1)
    rows = np.arange(len(x))
    pairs = np.column_stack([x[rows, place + 1], x[rows, place + 2]])
    index = {pair: k for k, pair in enumerate(sorted(found.shifts))}
    design = np.array(found.design(), float)[[index[int(a), int(b)] for a, b in pairs]]
    shifts = (y - x[rows, place]).astype(float)
    solution = np.linalg.lstsq(design, shifts, rcond=None)[0]
    worst = float(np.abs(design @ solution - shifts).max())
    return Measurement(int(np.linalg.matrix_rank(design)), f"labels met to {worst:.0e}")


def _withheld(gamma: float, seed: int) -> Measurement:
    """What the network answers at (4, 3), withheld, with (3, 4) changed."""
    found = table("composite")
    found = replace(found, shifts={**found.shifts, CHANGED: OTHER})
    seen = tuple(p for p in found.shifts if p != WITHHELD)
    answers, history = train(
        *sequences(found, 4000, (seed, 83), seen), gamma=gamma, steps=STEPS, seed=seed
    )
    x, y = sequences(found, 1000, (seed, 84), (WITHHELD,))
    key = y - found.shifts[WITHHELD]
    given = answers(x) - key
    shares = {"composed": np.mean(given == COMPOSED), "symmetric": np.mean(given == OTHER)}
    word = max(shares, key=lambda w: shares[w])
    detail = ", ".join(f"{w} {v:.3f}" for w, v in shares.items())
    curves = {"loss": [(float(s), v) for s, v in history]}
    return Measurement(word if shares[word] > 0.5 else "neither", detail, curves=curves)


@lru_cache(maxsize=32)
def _accuracy(kind: Kind, size: int, seed: int) -> float:
    found = table(kind, (seed, 81))
    answers, _ = train(*sequences(found, size, (seed, 85)), gamma=0.8, steps=STEPS, seed=seed)
    x, y = sequences(found, 2000, (seed, 86))
    return float(np.mean(answers(x) == y))


def _order(seed: int) -> Measurement:
    """The least of the sizes with test accuracy 0.99, for each kind."""
    least: dict[str, float] = {}
    curves: dict[str, list[tuple[float, float]]] = {}
    for kind in KINDS:
        curves[kind] = [(float(n), _accuracy(kind, n, seed)) for n in SIZES]
        least[kind] = min((n for n, a in curves[kind] if a >= PASS), default=np.inf)
    ordered = least["composite"] <= least["symmetric"] <= least["random"]
    decided = np.isfinite(least["composite"])
    word = "composite <= symmetric <= random" if ordered and decided else "another order"
    return Measurement(word, f"least sizes {least}", curves=curves)


def tolerance(case: Case) -> Tolerance:
    """Equal."""
    return Equal()


def picture(report: ExperimentReport) -> Sequence[Panel]:
    """Ranks of the designs; in the large run accuracies against the number of sequences."""
    ranks: dict[str, list[Any]] = {"exact": [], "measured": []}
    for k, row in enumerate(r for r in report.rows if "kind" in r.case):
        ranks["exact"].append((float(k), float(row.expected or 0)))
        ranks["measured"].append((float(k), float(row.value or 0)))
    both = (
        Curve("float rank", ranks["measured"], "dots"),
        Curve("exact rank", ranks["exact"], "dots", predicted=True),
    )
    learned = tuple(Curve(kind, points) for kind in KINDS for _, points in report.curves(kind))
    return (
        Panel("pairs that determine a table", ", ".join(KINDS), "pairs", both),
        Panel("training", "sequences", "test accuracy", learned, ((">= 0.99", PASS),), (), "x"),
    )


EXPERIMENT = Experiment(
    name="anchor_functions",
    title="Anchor functions in a small transformer",
    statement=(
        r"A composite table of shifts is determined by 4 of its 16 pairs, a symmetric one by 10, a"
        r" random one by all. Training (--deep, needs torch) tells inference from memorising."
    ),
    keys=("ANCHOR",),
    cases=cases,
    predicted=predicted,
    measured=measured,
    tolerance=tolerance,
    picture=picture,
)
