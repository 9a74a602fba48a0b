r"""Whether every solution that the search finds lies on a listed branch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import sympy

from rankstrat.errors import BudgetError, TargetError, UndecidedError
from rankstrat.model.model import Chart, Model
from rankstrat.targets.branch import Branch, TargetFunction
from rankstrat.targets.challenge.solutions import (
    Equation,
    Floats,
    integer_solutions,
    newton_solutions,
)

LARGEST, MOST_KEPT, MOST_BRANCHES = 24, 400, 1000
APART = 0.05


@dataclass(frozen=True)
class Objection:
    """A claim that does not hold.

    Attributes:
        claim: what was claimed, and of what.
        found: what was found instead, and where.
        exact: whether it was found at an exact point, not at a float.
    """

    claim: str
    found: str
    exact: bool = True

    def __str__(self) -> str:
        return f"{self.claim}, but {self.found}"


@dataclass(frozen=True)
class Witnesses:
    """Solutions of a target that were found without its list of branches.

    Attributes:
        points: exact solutions.
        floats: numerical solutions, shape (n, M).
        outside: an objection to completeness, if one lies on no branch.
    """

    points: tuple[Chart, ...]
    floats: Floats = field(repr=False, compare=False)
    outside: Objection | None

    @property
    def count(self) -> int:
        """The number of solutions."""
        return len(self.points) + len(self.floats)


def witnesses(
    model: Model,
    target: TargetFunction,
    branches: Sequence[Branch],
    *,
    budget: int = 20_000,
    starts: int = 32,
    seed: int = 0,
) -> Witnesses:
    """Solutions by brute force and by Newton's method, and one outside all branches, if there is
    one.

    Args:
        model: F.
        target: f*.
        branches: the list.
        budget: how many points with small values are tried.
        starts: how many random starts Newton's method has.
        seed: names the random choices.
    """
    nothing = np.empty((0, model.size))
    if model.size > LARGEST or len(branches) > MOST_BRANCHES:
        return Witnesses((), nothing, None)
    equation = Equation(model, target, seed)
    found: list[Chart] = []
    outside: Objection | None = None
    for point in integer_solutions(equation, _known(target, model, branches), budget=budget):
        found.append(point)
        if _on_none(branches, point):
            outside = Objection("the list is said to be complete", f"{point} is on no branch of it")
        if outside is not None or len(found) == MOST_KEPT:
            break
    floats = newton_solutions(equation, starts=starts)
    if outside is None:
        outside = _outside(branches, floats)
    return Witnesses(tuple(found), floats, outside)


def _outside(branches: Sequence[Branch], floats: Floats) -> Objection | None:
    """A numerical solution that is far from every branch."""
    for theta in floats:
        if all(_is_away(b, theta) for b in branches):
            values = ", ".join(f"{v:.6g}" for v in theta)
            return Objection(
                "the list is said to be complete",
                f"({values}) is a numerical solution on no branch of it",
                exact=False,
            )
    return None


def _known(
    target: TargetFunction, model: Model, branches: Sequence[Branch]
) -> list[list[Fraction]]:
    """Rational solutions to start from: the target's own point and points of the branches."""
    points = [target.point] if target.point is not None and target.point.model == model else []
    for branch in branches[:12]:
        try:
            points.append(branch.sample(size=3))
        except TargetError:
            continue
    result = []
    for point in points:
        values = [sympy.sympify(v, strict=True) for v in point.raw]
        if all(v.is_Rational for v in values):
            result.append([Fraction(int(v.p), int(v.q)) for v in values])
    return result


def _on_none(branches: Sequence[Branch], point: Chart) -> bool:
    """Whether a point is on no branch; a branch that does not decide may contain it."""
    try:
        return not any(branch.contains(point) for branch in branches)
    except (BudgetError, TargetError, UndecidedError):
        return False


def _is_away(branch: Branch, theta: Floats) -> bool:
    """Whether a float point is clearly off the closure of a branch; False where floats do not
    tell.
    """
    size = 1.0 + float(np.max(np.abs(theta)))
    if branch.affine is not None:
        return branch.distance(theta.tolist()) > APART * size
    if branch.closure.decide is not None or not branch.equations:
        return False
    values = dict(zip(branch.model.parameters, map(sympy.Float, theta), strict=True))
    gaps = [abs(sympy.N(e.xreplace(values))) for e in branch.equations]
    return any(g.is_comparable and float(g) > APART for g in gaps)


__all__ = ["Objection", "Witnesses", "witnesses"]
