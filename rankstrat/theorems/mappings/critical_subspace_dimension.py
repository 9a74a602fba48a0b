r"""K splittings of a critical point give a K-dimensional set of critical points."""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.families.catalogue.fully_connected import fully_connected
from rankstrat.mappings import critical_dimension, steps
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import random_values, source
from rankstrat.theorems.theorem import Case, Computed, Theorem

_DEFAULT = (
    ("1 1 1", "none", "1.0"),
    ("1 1 1", "all", "1.0 1.0"),
    ("1 2 1", "all", "1.0 1.1"),
    ("2 2 1", "none", "1.0 1.1 1.0"),
    ("2 2 2 1", "all", "1.0 2.1 2.0"),
    ("3 2 1", "all", "1.0 1.1 1.2 1.3 1.0"),
    ("2 3 2 1", "none", "1.0 1.1 2.0 2.1 1.2 2.2"),
)
_DEEP = (
    ("1 1 1 1 1", "all", "1.0 2.0 3.0 1.1 2.1"),
    ("2 3 3 1", "all", "1.1 2.2 2.3 1.0"),
    ("4 3 2", "all", "1.0 1.1"),
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Widths of the narrow network, biases, and the units layer.unit that are split, one after the
    other.
    """
    for widths, biases, splits in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {"widths": widths, "biases": biases, "splits": splits}


def predicted(case: Case, seed: int) -> int:
    """The number K of splits."""
    return len(case["splits"].split())


def computed(case: Case, seed: int) -> Computed:
    """The dimension of the images of one random point; the verdict is that of the critical
    mapping.
    """
    rng, biases = source(case, seed), case["biases"] == "all"
    narrow = fully_connected(
        [int(width) for width in case["widths"].split()], "tanh", biases, biases
    )
    moves = [tuple(map(int, move.split("."))) for move in case["splits"].split()]
    mapping = steps(narrow, [(layer, unit) for layer, unit in moves])
    found = critical_dimension(mapping, narrow.point(**random_values(rng, narrow)))
    statement = f"{mapping.label}: images of one point have dimension {found}; {mapping.evidence}"
    return Computed(found, found, mapping.verdict, mapping.target.size, statement)


THEOREM = Theorem(
    name="critical_subspace_dimension",
    title="Critical subspaces of wider networks",
    statement=(
        r"The images of a point of a network under $K$ splittings, for all shares"
        r" $\alpha \in \mathbb{R}^K$, have dimension $K$ in the wider network; all of them are"
        r" critical, for every data set, whenever the point is."
    ),
    source="EP1 Theorem 2, EP2 Theorem 6.1",
    keys=("EP1", "EP2"),
    assumptions=(
        "the outgoing weights of each split unit are not all zero",
        (
            r"written in output fractions the set is affine; in $\alpha$ it is curved if a copy is"
            r" split again"
        ),
    ),
    formula=Math("K"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="dimension",
)
