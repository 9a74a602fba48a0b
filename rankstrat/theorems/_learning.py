"""Learning coefficients of random points, as columns of theorems."""

from __future__ import annotations

import random
from collections.abc import Mapping
from math import ceil, floor
from typing import Any

from rankstrat.model.model import Chart
from rankstrat.rank.verdict import Verdict
from rankstrat.singular import LearningCoefficient, learning_coefficient
from rankstrat.targets import Branch
from rankstrat.theorems._sampling import Matrix, multiply
from rankstrat.theorems.theorem import Computed


def coefficient(place: Chart | Branch, factor: int, *, seed: int) -> Computed:
    """A multiple of the learning coefficient, whole in its theorem."""
    return scaled(learning_coefficient(place, seed=seed), factor)


def scaled(found: LearningCoefficient, factor: int) -> Computed:
    """A multiple of the coefficient; whole bounds around it."""
    low, high = floor(factor * found.lower), ceil(factor * found.upper)
    verdict = found.verdict if low == high else Verdict.OPEN
    return Computed(low, high, verdict, found.chart.model.size, str(found), found.error_bound)


def multiplicity(place: Chart | Branch, *, seed: int) -> Computed:
    """The multiplicity; undecided it is at least 1 and at most the number of parameters."""
    found = learning_coefficient(place, seed=seed)
    size = found.chart.model.size
    if found.multiplicity is None:
        return Computed(1, size, Verdict.OPEN, size, str(found))
    number = found.multiplicity
    return Computed(number, number, found.verdict, size, str(found), found.error_bound)


def invertible(rng: random.Random, size: int) -> Matrix:
    """A random integer matrix of determinant 1: unit lower times unit upper triangular."""
    lower = [
        [1 if i == j else rng.randint(-2, 2) * (i > j) for j in range(size)] for i in range(size)
    ]
    upper = [
        [1 if i == j else rng.randint(-2, 2) * (i < j) for j in range(size)] for i in range(size)
    ]
    return multiply(lower, upper)


def inverse(matrix: Matrix) -> Matrix:
    """The inverse of a matrix that `invertible` made, by elimination without division."""
    size = len(matrix)
    rows = [list(row) + [int(i == j) for j in range(size)] for i, row in enumerate(matrix)]
    for i in range(size):  # the leading minors are 1, so every pivot is
        for k in range(size):
            if k != i and rows[k][i]:
                c = rows[k][i]
                rows[k] = [v - c * w for v, w in zip(rows[k], rows[i], strict=True)]
    return [row[size:] for row in rows]


def factors_of_ranks(
    rng: random.Random, rows: int, inner: int, columns: int, ranks: tuple[int, int, int]
) -> tuple[Matrix, Matrix]:
    """Random A and B with the given ranks of A, B and AB."""
    a, b, r = ranks
    left = [[int(i == j and i < a) for j in range(inner)] for i in range(rows)]
    # AB sees the first r rows of B; b - r others lie in the kernel of A
    right = [[0] * columns for _ in range(inner)]
    for k in range(b):
        right[k if k < r else a + k - r][k] = 1
    middle = invertible(rng, inner)
    left = multiply(multiply(invertible(rng, rows), left), middle)
    return left, multiply(multiply(inverse(middle), right), invertible(rng, columns))


def chain_of(
    rng: random.Random | None, widths: list[int], strands: Mapping[tuple[int, int], int]
) -> Any:
    """Matrices W_1, ..., W_L that are a sum of strands from node i to node j, in random bases, or
    in those of the strands.
    """
    last = len(widths) - 1
    places: list[dict[int, int]] = [{} for _ in widths]  # node -> strand -> basis vector
    number = 0
    for (i, j), count in strands.items():
        for _ in range(count):
            for node in range(i, j + 1):
                places[node][number] = len(places[node])
            number += 1
    if rng is None:
        bases = [[[int(i == j) for j in range(d)] for i in range(d)] for d in widths]
    else:
        bases = [invertible(rng, d) for d in widths]
    factors = []
    for node in range(last):
        matrix = [[0] * widths[node] for _ in range(widths[node + 1])]
        for strand, column in places[node].items():
            if strand in places[node + 1]:
                matrix[places[node + 1][strand]][column] = 1
        factors.append(multiply(multiply(bases[node + 1], matrix), inverse(bases[node])))
    return factors


__all__ = ["chain_of", "coefficient", "factors_of_ranks", "multiplicity", "scaled"]
