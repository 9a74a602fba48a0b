r"""Polynomial networks: units without weights leave the rank of the smaller network."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from rankstrat.families.catalogue.polynomial_network import polynomial_network
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.model_rank import model_rank
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import random_values, source
from rankstrat.theorems.theorem import Case, Theorem

_DEFAULT = (
    ((2, 1, 2), (2, 3, 2), 2),
    ((2, 2, 2), (2, 4, 2), 3),
    ((3, 2, 3), (3, 3, 3), 2),
    ((2, 2, 2, 2), (2, 3, 3, 2), 2),
    ((3, 3, 3), (3, 6, 3), 2),
    ((2, 2, 2, 2), (2, 2, 5, 2), 3),
    ((3, 3, 3, 3), (3, 4, 4, 3), 2),
)
_DEEP = (((2, 2, 2, 2, 2), (2, 3, 3, 3, 2), 2), ((4, 4, 4), (4, 6, 4), 2))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Widths of the subnetwork and of the network around it, degree."""
    for small, large, degree in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {"subnetwork": list(small), "widths": list(large), "r": degree}


def predicted(case: Case, seed: int) -> int:
    """The parameters of the subnetwork less one for each of its hidden units."""
    small = case["subnetwork"]
    weights = sum(a * b for a, b in pairwise(small))
    return int(weights - sum(small[1:-1]))


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank at a random subnetwork, the other weights 0."""
    small = polynomial_network(case["subnetwork"], case["r"])
    large = polynomial_network(case["widths"], case["r"])
    inner: dict[str, Any] = random_values(source(case, seed), small)
    values = {}
    for name, shape in large.blocks.items():
        values[name] = np.zeros(shape, dtype=object)
        values[name][tuple(map(slice, small.blocks[name]))] = inner[name]
    return model_rank(large.point(**values), seed=seed)


THEOREM = Theorem(
    name="subnetwork_rank_drop",
    title="Subnetworks of polynomial networks",
    statement=(
        r"Where some units of a network with activation $z^r$, $r \geq 2$, have no incoming and no"
        r" outgoing weights, the rank is that of the network without them: where it falls below"
        r" the generic one, these are critical points of the parametrization."
    ),
    source=(
        "ShahverdiMarchettiKohn2025 (where subnetworks are singular points of the neurovariety,"
        " which they are not if it is the whole space); a unit with output 0 and outgoing"
        " weights 0 has no tangent function (docs/proofs.md#deep-networks)"
    ),
    keys=("ShahverdiMarchettiKohn2025",),
    assumptions=("no biases; the subnetwork has the expected dimension",),
    formula=Math("sum m_l m_(l-1) - sum m_l", r"\sum_l m_l m_{l-1} - \sum_{0<l<L} m_l"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
