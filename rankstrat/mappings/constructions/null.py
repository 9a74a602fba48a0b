r"""Null units: zero incoming and outgoing weights, bias $\alpha$."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy

from rankstrat.errors import FamilyError
from rankstrat.mappings.constructions.layers import symbol, target_of
from rankstrat.mappings.constructions.units import is_sum_of_units, null_unit
from rankstrat.mappings.mapping import CriticalMapping
from rankstrat.model.model import Model


def null(
    source: Model, target: Model | None = None, *, layer: int = 1, alpha: Any = None
) -> CriticalMapping:
    r"""$T^\alpha_{l,0}$: append a unit with zero weights in and out and bias $\alpha$ to layer l.

    Criticality needs the constant $\sigma(\alpha)$ among the tangent functions of the next layer: a
    bias there, or $\sigma(\alpha) = 0$. `check` decides it.

    Args:
        source: a model of a layered family, or of a family of sums over units (then all its
            parameters are zero).
        target: the same with one more unit (built when omitted).
        layer: hidden layer, from 1.
        alpha: an exact value, the name of a symbol, or None for the symbol alpha where the next
            layer has a bias, and for 0 where it has none.

    Raises:
        FamilyError: no such layer; a target of another shape; alpha given where the layer has no
            bias.

    References:
        EP2 Definition 4.4; SPEC 7.2.

    Example:
        >>> from rankstrat.families import two_layer
        >>> null(two_layer(width=1, inputs=1)).K
        Matrix([
        [1, 0],
        [0, 0],
        [0, 1],
        [0, 0]])
    """
    if is_sum_of_units(source):
        return null_unit(source, target)
    a, b = target_of(source, target, layer, 1)
    if alpha not in (None, 0) and not a.has_bias(layer):
        raise FamilyError(
            f"alpha = {alpha} was given, but layer {layer} of {source} has no bias; leave alpha out"
        )
    value = (
        symbol("alpha", alpha)
        if alpha is not None or (a.has_bias(layer) and a.has_bias(layer + 1))
        else sympy.Integer(0)
    )
    weights = [a.weights(k) for k in range(1, a.depth + 1)]
    biases = [a.biases(k) for k in range(1, a.depth + 1)]
    zero = sympy.Integer(0)
    weights[layer - 1] = np.vstack(
        [weights[layer - 1], np.full(a.widths[layer - 1], zero, dtype=object)]
    )
    bias = biases[layer - 1]
    biases[layer - 1] = None if bias is None else np.append(bias, value)
    weights[layer] = np.column_stack(
        [weights[layer], np.full(a.widths[layer + 1], zero, dtype=object)]
    )
    return CriticalMapping(source, b.model, b.values(weights, biases), f"null({layer})")


__all__ = ["null"]
