r"""Image networks whose dead places keep their kernels: a larger rank than the optimistic sample
size.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from rankstrat.families.catalogue.convolutional import convolutional
from rankstrat.families.catalogue.two_layer import two_layer
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import NETS, distinct_classes, nonzero, source
from rankstrat.theorems.theorem import Case, Theorem

_DEFAULT = ((1, 3, 2, 1, 1), (1, 5, 3, 2, 2), (1, 9, 2, 2, 4), (2, 3, 2, 2, 3), (2, 4, 2, 1, 9))
_DEEP = ((1, 7, 3, 3, 0), (1, 7, 3, 3, 8), (2, 5, 3, 1, 4), (1, 12, 4, 2, 10))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Sizes, kernels k, and the number of zero output weights; without sharing or fully connected,
    with bias or not.
    """
    for axes, d, s, k, dead in (*_DEFAULT, *(_DEEP if deep else ())):
        for net in NETS[1:]:
            for bias in ("no", "yes"):
                yield {
                    "axes": axes,
                    "d": d,
                    "s": s,
                    "k": k,
                    "zero weights": dead,
                    "bias": bias,
                    "net": net,
                }


def predicted(case: Case, seed: int) -> int:
    """k(S+1)J - S m_null, with S + 1 for S with bias and D for S where fully connected."""
    axes = case["axes"]
    neurons = case["k"] * (case["d"] + 1 - case["s"]) ** axes
    weights = (case["s"] if case["net"] == NETS[1] else case["d"]) ** axes + (case["bias"] == "yes")
    return int(neurons * (weights + 1) - weights * case["zero weights"])


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank with random kernels at all places."""
    rng, axes, bias = source(case, seed), case["axes"], case["bias"] == "yes"
    number = case["k"] * (case["d"] + 1 - case["s"]) ** axes
    a = [0 if i < case["zero weights"] else nonzero(rng) for i in range(number)]
    if case["net"] == NETS[1]:
        model = convolutional(case["k"], case["d"], case["s"], axes, sharing=False, bias=bias)
        weights = distinct_classes(rng, number, case["s"] ** axes)
        blocks: dict[str, Any] = {"a": a, "K": weights}
    else:
        model = two_layer(number, case["d"] ** axes, bias=bias)
        blocks = {"a": a, "w": distinct_classes(rng, number, case["d"] ** axes)}
    if bias:
        blocks["b"] = [nonzero(rng) for _ in range(number)]
    arrays = {
        name: np.array(v, dtype=object).reshape(model.blocks[name]) for name, v in blocks.items()
    }
    return model_rank(model.point(**arrays), seed=seed)


THEOREM = Theorem(
    name="dead_places",
    title="Dead places that keep their kernels",
    statement=(
        r"Let $m_n$ of the $kJ$ output weights of an image network without sharing be 0. With"
        r" kernels $\neq 0$ at all places the rank is $k(S+1)J - S m_n$, and $k(S+2)J - (S+1)m_n$"
        r" with hidden biases; with $D$ for $S$ if the network is fully connected. The optimistic"
        r" sample size $(S+1)(kJ - m_n)$ is smaller: it needs the kernels of dead places to be"
        r" zero."
    ),
    source=(
        "LSH Table 4 (there as the optimistic sample size, and with S for D in the caption);"
        " corrected here"
    ),
    keys=("LSH",),
    assumptions=(
        "the kernels, padded with zeros, are pairwise different up to sign",
        "tanh, stride 1, no padding",
    ),
    formula=Math("k(S+1)J - S m_n", "k(S+1)J - S m_n"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
