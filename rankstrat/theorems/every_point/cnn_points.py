r"""Convolutional networks: the rank at points without coincident shifts, m_a S + m_K J."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from rankstrat.algebra.linear import rank as rational_rank
from rankstrat.families.catalogue.convolutional import convolutional
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import distinct_classes, nonzero, source
from rankstrat.theorems.theorem import Case, Theorem

_DEFAULT = (
    (1, 3, 2, 1, 0, 0),
    (1, 4, 2, 1, 1, 0),
    (1, 5, 3, 2, 2, 0),
    (1, 5, 2, 2, 3, 1),
    (2, 3, 2, 1, 2, 0),
    (2, 4, 2, 2, 1, 1),
    (1, 12, 4, 3, 4, 2),
    (2, 5, 3, 2, 3, 0),
)
_DEEP = ((1, 6, 3, 3, 3, 1), (1, 20, 5, 4, 6, 2), (2, 4, 3, 2, 4, 1), (2, 6, 3, 2, 2, 1))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Sizes, classes of kernels, further kernels that are plus or minus one of them, and null
    kernels.
    """
    for axes, d, s, classes, copies, null in (*_DEFAULT, *(_DEEP if deep else ())):
        for outputs in ("random", "proportional", "zero in copies"):
            yield {
                "axes": axes, "d": d, "s": s, "classes": classes, "copies": copies, "null": null,
                "outputs": outputs
            }  # fmt: skip


def _kernels(case: Case, seed: int) -> tuple[list[list[int]], list[list[int]], list[int]]:
    """Output weights and kernels, and the class of each (-1: null)."""
    rng, axes, kind = source(case, seed), case["axes"], case["outputs"]
    places, window = (case["d"] + 1 - case["s"]) ** axes, case["s"] ** axes
    leaders = distinct_classes(rng, case["classes"], window)
    a = [[nonzero(rng) for _ in range(places)] for _ in leaders]
    kernels, owners = [list(v) for v in leaders], list(range(len(leaders)))
    for _ in range(case["copies"]):
        owner, sign, factor = rng.randrange(len(leaders)), rng.choice((-1, 1)), nonzero(rng)
        kernels.append([sign * c for c in leaders[owner]])
        owners.append(owner)
        other = {
            "random": [nonzero(rng) for _ in range(places)],
            "proportional": [factor * v for v in a[owner]],
        }
        a.append(other.get(kind, [0] * places))
    for _ in range(case["null"]):
        kernels.append([0] * window)
        a.append([0] * places)
        owners.append(-1)
    return a, kernels, owners


def predicted(case: Case, seed: int) -> int:
    """m_a S + m_K J."""
    a, _, owners = _kernels(case, seed)
    window, places = case["s"] ** case["axes"], (case["d"] + 1 - case["s"]) ** case["axes"]
    active = 0
    for owner in range(case["classes"]):
        active += rational_rank(
            [row for row, other in zip(a, owners, strict=True) if other == owner]
        )
    return int(active * window + case["classes"] * places)


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank at the point."""
    a, kernels, _ = _kernels(case, seed)
    model = convolutional(len(a), case["d"], case["s"], case["axes"])
    blocks: dict[str, Any] = {"a": np.array(a, dtype=object), "K": np.array(kernels, dtype=object)}
    return model_rank(
        model.point({n: v.reshape(model.blocks[n]) for n, v in blocks.items()}), seed=seed
    )


THEOREM = Theorem(
    name="cnn_points",
    title="Rank of a CNN at its points",
    statement=(
        r"At a point of a two-layer tanh CNN let $m_K$ count the classes $\{K, -K\}$ of nonzero"
        r" kernels and $m_a$ be the sum over the classes of the dimension of the span of their"
        r" output weights $a_l \in \mathbb{R}^J$. The rank is $m_a S + m_K J$ with windows of $S$"
        r" pixels at $J$ places."
    ),
    source="LLR Proposition 4 (JMLR)",
    keys=("LLR",),
    assumptions=(
        "a kernel that is zero has no output weight other than 0; no bias, stride 1, no padding",
        (
            "padded kernels at different places or of different classes differ up to sign (else"
            " tied_weights_points)"
        ),
    ),
    formula=Math("m_a S + m_K J"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
