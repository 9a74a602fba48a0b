r"""$\operatorname{rank}_{\mathbb{Q}}$ of a sparse integer matrix, proved from both sides."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rankstrat.algebra.elimination import rank_profile, solve_dependents
from rankstrat.algebra.fields import reconstruct
from rankstrat.algebra.primes import SMALL, random_prime

Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Entries:
    """A sparse matrix: values (integers) at (row, column); a position may occur more than once,
    values add up.
    """

    rows: Indices
    columns: Indices
    values: NDArray[Any]

    @classmethod
    def joined(cls, *parts: Entries) -> Entries:
        """All entries together."""
        return cls(
            np.concatenate([p.rows for p in parts]),
            np.concatenate([p.columns for p in parts]),
            np.concatenate([p.values for p in parts]),
        )

    def summed(self) -> Entries:
        """Every position once, no zeros, rows and columns numbered without gaps."""
        if not self.rows.size:
            return self
        rows, width = self.rows - self.rows.min(), int(self.columns.max()) + 1
        key, inverse = np.unique(rows * width + self.columns, return_inverse=True)
        values = self.values
        if (
            values.dtype != object
            and values.size
            and int(np.abs(values).max()) * len(values) >= 1 << 62
        ):
            values = values.astype(object)
        total = np.zeros(len(key), dtype=values.dtype)
        np.add.at(total, inverse, values)
        kept = total != 0
        key = key[kept]
        return Entries(_renumbered(key // width), _renumbered(key % width), total[kept])


def _renumbered(labels: Indices) -> Indices:
    if labels.size:
        return np.unique(labels, return_inverse=True)[1].astype(np.int64)
    return labels.astype(np.int64)


def exact_rank(entries: Entries) -> int:
    """The rank over Q.

    A column with a single entry splits its row off (rank = 1 + rank of the rest); what remains
    falls into components, and each is decided by a nonzero minor modulo a prime together with row
    relations verified over the integers.
    """
    entries = entries.summed()
    if not entries.rows.size:
        return 0
    if int(entries.rows.max()) > int(entries.columns.max()):
        entries = Entries(entries.columns, entries.rows, entries.values)
    rank, rest = _peeled(entries)
    if not rest.rows.size:
        return rank
    labels = _components(rest)
    order = np.argsort(labels[rest.rows], kind="stable")
    cuts = np.flatnonzero(np.diff(labels[rest.rows][order])) + 1
    for part in np.split(order, cuts):
        rank += _component_rank(Entries(rest.rows[part], rest.columns[part], rest.values[part]))
    return rank


def _peeled(entries: Entries) -> tuple[int, Entries]:
    rank = 0
    while entries.rows.size:
        single = np.bincount(entries.columns)[entries.columns] == 1
        gone = np.unique(entries.rows[single])
        if not gone.size:
            break
        rank += len(gone)
        removed = np.zeros(int(entries.rows.max()) + 1, dtype=bool)
        removed[gone] = True
        kept = ~removed[entries.rows]
        entries = Entries(entries.rows[kept], entries.columns[kept], entries.values[kept])
    return rank, entries


def _components(entries: Entries) -> Indices:
    """A label for each row; rows that share a column (also through others) have the same."""
    labels = np.arange(int(entries.rows.max()) + 1)
    least = np.empty(int(entries.columns.max()) + 1, dtype=np.int64)
    while True:
        least.fill(len(labels))
        np.minimum.at(least, entries.columns, labels[entries.rows])
        new = labels.copy()
        np.minimum.at(new, entries.rows, least[entries.columns])
        if np.array_equal(new, labels):
            return labels
        labels = new


def _component_rank(entries: Entries) -> int:
    rows, columns = _renumbered(entries.rows), _renumbered(entries.columns)
    matrix = np.zeros((int(rows.max()) + 1, int(columns.max()) + 1), dtype=object)
    matrix[rows, columns] = entries.values
    # proportional columns say nothing new; networks have many of them
    distinct = {_primitive(column) for column in matrix.T.tolist()}
    matrix = np.array(sorted(distinct), dtype=object).T
    if matrix.shape[0] > matrix.shape[1]:
        matrix = matrix.T
    for attempt in range(3):
        p = random_prime(SMALL, 17, attempt)
        found = _bounded(matrix, p)
        if found is not None:
            return found
    return _eliminated(matrix.tolist())


def _primitive(column: list[int]) -> tuple[int, ...]:
    common = int(np.gcd.reduce(np.array(column, dtype=object)))
    lead = next(c for c in column if c)
    return tuple(c // (common if lead > 0 else -common) for c in column)


def _bounded(matrix: NDArray[Any], p: int) -> int | None:
    """The rank if it is full mod p, or if the dependent rows mod p are dependent over Q; else
    None.
    """
    transposed = (matrix.T % p).astype(np.int64)
    profile = rank_profile(transposed, p)
    if profile.rank == min(matrix.shape):
        return profile.rank
    solution = solve_dependents(transposed, p, profile)
    coefficients = [[reconstruct(int(v), p) for v in row] for row in solution.T]
    if any(c is None for row in coefficients for c in row):
        return None
    pivots = matrix[list(profile.columns)]
    others = matrix[np.setdiff1d(np.arange(len(matrix)), profile.columns)]
    exact = np.empty((len(others), len(pivots)), dtype=object)
    exact[:] = coefficients if profile.rank else exact
    if (exact.dot(pivots) == others).all():
        return profile.rank
    return None


def _eliminated(matrix: list[list[int]]) -> int:
    """Gauss over Q."""
    rows = [[Fraction(v) for v in row] for row in matrix]
    rank = 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((i for i in range(rank, len(rows)) if rows[i][column]), None)
        if pivot is None:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        for i in range(rank + 1, len(rows)):
            if rows[i][column]:
                factor = rows[i][column] / rows[rank][column]
                rows[i] = [x - factor * y for x, y in zip(rows[i], rows[rank], strict=True)]
        rank += 1
    return rank
