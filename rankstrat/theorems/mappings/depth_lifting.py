r"""Networks lifted to a deeper one: same outputs on the data, and no new tangent directions
there.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction

from rankstrat.families.catalogue.fully_connected import fully_connected
from rankstrat.mappings import lifting
from rankstrat.model.model import Chart
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.verdict import Verdict
from rankstrat.samples import batch
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import nonzero, source
from rankstrat.theorems.theorem import Case, Computed, Theorem

_DEFAULT = (
    ("leaky_relu", "2 2 1", 1, 2, 3),
    ("relu", "1 1 1", 0, 1, 4),
    ("relu", "1 2 1", 1, 2, 6),
    ("relu", "2 2 1", 0, 3, 9),
    ("leaky_relu", "2 2 1", 1, 2, 12),
    ("hardtanh", "1 2 1", 1, 2, 9),
    ("hardtanh", "2 2 1", 0, 2, 9),
    ("relu", "3 4 1", 1, 4, 6),
)
_DEEP = (
    ("relu", "2 3 2 1", 2, 2, 30),
    ("relu", "3 3 1", 1, 4, 24),
    ("relu", "2 2 2", 1, 3, 10),
    ("leaky_relu", "3 2 2 1", 1, 3, 25),
    ("hardtanh", "2 3 1", 1, 4, 20),
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Activation, widths, the layer after which one is inserted, its width and the number of
    samples.
    """
    for activation, widths, layer, width, samples in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {
            "activation": activation,
            "widths": widths,
            "after": layer,
            "width": width,
            "n": samples,
        }


def predicted(case: Case, seed: int) -> int:
    """min(n q, M) of the shallow network, q its outputs."""
    widths = [int(width) for width in case["widths"].split()]
    parameters = sum(n * (m + 1) for m, n in itertools.pairwise(widths))
    return min(parameters, case["n"] * widths[-1])


def computed(case: Case, seed: int) -> Computed:
    """The rank on the data at the lifted point, if the lifting is verified."""
    rng = source(case, seed)
    widths = [int(width) for width in case["widths"].split()]
    shallow = fully_connected(widths, case["activation"])
    deep = fully_connected(
        [*widths[: case["after"] + 1], case["width"], *widths[case["after"] + 1 :]],
        case["activation"],
    )
    point = shallow.point([Fraction(nonzero(rng, 20), 4) for _ in range(shallow.size)])
    samples = [
        [Fraction(nonzero(rng, 6000), 1009) for _ in range(widths[0])] for _ in range(case["n"])
    ]
    lifted = lifting(point, deep, samples, layer=case["after"])
    rank = model_rank(Chart(batch(deep, samples), (), lifted.image.raw), seed=seed)
    verdict = rank.verdict if lifted.verdict is Verdict.PROVED else Verdict.OPEN
    return Computed(
        rank.lower,
        rank.upper,
        verdict,
        deep.size,
        f"{lifted}; on the data: {rank}",
        rank.error_bound,
    )


THEOREM = Theorem(
    name="depth_lifting",
    title="Lifting to a deeper network on the data",
    statement=(
        r"A layer inserted into a network with biases, whose units all work in a linear piece of"
        r" the activation on the data and are undone by the next layer, changes no output on the"
        r" data, and the tangent vectors on the data are combinations of those before: the point"
        r" is critical if the shallow one is, and the rank on $n$ samples is at most $\min(nq, M)$"
        r" with the $M$ parameters and $q$ outputs of the shallow network."
    ),
    source="EPD (slides 4.1; reconstructed here)",
    keys=("EPD",),
    assumptions=(
        "the activation has a linear piece that is not constant; biases in all layers",
        (
            "outputs elsewhere differ: no critical mapping of models, nothing about optimistic"
            " sample sizes"
        ),
    ),
    formula=Math("min(n q, M)", r"\min(nq, M)"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    relation="<=",
    quantity="rank on the data",
)
