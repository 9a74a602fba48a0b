"""Activations without an independence lemma that have target sets of their own: exponentials with
biases, monomials.
"""

from __future__ import annotations

from typing import Any

import sympy

from rankstrat.activation.record import Z
from rankstrat.families.catalogue.two_layer.targets.special.exponentials import exponential_branches
from rankstrat.families.catalogue.two_layer.targets.special.powers import power_branches
from rankstrat.families.catalogue.two_layer.targets.special.quadrics import quadric_branches
from rankstrat.families.catalogue.two_layer.targets.special.waves import WAVES, wave_branches
from rankstrat.model.model import Model
from rankstrat.targets import BranchList, TargetFunction


def special_branches(structure: Any, model: Model, target: TargetFunction) -> BranchList | None:
    """The branches for such an activation; None for any other."""
    if structure.activation.formula == sympy.exp(Z) and structure.bias:
        return exponential_branches(structure, model, target)
    if structure.activation.formula in WAVES and structure.bias:
        return wave_branches(structure, model, target)
    if structure.activation.formula == Z**2 and not (structure.bias and structure.output_bias):
        return quadric_branches(structure, model, target)
    if (degree := _power(structure.activation.formula)) >= 3:
        return power_branches(structure, degree, model, target)
    return None


def _power(formula: sympy.Expr) -> int:
    """k if the formula is z^k, else 0."""
    return (
        int(formula.exp) if formula.is_Pow and formula.base == Z and formula.exp.is_Integer else 0
    )


__all__ = ["special_branches"]
