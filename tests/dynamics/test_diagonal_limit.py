"""The limit of infinitesimal starts: against all basic solutions, and against gradient descent."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest

from rankstrat.algebra.linear import solution
from rankstrat.dynamics.small_starts import diagonal_limit
from rankstrat.errors import DataError


def least_cost(x, y, up, down):
    """Over all basic solutions of X k = y, one of which is a minimum."""
    best = None
    for support in combinations(range(len(x[0])), len(x)):
        found, size = solution([[row[i] for i in support] for row in x], y)
        if found is not None and size == len(x):
            cost = sum(
                up[i] * c if c > 0 else -down[i] * c for i, c in zip(support, found, strict=True)
            )
            best = cost if best is None else min(best, cost)
    return best


@pytest.mark.parametrize("seed", range(12))
def test_no_basic_solution_costs_less(seed):
    rng = random.Random(seed)
    rows, width = rng.choice([(1, 3), (2, 4), (2, 5), (3, 6)])
    x = [[rng.randint(-9, 9) or 1 for _ in range(width)] for _ in range(rows)]
    y = [rng.randint(-9, 9) for _ in range(rows)]
    up = [Fraction(rng.randint(1, 5)) for _ in range(width)]
    down = [Fraction(rng.randint(1, 5), 2) for _ in range(width)]
    found = diagonal_limit(x, y, up=up, down=down)
    assert found.cost == least_cost(x, y, up, down)
    fitted = [sum(a * k for a, k in zip(row, found.coefficients, strict=True)) for row in x]
    assert fitted == y


def test_gradient_descent_from_a_small_start_comes_near():
    """(a^2 - b^2) x from a = b = 10^-6: NUMERICAL, no more."""
    x, y = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 1.0]]), np.array([4.0, 3.0])
    a = b = np.full(3, 1e-6)
    for _ in range(20000):
        slope = x.T @ (x @ (a**2 - b**2) - y)
        a, b = a - 2e-3 * 2 * a * slope, b + 2e-3 * 2 * b * slope
    exact = diagonal_limit([[1, 2, 0], [0, 1, 1]], [4, 3])
    assert a**2 - b**2 == pytest.approx([float(k) for k in exact.coefficients], abs=0.05)


def test_edges():
    assert diagonal_limit([[1, 1]], [0]).coefficients == (0, 0)  # nothing moves
    assert diagonal_limit([[2]], [-3]).activated == ((0, -1),)
    # both at once, and their columns are the same: the limit is not decided by the bounds
    with pytest.raises(DataError, match="dependent"):
        diagonal_limit([[1, 1]], [1])
    # the slower one stays
    assert diagonal_limit([[1, 1]], [1], up=[1, 2]).coefficients == (1, 0)
    with pytest.raises(DataError, match="fit the labels"):
        diagonal_limit([[1], [1]], [1, 2])
    with pytest.raises(DataError, match="positive"):
        diagonal_limit([[1]], [1], up=[0])
    with pytest.raises(DataError, match="as many as labels"):
        diagonal_limit([[1, 2], [3]], [1, 2])
