r"""Products of matrices: the multiplicity of the learning coefficient at points of every kind."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence

from rankstrat.families.catalogue.deep_matrix_factorization import deep_matrix_factorization
from rankstrat.model.model import Chart
from rankstrat.singular.ideal import local_ideal
from rankstrat.singular.newton import newton
from rankstrat.text.tables import Math
from rankstrat.theorems._learning import chain_of, multiplicity
from rankstrat.theorems._sampling import source
from rankstrat.theorems.learning.learning_coefficient_deep import subset
from rankstrat.theorems.theorem import Case, Computed, Theorem

Strands = Mapping[tuple[int, int], int]

# how the predicted value is found; strands from node i to node j, each with a number
_DEFAULT: tuple[tuple[str, Sequence[tuple[int, int, int]]], ...] = (
    ("scalars", ((0, 0, 1), (1, 2, 1), (3, 3, 1))),
    ("scalars", ((0, 3, 1),)),
    ("scalars", (*((i, i, 1) for i in range(20)), (20, 40, 1))),
    ("two factors", ((0, 0, 2), (1, 1, 2), (2, 2, 2))),
    ("two factors", ((0, 0, 2), (1, 1, 1), (2, 2, 1), (0, 1, 1), (1, 2, 2), (0, 2, 1))),
    ("two factors", ((0, 0, 4), (1, 1, 3), (2, 2, 4), (0, 1, 2), (1, 2, 1), (0, 2, 2))),
    ("polyhedron", ((0, 0, 1), (1, 1, 1), (2, 3, 1), (3, 3, 1))),
    ("polyhedron", ((0, 0, 1), (1, 1, 1), (1, 2, 1), (2, 2, 1), (3, 3, 1))),
    ("polyhedron", ((0, 0, 1), (0, 1, 1), (2, 2, 1), (3, 3, 1))),
    ("merged", ((0, 1, 2), (1, 1, 1), (2, 2, 2), (3, 3, 2))),
    ("merged", ((0, 0, 1), (1, 2, 1), (3, 3, 1), (4, 5, 1))),
    ("merged", ((0, 1, 3), (2, 2, 3), (3, 4, 3), (3, 3, 2), (5, 5, 3), (6, 6, 3), (0, 6, 1))),
)
_DEEP: tuple[tuple[str, Sequence[tuple[int, int, int]]], ...] = (
    ("scalars", tuple((i, i + 1, 1) for i in range(0, 40, 2))),
    ("two factors", ((0, 0, 1), (1, 1, 1), (2, 2, 1), (0, 1, 1), (1, 2, 1), (0, 2, 1))),
    ("two factors", ((0, 0, 1), (1, 1, 5), (2, 2, 1), (0, 1, 2))),
    ("two factors", ((0, 0, 6), (1, 1, 5), (2, 2, 6), (1, 2, 3), (0, 2, 1))),
    ("polyhedron", ((0, 0, 1), (1, 1, 1), (2, 3, 1), (4, 4, 1))),
    ("merged", ((0, 1, 4), (1, 2, 1), (2, 2, 3), (3, 3, 4), (4, 4, 4), (5, 5, 4))),
    ("merged", ((0, 2, 2), (3, 3, 2), (4, 5, 2), (5, 5, 1), (6, 6, 2), (7, 7, 2))),
)


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """The strands of a point, each kind as from..to: number, and the road to the prediction."""
    for road, strands in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {"strands": [list(s) for s in strands], "road": road}


def _strands(case: Case) -> Strands:
    return {(i, j): n for i, j, n in case["strands"]}


def _widths(strands: Strands) -> list[int]:
    last = max(j for _, j in strands)
    return [sum(n for (i, j), n in strands.items() if i <= k <= j) for k in range(last + 1)]


def point(strands: Strands, rng: random.Random | None) -> Chart:
    """Matrices with these strands, in random bases or in theirs."""
    widths = _widths(strands)
    factors = chain_of(rng, widths, strands)
    values = {f"W{i}": factor for i, factor in enumerate(factors, 1)}
    return deep_matrix_factorization(widths).point(**values)


def _zeros(case: Case, seed: int) -> int:
    """A product of k coordinates and units: as many as there are zeros."""
    strands = _strands(case)
    factors = max(j for _, j in strands)
    zeros = sum(not any(i < k <= j for i, j in strands) for k in range(1, factors + 1))
    return max(1, zeros)


def _two_factors(case: Case, seed: int) -> int:
    """2 where the three sizes that are left form a triangle of odd perimeter (reduced rank
    regression at zero), else 1.
    """
    strands = _strands(case)
    sizes = [strands.get((i, i), 0) for i in range(3)]
    # rows of W_2 not in its image, columns of W_1 in its kernel
    odd = sum(sizes) % 2 == 1
    return 1 + (odd and all(2 * v < sum(sizes) for v in sizes))


def _polyhedron(case: Case, seed: int) -> int:
    """The codimension of the face that the diagonal meets, in bases of the strands."""
    ideal = local_ideal(point(_strands(case), None))
    if ideal is None:
        raise AssertionError(f"{case} is too large for a polyhedron")
    found = newton(ideal.generators, ideal.size)
    if found is None or found.multiplicity is None:
        raise AssertionError(f"the polyhedron of {case} decides nothing")
    return found.multiplicity


def merged(case: Case, seed: int) -> int:
    """Nodes that an onto or one-to-one factor hides are left out; then all partial products have
    the rank of the target, and the closed form for such points holds.
    """
    strands = _strands(case)
    while (node := hidden(strands)) is not None:
        strands = without(strands, node)
    widths = _widths(strands)
    last = len(widths) - 1
    if any(i != j and (i, j) != (0, last) for i, j in strands):
        raise AssertionError(f"{case} does not become a deepest point")
    if last == 1:
        return 1
    inside, _, a = subset(widths, strands.get((0, last), 0))
    return a * (len(inside) - 1 - a) + 1


def hidden(strands: Strands) -> int | None:
    """A node k such that every matrix near the product of its two factors is such a product."""
    widths = _widths(strands)
    for k in range(1, len(widths) - 1):
        before = sum(n for (i, j), n in strands.items() if i < k <= j)
        after = sum(n for (i, j), n in strands.items() if i <= k < j)
        if before == widths[k - 1] or after == widths[k + 1]:
            return k
    return None


def without(strands: Strands, node: int) -> Strands:
    """The strands of the chain without a node."""
    kept: dict[tuple[int, int], int] = {}
    for (i, j), n in strands.items():
        ends = (i - (i > node), j - (j >= node))
        if ends[0] <= ends[1]:
            kept[ends] = kept.get(ends, 0) + n
    return kept


_ROADS: Mapping[str, Callable[[Case, int], int]] = {
    "scalars": _zeros,
    "two factors": _two_factors,
    "polyhedron": _polyhedron,
    "merged": merged,
}


def predicted(case: Case, seed: int) -> int:
    """By a closed form or a Newton polyhedron."""
    return _ROADS[case["road"]](case, seed)


def computed(case: Case, seed: int) -> Computed:
    """The longest chain of least components through the point."""
    return multiplicity(point(_strands(case), source(case, seed)), seed=seed)


THEOREM = Theorem(
    name="learning_multiplicity_points",
    title="Products of matrices, multiplicity at every point",
    statement=(
        r"At every point of $(W_1, \dots, W_L) \mapsto W_L \cdots W_1$ the multiplicity of the"
        r" learning coefficient is the length of the longest chain of least components $Z(z)$ that"
        r" have a flag at the point. Known otherwise: the number of zeros among scalars; for two"
        r" factors 2 if the three numbers of strands of length 0 are the sides of a triangle of odd"
        r" perimeter, else 1; Newton polyhedra; and the closed form of the deepest points, also"
        r" with factors between that are onto or one-to-one."
    ),
    source=(
        "proved in docs/singular.md#products-of-matrices; AoyagiWatanabe2005 (two factors),"
        " Aoyagi2024 (deepest points), Saito2007 (polyhedra)"
    ),
    keys=("AoyagiWatanabe2005", "Aoyagi2024", "Saito2007"),
    assumptions=("none; the predicted values for the points that the four ways decide",),
    formula=Math("longest chain of least components"),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="multiplicity of the learning coefficient",
)
