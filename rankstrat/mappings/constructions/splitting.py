r"""Splitting: a unit and a copy of it share the outgoing weights, $(1-\alpha)$ and $\alpha$."""

from __future__ import annotations

from typing import Any

import numpy as np

from rankstrat.errors import FamilyError
from rankstrat.mappings.constructions.layers import Layered, symbol, target_of
from rankstrat.mappings.constructions.units import is_sum_of_units, unit_splitting
from rankstrat.mappings.mapping import CriticalMapping, compose
from rankstrat.model.model import Model


def splitting(
    source: Model, target: Model | None = None, *, layer: int = 1, unit: int = 0, alpha: Any = None
) -> CriticalMapping:
    r"""$T^\alpha_{l,s}$: append a copy of unit s to layer l; outgoing weights become
    $(1-\alpha)W_{:,s}$ and $\alpha W_{:,s}$.

    Works for every activation, with and without biases, and preserves the model rank.

    Args:
        source: a model of a layered family, or of a family of sums over units (kernels, attention
            heads, KAN neurons).
        target: the same with one more unit (built when omitted).
        layer: hidden layer, from 1 (layered families only).
        unit: unit of that layer, from 0.
        alpha: an exact value, the name of a symbol, or None for the symbol alpha.

    Raises:
        FamilyError: no such layer or unit; a target of another shape.

    References:
        EP1 Definition 3; EP2 Definition 4.3; SPEC 7.2.

    Example:
        >>> from rankstrat.families import two_layer
        >>> splitting(two_layer(width=1, inputs=1)).values
        mappingproxy({a1: a1*(1 - alpha), a2: a1*alpha, w1_1: w1_1, w2_1: w1_1})
    """
    if is_sum_of_units(source):
        return unit_splitting(source, target, unit, alpha)
    a, b = target_of(source, target, layer, 1)
    if not 0 <= unit < a.widths[layer]:
        raise FamilyError(
            f"unit {unit} is not one of layer {layer}; units are 0..{a.widths[layer] - 1}"
        )
    alpha = symbol("alpha", alpha)
    weights = [a.weights(k) for k in range(1, a.depth + 1)]
    biases = [a.biases(k) for k in range(1, a.depth + 1)]
    weights[layer - 1] = np.vstack([weights[layer - 1], weights[layer - 1][unit]])
    bias = biases[layer - 1]
    biases[layer - 1] = None if bias is None else np.append(bias, bias[unit])
    out = np.column_stack([weights[layer], weights[layer][:, unit] * alpha])
    out[:, unit] = out[:, unit] * (1 - alpha)
    weights[layer] = out
    return CriticalMapping(
        source, b.model, b.values(weights, biases), f"split(layer {layer}, unit {unit + 1})"
    )


def widening(source: Model, target: Model) -> CriticalMapping:
    r"""A K-step splitting $T^{\alpha_K} \circ \dots \circ T^{\alpha_1}$ onto any wider net of the
    same depth.

    In each layer new units are copies of unit 0; its outgoing weights are shared in the proportions
    $1 - \alpha_1 - \dots - \alpha_K, \alpha_1, \dots, \alpha_K$, so that the image is affine in the
    K symbols.

    Raises:
        FamilyError: the target is narrower somewhere or of another kind.

    References:
        EP2 Theorem 4.2; SPEC 7.4.
    """
    a, b = Layered(source), Layered(target)
    if not a.same_kind(b) or any(m > n for m, n in zip(a.widths, b.widths, strict=False)):
        raise FamilyError(
            f"{target} is not a wider net of the kind of {source}; depth, ends, activation and"
            " biases must agree"
        )
    weights = [a.weights(k) for k in range(1, a.depth + 1)]
    biases = [a.biases(k) for k in range(1, a.depth + 1)]
    count = 0
    for layer in range(1, a.depth):
        extra = b.widths[layer] - a.widths[layer]
        names = [symbol(f"alpha{count + i + 1}", None) for i in range(extra)]
        count += extra
        w, bias, out = weights[layer - 1], biases[layer - 1], weights[layer]
        weights[layer - 1] = np.vstack([w, *[w[0]] * extra])
        biases[layer - 1] = None if bias is None else np.append(bias, [bias[0]] * extra)
        first = out[:, 0].copy()
        out = np.column_stack([out, *(first * s for s in names)])
        out[:, 0] = first * (1 - sum(names))
        weights[layer] = out
    return CriticalMapping(
        source, target, b.values(weights, biases), f"split x {count}" if count else "identity"
    )


def steps(source: Model, moves: list[tuple[int, int]]) -> CriticalMapping:
    """The composition of splittings (layer, unit), first move first; a unit may be one created
    before.

    Example:
        >>> from rankstrat.families import two_layer
        >>> P = steps(two_layer(width=1, inputs=1), [(1, 0), (1, 1)])
        >>> P.target.size, P.verdict
        (6, <Verdict.PROVED: 'PROVED'>)
    """
    if not moves:
        raise FamilyError("no moves were given; give pairs (layer, unit)")
    result: CriticalMapping | None = None
    for layer, unit in moves:
        step = splitting(source if result is None else result.target, layer=layer, unit=unit)
        result = step if result is None else compose(step, result)
    assert result is not None
    return result


__all__ = ["splitting", "steps", "widening"]
