"""`target_set`: branches that a family knows, or from equations, exponents, or given charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from rankstrat.deadline import ended, half, within
from rankstrat.errors import (
    OutOfTimeError,
    OutsideError,
    TargetError,
    demand,
)
from rankstrat.model.isomorphism import isomorphism_in_time
from rankstrat.model.model import Chart, Model
from rankstrat.model.source import guest
from rankstrat.model.structure import HasBranches
from rankstrat.rank.defined import require_inputs
from rankstrat.targets.branch import Branch, BranchList, TargetFunction
from rankstrat.targets.challenge import challenged
from rankstrat.targets.exponential import exponential_branches
from rankstrat.targets.fibre import TargetSet
from rankstrat.targets.general import general_branches
from rankstrat.targets.given import given_branches
from rankstrat.targets.polynomial import solved_branches
from rankstrat.targets.renamed import RenamedBranches, source_target
from rankstrat.targets.wanted import as_target
from rankstrat.waiting import waiting

FEW_PARAMETERS = 5
"""Models with more are not read as exponential sums where a family knows some branches."""


def target_set(
    model: Model,
    target: Any,
    *,
    charts: Sequence[Chart | Mapping[Any, Any]] = (),
    seed: int = 0,
    budget: float | None = None,
) -> TargetSet:
    r"""Describe $F^{-1}(f^*) = \{\theta : F(\theta) = f^*\}$ by branches.

    Args:
        model: F, of a family that lists its branches (two-layer and deep networks, linear, diagonal
            and factorization models), or a polynomial model with at most twelve parameters.
        target: a point of any model with as many inputs and outputs; or an expression (or Matrix)
            in the inputs.
        charts: charts of the model on which F = f*, for any other model; each is verified, and
            the description is marked incomplete.
        seed: names the random choices.
        budget: seconds after which what is known comes back, not complete: no branch, or the
            point that was given as the target.

    Raises:
        TargetError: f* is not in the function space of F, or is malformed.

    References:
        STR Definitions 3.2-3.4; docs/proofs.md#branches.

    Example:
        >>> import rankstrat as rs
        >>> F = rs.families.two_layer(width=2, inputs=2, activation="exp")
        >>> narrow = rs.families.two_layer(width=1, inputs=2, activation="exp")
        >>> Q = rs.target_set(F, narrow.point([1, 1, 2]))
        >>> [(b.dimension, b.codimension, b.rank) for b in Q.branches]
        [(1, 5, 3), (2, 4, 4), (2, 4, 4)]
    """
    demand(
        model,
        Model,
        TargetError,
        "a Model",
        "give the model first, then the target; of a point, take its .model",
    )
    demand(charts, Sequence, TargetError, "a list of charts", "write [model.chart(...)]")
    for chart in charts:
        demand(chart, Chart | Mapping, TargetError, "a list of charts", "write [model.chart(...)]")
    with waiting("target set"), within(budget):
        function = as_target(model, target)
        try:
            return _described(model, function, charts, seed)
        except OutOfTimeError as error:
            stopped = ended(error)
    return TargetSet(model, function, _own_point(model, function), False, stopped, ended=stopped)


def _own_point(model: Model, function: TargetFunction) -> tuple[Branch, ...]:
    """The target itself where it is a point of the model, as the only branch known."""
    if function.point is None or function.point.model != model:
        return ()
    return given_branches(model, function, [function.point]).branches


def _described(
    model: Model, function: TargetFunction, charts: Sequence[Any], seed: int
) -> TargetSet:
    require_inputs(model)
    structure: object = model.structure
    if charts:
        found = given_branches(model, function, charts)
        return TargetSet(model, function, found.branches, found.complete, found.basis)
    source = guest(structure)
    seen: tuple[Chart, ...] = ()
    try:
        known, refusal = _known(model, function), None
    except TargetError as error:
        if isinstance(error, OutsideError) and not source:
            raise
        # a family that cannot read the target, or a guest: the equations are asked before that is
        # believed
        known, refusal = None, error
    source = source if known is not None else ""
    if known is not None and not source and not known.complete:
        known = _completed(model, function, known)
    if known is not None and source:
        known, seen = challenged(model, function, known, source, seed=seed)
    try:
        found = known if known is not None else _by_equations(model, function, seed)
    except TargetError as error:
        raise (refusal or error) from None
    return TargetSet(
        model, function, found.branches, found.complete, found.basis, source, seen, found.most,
        pairs=found.pairs,
    )  # fmt: skip


def _completed(model: Model, target: TargetFunction, known: BranchList) -> BranchList:
    """What a family knows of the target, or all branches where exponents decide at once."""
    if model.size > FEW_PARAMETERS:
        return known
    try:
        with half():
            solved = exponential_branches(model, target)
    except OutOfTimeError:
        return known
    return solved if solved is not None and solved.complete else known


def _by_equations(model: Model, target: TargetFunction, seed: int) -> BranchList:
    """The branches of any model, from its expressions alone."""
    solved = solved_branches(model, target)
    if solved is None:
        solved = exponential_branches(model, target)
    return general_branches(model, target, seed=seed) if solved is None else solved


def _known(model: Model, target: TargetFunction) -> BranchList | None:
    """What a family says of the target, that of the model or one that it is up to names."""
    structure: object = model.structure
    if isinstance(structure, HasBranches):
        found: BranchList | None = structure.branches(model, target)
        if found is not None:
            return found
    same = isomorphism_in_time(model)
    if same is None or not isinstance(same.structure, HasBranches):
        return None
    found = same.structure.branches(same.source, source_target(same, target))
    if found is None:
        return None
    moved = RenamedBranches(same).branches(found)
    return replace(moved, basis=f"{moved.basis}; {same}")
