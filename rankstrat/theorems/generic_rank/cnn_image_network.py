r"""Convolutional, unshared and fully connected networks at the size of MNIST images, by the
linear-time road.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import numpy as np

from rankstrat.families.catalogue.convolutional import convolutional
from rankstrat.families.catalogue.two_layer import two_layer
from rankstrat.lemma.rank import rank_by_lemma
from rankstrat.model.model import Chart
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import NETS, nonzero, source
from rankstrat.theorems.theorem import Case, Computed, Theorem

_DEFAULT = (*((28, 3, k, "lemma") for k in (1, 2, 3)), (4, 2, 1, "engine"), (4, 2, 2, "engine"))
_DEEP = ((6, 3, 1, "engine"), (6, 3, 2, "engine"), (7, 3, 1, "engine"), (8, 3, 1, "engine"))
_LARGE = ((28, 3, 2, NETS[0]), (28, 3, 3, NETS[0]), (19, 3, 1, NETS[1]), (6, 3, 5, NETS[2]))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Image and kernel size, the number of kernels, and the road; some nets by the engine with up
    to 3,000 weights.
    """
    for d, s, k, road in (*_DEFAULT, *(_DEEP if deep else ())):
        for net in NETS:
            yield {"d": d, "s": s, "k": k, "net": net, "road": road}
    for d, s, k, net in ((28, 3, 1, NETS[0]), *(_LARGE if deep else ())):
        yield {"d": d, "s": s, "k": k, "net": net, "road": "engine"}


def predicted(case: Case, seed: int) -> int:
    """k(S+J), (S+1)kJ or (D+1)kJ."""
    k, places, window = case["k"], (case["d"] + 1 - case["s"]) ** 2, case["s"] ** 2
    sizes = {
        NETS[0]: k * (window + places),
        NETS[1]: k * places * (window + 1),
        NETS[2]: k * places * (case["d"] ** 2 + 1),
    }
    return int(sizes[case["net"]])


def _numbers(rng: random.Random, *shape: int) -> Any:
    return np.array([nonzero(rng, 99) for _ in range(int(np.prod(shape)))], dtype=np.int64).reshape(
        shape
    )


def _point(case: Case, seed: int) -> Chart:
    """The same random function of k kernels in each of the nets."""
    rng = source({**case, "net": "", "road": ""}, seed)
    d, s, k, net = case["d"], case["s"], case["k"], case["net"]
    p = d + 1 - s
    a, kernels = _numbers(rng, k, p, p), _numbers(rng, k, s, s)
    if net == NETS[0]:
        return convolutional(k, d, s, 2).point(a=a, K=kernels)
    if net == NETS[1]:
        everywhere = np.broadcast_to(kernels[:, None, None], (k, p, p, s, s)).copy()
        return convolutional(k, d, s, 2, sharing=False).point(a=a, K=everywhere)
    w = np.zeros((k, p, p, d, d), dtype=np.int64)
    for i in range(p):
        for j in range(p):
            w[:, i, j, i : i + s, j : j + s] = kernels
    return two_layer(k * p * p, d * d).point(a=a.ravel(), w=w.reshape(k * p * p, d * d))


def computed(case: Case, seed: int) -> Computed:
    """The rank at the point of the k kernels, by an independence lemma or by the engine."""
    point = _point(case, seed)
    if case["road"] == "engine":
        return Computed.of(model_rank(point, seed=seed))
    found = rank_by_lemma(point, seed=seed)
    return Computed(found.lower, found.upper, found.verdict, point.model.size, str(found))


THEOREM = Theorem(
    name="cnn_image_network",
    title="CNN, CNN without sharing and fully connected network of 28 x 28 images",
    statement=(
        r"On $28 \times 28$ images with $3 \times 3$ kernels ($D = 784$, $S = 9$, $J = 676$) a"
        r" function of $k$ kernels has the rank $k(S+J) = 685k$ at its parameters in the CNN,"
        r" $(S+1)kJ = 6760k$ without weight sharing and $(D+1)kJ = 530660k$ in the fully connected"
        r" network with as many neurons: 775 times the first, not 1000."
    ),
    source="LLR Theorems 5 and 6 (arXiv 6 and 7)",
    keys=("LLR", "LSH"),
    assumptions=(
        "all output weights are nonzero (no dead places), stride 1, no padding, no bias",
        "the kernels, padded with zeros and moved to all places, are pairwise different up to sign",
        (
            'PROVED on the road "lemma" means: given the independence lemma of tanh (LSH'
            ' Proposition 2), all hypotheses checked exactly; the road "engine" uses no lemma'
        ),
    ),
    formula=Math("k(S+J), (S+1)kJ, (D+1)kJ", r"k(S+J),\ (S+1)kJ,\ (D+1)kJ"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
