r"""Two-layer networks without bias: a function of k neurons has a point of rank k(d+1), however
wide the network, and none of a lower rank: two numbers, each with its own verdict.
"""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.families.catalogue.two_layer import two_layer
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.targets import optimistic_sample_size, target_set
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import condensed, distinct_classes, least, nonzero, source
from rankstrat.theorems.theorem import Case, Computed, Theorem

NUMBERS = ("at a condensed point", LEAST := "least of all")

_DEFAULT = (
    ("tanh", 3, 2, 0),
    ("tanh", 3, 2, 1),
    ("tanh", 3, 2, 2),
    ("tanh", 3, 2, 3),
    ("arctan", 5, 1, 2),
    ("erf", 6, 3, 4),
    ("sin", 8, 2, 5),
    ("tanh", 20, 3, 7),
    ("tanh", 60, 5, 12),
    ("tanh", 100, 8, 100),
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Widths, input dimensions and numbers of effective neurons; which of the two numbers."""
    for activation, m, d, k in _DEFAULT:
        for number in NUMBERS:
            yield {"activation": activation, "m": m, "d": d, "k": k, "rank": number}
    if deep:
        for activation in ("tanh", "arctan", "erf", "sin"):
            for d in (1, 2, 3, 5, 8):
                for m in (1, 2, 4, 7, 12, 33):
                    for k in sorted({0, 1, 2, m // 2, m - 1, m}):
                        if 0 <= k <= m:
                            for number in NUMBERS:
                                yield {
                                    "activation": activation,
                                    "m": m,
                                    "d": d,
                                    "k": k,
                                    "rank": number,
                                    "sweep": 1,
                                }


def predicted(case: Case, seed: int) -> int:
    """k(d+1)."""
    return int(case["k"] * (case["d"] + 1))


def computed(case: Case, seed: int) -> RankCertificate | Computed:
    """The rank at a random condensed point: copies of k neurons up to sign, and null neurons; or
    the least rank over all points of its target set.
    """
    rng = source(case, seed)
    m, d, k = case["m"], case["d"], case["k"]
    if case["rank"] == LEAST:
        classes = distinct_classes(rng, k, d) or [(0,) * d]
        outputs = [nonzero(rng) for _ in range(k)] or [0]
        target = two_layer(max(k, 1), d, case["activation"]).point(a=outputs, w=classes)
        wide = two_layer(m, d, case["activation"])
        return least(optimistic_sample_size(target_set(wide, target, seed=seed)))
    neurons = condensed(rng, m, distinct_classes(rng, k, d), odd=True)
    w = [v or (0,) * d for v in neurons.v]
    return model_rank(two_layer(m, d, case["activation"]).point(a=neurons.a, w=w), seed=seed)


THEOREM = Theorem(
    name="two_layer_rank",
    title="Two-layer rank, attained and minimal",
    statement=(
        r"For odd analytic non-polynomial $\sigma$ with $\sigma'(0) \neq 0$ and"
        r" $f^* = \sum_{i \leq k} a_i\,\sigma(w_i \cdot x)$ with $k$ effective neurons,"
        r" $\min_{F(\theta) = f^*} r(\theta) = k(d+1)$ for every width $m \geq k$; the minimum is"
        r" attained where all other neurons are copies of the $k$, or null."
    ),
    source="LLR Theorem 4 (arXiv Theorem 5) for tanh; the same proof for the other activations",
    keys=("LLR", "LSH"),
    assumptions=(
        "no biases",
        "the $w_i$ are nonzero and pairwise different up to sign",
        r"$a_i \neq 0$ for $i \leq k$",
        (
            "'at a condensed point' is the rank of a random point, by the engine; 'least of all' is"
            " proved where the branches cover the target set"
        ),
    ),
    formula=Math("k(d+1)"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
