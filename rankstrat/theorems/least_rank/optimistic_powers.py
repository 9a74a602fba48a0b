r"""Two-layer networks with the activation z^p: k independent weights have O = kd, or kd - k(k-1)/2
for squares.
"""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.families.catalogue.two_layer import two_layer
from rankstrat.targets import optimistic_sample_size, target_set
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import least, matrix_of_rank, nonzero, source
from rankstrat.theorems.theorem import Case, Computed, Theorem

_DEFAULT = (
    (2, 3, 1, 3),
    (2, 3, 2, 4),
    (2, 5, 4, 6),
    (3, 2, 2, 4),
    (3, 3, 2, 4),
    (3, 4, 3, 5),
    (4, 3, 3, 3),
    (5, 2, 1, 3),
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Exponent p, inputs d, k linearly independent weights, width m; more than six parameters."""
    sizes = [*_DEFAULT]
    if deep:
        sizes += [
            (p, d, k, m)
            for p in (2, 3, 4)
            for d in (2, 3, 4)
            for k in range(1, d + 1)
            for m in (4, 5)
            if k <= m
        ]
    for p, d, k, m in dict.fromkeys(sizes):
        yield {"p": p, "d": d, "k": k, "m": m}


def predicted(case: Case, seed: int) -> int:
    """kd, less k(k-1)/2 for squares."""
    d, k = case["d"], case["k"]
    return int(k * d - (k * (k - 1) // 2 if case["p"] == 2 else 0))


def computed(case: Case, seed: int) -> Computed:
    """Both halves: a point of that rank, and what changes of the inputs of the target force."""
    rng = source(case, seed)
    p, d, k, m = (case[name] for name in ("p", "d", "k", "m"))
    w = matrix_of_rank(rng, k, d, k)
    target = two_layer(k, d, f"z**{p}").point(a=[nonzero(rng) for _ in w], w=w)
    return least(optimistic_sample_size(target_set(two_layer(m, d, f"z**{p}"), target, seed=seed)))


THEOREM = Theorem(
    name="optimistic_powers",
    title="Optimistic sample size of two-layer networks with monomial activation",
    statement=(
        r"A sum $f^* = \sum_{i=1}^k a_i (w_i \cdot x)^p$ with all $a_i \neq 0$ and linearly"
        r" independent $w_i \in \mathbb{R}^d$ has $O_{f^*} = kd$ for $p \geq 3$ and"
        r" $kd - k(k-1)/2$ for $p = 2$, at every width $m \geq k$."
    ),
    source=(
        "derived in docs/proofs.md#quadratic: the functions x_t df*/dx_s lie in the tangent span"
        " at every point of the target set"
    ),
    keys=(),
    assumptions=("no biases", r"$a_i \neq 0$", "the $w_i$ are linearly independent"),
    formula=Math("kd - [p = 2] k(k-1)/2", r"kd - [p = 2]\, k(k-1)/2"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="optimistic sample size",
)
