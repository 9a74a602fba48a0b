r"""Deep diagonal linear networks: a k-sparse function has optimistic sample size k, at every depth
from two.
"""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.families.catalogue.deep_diagonal import deep_diagonal
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import nonzero, source
from rankstrat.theorems.theorem import Case, Theorem

_DEFAULT = ((1, 2, 1), (3, 2, 0), (3, 2, 2), (5, 3, 4), (10, 4, 1), (60, 3, 25), (100, 6, 100))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """m coordinates, L factors, k coordinates in the support."""
    sizes = list(_DEFAULT)
    if deep:
        sizes += [(m, depth, k) for m in range(1, 11) for depth in (2, 3, 5) for k in range(m + 1)]
    for m, depth, k in dict.fromkeys(sizes):
        yield {"m": m, "L": depth, "k": k}


def predicted(case: Case, seed: int) -> int:
    """k."""
    return int(case["k"])


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank where all factors off a random support vanish."""
    rng = source(case, seed)
    support = set(rng.sample(range(case["m"]), case["k"]))
    a = [[nonzero(rng) if j in support else 0 for j in range(case["m"])] for _ in range(case["L"])]
    return model_rank(deep_diagonal(case["m"], case["L"]).point(a=a), seed=seed)


THEOREM = Theorem(
    name="deep_diagonal_rank",
    title="Deep diagonal linear networks, optimistic sample size attained",
    statement=(
        r"For $\sum_j \bigl(\prod_{l=1}^L a_j^{[l]}\bigr) x_j$, $L \geq 2$, a function with $k$"
        r" nonzero coefficients has optimistic sample size $k$, attained where all factors off the"
        r" support vanish."
    ),
    source="OPT Appendix A.1",
    keys=("OPT",),
    assumptions=(r"$L \geq 2$; for $L = 1$ the model is linear and the size is $m$",),
    formula=Math("k"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
