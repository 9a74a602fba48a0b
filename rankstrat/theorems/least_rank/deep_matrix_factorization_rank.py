r"""Deep matrix factorization: a matrix of rank r keeps the optimistic sample size r(d_0 + d_L - r)
at every depth.
"""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.families.catalogue.deep_matrix_factorization import deep_matrix_factorization
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import matrix_of_rank, source
from rankstrat.theorems.theorem import Case, Theorem

_DEFAULT = (
    ((3, 3, 3), 1),
    ((3, 3, 3, 3), 2),
    ((4, 2, 4), 2),
    ((4, 4, 4, 4), 0),
    ((2, 5, 3, 4), 2),
    ((5, 3, 4, 3, 6), 3),
    ((8, 6, 7, 9), 5),
    ((6, 6, 6, 6, 6, 6), 4),
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Widths and ranks."""
    sizes = list(_DEFAULT)
    if deep:
        shapes = (
            (2, 2, 2, 2),
            (3, 5, 4, 3),
            (5, 4, 6),
            (7, 7, 7, 7),
            (4, 4, 4, 4, 4, 4, 4),
            (10, 9, 8, 11),
        )
        sizes += [(widths, r) for widths in shapes for r in range(min(widths) + 1)]
    for widths, r in dict.fromkeys(sizes):
        yield {"widths": " ".join(map(str, widths)), "r": r}


def predicted(case: Case, seed: int) -> int:
    """r(d_0 + d_L - r)."""
    widths, r = [int(width) for width in case["widths"].split()], case["r"]
    return int(r * (widths[0] + widths[-1] - r))


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank where every factor has rank r and lives in the first r hidden coordinates."""
    rng = source(case, seed)
    widths, r = [int(width) for width in case["widths"].split()], case["r"]
    last = len(widths) - 1
    blocks = {}
    for layer in range(1, last + 1):
        rows, columns = widths[layer], widths[layer - 1]
        inner = matrix_of_rank(rng, rows if layer == last else r, columns if layer == 1 else r, r)
        inner = [[*row, *([0] * (columns - len(row)))] for row in inner]
        blocks[f"W{layer}"] = [*inner, *([0] * columns for _ in range(rows - len(inner)))]
    return model_rank(deep_matrix_factorization(widths).point(**blocks), seed=seed)


THEOREM = Theorem(
    name="deep_matrix_factorization_rank",
    title="Deep matrix factorization, optimistic sample size attained",
    statement=(
        r"A matrix of rank $r$ has $\min r(W_1, \dots, W_L) = r(d_0 + d_L - r)$ over"
        r" $W_L \cdots W_1 = f^*$ for every depth $L \geq 2$ and hidden widths $\geq r$: the same"
        r" hierarchy as with two factors."
    ),
    source="derived in docs/proofs.md#products; LSH Proposition 1 is the case L = 2",
    keys=("LSH",),
    assumptions=(r"$L \geq 2$ and all hidden widths at least $r$",),
    formula=Math("r(d_0 + d_L - r)"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
