r"""Convolutional, unshared and fully connected networks of one image model: their optimistic sample
sizes.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from rankstrat.families.catalogue.convolutional import convolutional
from rankstrat.families.catalogue.two_layer import two_layer
from rankstrat.targets import optimistic_sample_size, target_set
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import NETS, least, random_values, source
from rankstrat.theorems.theorem import Case, Computed, Theorem

_DEFAULT = (
    (1, 3, 2, 1, 1, 0, "no"),
    (1, 5, 3, 2, 2, 2, "no"),
    (1, 5, 3, 3, 2, 2, "yes"),
    (1, 9, 2, 3, 2, 4, "no"),
    (2, 3, 2, 2, 2, 3, "no"),
    (2, 3, 2, 1, 1, 1, "yes"),
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Image size d, kernel size s, width m, kernels k of the target, of whose output weights some
    are zero.
    """
    sizes = list(_DEFAULT)
    if deep:
        for k, dead, bias in itertools.product((1, 2, 3), (0, 1, 2), ("no", "yes")):
            sizes += [(1, d, s, k + 1, k, dead, bias) for d, s in ((4, 2), (6, 3), (7, 2))]
        sizes += [(2, 4, 2, 1, 1, dead, bias) for dead in (0, 4) for bias in ("no", "yes")]
    for dimension, d, s, m, k, dead, bias in dict.fromkeys(sizes):
        for net in NETS:
            yield {
                "axes": dimension, "d": d, "s": s, "m": m, "k": k, "zero weights": dead,
                "bias": bias, "net": net
            }  # fmt: skip


def predicted(case: Case, seed: int) -> int:
    """k(S+J), (S+1)(kJ-m_n) or (D+1)(kJ-m_n), with S + 1 and D + 1 instead of S and D with bias."""
    axes, k = case["axes"], case["k"]
    places, bias = (case["d"] + 1 - case["s"]) ** axes, int(case["bias"] == "yes")
    window, pixels = case["s"] ** axes + bias, case["d"] ** axes + bias
    effective = k * places - case["zero weights"]
    sizes = {
        NETS[0]: k * (window + places),
        NETS[1]: (window + 1) * effective,
        NETS[2]: (pixels + 1) * effective,
    }
    return int(sizes[case["net"]])


def computed(case: Case, seed: int) -> Computed:
    """Both halves, for a random function of k kernels: a point that attains it, and nothing
    lower.
    """
    axes, d, s, bias, zero = (
        case["axes"],
        case["d"],
        case["s"],
        case["bias"] == "yes",
        case["zero weights"],
    )
    shared = convolutional(case["k"], d, s, axes, bias=bias)
    values = random_values(source({**case, "net": ""}, seed), shared, bound=99)
    values["a"].ravel()[:zero] = 0
    width = case["m"] * (d + 1 - s) ** axes
    model = {
        NETS[0]: lambda: convolutional(case["m"], d, s, axes, bias=bias),
        NETS[1]: lambda: convolutional(case["m"], d, s, axes, sharing=False, bias=bias),
        NETS[2]: lambda: two_layer(width, d**axes, bias=bias),
    }[case["net"]]()
    return least(optimistic_sample_size(target_set(model, shared.point(**values), seed=seed)))


THEOREM = Theorem(
    name="cnn_table",
    title="CNN, CNN without sharing and fully connected network",
    statement=(
        r"Let $f^*$ be a function of $k$ and no fewer kernels of a two-layer tanh CNN with $J$"
        r" places and windows of $S$ of $D$ pixels, and $m_n$ the number of its output weights"
        r" $a_{l,p} = 0$. Then $O_{f^*} = k(S+J)$ in the CNN, $(S+1)(kJ - m_n)$ without weight"
        r" sharing and $(D+1)(kJ - m_n)$ in the fully connected network with as many neurons; with"
        r" hidden biases $k(S+1+J)$, $(S+2)(kJ - m_n)$ and $(D+2)(kJ - m_n)$."
    ),
    source=(
        "LLR Theorems 5 and 6 (arXiv 6 and 7), LSH Table 4 corrected; derived in"
        " docs/proofs.md#tied-weights with bias"
    ),
    keys=("LLR", "LSH"),
    assumptions=(
        "kernels are nonzero, each has an output weight other than 0, stride 1, no padding",
        "the kernels, padded with zeros and moved to all places, are pairwise different up to sign",
        "the minimum needs zero kernels at dead places: keeping them costs S more for each (LSH)",
    ),
    formula=Math("k(S+J), (S+1)(kJ-m_n), (D+1)(kJ-m_n)", r"k(S+J),\ (S+1)(kJ-m_n),\ (D+1)(kJ-m_n)"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="optimistic sample size",
)
