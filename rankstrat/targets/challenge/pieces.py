r"""What each branch says of itself: its chart, its dimension, its least rank, its twin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
import sympy

from rankstrat.errors import (
    BudgetError,
    PoleError,
    RankstratError,
    TargetError,
    UndecidedError,
    UnsupportedFunctionError,
)
from rankstrat.model.model import Chart, Model
from rankstrat.rank.fibres import fibre_bound
from rankstrat.rank.model_rank import model_rank
from rankstrat.targets.branch import Branch, TargetFunction
from rankstrat.targets.challenge.lists import Objection, Witnesses
from rankstrat.targets.challenge.solutions import CLOSE, Equation

MOST_PIECES, MOST_POINTS, SPECIAL = 12, 24, (0, 1, -1, 2)


def objections(
    model: Model,
    target: TargetFunction,
    branches: Sequence[Branch],
    found: Witnesses,
    *,
    seed: int = 0,
) -> Iterator[Objection]:
    """What does not hold of single branches, and of pairs of them.

    Args:
        model: F.
        target: f*.
        branches: the list.
        found: solutions found without it.
        seed: names the random choices.
    """
    equation = Equation(model, target, seed)
    yield from _twice(branches)
    for branch in branches[:MOST_PIECES]:
        own = _samples(branch, seed)
        yield from _off_target(branch, own, equation)
        yield from _dimension(branch, own, seed)
        yield from _closed(branch, own, equation, seed)
        yield from _twin(branch, own, seed)
        yield from _least(branch, [*own, *_special(branch), *_near(branch, found)], seed)


def _samples(branch: Branch, seed: int) -> list[Chart]:
    try:
        return [branch.sample(seed=seed + k) for k in range(2)]
    except TargetError:  # no point with small coordinates
        return []


def _twice(branches: Sequence[Branch]) -> Iterator[Objection]:
    """A piece of one shape listed twice, and labels that are not distinct."""
    labels = [b.label for b in branches]
    shapes: dict[object, str] = {}
    if len(set(labels)) < len(labels):
        name = next(label for label in labels if labels.count(label) > 1)
        yield Objection("every branch is said to be listed once", f"{name} is listed twice")
    for branch in branches:
        if branch.affine is None:
            continue
        key = frozenset(
            (pivot, frozenset(row.items())) for pivot, row in branch.affine.rows.items()
        )
        other = shapes.setdefault(key, branch.label)
        if other != branch.label:
            yield Objection(
                "every branch is said to be listed once",
                f"{other} and {branch.label} are one affine subspace",
            )


def _off_target(branch: Branch, own: Sequence[Chart], equation: Equation) -> Iterator[Objection]:
    """Points of a branch have the target as their function and lie in its closure."""
    for point in own:
        floats = np.array([[float(v) for v in point.values.values()]])
        gap = np.max(np.abs(equation.gaps(floats)))
        size = equation.scale * (1.0 + float(np.abs(floats).max())) ** 2
        if np.isfinite(gap) and gap > 100 * CLOSE * size and equation.holds(point) is not True:
            yield Objection(
                f"the chart of {branch.label} is said to give the target", f"{point} does not"
            )
        if not _contains(branch, point):
            yield Objection(
                f"{branch.label} is said to be the closure of its chart", f"{point} is not in it"
            )
        hull = branch.closure.ambient
        rational = [sympy.sympify(v, strict=True) for v in point.raw]
        if hull is None or not all(v.is_Rational for v in rational):
            continue
        if not hull.contains_point([Fraction(int(v.p), int(v.q)) for v in rational]):
            yield Objection(
                f"{branch.label} is said to lie in an affine subspace", f"{point} does not"
            )


def _contains(branch: Branch, point: Chart) -> bool:
    try:
        return branch.contains(point)
    except (BudgetError, UndecidedError, TargetError):
        return True


def _dimension(branch: Branch, own: Sequence[Chart], seed: int) -> Iterator[Objection]:
    r"""The dimension lies between that of the chart's image and that of the tangent space at its
    points.

    The target set has at most dimension M - r near a point of rank r, and M - rank of the
    derivative of the equations.
    """
    model, claim = branch.model, f"{branch.label} is said to have dimension {branch.dimension}"
    if branch.affine is not None and branch.affine.dimension != branch.dimension:
        yield Objection(claim, f"its affine subspace has dimension {branch.affine.dimension}")
    coordinates = branch.chart.coordinates
    if coordinates:
        image = Model(list(branch.chart.values.values()), coordinates)
        low = model_rank(image, seed=seed).lower
        if low > branch.dimension:
            yield Objection(claim, f"the image of its chart has dimension {low}")
    equations = [e for e in branch.equations if e.free_symbols]
    for point in own[:1]:
        high = fibre_bound(point, seed=seed)
        if equations:
            try:
                closure = Model(equations, model.parameters).point(list(point.raw))
                high = min(high, fibre_bound(closure, seed=seed))
            except RankstratError:  # equations that the engine does not take as a model
                pass
        if branch.dimension > high:
            yield Objection(claim, f"at {point} the target set has at most dimension {high}")


def _closed(
    branch: Branch, own: Sequence[Chart], equation: Equation, seed: int
) -> Iterator[Objection]:
    """A point in the closure has the target as its function: points beside the branch are not in
    it.
    """
    source = np.random.default_rng(seed)
    for point in own[:1]:
        for _ in range(3):
            moved = [
                sympy.sympify(v, strict=True) + int(d)
                for v, d in zip(point.raw, source.integers(1, 9, len(point.raw)), strict=True)
            ]
            other = branch.model.point(moved)
            if _contains(branch, other) and equation.holds(other) is False:
                yield Objection(
                    f"{branch.label} is said to have the target as its function",
                    f"it contains {other}, which has not",
                )
                return


def _twin(branch: Branch, own: Sequence[Chart], seed: int) -> Iterator[Objection]:
    """A symmetric copy has the dimension and the rank of the original."""
    twin = branch.representative
    if twin is None:
        return
    theirs = _samples(twin, seed)
    if twin.dimension != branch.dimension:
        yield Objection(
            f"{branch.label} is said to be a copy of {twin.label}",
            f"their dimensions are {branch.dimension} and {twin.dimension}",
        )
    if own and theirs:
        one, two = (model_rank(p, seed=seed) for p in (own[0], theirs[0]))
        if (one.upper < two.lower or two.upper < one.lower) and branch.affine is not None:
            yield Objection(
                f"{branch.label} is said to be a copy of {twin.label}",
                f"the ranks at {own[0]} and {theirs[0]} are {one.lower} and {two.lower}",
            )


def _special(branch: Branch) -> Iterator[Chart]:
    """Points of a chart where coordinates vanish or are equal."""
    coordinates = branch.chart.coordinates
    for turn, value in enumerate(SPECIAL):
        for other in SPECIAL:
            values = {u: value if (k + turn) % 2 == 0 else other for k, u in enumerate(coordinates)}
            try:
                yield branch.chart.at(values) if values else branch.chart
            except (ZeroDivisionError, RankstratError):  # a pole of the chart
                continue


def _near(branch: Branch, found: Witnesses) -> Iterator[Chart]:
    """Solutions found elsewhere that lie on the branch."""
    for point in found.points[: 4 * MOST_POINTS]:
        try:
            if branch.contains(point):
                yield point
        except (BudgetError, UndecidedError, TargetError):
            continue


def _least(branch: Branch, points: Sequence[Chart], seed: int) -> Iterator[Objection]:
    """No point of the branch has a rank below its least one, and none above the generic one."""
    try:
        least, generic = branch.minimum, branch.certificate
    except (UndecidedError, UnsupportedFunctionError, BudgetError):
        return
    except TargetError as contradiction:
        yield Objection(f"{branch.label} is said to have a least rank", str(contradiction))
        return
    seen: set[object] = set()
    for point in points:
        if len(seen) == MOST_POINTS:
            return
        if point.raw in seen or not point.is_point:
            continue
        seen.add(tuple(point.raw))
        try:
            rank = model_rank(point, seed=seed)
        except PoleError:
            continue
        if rank.upper < max(least.lower, branch.forced_rank):
            yield Objection(
                f"{branch.label} is said to have the least rank {least.lower}",
                f"the rank at {point} is {rank.upper}",
            )
            return
        if branch.affine is not None and rank.lower > generic.upper:
            yield Objection(
                f"{branch.label} is said to have the generic rank {generic.upper}",
                f"the rank at {point} is {rank.lower}",
            )
            return


__all__ = ["objections"]
