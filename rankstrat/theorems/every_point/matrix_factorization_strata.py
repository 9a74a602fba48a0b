r"""Matrix factorization: the rank at every point depends on the ranks of the two factors only."""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.families.catalogue.matrix_factorization import matrix_factorization
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import matrix_of_rank, source
from rankstrat.theorems.theorem import Case, Theorem

_DEFAULT = (
    (2, 2, 2, 1, 1),
    (3, 3, 3, 0, 0),
    (3, 3, 3, 2, 0),
    (4, 4, 4, 3, 2),
    (2, 3, 5, 2, 1),
    (5, 2, 3, 1, 2),
    (6, 6, 6, 4, 3),
    (3, 8, 7, 2, 5),
    (10, 12, 9, 6, 7),
    (16, 16, 16, 11, 8),
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Sizes and ranks."""
    sizes = list(_DEFAULT)
    if deep:
        for d in range(1, 7):
            sizes += [(d, d, d, r, s) for r in range(d + 1) for s in range(d + 1)]
        for n, p, q in ((2, 5, 3), (5, 2, 4), (7, 4, 2), (3, 9, 8), (24, 20, 22)):
            sizes += [(n, p, q, r, s) for r in (0, 1, min(n, p)) for s in (0, 1, min(p, q))]
    for n, p, q, r, s in dict.fromkeys(sizes):
        yield {"d1": n, "p": p, "d2": q, "rank A": r, "rank B": s}


def predicted(case: Case, seed: int) -> int:
    """d1 d2 - (d1 - rank A)(d2 - rank B)."""
    n, q = case["d1"], case["d2"]
    return int(n * q - (n - case["rank A"]) * (q - case["rank B"]))


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank at random factors of these ranks."""
    rng = source(case, seed)
    n, p, q = case["d1"], case["p"], case["d2"]
    left, right = (
        matrix_of_rank(rng, n, p, case["rank A"]),
        matrix_of_rank(rng, p, q, case["rank B"]),
    )
    return model_rank(matrix_factorization(n, p, q).point(A=left, B=right), seed=seed)


THEOREM = Theorem(
    name="matrix_factorization_strata",
    title="Matrix factorization, rank at every point",
    statement=(
        r"At $(A, B) \in \mathbb{R}^{d_1 \times p} \times \mathbb{R}^{p \times d_2}$ the map $AB$"
        r" has model rank $d_1 d_2 - (d_1 - \operatorname{rank} A)(d_2 - \operatorname{rank} B)$."
    ),
    source="LSH Proposition 1 (square); derived in docs/proofs.md#products (rectangular)",
    keys=("LSH", "OPT"),
    assumptions=("none",),
    formula=Math("d1 d2 - (d1 - rank A)(d2 - rank B)", r"d_1 d_2 - (d_1 - r_A)(d_2 - r_B)"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
