r"""Exponential networks with biases: a bias adds nothing, at every point."""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.families.catalogue.two_layer import two_layer
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import Neurons, source
from rankstrat.theorems.theorem import Case, Theorem

_SIZES = ((2, 1), (3, 2), (5, 2), (9, 2), (20, 3))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """The example of three neurons; then random points with entries -1, 0, 1 and biases from -2 to
    2.
    """
    yield {"m": 3, "d": 2, "sample": 0}
    for m, d in _SIZES:
        for sample in range(1, 21 if deep else 3):
            yield {"m": m, "d": d, "sample": sample}


def _neurons(case: Case, seed: int) -> Neurons:
    """Output weights, and input weights with the bias at the end."""
    if case["sample"] == 0:
        return Neurons((1, 2, 3), ((1, 2, 1), (1, 2, 2), (2, -1, 3)))
    rng = source(case, seed)
    v = tuple(
        (*(rng.choice((-1, 0, 1)) for _ in range(case["d"])), rng.randint(-2, 2))
        for _ in range(case["m"])
    )
    return Neurons(tuple(rng.choice((-1, 0, 1)) for _ in v), v)


def predicted(case: Case, seed: int) -> int:
    """S + d S_a, the weight 0 counted like any other."""
    neurons = _neurons(case, seed)
    weights = {v[:-1] for v in neurons.v}
    active = {v[:-1] for a, v in zip(neurons.a, neurons.v, strict=True) if a}
    return int(len(weights) + case["d"] * len(active))


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank at the point."""
    neurons = _neurons(case, seed)
    model = two_layer(case["m"], case["d"], "exp", bias=True)
    return model_rank(
        model.point(a=neurons.a, w=[v[:-1] for v in neurons.v], b=[v[-1] for v in neurons.v]),
        seed=seed,
    )


THEOREM = Theorem(
    name="exponential_points_bias",
    title="Rank of exponential networks with bias",
    statement=(
        r"Let $S$ count the distinct $w_i$, zero among them, and $S_a$ those with some"
        r" $a_i \neq 0$. The rank of $\sum_i a_i e^{w_i \cdot x + b_i}$ is $S + d S_a$, whatever"
        r" the biases: neurons that differ in the bias only are multiples of each other, and"
        r" $\partial_b = a\,\partial_a$. Three neurons in two dimensions, two of them with the"
        r" same weight, have rank 6; for tanh it is 12."
    ),
    source=(
        "derived in docs/proofs.md#exponentials: the independence lemma (LSH Proposition 2) does"
        " not extend to exp with bias"
    ),
    keys=("LSH",),
    assumptions=("no output bias",),
    formula=Math("S + d S_a"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
