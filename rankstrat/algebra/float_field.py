"""Arithmetic modulo a small prime in float64; `Field` holds the proof that it is exact."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_PRIME: int = 2**23
r"""Moduli are odd and below this.

Then about 500 products of two residues fit into the 53 bits of a float64.
"""

# Tiles stay in cache.
TILE_COLUMNS = 2048
TILE = 2**19
CACHED = 2**15

Floats = NDArray[np.float64]


class Field:
    r"""Exact arithmetic modulo p on float64 arrays: reduction and delayed multiply-subtract.

    Let h = (p-1)/2, and let all entries be integers. Write b for the bound of a reduced entry and L
    for the limit of an entry that can be reduced: b = h and L = 2^51 when p < 2^21, and b = h + 2
    and L = 2^53 - 2^23 otherwise.

    *Reduction.* Both roundings in the product of x and 1/p are relative errors of at most 2^-53, so
    for |x| < L it is off by less than 1/(2p) when L = 2^51, and by less than 2/p otherwise. In the
    first case \(x/p\) is at least 1/(2p) from every half-integer, so its nearest integer n is
    found and \(|x - pn| \le h\); in the second \(|x/p - n| < 1/2 + 2/p\), so \(|x - pn| \le
    h + 2\). Either way \(|pn| \le |x| + h + 2 < 2^{53}\), so product and difference are exact,
    and a multiple of p becomes 0, as h + 2 < p in the second case.

    *Products.* An array has *load* t when its entries are at most \(t b^2\) in size; reduced ones
    have load 1. With room \(R = \lfloor (L - 1)/b^2 \rfloor\) an array of load at most R can be
    reduced. A product of reduced arrays over k inner indices has load k, and so has every partial
    sum, in whatever order and blocks BLAS adds them, with or without fused multiply-adds: for k < R
    all are integers below 2^53, hence exact. `subtract_product` cuts the inner index into pieces of
    at most R - 1 and reduces the target before a piece that would take its load beyond R.

    *Leaves.* `invert` and the products with an inverse of a leaf have at most 32 inner indices and
    start from reduced arrays: load 33 at most, and \(R \ge 511\) since \(b \le 2^{22} + 1\). A row
    times an inverse in 1 .. p - 1 is at most \(2 b^2 < L\).
    """

    def __init__(self, p: int) -> None:
        self.p = operator.index(p)
        if not (3 <= self.p < MAX_PRIME and self.p % 2):
            raise ValueError(
                f"the modulus {p} was given; an odd prime of at least 3 and below 2^23 ="
                f" {MAX_PRIME} is needed; try 1048573, or python-flint's nmod_mat for larger"
                " primes."
            )
        bound, limit = (
            (self.p // 2, 2**51) if self.p < 2**21 else (self.p // 2 + 2, 2**53 - MAX_PRIME)
        )
        self.square = bound * bound
        self.room = (limit - 1) // self.square
        self.modulus, self.inverse = float(self.p), 1.0 / self.p
        self._product, self._quotient = np.empty(0), np.empty(CACHED)

    def reduce(self, x: Floats) -> None:
        r"""\(x \leftarrow x \bmod p\), symmetric, in place, in pieces that stay in cache."""
        for rows, columns in blocks(x.shape[0], x.shape[1], CACHED):
            piece = x[rows, columns]
            q = self._quotient[: piece.size].reshape(piece.shape)
            np.multiply(piece, self.inverse, q)
            np.rint(q, q)
            np.multiply(q, self.modulus, q)
            np.subtract(piece, q, piece)

    def tiles(self, height: int, width: int) -> Iterator[tuple[slice, slice, Floats]]:
        """Slices that cover a height x width array, each with a scratch array of its shape."""
        if self._product.size < min(TILE, height * width):
            self._product = np.empty(min(TILE, height * width))
        for rows, columns in blocks(height, width, TILE):
            shape = rows.stop - rows.start, columns.stop - columns.start
            yield rows, columns, self._product[: shape[0] * shape[1]].reshape(shape)

    def subtract_product(self, c: Floats, a: Floats, b: Floats, load: int) -> int:
        r"""\(c \leftarrow c - a b\) for reduced a, b and c of the given load; returns the new load
        of c.
        """
        inner, start = a.shape[1], load
        for rows, columns, product in self.tiles(*c.shape):
            load = start
            target = c[rows, columns]
            for k in range(0, inner, self.room - 1):
                stop = min(inner, k + self.room - 1)
                if load + stop - k > self.room:
                    self.reduce(target)
                    load = 1
                np.matmul(a[rows, k:stop], b[k:stop, columns], out=product)
                np.subtract(target, product, target)
                load += stop - k
        return load

    def invert(self, chunk: Floats) -> tuple[list[int], list[int]]:
        r"""Gauss-Jordan in place on a reduced array of at most `_LEAF` columns; returns its pivot
        rows and columns.

        On return `chunk[:r]` holds the inverse of the pivot block in the pivot columns and the
        coefficients on the pivot columns in the others.
        """
        height, width = chunk.shape
        order, pivots, product = list(range(height)), list[int](), np.empty_like(chunk)
        modulus, inverse = self.modulus, self.inverse
        for j in range(width):
            if (rank := len(pivots)) == height:
                break
            column = chunk[:, j]
            column = column - np.rint(column * inverse) * modulus
            if not column[rank]:
                other = rank + int(np.argmax(column[rank:] != 0))
                if not column[other]:
                    continue
                chunk[[rank, other]] = chunk[[other, rank]]
                column[[rank, other]] = column[[other, rank]]
                order[rank], order[other] = order[other], order[rank]
            scale = pow(int(column[rank]), -1, self.p)
            column[rank] = 0.0
            chunk[:, j] = 0.0
            row = chunk[rank]
            row[j] = 1.0
            row -= np.rint(row * inverse) * modulus
            row *= scale
            row -= np.rint(row * inverse) * modulus
            np.multiply(column[:, None], row, product)
            np.subtract(chunk, product, chunk)
            pivots.append(j)
        self.reduce(chunk)
        return order[: len(pivots)], pivots


def blocks(height: int, width: int, size: int) -> Iterator[tuple[slice, slice]]:
    """Slices of rows and columns that cover a height x width array by blocks of at most `size`
    entries.
    """
    for left in range(0, width, TILE_COLUMNS):
        columns = slice(left, min(width, left + TILE_COLUMNS))
        step = size // (columns.stop - left)
        for top in range(0, height, step):
            yield slice(top, min(height, top + step)), columns


def strips(height: int, width: int) -> Iterator[slice]:
    """Slices of rows of about one tile each."""
    step = max(1, TILE // max(1, width))
    return (slice(top, top + step) for top in range(0, height, step))


def residues_of(matrix: NDArray[Any], field: Field) -> tuple[Floats, int]:
    """A float64 copy with its load, reduced only where the entries are too large for delayed
    sums.
    """
    height, width = matrix.shape
    # With a power of two as leading dimension a column would fall into a single cache set.
    work: Floats = np.empty((height, width + 8 * (width % 64 == 0)))[:, :width]
    largest = 1
    for rows in strips(height, width) if width else ():
        piece = matrix[rows]
        low, high = piece.min(), piece.max()
        if matrix.dtype.kind == "f" and not (
            np.isfinite([low, high]).all() and (np.rint(piece) == piece).all()
        ):
            raise ValueError(
                "a matrix of floats with a fractional part, infinity or nan was given; integers are"
                " needed; multiply the rows by their common denominators, or reduce the entries"
                " modulo p."
            )
        size = max(-int(low), int(high))
        if size > field.square * (field.room // 2):
            piece, size = np.remainder(piece, np.array(field.p, dtype=piece.dtype)), field.p
        work[rows] = piece
        largest = max(largest, size)
    load = -(-largest // field.square)
    if load > field.room // 2:
        field.reduce(work)
        load = 1
    return work, load


__all__ = [
    "CACHED",
    "MAX_PRIME",
    "TILE",
    "TILE_COLUMNS",
    "Field",
    "Floats",
    "blocks",
    "residues_of",
    "strips",
]
