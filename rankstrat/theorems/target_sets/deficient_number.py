r"""Two-layer networks: the least deficient number of the branches with r distinct input weights."""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.rank.verdict import Verdict
from rankstrat.text.tables import Math
from rankstrat.theorems.target_sets.branch_counts import generic_target
from rankstrat.theorems.theorem import Case, Computed, Theorem

_DEFAULT = ((2, 1, 2), (3, 1, 2), (4, 2, 3), (5, 4, 6))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Width m, neurons m0 of the target, inputs d, distinct weights r."""
    for m, k, d in (*_DEFAULT, *(((4, 1, 1), (4, 3, 2), (5, 2, 1), (5, 3, 8)) if deep else ())):
        for r in range(k, m + 1):
            yield {"m": m, "m0": k, "d": d, "r": r}


def predicted(case: Case, seed: int) -> int:
    """max(0, 2r - m - m0)."""
    return int(max(0, 2 * case["r"] - case["m"] - case["m0"]))


def computed(case: Case, seed: int) -> Computed:
    """The least l of the branches in the list, if it is proved to be complete."""
    found = generic_target(case, seed)
    numbers = [
        b.index[1] for b in found.branches if b.index is not None and b.index[0] == case["r"]
    ]
    size, verdict = found.model.size, Verdict.PROVED if found.complete else Verdict.OPEN
    statement = (
        f"{len(numbers)} branches with l from {min(numbers)} to {max(numbers)}: {found.basis}"
    )
    return Computed(min(numbers), min(numbers), verdict, size, statement)


THEOREM = Theorem(
    name="deficient_number",
    title="Least deficient number of a branch",
    statement=(
        r"Among the branches of the target set of $m_0$ neurons in width $m$ with $r$ distinct"
        r" input weights the least deficient number (input weights besides those of the target"
        r" that only one neuron carries) is $\max(0, 2r - m - m_0)$."
    ),
    source="STR Lemma 3.6",
    keys=("STR",),
    assumptions=(
        r"no bias; $\sigma$ is generic in the sense of STR (exp is; tanh is not)",
        r"the $m_0$ input weights of the target are distinct, their output weights nonzero",
    ),
    formula=Math("max(0, 2r - m - m0)", r"\max(0, 2r - m - m_0)"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="least deficient number",
)
