r"""Two-layer ReLU networks: k rays have rank kD, less for antipodal pairs."""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd
from typing import Any

from rankstrat.families.catalogue.two_layer import two_layer
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import (
    Integers,
    distinct_classes,
    negative,
    nonzero,
    representative,
    source,
)
from rankstrat.theorems.theorem import Case, Theorem

_DEFAULT = (
    (3, 2, "no", 3, 0),
    (3, 2, "yes", 3, 0),
    (2, 2, "no", 2, 1),
    (4, 1, "yes", 4, 2),
    (6, 2, "no", 4, 2),
    (5, 3, "yes", 5, 1),
    (8, 2, "yes", 6, 3),
    (9, 4, "no", 7, 3),
    (12, 3, "yes", 8, 2),
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Sizes, the number of rays and that of antipodal pairs among them."""
    sizes = list(_DEFAULT)
    if deep:
        for d in (2, 3, 4):
            for k in range(2, 8):
                sizes += [
                    (k + 2, d, bias, k, pairs)
                    for bias in ("no", "yes")
                    for pairs in range(k // 2 + 1)
                ]
    for m, d, bias, k, pairs in dict.fromkeys(sizes):
        yield {"m": m, "d": d, "bias": bias, "k": k, "pairs": pairs}


def predicted(case: Case, seed: int) -> int:
    """D(k - pairs + [pairs > 0]) with D = d, or d + 1 with bias."""
    return int(
        (case["d"] + (case["bias"] == "yes")) * (case["k"] - case["pairs"] + (case["pairs"] > 0))
    )


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank on all regions, at k random rays, the other neurons being positive multiples of
    them.
    """
    rng = source(case, seed)
    m, d, k, bias = case["m"], case["d"], case["k"], case["bias"] == "yes"
    lines: dict[Integers, Integers] = {}
    while len(lines) < k - case["pairs"]:
        (v,) = distinct_classes(rng, 1, d + bias, free=int(bias))
        lines.setdefault(representative(tuple(c // gcd(*v) for c in v)), v)
    classes = list(lines.values())
    rays = [*classes, *map(negative, classes[: case["pairs"]])]
    a, weights = [nonzero(rng) for _ in rays], list(rays)
    for _ in range(m - k):
        ray, scale = rng.choice(rays), rng.randint(1, 5)
        a.append(rng.randint(1, 3))
        weights.append(tuple(scale * c for c in ray))
    blocks: dict[str, Any] = {"a": a, "w": [u[:d] for u in weights]}
    if bias:
        blocks["b"] = [u[d] for u in weights]
    return model_rank(two_layer(m, d, "relu", bias=bias).point(**blocks), seed=seed)


THEOREM = Theorem(
    name="relu_rank",
    title="Two-layer ReLU rank: kd, or k(d+1) with bias",
    statement=(
        r"Let the neurons of a two-layer ReLU network lie on $k$ rays"
        r" $\mathbb{R}_{>0}(w_i, b_i)$, $p$ pairs of which are antipodal, and $D = d$ (with bias"
        r" $D = d+1$). Then $r_\theta = D(k - p + [p > 0])$; in particular it is $kd$ and $k(d+1)$"
        r" for $p = 0$, not $k(d+1)$ and $k(d+2)$ as for tanh:"
        r" $a\,\partial_a = w \cdot \partial_w$."
    ),
    source="derived in docs/proofs.md#rays; LLR Theorem 5 does not extend to ReLU",
    keys=("LLR",),
    assumptions=(
        r"each ray has a neuron with $a_i \neq 0$ and $w_i \neq 0$",
        r"functions on all of $\mathbb{R}^d$, almost everywhere (all regions)",
    ),
    formula=Math("D (k - pairs + [pairs > 0])", r"D (k - p + [p > 0])"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
