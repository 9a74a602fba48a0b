r"""Two-layer networks with the activation z^2: kd - k(k-1)/2."""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.families.catalogue.two_layer import two_layer
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import matrix_of_rank, nonzero, source
from rankstrat.theorems.theorem import Case, Theorem

_DEFAULT = ((1, 1), (2, 1), (2, 2), (3, 2), (4, 3), (5, 5), (9, 6), (14, 12))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """k linearly independent weights in dimension d."""
    sizes = (
        [*_DEFAULT, *((d, k) for d in range(1, 13) for k in range(1, d + 1))] if deep else _DEFAULT
    )
    for d, k in dict.fromkeys(sizes):
        yield {"d": d, "k": k}


def predicted(case: Case, seed: int) -> int:
    """kd - k(k-1)/2."""
    d, k = case["d"], case["k"]
    return int(k * d - k * (k - 1) // 2)


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank at random independent weights."""
    rng = source(case, seed)
    d, k = case["d"], case["k"]
    w = matrix_of_rank(rng, k, d, k)
    return model_rank(two_layer(k, d, "square").point(a=[nonzero(rng) for _ in w], w=w), seed=seed)


THEOREM = Theorem(
    name="quadratic_rank",
    title="Two-layer networks with quadratic activation",
    statement=(
        r"$\sum_{i=1}^k a_i (w_i \cdot x)^2$ with all $a_i \neq 0$ and linearly independent"
        r" $w_i \in \mathbb{R}^d$ has rank $kd - k(k-1)/2$, the dimension of"
        r" $\{\sum_i w_i v_i^T + v_i w_i^T\}$: not $k(d+1)$."
    ),
    source="derived in docs/proofs.md#quadratic",
    keys=(),
    assumptions=("no biases", r"$a_i \neq 0$", "the $w_i$ are linearly independent"),
    formula=Math("kd - k(k-1)/2"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
