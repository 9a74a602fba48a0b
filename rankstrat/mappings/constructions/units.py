"""Models with interchangeable units, seen through their structure: units added, shared and
reordered.

Nothing here knows a family: a structure says which part of each block belongs to a unit, and which
part enters linearly (`rankstrat.model.structure.Units`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from rankstrat.errors import FamilyError, demand
from rankstrat.mappings.constructions.layers import Layered, is_layered
from rankstrat.mappings.mapping import CriticalMapping
from rankstrat.model.model import Model
from rankstrat.model.structure import HasEnlargements, HasUnits, Units
from rankstrat.text.parsing import block_symbols

Array = NDArray[np.object_]
Blocks = dict[str, Array]


def has_units(model: Model) -> bool:
    """Whether the model has interchangeable units."""
    return isinstance(model.structure, HasUnits)


def structure_of(model: Model) -> HasUnits:
    """The structure of a model with units.

    Raises:
        FamilyError: it has none.
    """
    demand(model, Model, FamilyError, "a Model", "of a point, take its .model")
    structure: object = model.structure
    if not isinstance(structure, HasUnits):
        raise FamilyError(
            f"{model} has no layers that can be widened; a model whose structure has units is"
            " needed; give a network or a factorization, or a CriticalMapping of your own"
        )
    return structure


def units_of(model: Model) -> tuple[Units, ...]:
    """The groups of units of a model.

    Raises:
        FamilyError: it has none.
    """
    return structure_of(model).units


def group_of(model: Model, layer: int) -> Units:
    """The units of a hidden layer, counted from 1.

    Raises:
        FamilyError: no such layer.
    """
    groups = units_of(model)
    hint = f"choose one of 1..{len(groups)}"
    demand(layer, int, FamilyError, "the number of a hidden layer", hint)
    if not 1 <= layer <= len(groups):
        raise FamilyError(
            f"layer {layer} is not a hidden layer of {model}; hidden layers are 1..{len(groups)}"
        )
    return groups[layer - 1]


def symbols_of(model: Model) -> Blocks:
    """The symbols of every block."""
    return {name: block_symbols(name, shape) for name, shape in model.blocks.items()}


def counts_of(model: Model) -> tuple[int, ...]:
    """How many units there are in each group."""
    return tuple(group.count for group in units_of(model))


def resized(model: Model, layer: int, extra: int) -> Model:
    """The model with some more units in one hidden layer (fewer, if the number is negative)."""
    counts = [count + extra * (k == layer) for k, count in enumerate(counts_of(model), 1)]
    return structure_of(model).with_units(counts)


def equal_up_to_names(one: Model, two: Model) -> bool:
    """Whether two models are equal, or layered networks that differ in the names of blocks
    alone.
    """
    if one == two:
        return True
    if not (is_layered(one) and is_layered(two)):
        return False
    a, b = Layered(one), Layered(two)
    return a.same_kind(b) and a.widths == b.widths


def widened(source: Model, target: Model) -> bool:
    """Whether the target is the source with as many units in every group, or more."""
    if not (has_units(source) and has_units(target)):
        return False
    few, many = counts_of(source), counts_of(target)
    if len(few) != len(many) or any(m > n for m, n in zip(few, many, strict=True)):
        return False
    return equal_up_to_names(structure_of(source).with_units(many), target)


def with_one_more(source: Model, target: Model | None, layer: int) -> Model:
    """The source with one more unit in a hidden layer.

    Raises:
        FamilyError: no such layer, or a target that is not this model.
    """
    group_of(source, layer)
    wide = resized(source, layer, 1)
    if target is not None and not equal_up_to_names(wide, target):
        raise FamilyError(
            f"the target {target} is not {source} with one more unit in layer {layer}; its widths"
            f" must be those of {wide}, and all else the same; leave the target out"
        )
    return wide


def split(blocks: Mapping[str, Array], group: Units, unit: int, shares: Sequence[Any]) -> Blocks:
    """Copies of a unit at the end, which take these shares of its linear parameters from it."""
    result = dict(blocks)
    for name, axis in group.own.items():
        copies = np.take(blocks[name], [unit] * len(shares), axis=axis)
        result[name] = np.concatenate([blocks[name], copies], axis=axis)
    for name, axis in group.shares.items():
        block = np.moveaxis(blocks[name], axis, 0)
        parts = np.array(shares, dtype=object).reshape(-1, *(1,) * (block.ndim - 1))
        wide = np.concatenate([block, block[[unit] * len(shares)] * parts])
        wide[unit] = block[unit] * (1 - sum(shares))
        result[name] = np.moveaxis(wide, 0, axis)
    return result


def with_null(blocks: Mapping[str, Array], group: Units, bias: Any) -> Blocks:
    """One more unit, whose parameters are zero but for its bias."""
    result = dict(blocks)
    for name, axis in (*group.own.items(), *group.shares.items()):
        one = np.take(blocks[name], [0], axis=axis)
        value = bias if name == group.bias else sympy.Integer(0)
        result[name] = np.concatenate([blocks[name], np.full_like(one, value)], axis=axis)
    return result


def reordered(blocks: Mapping[str, Array], group: Units, order: Sequence[int]) -> Blocks:
    """The units of a group in another order."""
    axes = {**group.own, **group.shares}
    return {
        name: np.take(block, order, axis=axes[name]) if name in axes else block
        for name, block in blocks.items()
    }


def mapping_of(
    source: Model, wide: Model, target: Model | None, blocks: Mapping[str, Array], name: str
) -> CriticalMapping:
    """The mapping with values for the blocks of `wide`, onto a target equal to it up to names."""
    if target is not None and target != wide:
        a, b = Layered(wide), Layered(target)
        blocks = {
            there: blocks[here].reshape(target.blocks[there])
            for layer in range(1, a.depth + 1)
            for here, there in zip(a.names(layer), b.names(layer), strict=True)
            if there
        }
    values = {name: block if block.shape else block.item() for name, block in blocks.items()}
    return CriticalMapping(source, wide if target is None else target, values, name)


def head_padding(source: Model, target: Model) -> CriticalMapping:
    r"""Attention with larger heads: zero columns in Q, K, V, zero rows in O, Q rescaled for the
    score factor.

    The usual factor $1/\sqrt{d}$ changes with the head dimension, so zero padding alone changes the
    output. A guest's structure takes part by its `enlarged`.

    Raises:
        FamilyError: not two attention models that differ in head_dim (upwards) and scale only.

    Example:
        >>> from rankstrat.families import attention
        >>> small = attention(tokens=2, model_dim=1, head_dim=1, linear=True)
        >>> large = attention(tokens=2, model_dim=1, head_dim=2, linear=True)
        >>> head_padding(small, large).verdict
        <Verdict.PROVED: 'PROVED'>
    """
    structure: object = source.structure
    if isinstance(structure, HasEnlargements):
        values = structure.enlarged(target.structure)
    else:
        values = None
    if values is None:
        raise FamilyError(
            f"{source} -> {target} is not a pair of attention models that differ in a growing"
            " head_dim only"
        )
    return CriticalMapping(source, target, values, "larger heads")


__all__ = [
    "Array",
    "Blocks",
    "counts_of",
    "equal_up_to_names",
    "group_of",
    "has_units",
    "head_padding",
    "mapping_of",
    "reordered",
    "resized",
    "split",
    "structure_of",
    "symbols_of",
    "units_of",
    "widened",
    "with_null",
    "with_one_more",
]
