r"""Recovery stability on Morse-Bott branches, decided sample by sample with exact ranks."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from rankstrat.rank.verdict import Verdict
from rankstrat.samples.stability import recovery_stability
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import source
from rankstrat.theorems.target_sets.branch_ranks import branch_of
from rankstrat.theorems.theorem import Case, Computed, Theorem

_DEFAULT = ((2, 1, 2, 2), (3, 1, 2, 2), (3, 1, 2, 3), (2, 2, 2, 2), (4, 2, 3, 3), (4, 2, 7, 4))
_DEEP = ((3, 2, 2, 3), (4, 2, 2, 3), (4, 3, 2, 4), (4, 4, 1, 4), (5, 3, 2, 4), (5, 3, 3, 5))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Width m, neurons m0 of the target, inputs d, distinct weights r; l = 2r - m - m0."""
    for m, k, d, r in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {"m": m, "m0": k, "d": d, "r": r, "l": 2 * r - m - k}


def predicted(case: Case, seed: int) -> int:
    """r + (m + m0 - r)d."""
    return int(case["r"] + (case["m"] + case["m0"] - case["r"]) * case["d"])


def computed(case: Case, seed: int) -> Computed:
    """The least n for which a random point is stable for n random samples; each n is decided by
    exact ranks.
    """
    branch, rng = branch_of(case, seed), source(case, seed)
    point = branch.sample(seed=seed + 2, size=3)
    samples = [
        [Fraction(rng.randint(-30, 30), 20) for _ in range(case["d"])]
        for _ in range(branch.model.size)
    ]
    low, high = 0, len(samples) + 1  # not stable for low, stable for high samples
    answers = []
    for n in range(1, len(samples) + 1):
        answer = recovery_stability(branch, point, samples[:n], seed=seed)
        answers.append(f"n = {n}: {answer}")
        if answer.verdict is not Verdict.PROVED:
            continue
        if answer.stable:
            high = n
            break
        low = n
    verdict = Verdict.PROVED if high == low + 1 else Verdict.OPEN
    return Computed(
        low + 1, high, verdict, branch.model.size, f"{branch.label}: {'; '.join(answers[-2:])}"
    )


THEOREM = Theorem(
    name="stability_morse_bott",
    title="Recovery stability on Morse-Bott branches, tested with samples",
    statement=(
        r"If $l = 2r - m - m_0$, then the rank equals the codimension, and almost every point of"
        r" the branch is recovery stable for $n$ generic samples if and only if"
        r" $n \geq r + (m + m_0 - r)d$; also if $m = m_0$."
    ),
    source="STR Theorem 5.4, corrected here: STR says unstable and stable for the same n",
    keys=("STR",),
    assumptions=(
        "a random point and random samples; each sample size is decided by an exact rank",
        r"no bias; $\sigma$ is generic in the sense of STR (exp is; tanh is not)",
    ),
    formula=Math("r + (m+m0-r) d", "r + (m+m_0-r) d"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="least number of samples for stability",
)
