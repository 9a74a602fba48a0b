r"""Null units: zero incoming and outgoing weights, bias $\alpha$."""

from __future__ import annotations

from typing import Any

import sympy

from rankstrat.errors import FamilyError
from rankstrat.mappings.constructions.layers import symbol
from rankstrat.mappings.constructions.units import (
    group_of,
    mapping_of,
    symbols_of,
    with_null,
    with_one_more,
)
from rankstrat.mappings.mapping import CriticalMapping
from rankstrat.model.model import Model


def null(
    source: Model, target: Model | None = None, *, layer: int = 1, alpha: Any = None
) -> CriticalMapping:
    r"""$T^\alpha_{l,0}$: append a unit with zero weights in and out and bias $\alpha$ to layer l.

    Criticality needs the constant $\sigma(\alpha)$ among the tangent functions of the next layer: a
    bias there, or $\sigma(\alpha) = 0$. `check` decides it.

    Args:
        source: a model with interchangeable units.
        target: the same with one more unit (built when omitted).
        layer: hidden layer, from 1.
        alpha: an exact value, the name of a symbol, or None for the symbol alpha where the next
            layer has a bias, and for 0 where it has none.

    Raises:
        FamilyError: no such layer; a target of another shape; alpha given where the layer has no
            bias.

    References:
        EP2 Definition 4.4.

    Example:
        >>> from rankstrat.families import two_layer
        >>> null(two_layer(width=1, inputs=1)).K
        Matrix([
        [1, 0],
        [0, 0],
        [0, 1],
        [0, 0]])
    """
    wide = with_one_more(source, target, layer)
    group = group_of(source, layer)
    if alpha not in (None, 0) and not group.bias:
        raise FamilyError(
            f"alpha = {alpha} was given, but layer {layer} of {source} has no bias; leave alpha out"
        )
    any_bias = bool(group.bias) and group.constant
    value = symbol("alpha", alpha) if any_bias or alpha is not None else sympy.Integer(0)
    blocks = with_null(symbols_of(source), group, value)
    return mapping_of(source, wide, target, blocks, f"null({layer})")


__all__ = ["null"]
