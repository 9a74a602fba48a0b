r"""Two-layer tanh networks: which parameters of a function have the least rank, and what the others
cost.
"""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.families.catalogue.two_layer import two_layer
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import Neurons, condensed, distinct_classes, nonzero, source
from rankstrat.theorems.theorem import Case, Theorem

_KINDS = ("copies and null neurons", "silent neuron", "cancelling pair", "zero weight")
_DEFAULT = ((3, 1, 1), (4, 2, 2), (6, 3, 2), (14, 2, 5))
_DEEP = ((5, 1, 3), (9, 4, 4), (40, 2, 7), (12, 8, 3))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Width m, inputs d, k neurons in the target, and what else the network has."""
    for m, d, k in (*_DEFAULT, *(_DEEP if deep else ())):
        for kind in _KINDS:
            yield {"m": m, "d": d, "k": k, "besides": kind}


def predicted(case: Case, seed: int) -> int:
    """k(d+1), + 1 for a silent neuron, + d + 1 for a cancelling pair, + d for a zero weight."""
    extra = dict(zip(_KINDS, (0, 1, case["d"] + 1, case["d"]), strict=True))
    return int(case["k"] * (case["d"] + 1) + extra[case["besides"]])


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank at random parameters of this kind."""
    rng, m, d, k, kind = source(case, seed), case["m"], case["d"], case["k"], case["besides"]
    *classes, other = distinct_classes(rng, k + 1, d)
    a = nonzero(rng)
    further = {
        "silent neuron": Neurons((0,), (other,)),
        "cancelling pair": Neurons((a, -a), (other, other)),
        "zero weight": Neurons((a,), ((0,) * d,)),
    }.get(kind, Neurons((), ()))
    main = condensed(rng, m - len(further.a), classes, odd=True)
    neurons = Neurons((*main.a, *further.a), (*main.v, *further.v)).shuffled(rng)
    return model_rank(two_layer(m, d).point(a=neurons.a, w=neurons.v), seed=seed)


THEOREM = Theorem(
    name="minimisers_two_layer",
    title="Minimisers of the rank among the parameters of a function",
    statement=(
        r"Among the parameters of a function of $k$ effective neurons in a wider two-layer tanh"
        r" network those have the least rank $k(d+1)$ whose nonzero $w_i$ lie in the $k$ classes"
        r" of the target and whose neurons with $w_i = 0$ have $a_i = 0$. A silent neuron"
        r" ($a = 0$) of another class costs 1, a pair $a, -a$ of another class $d + 1$, a neuron"
        r" with $w = 0$, $a \neq 0$ costs $d$."
    ),
    source="derived in docs/proofs.md#levels from LLR Theorem 4 and Corollary 7 (JMLR)",
    keys=("LLR",),
    assumptions=("tanh, no bias", "one such exception at a time"),
    formula=Math("k(d+1) + cost", r"k(d+1) + \{0, 1, d+1, d\}"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
