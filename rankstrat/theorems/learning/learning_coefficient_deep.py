r"""Deep linear networks: the learning coefficient of a target of rank r."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations

from rankstrat.families.catalogue.deep_matrix_factorization import deep_matrix_factorization
from rankstrat.model.model import Chart
from rankstrat.text.tables import Math
from rankstrat.theorems._learning import chain_of, coefficient
from rankstrat.theorems._sampling import source
from rankstrat.theorems.theorem import Case, Computed, Theorem

_DEFAULT = (
    ((1, 1, 1, 1), 0),
    ((2, 2, 2, 2), 0),
    ((2, 3, 2), 1),
    ((3, 2, 2, 3), 1),
    ((4, 2, 3, 2), 0),
    ((3, 3, 3, 3, 3), 1),
    ((5, 4, 6, 5), 2),
    ((2, 9, 1, 9, 2), 0),
)
_DEEP = (
    ((1, 1, 1, 1, 1, 1, 1), 0),
    ((2, 2, 2, 2, 2), 0),
    ((2, 2, 2, 2, 2), 1),
    ((6, 5, 6, 5, 6), 3),
    ((7, 3, 4, 3, 7), 0),
    ((4, 5, 6, 7), 1),
    ((7, 6, 5, 4), 4),
    ((10, 2, 10, 2, 10), 1),
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Widths and the rank of the target."""
    for widths, rank in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {"widths": list(widths), "r": rank}


def subset(widths: Sequence[int], rank: int) -> tuple[list[int], int, int]:
    """The excess widths M_s of the subset in the source, with M and a."""
    excess = [d - rank for d in widths]
    for size in range(2, len(excess) + 1):
        for chosen in combinations(range(len(excess)), size):
            inside = [excess[i] for i in chosen]
            outside = [v for i, v in enumerate(excess) if i not in chosen]
            total, edges = sum(inside), size - 1
            if total < edges * max(inside):
                continue
            if outside and (max(inside) >= min(outside) or total >= edges * min(outside)):
                continue
            whole = -(-total // edges)
            return inside, whole, total - (whole - 1) * edges
    raise AssertionError(f"the widths {widths} have no such subset")


def deepest(case: Case, seed: int) -> Chart:
    """A random point at which every partial product has the rank of the target."""
    widths, r = case["widths"], case["r"]
    strands = {(0, len(widths) - 1): r} | {(i, i): d - r for i, d in enumerate(widths)}
    factors = chain_of(source(case, seed), widths, strands)
    values = {f"W{i}": factor for i, factor in enumerate(factors, 1)}
    return deep_matrix_factorization(widths).point(**values)


def predicted(case: Case, seed: int) -> int:
    """Twice the closed form of the source."""
    widths, r = case["widths"], case["r"]
    inside, _, a = subset(widths, r)
    edges, total = len(inside) - 1, sum(inside)
    pairs = sum(x * y for x, y in combinations(inside, 2))
    value = Fraction(r * (widths[0] + widths[-1]) - r * r, 2)
    value += Fraction(a * (edges - a), 4 * edges) + Fraction(pairs, 2)
    value -= Fraction(edges * (edges - 1), 4) * Fraction(total, edges) ** 2
    return int(2 * value)


def computed(case: Case, seed: int) -> Computed:
    """Twice the coefficient at the deepest point."""
    return coefficient(deepest(case, seed), 2, seed=seed)


THEOREM = Theorem(
    name="learning_coefficient_deep",
    title="Deep linear networks, learning coefficient of a target",
    statement=(
        r"Where every partial product of $W_L \cdots W_1$ has the rank $r$ of the target, the"
        r" learning coefficient is least on the target set, and it is that of Aoyagi with the"
        r" excess widths $M_s = d_s - r$."
    ),
    source=(
        "Aoyagi2024 and LehalleurRimanyi2024 (closed form), proved in"
        " docs/singular.md#products-of-matrices"
    ),
    keys=("Aoyagi2024", "LehalleurRimanyi2024"),
    assumptions=("the point is where all partial products have rank r",),
    formula=Math(
        "r(d0+dL) - r^2 + a(l-a)/(2l) - l(l-1)/2 (sum M/l)^2 + sum M_i M_j",
        r"r(d_0 + d_L) - r^2 + \tfrac{a(l-a)}{2l} - \tfrac{l(l-1)}2 \bigl(\tfrac1l\sum"
        r" M_i\bigr)^2 + \sum_{i<j} M_i M_j",
    ),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="twice the learning coefficient",
)
