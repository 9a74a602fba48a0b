r"""Rank and column rank profile of a dense matrix over \(\mathbb{F}_p\), \(p < 2^{23}\), on float64
BLAS.

Entries are symmetric residues held in float64; every product and partial sum stays an integer below
\(2^{53}\), hence is exact; `float_field.Field` holds the proof. Columns are split recursively. A
leaf of at most `_LEAF` columns inverts one small pivot block \(A_{11}\) by Gauss-Jordan, and
everything else is the block elimination

$$ L_{21} = A_{21} A_{11}^{-1}, \qquad A_{22} \leftarrow A_{22} - L_{21} A_{12}, $$

that is, matrix products. Because the diagonal blocks of \(L\) are identities, triangular solves
have no base case of their own: it is a reduction modulo \(p\). Reductions are delayed until an
entry becomes a factor of a product.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rankstrat.algebra.float_field import Field, Floats, residues_of, strips
from rankstrat.deadline import check

# A tile has at least so many rows, and no fewer columns than a leaf.
_LEAF = 32


@dataclass(frozen=True)
class RankProfile:
    r"""\(\operatorname{rank} A\) over \(\mathbb{F}_p\) with a nonsingular minor \(A[R, C]\) of that
    size.

    Attributes:
        rank: the rank of the matrix.
        rows: R in pivot order: every leading principal minor of `matrix[rows][:, columns]` is
            nonzero modulo p.
        columns: C, the column rank profile, ascending: column j is listed if and only if it is not
            a combination of the columns before it.

    Raises:
        ValueError: the three fields contradict each other.
    """

    rank: int
    rows: tuple[int, ...]
    columns: tuple[int, ...]

    def __post_init__(self) -> None:
        sizes = (len(self.rows), len(set(self.rows)), len(self.columns))
        if any(size != self.rank for size in sizes) or any(
            map(operator.ge, self.columns, self.columns[1:])
        ):
            raise ValueError(
                f"a profile of rank {self.rank} with {sizes[0]} rows and {sizes[2]} columns was"
                " given; as many distinct rows and ascending columns are needed; use the value"
                " that rank_profile returned."
            )


def rank_profile(matrix: NDArray[Any], p: int) -> RankProfile:
    r"""Rank, pivot rows and column rank profile of an \(m \times n\) matrix over \(\mathbb{F}_p\).

    Costs \(O(m n r)\) in matrix products, one float64 copy and a few megabytes. The input is not
    modified.

    Args:
        matrix: two-dimensional, of any integer dtype, or floats with integer values; reduced modulo
            p here.
        p: an odd prime below `MAX_PRIME`.  That it is prime is the duty of the caller.

    Raises:
        ValueError: p is even, below 3 or not below `MAX_PRIME`; the matrix is not two-dimensional
            or not integral.

    Example:
        >>> import numpy as np
        >>> rank_profile(np.array([[1, 2, 3], [2, 4, 5]]), 101)
        RankProfile(rank=2, rows=(0, 1), columns=(0, 2))
    """
    field = Field(p)
    work, load = residues_of(_checked(matrix), field)
    run = _Elimination(field, work)
    rank = run.eliminate(0, work.shape[1], 0, load)
    return RankProfile(rank, tuple(run.order[:rank].tolist()), tuple(run.columns))


def solve_dependents(matrix: NDArray[Any], p: int, profile: RankProfile) -> NDArray[np.int64]:
    r"""The \(X\) with \(A[:, N] = A[:, C] X\) over \(\mathbb{F}_p\), C the pivot columns and N the
    others, ascending.

    With the columns of `rank_profile` the coefficient of column j on any later column is zero. The
    identity is checked on every row, so that a profile of another matrix or prime is refused unless
    N is empty.

    Args:
        matrix: as for `rank_profile`.
        p: as for `rank_profile`.
        profile: the value of `rank_profile(matrix, p)`.

    Returns:
        Array of shape (rank, columns - rank) with entries in 0 .. p - 1.

    Raises:
        ValueError: bad input as for `rank_profile`, or the profile does not belong to the matrix.

    Example:
        >>> import numpy as np
        >>> matrix = np.array([[1, 2, 3], [2, 4, 5]])
        >>> solve_dependents(matrix, 101, rank_profile(matrix, 101))
        array([[2],
               [0]])
    """
    field, matrix = Field(p), _checked(matrix)
    (height, width), rank = matrix.shape, profile.rank
    foreign = ValueError(
        f"a profile of rank {rank} was given that does not fit this {height} x {width} matrix"
        f" modulo {p}; the profile of this very matrix is needed; call rank_profile(matrix, {p})"
        " first."
    )
    pivots, rows = np.array(profile.columns, dtype=np.intp), np.array(profile.rows, dtype=np.intp)
    if rank and (min(rows.min(), pivots[0]) < 0 or rows.max() >= height or pivots[-1] >= width):
        raise foreign
    others = np.setdiff1d(np.arange(width), pivots, assume_unique=True)
    columns = np.concatenate([pivots, others])
    work, load = residues_of(matrix[np.ix_(rows, columns)], field)
    if rank == width:
        return np.empty((rank, 0), dtype=np.int64)
    run = _Elimination(field, work)
    if run.eliminate(0, rank, 0, load) != rank:
        raise foreign
    solution = work[:, rank:]
    run.solve_lower(0, rank, 0, solution, load)
    run.solve_upper(0, rank, solution)
    rest = np.setdiff1d(np.arange(height), rows, assume_unique=True)
    for strip in strips(len(rest), width):
        check, load = residues_of(matrix[np.ix_(rest[strip], columns)], field)
        field.reduce(check[:, :rank])
        field.subtract_product(check[:, rank:], check[:, :rank], solution, load)
        field.reduce(check[:, rank:])
        if check[:, rank:].any():
            raise foreign
    return np.where(solution < 0, solution + field.p, solution).astype(np.int64)


def _checked(matrix: NDArray[Any]) -> NDArray[Any]:
    matrix = np.asarray(matrix)
    if matrix.ndim != 2:
        raise ValueError(
            f"an array of dimension {matrix.ndim} was given; dimension 2 is needed; reshape it"
            " first."
        )
    if matrix.dtype.kind not in "biuf" or matrix.dtype.itemsize > 8:
        raise ValueError(
            f"dtype {matrix.dtype} was given; integers are needed; try (matrix %"
            " p).astype(numpy.int64)."
        )
    return matrix


class _Elimination:
    r"""State of one elimination, in place on `work`.

    Row i < rank holds the i-th pivot row; `order` says which original row stands where. After
    `eliminate` on columns left .. right with `top` pivots before, columns left .. left + r of rows
    >= top hold the r columns of L, and in place of its identity diagonal blocks the inverses of the
    pivot blocks; `edges` are the pivot counts between leaves.
    """

    def __init__(self, field: Field, work: Floats) -> None:
        self.field, self.work, self.order = field, work, np.arange(work.shape[0])
        self.columns: list[int] = []
        self.edges: list[int] = [0]

    def eliminate(self, left: int, right: int, top: int, load: int) -> int:
        """Eliminate the columns left .. right below row `top`; returns the number of new pivots."""
        work = self.work
        if left == right or top == work.shape[0]:
            return 0
        if right - left <= _LEAF:
            return self.leaf(left, right, top)
        middle = left + _LEAF * ((right - left + 2 * _LEAF - 1) // (2 * _LEAF))
        first = self.eliminate(left, middle, top, load)
        below = top + first
        if below == work.shape[0]:
            return first
        if first:
            upper = work[top:below, middle:right]
            self.solve_lower(top, below, left, upper, load)
            lower = work[below:, left : left + first]
            load = self.field.subtract_product(work[below:, middle:right], lower, upper, load)
        second = self.eliminate(middle, right, below, load)
        if second and (start := left + first) < middle:  # close the gap that dependent columns left
            for rows in strips(work.shape[0] - below, second):
                work[below:, start : start + second][rows] = work[below:, middle : middle + second][
                    rows
                ]
        return first + second

    def leaf(self, left: int, right: int, top: int) -> int:
        """Pivots of at most `_LEAF` columns: guess them from a few rows, then check the guess on
        all rows.
        """
        check("a matrix was eliminated")
        field, panel = self.field, self.work[top:, left:right]
        field.reduce(panel)
        height, width = panel.shape
        chosen = np.arange(min(height, width))
        while True:
            chunk = panel[chosen]
            order, pivots = field.invert(chunk)
            chosen, rank = chosen[order], len(pivots)
            if not len(missed := self._missed(panel, pivots, chunk[:rank])):
                break
            # No missed row lies in the span of the chosen ones, so every turn gains a pivot; the
            # spread finds several at once when neighbouring rows repeat each other.
            spread = np.linspace(0, len(missed) - 1, min(len(missed), _LEAF)).astype(np.intp)
            chosen = np.concatenate([chosen, missed[spread]])
        if not rank:
            return 0
        self._raise(chosen, top)
        self.columns.extend(left + j for j in pivots)
        self.edges.append(top + rank)
        block = panel[:rank, :rank] = chunk[:rank, pivots]
        lower = panel[rank:]
        for rows, _, product in field.tiles(height - rank, rank):
            factors = lower[rows] if rank == width else lower[rows, pivots]
            np.matmul(factors, block, out=product)
            field.reduce(product)
            lower[rows, :rank] = product
        return rank

    def _missed(self, panel: Floats, pivots: list[int], inverse: Floats) -> NDArray[np.intp]:
        """Rows of the panel outside the row space of the chosen ones."""
        others = [j for j in range(panel.shape[1]) if j not in pivots]
        missed = np.zeros(len(panel), dtype=np.bool_)
        if others:
            for rows in strips(*panel.shape):
                residual = panel[rows, others]
                if pivots:
                    self.field.subtract_product(
                        residual, panel[rows, pivots], inverse[:, others], 1
                    )
                    self.field.reduce(residual)
                missed[rows] = residual.any(axis=1)
        return np.flatnonzero(missed)

    def _raise(self, chosen: NDArray[np.intp], top: int) -> None:
        """Move the chosen rows, counted from `top`, to the top in that order."""
        first = np.arange(len(chosen))
        if (chosen != first).any():
            target = np.concatenate([first, chosen[chosen >= len(chosen)]]) + top
            source = np.concatenate([chosen, np.setdiff1d(first, chosen)]) + top
            self.work[target] = self.work[source]
            self.order[target] = self.order[source]

    def _split(self, start: int, stop: int) -> int:
        """The leaf boundary nearest to the middle of the pivots start ..

        stop, or `stop` within one leaf.
        """
        low, high = np.searchsorted(self.edges, (start, stop))
        inside = self.edges[int(low) + 1 : int(high)]
        return min(inside, key=lambda edge: abs(2 * edge - start - stop), default=stop)

    def solve_lower(self, start: int, stop: int, left: int, b: Floats, load: int) -> None:
        r"""\(b \leftarrow L^{-1} b\), reduced, for pivots start ..

        stop whose factors begin at column `left`.
        """
        middle = self._split(start, stop)
        if middle == stop:
            self.field.reduce(b)
            return
        size = middle - start
        self.solve_lower(start, middle, left, b[:size], load)
        load = self.field.subtract_product(
            b[size:], self.work[middle:stop, left : left + size], b[:size], load
        )
        self.solve_lower(middle, stop, left + size, b[size:], load)

    def solve_upper(self, start: int, stop: int, b: Floats) -> None:
        r"""\(b \leftarrow U^{-1} b\) for reduced b, when the pivots are the leading columns."""
        middle = self._split(start, stop)
        if middle == stop:
            b[:] = self.work[start:stop, start:stop] @ b
            self.field.reduce(b)
            return
        size = middle - start
        self.solve_upper(middle, stop, b[size:])
        self.field.subtract_product(b[:size], self.work[start:middle, middle:stop], b[size:], 1)
        self.field.reduce(b[:size])
        self.solve_upper(start, middle, b[:size])
