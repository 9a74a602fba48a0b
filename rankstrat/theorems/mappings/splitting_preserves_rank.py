r"""Splitting neurons leaves the rank of a network as it is: embedding principle, generic points."""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.families.catalogue.fully_connected import fully_connected
from rankstrat.mappings import rank_along, steps
from rankstrat.rank.certificate import RankCertificate
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import nonzero, source
from rankstrat.theorems.theorem import Case, Theorem

_DEFAULT = (
    ("1 1 1", "none", "1.0"),
    ("2 2 1", "all", "1.0 1.1"),
    ("2 1 1 1", "none", "1.0 2.0"),
    ("2 2 2 1", "none", "2.1"),
    ("2 2 2 1", "all", "1.0 1.2 2.0"),
    ("3 3 1", "none", "1.0 1.1 1.2 1.3"),
    ("2 3 2 1", "all", "1.0 2.1 1.3"),
)
_DEEP = (
    ("1 1 1 1 1", "none", "1.0 2.0 3.0"),
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
    """The generic rank M of the narrow network, its number of parameters."""
    widths = [int(width) for width in case["widths"].split()]
    weights = sum(m * n for m, n in zip(widths[1:], widths[:-1], strict=True))
    return weights + (sum(widths[1:]) if case["biases"] == "all" else 0)


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank of the wide network at the image of a generic point of the narrow one, for random
    shares.
    """
    rng, biases = source(case, seed), case["biases"] == "all"
    narrow = fully_connected(
        [int(width) for width in case["widths"].split()], "tanh", biases, biases
    )
    moves = [tuple(map(int, move.split("."))) for move in case["splits"].split()]
    mapping = steps(narrow, [(layer, unit) for layer, unit in moves])
    shares = {str(symbol): nonzero(rng) for symbol in mapping.symbols}
    return rank_along(mapping, narrow.generic(), shares, seed=seed)[1]


THEOREM = Theorem(
    name="splitting_preserves_rank",
    title="Splitting preserves the rank",
    statement=(
        r"If each of several neurons of a network is replaced in turn by two copies whose"
        r" outgoing weights are shared as $1-\alpha$ and $\alpha$, then the rank of the wide"
        r" network at the image is that of the narrow one; at a generic point of the tanh networks"
        r" below it is the number $M$ of parameters of the narrow network."
    ),
    source=(
        "EP1 Theorem 1, EP2 Theorem 4.2; the equality of ranks is derived in"
        " docs/proofs.md#deep-networks"
    ),
    keys=("EP1", "EP2"),
    assumptions=(
        r"the shares $\alpha$ are random integers; a unit made by a split may be split again",
        "the generic rank of the narrow network is M (deep_tanh_rank)",
    ),
    formula=Math("M of the narrow network", r"M_{\text{narrow}}"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
