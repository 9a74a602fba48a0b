r"""Deep linear networks: the multiplicity of the learning coefficient of a target."""

from __future__ import annotations

from rankstrat.text.tables import Math
from rankstrat.theorems._learning import multiplicity
from rankstrat.theorems.learning.learning_coefficient_deep import cases, deepest, subset
from rankstrat.theorems.theorem import Case, Computed, Theorem


def predicted(case: Case, seed: int) -> int:
    """a (l - a) + 1."""
    inside, _, a = subset(case["widths"], case["r"])
    return a * (len(inside) - 1 - a) + 1


def computed(case: Case, seed: int) -> Computed:
    """The longest chain of components through the deepest point."""
    return multiplicity(deepest(case, seed), seed=seed)


THEOREM = Theorem(
    name="learning_multiplicity_deep",
    title="Deep linear networks, multiplicity of the learning coefficient",
    statement=(
        r"Where every partial product of $W_L \cdots W_1$ has the rank of the target, the"
        r" multiplicity is $a(l-a) + 1$ with the numbers $a$ and $l$ of Aoyagi."
    ),
    source="Aoyagi2024 (closed form), proved in docs/singular.md#products-of-matrices",
    keys=("Aoyagi2024",),
    assumptions=("the point is where all partial products have rank r",),
    formula=Math("a(l-a) + 1", "a(l-a) + 1"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="multiplicity of the learning coefficient",
)
