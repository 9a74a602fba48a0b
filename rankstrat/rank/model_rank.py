r"""The model rank $r(\theta) = \dim \operatorname{span}\{\partial_{\theta_i} F(\theta)(\cdot)\}$,
computed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import Any

from rankstrat.algebra.powers import normal
from rankstrat.algebra.program import Program
from rankstrat.deadline import ended, most, within
from rankstrat.errors import (
    BudgetError,
    DataError,
    ModelError,
    OutOfTimeError,
    PointError,
    PoleError,
    UndecidedError,
    demand,
)
from rankstrat.model.model import Chart, Model
from rankstrat.model.values import exact_scalar
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.removable import seems_removable
from rankstrat.rank.search import Analysis, Evidence, UpperBound, indices
from rankstrat.rank.upper_bounds import Nodes
from rankstrat.rank.verdict import Relation, Verdict
from rankstrat.waiting import waiting

MAX_PARAMETERS = 20_000
REMOVABLE = (
    "; the pole seems removable, as the outputs have a limit and slopes on random curves into the"
    " point: a model that is written without it has a rank there"
)


def model_rank(
    chart: Chart | Model,
    *,
    seed: int = 0,
    evidence: Sequence[UpperBound] = (),
    subset: Sequence[int] | None = None,
    budget: float | None = None,
) -> RankCertificate:
    r"""$\dim \operatorname{span}\{\partial F/\partial\theta_i(\theta)(\cdot)\}$ over the constants,
    with a certificate.

    On a chart this is the rank at its generic point. The lower bound is a minor that is nonzero
    modulo a prime (or enclosed away from zero by balls), the upper bound a set of verified
    relations, the number of parameters or outputs, or the given evidence; failing these, a
    Schwartz-Zippel bound with an explicit error.

    Args:
        chart: a point or chart; a model stands for its generic chart.
        seed: names the random primes and samples; the same seed gives the same certificate
            everywhere.
        evidence: upper bounds proved elsewhere.
        subset: indices of the free parameters; the others are frozen (all are free by default).
        budget: seconds after which the bounds found so far come back, OPEN unless they meet.

    Where the independence of two functions, or whether the model is defined, is not decided, the
    bounds that do not need it come back, with the reason.

    Raises:
        PoleError: the model is not defined on the chart.

    References:
        LLR Definition 4.

    Example:
        >>> import sympy
        >>> a, w, x = sympy.symbols("a w x")
        >>> int(model_rank(Model(a * sympy.tanh(w * x), [a, w], [x]).point({a: 1, w: 2})))
        2
    """
    _refuse_too_large(chart)
    demand(evidence, Sequence, DataError, "a list of upper bounds", "write [mapping.bound(start)]")
    for bound in evidence:
        demand(
            bound, UpperBound, DataError, "a list of upper bounds", "write [mapping.bound(start)]"
        )
    return _certify(
        chart.generic() if isinstance(chart, Model) else chart, None, seed, evidence, subset, budget
    )


def _refuse_too_large(chart: Chart | Model) -> None:
    demand(
        chart,
        Chart | Model,
        ModelError,
        "a Model, or a point or chart of one,",
        "try model.point(...)",
    )
    model = chart if isinstance(chart, Model) else chart.model
    if model.size > MAX_PARAMETERS:
        raise BudgetError(
            f"a model with {model.size} parameters was given; at most {MAX_PARAMETERS} are"
            " eliminated exactly; use rank_by_lemma for two-layer models"
        )


def region_rank(
    chart: Chart, at: Sequence[int | Fraction], *, seed: int = 0, budget: float | None = None
) -> RankCertificate:
    r"""The rank of the tangent functions restricted to the linear region of a piecewise model that
    contains an input.

    For a model that is analytic everywhere this is the model rank.

    Args:
        chart: a point.
        at: d exact numbers, off the kinks.
        seed: as in `model_rank`.
        budget: as in `model_rank`.

    Raises:
        DataError: the input lies on a kink, or has the wrong length.
        UnsupportedFunctionError: a chart with coordinates, whose regions are not fixed.

    Example:
        >>> import sympy
        >>> a, b, x = sympy.symbols("a b x")
        >>> F = Model(a * sympy.Max(0, x) + b * sympy.Max(0, x - 1), [a, b], [x])
        >>> [int(region_rank(F.point([1, 1]), [v])) for v in (-1, Fraction(1, 2), 2)]
        [0, 1, 2]
    """
    demand(chart, Chart, DataError, "a point of a model", "try model.point(...)")
    demand(
        at,
        Iterable,
        DataError,
        "one input",
        "write [1, 2], an exact number for each of the model's inputs",
    )
    point = tuple(_coordinate(k, v) for k, v in enumerate(at))
    if len(point) != len(chart.model.inputs):
        raise DataError(
            f"an input of length {len(point)} was given; the model has {len(chart.model.inputs)}"
            " inputs"
        )
    return _certify(chart, point, seed, (), None, budget)


def _coordinate(k: int, given: Any) -> Fraction:
    value = exact_scalar(f"input {k + 1}", given)
    if not isinstance(value, int | Fraction):
        raise DataError(
            f"input {k + 1} = {given} is not rational; a rational number is needed; take one in the"
            " same region, which is an open set"
        )
    return Fraction(value)


def _certify(
    chart: Chart,
    region: tuple[Fraction, ...] | None,
    seed: int,
    evidence: Sequence[UpperBound],
    subset: Sequence[int] | None,
    budget: float | None,
) -> RankCertificate:
    if not isinstance(seed, int):
        raise PointError(f"the seed {seed!r} is not an integer; give an int such as 0")
    free = None if subset is None else indices(subset, chart.model.size)
    found = Evidence(0, chart.model.size if free is None else len(free), "parameters")
    relations: tuple[Relation, ...] = ()
    differentiable: bool | None = None
    analysis, defined, stopped, largest = None, False, "", False
    with waiting("model rank"), within(budget):
        try:
            with most():  # of the time; the rest is for bounds that are found without generators
                analysis = Analysis(chart, seed, region, free)
                analysis.require_defined()
                stopped = analysis.setting.cancelling
                if not stopped:
                    found, defined = analysis.so_far(), True
                    found = analysis.evidence(evidence)
                    relations = _relations(analysis, found.relations)
                    differentiable = analysis.setting.differentiable
        except PoleError as error:
            if seems_removable(chart):
                raise PoleError(f"{error}{REMOVABLE}") from None
            raise
        except (OutOfTimeError, UndecidedError) as error:
            stopped = ended(error)
            if analysis is not None and defined and not found.minor:
                found = analysis.without_tower()
        if analysis is not None:
            largest = analysis.is_largest(found.minor)
    verdict = Verdict.PROVED
    if found.lower < found.upper:
        verdict = Verdict.OPEN
    elif found.reason == "schwartz-zippel":
        verdict = Verdict.PROBABLE
    return RankCertificate(
        chart,
        found.lower,
        found.upper,
        verdict,
        found.minor,
        found.reason,
        relations,
        found.error,
        found.hypotheses,
        seed,
        region,
        free,
        tuple(evidence),
        differentiable=differentiable,
        largest=largest,
        ended=stopped,
    )


def _primitive(program: Program, pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The coefficients of a relation times a rational number that makes their contents coprime
    integers.
    """
    contents = [Fraction(program.content(c)[0]) for _, c in pairs]
    scale = Fraction(
        lcm(*(c.denominator for c in contents)), gcd(*(c.numerator for c in contents)) or 1
    )
    return [(i, program.scale(normal(scale), c)) for i, c in pairs]


def _relations(analysis: Analysis, nodes: Mapping[int, Nodes]) -> tuple[Relation, ...]:
    if not nodes:
        return ()
    tangents = analysis.tangents
    names = tuple(str(p) for p in analysis.chart.model.parameters)
    result = []
    for parameter, relation in sorted(nodes.items()):
        pairs = _primitive(tangents.program, sorted(relation.coefficients.items()))
        values = [tangents.program.value(c) for _, c in pairs]
        symbolic = iter(
            tangents.expressions([c for (_, c), v in zip(pairs, values, strict=True) if v is None])
        )
        result.append(
            Relation(
                parameter,
                tuple(
                    (i, next(symbolic) if v is None else v)
                    for (i, _), v in zip(pairs, values, strict=True)
                ),
                names,
            )
        )
    return tuple(result)


__all__ = ["model_rank", "region_rank"]
