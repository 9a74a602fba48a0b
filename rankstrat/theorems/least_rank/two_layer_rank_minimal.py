r"""Two-layer networks without bias: no representation of a function of k neurons has rank below
k(d+1).
"""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.families.catalogue.two_layer import two_layer
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import Neurons, condensed, distinct_classes, nonzero, source
from rankstrat.theorems.theorem import Case, Theorem

_SIZES = ((3, 1, 1), (4, 2, 2), (6, 2, 3), (9, 3, 4), (24, 4, 9), (50, 6, 20))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Sizes, each with a few random points of the fibre."""
    for m, d, k in _SIZES:
        for sample in range(1, 41 if deep else 3):
            yield {"m": m, "d": d, "k": k, "sample": sample}


def predicted(case: Case, seed: int) -> int:
    """k(d+1)."""
    return int(case["k"] * (case["d"] + 1))


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank at a random representation: copies, neurons with a = 0 or w = 0, and pairs that
    cancel.
    """
    rng = source(case, seed)
    m, d, k = case["m"], case["d"], case["k"]
    classes = distinct_classes(rng, k, d)
    effective = rng.randint(k, m)
    neurons = condensed(rng, effective, classes, odd=True)
    a, v = list(neurons.a), list(neurons.v)
    while len(a) < m:
        kind = rng.choice(
            ("silent", "constant", "pair") if len(a) + 2 <= m else ("silent", "constant")
        )
        weight = tuple(rng.randint(-9, 9) for _ in range(d))
        if kind == "silent":
            a, v = [*a, 0], [*v, weight]
        elif kind == "constant":
            a, v = [*a, nonzero(rng)], [*v, (0,) * d]
        else:
            out, sign = nonzero(rng), rng.choice((-1, 1))
            a, v = [*a, out, -sign * out], [*v, weight, tuple(sign * c for c in weight)]
    neurons = Neurons(tuple(a), tuple(v)).shuffled(rng)
    return model_rank(two_layer(m, d).point(a=neurons.a, w=neurons.v), seed=seed)


THEOREM = Theorem(
    name="two_layer_rank_minimal",
    title="Two-layer rank, minimal",
    statement=(
        r"Every representation $\theta$ of $f^* = \sum_{i \leq k} a_i \tanh(w_i \cdot x)$ with"
        r" $k$ effective neurons has $r(\theta) \geq k(d+1)$."
    ),
    source="LLR Theorem 4 (arXiv Theorem 5)",
    keys=("LLR",),
    assumptions=(
        "no biases",
        "the $w_i$ are nonzero and pairwise different up to sign",
        r"$a_i \neq 0$ for $i \leq k$",
    ),
    formula=Math("k(d+1)"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    relation=">=",
)
