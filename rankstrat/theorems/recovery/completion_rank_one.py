r"""Matrix completion at rank one: sets of entries that recover are the spanning trees of a
bipartite graph.
"""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.families.catalogue.matrix_factorization import matrix_factorization
from rankstrat.samples import count_recovering_subsets
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import nonzero, source
from rankstrat.theorems.theorem import Case, Computed, Theorem

_DEFAULT = ((2, 2, 2), (2, 1, 3), (2, 5, 3), (3, 3, 3), (3, 1, 4), (4, 4, 4), (4, 9, 3))
_DEEP = ((1, 1, 5), (2, 2, 7), (3, 2, 5), (4, 5, 5), (3, 3, 6))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Sizes of the factorization."""
    for n, p, q in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {"d1": n, "p": p, "d2": q, "samples": n + q - 1}


def predicted(case: Case, seed: int) -> int:
    """The number of spanning trees of the complete bipartite graph."""
    n, q = case["d1"], case["d2"]
    return int(n ** (q - 1) * q ** (n - 1))


def computed(case: Case, seed: int) -> Computed:
    """The number of sets of d1 + d2 - 1 entries with local linear recovery at a rank-one point
    without zeros.
    """
    rng = source(case, seed)
    n, p, q = case["d1"], case["p"], case["d2"]
    a = [[nonzero(rng) if k == 0 else 0 for k in range(p)] for _ in range(n)]
    b = [[nonzero(rng) if k == 0 else 0 for _ in range(q)] for k in range(p)]
    model = matrix_factorization(n, p, q)
    found = count_recovering_subsets(model.point(A=a, B=b), case["samples"])
    return Computed(found.recovering, found.recovering, found.verdict, model.size, str(found))


THEOREM = Theorem(
    name="completion_rank_one",
    title="Sampling of a rank-one matrix",
    statement=(
        r"At a rank-one point without zero entries of $AB$, a set of $d_1 + d_2 - 1 = O_{f^*}$"
        r" observed entries guarantees local linear recovery exactly if it is a spanning tree of"
        r" $K_{d_1,d_2}$: $d_1^{d_2-1} d_2^{d_1-1}$ sets, 4096 of 11440 for $4 \times 4$, so"
        r" almost every sample is not enough for discrete inputs."
    ),
    source=(
        "derived in docs/proofs.md#samples; LSH Theorem 1 and LLR Proposition 2 hold for"
        " continuous inputs only"
    ),
    keys=("LSH", "LLR"),
    assumptions=("rank A = rank B = 1, no entry of AB is zero",),
    formula=Math("d1^(d2-1) d2^(d1-1)", "d_1^{d_2-1} d_2^{d_1-1}"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="number of sets of entries",
)
