r"""Matrix factorization of any depth: a target of rank r has the optimistic sample size r(d0 + dL -
r).
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy

from rankstrat.families.catalogue.deep_matrix_factorization import deep_matrix_factorization
from rankstrat.families.catalogue.matrix_factorization import matrix_factorization
from rankstrat.targets import optimistic_sample_size, target_set
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import least, matrix_of_rank, source
from rankstrat.theorems.theorem import Case, Computed, Theorem

_DEFAULT = (
    ("2 2 2", 0),
    ("2 2 2", 1),
    ("4 4 4", 1),
    ("4 4 4", 3),
    ("3 2 5", 2),
    ("3 3 3 3", 1),
    ("4 3 4 5", 2),
    ("3 2 2 3 4", 2),
    ("8 8 8", 5),
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Widths, input first, and the rank of the target."""
    sizes = list(_DEFAULT)
    if deep:
        sizes += [(f"{d} {d} {d}", r) for d in range(1, 7) for r in range(d + 1)]
        sizes += [("3 4 5", r) for r in range(4)] + [("5 2 4", r) for r in range(3)]
        sizes += [("4 4 4 4", r) for r in range(5)] + [("3 3 4 3 3", r) for r in range(4)]
    for widths, r in dict.fromkeys(sizes):
        yield {"widths": widths, "r": r}


def _widths(case: Case) -> list[int]:
    return [int(n) for n in case["widths"].split()]


def predicted(case: Case, seed: int) -> int:
    """r(d0 + dL - r)."""
    widths, r = _widths(case), case["r"]
    return int(r * (widths[0] + widths[-1] - r))


def computed(case: Case, seed: int) -> Computed:
    """Both halves: the rank of a factorization, and that no factorization has a lower one."""
    widths = _widths(case)
    if len(widths) == 3:
        model = matrix_factorization(widths[2], widths[1], widths[0])
    else:
        model = deep_matrix_factorization(widths)
    target = sympy.Matrix(matrix_of_rank(source(case, seed), widths[-1], widths[0], case["r"]))
    return least(optimistic_sample_size(target_set(model, target, seed=seed)))


THEOREM = Theorem(
    name="optimistic_factorization",
    title="Optimistic sample size of matrix factorization",
    statement=(
        r"In $W_L \cdots W_1$ with widths $d_0, \dots, d_L$, $L \geq 2$, a matrix of rank $r$ has"
        r" $O_{f^*} = r(d_0 + d_L - r)$, for every depth and all hidden widths $\geq r$;"
        r" $2rd - r^2$ for square matrices."
    ),
    source="LSH Proposition 1 and OPT (L = 2); derived in docs/proofs.md#products for L > 2",
    keys=("LSH", "OPT"),
    assumptions=(r"hidden widths $\geq r$", r"$L \geq 2$ (for $L = 1$ it is $d_0 d_1$)"),
    formula=Math("r (d0 + dL - r)", r"r (d_0 + d_L - r)"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="optimistic sample size",
)
