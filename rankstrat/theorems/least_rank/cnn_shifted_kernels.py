r"""Kernels that are shifts of each other: the table of image networks is corrected by the
coincident neurons.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rankstrat.families.catalogue.convolutional import convolutional
from rankstrat.families.catalogue.two_layer import two_layer
from rankstrat.targets import optimistic_sample_size, target_set
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import NETS, least, source
from rankstrat.theorems.theorem import Case, Computed, Theorem

_DEFAULT = ((1, 3, 2, 1), (1, 4, 2, 1), (2, 3, 2, 1), (1, 6, 3, 2), (1, 9, 3, 1))
_DEEP = ((1, 5, 2, 1), (1, 7, 3, 2), (1, 8, 3, 1), (2, 4, 2, 1), (1, 12, 4, 3))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Image size d, kernel size s, and by how many pixels the second kernel is shifted."""
    for axes, d, s, shift in (*_DEFAULT, *(_DEEP if deep else ())):
        for net in NETS:
            yield {"axes": axes, "d": d, "s": s, "shift": shift, "net": net}


def predicted(case: Case, seed: int) -> int:
    """With c coincident neurons: 2(S+J) - c, (S+1)(2J - c) or (D+1)(2J - c)."""
    axes, d, s = case["axes"], case["d"], case["s"]
    side = d + 1 - s
    places, window = side**axes, s**axes
    coincident = (side - case["shift"]) * side ** (axes - 1)
    sizes = {
        NETS[0]: 2 * (window + places) - coincident,
        NETS[1]: (window + 1) * (2 * places - coincident),
        NETS[2]: (d**axes + 1) * (2 * places - coincident),
    }
    return int(sizes[case["net"]])


def computed(case: Case, seed: int) -> Computed:
    """Both halves of the optimistic sample size."""
    axes, d, s, rng = case["axes"], case["d"], case["s"], source({**case, "net": ""}, seed)
    shared = convolutional(2, d, s, axes)
    kernels = np.zeros(shared.blocks["K"], dtype=object)
    kernels[(0,) * (axes + 1)] = kernels[(1, *(0,) * (axes - 1), case["shift"])] = 1
    a = np.array([rng.randint(1, 99) for _ in range(2 * (d + 1 - s) ** axes)], dtype=object)
    target = shared.point(a=a.reshape(shared.blocks["a"]), K=kernels)
    models = {
        NETS[0]: shared,
        NETS[1]: convolutional(2, d, s, axes, sharing=False),
        NETS[2]: two_layer(len(a), d**axes),
    }
    return least(optimistic_sample_size(target_set(models[case["net"]], target, seed=seed)))


THEOREM = Theorem(
    name="cnn_shifted_kernels",
    title="Kernels that are shifts of each other",
    statement=(
        r"If $K_1$ and $K_2$ have one entry 1 each, $t$ pixels apart along an axis, then"
        r" $c = (d+1-s-t)(d+1-s)^{n-1}$ neurons ($n$ axes) of the CNN coincide, and a function of"
        r" these kernels has $O_{f^*} = 2(S+J) - c$ in the CNN, $(S+1)(2J-c)$ without sharing,"
        r" $(D+1)(2J-c)$ fully connected: for $d=3$, $s=2$ this is 7, 9 and 12, not 8, 12 and 16;"
        r" 8, not 10, for $d=4$; 14, not 16, for $n=2$."
    ),
    source=(
        "derived in docs/proofs.md#tied-weights; corrects LLR Theorems 5 and 6 (arXiv 6 and 7),"
        " which need kernels without such coincidences"
    ),
    keys=("LLR",),
    assumptions=(
        "the output weights of coincident neurons do not cancel",
        "tanh, stride 1, no padding, no bias",
    ),
    formula=Math("2(S+J)-c, (S+1)(2J-c), (D+1)(2J-c)", r"2(S+J)-c,\ (S+1)(2J-c),\ (D+1)(2J-c)"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="optimistic sample size",
)
