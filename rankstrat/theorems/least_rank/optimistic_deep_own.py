"""Deep tanh networks: an irreducible target needs as many samples as its own architecture has
parameters.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from rankstrat.families.catalogue.fully_connected import fully_connected
from rankstrat.targets import optimistic_sample_size, target_set
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import least, random_values, source
from rankstrat.theorems.theorem import Case, Computed, Theorem

_DEFAULT = (
    ((1, 1, 1, 1), True),
    ((1, 2, 2, 1), True),
    ((2, 2, 1, 1), False),
    ((2, 1, 2, 2), True),
    ((2, 3, 2, 1), False),
    ((1, 2, 2, 2, 1), True),
    ((3, 3, 3, 2), True),
)
_DEEP = (((2, 2, 2, 1), True), ((3, 2, 3, 1), False), ((4, 3, 3, 3, 1), True))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Widths, and whether there are biases."""
    for widths, bias in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {"widths": list(widths), "bias": bias}


def predicted(case: Case, seed: int) -> int:
    """The number of parameters."""
    widths = case["widths"]
    return int(sum(a * b for a, b in pairwise(widths)) + sum(widths[1:]) * case["bias"])


def computed(case: Case, seed: int) -> Computed:
    """The least rank over the target set of a random network."""
    model = fully_connected(case["widths"], "tanh", case["bias"], case["bias"])
    point = model.point(**random_values(source(case, seed), model))
    return least(optimistic_sample_size(target_set(model, point)))


THEOREM = Theorem(
    name="optimistic_deep_own",
    title="Deep tanh networks in their own architecture",
    statement=(
        r"In its own architecture the parameters of an irreducible deep tanh network (no unit"
        r" constant or idle, no two of a layer equal up to sign) are its images under permutations"
        r" and signs of units, $\prod_l 2^{m_l} m_l!$ points. All have the same rank, that of the"
        r" network, which for a generic one is the number of parameters."
    ),
    source=(
        "VlacicBoelcskei2021 (tanh), Fefferman1994 (generic weights); the rank is computed case by"
        " case"
    ),
    keys=("VlacicBoelcskei2021", "Fefferman1994"),
    assumptions=("a random target of the same widths",),
    formula=Math("sum m_l m_(l-1) + biases", r"\sum_l m_l m_{l-1} + \text{biases}"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="optimistic sample size",
)
