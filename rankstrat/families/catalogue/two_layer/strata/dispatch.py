"""Which stratification goes with which activation."""

from __future__ import annotations

from typing import Any

from rankstrat.activation.lookup import is_registered
from rankstrat.activation.scheme import Scheme, is_flat_elsewhere, scheme
from rankstrat.families.catalogue.two_layer.strata.by_engine import EngineStrata
from rankstrat.families.catalogue.two_layer.strata.classes import TwoLayerStrata
from rankstrat.families.catalogue.two_layer.strata.exponential import ExponentialStrata
from rankstrat.families.catalogue.two_layer.strata.flat_bias import FlatBiasStrata
from rankstrat.families.catalogue.two_layer.strata.hyperbolic import HyperbolicStrata
from rankstrat.families.catalogue.two_layer.strata.rays import RayStrata
from rankstrat.families.catalogue.two_layer.strata.squares import LARGEST, SquareStrata
from rankstrat.families.catalogue.two_layer.strata.trigonometric import TrigonometricStrata
from rankstrat.model.model import Model
from rankstrat.strata import Stratification
from rankstrat.text.sources import proved

_RAYS = Scheme(signed=True, pair_constant=False, pair_linear=True, value=False, slope=False)


def strata(structure: Any, model: Model) -> Stratification | None:
    """All strata of a two-layer model; None for piecewise activations other than ReLU."""
    activation = structure.activation
    shape = (model, structure.width, structure.inputs, structure.bias, structure.output_bias)
    found = scheme(activation, structure.bias)
    if found is not None and structure.bias and is_flat_elsewhere(activation):
        return FlatBiasStrata(*shape, found, activation.lemma.citation)
    if found is not None:
        return TwoLayerStrata(*shape, found, activation.lemma.citation)
    name = activation.name if is_registered(activation) else ""
    plain = scheme(activation, bias=False)
    if name == "exp" and plain is not None:
        without = (model, structure.width, structure.inputs, False, structure.output_bias)
        return ExponentialStrata(*without, plain, activation.lemma.citation)
    if name in ("sinh", "cosh") and plain is not None:
        return HyperbolicStrata(*shape, plain, activation.lemma.citation)
    if name in ("sin", "cos") and plain is not None:
        return TrigonometricStrata(*shape, plain, activation.lemma.citation)
    if name in ("relu", "leaky_relu"):
        return RayStrata(*shape, _RAYS, proved("rays"), leaky=name == "leaky_relu")
    if (
        name == "square"
        and not (structure.bias or structure.output_bias)
        and structure.width <= LARGEST
    ):
        return SquareStrata(model, structure.width, structure.inputs)
    if activation.is_piecewise:
        return None
    signed = activation.parity in ("odd", "even")
    types = Scheme(signed=signed, pair_constant=False, pair_linear=False, value=True, slope=True)
    return EngineStrata(*shape, types, "none")
