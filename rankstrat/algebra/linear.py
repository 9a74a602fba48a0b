r"""Exact linear algebra over $\mathbb{Q}$: echelon forms, ranks, kernels and solutions.

`Echelon` keeps sparse rows and takes one at a time; `reduced` and what stands on it take dense rows
of small matrices, in which integers stay integers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

Rational = int | Fraction
Vector = tuple[Fraction, ...]
Form = tuple[Rational, ...]
"""The coefficients of a linear form; integers are kept as such, they are faster."""

Row = dict[int, Fraction]
"""The nonzero coefficients by variable."""


class Echelon:
    """Sparse rows in reduced echelon form: 1 at the pivot of a row, no other pivot in it.

    Args:
        rows: pivot -> row, already in that form.
        last: whether a pivot is the last variable of a row instead of its first.
        modulus: a prime, for residues instead of rational numbers.

    Example:
        >>> echelon = Echelon()
        >>> [echelon.add({0: Fraction(1), 1: Fraction(c)}) for c in (2, 2, 3)]
        [0, None, 1]
    """

    def __init__(
        self, rows: Mapping[int, Row] | None = None, *, last: bool = False, modulus: int = 0
    ) -> None:
        self.rows = {pivot: dict(row) for pivot, row in (rows or {}).items()}
        self._pivot = max if last else min
        self._modulus = modulus

    def _value(self, value: Fraction) -> Fraction:
        if self._modulus:
            return Fraction(int(value) % self._modulus)
        return value

    def _subtract(self, row: Row, factor: Fraction, other: Row) -> None:
        for key, value in other.items():
            new = self._value(row.get(key, Fraction(0)) - factor * value)
            if new:
                row[key] = new
            else:
                row.pop(key, None)

    def rest(self, row: Mapping[int, Rational]) -> Row:
        """What is left of a row when the pivots are eliminated from it."""
        values = {k: self._value(Fraction(v)) for k, v in row.items()}
        result = {k: v for k, v in values.items() if v}
        # a row has no pivot but its own, so none comes back
        for pivot in [k for k in result if k in self.rows]:
            self._subtract(result, result[pivot], self.rows[pivot])
        return result

    def add(self, row: Mapping[int, Rational]) -> int | None:
        """The new pivot; None if the row depends on those before."""
        rest = self.rest(row)
        if not rest:
            return None
        pivot = self._pivot(rest)
        inverse = self._inverse(rest[pivot])
        rest = {k: self._value(v * inverse) for k, v in rest.items()}
        for other in self.rows.values():
            if pivot in other:
                self._subtract(other, other[pivot], rest)
        self.rows[pivot] = rest
        return pivot

    def _inverse(self, value: Fraction) -> Fraction:
        if self._modulus:
            return Fraction(pow(int(value), -1, self._modulus))
        return 1 / value

    def kernel(self, size: int) -> list[Row]:
        """A basis of the vectors with `size` entries on which every row vanishes."""
        basis = []
        for free in (i for i in range(size) if i not in self.rows):
            vector: Row = {free: Fraction(1)}
            for pivot, row in self.rows.items():
                if free in row:
                    vector[pivot] = self._value(-row[free])
            basis.append(vector)
        return basis


def quotient(number: Rational, divisor: Rational) -> Rational:
    """The exact quotient, as an integer where it is one."""
    if divisor == 1:
        return number
    if divisor == -1:
        return -number
    result = Fraction(number) / divisor
    if result.denominator == 1:
        return result.numerator
    return result


def reduced(rows: Iterable[Sequence[Rational]]) -> tuple[Form, ...]:
    """The reduced row echelon form without zero rows.

    Example:
        >>> reduced([(1, 2, 0), (2, 4, 1)])
        ((1, 2, 0), (0, 0, 1))
    """
    return extended((), rows)


def extended(echelon: Sequence[Form], rows: Iterable[Sequence[Rational]]) -> tuple[Form, ...]:
    """The reduced row echelon form of rows in that form and further ones."""
    result = {first(row): list(row) for row in echelon}
    for row in rows:
        line = list(row)
        for pivot, other in result.items():
            if line[pivot]:
                _subtract(line, line[pivot], other)
        pivot = first(line)
        if pivot < 0:
            continue
        lead = line[pivot]
        line = [quotient(v, lead) if v else v for v in line]
        for other in result.values():
            if other[pivot]:
                _subtract(other, other[pivot], line)
        result[pivot] = line
    return tuple(tuple(result[pivot]) for pivot in sorted(result))


def first(row: Sequence[Rational]) -> int:
    """The place of the first entry that is not 0; -1 if there is none."""
    return next((i for i, v in enumerate(row) if v), -1)


def _subtract(line: list[Rational], factor: Rational, other: Sequence[Rational]) -> None:
    for i, value in enumerate(other):
        if value:
            line[i] -= factor * value


def rank(rows: Iterable[Sequence[Rational]]) -> int:
    """The rank of a rational matrix.

    Example:
        >>> rank([[1, 2], [2, 4]]), rank([])
        (1, 0)
    """
    return len(reduced(rows))


def independent_columns(matrix: Iterable[Sequence[Rational]]) -> list[int]:
    """The columns that are not combinations of those before them.

    Example:
        >>> independent_columns([[0, 1, 2], [0, 2, 4]])
        [1]
    """
    return [first(row) for row in reduced(matrix)]


def solution(
    matrix: Sequence[Sequence[Rational]], right: Sequence[Rational]
) -> tuple[list[Fraction] | None, int]:
    """A solution with zeros at the dependent columns, which come late, and the rank of the matrix.

    None in place of the solution if there is none.

    Example:
        >>> solution([[1, 1], [2, 2]], [3, 6])
        ([Fraction(3, 1), Fraction(0, 1)], 1)
        >>> solution([[1], [1]], [1, 2])
        (None, 1)
    """
    width = len(matrix[0]) if matrix else 0
    rows = reduced([*line, value] for line, value in zip(matrix, right, strict=True))
    found = [Fraction(0)] * width
    for row in rows:
        pivot = first(row)
        if pivot == width:
            return None, len(rows) - 1
        found[pivot] = Fraction(row[width])
    return found, len(rows)


__all__ = [
    "Echelon",
    "Form",
    "Rational",
    "Row",
    "Vector",
    "extended",
    "first",
    "independent_columns",
    "quotient",
    "rank",
    "reduced",
    "solution",
]
