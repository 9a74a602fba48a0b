"""Elimination over GF(p) against FLINT, brute force and exact integer arithmetic."""

from __future__ import annotations

from collections.abc import Iterator

import flint
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rankstrat.algebra import elimination, float_field
from rankstrat.algebra.elimination import RankProfile, rank_profile, solve_dependents
from rankstrat.algebra.float_field import MAX_PRIME

Matrix = NDArray[np.int64]

LARGEST = 8388593
PRIMES = (3, 5, 101, 1048573, 2097169, LARGEST)


def flint_matrix(matrix: Matrix, p: int) -> flint.nmod_mat:
    return flint.nmod_mat(*matrix.shape, [int(x) % p for x in matrix.ravel()], p)


def flint_rank(matrix: Matrix, p: int) -> int:
    return int(flint_matrix(matrix, p).rank())


def product_mod(a: Matrix, b: Matrix, p: int) -> Matrix:
    """Exact product mod p in int64: products stay below 2^46, and p < 2^23 leaves room for 2^17 of
    them.
    """
    return (a % p) @ (b % p) % p


def of_rank(rng: np.random.Generator, height: int, width: int, rank: int, p: int) -> Matrix:
    return product_mod(rng.integers(0, p, (height, rank)), rng.integers(0, p, (rank, width)), p)


def echelon_columns(matrix: Matrix, p: int) -> tuple[int, ...]:
    """Column rank profile from FLINT's reduced echelon form."""
    form, rank = flint_matrix(matrix, p).rref()
    table = form.tolist()
    return tuple(next(j for j, x in enumerate(table[i]) if int(x)) for i in range(rank))


def assert_certified(matrix: Matrix, p: int) -> RankProfile:
    before = matrix.copy()
    profile = rank_profile(matrix, p)
    assert (matrix == before).all()
    assert profile.rank == flint_rank(matrix, p)
    assert profile.columns == echelon_columns(matrix, p)
    assert flint_rank(matrix[np.ix_(profile.rows, profile.columns)], p) == profile.rank
    dependents = solve_dependents(matrix, p, profile)
    assert (matrix == before).all()
    others = [j for j in range(matrix.shape[1]) if j not in profile.columns]
    assert dependents.shape == (profile.rank, len(others))
    assert dependents.dtype == np.int64
    assert not dependents.size or (dependents.min() >= 0 and dependents.max() < p)
    assert (
        product_mod(matrix[:, list(profile.columns)], dependents, p) == matrix[:, others] % p
    ).all()
    later = np.array(profile.columns)[:, None] > np.array(others, dtype=np.int64)
    assert not dependents[later].any()
    return profile


def structured(p: int) -> Iterator[tuple[str, Matrix, int]]:
    """Name, matrix, and the rank that mathematics gives for it (almost surely, for fixed seeds)."""
    rng = np.random.default_rng(p)

    def random(height: int, width: int) -> Matrix:
        return rng.integers(0, p, (height, width))

    yield "empty", random(0, 0), 0
    yield "no rows", random(0, 7), 0
    yield "no columns", random(7, 0), 0
    yield "one zero", np.zeros((1, 1), dtype=np.int64), 0
    yield "one entry", np.full((1, 1), -1), 1
    yield "zero", np.zeros((70, 90), dtype=np.int64), 0
    yield "rank one", of_rank(rng, 80, 75, 1, p), 1
    yield "one column", np.vstack([np.zeros((99, 1), dtype=np.int64), [[2]]]), 1
    yield "one row", np.hstack([np.zeros((1, 99), dtype=np.int64), [[2]]]), 1
    yield "identity", np.eye(100, dtype=np.int64), 100
    yield "reversed identity", np.eye(100, dtype=np.int64)[::-1], 100
    yield "permutation", np.eye(130, dtype=np.int64)[rng.permutation(130)], 130
    yield "corner", np.pad(np.eye(3, dtype=np.int64), ((97, 0), (90, 0))), 3
    yield "lower triangle of ones", np.tril(np.ones((90, 90), dtype=np.int64)), 90
    yield "upper triangle of ones", np.triu(np.ones((90, 90), dtype=np.int64)), 90
    lower = np.tril(random(100, 100), -1) + np.eye(100, dtype=np.int64)
    upper = np.triu(random(100, 100), 1) + np.eye(100, dtype=np.int64)
    yield "triangular product", product_mod(lower, upper, p), 100
    last = product_mod(lower, upper * (np.arange(100) < 99)[:, None], p)
    yield "drop at the very end", last, 99
    drop = np.triu(random(100, 100), 1) + np.diag(np.arange(100) != 64).astype(np.int64)
    yield "zero pivot midway", product_mod(lower, drop, p), int(flint_rank(drop, p))
    yield "columns in pairs", np.repeat(upper, 2, axis=1), 100
    yield "rows in pairs", np.repeat(lower, 2, axis=0), 100
    yield "columns twice", np.hstack([lower, lower]), 100
    yield "rows in runs of forty", np.repeat(upper[:5], 40, axis=0), 5
    yield "dependent leading columns", np.hstack([of_rank(rng, 100, 70, 1, p) * 0 + 1, lower]), 100
    yield "zero leading columns", np.hstack([np.zeros((100, 67), dtype=np.int64), upper]), 100
    yield "zero leading rows", np.vstack([np.zeros((67, 100), dtype=np.int64), upper]), 100
    yield (
        "late rows",
        np.vstack([np.repeat(np.triu(random(1, 80)), 70, axis=0) * 0, lower[:, :80]]),
        80,
    )
    masked = upper.copy()
    masked[rng.permutation(100)[:50]] = 0
    masked[:, ::3] = 0
    yield "zero rows and columns", masked, flint_rank(masked, p)
    sparse = random(120, 110) * (rng.random((120, 110)) < 0.02)
    yield "sparse", sparse, flint_rank(sparse, p)
    block = np.zeros((120, 120), dtype=np.int64)
    block[60:, :60], block[:60, 60:] = lower[:60, :60], upper[:60, :60]
    yield "anti-diagonal blocks", block, 120


