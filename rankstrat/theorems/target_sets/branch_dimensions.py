r"""Two-layer networks: the dimension of a branch of a target set is (m - r) + (r - m0) d."""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.model.model import Model
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.verdict import Verdict
from rankstrat.text.tables import Math
from rankstrat.theorems.target_sets.branch_ranks import branch_of, indices
from rankstrat.theorems.theorem import Case, Computed, Theorem

_DEFAULT = ((2, 1, 2), (3, 1, 2), (3, 3, 1), (4, 2, 3), (4, 1, 9))


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


def predicted(case: Case, seed: int) -> int:
    """(m - r) + (r - m0) d."""
    return int(case["m"] - case["r"] + (case["r"] - case["m0"]) * case["d"])


def computed(case: Case, seed: int) -> Computed:
    """The rank of the chart of the branch, a map into parameter space; points of it have the target
    as function.
    """
    branch = branch_of(case, seed)
    size, coordinates = branch.model.size, branch.chart.coordinates
    if not coordinates:
        return Computed(0, 0, Verdict.PROVED, size, f"{branch.label} is a point")
    found = model_rank(Model(list(branch.chart.values.values()), coordinates), seed=seed)
    return Computed(
        found.lower, found.upper, found.verdict, size, f"{branch}; {found}", found.error_bound
    )


THEOREM = Theorem(
    name="branch_dimensions",
    title="Dimension of the branches of a target set",
    statement=(
        r"A branch with $r$ distinct input weights of the target set of $m_0$ neurons in width"
        r" $m$ has the dimension $(m - r) + (r - m_0)d$ and the codimension $r + (m + m_0 - r)d$,"
        r" whatever its deficient number $l$."
    ),
    source="STR Proposition 3.2",
    keys=("STR",),
    assumptions=(
        r"no bias; $\sigma$ is generic in the sense of STR (exp is; tanh is not)",
        r"the $m_0$ input weights of the target are distinct, their output weights nonzero",
    ),
    formula=Math("(m-r) + (r-m0) d", "(m-r) + (r-m_0)d"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="dimension of the branch",
)
