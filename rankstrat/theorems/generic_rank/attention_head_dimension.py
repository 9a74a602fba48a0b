r"""Softmax attention in larger heads: zero padding with the right temperature keeps output and
rank.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from rankstrat.families.catalogue.attention import attention
from rankstrat.mappings import head_padding
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import random_values, source
from rankstrat.theorems.theorem import Case, Theorem

_DEFAULT = (
    (2, 2, 1, 1, "1/sqrt(d)"),
    (2, 2, 1, 2, "1/sqrt(d)"),
    (2, 3, 1, 3, "1/2"),
    (2, 3, 2, 3, "1/sqrt(d)"),
    (2, 4, 1, 4, "1/sqrt(d)"),
    (2, 4, 2, 3, "1/2"),
    (3, 3, 1, 2, "2/3"),
    (2, 4, 2, 4, "2/3"),
)
_DEEP = ((2, 4, 2, 3, "1/sqrt(d)"), (2, 5, 2, 4, "1/2"), (3, 4, 2, 3, "2/3"))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Tokens, model dimension, head dimensions before and after, factor of the scores."""
    for tokens, model, small, large, scale in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {"tokens": tokens, "D": model, "d": small, "d'": large, "scale": scale}


def predicted(case: Case, seed: int) -> int:
    """4 D d - 2 d^2, with the smaller head dimension."""
    return int(4 * case["D"] * case["d"] - 2 * case["d"] ** 2)


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank at the image of a random head; a padding with a rational factor is verified as a
    critical mapping.
    """
    rng, scale = (
        source(case, seed),
        (None if case["scale"] == "1/sqrt(d)" else Fraction(case["scale"])),
    )
    small, large = (
        attention(case["tokens"], case["D"], d, scale=scale) for d in (case["d"], case["d'"])
    )
    mapping = head_padding(small, large)
    if scale is not None:  # the check of an irrational one takes minutes at the larger sizes
        mapping.check()
    point = small.point(**random_values(rng, small, bound=3))
    return model_rank(mapping.chart(point), seed=seed)


THEOREM = Theorem(
    name="attention_head_dimension",
    title="Attention heads in a larger dimension",
    statement=(
        r"A softmax head of dimension $d$ becomes one of dimension $d' \geq d$ with the same"
        r" output when $Q, K, V$ get zero columns, $O$ zero rows, and $QK^\top$ the factor by"
        r" which the scale of the scores changes, $\sqrt{d'/d}$ for the scale $1/\sqrt{d}$. The"
        r" padding is a critical mapping, and the rank stays $4Dd - 2d^2$ in model dimension $D$."
    ),
    source=(
        "derived in docs/proofs.md#attention and computed case by case; corrects the slides,"
        " where the scale does not change"
    ),
    keys=(),
    assumptions=(
        r"$d \leq D$, at least two tokens; one head and layer without normalisation, mask or MLP",
        "generic Q, K, V, O",
    ),
    formula=Math("4 D d - 2 d^2"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
