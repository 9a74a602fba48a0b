"""The closure of a branch, by equations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

import sympy

from rankstrat.algebra.affine import AffineSubspace
from rankstrat.model.model import Chart
from rankstrat.rank.zero import is_zero


@dataclass(frozen=True)
class Closure:
    """A closed set of parameters.

    Attributes:
        equations: expressions in the parameters of the model whose common zeros are the set, up to
            inequalities among the conditions of its branch.
        affine: the set itself, where it is an affine subspace.
        ambient: an affine subspace that contains a curved set; two that do not meet settle an edge.
        decide: whether a point lies in the set, where the equations alone do not say, or are many.
    """

    equations: tuple[sympy.Expr, ...]
    affine: AffineSubspace | None = field(default=None, repr=False)
    ambient: AffineSubspace | None = field(default=None, repr=False, compare=False)
    decide: Callable[[Chart], bool] | None = field(default=None, repr=False, compare=False)

    @property
    def hull(self) -> AffineSubspace | None:
        """An affine subspace that contains the set, if one is known."""
        return self.affine or self.ambient

    def contains(self, point: Chart) -> bool:
        """Whether a point lies in the set.

        Raises:
            TargetError: an irrational point, where inequalities decide.
        """
        if self.decide is not None:
            return self.decide(point)
        if self.affine is not None and all(isinstance(v, int | Fraction) for v in point.raw):
            return self.affine.contains_point([Fraction(v) for v in point.raw])
        values = dict(zip(point.model.parameters, point.values.values(), strict=True))
        return all(is_zero(equation.xreplace(values)) for equation in self.equations)


__all__ = ["Closure"]
