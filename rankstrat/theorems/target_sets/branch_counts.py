r"""Two-layer networks: the number of branches of a target set with r distinct input weights."""

from __future__ import annotations

from collections.abc import Iterator
from math import factorial

from rankstrat.families.catalogue.two_layer import two_layer
from rankstrat.rank.verdict import Verdict
from rankstrat.targets import TargetSet, target_set
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import distinct_classes, nonzero, source
from rankstrat.theorems.theorem import Case, Computed, Theorem

_DEFAULT = ((2, 1, 2), (3, 1, 2), (4, 2, 7), (5, 4, 2))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Width m, neurons m0 of the target, inputs d, distinct weights r."""
    sizes = list(_DEFAULT)
    if deep:
        sizes += [
            (m, k, d)
            for m in range(1, 6)
            for k in range(1, m + 1)
            for d in (1, 3)
            if (m, k) != (5, 1)
        ]
    for m, k, d in dict.fromkeys(sizes):
        for r in range(k, m + 1):
            yield {"m": m, "m0": k, "d": d, "r": r}


def generic_target(case: Case, seed: int) -> TargetSet:
    """The target set of a random function of m0 neurons exp(w.x) in width m."""
    rng = source({name: case[name] for name in ("m", "m0", "d")}, seed)
    k, d = case["m0"], case["d"]
    point = two_layer(k, d, "exp").point(
        a=[nonzero(rng) for _ in range(k)], w=distinct_classes(rng, k, d)
    )
    return target_set(two_layer(case["m"], d, "exp"), point, seed=seed)


def _stirling(m: int, r: int) -> int:
    if r in (0, m):
        return int(r == m)
    return r * _stirling(m - 1, r) + _stirling(m - 1, r - 1)


def predicted(case: Case, seed: int) -> int:
    """S(m, r) r! / (r - m0)!."""
    return (
        _stirling(case["m"], case["r"]) * factorial(case["r"]) // factorial(case["r"] - case["m0"])
    )


def computed(case: Case, seed: int) -> Computed:
    """The number of branches in the list, if it is proved to be complete."""
    found = generic_target(case, seed)
    number = sum(
        branch.index is not None and branch.index[0] == case["r"] for branch in found.branches
    )
    size, verdict = found.model.size, Verdict.PROVED if found.complete else Verdict.OPEN
    return Computed(
        number, number, verdict, size, f"{number} branches with r = {case['r']}: {found.basis}"
    )


THEOREM = Theorem(
    name="branch_counts",
    title="Number of branches of a target set",
    statement=(
        r"The target set of a function of $m_0$ neurons in a two-layer network of width $m$ has"
        r" $S(m, r)\, r!/(r - m_0)!$ branches with exactly $r$ distinct input weights,"
        r" $m_0 \leq r \leq m$ ($S$: Stirling numbers of the second kind)."
    ),
    source="STR Definitions 3.2-3.4; counted here",
    keys=("STR",),
    assumptions=(
        r"no bias; $\sigma$ is generic in the sense of STR (exp is; tanh is not)",
        r"the $m_0$ input weights of the target are distinct, their output weights nonzero",
    ),
    formula=Math("S(m,r) r!/(r-m0)!", r"S(m,r)\, r!/(r-m_0)!"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="number of branches",
)
