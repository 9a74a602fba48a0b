r"""Linear conditions, their echelon forms, and signed permutations acting on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import sympy

from rankstrat.algebra.affine import AffineSubspace
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


def equations_in_words(
    equations: Sequence[sympy.Expr], parameters: Sequence[sympy.Symbol]
) -> tuple[Math, ...]:
    """Equations as they are written: affine ones solved for early parameters, equal values in one
    chain.
    """
    late = tuple(reversed(parameters))
    affine = [e for e in equations if sympy.Poly(e, *late).total_degree() == 1]
    space = AffineSubspace.of(affine, late)
    assert space is not None  # the equations hold somewhere
    chains: dict[sympy.Expr, list[sympy.Symbol]] = {}
    for pivot in sorted(space.rows, reverse=True):
        row = space.rows[pivot]
        rest = (
            -sympy.Rational(c) * (late[i] if i >= 0 else 1) for i, c in row.items() if i != pivot
        )
        chains.setdefault(sympy.Add(*rest), []).append(late[pivot])
    words = []
    for value, symbols in chains.items():
        chain = [*symbols, value]
        words.append(Math(" = ".join(map(str, chain)), " = ".join(map(sympy.latex, chain))))
    for equation in equations:
        if equation not in affine:
            shown = -equation if equation.could_extract_minus_sign() else equation
            words.append(Math(f"{shown} = 0", f"{sympy.latex(shown)} = 0"))
    return tuple(words)
