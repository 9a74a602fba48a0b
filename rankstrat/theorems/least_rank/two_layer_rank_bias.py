r"""Two-layer tanh networks with hidden bias: k(d+2), one more with output bias, one less for a
constant neuron.
"""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.families.catalogue.two_layer import two_layer
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import condensed, distinct_classes, nonzero, source
from rankstrat.theorems.theorem import Case, Theorem

_DEFAULT = (
    (3, 1, 3, "no", "no"),
    (6, 1, 3, "no", "no"),
    (5, 5, 3, "no", "no"),
    (4, 2, 2, "no", "yes"),
    (4, 2, 2, "yes", "no"),
    (3, 3, 1, "yes", "no"),
    (12, 4, 5, "no", "yes"),
    (20, 2, 8, "yes", "no"),
    (64, 1, 32, "no", "no"),
    (500, 1, 3, "no", "no"),
    (500, 1, 500, "no", "no"),
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Sizes, with or without a constant neuron (w = 0) among the k, with or without output bias."""
    for m, d, k, constant, output in _DEFAULT:
        yield {"m": m, "d": d, "k": k, "constant neuron": constant, "output bias": output}
    if deep:
        for d in (1, 2, 3, 5):
            for m in (2, 3, 5, 9, 17, 40):
                for k in sorted({1, 2, m // 2 + 1, m}):
                    for constant, output in (("no", "no"), ("yes", "no"), ("no", "yes")):
                        yield {
                            "m": m,
                            "d": d,
                            "k": k,
                            "constant neuron": constant,
                            "output bias": output,
                            "sweep": 1,
                        }


def predicted(case: Case, seed: int) -> int:
    """k(d+2), + 1 with output bias, - 1 with a constant neuron."""
    value = case["k"] * (case["d"] + 2)
    return int(value + (case["output bias"] == "yes") - (case["constant neuron"] == "yes"))


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank at a random condensed point: copies of k neurons up to sign, and null neurons (w, b)
    = 0, a = 0.
    """
    rng = source(case, seed)
    m, d, k, output_bias = case["m"], case["d"], case["k"], case["output bias"] == "yes"
    constant = case["constant neuron"] == "yes"
    classes = distinct_classes(rng, k - constant, d + 1, free=1)
    if constant:
        classes.append((*(0,) * d, nonzero(rng)))
    neurons = condensed(rng, m, classes, odd=True)
    blocks: dict[str, object] = {
        "a": neurons.a,
        "w": [v[:d] for v in neurons.v],
        "b": [v[d] for v in neurons.v],
    }
    if output_bias:
        blocks["c"] = nonzero(rng)
    return model_rank(
        two_layer(m, d, bias=True, output_bias=output_bias).point(**blocks), seed=seed
    )


THEOREM = Theorem(
    name="two_layer_rank_bias",
    title="Two-layer tanh rank with bias, attained",
    statement=(
        r"For $f^* = \sum_{i \leq k} a_i \tanh(w_i \cdot x + b_i)$ with $k$ effective neurons,"
        r" $\min_{F(\theta) = f^*} r(\theta) = k(d+2)$ for every width $m \geq k$; it is"
        r" $k(d+2)+1$ with an output bias, and $k(d+2)-1$ without one if one of the $k$ neurons is"
        r" constant ($w_i = 0$, $b_i \neq 0$)."
    ),
    source=(
        "derived in docs/proofs.md#counting (used in LLR Section 6.2; the caption of LSH Table 4"
        " states it for 1-D CNNs)"
    ),
    keys=("LLR", "LSH"),
    assumptions=(
        "the $(w_i, b_i)$ are pairwise different up to sign",
        r"$a_i \neq 0$ and, but for at most one constant neuron, $w_i \neq 0$ for $i \leq k$",
    ),
    formula=Math("k(d+2) + [output bias] - [constant]", r"k(d+2) + [c] - [w_i = 0]"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
