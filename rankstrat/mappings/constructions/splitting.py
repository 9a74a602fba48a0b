r"""Splitting: a unit and a copy of it share the outgoing weights, $(1-\alpha)$ and $\alpha$."""

from __future__ import annotations

from itertools import count, islice
from typing import Any

from rankstrat.errors import FamilyError, demand
from rankstrat.mappings.constructions.layers import symbol
from rankstrat.mappings.constructions.units import (
    counts_of,
    group_of,
    mapping_of,
    split,
    structure_of,
    symbols_of,
    units_of,
    widened,
    with_one_more,
)
from rankstrat.mappings.constructions.written import written_splitting
from rankstrat.mappings.mapping import CriticalMapping, compose
from rankstrat.model.model import Model


def splitting(
    source: Model, target: Model | None = None, *, layer: int = 1, unit: int = 0, alpha: Any = None
) -> CriticalMapping:
    r"""$T^\alpha_{l,s}$: append a copy of unit s to layer l; outgoing weights become
    $(1-\alpha)W_{:,s}$ and $\alpha W_{:,s}$.

    Works for every activation, with and without biases, and preserves the model rank.

    Args:
        source: a model with interchangeable units: neurons, kernels, attention heads, a guest's; or
            one that is written out, whose units verified symmetries exchange (its copy stands
            last).
        target: the same with one more unit (built when omitted).
        layer: hidden layer, from 1; of a model that is written out, the group of units.
        unit: unit of that layer, from 0.
        alpha: an exact value, the name of a symbol, or None for the symbol alpha.

    Raises:
        FamilyError: no such layer or unit; a target of another shape.

    References:
        EP1 Definition 3; EP2 Definition 4.3.

    Example:
        >>> from rankstrat.families import two_layer
        >>> splitting(two_layer(width=1, inputs=1)).values
        FrozenMapping({a1: a1*(1 - alpha), a2: a1*alpha, w1_1: w1_1, w2_1: w1_1})
    """
    demand(source, Model, FamilyError, "a Model", "of a point, take its .model")
    if target is None and source.structure is None:
        return written_splitting(source, layer, unit, symbol("alpha", alpha))
    wide = with_one_more(source, target, layer)
    group = group_of(source, layer)
    if not 0 <= unit < group.count:
        raise FamilyError(
            f"unit {unit} is not one of layer {layer}; units are 0..{group.count - 1}"
        )
    blocks = split(symbols_of(source), group, unit, [symbol("alpha", alpha)])
    return mapping_of(source, wide, target, blocks, f"split(layer {layer}, unit {unit + 1})")


def widening(source: Model, target: Model) -> CriticalMapping:
    r"""A K-step splitting $T^{\alpha_K} \circ \dots \circ T^{\alpha_1}$ onto any wider net of the
    same depth.

    In each layer new units are copies of unit 0; its outgoing weights are shared in the proportions
    $1 - \alpha_1 - \dots - \alpha_K, \alpha_1, \dots, \alpha_K$, so that the image is affine in the
    K symbols.

    Raises:
        FamilyError: the target is narrower somewhere or of another kind.

    References:
        EP2 Theorem 4.2.
    """
    demand(target, Model, FamilyError, "a Model", "of a point, take its .model")
    few = counts_of(source)
    if not widened(source, target):
        raise FamilyError(
            f"{target} is not a wider net of the kind of {source}; depth, ends, activation and"
            " biases must agree"
        )
    many = counts_of(target)
    names = (symbol(f"alpha{k}", None) for k in count(1))
    blocks = symbols_of(source)
    for group, size in zip(units_of(source), many, strict=True):
        blocks = split(blocks, group, 0, list(islice(names, size - group.count)))
    extra = sum(many) - sum(few)
    name = f"split x {extra}" if extra else "identity"
    return mapping_of(source, structure_of(source).with_units(many), target, blocks, name)


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
