r"""Matrix completion: which entries two observed blocks determine."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from rankstrat.families.catalogue.matrix_factorization import matrix_factorization
from rankstrat.rank.verdict import Verdict
from rankstrat.samples import sample_closure
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import source
from rankstrat.theorems.theorem import Case, Computed, Theorem

# inner size; rows and columns of both blocks; common rows and columns
_DEFAULT = (
    (1, (2, 2), (2, 1), (1, 0)),
    (1, (2, 2), (1, 2), (0, 0)),
    (2, (3, 2), (2, 3), (1, 1)),
    (2, (3, 3), (3, 3), (2, 0)),
    (2, (3, 3), (3, 3), (1, 0)),
    (2, (3, 3), (2, 3), (0, 2)),
    (2, (5, 4), (4, 5), (1, 1)),
    (3, (4, 3), (4, 4), (3, 1)),
    (3, (4, 4), (4, 4), (2, 2)),
)
_DEEP = ((3, (5, 5), (6, 4), (2, 2)), (4, (6, 5), (5, 6), (4, 2)), (2, (8, 2), (2, 8), (2, 1)))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Inner size, shapes of two blocks, how many rows and columns they share."""
    for inner, one, other, common in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {"p": inner, "first": list(one), "second": list(other), "common": list(common)}


def predicted(case: Case, seed: int) -> int:
    """All entries of the joint rectangle if (p - s)(p - t) is 0, else those of the blocks."""
    (a, b), (c, d), (s, t) = case["first"], case["second"], case["common"]
    if s >= case["p"] or t >= case["p"]:
        return int((a + c - s) * (b + d - t))
    return int(a * b + c * d - s * t)


def computed(case: Case, seed: int) -> Computed:
    """The observed entries and those in their closure at a random point."""
    (a, b), (c, d), (s, t) = case["first"], case["second"], case["common"]
    rows, columns = a + c - s, b + d - t
    observed = set(product(range(a), range(b)))
    observed |= set(product(range(a - s, rows), range(b - t, columns)))
    others = sorted(set(product(range(rows), range(columns))) - observed)
    model, rng = matrix_factorization(rows, case["p"], columns), source(case, seed)
    # among small numbers some rows would be proportional
    point = model.point([rng.randint(1, 10**4) for _ in range(model.size)])
    found = sample_closure(point, sorted(observed), others, shape=(rows, columns), seed=seed)
    low = len(observed) + len(found.closed)
    verdict = found.verdict if not found.undecided else Verdict.OPEN
    return Computed(low, low + len(found.undecided), verdict, model.size, str(found))


THEOREM = Theorem(
    name="completion_closure",
    title="Entries that two observed blocks determine",
    statement=(
        r"At a generic matrix of rank $p$ let two blocks of entries be observed, with at least $p$"
        r" rows and $p$ columns each, of which they share $s$ and $t$. They determine the other"
        r" entries of the joint rectangle if $s \geq p$ or $t \geq p$, and none of them otherwise."
    ),
    source="KiralyTheranTomioka2015 (closable entries); proved in docs/proofs.md#samples",
    keys=("KiralyTheranTomioka2015",),
    assumptions=("a random point", "determined: in first order, so finitely many completions"),
    formula=Math("all if s >= p or t >= p, else the blocks"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="number of determined entries",
)
