"""How often a matrix is completed, against the size of the start.

With local linear recovery the rate should rise to 1 as the initial scale goes to 0; that is OPEN,
and what a row says is whether it rises.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rankstrat.dynamics._scipy import scipy
from rankstrat.experiments._agreement import Equal, Measurement, Prediction, Tolerance
from rankstrat.experiments._report import Case
from rankstrat.rank.verdict import Verdict

Flags = NDArray[np.bool_]
AGAINST = "rate against scale"
RISES, FALLS, NEITHER = "rises", "falls", "neither"
SIGNIFICANT = 1e-3
"""An exact one-sided test must give at most this for two rates to differ."""
FEW, ALL = (1e-1, 1e-8, 1e-16), (1e-1, 1e-2, 1e-4, 1e-8, 1e-16)


def scale_cases(deep: bool) -> list[Case]:
    """From the largest scale to the smallest; one entry more than the rank at the target."""
    sizes, trials, places = (ALL, 100, ((1, 8), (2, 13))) if deep else (FEW, 15, ((1, 8),))
    shown = ", ".join(f"{s:.0e}" for s in sizes)
    return [
        {"rank": rank, "n": n, "scale": shown, "recovery": "yes", "trials": trials, "what": AGAINST}
        for rank, n in places
    ]


def scales(case: Case) -> list[float]:
    """The initial scales of a case, descending."""
    return [float(s) for s in case["scale"].split(", ")]


def scale_predicted() -> Prediction:
    """That the rate rises."""
    text = "with recovery the rate tends to 1 as the initialisation tends to 0; no theorem says so"
    return Prediction(RISES, Verdict.OPEN, text, "rises as the scale falls")


def scale_measured(case: Case, success: Flags, fitted: Flags) -> Measurement:
    """Whether the rate rises as the scale falls.

    It rises if it is significantly larger at the smallest scale than at the largest one and
    significantly smaller nowhere on the way; it falls if the same holds of the opposite order.

    Args:
        case: the cell.
        success: which runs completed the matrix, shape (scales, trials).
        fitted: which runs fitted their entries; others say nothing.
    """
    counts = [(int((s & f).sum()), int(f.sum())) for s, f in zip(success, fitted, strict=True)]
    value = NEITHER
    if rises(counts):
        value = RISES
    elif rises(counts[::-1]):
        value = FALLS
    pairs = zip(scales(case), counts, strict=True)
    detail = ", ".join(f"{hits} of {tries} at {scale:.0e}" for scale, (hits, tries) in pairs)
    rates = [
        (scale, hits / max(tries, 1))
        for scale, (hits, tries) in zip(scales(case), counts, strict=True)
    ]
    unfinished = int(np.size(fitted) - np.sum(fitted))
    return Measurement(value, detail, None, {"rate": rates}, unfinished)


def rises(counts: Sequence[tuple[int, int]]) -> bool:
    """Whether the last rate is significantly above the first, and none below the one before it."""
    steps = pairwise(counts)
    return larger(counts[-1], counts[0]) and not any(larger(old, new) for old, new in steps)


def larger(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether a rate (successes, trials) is larger than another, by Fisher's exact test."""
    table = [[one[0], one[1] - one[0]], [other[0], other[1] - other[0]]]
    test = scipy("stats", "an exact test").fisher_exact(table, alternative="greater")
    return bool(test[1] <= SIGNIFICANT)


def scale_tolerance() -> Tolerance:
    """The same word."""
    return Equal()


__all__ = [
    "AGAINST", "FALLS", "NEITHER", "RISES", "Flags", "larger", "rises", "scale_cases",
    "scale_measured", "scale_predicted", "scale_tolerance", "scales",
]  # fmt: skip
