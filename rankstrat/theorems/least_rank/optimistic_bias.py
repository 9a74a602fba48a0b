r"""Two-layer tanh networks with bias: the optimistic sample size k(d+2), attained and minimal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rankstrat.families.catalogue.two_layer import two_layer
from rankstrat.targets import optimistic_sample_size, target_set
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import distinct_classes, least, nonzero, source
from rankstrat.theorems.theorem import Case, Computed, Theorem

_DEFAULT = (
    (3, 1, 1, "no", "no"),
    (3, 1, 1, "no", "yes"),
    (3, 2, 1, "yes", "no"),
    (3, 1, 2, "yes", "no"),
    (5, 2, 3, "no", "no"),
    (8, 5, 3, "no", "no"),
    (4, 2, 3, "yes", "no"),
    (20, 2, 3, "no", "yes"),
    (500, 1, 3, "no", "no"),
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Sizes, with or without a constant neuron among the k, with or without output bias."""
    sizes = list(_DEFAULT)
    if deep:
        for d in (1, 2, 4):
            for m in (2, 4, 7, 16):
                for k in range(1, min(m, 5) + 1):
                    sizes += [(m, d, k, *more) for more in (("no", "no"), ("no", "yes"))]
                    sizes += [(m, d, k, "yes", "no")] * (
                        m <= 4
                    )  # more branches than can be listed otherwise
    for m, d, k, constant, output in dict.fromkeys(sizes):
        yield {"m": m, "d": d, "k": k, "constant neuron": constant, "output bias": output}


def predicted(case: Case, seed: int) -> int:
    """k(d+2), + 1 with output bias, - 1 with a constant neuron."""
    value = case["k"] * (case["d"] + 2)
    return int(value + (case["output bias"] == "yes") - (case["constant neuron"] == "yes"))


def computed(case: Case, seed: int) -> Computed:
    """Both halves: the rank of a point of the target set, and that no point of it has a lower
    one.
    """
    rng = source(case, seed)
    m, d, k, output_bias = case["m"], case["d"], case["k"], case["output bias"] == "yes"
    constant = case["constant neuron"] == "yes"
    classes = distinct_classes(rng, k - constant, d + 1, free=1)
    if constant:
        classes.append((*(0,) * d, nonzero(rng)))
    blocks: dict[str, Any] = {"w": [v[:d] for v in classes], "b": [v[d] for v in classes]}
    blocks["a"] = [nonzero(rng) for _ in classes]
    if output_bias:
        blocks["c"] = nonzero(rng)
    target = two_layer(k, d, bias=True, output_bias=output_bias).point(**blocks)
    model = two_layer(m, d, bias=True, output_bias=output_bias)
    return least(optimistic_sample_size(target_set(model, target, seed=seed)))


THEOREM = Theorem(
    name="optimistic_bias",
    title="Optimistic sample size of two-layer tanh networks with bias",
    statement=(
        r"In $\sum_{i=1}^m a_i \tanh(w_i \cdot x + b_i)$ a function of $k \leq m$ effective"
        r" neurons has $O_{f^*} = k(d+2)$; one more if the model has an output bias, and"
        r" $k(d+2) - 1$ if it has none and one of the $k$ neurons is constant ($w_i = 0$,"
        r" $b_i \neq 0$): a constant $f^* \neq 0$ has $O_{f^*} = d+1$."
    ),
    source="derived in docs/proofs.md#levels (LLR Section 6.2 uses 9 = 3(d+2) and 21 for d = 5)",
    keys=("LLR", "LSH"),
    assumptions=(
        r"the $(w_i, b_i)$ are pairwise different up to sign",
        r"$a_i \neq 0$ and, but for at most one constant neuron, $w_i \neq 0$ for $i \leq k$",
    ),
    formula=Math("k(d+2) + [output bias] - [constant]", r"k(d+2) + [c] - [w_i = 0]"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="optimistic sample size",
)
