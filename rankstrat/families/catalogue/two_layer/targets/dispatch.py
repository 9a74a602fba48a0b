"""Which description of a target set goes with which activation: a table, tried in turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rankstrat.activation.addition import addition_law
from rankstrat.activation.law import law_of
from rankstrat.families._shared.effective_neurons import effective
from rankstrat.families.catalogue.two_layer.targets.copies import copies
from rankstrat.families.catalogue.two_layer.targets.coupled.branches import coupled_branches
from rankstrat.families.catalogue.two_layer.targets.separate.branches import separate_branches
from rankstrat.families.catalogue.two_layer.targets.separate.network import Network
from rankstrat.families.catalogue.two_layer.targets.special.exponentials import (
    exponential_branches,
)
from rankstrat.families.catalogue.two_layer.targets.special.powers import power_branches
from rankstrat.families.catalogue.two_layer.targets.special.quadrics import quadric_branches
from rankstrat.families.catalogue.two_layer.targets.special.waves import wave_branches
from rankstrat.model.model import Model
from rankstrat.targets import MAX_PARAMETERS, BranchList, TargetFunction, polynomial_branches

Description = Callable[[Any, Model, TargetFunction], BranchList | None]


def branches(structure: Any, model: Model, target: TargetFunction) -> BranchList | None:
    r"""All branches $Q^r_{P,\pi}$ of a target in a two-layer network.

    Args:
        structure: the `TwoLayer` structure.
        model: its model.
        target: the target function.

    Raises:
        TargetError: the target is not in the function space.

    References:
        STR Definitions 3.2-3.4 and Proposition 3.2.
    """
    found = _first(DESCRIPTIONS, structure, model, target)
    return found or copies(structure, model, target)


def _first(
    table: Sequence[Description], structure: Any, model: Model, target: TargetFunction
) -> BranchList | None:
    found = (describe(structure, model, target) for describe in table)
    return next((branches for branches in found if branches is not None), None)


def _by_decomposition(structure: Any, model: Model, target: TargetFunction) -> BranchList | None:
    """Small polynomial networks: what is known of sums of powers, or a decomposition."""
    if not structure.activation.is_polynomial or model.size > MAX_PARAMETERS:
        return None
    decomposed = polynomial_branches(model, target)
    described = None
    if not decomposed.complete:
        described = _first(POWERS, structure, model, target)
    if described is not None and described.complete:
        return described
    return decomposed


def _coupled(structure: Any, model: Model, target: TargetFunction) -> BranchList | None:
    law = law_of(structure.activation, bias=structure.bias)
    if law is None or not (law.slope or law.kink):
        return None
    return coupled_branches(law, structure, model, target)


def _separate(structure: Any, model: Model, target: TargetFunction) -> BranchList | None:
    law = law_of(structure.activation, bias=structure.bias)
    if law is None or not law.apart or not law.zero.is_Rational:
        return None
    neurons = effective(law, model.inputs, structure.bias, target)
    return separate_branches(Network(model, structure, law, neurons))


def _exponentials(structure: Any, model: Model, target: TargetFunction) -> BranchList | None:
    addition = addition_law(structure.activation)
    if addition is None or not addition.exponential or addition.value != 1:
        return None
    if structure.bias:
        return exponential_branches(structure, model, target)
    return None


def _waves(structure: Any, model: Model, target: TargetFunction) -> BranchList | None:
    addition = addition_law(structure.activation)
    if addition is None or addition.parity == "none" or not structure.bias:
        return None
    return wave_branches(addition, structure, model, target)


def _quadrics(structure: Any, model: Model, target: TargetFunction) -> BranchList | None:
    if structure.activation.power != 2 or (structure.bias and structure.output_bias):
        return None
    return quadric_branches(structure, model, target)


def _powers(structure: Any, model: Model, target: TargetFunction) -> BranchList | None:
    degree = structure.activation.power
    if degree < 3:
        return None
    return power_branches(structure, degree, model, target)


POWERS: tuple[Description, ...] = (_quadrics, _powers)
DESCRIPTIONS: tuple[Description, ...] = (
    _by_decomposition,
    _coupled,
    _separate,
    _exponentials,
    _waves,
    *POWERS,
)
