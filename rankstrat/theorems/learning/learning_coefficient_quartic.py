r"""Two-layer networks: branches across which the loss is of order 4."""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.text.tables import Math
from rankstrat.theorems._learning import coefficient
from rankstrat.theorems.target_sets.branch_ranks import branch_of
from rankstrat.theorems.theorem import Case, Computed, Theorem

_DEFAULT = (
    (2, 1, 1, 1, 0),
    (2, 1, 2, 1, 0),
    (2, 1, 3, 1, 0),
    (3, 2, 2, 2, 0),
    (3, 1, 2, 2, 1),
    (4, 2, 3, 3, 1),
    (4, 3, 7, 3, 0),
)
_DEEP = ((5, 3, 2, 4, 1), (5, 4, 2, 4, 0), (4, 1, 2, 3, 2), (2, 1, 6, 1, 0))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Width m, neurons m0 of the target, inputs d, distinct weights r, deficient number l."""
    for m, k, d, r, alone in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {"m": m, "m0": k, "d": d, "r": r, "l": alone}


def predicted(case: Case, seed: int) -> int:
    """The rank r + (r - l)d and the codimension r + (m + m0 - r)d."""
    return int(2 * case["r"] + (case["m"] + case["m0"] - case["l"]) * case["d"])


def computed(case: Case, seed: int) -> Computed:
    """Four times the coefficient at almost every point of the branch."""
    return coefficient(branch_of(case, seed), 4, seed=seed)


THEOREM = Theorem(
    name="learning_coefficient_quartic",
    title="Two-layer networks, learning coefficient beyond Morse-Bott branches",
    statement=(
        r"On a branch whose classes have at most two neurons the learning coefficient at almost"
        r" every point is $\tfrac r2 + \tfrac14(\text{codimension} - r)$ with the rank $r$, that"
        r" is, a quarter of $2r + (m + m_0 - l)d$ in terms of $r$ distinct weights."
    ),
    source="STR Lemma 4.2 (ranks and codimensions); docs/singular.md#quartic",
    keys=("STR", "Watanabe2009"),
    assumptions=(
        r"no bias; $\sigma$ is generic in the sense of STR (exp is; tanh is not)",
        r"at most two neurons share an input weight",
    ),
    formula=Math("2r + (m+m0-l) d", "2r + (m+m_0-l) d"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="four times the learning coefficient",
)
