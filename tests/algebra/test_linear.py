"""Exact linear algebra over Q against sympy, on deficient matrices of every shape."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
import sympy

from rankstrat.algebra.linear import (
    Echelon,
    extended,
    first,
    independent_columns,
    quotient,
    rank,
    reduced,
    solution,
)


def deficient(rng: random.Random, rows: int, columns: int, r: int) -> list[list[Fraction]]:
    """A matrix of rank at most r with small rational entries."""
    left = [
        [Fraction(rng.randint(-2, 2), rng.randint(1, 3)) for _ in range(r)] for _ in range(rows)
    ]
    right = [[Fraction(rng.randint(-2, 2)) for _ in range(columns)] for _ in range(r)]
    return [
        [sum((u * v[j] for u, v in zip(row, right)), Fraction(0)) for j in range(columns)]
        for row in left
    ]


def cases() -> list[list[list[Fraction]]]:
    rng = random.Random(0)
    shapes = [(1, 1, 1), (3, 5, 2), (5, 3, 2), (4, 4, 4), (6, 6, 3), (2, 7, 1)]
    return [deficient(rng, *shape) for shape in shapes for _ in range(4)]


@pytest.mark.parametrize("matrix", cases())
def test_echelon_forms_against_sympy(matrix):
    exact, pivots = sympy.Matrix(matrix).rref()
    assert independent_columns(matrix) == list(pivots)
    assert rank(matrix) == len(pivots)
    assert (
        sympy.Matrix(reduced(matrix) or [[0] * len(matrix[0])]) == exact[: max(1, len(pivots)), :]
    )


@pytest.mark.parametrize("matrix", cases())
@pytest.mark.parametrize("last", [False, True])
def test_sparse_rows_have_the_same_rank_and_kernel(matrix, last):
    echelon = Echelon(last=last)
    added = [echelon.add(dict(enumerate(row))) for row in matrix]
    assert len([p for p in added if p is not None]) == rank(matrix)
    columns = len(matrix[0])
    basis = echelon.kernel(columns)
    assert len(basis) == columns - rank(matrix)
    for vector in basis:
        assert all(sum(row[i] * v for i, v in vector.items()) == 0 for row in matrix)
    assert all(not echelon.rest(dict(enumerate(row))) for row in matrix)


@pytest.mark.parametrize("modulus", [2, 5])
def test_residues(modulus):
    rng = random.Random(modulus)
    for _ in range(20):
        matrix = [[rng.randint(0, modulus - 1) for _ in range(5)] for _ in range(4)]
        echelon = Echelon(modulus=modulus)
        for row in matrix:
            echelon.add(dict(enumerate(row)))
        basis = echelon.kernel(5)
        assert len(basis) == 5 - len(echelon.rows)
        for vector in basis:
            for row in matrix:
                assert sum(row[i] * int(v) for i, v in vector.items()) % modulus == 0


def test_solutions():
    assert solution([[1, 2], [3, 4]], [5, 6]) == ([-4, Fraction(9, 2)], 2)
    assert solution([[0, 0]], [1]) == (None, 0)
    assert solution([[0, 1]], [2]) == ([0, 2], 1)
    assert solution([], []) == ([], 0)


def test_integers_stay_integers():
    assert quotient(6, 3) == 2 and isinstance(quotient(6, 3), int)
    assert quotient(1, 2) == Fraction(1, 2)
    assert all(isinstance(v, int) for row in reduced([[2, 4], [0, 3]]) for v in row)
    assert extended(reduced([[1, 0, 1]]), [[1, 0, 1], [0, 1, 0]]) == ((1, 0, 1), (0, 1, 0))
    assert first([0, 0]) == -1
    assert reduced([[0, 0]]) == ()
