"""Vertices of dual polyhedra against brute force over bases."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import combinations

import pytest

from rankstrat.algebra.linear import solution
from rankstrat.algebra.polyhedra import affine_dimension, dual_vertices
from rankstrat.errors import BudgetError


def by_bases(points, size):
    rows = [(p, 1) for p in points]
    rows += [(tuple(int(i == j) for j in range(size)), 0) for i in range(size)]
    found = set()
    for chosen in combinations(rows, size):
        w, rank = solution([r for r, _ in chosen], [b for _, b in chosen])
        if rank == size and w is not None:
            if all(sum(a * b for a, b in zip(w, r, strict=True)) >= b_ for r, b_ in rows):
                found.add(tuple(w))
    return sorted(found)


@pytest.mark.parametrize("seed", range(12))
def test_vertices_are_those_of_all_bases(seed):
    rng = random.Random(seed)
    size = rng.randint(1, 4)
    points = {tuple(rng.randint(0, 3) for _ in range(size)) for _ in range(rng.randint(1, 6))}
    points = sorted(p for p in points if any(p))
    if points:
        assert list(dual_vertices(points, size)) == by_bases(points, size)


def test_affine_dimension_of_points():
    assert affine_dimension([(Fraction(1, 2), 0), (0, 1), (1, 2)]) == 2
    assert affine_dimension([(1, 1, 1)]) == 0


def test_too_many_rays_error():
    rng = random.Random(0)
    points = [tuple(rng.randint(0, 30) for _ in range(8)) for _ in range(40)]
    with pytest.raises(BudgetError, match="give fewer"):
        dual_vertices(points, 8)
