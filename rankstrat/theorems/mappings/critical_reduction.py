r"""Two-layer networks: undoing copies and silent neurons leads to the narrowest network, with the
same function.
"""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.families.catalogue.two_layer import two_layer
from rankstrat.mappings import reduction
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.verdict import Verdict
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import Neurons, condensed, distinct_classes, source
from rankstrat.theorems.theorem import Case, Computed, Theorem

_DEFAULT = (
    ("tanh", 2, 1, 1, 0),
    ("tanh", 3, 2, 1, 1),
    ("tanh", 4, 2, 3, 1),
    ("exp", 4, 2, 2, 1),
    ("exp", 5, 3, 2, 2),
    ("ztanh", 4, 1, 2, 1),
    ("tanh", 9, 4, 4, 3),
    ("exp", 12, 3, 5, 4),
    ("tanh", 16, 2, 6, 5),
)
_DEEP = (
    ("sin", 8, 3, 3, 3),
    ("tanh", 24, 3, 9, 6),
    ("exp", 20, 2, 10, 5),
    ("softplus", 6, 2, 3, 2),
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Activation, width m, inputs d, effective neurons k, and further neurons with a = 0 at any
    weights.
    """
    for activation, m, d, k, silent in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {"activation": activation, "m": m, "d": d, "k": k, "silent": silent}


def predicted(case: Case, seed: int) -> int:
    """k(d+1)."""
    return int(case["k"] * (case["d"] + 1))


def computed(case: Case, seed: int) -> Computed:
    """The rank at the reduced point, if the reduction keeps function and criticality (both
    proved).
    """
    rng, m, d, k, silent = source(case, seed), case["m"], case["d"], case["k"], case["silent"]
    classes = distinct_classes(rng, k + silent, d)
    copies = condensed(rng, m - silent, classes[:k], odd=case["activation"] in ("tanh", "sin"))
    a, v = list(copies.a), [w if any(w) else classes[0] for w in copies.v]
    extra = Neurons((0,) * silent, tuple(classes[k:]))
    neurons = Neurons((*a, *extra.a), (*v, *extra.v)).shuffled(rng)
    model = two_layer(m, d, case["activation"])
    found = reduction(model.point(a=neurons.a, w=neurons.v), seed=seed)
    rank = model_rank(found.reduced, seed=seed)
    verdict = rank.verdict if found.critical is Verdict.PROVED else Verdict.OPEN
    return Computed(
        rank.lower, rank.upper, verdict, model.size, f"{found}; {rank}", rank.error_bound
    )


THEOREM = Theorem(
    name="critical_reduction",
    title="Critical reduction of two-layer networks",
    statement=(
        r"Adding up the output weights of neurons with dependent $\sigma(w \cdot x)$ and leaving"
        r" out those with $a = 0$ leads to the $k$ effective neurons, with the same function and"
        r" the rank $k(d+1)$. The tangent functions there are tangent functions of the wide"
        r" network, so a critical point reduces to a critical point, whatever the data."
    ),
    source="CRIT Definition 4.4, Proposition 4.1",
    keys=("CRIT",),
    assumptions=(
        "no bias",
        "the output weights of no group of neurons cancel",
        "k neurons of different classes",
    ),
    formula=Math("k(d+1)"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="rank at the reduced point",
)
