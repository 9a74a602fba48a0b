r"""The rank of a matrix of polynomials, minors of that size, and the least sets of factors that
make them all vanish.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

from rankstrat.algebra.polynomials import Poly
from rankstrat.deadline import check

MOST_TERMS, MOST_SETS = 4_000, 400


def eliminated(
    rows: Sequence[Sequence[Poly]],
    vanishes: Callable[[Poly], bool],
    cost: Callable[[Poly], tuple[int, int]],
) -> tuple[int, list[Poly], bool]:
    r"""The rank over the field of functions of an irreducible set, minors of that size, and
    whether that is proved.

    Fraction-free elimination: after k steps the entries that are left are the minors of size k + 1
    that border the pivots. Where all of them vanish on the set, the rank is k there, at every
    point at most that.

    Args:
        rows: the matrix.
        vanishes: whether a polynomial is zero on the set.
        cost: how unwelcome a pivot is.
    """
    matrix = [list(row) for row in rows]
    height, width = len(matrix), len(matrix[0]) if matrix else 0
    last, minors = None, list[Poly]()
    for k in range(min(height, width)):
        check("minors were computed")
        places = [
            (i, j) for i in range(k, height) for j in range(k, width) if not vanishes(matrix[i][j])
        ]
        if not places:
            return k, minors, True
        minors = [matrix[i][j] for i, j in places]
        i, j = min(places, key=lambda p: cost(matrix[p[0]][p[1]]))
        matrix[k], matrix[i] = matrix[i], matrix[k]
        for row in matrix:
            row[k], row[j] = row[j], row[k]
        pivot = matrix[k][k]
        for row in matrix[k + 1 :]:
            for c in range(k + 1, width):
                entry = pivot * row[c] - row[k] * matrix[k][c]
                row[c] = entry if last is None else entry / last
                if len(row[c]) > MOST_TERMS:
                    return k + 1, [], False
        last = pivot
    return min(height, width), minors, True


def orders(rows: Sequence[Sequence[Poly]], count: int, seed: int) -> Iterator[list[list[Poly]]]:
    """The matrix with its rows and columns in several orders."""
    rng = random.Random(seed)
    yield [list(row) for row in rows]
    for _ in range(count - 1):
        places = list(range(len(rows[0])))
        rng.shuffle(places)
        shuffled = [[row[j] for j in places] for row in rows]
        rng.shuffle(shuffled)
        yield shuffled


def least_sets(clauses: Sequence[frozenset[int]]) -> list[frozenset[int]] | None:
    """The minimal sets that meet every clause; None if they are too many.

    Example:
        >>> sorted(map(sorted, least_sets([frozenset({1, 2}), frozenset({2, 3})])))
        [[1, 3], [2]]
    """
    found = [frozenset[int]()]
    for clause in sorted(set(clauses), key=len):
        hit = [s for s in found if s & clause]
        grown = {s | {atom} for s in found if not s & clause for atom in clause}
        found = hit + [s for s in grown if not any(h <= s for h in hit)]
        found = [s for s in found if not any(t < s for t in found)]
        if len(found) > MOST_SETS:
            return None
    return found


__all__ = ["eliminated", "least_sets", "orders"]
