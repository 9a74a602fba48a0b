"""Which description of a target set goes with which activation."""

from __future__ import annotations

from typing import Any

from rankstrat.errors import TargetError
from rankstrat.families._shared.effective_neurons import effective, law_of
from rankstrat.families.catalogue.two_layer.targets.coupled.branches import coupled_branches
from rankstrat.families.catalogue.two_layer.targets.separate.branches import (
    Network,
    separate_branches,
)
from rankstrat.families.catalogue.two_layer.targets.separate.copies import copies
from rankstrat.families.catalogue.two_layer.targets.special.dispatch import special_branches
from rankstrat.model.model import Model
from rankstrat.targets import MAX_PARAMETERS, BranchList, TargetFunction, polynomial_branches


def branches(structure: Any, model: Model, target: TargetFunction) -> BranchList:
    r"""All branches $Q^r_{P,\pi}$ of a target in a two-layer network.

    Args:
        structure: the `TwoLayer` structure.
        model: its model.
        target: the target function.

    Raises:
        TargetError: the target is not in the function space, or the activation has no independence
            lemma.

    References:
        STR Definitions 3.2-3.4 and Proposition 3.2.
    """
    if structure.activation.is_polynomial and model.size <= MAX_PARAMETERS:
        decomposed = polynomial_branches(model, target)
        described = None if decomposed.complete else special_branches(structure, model, target)
        return described if described is not None and described.complete else decomposed
    coupled = coupled_branches(structure, model, target)
    if coupled is not None:
        return coupled
    try:
        law = law_of(structure.activation, structure.bias)
    except TargetError as problem:
        return copies(structure, model, target, problem)
    network = Network(model, structure, law, effective(law, model.inputs, structure.bias, target))
    return separate_branches(network)
