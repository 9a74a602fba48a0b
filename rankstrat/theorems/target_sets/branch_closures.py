r"""Two-layer networks: where branches of a target set meet, and when the target set is
connected.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import factorial

from rankstrat.rank.verdict import Verdict
from rankstrat.text.tables import Math
from rankstrat.theorems.target_sets.branch_counts import generic_target
from rankstrat.theorems.theorem import Case, Computed, Theorem

_DEFAULT = (
    (1, 1, 3),
    (2, 1, 2),
    (2, 2, 2),
    (3, 1, 1),
    (3, 2, 3),
    (3, 3, 2),
    (4, 2, 7),
    (4, 3, 2),
    (4, 4, 1),
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Width m, neurons m0 of the target, inputs d."""
    for m, k, d in (*_DEFAULT, *(((4, 1, 2), (4, 3, 10), (5, 5, 2)) if deep else ())):
        yield {"m": m, "m0": k, "d": d}


def predicted(case: Case, seed: int) -> int:
    """1 for m > m0, m! for m = m0."""
    if case["m"] > case["m0"]:
        return 1
    return factorial(case["m"])


def computed(case: Case, seed: int) -> Computed:
    """The number of components of the graph of affine closures, if the branches are proved
    complete.

    Every branch with r = m0 must meet the closure of one with r = m0 + 1, where there is any, in a
    set of one dimension less, and no closure may contain it; otherwise the case is refuted.
    """
    found = generic_target(case, seed)
    graph, m0 = found.graph, case["m0"]
    number = len(found.components.parts)
    for i, branch in enumerate(found.branches):
        if case["m"] > m0 and branch.index is not None and branch.index[0] == m0:
            larger = [j for j in graph[i] if (found.branches[j].index or (0,))[0] == m0 + 1]
            common = max((graph[i][j]["dimension"] for j in graph[i]), default=-1)
            if common != branch.dimension - 1 or all(
                graph[i][j]["dimension"] < common for j in larger
            ):
                number = -1
    known = found.complete and not graph.graph["undecided"]
    verdict = Verdict.PROVED if known else Verdict.OPEN
    statement = (
        f"{len(found.branches)} branches, {graph.number_of_edges()} pairs meet, {number} components"
    )
    return Computed(number, number, verdict, found.model.size, statement)


THEOREM = Theorem(
    name="branch_closures",
    title="Branches meet: when a target set is connected",
    statement=(
        r"If $m > m_0$, every branch of the target set of $m_0$ neurons with $r = m_0$ distinct"
        r" input weights (fully condensed) meets the closure of one with $r = m_0 + 1$, in a set"
        r" of one dimension less, and lies in the closure of no other branch. The target set is"
        r" connected then; it is $m!$ isolated points if $m = m_0$."
    ),
    source="derived in docs/proofs.md#branches; compare STR Proposition 3.2 and Lemma 3.5",
    keys=("STR",),
    assumptions=(
        r"no bias; $\sigma$ is generic in the sense of STR (exp is; tanh is not)",
        r"the $m_0$ input weights of the target are distinct, their output weights nonzero",
    ),
    formula=Math("1 if m > m0, else m!", r"1 \text{ if } m > m_0,\ \text{else } m!"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="number of components",
)
