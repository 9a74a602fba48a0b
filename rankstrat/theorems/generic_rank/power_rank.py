r"""Two-layer networks with the activation z^p: generic rank by the theorem of Alexander and
Hirschowitz.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import comb

from rankstrat.families.catalogue.two_layer import two_layer
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import nonzero, source
from rankstrat.theorems.theorem import Case, Theorem

# (p, d, k) -> the defect, besides all cases of p = 2
_DEFECTIVE = {(4, 3, 5): 1, (4, 4, 9): 1, (4, 5, 14): 1, (3, 5, 7): 1}
_DEFAULT = (
    (3, 2, 3),
    (3, 3, 3),
    (3, 4, 5),
    (3, 5, 6),
    (3, 5, 7),
    (3, 5, 8),
    (4, 3, 4),
    (4, 3, 5),
    (4, 4, 9),
    (5, 3, 7),
)
_DEEP = ((4, 5, 14), (4, 5, 13), (3, 6, 9), (3, 7, 12), (5, 4, 14), (6, 3, 9), (4, 4, 8), (2, 4, 2))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """The power p, inputs d and neurons k."""
    for p, d, k in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {"p": p, "d": d, "k": k}


def predicted(case: Case, seed: int) -> int:
    """min(kd, number of monomials), less the defect; kd - k(k-1)/2 for p = 2."""
    p, d, k = case["p"], case["d"], case["k"]
    if p == 2:
        if k <= d:
            return int(k * d - k * (k - 1) // 2)
        return comb(d + 1, 2)
    return int(min(k * d, comb(d + p - 1, p)) - _DEFECTIVE.get((p, d, k), 0))


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank at random weights."""
    rng, d, k = source(case, seed), case["d"], case["k"]
    w = [[nonzero(rng, 20) for _ in range(d)] for _ in range(k)]
    return model_rank(
        two_layer(k, d, f"z**{case['p']}").point(a=[nonzero(rng) for _ in w], w=w), seed=seed
    )


THEOREM = Theorem(
    name="power_rank",
    title="Rank with powers as activation",
    statement=(
        r"At generic weights $\sum_{i=1}^k a_i (w_i \cdot x)^p$, $p \geq 3$, has the rank"
        r" $\min(kd, \binom{d+p-1}{p})$, but one less for $(p, d, k) = (3, 5, 7)$, $(4, 3, 5)$,"
        r" $(4, 4, 9)$ and $(4, 5, 14)$. It is the dimension of the span of all"
        r" $(w_i \cdot x)^{p-1} x_t$, a tangent space of the $k$-th secant variety of the Veronese"
        r" variety."
    ),
    source="AlexanderHirschowitz1995 (dimensions of secant varieties); docs/proofs.md#quadratic",
    keys=("AlexanderHirschowitz1995",),
    assumptions=(
        "all output weights are nonzero, no bias",
        "generic input weights (random integers)",
    ),
    formula=Math("min(kd, C(d+p-1,p)) - defect", r"\min(kd, \binom{d+p-1}{p}) - \delta"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
