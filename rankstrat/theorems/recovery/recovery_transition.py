r"""Local linear recovery at a point begins with as many generic samples as its model rank."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from rankstrat.families.catalogue.deep_diagonal import deep_diagonal
from rankstrat.families.catalogue.two_layer import two_layer
from rankstrat.model.model import Chart
from rankstrat.rank.verdict import Verdict
from rankstrat.samples import local_linear_recovery
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import condensed, distinct_classes, nonzero, source
from rankstrat.theorems.theorem import Case, Computed, Theorem

_DEFAULT = (
    ("two_layer", 2, 1, 1),
    ("two_layer", 4, 2, 2),
    ("two_layer", 6, 3, 3),
    ("two_layer", 12, 2, 4),
    ("deep_diagonal", 6, 2, 2),
    ("deep_diagonal", 5, 3, 5),
    ("deep_diagonal", 20, 3, 7),
)
_DEEP = (
    ("two_layer", 20, 1, 5),
    ("two_layer", 12, 6, 5),
    ("deep_diagonal", 40, 4, 11),
    ("two_layer", 8, 3, 8),
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Width m and inputs d of two-layer networks, or features m and depth L; k neurons or
    coefficients.
    """
    for family, m, d, k in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {"family": family, "m": m, "d or L": d, "k": k}


def predicted(case: Case, seed: int) -> int:
    """k(d+1), or k."""
    return int(case["k"] * _KINDS[case["family"]].samples(case["d or L"]))


def _network(rng: Random, m: int, d: int, k: int) -> tuple[Chart, int]:
    neurons = condensed(rng, m, distinct_classes(rng, k, d), odd=True)
    return two_layer(m, d).point(a=neurons.a, w=neurons.v), d


def _sparse(rng: Random, m: int, depth: int, k: int) -> tuple[Chart, int]:
    rows = [[nonzero(rng) if j < k else 0 for j in range(m)] for _ in range(depth)]
    return deep_diagonal(m, depth).point([v for row in rows for v in row]), m


@dataclass(frozen=True)
class Kind:
    """Samples for each neuron or coefficient, and a condensed or sparse point with its number of
    inputs.
    """

    samples: Callable[[int], int]
    point: Callable[[Random, int, int, int], tuple[Chart, int]]


_KINDS = {
    "two_layer": Kind(lambda d: d + 1, _network),
    "deep_diagonal": Kind(lambda depth: 1, _sparse),
}


def computed(case: Case, seed: int) -> Computed:
    """The number of samples, of a random sequence, from which on the empirical rank is the model
    rank.
    """
    point, inputs = _KINDS[case["family"]].point(
        source(case, seed), case["m"], case["d or L"], case["k"]
    )
    rng = source({**case, "what": "samples"}, seed)
    samples = distinct_classes(
        rng, min(point.model.size, 60), inputs
    )  # x and -x say the same of an odd function
    found, size = local_linear_recovery(point, samples, seed=seed).threshold, point.model.size
    if found is None:
        return Computed(0, size, Verdict.OPEN, size, "the samples were too few")
    reached = local_linear_recovery(point, samples[:found], seed=seed)
    missed = local_linear_recovery(point, samples[: found - 1], seed=seed) if found > 1 else None
    known = reached.verdict is Verdict.PROVED and (
        missed is None or missed.verdict is Verdict.REFUTED
    )
    return Computed(
        found,
        found,
        Verdict.PROVED if known else Verdict.OPEN,
        size,
        f"{reached}; before: {missed}",
    )


THEOREM = Theorem(
    name="recovery_transition",
    title="Local linear recovery begins at the model rank",
    statement=(
        r"A point recovers its function from generic samples by local linear recovery exactly if"
        r" there are at least as many samples as the model rank $r_\theta$. With $k$ effective"
        r" neurons in $d$ dimensions at a condensed point this is $k(d+1)$ at every width, and $k$"
        r" at a $k$-sparse point of a deep diagonal model: fewer than the parameters."
    ),
    source="LLR Lemma 1 and Corollary 1 (JMLR)",
    keys=("LLR",),
    assumptions=(
        "scalar output, continuous inputs; random samples, different up to sign",
        "tanh for two-layer networks, no bias",
    ),
    formula=Math("k(d+1), k", r"r_\theta = k(d+1),\ k"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="samples that recover",
)
