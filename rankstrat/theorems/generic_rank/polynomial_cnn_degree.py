r"""Polynomial convolutional networks with one channel: the degree of the neurovariety."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from math import factorial, prod
from typing import Any

from rankstrat.algebra.polynomials import Poly, Ring, divided, parts
from rankstrat.rank.verdict import Verdict
from rankstrat.text.tables import Math
from rankstrat.theorems._sampling import nonzero, source
from rankstrat.theorems.theorem import Case, Computed, Theorem

_DEFAULT = (
    ((2, 1), 2),
    ((1, 3), 2),
    ((2, 2), 2),
    ((2, 2), 3),
    ((2, 3), 2),
    ((3, 2), 2),
    ((2, 5), 4),
    ((2, 9), 5),
    ((2, 2, 2), 2),
    ((2, 2, 2), 3),
    ((2, 30), 2),
)
_DEEP = (((3, 2), 3), ((2, 16), 3), ((2, 2, 2), 4), ((3, 2), 5))


def cases(seed: int, deep: bool) -> Iterator[Case]:
    """Filter sizes and degree."""
    for filters, degree in (*_DEFAULT, *(_DEEP if deep else ())):
        yield {"filters": list(filters), "r": degree}


def predicted(case: Case, seed: int) -> int:
    r"""$(|k| - L)! \prod_j r^{(L-j)(k_j-1)} / (k_j-1)!$, j from 1."""
    filters, degree = case["filters"], case["r"]
    layers = len(filters)
    powers = prod(degree ** ((layers - j) * (k - 1)) for j, k in enumerate(filters, 1))
    return int(factorial(sum(filters) - layers) * powers // prod(factorial(k - 1) for k in filters))


def computed(case: Case, seed: int) -> Computed:
    """Different points on a section by random hyperplanes; at most the intersection number on the
    product of projective spaces of filters.
    """
    filters, degree = case["filters"], case["r"]
    most = _intersection(filters, degree)
    rng = source(case, seed)
    found = 0
    for _ in range(4):
        found = max(found, _points_of_a_section(filters, degree, rng))
        if found == most:
            break
    verdict = Verdict.PROVED if found == most else Verdict.OPEN
    statement = f"{found} points on a section, intersection number {most}"
    return Computed(found, most, verdict, sum(filters), statement)


def _intersection(filters: Sequence[int], degree: int) -> int:
    r"""The coefficient of $\prod_j h_j^{k_j-1}$ in a power of $\sum_j r^{L-j} h_j$, term by
    term.
    """
    layers = len(filters)
    top = tuple(k - 1 for k in filters)
    weights = [degree ** (layers - j) for j in range(1, layers + 1)]
    total = {(0,) * layers: 1}
    for _ in range(sum(top)):
        new: dict[tuple[int, ...], int] = {}
        for exponents, c in total.items():
            for j, w in enumerate(weights):
                moved = (*exponents[:j], exponents[j] + 1, *exponents[j + 1 :])
                if moved[j] <= top[j]:
                    new[moved] = new.get(moved, 0) + c * w
        total = new
    return total[top]


def _points_of_a_section(filters: Sequence[int], degree: int, rng: random.Random) -> int:
    """Different values of the first free weight on a section by hyperplanes.

    Filters but the last are 1 and free weights; hyperplanes are linear in the last one, so that
    they are a matrix of polynomials in the others that must drop its rank.
    """
    *inner, last = filters
    free = sum(k - 1 for k in inner)
    if free == 0:
        return 1
    ring = Ring(max(free, 1))
    matrix = [_hyperplane(ring, inner, last, degree, rng) for _ in range(free + last - 1)]
    if free == 1:
        return _distinct(_determinant(ring, matrix))
    if free > 2 or last > 2:
        raise AssertionError(f"{filters} is no case of this theorem")
    if last == 1:
        eliminated = matrix[0][0].resultant(matrix[1][0], 1)
        return _distinct(eliminated)
    first, second, third = matrix
    pair = [_determinant(ring, [first, row]) for row in (second, third)]
    eliminated = pair[0].resultant(pair[1], 1)
    # where the common row vanishes both determinants do, and the rank may be 2
    spurious = first[0].resultant(first[1], 1)
    quotient = divided(eliminated, spurious)
    if quotient is None:
        return 0
    return _distinct(quotient)


def _hyperplane(
    ring: Ring, inner: Sequence[int], last: int, degree: int, rng: random.Random
) -> list[Poly]:
    """What a random sum of values of the network makes of each weight of the last filter."""
    size = sum(k - 1 for k in inner) + last
    row = [ring.zero] * last
    for _ in range(size + 1):
        scale = nonzero(rng)
        values = [ring.one * nonzero(rng) for _ in range(size)]
        free = iter(ring.variables)
        for k in inner:
            weights = [ring.one, *(next(free) for _ in range(k - 1))]
            values = [
                sum((w * values[o + i] for i, w in enumerate(weights)), ring.zero) ** degree
                for o in range(len(values) - k + 1)
            ]
        row = [a + scale * b for a, b in zip(row, values, strict=True)]
    return row


def _determinant(ring: Ring, matrix: Sequence[Sequence[Poly]]) -> Poly:
    """By elimination without fractions."""
    rows = [list(row) for row in matrix]
    before: Any = ring.one
    for i in range(len(rows) - 1):
        if rows[i][i] == 0:
            return ring.zero
        for k in range(i + 1, len(rows)):
            for j in range(i + 1, len(rows)):
                top = rows[k][j] * rows[i][i] - rows[k][i] * rows[i][j]
                rows[k][j] = divided(top, before)
        before = rows[i][i]
    return rows[-1][-1]


def _distinct(poly: Poly) -> int:
    """How many different complex zeros a polynomial in the first variable has."""
    if poly == 0:
        return 0
    common = poly.gcd(poly.derivative(0))
    return len(parts(poly, 0)) - len(parts(common, 0))


THEOREM = Theorem(
    name="polynomial_cnn_degree",
    title="Degrees of polynomial convolutional networks",
    statement=(
        r"The neurovariety of a convolutional network with one channel, stride 1, filters of sizes"
        r" $k_1, \dots, k_L$ and activation $z^r$, $r \geq 2$, as a projective variety has the"
        r" degree $(|k| - L)! \prod_j r^{(L-j)(k_j-1)} / (k_j-1)!$."
    ),
    source=(
        "ShahverdiMarchettiKohn2024 (degree of polynomial convolutional networks); bounds in"
        " docs/proofs.md#neurovarieties, equality computed case by case"
    ),
    keys=("ShahverdiMarchettiKohn2024",),
    assumptions=("no biases; filters up to factors",),
    formula=Math(
        "(|k|-L)! prod r^((L-j)(k_j-1))/(k_j-1)!",
        r"(|k|-L)! \prod_j r^{(L-j)(k_j-1)}/(k_j-1)!",
    ),
    cases=cases,
    predicted=predicted,
    computed=computed,
    quantity="degree of the neurovariety",
)
