r"""Two-layer networks: half the codimension on Morse-Bott branches."""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.text.tables import Math
from rankstrat.theorems._learning import coefficient
from rankstrat.theorems.target_sets.branch_ranks import branch_of
from rankstrat.theorems.theorem import Case, Computed, Theorem

_DEFAULT = (
    (1, 1, 1, 1),
    (2, 1, 1, 2),
    (2, 1, 3, 2),
    (3, 1, 2, 2),
    (3, 1, 2, 3),
    (2, 2, 2, 2),
    (4, 2, 7, 4),
)
_DEEP = ((4, 1, 2, 3), (4, 2, 3, 3), (5, 3, 2, 4), (4, 4, 1, 4), (5, 3, 3, 5))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Width m, neurons m0 of the target, inputs d, distinct weights r; l = 2r - m - m0."""
    for m, k, d, r in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {"m": m, "m0": k, "d": d, "r": r, "l": 2 * r - m - k}


def predicted(case: Case, seed: int) -> int:
    """r + (m + m0 - r)d."""
    return int(case["r"] + (case["m"] + case["m0"] - case["r"]) * case["d"])


def computed(case: Case, seed: int) -> Computed:
    """Twice the coefficient at almost every point of the branch."""
    return coefficient(branch_of(case, seed), 2, seed=seed)


THEOREM = Theorem(
    name="learning_coefficient_morse_bott",
    title="Two-layer networks, learning coefficient on Morse-Bott branches",
    statement=(
        r"If $l = 2r - m - m_0$, then the learning coefficient at almost every point of the branch"
        r" is half its codimension, $\tfrac12\bigl(r + (m + m_0 - r)d\bigr)$, with multiplicity 1."
    ),
    source="STR Lemma 4.2 (ranks); docs/singular.md#morse-bott",
    keys=("STR", "Watanabe2009"),
    assumptions=(
        r"no bias; $\sigma$ is generic in the sense of STR (exp is; tanh is not)",
        r"the $m_0$ input weights of the target are distinct, their output weights nonzero",
    ),
    formula=Math("r + (m+m0-r) d", "r + (m+m_0-r) d"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="twice the learning coefficient",
)
