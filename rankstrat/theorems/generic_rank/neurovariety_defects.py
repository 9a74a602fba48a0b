r"""Polynomial networks: the dimensions of all neurovarieties of small widths, and their defects."""

from __future__ import annotations

from collections.abc import Iterator

from rankstrat.algebra.tower import Tower
from rankstrat.families.catalogue.polynomial_network import polynomial_network
from rankstrat.model.model import Chart
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.counting import monomial_bound, symmetry_bound
from rankstrat.rank.lower_bounds import sampled_rank
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.tangents import Tangents
from rankstrat.rank.verdict import Verdict
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import random_values, source
from rankstrat.theorems.neurovarieties import architectures, dimension_bound
from rankstrat.theorems.theorem import Case, Computed, Theorem

# the defects of two layers up to width five, and some of three and four; the last two have none
_DEFAULT = (
    ((3, 2, 1), 2),
    ((4, 2, 1), 2),
    ((4, 3, 1), 2),
    ((5, 2, 1), 2),
    ((5, 3, 1), 2),
    ((5, 4, 1), 2),
    ((4, 5, 3), 2),
    ((3, 5, 2), 3),
    ((3, 5, 1), 4),
    ((2, 3, 1, 2), 2),
    ((3, 4, 2, 1), 2),
    ((2, 3, 2, 3, 4), 2),
    ((1, 1, 1), 2),
    ((5, 5, 1), 2),
)
_SWEPT, _DEGREES, _EXTRA_ROWS = ((2, 5), (3, 3)), (2, 3, 4), 8


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Widths and degree; the large sweep is every network of two layers up to width 5, and of three
    up to width 3.
    """
    chosen = list(_DEFAULT)
    if deep:
        swept = (w for layers, most in _SWEPT for w in architectures(layers, most))
        chosen += [(w, degree) for w in swept for degree in _DEGREES]
    for widths, degree in dict.fromkeys(chosen):
        yield {"widths": list(widths), "r": degree}


def predicted(case: Case, seed: int) -> int:
    """The least upper bound by counting, cutting and flattening."""
    return dimension_bound(tuple(case["widths"]), case["r"])


def computed(case: Case, seed: int) -> Computed | RankCertificate:
    """The rank at a random point: a minor, and scalings or monomials where these suffice."""
    model = polynomial_network(case["widths"], case["r"])
    point = model.point(**random_values(source(case, seed), model))
    lower, upper, reason = _counted(point, seed)
    if lower < upper:
        return model_rank(point, seed=seed)
    statement = f"a {lower} x {lower} minor is nonzero; upper bound: {reason}"
    return Computed(lower, upper, Verdict.PROVED, model.size, statement)


def _counted(point: Chart, seed: int) -> tuple[int, int, str]:
    tangents = Tangents(point)
    tower = Tower(tangents.program, tangents.nodes, seed=seed)
    size = point.model.size
    rows = size + _EXTRA_ROWS
    lower = sampled_rank(tower, range(size), rows, seed=seed, attempt=0).profile().rank
    bounds = [(symmetry_bound(tangents, seed), "scalings of the hidden units")]
    monomials = monomial_bound(tangents)
    if monomials is not None:
        bounds.append((monomials, "monomials"))
    return (lower, *min(bounds))


THEOREM = Theorem(
    name="neurovariety_defects",
    title="Defective neurovarieties",
    statement=(
        r"The neurovariety of a network without biases with activation $z^r$ has the least"
        r" dimension that follows from counting parameters less scalings and forms, from cutting"
        r" the network at a layer, from fewer units than inputs or outputs, from rotations of"
        r" $\sum_i c_i q_i^2$ and from flattenings of forms: so for all widths up to 5,"
        r" $2 \leq r \leq 4$ and up to four layers. With two layers it is smaller than expected"
        r" exactly for $(n, k, 1)$ with $1 < k < n$ and $(4,5,3)$ at $r = 2$, $(3,5,2)$ at $r = 3$"
        r" and $(3,5,1)$ at $r = 4$."
    ),
    source=(
        "AlexanderHirschowitz1995 for one output; the upper bounds are proved in"
        " docs/proofs.md#neurovarieties, and that they are attained is computed case by case"
    ),
    keys=("AlexanderHirschowitz1995", "FinkelRodriguezWuYahl2025"),
    assumptions=(
        "no biases; a random point, whose rank the dimension is at least",
        (
            "every architecture of two layers, and of three up to width 3, in the large sweep; the"
            " others in tests/theorems/test_neurovarieties.py"
        ),
    ),
    formula=Math("least of the bounds", r"\text{least of the bounds}"),
    cases=cases,
    predicted=predicted,
    computed=computed,
)
