"""Families that are sums over interchangeable units: kernels, attention heads, neurons of a KAN."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import sympy

from rankstrat import families
from rankstrat.errors import FamilyError, demand
from rankstrat.mappings.constructions.layers import symbol
from rankstrat.mappings.mapping import CriticalMapping
from rankstrat.model.model import Model
from rankstrat.text.parsing import block_symbols

UNITS: Mapping[str, tuple[str, str]] = {
    "convolutional": ("kernels", "a"),
    "attention": ("heads", "O"),
    "kan": ("width", "outer"),
}
"""Family -> (argument that counts units, block in which a unit enters linearly)."""


def is_sum_of_units(model: Model) -> bool:
    """Whether the model belongs to one of the families in `UNITS`."""
    demand(model, Model, FamilyError, "a Model", "of a point, take its .model")
    return model.structure is not None and model.structure.family in UNITS


def _grown(source: Model, target: Model | None) -> tuple[Model, str, int]:
    assert source.structure is not None
    family, arguments = source.structure.family, dict(source.structure.arguments)
    count, linear = UNITS[family]
    wide = families.build(family, **(arguments | {count: arguments[count] + 1}))
    if target is not None and target != wide:
        raise FamilyError(
            f"the target {target} is not {source} with one more of its {count}; it must be {wide}"
        )
    return wide, linear, arguments[count]


def unit_splitting(source: Model, target: Model | None, unit: int, alpha: Any) -> CriticalMapping:
    """Append a copy of a unit; the linear block of the unit is shared, 1 - alpha and alpha."""
    wide, linear, count = _grown(source, target)
    if not 0 <= unit < count:
        raise FamilyError(f"unit {unit} does not exist; units are 0..{count - 1}")
    share = symbol("alpha", alpha)
    values = {}
    for name, shape in source.blocks.items():
        block = block_symbols(name, shape)
        if shape and shape[0] == count and wide.blocks[name][0] == count + 1:
            copy = block[unit]
            block = np.concatenate([block, np.asarray(copy, dtype=object)[None]])
            if name == linear:
                block[unit], block[count] = block[unit] * (1 - share), block[count] * share
        values[name] = block if shape else block.item()
    return CriticalMapping(source, wide, values, f"split(unit {unit + 1})")


def null_unit(source: Model, target: Model | None) -> CriticalMapping:
    """Append a unit whose parameters are all zero."""
    wide, _, count = _grown(source, target)
    values = {}
    for name, shape in source.blocks.items():
        block = block_symbols(name, shape)
        if shape and shape[0] == count and wide.blocks[name][0] == count + 1:
            block = np.concatenate(
                [block, np.full((1, *shape[1:]), sympy.Integer(0), dtype=object)]
            )
        values[name] = block if shape else block.item()
    return CriticalMapping(source, wide, values, "null unit")


def head_padding(source: Model, target: Model) -> CriticalMapping:
    r"""Attention with larger heads: zero columns in Q, K, V, zero rows in O, Q rescaled for the
    score factor.

    The usual factor $1/\sqrt{d}$ changes with the head dimension, so zero padding alone changes the
    output.

    Raises:
        FamilyError: not two attention models that differ in head_dim (upwards) and scale only.

    References:
        SPEC 11.4.

    Example:
        >>> from rankstrat.families import attention
        >>> small = attention(tokens=2, model_dim=1, head_dim=1, linear=True)
        >>> large = attention(tokens=2, model_dim=1, head_dim=2, linear=True)
        >>> head_padding(small, large).verdict
        <Verdict.PROVED: 'PROVED'>
    """
    a, b = (
        dict(m.structure.arguments) if is_sum_of_units(m) and m.structure is not None else {}
        for m in (source, target)
    )
    small, large = a.pop("head_dim", 0), b.pop("head_dim", 0)
    a.pop("scale", None)
    b.pop("scale", None)
    if not small or a != b or small > large:
        raise FamilyError(
            f"{source} -> {target} is not a pair of attention models that differ in a growing"
            " head_dim only"
        )
    ratio = source.structure.factor / target.structure.factor  # type: ignore[union-attr]
    values = {}
    for name, shape in source.blocks.items():
        block = np.full(target.blocks[name], sympy.Integer(0), dtype=object)
        block[tuple(slice(0, n) for n in shape)] = block_symbols(name, shape) * (
            ratio if name == "Q" else 1
        )
        values[name] = block
    return CriticalMapping(source, target, values, f"head dimension {small} -> {large}")


__all__ = ["UNITS", "head_padding", "is_sum_of_units", "null_unit", "unit_splitting"]
