r"""Copies of a few units, moved a little: the fewest units near by are as many as were copied."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from rankstrat.families.catalogue.two_layer import two_layer
from rankstrat.networks.proximate import proximate_rank
from rankstrat.rank.verdict import Verdict
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import distinct_classes, nonzero, source
from rankstrat.theorems.theorem import Case, Computed, Theorem

_RADIUS, _GRID = Fraction(1, 4), 1000
_DEFAULT = (
    (1, 1, 1, False),
    (3, 1, 1, False),
    (4, 2, 2, True),
    (6, 2, 1, True),
    (8, 3, 2, True),
    (9, 0, 2, True),
    (40, 3, 4, True),
    (120, 6, 5, True),
)
_DEEP = ((200, 20, 3, True), (300, 2, 10, False))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Width, copied units, inputs, and biases."""
    for width, k, d, bias in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {"m": width, "k": k, "d": d, "bias": bias}


def predicted(case: Case, seed: int) -> int:
    """The units that were copied."""
    return int(case["k"])


def computed(case: Case, seed: int) -> Computed:
    """From above an exact parameter within the radius, from below all groups of small clusters, or
    sums of outgoing weights that are too large to cancel.
    """
    rng, d, bias = source(case, seed), case["d"], case["bias"]
    size = d + bias
    # classes at least 4 apart, up to sign
    centres = [[4 * v for v in u] for u in distinct_classes(rng, case["k"], size, free=bias)]
    rows, outputs = [], []
    for unit in range(case["m"]):
        moved = [Fraction(rng.randint(-_GRID, _GRID), _GRID) * _RADIUS for _ in range(size)]
        sign = rng.choice((-1, 1))
        if unit < len(centres) or (centres and rng.random() < 0.7):
            centre = centres[unit] if unit < len(centres) else rng.choice(centres)
            outputs.append(Fraction(sign * rng.randint(1, 9)))
            rows.append([sign * (c + e) for c, e in zip(centre, moved, strict=True)])
        elif rng.random() < 0.5:  # nearly constant
            outputs.append(Fraction(nonzero(rng)))
            rows.append([*moved[:d], *(Fraction(nonzero(rng)) for _ in range(size - d))])
        else:  # nearly silent, and far from all others
            outputs.append(moved[0])
            rows.append([Fraction(1000 + 10 * unit)] * size)
    model = two_layer(case["m"], d, "tanh", bias=bias, output_bias=bias)
    blocks = {"a": outputs, "w": [row[:d] for row in rows]}
    if bias:
        blocks |= {"b": [row[d] for row in rows], "c": 1}
    found = proximate_rank(model.point(**blocks), radius=_RADIUS)
    assert found.upper is not None
    verdict = Verdict.PROVED if found.value is not None else Verdict.OPEN
    return Computed(found.lower, found.upper, verdict, model.size, found.reason)


THEOREM = Theorem(
    name="proximate_rank",
    title="Proximate rank of units that nearly agree",
    statement=(
        r"Let each unit of a tanh network be within $\varepsilon$ of one of $k$ units that are"
        r" more than $4\varepsilon$ apart up to sign, with outgoing weights of the sign of its"
        r" copy and larger than $\varepsilon$, or within $\varepsilon$ of a constant or silent"
        r" unit. Then the least number of units of a network within $\varepsilon$ is $k$."
    ),
    source=(
        "FarrugiaRoberts2023Proximity (proximate rank, which is NP-complete in general);"
        " docs/proofs.md#proximate-rank"
    ),
    keys=("FarrugiaRoberts2023Proximity",),
    assumptions=("distances in the largest entry; an output bias where there are biases",),
    formula=Math("k"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="units of the nearest small network",
)
