r"""General compatible embeddings: how many parameters they have, and the dimension of their
images.
"""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.families.catalogue.fully_connected import fully_connected
from rankstrat.mappings import compatible
from rankstrat.model.model import Model
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.verdict import Verdict
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import random_values, source
from rankstrat.theorems.theorem import Case, Computed, Theorem

_DEFAULT = (
    ("1 1 1", "0 0"),
    ("1 1 1", "0 0 n"),
    ("2 2 1", "0 1 0 n"),
    ("1 1 1 1", "0 0; 0 0"),
    ("2 2 2 1", "0 1 1 n; 0 1 0"),
    ("2 1 2 1", "0 n n; 0 0 1 n"),
    ("2 2 2 1", "0 1 0 1 n; 0 1 1 n n"),
    ("1 1 1 1 1", "0 n; 0 0 n; 0 0"),
)
_DEEP = (
    ("3 2 2 2", "0 1 1 1 n; 1 0 1 n"),
    ("2 1 1 1", "0 0 0 n; 0 0 n n"),
    ("1 2 2 2 1", "0 1 n; 0 1 1 n; 1 0 0"),
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Widths of the narrow network, and for each unit of the wide one the unit it copies (n: none,
    a null unit).
    """
    for widths, indices in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {"widths": widths, "indices": indices}


def predicted(case: Case, seed: int) -> int:
    """K + sum_l K_l K_{l-1}, K_l the units added to layer l."""
    widths = [int(width) for width in case["widths"].split()]
    wide = [len(layer.split()) for layer in case["indices"].split(";")]
    added = [0, *(n - m for n, m in zip(wide, widths[1:-1], strict=True)), 0]
    return sum(added) + sum(one * two for one, two in zip(added[1:], added[:-1], strict=True))


def computed(case: Case, seed: int) -> Computed:
    """The dimension of the set of images of a random point, if the mapping is proved critical."""
    rng = source(case, seed)
    widths = [int(width) for width in case["widths"].split()]
    indices = [
        [None if unit == "n" else int(unit) for unit in layer.split()]
        for layer in case["indices"].split(";")
    ]
    narrow = fully_connected(widths)
    wide = fully_connected([widths[0], *map(len, indices), widths[-1]])
    mapping = compatible(narrow, wide, indices)
    point = narrow.point(**random_values(rng, narrow))
    images = [value.xreplace(point.values) for value in mapping.values.values()]
    found = model_rank(Model(images, mapping.symbols), seed=seed)
    verdict = found.verdict if mapping.verdict is Verdict.PROVED else Verdict.OPEN
    statement = (
        f"{len(mapping.symbols)} free symbols, verified as a critical mapping: {mapping.verdict};"
        f" {found}"
    )
    return Computed(found.lower, found.upper, verdict, wide.size, statement, found.error_bound)


THEOREM = Theorem(
    name="compatible_freedom",
    title="Degrees of freedom of compatible embeddings",
    statement=(
        r"For fixed copies and null units a general compatible embedding into a network with"
        r" $K_l$ more units in layer $l$, $K = \sum_l K_l$, is critical for all values of"
        r" $K + \sum_l K_l K_{l-1}$ free parameters, and the images of a generic point form a set"
        r" of that dimension."
    ),
    source="EP2 Theorem 5.1 and the count after it (there a heuristic)",
    keys=("EP2",),
    assumptions=(
        "tanh, biases in all layers, also at the output",
        "the weights of the narrow network are not zero (else the dimension is smaller)",
    ),
    formula=Math("K + sum K_l K_(l-1)", r"K + \sum_l K_l K_{l-1}"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="dimension of the set of images",
)
