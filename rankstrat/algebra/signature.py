r"""Inertia of symmetric matrices over $\mathbb{Q}$ (exactly) and over balls (certified lower
bounds), by block LDL^T.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

import flint

from rankstrat.algebra import linear
from rankstrat.algebra.linear import Rational
from rankstrat.errors import UndecidedError


class Rationals:
    """Evaluation of programs without functions in exact fractions."""

    def constant(self, value: Rational) -> Fraction:
        """The number itself."""
        return Fraction(value)

    def linear(self, c0: Rational, terms: Sequence[tuple[Rational, Any]]) -> Any:
        """c0 + sum c_i v_i."""
        return Fraction(c0) + sum((c * v for c, v in terms), Fraction(0))

    def product(self, factors: Sequence[tuple[Any, Rational]]) -> Any:
        """prod v_i^{e_i} with whole exponents."""
        total = Fraction(1)
        for v, e in factors:
            if Fraction(e).denominator != 1:
                raise UndecidedError("a root has no exact rational value; use balls")
            total *= v ** int(e)
        return total

    def function(self, name: Hashable, value: Any) -> Any:
        """Piecewise linear functions away from their kink; others have no exact rational values."""
        if name in ("relu", "abs", "sign", "step"):
            if not value:
                raise UndecidedError(
                    f"an argument of {name} is 0 at a sample, where it has no derivative; move the"
                    " sample"
                )
            positive = value > 0
            values = {"relu": value if positive else Fraction(0), "abs": abs(value)}
            return values.get(str(name), Fraction(1 if positive else -1 if name == "sign" else 0))
        raise UndecidedError(f"{name} has no exact rational value; use balls")


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Work with balls of this precision."""
    before = flint.ctx.prec
    flint.ctx.prec = bits
    try:
        yield
    finally:
        flint.ctx.prec = before


def ball(value: Rational) -> Any:
    """A ball around a rational number."""
    return flint.arb(flint.fmpq(*Fraction(value).as_integer_ratio()))


def around_ball(value: Any, exponent: int) -> Any:
    """The ball with the same midpoint and radius 2^exponent."""
    return middle(value) + flint.arb(0, 2.0**exponent)


def middle(value: Any) -> Any:
    """The midpoint as an exact ball."""
    return value.mid()


def approximate(value: Any) -> float:
    """The midpoint as a float."""
    if isinstance(value, int | Fraction):
        return float(value)
    return float(value.mid())


def contains(outer: Any, inner: Any) -> bool:
    """Whether a ball lies in the interior of another."""
    return bool(outer.contains_interior(inner))


def solve(matrix: Sequence[Sequence[Any]], right: Sequence[Any]) -> list[Any] | None:
    """The solution of a square system, in fractions or balls; None when the matrix is not certainly
    invertible.
    """
    size = len(right)
    if all(isinstance(v, Fraction) for row in matrix for v in row) and all(
        isinstance(v, Fraction) for v in right
    ):
        found, rank = linear.solution(matrix, right)
        if rank == size:
            return found
        return None
    try:
        solution = flint.arb_mat([list(row) for row in matrix]).solve(
            flint.arb_mat(size, 1, list(right))
        )
    except ZeroDivisionError:
        return None
    return [solution[i, 0] for i in range(size)]


def signature(matrix: Sequence[Sequence[Any]]) -> tuple[int, int]:
    """Numbers (positive, negative) of eigenvalues: exact for fractions, certain lower bounds for
    balls.

    Diagonal pivots and 2 x 2 pivots of negative determinant; every step adds the inertia of the
    pivot to that of the Schur complement (Haynsworth), so stopping early leaves valid lower bounds.
    """
    a = [list(row) for row in matrix]
    left = list(range(len(a)))
    positive = negative = 0
    while left:
        k = max(left, key=lambda i: abs(approximate(a[i][i])) if _certain(a[i][i]) else -1.0)
        if _certain(a[k][k]) and not _tiny(a, left, k):
            positive, negative = (
                (positive + 1, negative) if a[k][k] > 0 else (positive, negative + 1)
            )
            left.remove(k)
            _eliminate(a, left, [k])
            continue
        pair = _pair(a, left)
        if pair is None:
            if not _certain(a[k][k]):
                break
            positive, negative = (
                (positive + 1, negative) if a[k][k] > 0 else (positive, negative + 1)
            )
            left.remove(k)
            _eliminate(a, left, [k])
            continue
        positive, negative = positive + 1, negative + 1
        left = [i for i in left if i not in pair]
        _eliminate(a, left, list(pair))
    return positive, negative


def _certain(value: Any) -> bool:
    return bool(value > 0 or value < 0)


def _tiny(a: list[list[Any]], left: Sequence[int], k: int) -> bool:
    """Whether an off-diagonal entry of the row is so large that a 2 x 2 pivot is safer."""
    size = abs(approximate(a[k][k]))
    return any(abs(approximate(a[k][j])) > 1e6 * size for j in left if j != k)


def _pair(a: list[list[Any]], left: Sequence[int]) -> tuple[int, int] | None:
    best, found = 0.0, None
    for i in left:
        for j in left:
            if i < j and a[i][j] * a[i][j] > a[i][i] * a[j][j]:
                size = abs(approximate(a[i][j]))
                if size > best:
                    best, found = size, (i, j)
    return found


def _eliminate(a: list[list[Any]], left: Sequence[int], pivot: Sequence[int]) -> None:
    if len(pivot) == 1:
        (k,) = pivot
        inverse = 1 / a[k][k]
        for i in left:
            factor = a[i][k] * inverse
            for j in left:
                a[i][j] = a[i][j] - factor * a[k][j]
        return
    p, q = pivot
    determinant = a[p][p] * a[q][q] - a[p][q] * a[p][q]
    for i in left:
        u = (a[q][q] * a[i][p] - a[p][q] * a[i][q]) / determinant
        v = (a[p][p] * a[i][q] - a[p][q] * a[i][p]) / determinant
        for j in left:
            a[i][j] = a[i][j] - u * a[p][j] - v * a[q][j]


__all__ = [
    "Rationals",
    "approximate",
    "around_ball",
    "ball",
    "contains",
    "middle",
    "precision",
    "signature",
    "solve",
]
