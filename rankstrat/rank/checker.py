"""Recomputing the witnesses of a certificate from the model alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

import sympy

from rankstrat.algebra.differential import Terms, laurent
from rankstrat.algebra.powers import shown
from rankstrat.algebra.primes import SMALL, is_prime
from rankstrat.algebra.rational import is_zero
from rankstrat.algebra.relations import dropped
from rankstrat.algebra.tower import Tower
from rankstrat.algebra.translate import to_sympy, translate
from rankstrat.errors import BudgetError, CertificateError, PoleError, UndecidedError
from rankstrat.model.values import Exact
from rankstrat.rank.ball_minors import BALL_LIMIT, PRECISIONS, check_ball_minor
from rankstrat.rank.lower_bounds import Minor, check_minor
from rankstrat.rank.search import Analysis
from rankstrat.rank.tangents import Tangents, leaf_names
from rankstrat.rank.upper_bounds import EXPANSION, ZERO_TEST
from rankstrat.rank.vanishing import (
    denominators,
    needs_hypotheses,
    require_nonzero,
    smooth,
    turned,
    vanishes_at_primes,
)
from rankstrat.text.lines import escaped


@dataclass(frozen=True)
class CheckedRelation:
    """A claimed relation: sum of coefficients times tangent functions is zero, solved for one
    parameter.
    """

    parameter: int
    coefficients: Mapping[int, Exact]


def check_lower(analysis: Analysis, lower: int, minor: Minor | None) -> None:
    """The minor has the right shape and is nonzero.

    Raises:
        CertificateError: otherwise.
    """
    if lower == 0:
        return
    if minor is None:
        raise CertificateError(
            f"the lower bound {lower} has no minor; a positive lower bound needs one"
        )
    if len(minor.parameters) != lower or len(minor.rows) != lower:
        raise CertificateError(
            f"the minor has {len(minor.rows)} rows and {len(minor.parameters)} columns, but the"
            f" lower bound is {lower}"
        )
    if len(set(minor.parameters)) != lower or len(set(minor.rows)) != lower:
        raise CertificateError(
            "the minor repeats a row or a column; rows and columns must be distinct"
        )
    frozen = set(minor.parameters) - set(analysis.tangents.chosen)
    if frozen:
        raise CertificateError(
            f"the minor uses dF/d{analysis.chart.model.parameters[min(frozen)]}, but"
            f" {analysis.chart.model.parameters[min(frozen)]} is frozen"
        )
    if minor.prime <= 0:
        if minor.bits not in PRECISIONS or minor.prime < 0 or minor.points not in (0, 1):
            raise CertificateError(
                f"the ball minor has {minor.bits} bits; the precisions used are {PRECISIONS}"
            )
        if lower > BALL_LIMIT:
            raise CertificateError(
                f"the ball minor has {lower} rows; at most {BALL_LIMIT} are enclosed"
            )
        if min(minor.rows) < 0 or max(minor.rows) > 2 * BALL_LIMIT:
            raise CertificateError(
                f"the ball minor uses sample {max(minor.rows)}; at most {2 * BALL_LIMIT} are used"
            )
        if not check_ball_minor(analysis.tangents, minor):
            raise CertificateError(
                "the ball around the minor contains zero; the lower bound is not proved"
            )
        return
    if not SMALL[0] <= minor.prime < SMALL[1]:
        raise CertificateError(
            f"the modulus {shown(minor.prime)} of the minor is outside the range"
            f" {SMALL[0]}..{SMALL[1]} in use"
        )
    if not is_prime(minor.prime):
        raise CertificateError(f"the modulus {minor.prime} of the minor is not a prime")
    if minor.prime % 4 != 1:
        raise CertificateError(
            f"the prime {minor.prime} is not 1 mod 4, so -1 has no square root; use another prime"
        )
    chained = analysis.chained if minor.chained else None
    if minor.chained and chained is None:
        raise CertificateError(
            "the minor is one by the chain rule, which proves nothing for this model; one of its"
            " tangent functions is needed"
        )
    tower = analysis.tower if chained is None else chained.tower
    samples = (2 * analysis.chart.model.size + 64) * dropped(tower, tower.roots)
    if max(minor.rows) >= samples:
        raise CertificateError(
            f"the minor uses sample {max(minor.rows)}, beyond the samples of this model"
        )
    if chained is None:
        _require_decided(analysis, minor)
        holds = check_minor(tower, analysis.parameters, minor)
    else:
        holds = chained.holds(minor)
    if not holds:
        raise CertificateError(
            f"the minor is zero modulo {minor.prime}, or its samples meet a pole; the lower bound"
            " is not proved"
        )


def _require_decided(analysis: Analysis, minor: Minor) -> None:
    """The minor is one of representatives, and residues are proofs.

    Raises:
        CertificateError: otherwise.
    """
    missing = set(minor.parameters) - set(analysis.parameters)
    if missing:
        name = analysis.chart.model.parameters[min(missing)]
        raise CertificateError(
            f"the minor uses dF/d{name}, which is zero or proportional to another tangent function"
        )
    if analysis.at_integers:
        raise CertificateError(
            "the modular minor says nothing about functions at integers; a ball minor is needed"
        )
    if needs_hypotheses(analysis.tower):
        raise CertificateError(
            f"the modular minor rests on undecided independence ({analysis.tower.hypotheses[0]}); a"
            " ball minor is needed"
        )


def check_hypotheses(analysis: Analysis, hypotheses: Sequence[str]) -> None:
    """What a certificate calls undecided is what the analysis of its model leaves undecided.

    Raises:
        CertificateError: otherwise.
    """
    invented = hypotheses and set(hypotheses) - set(analysis.tower.hypotheses)
    if invented:
        raise CertificateError(
            f"the hypothesis {escaped(min(invented), most=60)!r} is not among those that this model"
            " needs"
        )


def check_relations(analysis: Analysis, relations: Sequence[CheckedRelation]) -> None:
    """The relations are solved for distinct parameters, independent, and hold exactly.

    Raises:
        CertificateError: otherwise.
    """
    solved = [r.parameter for r in relations]
    if len(set(solved)) < len(solved):
        raise CertificateError(
            "two relations are solved for the same parameter; they must be solved for distinct ones"
        )
    names = analysis.chart.model.parameters
    if relations and analysis.regions is not None and not analysis.regions.complete:
        # What holds on the regions that were sampled says nothing of the others.
        tangents = analysis.written
    else:
        tangents = analysis.tangents
    frozen = {i for r in relations for i in r.coefficients} - set(tangents.chosen)
    if frozen:
        raise CertificateError(
            f"a relation uses dF/d{names[min(frozen)]}, but that parameter is frozen"
        )
    nodes = [_coefficients(tangents, relation) for relation in relations]
    _require_finite(tangents, nodes, analysis.seed)
    for relation, coefficients in zip(relations, nodes, strict=True):
        own = coefficients.get(relation.parameter, tangents.program.zero)
        if vanishes_at_primes(tangents.program, own, analysis.seed):
            raise CertificateError(
                f"the relation for {names[relation.parameter]} has coefficient 0 there and says"
                " nothing"
            )
    # Nonzero diagonal and no cycle: triangular in the solved parameters, so the relations are
    # independent.
    graph = {r.parameter: (set(r.coefficients) & set(solved)) - {r.parameter} for r in relations}
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise CertificateError(
            f"the relations for {names[error.args[1][0]]} and {names[error.args[1][1]]} use each"
            " other; they may not be independent"
        ) from None
    known: dict[int, Terms | None] = {}
    for relation, coefficients in zip(relations, nodes, strict=True):
        if not _holds(tangents, coefficients, known, analysis.seed):
            raise CertificateError(
                f"the relation for {names[relation.parameter]} is false: its left side is not zero"
                + ("" if tangents is analysis.tangents else " on every region")
            )


def _leaves(tangents: Tangents) -> dict[sympy.Symbol, int]:
    """Coordinates and constants, which coefficients of relations may contain."""
    chart = tangents.chart
    symbols = (*chart.coordinates, *chart.model.constants)
    return {c: tangents.program.leaf(("u", c)) for c in symbols}


def _coefficients(tangents: Tangents, relation: CheckedRelation) -> dict[int, int]:
    program, leaves = tangents.program, _leaves(tangents)
    return {
        i: translate(program, [c], leaves)[0] if isinstance(c, sympy.Expr) else program.constant(c)
        for i, c in relation.coefficients.items()
    }


def _require_finite(tangents: Tangents, nodes: Sequence[Mapping[int, int]], seed: int) -> None:
    """Every coefficient is defined: a denominator that is zero in disguise would prove anything."""
    program = tangents.program
    below = program.reachable({n for coefficients in nodes for n in coefficients.values()})
    try:
        cosines = [program.function("cos", h) for h in turned(program, below)]
        require_nonzero(program, [*denominators(program, below), *cosines], seed)
    except PoleError:
        raise CertificateError(
            "a coefficient of a relation has a pole: it divides by an expression that is zero"
        ) from None


def _holds(
    tangents: Tangents,
    coefficients: Mapping[int, int],
    known: dict[int, Terms | None],
    seed: int,
) -> bool:
    program = tangents.program
    total = program.linear(
        0, [(1, program.product(((c, 1), (tangents.nodes[i], 1)))) for i, c in coefficients.items()]
    )
    if total == program.zero or laurent(program, total, EXPANSION, known) == {}:
        return True
    if smooth(program, [total]) != [total]:
        return False  # a function with kinks counts as a free variable above, and nothing more
    failure: Exception | None = None
    for as_written in (False, True):
        try:
            node = _with_numbers_as_written(tangents, total) if as_written else total
            tower = Tower(program, [node], seed=seed)
            if is_zero(tower.program, tower.roots[0], ZERO_TEST):
                return True
            if not tower.opaque:
                return False
        except PoleError as error:
            raise CertificateError(f"a relation has a pole: {error}") from None
        except (BudgetError, UndecidedError) as error:
            failure = error
    if failure is not None:
        raise CertificateError(f"a relation is too large to be checked exactly ({failure})")
    raise CertificateError(
        f"whether a relation holds is not decided ({'; '.join(tower.hypotheses)})"
    )


def _with_numbers_as_written(tangents: Tangents, node: int) -> int:
    """A node with what does not depend on the inputs as it is written in coefficients, where
    atan(sqrt(3)) is pi/3.
    """
    program = tangents.program
    numbers = [n for n in program.reachable((node,)) if program.args[n] and not tangents.depends(n)]
    written = to_sympy(program, numbers, leaf_names(tangents.chart))
    images = zip(numbers, translate(program, written, _leaves(tangents)), strict=True)
    return program.rebuild((node,), program, dict(images))[node]
