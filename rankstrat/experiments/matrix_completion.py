r"""E4: matrix completion by AB with 4 x 4 factors from n entries, against local linear recovery.

If the tangent functions restricted to the observed entries have a smaller rank than the target's
optimistic one, the target is not even locally the only solution near the branch of least rank, and
descent must not find it. With full rank it is found more often the smaller the initialisation.
Where it ends depends on the pattern: the least rank, or the least nuclear norm.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from rankstrat.algebra.linear import rank as rational_rank
from rankstrat.dynamics.loss import Array
from rankstrat.experiments._agreement import (
    NEVER,
    AtLeast,
    Frequency,
    Measurement,
    Prediction,
    Tolerance,
)
from rankstrat.experiments._patterns import (
    observed,
    pattern_cases,
    pattern_measured,
    pattern_predicted,
    pattern_target,
    pattern_tolerance,
)
from rankstrat.experiments._report import Case, Experiment, ExperimentReport
from rankstrat.experiments._scales import (
    AGAINST,
    Flags,
    scale_cases,
    scale_measured,
    scale_predicted,
    scale_tolerance,
    scales,
)
from rankstrat.families import matrix_factorization
from rankstrat.pictures.panels import Curve, Panel
from rankstrat.rank.verdict import Verdict
from rankstrat.samples import count_recovering_subsets

SIZE, STEPS, RATE, FIT, SUCCESS = 4, 40_000, 0.1, 1e-16, 1e-6
FACTORS = {
    1: ([[1], [2], [-1], [3]], [[1, -1, 2, 1]]),
    2: ([[1, 0], [2, 1], [-1, 1], [0, 2]], [[1, -1, 2, 0], [0, 1, 1, -1]]),
}
"""Target rank -> the two factors of the target, in small integers."""
MODEL = matrix_factorization(SIZE, SIZE, SIZE)


def cases(seed: int, deep: bool) -> Iterable[Case]:
    """No success without recovery; more success with recovery at smaller initialisation."""
    never, often = (500, 500) if deep else (250, 100)
    for rank, n in ((1, 7), (2, 12)):
        yield {"rank": rank, "n": n, "scale": 1e-8, "recovery": "no", "trials": never}
        yield {"rank": rank, "n": n - 1, "scale": 1e-8, "recovery": "no", "trials": never}
        yield {"rank": rank, "n": n + 1, "scale": 1e-16, "recovery": "yes", "trials": often}
    yield from pattern_cases()
    yield from scale_cases(deep)


def matrix(rank: int) -> Any:
    """The target."""
    a, b = FACTORS[rank]
    return np.array(a) @ np.array(b)


@lru_cache(maxsize=4)
def _tangents(rank: int) -> tuple[tuple[Fraction, ...], ...]:
    """Rows of the Jacobian of AB at the least-rank point, one for each entry, exact."""
    a, b = FACTORS[rank]
    left = np.zeros((SIZE, SIZE), dtype=int)
    right = np.zeros((SIZE, SIZE), dtype=int)
    left[:, :rank], right[:rank] = a, b
    rows = []
    for i in range(SIZE):
        for j in range(SIZE):
            da, db = np.zeros((SIZE, SIZE), int), np.zeros((SIZE, SIZE), int)
            da[i], db[:, j] = right[:, j], left[i]
            rows.append(tuple(Fraction(int(v)) for v in (*da.ravel(), *db.ravel())))
    return tuple(rows)


def least_rank(rank: int) -> int:
    r"""$2 \cdot 4 r - r^2$, the rank at the point of least rank."""
    return 2 * SIZE * rank - rank * rank


def recovers(rank: int, entries: Sequence[int]) -> bool:
    """Whether the tangent rows of the observed entries have the least rank, over the rationals."""
    rows = [_tangents(rank)[e] for e in entries]
    return rational_rank(rows) == least_rank(rank)


def patterns(case: Case, seed: int) -> list[list[int]]:
    """Random sets of entries of the size and kind of a case."""
    rng = np.random.default_rng((seed, 41, case["rank"], case["n"]))
    wanted = case["recovery"] == "yes"
    found: list[list[int]] = []
    for _ in range(400 * case["trials"]):
        entries = sorted(int(v) for v in rng.permutation(SIZE * SIZE)[: case["n"]])
        if recovers(case["rank"], entries) == wanted:
            found.append(entries)
        if len(found) == case["trials"]:
            break
    return found


def predicted(case: Case, seed: int) -> Prediction:
    """Never without recovery (exact ranks); at least 80 % with recovery at the smallest scale."""
    if case.get("what") == AGAINST:
        return scale_predicted()
    if "what" in case:
        return pattern_predicted(case)
    if case["recovery"] == "no":
        return Prediction(NEVER, Verdict.PROVED, "the rank on the observed entries is too small")
    a, b = FACTORS[case["rank"]]
    left, right = np.zeros((SIZE, SIZE), int), np.zeros((SIZE, SIZE), int)
    left[:, : case["rank"]], right[: case["rank"]] = a, b
    count = count_recovering_subsets(MODEL.point(A=left.tolist(), B=right.tolist()), case["n"])
    statement = f"{count}; the rate tends to 1 as the initialisation tends to 0 (OPEN)"
    return Prediction(0.8, Verdict.OPEN, statement, "a rate of at least 0.8")


def measured(case: Case, seed: int) -> Measurement:
    """Descent on all trials at once; success is a relative error below 1e-6 on all entries.

    A threshold of 1e-3 would count completions that are only near the target: one run of a thousand
    without recovery ended 1.7e-4 from it, and stayed there while its loss fell to 1e-28.
    """
    if case.get("what") == AGAINST:
        sizes = scales(case)
        wrong, fitted = _completed(case, seed, sizes)
        shape = (len(sizes), -1)
        return scale_measured(case, (wrong < SUCCESS).reshape(shape), fitted.reshape(shape))
    if "what" in case:
        return pattern_measured(case, *_pattern_ends(case, seed))
    wrong, fitted = _completed(case, seed, [case["scale"]])
    reached, tries = int(fitted.sum()), len(fitted)
    detail = f"{reached} of {tries} fit their entries to {10 * FIT:.0e}"
    share = (np.arange(tries) + 1) / max(tries, 1)
    curves = {"relative error": list(zip(np.sort(wrong).tolist(), share.tolist(), strict=True))}
    if case["recovery"] == "yes":
        # a run that has not fitted its entries in so many steps says nothing yet
        rate = int(((wrong < SUCCESS) & fitted).sum()) / max(1, reached)
        return Measurement(rate, detail, None, curves, tries - reached)
    return Measurement(int((wrong < SUCCESS).sum()), detail, reached, curves, tries - reached)


def _completed(case: Case, seed: int, sizes: Sequence[float]) -> tuple[Array, Flags]:
    """Relative errors, and which runs fit their entries; (scales * trials,) each.

    All scales have the same sets of entries and the same directions of the start.
    """
    sets = patterns(case, seed)
    target = matrix(case["rank"]).astype(float).ravel()
    seen = np.zeros((len(sets), SIZE * SIZE), dtype=bool)
    for mask, entries in zip(seen, sets, strict=True):
        mask[entries] = True
    rng = np.random.default_rng((seed, 42, case["n"]))
    start = rng.standard_normal((len(sets), MODEL.size))
    theta = np.concatenate([size * start for size in sizes])
    seen = np.tile(seen, (len(sizes), 1))
    gap = outputs(_descend(theta, seen, target, case["n"])) - target
    wrong = np.linalg.norm(gap, axis=1) / np.linalg.norm(target)
    return wrong, (np.where(seen, gap, 0) ** 2).sum(axis=1) < 10 * FIT


def _pattern_ends(case: Case, seed: int) -> tuple[Array, Any]:
    """Products AB where descent ends, and which of them fit the observed entries."""
    target, mask = pattern_target().ravel(), observed(case["recovery"]).ravel()
    rng = np.random.default_rng((seed, 43, case["n"]))
    theta = case["scale"] * rng.standard_normal((case["trials"], MODEL.size))
    ends = outputs(_descend(theta, np.tile(mask, (len(theta), 1)), target, case["n"]))
    return ends, (np.where(mask, ends - target, 0) ** 2).sum(axis=1) < 10 * FIT


def outputs(theta: Array) -> Array:
    """AB at parameters of shape (trials, 32), flattened to (trials, 16)."""
    a, b = theta.reshape(-1, 2, SIZE, SIZE).transpose(1, 0, 2, 3)
    return np.asarray(np.matmul(a, b).reshape(len(theta), -1))


def slope(theta: Array, observed: Any, target: Array) -> tuple[Array, Array]:
    r"""$\sum e^2$ over the observed entries, and its gradient, by products of 4 x 4 matrices.

    The program of the model gives the same, eight times later (20,000 steps of 250 trials).
    """
    a, b = theta.reshape(-1, 2, SIZE, SIZE).transpose(1, 0, 2, 3)
    e = np.where(observed, outputs(theta) - target, 0)
    square = 2 * e.reshape(-1, SIZE, SIZE)
    left = np.matmul(square, b.transpose(0, 2, 1))
    right = np.matmul(a.transpose(0, 2, 1), square)
    return (e * e).sum(axis=1), np.stack([left, right], axis=1).reshape(len(theta), -1)


def _descend(theta: Array, observed: Any, target: Array, n: int) -> Array:
    """Plain descent on the mean over the observed entries; trials that fit them stop."""
    theta, live = theta.copy(), np.arange(len(theta))
    for _ in range(STEPS):
        value, gradient = slope(theta[live], observed[live], target)
        theta[live] -= RATE / n * gradient
        live = live[value > FIT]
        if not len(live):
            break
    return theta


def tolerance(case: Case) -> Tolerance:
    """No success at all; a rate that is at least the stated one."""
    if case.get("what") == AGAINST:
        return scale_tolerance()
    if "what" in case:
        return pattern_tolerance(case)
    return Frequency() if case["recovery"] == "no" else AtLeast()


def picture(report: ExperimentReport) -> Sequence[Panel]:
    """The share of runs that end below a relative error."""
    panels = []
    for rank in FACTORS:
        curves = tuple(
            Curve(f"n = {row.case['n']}, recovery: {row.case['recovery']}", points, "steps")
            for row, points in report.curves("relative error", rank=rank)
        )
        panels.append(
            Panel(
                f"rank {rank}",
                "relative error",
                "share of runs",
                curves,
                places=(("success", SUCCESS),),
                logarithmic="x",
            )
        )
    rates = tuple(
        Curve(f"rank {row.case['rank']}, n = {row.case['n']}", points, "dots")
        for row, points in report.curves("rate")
    )
    return [*panels, Panel("with recovery", "initial scale", "rate", rates, logarithmic="x")]


EXPERIMENT = Experiment(
    name="matrix_completion",
    title="Matrix completion and local linear recovery",
    statement=(
        r"A 4 x 4 matrix of rank r is recovered by gradient descent on $\|AB - M\|^2$ over n"
        r" entries only if the tangent functions have rank $8r - r^2$ on them. A connected pattern"
        r" leads to the least rank, complete blocks apart to the least nuclear norm."
    ),
    keys=("OPT", "LLR"),
    cases=cases,
    predicted=predicted,
    measured=measured,
    tolerance=tolerance,
    picture=picture,
)
