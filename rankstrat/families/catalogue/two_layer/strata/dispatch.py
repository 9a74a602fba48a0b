"""Which stratification goes with which activation: a table of descriptions, tried in turn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rankstrat.activation.addition import addition_law
from rankstrat.activation.law import law_of, unproved
from rankstrat.families.catalogue.two_layer.strata.by_engine import EngineStrata
from rankstrat.families.catalogue.two_layer.strata.classes import TwoLayerStrata
from rankstrat.families.catalogue.two_layer.strata.exponential import ExponentialStrata
from rankstrat.families.catalogue.two_layer.strata.hyperbolic import HyperbolicStrata
from rankstrat.families.catalogue.two_layer.strata.rays import RayStrata
from rankstrat.families.catalogue.two_layer.strata.special_biases import SpecialBiasStrata
from rankstrat.families.catalogue.two_layer.strata.squares import LARGEST, SquareStrata
from rankstrat.families.catalogue.two_layer.strata.trigonometric import TrigonometricStrata
from rankstrat.model.model import Model
from rankstrat.strata import Stratification

Description = Callable[[Any, Model], Stratification | None]


def strata(structure: Any, model: Model) -> Stratification | None:
    """All strata of a two-layer model; None for piecewise activations other than ReLU."""
    found = (describe(structure, model) for describe in DESCRIPTIONS)
    return next((strata for strata in found if strata is not None), None)


def _by_lemma(structure: Any, model: Model) -> Stratification | None:
    """Classes of neurons, where zeros of sigma and sigma' are known as far as biases reach them."""
    law = law_of(structure.activation, bias=structure.bias)
    if law is None or law.rays or law.activation.is_unspecified:
        return None
    elsewhere = (law.silent_elsewhere, law.still_elsewhere)
    if None in elsewhere:
        return None
    kind = SpecialBiasStrata if any(elsewhere) else TwoLayerStrata
    return kind(*_shape(structure, model), law)


def _by_addition(structure: Any, model: Model) -> Stratification | None:
    """Biases of exp, sinh, cosh, sin and cos, which an addition theorem takes away."""
    addition = addition_law(structure.activation)
    law = law_of(structure.activation, bias=False)
    if addition is None or law is None:
        return None
    model_, width, inputs, bias, output_bias = _shape(structure, model)
    if addition.exponential:
        return ExponentialStrata(model_, width, inputs, False, output_bias, law)
    if addition.parity == "none":
        return None
    kind = TrigonometricStrata if addition.periodic else HyperbolicStrata
    return kind(model_, width, inputs, bias, output_bias, law)


def _by_rays(structure: Any, model: Model) -> Stratification | None:
    """ReLU and leaky ReLU: a slope on the right, and pairs that leave linear functions."""
    law = law_of(structure.activation, bias=structure.bias)
    if law is None or not (law.rays and law.slope and law.side(1)):
        return None
    return RayStrata(*_shape(structure, model), law)


def _by_quadratic_forms(structure: Any, model: Model) -> Stratification | None:
    """Small networks of squares without biases."""
    plain = not (structure.bias or structure.output_bias)
    if structure.activation.power != 2 or not plain or structure.width > LARGEST:
        return None
    return SquareStrata(model, structure.width, structure.inputs)


def _by_engine(structure: Any, model: Model) -> Stratification | None:
    """Combinatorial types, each with the rank of its generic point."""
    if structure.activation.is_piecewise or not structure.activation.is_regular_at_zero:
        return None
    law = unproved(structure.activation, bias=structure.bias)
    return EngineStrata(*_shape(structure, model), law)


def _shape(structure: Any, model: Model) -> tuple[Model, int, int, bool, bool]:
    return model, structure.width, structure.inputs, structure.bias, structure.output_bias


DESCRIPTIONS: tuple[Description, ...] = (
    _by_lemma,
    _by_addition,
    _by_rays,
    _by_quadratic_forms,
    _by_engine,
)
