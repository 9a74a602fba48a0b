r"""Matrix completion at rank d - 1: every entry may be left out."""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.families.catalogue.matrix_factorization import matrix_factorization
from rankstrat.samples import count_recovering_subsets
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import nonzero, source
from rankstrat.theorems.theorem import Case, Computed, Theorem

_DEFAULT = ((2, 2), (2, 5), (3, 3), (4, 4), (5, 5), (6, 6))
_DEEP = ((7, 7), (8, 8), (4, 9), (9, 8))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Sizes of the factorization."""
    for d, p in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {"d": d, "p": p, "samples": d * d - 1}


def predicted(case: Case, seed: int) -> int:
    """All d^2 sets."""
    return int(case["d"] ** 2)


def computed(case: Case, seed: int) -> Computed:
    """The number of sets of d^2 - 1 entries with local linear recovery at a random point of rank d
    - 1.
    """
    rng = source(case, seed)
    d, p = case["d"], case["p"]
    a = [[nonzero(rng, 99) if k < d - 1 else 0 for k in range(p)] for _ in range(d)]
    b = [[nonzero(rng, 99) if k < d - 1 else 0 for _ in range(d)] for k in range(p)]
    model = matrix_factorization(d, p, d)
    found = count_recovering_subsets(model.point(A=a, B=b), case["samples"])
    return Computed(found.recovering, found.recovering, found.verdict, model.size, str(found))


THEOREM = Theorem(
    name="completion_corank_one",
    title="Sampling of a matrix of rank d - 1",
    statement=(
        r"At a generic point of rank $d-1$ of $AB$, $A, B$ of rank $d-1$, every set of"
        r" $d^2 - 1 = O_{f^*}$ observed entries guarantees local linear recovery: 16 of 16 for"
        r" $4 \times 4$."
    ),
    source="derived in docs/proofs.md#samples",
    keys=("LSH",),
    assumptions=(
        "rank A = rank B = d - 1",
        "no entry of the vectors that annihilate AB from left and right is zero",
    ),
    formula=Math("d^2"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="number of sets of entries",
)
