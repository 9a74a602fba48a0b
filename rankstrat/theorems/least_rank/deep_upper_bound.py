r"""Deep networks: a function of a narrower network needs no more samples than that one has
parameters.
"""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.families.catalogue.fully_connected import fully_connected
from rankstrat.mappings import rank_along, widening
from rankstrat.rank.certificate import RankCertificate
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import nonzero, random_values, source
from rankstrat.theorems.theorem import Case, Theorem

_DEFAULT = (
    ("2 1 1", "2 3 1", "none"),
    ("3 1 1 1", "3 4 4 1", "none"),
    ("2 1 1 1 1", "2 3 3 3 1", "none"),
    ("2 2 2 1", "2 5 4 1", "none"),
    ("2 2 1", "2 9 1", "all"),
    ("2 1 2 1", "2 4 5 1", "all"),
    ("4 2 3 1", "4 6 5 1", "none"),
    ("3 2 2 2 2", "3 4 3 4 2", "all"),
)
_DEEP = (
    ("5 1 1 1 1 1", "5 3 3 3 3 1", "none"),
    ("2 3 3 1", "2 8 8 1", "all"),
    ("3 3 2", "3 20 2", "all"),
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Widths of both networks, and whether they have biases."""
    for narrow, wide, biases in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {"narrow": narrow, "wide": wide, "biases": biases}


def predicted(case: Case, seed: int) -> int:
    """M of the narrow network: d m_1 + m_1 m_2 + ... without biases, d + L - 1 for widths 1."""
    widths = [int(width) for width in case["narrow"].split()]
    weights = sum(m * n for m, n in zip(widths[1:], widths[:-1], strict=True))
    return weights + (sum(widths[1:]) if case["biases"] == "all" else 0)


def computed(case: Case, seed: int) -> RankCertificate:
    """The rank at the image of a random narrow point, an upper bound of the optimistic sample size
    of its function.

    The embedding is verified as a critical mapping, so that the bound holds at all points of the
    narrow network.
    """
    rng, biases = source(case, seed), case["biases"] == "all"
    narrow, wide = (
        fully_connected([int(width) for width in case[which].split()], "tanh", biases, biases)
        for which in ("narrow", "wide")
    )
    mapping = widening(narrow, wide)
    mapping.check()
    shares = {str(symbol): nonzero(rng) for symbol in mapping.symbols}
    return rank_along(mapping, narrow.point(**random_values(rng, narrow)), shares, seed=seed)[1]


THEOREM = Theorem(
    name="deep_upper_bound",
    title="Upper bound of optimistic sample sizes in deep networks",
    statement=(
        r"If a network has at least as many units in each layer as another one of the same depth,"
        r" the functions of the narrower one have $O_{f^*} \leq M'$ in the wider one, $M'$ the"
        r" number of parameters of the narrower one: without biases"
        r" $d m'_1 + m'_1 m'_2 + \dots + m'_{L-1}$ for one output, and $d + L - 1$ for widths"
        r" $1, \dots, 1$."
    ),
    source="LLR Theorem 3 (arXiv 4), Lemma 3 (arXiv 12), Table 1",
    keys=("LLR",),
    assumptions=(
        "fully connected, the same depth and activation (here tanh)",
        "an upper bound only, it may be lower",
    ),
    formula=Math("M of the narrow network", r"M_{\text{narrow}}"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    relation="<=",
    quantity="rank at a point with the function",
)
