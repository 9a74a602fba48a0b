r"""Linear models: the rank is the dimension of the span of the features, at every point."""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.families.catalogue.linear import linear
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import nonzero, source
from rankstrat.theorems.theorem import Case, Theorem

_DEFAULT = ((1, 1), (3, 3), (4, 3), (6, 2), (12, 12), (20, 7), (60, 40), (200, 200))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """m features spanning dimension k: x_1, ..., x_k and combinations of them."""
    sizes = (
        [*_DEFAULT, *((m, k) for m in range(1, 15) for k in range(1, m + 1))] if deep else _DEFAULT
    )
    for m, k in dict.fromkeys(sizes):
        yield {"m": m, "k": k}


def predicted(case: Case, seed: int) -> int:
    """The dimension of the span."""
    return int(case["k"])


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank at a random point."""
    rng = source(case, seed)
    m, k = case["m"], case["k"]
    if m == k:
        model = linear(m)
    else:
        features = [f"x{i}" for i in range(1, k + 1)]
        for _ in range(m - k):
            i, j = rng.randint(1, k), rng.randint(1, k)
            features.append(f"{nonzero(rng)}*x{i} + {rng.randint(1, 9)}*x{j}")
        rng.shuffle(features)
        model = linear(features)
    return model_rank(model.point([rng.randint(-9, 9) for _ in range(m)]), seed=seed)


THEOREM = Theorem(
    name="linear_rank",
    title="Linear models",
    statement=(
        r"$\sum_{i=1}^m a_i\,\varphi_i(x)$ has rank $\dim \operatorname{span}\{\varphi_i\}$ at"
        r" every point; so every function has optimistic sample size $m$ if and only if the"
        r" features are linearly independent."
    ),
    source="LLR Corollary 3",
    keys=("LLR",),
    assumptions=("none",),
    formula=Math("dim span", r"\dim \operatorname{span}\{\varphi_i\}"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
