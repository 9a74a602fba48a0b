r"""GF(p), Q, rational functions and balls through FLINT (the only room that imports flint)."""

from __future__ import annotations

from fractions import Fraction

import flint
import numpy as np
from numpy.typing import NDArray

from rankstrat.algebra.linear import Rational
from rankstrat.deadline import check


def matrix_rank(matrix: NDArray[np.int64], p: int) -> int:
    """Rank mod p by FLINT: the second opinion beside `elimination`."""
    rows, columns = matrix.shape
    _check(rows, columns)
    if rows and columns:
        return int(flint.nmod_mat(rows, columns, (matrix % p).ravel().tolist(), p).rank())
    return 0


def reduced_echelon(matrix: NDArray[np.int64], p: int) -> tuple[list[int], NDArray[np.int64]]:
    """Pivot columns and the reduced row echelon form mod p (one row for each pivot)."""
    rows, columns = matrix.shape
    _check(rows, columns)
    form, rank = flint.nmod_mat(rows, columns, (matrix % p).ravel().tolist(), p).rref()
    table = np.array(
        [[int(v) for v in row] for row in form.tolist()[:rank]], dtype=np.int64
    ).reshape(rank, columns)
    return [int(np.flatnonzero(row)[0]) for row in table], table


def _check(rows: int, columns: int) -> None:
    """FLINT is not interrupted: entries cost 200 ns, operations of the elimination about 1 ns."""
    cost = 2e-7 * rows * columns + 1e-9 * rows * columns * min(rows, columns)
    check("a matrix was eliminated", cost)


def reconstruct(residue: int, modulus: int) -> Rational | None:
    """The rational a/b with |a|, b <= sqrt(modulus / 2) congruent to the residue (Wang), or
    None.
    """
    bound = int((modulus // 2) ** 0.5) if modulus < 1 << 100 else _isqrt(modulus // 2)
    r0, r1, t0, t1 = modulus, residue % modulus, 0, 1
    while r1 > bound:
        q = r0 // r1
        r0, r1, t0, t1 = r1, r0 - q * r1, t1, t0 - q * t1
    if not t1 or abs(t1) > bound:
        return None
    value = Fraction(r1, t1)
    if value.denominator == 1:
        return value.numerator
    return value


def _isqrt(n: int) -> int:
    return int(flint.fmpz(n).isqrt())


def combine(a: int, m: int, b: int, p: int) -> int:
    """Chinese remainder of a mod m and b mod p."""
    return a + m * ((b - a) * pow(m, -1, p) % p)
