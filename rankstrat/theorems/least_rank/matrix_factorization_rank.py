r"""Matrix factorization: a matrix of rank r has optimistic sample size r(d1 + d2 - r), attained at
balanced factors.
"""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.families.catalogue.matrix_factorization import matrix_factorization
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import matrix_of_rank, multiply, source
from rankstrat.theorems.theorem import Case, Theorem

_DEFAULT = (
    (2, 2, 2, 1),
    (3, 3, 3, 0),
    (3, 3, 3, 1),
    (4, 4, 4, 2),
    (6, 6, 6, 3),
    (3, 4, 6, 2),
    (8, 3, 5, 3),
    (12, 12, 12, 5),
    (16, 16, 16, 9),
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Sizes and ranks."""
    sizes = list(_DEFAULT)
    if deep:
        sizes += [(d, d, d, r) for d in range(1, 13) for r in range(d + 1)]
        sizes += [
            (n, p, q, r)
            for n, p, q in ((2, 9, 3), (5, 3, 8), (20, 24, 18))
            for r in range(min(n, p, q) + 1)
        ]
    for n, p, q, r in dict.fromkeys(sizes):
        yield {"d1": n, "p": p, "d2": q, "r": r}


def predicted(case: Case, seed: int) -> int:
    """r(d1 + d2 - r)."""
    return int(case["r"] * (case["d1"] + case["d2"] - case["r"]))


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank at (U V, V' W) with rank A = rank B = rank AB = r."""
    rng = source(case, seed)
    n, p, q, r = case["d1"], case["p"], case["d2"], case["r"]
    left, right = [[0] * p for _ in range(n)], [[0] * q for _ in range(p)]
    if r:
        # Factors through the first r inner coordinates, so that the product keeps rank r; then the
        # inner basis is changed by an elementary matrix and its inverse.
        left = [[*row, *([0] * (p - r))] for row in matrix_of_rank(rng, n, r, r)]
        right = [*matrix_of_rank(rng, r, q, r), *([0] * q for _ in range(p - r))]
        shear = [
            [int(i == j) + (i == 0 and j == p - 1 and p > 1) for j in range(p)] for i in range(p)
        ]
        inverse = [
            [int(i == j) - (i == 0 and j == p - 1 and p > 1) for j in range(p)] for i in range(p)
        ]
        left, right = multiply(left, shear), multiply(inverse, right)
    return model_rank(matrix_factorization(n, p, q).point(A=left, B=right), seed=seed)


THEOREM = Theorem(
    name="matrix_factorization_rank",
    title="Matrix factorization, optimistic sample size attained",
    statement=(
        r"A matrix of rank $r$ has $\min_{AB = f^*} r(A, B) = r(d_1 + d_2 - r)$ ($2rd - r^2$ for"
        r" square matrices), for every inner dimension $p \geq r$; it is attained where"
        r" $\operatorname{rank} A = \operatorname{rank} B = r$."
    ),
    source="LSH Proposition 1 and OPT (square); derived in docs/proofs.md#products (rectangular)",
    keys=("LSH", "OPT"),
    assumptions=(r"$r \leq \min(d_1, p, d_2)$",),
    formula=Math("r(d1 + d2 - r)", "r(d_1 + d_2 - r)"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
