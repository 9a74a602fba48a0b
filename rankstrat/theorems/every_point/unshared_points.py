r"""Networks of local windows without weight sharing: the rank at every point is a union of
windows.
"""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.families.catalogue.convolutional import convolutional
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import NETS, representative
from rankstrat.theorems.every_point.tied_weights_points import values, windows
from rankstrat.theorems.theorem import Case, Theorem

_DEFAULT = (
    (1, 3, 2, 2),
    (1, 4, 3, 2),
    (1, 5, 3, 1),
    (1, 6, 3, 3),
    (2, 3, 2, 2),
    (1, 12, 3, 4),
    (2, 4, 2, 3),
)
_DEEP = ((1, 8, 2, 5), (1, 9, 4, 3), (2, 4, 3, 3), (2, 5, 2, 2))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Axes, image size d, window size s, copies k of the net; the point of the errata, then
    entries -1, 0, 1.
    """
    yield {"axes": 1, "d": 5, "s": 3, "k": 1, "net": NETS[1], "sample": 0}
    for axes, d, s, k in (*_DEFAULT, *(_DEEP if deep else ())):
        for sample in range(1, 11 if deep else 3):
            yield {"axes": axes, "d": d, "s": s, "k": k, "net": NETS[1], "sample": sample}


def _neurons(case: Case, seed: int) -> list[tuple[int, list[int]]]:
    """Output weight and kernel of each neuron, copy by copy and place by place."""
    if case["sample"] == 0:
        return [(1, [0, 1, 0]), (1, [1, 0, 0]), (1, [2, 1, 1])]
    a, kernels = values(case, seed)
    return [
        (int(a[kernel, place]), [int(v) for v in kernels[kernel, place]])
        for kernel in range(case["k"])
        for place in range(a.shape[1])
    ]


def predicted(case: Case, seed: int) -> int:
    """C + sum over the classes, that of 0 included, of the size of the union of active windows."""
    places, pixels = windows(case), case["d"] ** case["axes"]
    union: dict[tuple[int, ...], set[int]] = {}
    for number, (a, kernel) in enumerate(_neurons(case, seed)):
        window, padded = places[number % len(places)], [0] * pixels
        for entry, pixel in zip(kernel, window, strict=True):
            padded[pixel] = entry
        union.setdefault(representative(padded), set()).update(window if a else ())
    return sum(any(v) for v in union) + sum(map(len, union.values()))


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank at the point."""
    model = convolutional(case["k"], case["d"], case["s"], case["axes"], sharing=False)
    neurons = _neurons(case, seed)
    flat = [a for a, _ in neurons] + [entry for _, kernel in neurons for entry in kernel]
    return model_rank(model.point(flat), seed=seed)


THEOREM = Theorem(
    name="unshared_points",
    title="Rank without weight sharing at every point",
    statement=(
        r"Each neuron of a two-layer tanh network without sharing sees one window of the image."
        r" Let $C$ count the classes $\{u, -u\}$ of nonzero padded weights. The rank is $C$ plus,"
        r" summed over the classes and $u = 0$, the number of pixels in the union of the windows"
        r" of those neurons in the class with $a \neq 0$: 9, not $m_a S + m_K = 8$, for $d = 5$,"
        r" $S = 3$ and the kernels $(0,1,0)$, $(1,0,0)$, $(2,1,1)$."
    ),
    source=(
        "derived in docs/proofs.md#tied-weights; corrects LLR Proposition 5 (JMLR), which holds"
        " without coincident padded kernels"
    ),
    keys=("LLR",),
    assumptions=("stride 1, no padding, no bias",),
    formula=Math("C + sum |union of windows|", r"C + \sum |\bigcup \text{windows}|"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
