"""Branches of models that are linear in products of single parameters: linear, diagonal and deep
diagonal models.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

import sympy

from rankstrat.errors import OutsideError, TargetError
from rankstrat.families._shared.orbits import rational
from rankstrat.model.model import Chart, Model
from rankstrat.rank.certificate import Verdict
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.zero import is_zero
from rankstrat.targets import (
    CONSTANT,
    AffineSubspace,
    Branch,
    BranchList,
    Candidate,
    Closure,
    RankBounds,
    TargetFunction,
)

MAX_BRANCHES = 4000
Values = dict[sympy.Symbol, sympy.Expr]


def linear_coefficients(model: Model, target: TargetFunction) -> list[Fraction]:
    r"""c with $f^* = \sum_j c_j x_j$.

    Raises:
        TargetError: f* is not a linear form with rational coefficients.
    """
    expression = sympy.expand(target.expressions[0])
    if not expression.is_polynomial(*model.inputs):
        raise TargetError(
            f"the target {expression} is not a polynomial; a linear form in the inputs is needed"
        )
    polynomial = sympy.Poly(expression, *model.inputs)
    others = (c for powers, c in polynomial.terms() if sum(powers) != 1)
    if not all(map(is_zero, others)):  # sin(1)**2 + cos(1)**2 - 1 is one
        raise OutsideError(
            f"the target {expression} is not a linear form in the inputs, so no parameters give it"
        )
    return [rational(polynomial.coeff_monomial(x), f"the coefficient of {x}") for x in model.inputs]


def affine_branch(model: Model, target: TargetFunction) -> BranchList:
    r"""The one branch of a model that is linear in its parameters.

    Raises:
        TargetError: the target is not in the span of the features, or that is not decided with
            rational coefficients.
    """
    difference = sympy.expand(model.outputs[0] - target.expressions[0])
    index = {p: i for i, p in enumerate(model.parameters)}
    equations = []
    if not difference.is_polynomial(*model.inputs):
        equations = _equations_of_span(model, target)
    else:
        for coefficient in sympy.Poly(difference, *model.inputs).coeffs():
            form = sympy.Poly(coefficient, *model.parameters)
            row = {
                index[p]: rational(form.coeff_monomial(p), "a coefficient")
                for p in model.parameters
            }
            equations.append({**row, CONSTANT: rational(form.coeff_monomial(1), "a coefficient")})
    space = AffineSubspace.solve(model.size, equations)
    if space is None:
        raise OutsideError(
            f"the target {target.expressions[0]} is not in the span of the features; choose"
            " another one"
        )
    values = {}
    for pivot, row in space.rows.items():
        terms = (
            -sympy.Rational(c) * (model.parameters[i] if i >= 0 else 1)
            for i, c in row.items()
            if i != pivot
        )
        values[model.parameters[pivot]] = sympy.Add(*terms)
    chart = model.chart(values)
    branch = Branch(
        label="all parameters of the target" if space.dimension else "the only point",
        chart=chart,
        closure=Closure(tuple(p - v for p, v in values.items()), affine=space),
        dimension=space.dimension,
        bounds=RankBounds(
            candidates=partial(_one_point, model, space),
            exhaustive="the tangent functions of a linear model are its features, at every point",
        ),
    )
    return BranchList((branch,), True, "linear equations for the parameters")


def _equations_of_span(model: Model, target: TargetFunction) -> list[dict[int, Fraction]]:
    r"""Equations of $\{a : \sum_i a_i\varphi_i = f^*\}$, from all relations between the features
    and the target.
    """
    t = sympy.Symbol(str(sympy.Dummy("t")))
    wider = Model(
        model.outputs[0] + t * target.expressions[0], [*model.parameters, t], model.inputs
    )
    found = model_rank(wider.point([0] * wider.size))
    vectors = [dict(relation.coefficients) for relation in found.relations]
    rows = [[_coefficient(vector.get(i, 0)) for i in range(wider.size)] for vector in vectors]
    if rows:
        kernel = sympy.Matrix(rows).nullspace()
    else:
        kernel = [sympy.eye(wider.size)[:, i] for i in range(wider.size)]
    if found.verdict is not Verdict.PROVED or len(kernel) != int(found):
        raise TargetError(
            f"the relations between features and target are not all known ({found}); pass"
            " charts=[...]"
        )
    result = []
    for normal in (
        kernel
    ):  # a relation (a, t) with t = -1 is orthogonal to what all relations are orthogonal to
        row = {i: Fraction(int(v.p), int(v.q)) for i, v in enumerate(normal) if v}
        result.append(
            {
                **{i: v for i, v in row.items() if i < model.size},
                CONSTANT: -row.get(model.size, Fraction(0)),
            }
        )
    return result


def _coefficient(value: Any) -> sympy.Rational:
    number = rational(sympy.sympify(value, strict=True), "a coefficient of a relation")
    return sympy.Rational(number.numerator, number.denominator)


def _one_point(model: Model, space: AffineSubspace) -> Iterator[Candidate]:
    yield Candidate(model.point(space.section(dict.fromkeys(space.free, Fraction(0)))))


def product_branches(
    model: Model,
    coefficients: Sequence[Fraction],
    options: Callable[[int, Fraction], list[tuple[str, Values, tuple[sympy.Expr, ...]]]],
    special: Callable[[int, Fraction], Values],
    forced: Chart | None,
) -> BranchList:
    """Branches as products over the inputs of the branches for each coefficient.

    Args:
        model: the model.
        coefficients: of the target.
        options: the branches for one coefficient: a name, the chart, equations.
        special: the point for one coefficient with the fewest tangent functions.
        forced: the model with only the nonzero coefficients, at one of its points.
    """
    lists = [options(j, c) for j, c in enumerate(coefficients)]
    count = math.prod(map(len, lists))
    if count > MAX_BRANCHES:
        raise TargetError(
            f"the target has {count} branches, more than {MAX_BRANCHES}; choose a smaller model"
        )
    least = {k: v for j, c in enumerate(coefficients) for k, v in special(j, c).items()}
    branches: list[Branch] = []
    leaders: dict[Any, Branch] = {}
    for chosen in itertools.product(*lists):
        values = {k: v for _, part, _ in chosen for k, v in part.items()}
        chart = model.chart(values)
        equations = tuple(e for _, _, part in chosen for e in part)
        branch = Branch(
            label=", ".join(name for name, _, _ in chosen),
            chart=chart,
            closure=Closure(equations, affine=AffineSubspace.of(equations, model.parameters)),
            dimension=len(chart.coordinates),
            representative=leaders.get(()),
            bounds=RankBounds(candidates=partial(_least_point, model, least), everywhere=forced),
        )
        leaders.setdefault((), branch)
        branches.append(branch)
    return BranchList(tuple(branches), True, "comparison of the coefficient of every input")


def _least_point(model: Model, least: Values) -> Iterator[Candidate]:
    yield Candidate(model.point({**dict.fromkeys(model.parameters, 0), **least}))
