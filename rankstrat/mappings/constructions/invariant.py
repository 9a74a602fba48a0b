"""Invariant manifolds of a net as smaller nets: the embedding whose image the manifold is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy

from rankstrat.errors import ModelError, demand
from rankstrat.mappings.constructions.null import null
from rankstrat.mappings.constructions.splitting import splitting
from rankstrat.mappings.constructions.units import (
    mapping_of,
    reordered,
    resized,
    symbols_of,
    units_of,
)
from rankstrat.mappings.mapping import CriticalMapping
from rankstrat.model.model import Model
from rankstrat.model.structure import Units
from rankstrat.symmetry import InvariantManifold, Symmetry, symmetries

HALF = sympy.Rational(1, 2)


def identify(manifold: InvariantManifold) -> CriticalMapping | None:
    r"""The critical mapping from a narrower net onto an invariant manifold: a splitting by halves
    or a null unit.

    Both are linear; the image is the manifold when the symmetry fixes it and the dimensions agree.
    None when no one-step embedding has this image (smaller in two layers at once, say).

    Example:
        >>> from rankstrat.families import two_layer
        >>> from rankstrat.symmetry import invariant_manifolds
        >>> equal = invariant_manifolds(two_layer(width=2, inputs=1))[0]
        >>> identify(equal).values
        FrozenMapping({a1: a1/2, a2: a1/2, w1_1: w1_1, w2_1: w1_1})
    """
    demand(
        manifold,
        InvariantManifold,
        ModelError,
        "an invariant manifold",
        "try invariant_manifolds(model)[0]",
    )
    model = manifold.chart.model
    flips = [None, *(g for g in symmetries(model) if g.kind == "sign")]
    for mapping in _candidates(model):
        for flip in flips:
            candidate = mapping if flip is None else _moved(mapping, flip)
            if _is_onto(candidate, manifold):
                return candidate
    return None


def _candidates(model: Model) -> Iterator[CriticalMapping]:
    for layer, group in enumerate(units_of(model), 1):
        last = group.count - 1
        if last == 0:
            continue
        narrow = resized(model, layer, -1)
        for place in range(group.count):
            order = [*range(place), last, *range(place, last)]
            for unit in range(last):
                half = splitting(narrow, model, layer=layer, unit=unit, alpha=HALF)
                yield _reordered(half, group, order)
            yield _reordered(null(narrow, model, layer=layer, alpha=0), group, order)


def _reordered(mapping: CriticalMapping, group: Units, order: list[int]) -> CriticalMapping:
    """The mapping with the units of a group of its target in another order."""
    pick = np.vectorize(lambda s: mapping.values[s], otypes=[object])
    blocks = {name: pick(block) for name, block in symbols_of(mapping.target).items()}
    blocks = reordered(blocks, group, order)
    return mapping_of(mapping.source, mapping.target, None, blocks, mapping.name)


def _moved(mapping: CriticalMapping, g: Symmetry) -> CriticalMapping:
    values = {
        p: g.values.get(p, p).xreplace(dict(mapping.values)) for p in mapping.target.parameters
    }
    return CriticalMapping(
        mapping.source, mapping.target, values, f"{mapping.name} with a change of sign"
    )


def _is_onto(mapping: CriticalMapping, manifold: InvariantManifold) -> bool:
    if mapping.source.size != manifold.dimension:
        return False
    fixed = manifold.symmetry.values
    if any(
        sympy.expand(v.xreplace(dict(mapping.values)) - mapping.values[p]) != 0
        for p, v in fixed.items()
    ):
        return False
    jacobian = sympy.Matrix(list(mapping.values.values())).jacobian(list(mapping.source.parameters))
    return int(jacobian.rank()) == manifold.dimension


__all__ = ["identify"]
