r"""Two-layer networks: the rank at a generic point of a branch of a target set is r + (r - l) d."""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.rank.certificate import RankCertificate
from rankstrat.targets import Branch
from rankstrat.text.tables import Math
from rankstrat.theorems.target_sets.branch_counts import generic_target
from rankstrat.theorems.theorem import Case, Theorem

_DEFAULT = ((2, 1, 2), (3, 1, 2), (3, 2, 3), (4, 2, 3), (4, 2, 7))


def indices(m: int, k: int) -> Iterator[tuple[int, int]]:
    """All (r, l): r distinct weights, l of the r - m0 further ones on one neuron only, the others
    on two or more.
    """
    for r in range(k, m + 1):
        for alone in range(max(0, 2 * r - m - k), r - k + 1):
            yield r, alone


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Width m, neurons m0 of the target, inputs d, distinct weights r, deficient number l."""
    sizes = list(_DEFAULT)
    if deep:
        sizes += [
            (m, k, d)
            for m in range(1, 6)
            for k in range(1, m + 1)
            for d in (1, 2, 5)
            if (m, k) != (5, 1)
        ]
    for m, k, d in dict.fromkeys(sizes):
        for r, alone in indices(m, k):
            yield {"m": m, "m0": k, "d": d, "r": r, "l": alone}


def branch_of(case: Case, seed: int) -> Branch:
    """The first branch with these r and l."""
    branches = generic_target(case, seed).branches
    return next(branch for branch in branches if branch.index == (case["r"], case["l"]))


def predicted(case: Case, seed: int) -> int:
    """r + (r - l) d."""
    return int(case["r"] + (case["r"] - case["l"]) * case["d"])


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank at the generic point of the branch."""
    return branch_of(case, seed).certificate


THEOREM = Theorem(
    name="branch_ranks",
    title="Rank on the branches of a target set",
    statement=(
        r"At almost every point of a branch with $r$ distinct input weights, $l$ of which belong"
        r" to one neuron each whose output weight is $0$ (the deficient number), the model rank is"
        r" $r + (r-l)d$."
    ),
    source="STR Lemma 4.2",
    keys=("STR",),
    assumptions=(
        r"no bias; $\sigma$ is generic in the sense of STR (exp is; tanh is not)",
        r"the $m_0$ input weights of the target are distinct, their output weights nonzero",
    ),
    formula=Math("r + (r-l) d", "r + (r-l) d"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
