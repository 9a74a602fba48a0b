r"""Deep diagonal linear networks: a coordinate counts while at most one of its factors vanishes."""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.families.catalogue.deep_diagonal import deep_diagonal
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import source
from rankstrat.theorems.theorem import Case, Theorem


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Sizes with random points whose entries are -1, 0 or 1."""
    for m, depth in ((2, 2), (3, 2), (4, 3), (6, 5), (40, 4), (60, 7)):
        for sample in range(1, 31 if deep else 3):
            yield {"m": m, "L": depth, "sample": sample}


def _factors(case: Case, seed: int) -> list[list[int]]:
    rng = source(case, seed)
    return [[rng.choice((-1, 0, 1, 1)) for _ in range(case["m"])] for _ in range(case["L"])]


def predicted(case: Case, seed: int) -> int:
    """sum_j g(a_j), g(v) = 1 if v has at most one zero entry."""
    return sum(1 for column in zip(*_factors(case, seed), strict=True) if column.count(0) <= 1)


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank at the random point."""
    return model_rank(deep_diagonal(case["m"], case["L"]).point(a=_factors(case, seed)), seed=seed)


THEOREM = Theorem(
    name="deep_diagonal_points",
    title="Deep diagonal linear networks, rank at every point",
    statement=(
        r"$\sum_j \bigl(\prod_{l=1}^L a_j^{[l]}\bigr) x_j$, $L \geq 2$, has rank $\sum_j g(a_j)$,"
        r" where $g(v) = 1$ if at most one entry of $v$ is zero, else $0$."
    ),
    source="OPT Appendix A.1",
    keys=("OPT",),
    assumptions=(r"$L \geq 2$",),
    formula=Math("sum_j g(a_j)", r"\sum_j g(a_j)"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
