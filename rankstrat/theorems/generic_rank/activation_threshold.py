r"""Two-layer polynomial networks: from which degree on nothing but scalings is lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rankstrat.algebra.tower import Tower
from rankstrat.families.catalogue.polynomial_network import polynomial_network
from rankstrat.model.model import Chart
from rankstrat.rank.lower_bounds import sampled_rank
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.tangents import Tangents
from rankstrat.rank.verdict import Verdict
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import random_values, source
from rankstrat.theorems.neurovarieties import dimension_bound, forms
from rankstrat.theorems.theorem import Case, Computed, Theorem

_EXTRA_ROWS = 8
_DEFAULT = (
    (2, 2, 1),
    (2, 3, 1),
    (3, 1, 1),
    (3, 2, 1),
    (3, 3, 1),
    (3, 5, 1),
    (2, 7, 1),
    (4, 9, 1),
    (2, 2, 2),
    (3, 3, 3),
)
_DEEP = ((2, 12, 1), (4, 4, 1), (5, 7, 1), (3, 8, 1), (5, 14, 1), (4, 4, 4), (6, 6, 6))
# powers of general linear forms that span less than counting says, beyond quadratic forms
_EXCEPTIONS = {(5, 7): 3, (3, 5): 4, (4, 9): 4, (5, 14): 4}


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Inputs, hidden units and outputs: one output, or all three equal."""
    for widths in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {"widths": list(widths)}


def predicted(case: Case, seed: int) -> int:
    """The last degree in which k general powers of n variables do not have n k tangents; 1 for
    equal widths.
    """
    n, k, outputs = case["widths"]
    if n == k == outputs:
        return 1
    short = [r for r in range(1, 2 * k - 1) if forms(n, r) < n * k]
    if 1 < k < n:
        short.append(2)
    if (n, k) in _EXCEPTIONS:
        short.append(_EXCEPTIONS[n, k])
    return max(short, default=0)


def computed(case: Case, seed: int) -> Computed:
    """The last degree without a minor of full size, and whether a generic rank is smaller there; in
    degrees of at least 2k - 1 nothing is lost.
    """
    n, k, outputs = case["widths"]
    full = k * (n + outputs - 1)
    rng = source(case, seed)
    for degree in range(2 * k - 2, 0, -1):
        model = polynomial_network([n, k, outputs], degree)
        if _minor(model.point(**random_values(rng, model)), seed) == full:
            continue
        bound = dimension_bound((n, k, outputs), degree) if degree > 1 else full
        if bound < full:
            statement = f"in degree {degree} the dimension is at most {bound}, not {full}"
            return Computed(degree, degree, Verdict.PROVED, model.size, statement)
        above = model_rank(model.generic(), seed=seed)
        statement = f"in degree {degree} the generic rank is {above}, not {full}; not so above"
        if above.upper < full:
            return Computed(degree, degree, above.verdict, model.size, statement, above.error_bound)
        return Computed(0, degree, Verdict.OPEN, model.size, statement)
    return Computed(0, 0, Verdict.PROVED, k * (n + outputs), "a minor of full size in every degree")


def _minor(point: Chart, seed: int) -> int:
    tangents = Tangents(point)
    tower: Any = Tower(tangents.program, tangents.nodes, seed=seed)
    size = point.model.size
    found = sampled_rank(tower, range(size), size + _EXTRA_ROWS, seed=seed, attempt=0)
    return int(found.profile().rank)


THEOREM = Theorem(
    name="activation_threshold",
    title="Activation degree thresholds of two layers",
    statement=(
        r"A network of widths $(n, k, 1)$, $n \geq 2$, without biases and with activation $z^r$"
        r" has a neurovariety of dimension $nk$, parameters less scalings, for all degrees $r$"
        r" above its threshold, and not in that one: the last $r$ with $\binom{n-1+r}{r} < nk$, or"
        r" an exception of Alexander and Hirschowitz: 2 for $1 < k < n$, 3 for $(5, 7)$, 4 for"
        r" $(3,5)$, $(4,9)$, $(5,14)$. For equal widths it is 1."
    ),
    source=(
        "AlexanderHirschowitz1995 (one output), FinkelRodriguezWuYahl2025 (thresholds exist, and"
        " are 1 for equal widths); degrees from 2k - 1 on are proved in"
        " docs/proofs.md#neurovarieties"
    ),
    keys=("AlexanderHirschowitz1995", "FinkelRodriguezWuYahl2025"),
    assumptions=("no biases; at least two inputs",),
    formula=Math("last r with C(n-1+r, r) < n k, or an exception"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="activation degree threshold",
)
