r"""Affine subspaces of $\mathbb{Q}^M$ by exact sparse elimination: intersections, containment,
sections.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import sympy

from rankstrat.algebra.linear import Echelon, Row
from rankstrat.errors import TargetError

CONSTANT = -1
"""The key of the constant term in a row: sum_i c_i t_i + c_{-1} = 0."""


def expression(row: Mapping[int, Fraction], variables: Sequence[sympy.Symbol]) -> sympy.Expr:
    """A row as an expression in the variables.

    Example:
        >>> expression({0: Fraction(1, 2), CONSTANT: Fraction(3)}, [sympy.Symbol("t")])
        t/2 + 3
    """
    terms = [sympy.Rational(c) * variables[i] for i, c in row.items() if i != CONSTANT]
    return sympy.Add(*terms, sympy.Rational(row.get(CONSTANT, 0)))


def _sum_of_terms(form: sympy.Expr, places: Mapping[sympy.Symbol, int]) -> Row | None:
    """A sum of rational multiples of variables, as it is written; None for any other form."""
    row: dict[int, Fraction] = {}
    for term in sympy.Add.make_args(form):
        factor, rest = term.as_coeff_Mul()
        place = CONSTANT if rest == 1 else places.get(rest)
        if place is None or not factor.is_Rational:
            return None
        row[place] = row.get(place, Fraction(0)) + Fraction(int(factor.p), int(factor.q))
    return {i: c for i, c in row.items() if c}


@dataclass(frozen=True)
class AffineSubspace:
    r"""$\{t \in \mathbb{R}^M : \sum_i c_{ji} t_i + c_{j,-1} = 0 \text{ for all } j\}$, in reduced
    echelon form.

    Attributes:
        size: the dimension M of the space around it.
        rows: pivot variable -> its equation (coefficient 1 at the pivot, no other pivot in it).

    Example:
        >>> line = AffineSubspace.solve(2, [{0: 1, 1: 1, -1: -1}])  # t_0 + t_1 = 1
        >>> line.dimension, line.contains_point([Fraction(1, 3), Fraction(2, 3)])
        (1, True)
        >>> AffineSubspace.solve(2, [{0: 1}, {0: 1, -1: -1}]) is None
        True
    """

    size: int
    rows: Mapping[int, Row] = field(repr=False, hash=False)

    @classmethod
    def solve(
        cls, size: int, equations: Sequence[Mapping[int, Fraction | int]]
    ) -> AffineSubspace | None:
        """The solutions of linear equations; None if there are none."""
        return cls(size, {}).cut(equations)

    def cut(self, equations: Sequence[Mapping[int, Fraction | int]]) -> AffineSubspace | None:
        """The points that also satisfy more equations; None if there are none."""
        # the last variable is solved for, so early ones stay coordinates
        echelon = Echelon(self.rows, last=True)
        for equation in equations:
            if echelon.add(equation) == CONSTANT:
                return None
        return AffineSubspace(self.size, echelon.rows)

    @classmethod
    def of(
        cls, equations: Sequence[sympy.Expr], variables: Sequence[sympy.Symbol]
    ) -> AffineSubspace | None:
        """The solutions of affine equations with rational coefficients; None if one is not of that
        kind.
        """
        rows, places = [], {v: i for i, v in enumerate(variables)}
        for equation in equations:
            known = _sum_of_terms(equation, places)
            if known is not None:
                rows.append(known)
                continue
            # an equation of a wide network contains few of its parameters
            present = [v for v in equation.free_symbols if v in places]
            if not equation.is_polynomial(*present):
                return None
            form = sympy.Poly(equation, *(present or [sympy.Dummy()]))
            if form.total_degree() > 1 or not all(c.is_Rational for c in form.coeffs()):
                return None
            row = {places[v]: form.coeff_monomial(v) for v in present}
            row[CONSTANT] = form.coeff_monomial(1)
            rows.append({i: Fraction(int(c.p), int(c.q)) for i, c in row.items() if c})
        return cls.solve(len(variables), rows)

    @property
    def dimension(self) -> int:
        """M minus the number of independent equations."""
        return self.size - len(self.rows)

    @cached_property
    def free(self) -> tuple[int, ...]:
        """The variables that serve as coordinates."""
        return tuple(i for i in range(self.size) if i not in self.rows)

    def intersect(self, other: AffineSubspace) -> AffineSubspace | None:
        """The common points; None if there are none."""
        small, large = sorted((self, other), key=lambda s: len(s.rows))
        return large.cut(list(small.rows.values()))

    def reduce(self, row: Mapping[int, Fraction]) -> Row:
        """An affine function on the subspace in terms of the free variables."""
        return Echelon(self.rows, last=True).rest(row)

    def contains(self, other: AffineSubspace) -> bool:
        """Whether every point of the other subspace is in this one."""
        echelon = Echelon(other.rows, last=True)
        return all(not echelon.rest(row) for row in self.rows.values())

    def contains_point(self, point: Sequence[Fraction | int]) -> bool:
        """Whether a rational point satisfies every equation."""
        return all(
            sum(c * (point[i] if i != CONSTANT else 1) for i, c in row.items()) == 0
            for row in self.rows.values()
        )

    def section(self, values: Mapping[int, Fraction | int]) -> list[Fraction]:
        """The point with the given values of the free variables.

        Raises:
            TargetError: a value is missing.
        """
        missing = [i for i in self.free if i not in values]
        if missing:
            raise TargetError(
                f"no value for the free variable number {missing[0]}; give one for each of"
                f" {self.free}"
            )
        result = [Fraction(values.get(i, 0)) for i in range(self.size)]
        for pivot, row in self.rows.items():
            result[pivot] = -sum(
                (c * (result[i] if i != CONSTANT else 1) for i, c in row.items() if i != pivot),
                Fraction(0),
            )
        return result
