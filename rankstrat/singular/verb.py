r"""`learning_coefficient`: which theorem decides a point or a branch, and bounds elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import sympy

from rankstrat.deadline import ended, within
from rankstrat.errors import ModelError, OutOfTimeError, PointError, demand
from rankstrat.model.model import Chart
from rankstrat.rank.leaps import may_leap
from rankstrat.rank.verdict import Verdict
from rankstrat.rank.zero import same_functions
from rankstrat.singular.branches import of_branch
from rankstrat.singular.coefficient import LearningCoefficient
from rankstrat.singular.points import of_point
from rankstrat.targets import Branch


def learning_coefficient(
    place: Chart | Branch, *, seed: int = 0, budget: float | None = None
) -> LearningCoefficient:
    r"""$(\lambda, m)$ of $K(\theta) = \mathbb{E}_x |F(\theta)(x) - f^*(x)|^2$ at a point, $f^*$
    the function there, or at almost every point of a branch.

    Inputs are distributed with a density that is positive on the domain, and K is analytic near
    the point. In order of trial: points
    of products of matrices, from ranks; points where K is a sum of squares along a Morse-Bott
    branch; polynomial models of at most eight parameters, by Newton polyhedra, in other coordinates
    if need be; sums of neurons, by moments of clusters; branches where K is of exact order 4 in
    the other directions. Else $[\tfrac r2, \tfrac{\operatorname{codim}}2]$ or
    better, with verdict OPEN.

    Args:
        place: a point of a model, or a branch of a target set.
        seed: names the random choices of the engine.
        budget: seconds after which the bounds found so far come back.

    Raises:
        PointError: a chart with coordinates.
        ModelError: a piecewise model, one whose jumps move, or a fractional power of 0: K is not
            analytic.

    References:
        docs/singular.md; AoyagiWatanabe2005; Aoyagi2024; Watanabe2009; Lin2011.

    Example:
        >>> from rankstrat.families import matrix_factorization
        >>> F = matrix_factorization(rows=2, inner=2, columns=2)
        >>> found = learning_coefficient(F.point(A=[[1, 0], [0, 0]], B=[[1, 0], [0, 0]]))
        >>> found.value, found.multiplicity
        (Fraction(2, 1), 2)
    """
    demand(
        place,
        Chart | Branch,
        PointError,
        "a point or a branch",
        "try model.point(...), or a branch of target_set(model, target)",
    )
    if place.model.compiled.piecewise:
        raise ModelError(
            f"{place.model} is piecewise; a model that is analytic in its parameters is needed,"
            " for the learning coefficient is defined by a pole; use one region, as a polynomial"
        )
    if may_leap(place.model):
        raise ModelError(
            f"{place.model} may jump at inputs that move with the parameters; a model that is"
            " analytic in its parameters is needed; write it without jumps"
        )
    if isinstance(place, Chart) and not place.is_point:
        raise PointError(
            f"{place} has coordinates; a point or a branch is needed; use chart.at(...)"
        )
    chart = place.typical if isinstance(place, Branch) else place
    _check_powers(chart)
    best = LearningCoefficient(
        chart,
        Fraction(0),
        Fraction(place.codimension if isinstance(place, Branch) else place.model.size, 2),
        None,
        Verdict.OPEN,
        "half the codimension (docs/singular.md#bounds)",
    )
    with within(budget):
        try:
            for found in _steps(place, seed):
                best = found
        except OutOfTimeError as error:
            return replace(best, reason=f"{best.reason}; {ended(error)}")
    return best


def _steps(place: Chart | Branch, seed: int) -> Iterator[LearningCoefficient]:
    if isinstance(place, Branch):
        return of_branch(place, seed)
    return of_point(place, seed)


def _check_powers(point: Chart) -> None:
    """Refuse a fractional power of an expression in the parameters that is 0 at the point, or
    everywhere on a chart.
    """
    model, zero = point.model, (sympy.Integer(0),)
    parameters = set(model.parameters)
    for output in model.outputs:
        for power in output.atoms(sympy.Pow):
            if power.exp.is_integer or not power.base.free_symbols & parameters:
                continue
            base = power.base.xreplace(point.values)
            found = same_functions(
                (base,), zero, model.inputs, point.coordinates, constants=model.constants
            )
            if found:
                raise ModelError(
                    f"{power} is a fractional power of 0 at {point}; a model that is analytic"
                    " there is needed, for the learning coefficient is defined by a pole; choose"
                    " another point"
                )


__all__ = ["learning_coefficient"]
