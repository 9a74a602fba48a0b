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
from rankstrat.experiments._anchors import ANCHORS, FIRST, SHIFTS, Kind, sequences, table
from rankstrat.experiments._report import Case, Experiment, ExperimentReport
from rankstrat.pictures.panels import Curve, Panel
from rankstrat.rank.verdict import Verdict

KINDS: tuple[Kind, ...] = ("composite", "symmetric", "random")
SIZES, STEPS, PASS, TABLES = (250, 500, 1000, 2000, 4000), 3000, 0.99, 40
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
    """The span of tables that are read off labelled sequences; or training."""
    if case["what"] == "pairs that determine a table":
        return _span(case["kind"], seed)
    if not torch_found():
        raise DataError(
            "torch is not installed; it trains the transformer; try `pip install rankstrat[torch]`"
        )
    if case["what"] == "withheld pair":
        return _withheld(case["gamma"], seed)
    return _order(seed)


def _span(kind: Kind, seed: int) -> Measurement:
    """The dimension of the span of random tables of a kind, each read off labels of sequences."""
    rng = np.random.default_rng((seed, 82))
    rows, worst = [], 0
    for draw in range(TABLES):
        single = {a: int(rng.integers(-9, 10)) for a in ANCHORS}
        x, y = sequences(table(kind, (seed, 87, draw), single), 1000, (seed, 88, draw))
        place, number = np.argmax((x < FIRST)[:, 1:], axis=1), np.arange(len(x))
        pairs, shifts = x[number, place + 1] * 10 + x[number, place + 2], y - x[number, place]
        seen = [shifts[pairs == 10 * a + b] for a in ANCHORS for b in ANCHORS]
        rows.append([float(np.median(found)) for found in seen])
        worst = max(worst, *(int(np.ptp(found)) for found in seen))
    detail = f"{TABLES} tables; labels of one pair differ by at most {worst}"
    return Measurement(int(np.linalg.matrix_rank(np.array(rows))), detail)


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
        Curve("span of tables", ranks["measured"], "dots"),
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
