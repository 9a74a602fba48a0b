r"""Patterns of observed entries, connected or not, of one 4 x 4 matrix $uv^\top$ of rank 1.

From a small start, descent on AB goes to the least rank if the bipartite graph of the observed
entries is connected, and to the least nuclear norm if its components are complete.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy

from rankstrat.dynamics.loss import Array
from rankstrat.experiments._agreement import Equal, Measurement, Prediction, Tolerance, Within
from rankstrat.experiments._report import Case
from rankstrat.rank.verdict import Verdict

LEFT, RIGHT = (1, 2, 3, 1), (3, 1, 1, -1)
BRIDGE = (0, 3)
"""The entry that joins the two blocks; it is 1 in size."""
CONNECTED, APART = "connected", "complete blocks"
RANK, NUCLEAR = "rank", "nuclear norm"
VISIBLE = 1e-3
"""A singular value is counted from this part of the largest on."""


def pattern_cases() -> list[Case]:
    """Rank and nuclear norm of the end points, for two blocks apart, and joined by one entry."""
    return [
        {"rank": 1, "n": int(observed(name).sum()), "scale": 1e-16, "recovery": name,
         "trials": 8, "what": what}
        for name in (CONNECTED, APART)
        for what in (RANK, NUCLEAR)
    ]  # fmt: skip


def pattern_target() -> Array:
    """The matrix."""
    return np.outer(LEFT, RIGHT).astype(float)


def observed(name: str) -> Any:
    """The mask of the observed entries, 4 x 4."""
    mask = np.kron(np.eye(2), np.ones((2, 2))).astype(bool)
    mask[BRIDGE] |= name == CONNECTED
    return mask


def _length(values: tuple[int, ...]) -> sympy.Expr:
    return sympy.sqrt(sum(v * v for v in values))


def least_rank_norm() -> sympy.Expr:
    """|u||v|, the nuclear norm of the only completion of rank 1 of the connected pattern."""
    return sympy.nsimplify(_length(LEFT) * _length(RIGHT))


def least_norm() -> sympy.Expr:
    r"""The least nuclear norm of a completion of the two blocks.

    It is the sum over the blocks: $W \mapsto (W + SWS)/2$ with S = diag(1, 1, -1, -1) keeps the
    blocks, removes the rest, and does not increase the norm.
    """
    return _length(LEFT[:2]) * _length(RIGHT[:2]) + _length(LEFT[2:]) * _length(RIGHT[2:])


def pattern_predicted(case: Case) -> Prediction:
    """The least rank of the connected pattern; the least nuclear norm of the blocks apart."""
    name, what = case["recovery"], case["what"]
    # zeros in the other places complete the connected pattern
    bound = least_norm() + abs(LEFT[BRIDGE[0]] * RIGHT[BRIDGE[1]])
    if (name, what) == (CONNECTED, RANK):
        text = "least rank: a connected pattern has one completion of rank 1"
        return Prediction(1, Verdict.PROVED, text)
    if (name, what) == (CONNECTED, NUCLEAR):
        value = least_rank_norm()
        text = f"of that completion; the least nuclear norm is at most {bound} = {float(bound):.6g}"
        return Prediction(float(value), Verdict.PROVED, text, f"{value} = {float(value):.6g}")
    if what == NUCLEAR:
        value = least_norm()
        text = "least nuclear norm: the sum of those of the blocks"
        return Prediction(float(value), Verdict.PROVED, text, f"{value} = {float(value):.6g}")
    text = "the blocks condense on two directions, which differ almost surely; the least rank is 1"
    return Prediction(2, Verdict.OPEN, text)


def pattern_measured(case: Case, ends: Array, fitted: Any) -> Measurement:
    """Of the completions (trials, 16) that fit their entries; all must have the same rank."""
    tries, reached = len(ends), int(fitted.sum())
    detail = f"{reached} of {tries} fit their entries"
    if not reached:
        return Measurement(np.inf, detail, None, {}, tries)
    values = np.linalg.svd(ends[fitted].reshape(-1, 4, 4), compute_uv=False)
    ranks = (values > VISIBLE * values[:, :1]).sum(axis=1)
    norms = values.sum(axis=1)
    detail += f"; second singular values from {values[:, 1].min():.2g} to {values[:, 1].max():.2g}"
    if case["what"] == NUCLEAR:
        farthest = norms[np.abs(norms - np.median(norms)).argmax()]
        return Measurement(float(farthest), detail, None, {}, tries - reached)
    if len(set(ranks.tolist())) > 1:
        return Measurement(f"{ranks.min()} to {ranks.max()}", detail, None, {}, tries - reached)
    return Measurement(int(ranks[0]), detail, None, {}, tries - reached)


def pattern_tolerance(case: Case) -> Tolerance:
    """Equal ranks; nuclear norms to 0.1 %: the two minima differ by 14 %."""
    return Equal() if case["what"] == RANK else Within(relative=1e-3)


__all__ = [
    "APART", "CONNECTED", "NUCLEAR", "RANK", "least_norm", "least_rank_norm", "observed",
    "pattern_cases", "pattern_measured", "pattern_predicted", "pattern_target",
    "pattern_tolerance",
]  # fmt: skip
