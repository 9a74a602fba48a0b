r"""Critical points in wider networks: one zero eigenvalue of the Hessian for each free parameter of
the embedding.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from rankstrat.families.catalogue.fully_connected import fully_connected
from rankstrat.mappings import compatible, transfer
from rankstrat.rank.verdict import Verdict
from rankstrat.samples import critical_data
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import nonzero, source
from rankstrat.theorems.theorem import Case, Computed, Theorem

_DEFAULT = (
    ("1 1 1", "tanh", "0 0"),
    ("1 1 1", "tanh", "0 0 0"),
    ("2 1 1", "sigmoid", "0 0"),
    ("2 2 1", "tanh", "0 1 n"),
    ("3 1 1", "tanh", "0 0 n n"),
    ("1 1 1 1", "tanh", "0 0; 0 0"),
    ("1 2 2 1", "tanh", "0 1 1; 0 1 0"),
    ("3 2 1", "tanh", "0 1 0 1 0 1 0"),
    ("2 2 2 1", "tanh", "0 1 0 0; 0 1 0"),
)
_DEEP = (
    ("2 2 1", "softplus", "0 1 1 0 n"),
    ("2 3 2 1", "tanh", "0 1 2 0; 0 1 1"),
    ("4 3 1", "sigmoid", "0 1 2 0 1 n"),
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Widths of the narrow network, activation, and for each unit of the wide one the unit it
    copies (n: null).
    """
    for widths, activation, indices in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {"widths": widths, "activation": activation, "indices": indices}


def predicted(case: Case, seed: int) -> int:
    """K + sum_l K_l K_{l-1} for copies; d for each null unit of a two-layer network."""
    widths = [int(width) for width in case["widths"].split()]
    layers = [layer.split() for layer in case["indices"].split(";")]
    null = sum(layer.count("n") for layer in layers)
    added = [0, *(len(layer) - m for layer, m in zip(layers, widths[1:-1], strict=True)), 0]
    pairs = sum(one * two for one, two in zip(added[1:], added[:-1], strict=True))
    return sum(added) - null + pairs + null * widths[0]


def computed(case: Case, seed: int) -> Computed:
    """The zero eigenvalues of the wide Hessian, less those of the narrow one, if both inertias are
    proved.

    No number of positive, zero or negative eigenvalues may drop; if one does, the case is refuted.
    """
    rng = source(case, seed)
    widths = [int(width) for width in case["widths"].split()]
    indices = [
        [None if unit == "n" else int(unit) for unit in layer.split()]
        for layer in case["indices"].split(";")
    ]
    narrow = fully_connected(widths, case["activation"])
    wide = fully_connected([widths[0], *map(len, indices), widths[-1]], case["activation"])
    point = narrow.point([Fraction(nonzero(rng, 12), 8) for _ in range(narrow.size)])
    data = critical_data(point, scale=Fraction(1, 16), seed=seed)
    mapping = compatible(narrow, wide, indices)
    values = {str(symbol): Fraction(nonzero(rng, 7), 10) for symbol in mapping.symbols}
    found = transfer(mapping, data, values, seed=seed)
    known = found.before.verdict is found.after.verdict is Verdict.PROVED
    number = found.after.zero - found.before.zero if found.monotone else -1
    verdict = Verdict.PROVED if known else Verdict.OPEN
    return Computed(number, number if known else wide.size, verdict, wide.size, str(found))


THEOREM = Theorem(
    name="embedded_degeneracy",
    title="Degenerate directions of embedded critical points",
    statement=(
        r"Let a critical point be embedded into a network with $K_l$ more units in layer $l$,"
        r" $K = \sum_l K_l$, by copies with generic shares. No number of positive, zero or"
        r" negative eigenvalues of the Hessian drops ($A^\top H' A = H$ and $H'A = B^\top H$ with"
        r" constant $A$, $B$), and exactly $K + \sum_l K_l K_{l-1}$ zero eigenvalues are added. A"
        r" null unit of a two-layer network with $d$ inputs adds $d$ of them."
    ),
    source=(
        "EP2 Theorems 6.1 and 6.2, EP1 Theorem 2 (at least K); the exact number is computed case by"
        " case"
    ),
    keys=("EP1", "EP2"),
    assumptions=(
        "squared loss; data for which a random point is exactly critical",
        "biases in all layers; no weight of the narrow network is zero; generic shares",
    ),
    formula=Math("K + sum K_l K_(l-1), d for a null unit", r"K + \sum_l K_l K_{l-1}"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="further zero eigenvalues of the Hessian",
)
