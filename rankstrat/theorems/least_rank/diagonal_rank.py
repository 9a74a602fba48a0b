r"""Diagonal linear networks: a k-sparse function has optimistic sample size k."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from rankstrat.families.catalogue.diagonal import diagonal
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import nonzero, source
from rankstrat.theorems.theorem import Case, Theorem

_DEFAULT = ((1, 1), (3, 0), (3, 2), (6, 4), (10, 1), (50, 20), (300, 300))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """m coordinates, k of them in the support."""
    sizes = [*_DEFAULT, *((m, k) for m in range(1, 21) for k in range(m + 1))] if deep else _DEFAULT
    for m, k in dict.fromkeys(sizes):
        yield {"m": m, "k": k}


def predicted(case: Case, seed: int) -> int:
    """k."""
    return int(case["k"])


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank at a^2 - b^2 = c with (a_j, b_j) = 0 off the support of a random c."""
    rng = source(case, seed)
    m, k = case["m"], case["k"]
    support = set(rng.sample(range(m), k))
    a, b = [Fraction(0)] * m, [Fraction(0)] * m
    for j in support:
        c, t = nonzero(rng), Fraction(nonzero(rng))
        a[j], b[j] = (c / t + t) / 2, (c / t - t) / 2  # a^2 - b^2 = c
    return model_rank(diagonal(m).point(a=a, b=b), seed=seed)


THEOREM = Theorem(
    name="diagonal_rank",
    title="Diagonal linear networks, optimistic sample size attained",
    statement=(
        r"For $\sum_j (a_j^2 - b_j^2)\,x_j$, a function $\sum_j c_j x_j$ with $k$ nonzero $c_j$"
        r" has optimistic sample size $k$, attained where $(a_j, b_j) = 0$ off the support."
    ),
    source="derived in docs/proofs.md#diagonal; DIAG defines the model",
    keys=("DIAG",),
    assumptions=("none",),
    formula=Math("k"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
