r"""Networks with tied weights: the rank at every point is a number of classes and a rank of integer
vectors.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from rankstrat.algebra.linear import rank as rational_rank
from rankstrat.families.catalogue.convolutional import convolutional
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import NETS, representative, source
from rankstrat.theorems.theorem import Case, Theorem

_DEFAULT = (
    (1, 3, 2, 1),
    (1, 3, 2, 2),
    (1, 4, 2, 3),
    (1, 5, 3, 2),
    (2, 3, 2, 2),
    (1, 7, 3, 4),
    (2, 4, 2, 2),
)
_DEEP = ((1, 6, 2, 4), (1, 8, 4, 3), (2, 4, 3, 3), (2, 5, 2, 2))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Axes, image size d, kernel size s, kernels k; random points with entries -1, 0, 1, zero
    kernels among them.
    """
    for axes, d, s, k in (*_DEFAULT, *(_DEEP if deep else ())):
        for net in NETS[:2]:
            for activation in ("tanh", "exp", "ztanh"):
                for sample in range(1, 6 if deep else 2):
                    sizes = {"axes": axes, "d": d, "s": s, "k": k}
                    yield {"activation": activation, **sizes, "net": net, "sample": sample}


def values(case: Case, seed: int) -> tuple[Any, Any]:
    """Output weights (k, places) and kernels (k, window) or (k, places, window), flat in each."""
    rng, axes, shared = source(case, seed), case["axes"], case["net"] == NETS[0]
    places, window = (case["d"] + 1 - case["s"]) ** axes, case["s"] ** axes
    a = np.array([rng.choice((-1, 0, 1, 1)) for _ in range(case["k"] * places)]).reshape(
        case["k"], places
    )
    number = case["k"] * (1 if shared else places)
    entries = [(0,) if rng.random() < 0.2 else (-1, 0, 1) for _ in range(number)]
    kernels = np.array([[rng.choice(some) for _ in range(window)] for some in entries])
    return a, kernels.reshape((case["k"], window) if shared else (case["k"], places, window))


def windows(case: Case) -> list[list[int]]:
    """For each place the pixels of its window, in the order of the kernel's entries."""
    axes, d, s = case["axes"], case["d"], case["s"]
    offsets = list(itertools.product(range(s), repeat=axes))
    corners = itertools.product(range(d + 1 - s), repeat=axes)
    return [
        [int(np.ravel_multi_index(np.add(c, o), (d,) * axes)) for o in offsets] for c in corners
    ]


def predicted(case: Case, seed: int) -> int:
    """#classes + rank{v_s}, v_s = sum_n +-a_n e_class(n) x A_n[:, s]."""
    (a, kernels), pixels, activation = (
        values(case, seed),
        case["d"] ** case["axes"],
        case["activation"],
    )
    shared, places, zero = case["net"] == NETS[0], windows(case), False
    classes: dict[tuple[int, ...], int] = {(0,) * pixels: 0}
    vectors: dict[tuple[int, ...], dict[tuple[int, int], int]] = {}
    for kernel, (number, window) in itertools.product(range(case["k"]), enumerate(places)):
        own = (kernel,) if shared else (kernel, number)
        u = [0] * pixels
        for entry, pixel in zip(kernels[own], window, strict=True):
            u[pixel] = int(entry)
        leader = tuple(u) if activation == "exp" else representative(u)
        place = classes.setdefault(leader, len(classes))
        zero = zero or not place
        sign = 1 if activation != "ztanh" else 0 if not place else 1 if tuple(u) == leader else -1
        for entry, pixel in enumerate(window):
            v = vectors.setdefault((*own, entry), {})
            v[place, pixel] = v.get((place, pixel), 0) + sign * int(a[kernel, number])
    rows = [
        [v.get((c, p), 0) for c in range(len(classes)) for p in range(pixels)]
        for v in vectors.values()
    ]
    return len(classes) - 1 + (zero and activation == "exp") + rational_rank(rows)


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank at the point."""
    a, kernels = values(case, seed)
    shared, activation = case["net"] == NETS[0], case["activation"]
    model = convolutional(
        case["k"], case["d"], case["s"], case["axes"], shared, activation=activation
    )
    return model_rank(
        model.point(a=a.reshape(model.blocks["a"]), K=kernels.reshape(model.blocks["K"])), seed=seed
    )


THEOREM = Theorem(
    name="tied_weights_points",
    title="Rank with tied input weights at every point",
    statement=(
        r"Let the input weights of the neurons be linear in shared parameters,"
        r" $u_n = A_n \kappa$, with free output weights $a_n$. The rank of"
        r" $\sum_n a_n \tanh(u_n \cdot x)$ is the number of classes $\{u, -u\}$ of nonzero $u_n$"
        r" plus the rank of the vectors"
        r" $v_s = \sum_n a_n\, e_{\mathrm{class}(u_n)} \otimes A_n e_s$, one for each shared"
        r" parameter, where the zero vector is a class too. If $\sigma$ is even, $a_n$ has the"
        r" sign with which $u_n$ occurs in its class and $u_n = 0$ is left out; for exp classes"
        r" are single vectors, and $u_n = 0$ counts as one of the first kind."
    ),
    source=(
        "derived in docs/proofs.md#tied-weights from LSH Proposition 2; corrects LLR Propositions"
        " 4 and 5 (JMLR) at special kernels"
    ),
    keys=("LSH", "LLR"),
    assumptions=(
        (
            r"no biases; $\sigma$ is tanh, exp or $z \tanh z$ (odd, of no parity, even; not"
            r" polynomials)"
        ),
        "checked on CNNs with and without sharing",
    ),
    formula=Math("#classes + rank{v_s}", r"\#\{\pm u_n \neq 0\} + \operatorname{rank}\{v_s\}"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
