r"""Something of the target set of any model: points, their orbits under verified symmetries, and
bounds from both sides.

Nothing is complete here. Points are the target's own and what a search among small numbers finds;
each orbit is a chart. The local dimension lies between that of the orbit and $M - r$.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

import sympy

from rankstrat.deadline import half, interruptible
from rankstrat.errors import (
    BudgetError,
    ModelError,
    OutOfTimeError,
    TargetError,
    UndecidedError,
    UnsupportedFunctionError,
)
from rankstrat.model.model import Chart, Model
from rankstrat.model.values import counted
from rankstrat.rank.defined import has_function
from rankstrat.rank.fibres import fibre_bound
from rankstrat.rank.model_rank import model_rank
from rankstrat.symmetry import Symmetry, symmetries
from rankstrat.targets.branch import Branch, BranchList, TargetFunction
from rankstrat.targets.challenge.solutions import Equation, integer_solutions
from rankstrat.targets.forced import forced_functions
from rankstrat.targets.given import given_branches
from rankstrat.targets.least_rank import RankBounds

LARGEST, MOST_POINTS, MOST_COPIES, BUDGET = 24, 40, 24, 20_000


def general_branches(model: Model, target: TargetFunction, *, seed: int = 0) -> BranchList:
    r"""The orbits of the target's own point and of one of least rank among those that are found.

    Args:
        model: F.
        target: f*.
        seed: names the random choices.

    Raises:
        TargetError: no parameters of the target are known or found.
    """
    points = list(_points(model, target, seed))
    if not points:
        raise TargetError(
            f"no parameters of {model} with this target are known, and none were found among small"
            " numbers; give a point of the model as the target, or pass charts=[...]"
        )
    ranks = [model_rank(p, seed=seed).upper for p in points]
    least = points[min(range(len(points)), key=ranks.__getitem__)]
    group = symmetries(model) if model.size <= LARGEST else ()
    bounds = RankBounds(everywhere=_forced(model, target))
    branches: list[Branch] = []
    for point in dict.fromkeys((points[0], least)):
        if not any(_holds(b, point) for b in branches):
            branches += _orbit(model, target, point, group, bounds, len(branches))
    basis = (
        f"{counted(len(branches), 'orbit')} of known points under the symmetries of the model,"
        " each verified; others may exist"
    )
    own = branches[0]
    high = fibre_bound(own.typical)
    if high == own.dimension:
        basis += f"; at the first one the target set has dimension {high}"
    else:
        basis += f"; at the first one its dimension is {own.dimension} to {high}"
    return BranchList(tuple(branches), False, basis)


def _forced(model: Model, target: TargetFunction) -> Chart | None:
    """Tangent functions that every point has; none where there is no time for them."""
    try:
        with half(), interruptible("tangent functions at all points were known"):
            return forced_functions(model, target)
    except OutOfTimeError:
        return None


def _points(model: Model, target: TargetFunction, seed: int) -> Iterator[Chart]:
    """The target's own point, then others among small numbers."""
    own = target.point if target.point is not None and target.point.model == model else None
    if own is not None:
        yield own
    if model.size > LARGEST:
        return
    values = [] if own is None else [sympy.sympify(v, strict=True) for v in own.raw]
    start = []
    if values and all(v.is_Rational for v in values):
        start = [[Fraction(int(v.p), int(v.q)) for v in values]]
    equation = Equation(model, target, seed)
    yield from itertools.islice(integer_solutions(equation, start, budget=BUDGET), MOST_POINTS)


def _holds(branch: Branch, point: Chart) -> bool:
    try:
        return branch.contains(point)
    except (BudgetError, TargetError, UndecidedError):
        return False


def _orbit(
    model: Model,
    target: TargetFunction,
    point: Chart,
    group: Sequence[Symmetry],
    bounds: RankBounds,
    number: int,
) -> Iterator[Branch]:
    """The connected orbit of a point as a branch, and its images under the signed permutations."""
    chart = _chart(model, target, point, [g for g in group if not g.orthogonal])
    turns = [g for g in group if g.orthogonal]
    charts, seen = [chart], {tuple(chart.values.values())}
    for current in charts:
        for g in turns:
            raw = [g.values.get(p, p).xreplace(current.values) for p in model.parameters]
            image = model.chart(dict(zip(model.parameters, raw, strict=True)))
            key = tuple(image.values.values())
            if key not in seen and len(charts) < MOST_COPIES:
                seen.add(key)
                charts.append(image)
    first: Branch | None = None
    for count, branch in enumerate(_distinct(given_branches(model, target, charts).branches)):
        whole = branch.dimension == fibre_bound(branch.typical)
        found = replace(
            branch,
            label=f"orbit {number + count + 1}",
            bounds=bounds,
            representative=first,
            is_component=whole,
        )
        first = first or found
        yield found


def _distinct(branches: Sequence[Branch]) -> list[Branch]:
    """One branch of those with one affine subspace: a scaling has images of both signs."""
    kept: list[Branch] = []
    for branch in branches:
        rows = None if branch.affine is None else branch.affine.rows
        if rows is None or all(b.affine is None or b.affine.rows != rows for b in kept):
            kept.append(branch)
    return kept


def _chart(model: Model, target: TargetFunction, point: Chart, group: Sequence[Symmetry]) -> Chart:
    """The orbit under scalings and shears; coordinates that do not move the point are left out."""
    values = dict(point.values)
    taken = {str(s) for s in (*model.parameters, *model.inputs, *model.constants)}
    dimension = 0
    for number, g in enumerate(group, start=1):
        assert g.symbol is not None
        name = f"t{number}"
        while name in taken:
            name += "_"
        t = sympy.Symbol(name)
        moved = {p: g.values.get(p, p).xreplace({g.symbol: t, **values}) for p in model.parameters}
        symbols = sorted({s for v in moved.values() for s in v.free_symbols}, key=str)
        if not symbols:
            continue
        size = model_rank(Model(list(moved.values()), symbols)).lower
        if size > dimension and _is_target(model, target, moved):
            values, dimension = moved, size
    return model.chart(values)


def _is_target(
    model: Model, target: TargetFunction, values: dict[sympy.Symbol, sympy.Expr]
) -> bool:
    try:
        return has_function(model.chart(values), target.expressions)
    except (BudgetError, UndecidedError, UnsupportedFunctionError, ModelError):
        return False


__all__ = ["general_branches"]
