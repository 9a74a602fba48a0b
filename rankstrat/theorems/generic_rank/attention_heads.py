r"""Softmax attention: h different heads have rank h(4 D d - 2 d^2), copies of a head add
nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from rankstrat.families.catalogue.attention import attention
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import nonzero, random_values, source
from rankstrat.theorems.theorem import Case, Theorem

_DEFAULT = (
    (2, 2, 1, 1, 0, 0),
    (3, 2, 1, 1, 0, 0),
    (2, 3, 1, 2, 0, 0),
    (2, 3, 1, 2, 1, 1),
    (2, 4, 2, 1, 0, 0),
    (2, 4, 2, 2, 0, 0),
    (2, 4, 2, 1, 1, 0),
    (2, 4, 2, 1, 0, 1),
)
_DEEP = (
    (2, 3, 2, 2, 1, 0),
    (3, 4, 2, 1, 0, 0),
    (2, 5, 2, 2, 0, 0),
    (2, 5, 3, 1, 0, 0),
    (2, 4, 1, 3, 1, 1),
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Tokens, dimensions of the model and of a head, different heads, copies of the first head,
    null heads.
    """
    for tokens, model, head, different, copies, null in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {
            "tokens": tokens,
            "D": model,
            "d": head,
            "heads": different,
            "copies": copies,
            "null": null,
        }


def predicted(case: Case, seed: int) -> int:
    """h(4 D d - 2 d^2)."""
    return int(case["heads"] * (4 * case["D"] * case["d"] - 2 * case["d"] ** 2))


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank at random heads, copies of the first one (which shares its O with them) and heads
    that are zero.
    """
    rng = source(case, seed)
    tokens, size, head = case["tokens"], case["D"], case["d"]
    values: dict[str, Any] = random_values(rng, attention(tokens, size, head, case["heads"]))
    for _ in range(case["copies"]):
        share = nonzero(rng)
        last = values["O"][0] * share
        values["O"][0] = values["O"][0] * (1 - share) if share != 1 else values["O"][0]
        values = {name: np.concatenate([block, block[:1]]) for name, block in values.items()}
        values["O"][-1] = last
    for _ in range(case["null"]):
        values = {name: np.concatenate([block, 0 * block[:1]]) for name, block in values.items()}
    model = attention(tokens, size, head, len(values["O"]), scale=1)
    return model_rank(model.point(**values), seed=seed)


THEOREM = Theorem(
    name="attention_heads",
    title="Rank of softmax attention",
    statement=(
        r"At a generic point, $h$ softmax heads of dimension $d$ in model dimension $D$ have the"
        r" rank $h(4Dd - 2d^2)$: each head loses $2d^2$ to the gauge $Q \to QG$,"
        r" $K \to KG^{-\top}$ and $V \to VG$, $O \to G^{-1}O$. Copies of a head with proportional"
        r" $O$ and heads that are zero add nothing: 24, 48 and 24 for $D = 4$, $d = 2$ and one,"
        r" two and two equal heads."
    ),
    source=(
        "derived in docs/proofs.md#attention and computed case by case; no proof of the lower"
        " bound for all sizes is claimed"
    ),
    keys=(),
    assumptions=(
        r"$d \leq D$, at least two tokens; one layer without normalisation, mask or MLP",
        r"the factor of the scores is 1 instead of $1/\sqrt{d}$, which only rescales Q",
    ),
    formula=Math("h (4 D d - 2 d^2)"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
