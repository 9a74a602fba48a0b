r"""Diagonal models of any depth: a target with k nonzero coefficients has the optimistic sample
size k.
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy

from rankstrat.families.catalogue.deep_diagonal import deep_diagonal
from rankstrat.families.catalogue.diagonal import diagonal
from rankstrat.targets import optimistic_sample_size, target_set
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import least, nonzero, source
from rankstrat.theorems.theorem import Case, Computed, Theorem

_DEFAULT = (
    ("a^2 - b^2", 1, 2, 0),
    ("a^2 - b^2", 3, 2, 2),
    ("a^2 - b^2", 6, 2, 1),
    ("product", 2, 2, 1),
    ("product", 4, 2, 0),
    ("product", 5, 3, 2),
    ("product", 4, 4, 3),
    ("product", 20, 2, 15),
    ("a^2 - b^2", 20, 2, 17),
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """The kind of model, features, depth and the number of nonzero coefficients."""
    sizes = list(_DEFAULT)
    if deep:
        for m in range(1, 8):
            sizes += [("a^2 - b^2", m, 2, k) for k in range(m + 1)]
            sizes += [("product", m, depth, k) for depth in (2, 3) for k in range(m + 1)]
    for kind, m, depth, k in dict.fromkeys(sizes):
        yield {"model": kind, "m": m, "depth": depth, "k": k}


def predicted(case: Case, seed: int) -> int:
    """k."""
    return int(case["k"])


def computed(case: Case, seed: int) -> Computed:
    """Both halves: the rank of a point of the target set, and that no point of it has a lower
    one.
    """
    rng = source(case, seed)
    m = case["m"]
    model = diagonal(m) if case["model"] == "a^2 - b^2" else deep_diagonal(m, case["depth"])
    support = rng.sample(range(m), case["k"])
    target = sympy.Add(*(nonzero(rng) * model.inputs[j] for j in support))
    return least(optimistic_sample_size(target_set(model, target, seed=seed)))


THEOREM = Theorem(
    name="optimistic_diagonal",
    title="Optimistic sample size of diagonal models",
    statement=(
        r"In $\sum_j (a_j^2 - b_j^2) x_j$ and in $\sum_j (\prod_{l=1}^L a_j^{[l]}) x_j$,"
        r" $L \geq 2$, a function $\sum_j c_j x_j$ with $k$ nonzero coefficients has"
        r" $O_{f^*} = k$, for any number $m \geq k$ of features."
    ),
    source="OPT Appendix A.1; derived in docs/proofs.md#diagonal for a^2 - b^2",
    keys=("OPT",),
    assumptions=(r"$L \geq 2$ (for $L = 1$ the model is linear and $O_{f^*} = m$)",),
    formula=Math("k"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="optimistic sample size",
)
