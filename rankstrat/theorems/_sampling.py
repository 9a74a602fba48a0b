"""Exact random points with prescribed degeneracies; the same case and seed give the same point on
every machine.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from rankstrat.model.model import Model
from rankstrat.rank.verdict import Verdict
from rankstrat.targets import LeastRank
from rankstrat.theorems.theorem import Case, Computed

Integers = tuple[int, ...]
Matrix = list[list[int]]
SMALL_BLOCK = 20
NETS = ("CNN", "no sharing", "fully connected")
"""Two-layer networks with as many neurons on the same images."""


def source(case: Case, seed: int) -> random.Random:
    """The random numbers of a case."""
    return random.Random(f"{seed} {json.dumps(dict(case), sort_keys=True)}")


def negative(v: Sequence[int]) -> Integers:
    """-v."""
    return tuple(-c for c in v)


def representative(v: Sequence[int]) -> Integers:
    """The member of {v, -v} whose first nonzero entry is positive."""
    leading = next((c for c in v if c != 0), 0)
    if leading >= 0:
        return tuple(v)
    return negative(v)


def distinct_classes(
    rng: random.Random, number: int, dimension: int, *, free: int = 0
) -> list[Integers]:
    """Integer vectors, pairwise different up to sign, nonzero on the first dimension - free
    entries.
    """
    bound = max(9, 4 * number)
    found: dict[Integers, Integers] = {}
    while len(found) < number:
        v = tuple(rng.randint(-bound, bound) for _ in range(dimension))
        if any(v[: dimension - free]):
            found.setdefault(representative(v), v)
    return list(found.values())


def nonzero(rng: random.Random, bound: int = 9) -> int:
    """A nonzero integer of size at most bound."""
    return rng.choice((-1, 1)) * rng.randint(1, bound)


@dataclass(frozen=True)
class Neurons:
    """Output weights and (extended) input weights of a two-layer network."""

    a: tuple[int, ...]
    v: tuple[Integers, ...]

    def shuffled(self, rng: random.Random) -> Neurons:
        """The neurons in another order."""
        order = list(range(len(self.a)))
        rng.shuffle(order)
        return Neurons(tuple(self.a[i] for i in order), tuple(self.v[i] for i in order))


def condensed(rng: random.Random, width: int, classes: Sequence[Integers], *, odd: bool) -> Neurons:
    """A function of len(classes) neurons on `width` neurons that are copies of them, or null (a =
    0, w = 0).

    With `odd` the copies may carry the opposite sign.
    """
    dimension = len(classes[0]) if classes else 0
    outputs = [nonzero(rng) for _ in classes]
    a, v = list(outputs), list(classes)
    for _ in range(width - len(classes)):
        target = rng.randrange(len(classes) + 1)
        if target == len(classes):
            a.append(0)
            v.append((0,) * dimension)
            continue
        sign = rng.choice((-1, 1)) if odd else 1
        part = rng.randint(-9, 9)
        a[target] -= sign * part
        a.append(part)
        v.append(classes[target] if sign > 0 else negative(classes[target]))
    return Neurons(tuple(a), tuple(v)).shuffled(rng)


def matrix_of_rank(rng: random.Random, rows: int, columns: int, rank: int) -> Matrix:
    """A random integer matrix of exactly this rank: unit lower times upper triangular factors, rows
    shuffled.
    """
    left = [
        [nonzero(rng, 3) if i == k else rng.randint(-3, 3) * (i > k) for k in range(rank)]
        for i in range(rows)
    ]
    right = [
        [1 if k == j else rng.randint(-3, 3) if j > k else 0 for j in range(columns)]
        for k in range(rank)
    ]
    rng.shuffle(left)
    product = multiply(left, right) if rank else [[0] * columns for _ in range(rows)]
    order = list(range(columns))
    rng.shuffle(order)
    return [[row[j] for j in order] for row in product]


def multiply(left: Sequence[Sequence[int]], right: Sequence[Sequence[int]]) -> Matrix:
    """The product of two matrices."""
    columns = list(zip(*right, strict=True))
    return [
        [sum(x * y for x, y in zip(row, column, strict=True)) for column in columns] for row in left
    ]


def random_values(rng: random.Random, model: Model, *, bound: int = 9) -> dict[str, Any]:
    """Nonzero random integers for every block of a family model; in a small block of different
    sizes.

    So no two units of a small network have weights that are equal up to sign, which would not be
    generic.
    """
    values = {}
    for name, shape in model.blocks.items():
        count = prod(shape)
        if count <= SMALL_BLOCK:
            numbers = [
                rng.choice((-1, 1)) * size
                for size in rng.sample(range(1, max(bound, count) + 1), count)
            ]
        else:
            numbers = [nonzero(rng, bound) for _ in range(count)]
        values[name] = np.array(numbers, dtype=object).reshape(shape)
    return values


def least(found: LeastRank) -> Computed:
    """A least rank with both halves: decided only if it is attained and nothing lower occurs."""
    decided = found.value is not None and found.minimal is Verdict.PROVED
    verdict = found.attained if decided else Verdict.OPEN
    size = found.upper if found.minimiser is None else found.minimiser.model.size
    error = 0.0 if found.certificate is None else found.certificate.error_bound
    return Computed(found.lower, found.upper, verdict, size, str(found), error)
