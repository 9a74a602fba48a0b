r"""Linear conditions, their echelon forms, and signed permutations acting on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from rankstrat.text.tables import Math

Number = int | Fraction
Vector = tuple[Number, ...]
"""The coefficients of a linear form in the parameters.

Integers are kept as such, they are faster.
"""


@dataclass(frozen=True)
class Condition:
    """Linear equations that hold together, such as w1 = w2 for vectors.

    Attributes:
        rows: the coefficients of each linear form in the parameters.
        words: the condition as text and LaTeX.
    """

    rows: tuple[Vector, ...]
    words: Math


@dataclass(frozen=True)
class SignedPermutation:
    """theta'_{image[i]} = sign[i] theta_i, a symmetry of the model."""

    image: tuple[int, ...]
    sign: tuple[int, ...]

    def move(self, row: Vector) -> Vector:
        """The image of a linear form."""
        result: list[Number] = [0] * len(row)
        for i, value in enumerate(row):
            if value:
                result[self.image[i]] = self.sign[i] * value
        return tuple(result)


def quotient(number: Number, divisor: Number) -> Number:
    """The exact quotient, as an integer where it is one."""
    if divisor == 1:
        return number
    if divisor == -1:
        return -number
    result = Fraction(number) / divisor
    return result.numerator if result.denominator == 1 else result


def reduced(rows: Sequence[Sequence[Number]]) -> tuple[Vector, ...]:
    """The reduced row echelon form without zero rows."""
    return extended((), rows)


def extended(echelon: Sequence[Vector], rows: Sequence[Sequence[Number]]) -> tuple[Vector, ...]:
    """The reduced row echelon form of rows in that form and further ones."""
    result = {next(i for i, v in enumerate(row) if v): list(row) for row in echelon}
    for row in rows:
        line = list(row)
        for pivot, other in result.items():
            if line[pivot]:
                _subtract(line, line[pivot], other)
        pivot = next((i for i, v in enumerate(line) if v), -1)
        if pivot < 0:
            continue
        lead = line[pivot]
        line = [quotient(v, lead) if v else v for v in line]
        for other in result.values():
            if other[pivot]:
                _subtract(other, other[pivot], line)
        result[pivot] = line
    return tuple(tuple(result[pivot]) for pivot in sorted(result))


def _subtract(line: list[Number], factor: Number, other: Sequence[Number]) -> None:
    for i, value in enumerate(other):
        if value:
            line[i] -= factor * value
