r"""Two-layer networks: the optimistic sample size of k neurons is k(d+1), attained and minimal."""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.families.catalogue.two_layer import two_layer
from rankstrat.targets import optimistic_sample_size, target_set
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import distinct_classes, least, nonzero, source
from rankstrat.theorems.theorem import Case, Computed, Theorem

_DEFAULT = (
    ("tanh", 3, 1, 1),
    ("tanh", 3, 2, 0),
    ("tanh", 5, 2, 3),
    ("exp", 3, 2, 2),
    ("ztanh", 4, 1, 3),
    ("tanh", 8, 1, 3),
    ("exp", 9, 3, 4),
    ("tanh", 40, 2, 3),
    ("tanh", 30, 5, 12),
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Activations and sizes."""
    sizes = list(_DEFAULT)
    if deep:
        for activation in ("tanh", "exp", "ztanh", "sin"):
            for d in (1, 2, 4):
                sizes += [
                    (activation, m, d, k) for m in (1, 3, 6, 20) for k in range(1, min(m, 6) + 1)
                ]
    for activation, m, d, k in dict.fromkeys(sizes):
        yield {"activation": activation, "m": m, "d": d, "k": k}


def predicted(case: Case, seed: int) -> int:
    """k(d+1)."""
    return int(case["k"] * (case["d"] + 1))


def computed(case: Case, seed: int) -> Computed:
    """Both halves: the rank of a point of the target set, and that no point of it has a lower
    one.
    """
    rng = source(case, seed)
    m, d, k, activation = case["m"], case["d"], case["k"], case["activation"]
    classes = distinct_classes(rng, k, d) or [(0,) * d]
    outputs = [nonzero(rng) for _ in range(k)] or [0]
    target = two_layer(max(k, 1), d, activation).point(a=outputs, w=classes)
    return least(optimistic_sample_size(target_set(two_layer(m, d, activation), target, seed=seed)))


THEOREM = Theorem(
    name="optimistic_two_layer",
    title="Optimistic sample size of two-layer networks",
    statement=(
        r"In $\sum_{i=1}^m a_i \sigma(w_i \cdot x)$ a function of $k \leq m$ effective neurons"
        r" has the optimistic sample size $O_{f^*} = \min_{F(\theta) = f^*} r_\theta = k(d+1)$,"
        r" whatever the width $m$; it is $0$ for $f^* = 0$ if $\sigma(0) = 0$."
    ),
    source="LLR Theorem 5 (tanh); derived in docs/proofs.md#levels for the others",
    keys=("LLR", "LSH"),
    assumptions=(
        (
            r"$w_i \neq 0$ for $i \leq k$, pairwise different, and up to sign if $\sigma$ is odd or"
            r" even"
        ),
        r"$\sigma$ is analytic, odd, even, or with odd and even part that are not polynomials",
        r"$k \geq 1$ unless $\sigma(0) = 0$ (the zero function costs 1 for exp)",
    ),
    formula=Math("k(d+1)"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="optimistic sample size",
)
