r"""Diagonal linear networks: the rank counts the coordinates that are not dead."""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.families.catalogue.diagonal import diagonal
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import source
from rankstrat.theorems.theorem import Case, Theorem


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Sizes with random points whose entries are -1, 0 or 1."""
    for m in (1, 2, 3, 5, 30, 150):
        for sample in range(1, 31 if deep else 3):
            yield {"m": m, "sample": sample}


def _point(case: Case, seed: int) -> tuple[list[int], list[int]]:
    rng = source(case, seed)
    a, b = ([rng.choice((-1, 0, 0, 1)) for _ in range(case["m"])] for _ in range(2))
    return a, b


def predicted(case: Case, seed: int) -> int:
    """The number of j with (a_j, b_j) != (0, 0)."""
    return sum(1 for a, b in zip(*_point(case, seed), strict=True) if a or b)


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank at the random point."""
    a, b = _point(case, seed)
    return model_rank(diagonal(case["m"]).point(a=a, b=b), seed=seed)


THEOREM = Theorem(
    name="diagonal_points",
    title="Diagonal linear networks, rank at every point",
    statement=r"$\sum_j (a_j^2 - b_j^2)\,x_j$ has rank $\#\{j : (a_j, b_j) \neq (0, 0)\}$.",
    source="derived in docs/proofs.md#diagonal; DIAG defines the model",
    keys=("DIAG",),
    assumptions=("none",),
    formula=Math("#{j: (a_j, b_j) != 0}", r"\#\{j : (a_j, b_j) \neq 0\}"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
