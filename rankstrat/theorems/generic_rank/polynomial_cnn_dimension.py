r"""Polynomial convolutional networks with one channel: filters up to scaling."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sympy

from rankstrat.model.model import Model
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import nonzero, source
from rankstrat.theorems.theorem import Case, Theorem

_DEFAULT = (
    ((3, 2), 2),
    ((2, 2, 2), 2),
    ((3, 3), 3),
    ((2, 3, 2), 2),
    ((1, 3), 2),
    ((3, 1), 2),
    ((4, 4), 3),
    ((16, 16), 2),
)
_DEEP = (((2, 2, 2), 3), ((3, 2, 2), 2), ((5, 4), 4), ((2, 2, 2, 2), 2))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Filter sizes, degree, and where."""
    for filters, degree in (*_DEFAULT, *(_DEEP if deep else ())):
        for place in ("random", "(1, 0, ..., 0)"):
            yield {"filters": list(filters), "r": degree, "weights": place}


def predicted(case: Case, seed: int) -> int:
    """The number of weights less that of the hidden layers."""
    return int(sum(case["filters"]) - len(case["filters"]) + 1)


def network(filters: Sequence[int], degree: int) -> Model:
    """As many inputs as one output sees; z^r after each layer but the last."""
    values = list(sympy.symbols(f"x0:{sum(k - 1 for k in filters) + 1}"))
    inputs, parameters = list(values), []
    for layer, size in enumerate(filters):
        weights = sympy.symbols(f"w{layer}_0:{size}")
        parameters += weights
        power = degree if layer < len(filters) - 1 else 1
        values = [
            sympy.Add(*(w * values[place + i] for i, w in enumerate(weights))) ** power
            for place in range(len(values) - size + 1)
        ]
    return Model(values, parameters, inputs, "polynomial convolutional network")


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank at a point."""
    model, rng = network(case["filters"], case["r"]), source(case, seed)
    if case["weights"] == "random":
        values = [nonzero(rng) for _ in range(model.size)]
    else:
        values = [int(tap == 0) for size in case["filters"] for tap in range(size)]
    return model_rank(model.point(values), seed=seed)


THEOREM = Theorem(
    name="polynomial_cnn_dimension",
    title="Polynomial convolutional networks",
    statement=(
        r"A convolutional network with one channel, stride 1, filters of sizes $k_1, \dots, k_L$"
        r" and activation $z^r$, $r \geq 2$, has a neurovariety of dimension $\sum_l k_l - L + 1$:"
        r" only the scalings between layers are lost. Where every filter is $(1, 0, \dots, 0)$ the"
        r" rank is that."
    ),
    source=(
        "ShahverdiMarchettiKohn2024 (dimension of polynomial convolutional networks); proved in"
        " docs/proofs.md#neurovarieties"
    ),
    keys=("ShahverdiMarchettiKohn2024",),
    assumptions=("no biases; a point, whose rank the dimension is at least",),
    formula=Math("sum k_l - L + 1", r"\sum_l k_l - L + 1"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
