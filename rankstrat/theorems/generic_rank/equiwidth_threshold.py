r"""Polynomial networks of equal widths have the expected dimension from degree 2 on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rankstrat.families.catalogue.polynomial_network import polynomial_network
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import random_values, source
from rankstrat.theorems.theorem import Case, Theorem

_DEFAULT = (
    (1, 3, 2),
    (2, 2, 2),
    (2, 2, 3),
    (2, 3, 2),
    (2, 3, 3),
    (3, 2, 2),
    (3, 2, 3),
    (3, 3, 2),
    (4, 2, 2),
)
_DEEP = ((2, 4, 2), (2, 3, 4), (3, 2, 4), (4, 2, 3), (5, 2, 2))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Width m of all layers, their number L, degree r, and where."""
    for m, layers, degree in (*_DEFAULT, *(_DEEP if deep else ())):
        for place in ("random", "identity"):
            yield {"m": m, "L": layers, "r": degree, "weights": place}


def predicted(case: Case, seed: int) -> int:
    """Parameters less one for each hidden unit."""
    m, layers = case["m"], case["L"]
    return int(layers * m * m - (layers - 1) * m)


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank at a point, which bounds the dimension from below."""
    model = polynomial_network([case["m"]] * (case["L"] + 1), case["r"])
    if case["weights"] == "random":
        values = random_values(source(case, seed), model)
    else:
        values = {name: np.eye(case["m"], dtype=int) for name in model.blocks}
    return model_rank(model.point(**values), seed=seed)


THEOREM = Theorem(
    name="equiwidth_threshold",
    title="Polynomial networks of equal widths",
    statement=(
        r"A network of $L$ layers of width $m$ without biases and with activation $z^r$,"
        r" $r \geq 2$, has a neurovariety of the expected dimension $Lm^2 - (L-1)m$: nothing is"
        r" lost but the scaling of each hidden unit. Where all matrices are 1 the rank is that."
    ),
    source=(
        "FinkelRodriguezWuYahl2025 (equi-width networks have activation threshold 1); proved in"
        " docs/proofs.md#neurovarieties"
    ),
    keys=("FinkelRodriguezWuYahl2025",),
    assumptions=("no biases; a point, whose rank the dimension is at least",),
    formula=Math("L m^2 - (L-1) m", "L m^2 - (L-1) m"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