@pytest.mark.parametrize("p", PRIMES)
def test_structured_matrices(p: int) -> None:
    for name, matrix, rank in structured(p):
        assert assert_certified(matrix, p).rank == rank, name


@pytest.mark.parametrize("p", PRIMES)
def test_random_matrices_of_every_shape_and_rank(p: int) -> None:
    rng = np.random.default_rng([p, 1])
    for trial in range(48):
        height, width = (int(x) for x in rng.integers(0, 25 if trial % 3 else 110, 2))
        rank = int(rng.integers(0, min(height, width) + 1))
        matrix = of_rank(rng, height, width, rank, p)
        if trial % 4 == 1:
            matrix = matrix[:, rng.integers(0, max(1, width), width)] if width else matrix
        if trial % 4 == 2:
            matrix = matrix * (rng.random(width) < 0.7) * (rng.random((height, 1)) < 0.5)
        if trial % 4 == 3:
            matrix = matrix - p * rng.integers(-3, 3, matrix.shape)
        assert_certified(matrix, p)


@pytest.mark.parametrize("p", [3, 101, LARGEST])
def test_column_profile_by_brute_force(p: int) -> None:
    rng = np.random.default_rng([p, 2])
    for _ in range(25):
        height, width = (int(x) for x in rng.integers(1, 9, 2))
        matrix = of_rank(rng, height, width, int(rng.integers(0, min(height, width) + 1)), p)
        ranks = [0, *(flint_rank(matrix[:, : j + 1], p) for j in range(width))]
        assert rank_profile(matrix, p).columns == tuple(
            j for j in range(width) if ranks[j + 1] > ranks[j]
        )


def test_leading_principal_minors_are_nonzero() -> None:
    matrix = of_rank(np.random.default_rng(3), 90, 80, 70, 101)[::-1].copy()
    matrix[:40] = 0
    profile = rank_profile(matrix, 101)
    minor = matrix[np.ix_(profile.rows, profile.columns)]
    assert all(flint_rank(minor[:k, :k], 101) == k for k in range(1, profile.rank + 1))


@given(st.integers(0, 2**32), st.integers(1, 70), st.integers(1, 70), st.sampled_from(PRIMES))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_row_permutations_keep_rank_and_columns(seed: int, height: int, width: int, p: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = of_rank(rng, height, width, int(rng.integers(0, min(height, width) + 1)), p)
    shuffled = matrix[rng.permutation(height)]
    one, two = rank_profile(matrix, p), rank_profile(shuffled, p)
    assert (one.rank, one.columns) == (two.rank, two.columns)
    assert (solve_dependents(matrix, p, one) == solve_dependents(shuffled, p, two)).all()


@pytest.mark.parametrize("p", [1048573, 2097143, 2097169, LARGEST])
def test_extreme_residues_do_not_overflow(p: int) -> None:
    rng = np.random.default_rng(4)
    half = (p - 1) // 2
    matrix = half * (2 * rng.integers(0, 2, (600, 600)) - 1)
    assert rank_profile(matrix, p).rank == flint_rank(matrix, p) == 600
    assert rank_profile(np.full((600, 600), half), p).rank == 1
    matrix[:, 300:] = -matrix[:, 299::-1]
    assert rank_profile(matrix, p).columns == tuple(range(300))


@pytest.mark.parametrize("p", [3, 5, 1048573, 2097143, 2097169, LARGEST])
def test_delayed_products_stay_exact_at_the_bound(p: int) -> None:
    field = float_field.Field(p)
    bound = round(field.square**0.5)
    inner = min(field.room + 5, 1500)
    a, b, c = (np.full(shape, float(bound)) for shape in ((3, inner), (inner, 4), (3, 4)))
    load = field.subtract_product(c, a, -b, 1)
    assert abs(c).max() <= load * field.square < 2**53
    exact = bound + inner * bound * bound
    field.reduce(c)
    assert abs(c).max() <= bound
    assert {int(x) % p for x in c.ravel()} == {exact % p}


@pytest.mark.parametrize("p", [3, 101, 2097143, 2097169, LARGEST])
def test_reduction_near_the_limit(p: int) -> None:
    field = float_field.Field(p)
    limit = field.square * field.room
    rng = np.random.default_rng(5)
    ends = [limit - k for k in range(2000)] + [
        limit // p * p,
        limit // p * p - p // 2,
        limit // p * p - p // 2 - 1,
    ]
    values = [*ends, *rng.integers(0, limit, 5000).tolist()]
    values += [-x for x in values]
    x = np.array([values], dtype=np.float64)
    field.reduce(x)
    assert all(
        (int(r) - v) % p == 0 and (r == 0) == (v % p == 0)
        for r, v in zip(x[0], values, strict=True)
    )
    assert abs(x).max() ** 2 <= field.square


@pytest.mark.parametrize(
    "dtype",
    [
        "int8",
        "uint8",
        "int16",
        "uint16",
        "int32",
        "uint32",
        "int64",
        "uint64",
        "float32",
        "float64",
        "bool",
    ],
)
def test_every_dtype(dtype: str) -> None:
    rng = np.random.default_rng(6)
    base = (rng.integers(0, 2, (50, 20)) @ rng.integers(0, 2, (20, 40))).astype(dtype)
    for p in (3, 101, LARGEST):
        assert_certified(base.astype(np.int64), p)
        assert rank_profile(base, p) == rank_profile(base.astype(np.int64), p)


@pytest.mark.parametrize("dtype", ["int64", "uint64"])
@pytest.mark.parametrize("p", [3, 1048573, LARGEST])
def test_entries_of_full_width(dtype: str, p: int) -> None:
    info = np.iinfo(dtype)
    matrix = np.random.default_rng(7).integers(
        info.min, info.max, (40, 30), dtype=dtype, endpoint=True
    )
    matrix[0, 0], matrix[1, 0] = info.min, info.max
    matrix[:, 7] = matrix[:, 3]
    reduced = np.array([[int(x) % p for x in row] for row in matrix], dtype=np.int64)
    assert rank_profile(matrix, p) == rank_profile(reduced, p)


def test_views_and_large_floats() -> None:
    matrix = of_rank(np.random.default_rng(8), 60, 50, 20, 101)
    wanted = rank_profile(matrix, 101)
    assert rank_profile(np.asfortranarray(matrix), 101) == wanted
    assert rank_profile(matrix.astype(float) + 101.0 * 2**45, 101) == wanted
    assert rank_profile(np.repeat(np.repeat(matrix, 2, 0), 2, 1)[::2, ::2], 101) == wanted


def test_leaves_tiles_and_strips_of_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    for leaf, columns in ((1, 1), (5, 8)):
        monkeypatch.setattr(elimination, "_LEAF", leaf)
        monkeypatch.setattr(float_field, "TILE_COLUMNS", columns)
        monkeypatch.setattr(float_field, "TILE", leaf * columns + 1)
        monkeypatch.setattr(float_field, "CACHED", columns + 2)
        for _, matrix, _ in structured(101):
            assert_certified(matrix[:40, :45], 101)


@pytest.mark.parametrize("p", [-7, 0, 1, 2, 4, 1048574, MAX_PRIME, MAX_PRIME + 9, 2**61 - 1])
def test_modulus_error(p: int) -> None:
    with pytest.raises(ValueError, match=r"modulus .* was given; .* needed; try"):
        rank_profile(np.eye(2), p)


@pytest.mark.parametrize(
    "matrix",
    [
        np.zeros(3),
        np.zeros((2, 2, 2)),
        np.array([[0.5]]),
        np.array([[np.nan]]),
        np.array([[np.inf, 1.0]]),
        np.array([[1j]]),
        np.array([["1"]]),
        np.array([[1]], dtype=object),
    ],
)
def test_matrix_error(matrix: NDArray[np.generic]) -> None:
    with pytest.raises(ValueError, match=r"given; .* needed; "):
        rank_profile(matrix, 101)
    with pytest.raises(ValueError, match=r"given; .* needed; "):
        solve_dependents(matrix, 101, RankProfile(1, (0,), (0,)))


def test_foreign_profile_error() -> None:
    matrix = np.array([[1, 2, 3], [2, 4, 5], [0, 0, 1]])
    for rows, columns in (
        ((0,), (0,)),
        ((0, 1), (0, 1)),
        ((0, 3), (0, 2)),
        ((0, 1), (0, 3)),
        ((0, -1), (0, 2)),
    ):
        with pytest.raises(ValueError, match=r"given .* needed; call"):
            solve_dependents(matrix, 101, RankProfile(len(rows), rows, columns))


def test_profile_error() -> None:
    for rank, rows, columns in (
        (1, (), (0,)),
        (2, (1, 1), (0, 1)),
        (2, (0, 1), (1, 0)),
        (2, (0, 1), (1, 1)),
    ):
        with pytest.raises(ValueError, match=r"given; .* needed; "):
            RankProfile(rank, rows, columns)
