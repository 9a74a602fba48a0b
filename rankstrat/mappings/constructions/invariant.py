"""Invariant manifolds of a net as smaller nets: the embedding whose image the manifold is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy

from rankstrat.errors import ModelError, demand
from rankstrat.mappings.constructions.layers import Layered
from rankstrat.mappings.constructions.null import null
from rankstrat.mappings.constructions.splitting import splitting
from rankstrat.mappings.mapping import CriticalMapping
from rankstrat.symmetry import InvariantManifold, Symmetry, symmetries


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
        mappingproxy({a1: a1/2, a2: a1/2, w1_1: w1_1, w2_1: w1_1})
    """
    demand(
        manifold,
        InvariantManifold,
        ModelError,
        "an invariant manifold",
        "try invariant_manifolds(model)[0]",
    )
    view = Layered(manifold.chart.model)
    flips = [None, *(g for g in symmetries(view.model) if g.kind == "sign")]
    for mapping in _candidates(view):
        for flip in flips:
            candidate = mapping if flip is None else _moved(mapping, flip)
            if _is_onto(candidate, manifold):
                return candidate
    return None


def _candidates(view: Layered) -> Iterator[CriticalMapping]:
    for layer in range(1, view.depth):
        if view.widths[layer] == 1:
            continue
        widths = [m - (k == layer) for k, m in enumerate(view.widths)]
        narrow, last = view.with_widths(widths), view.widths[layer] - 1
        for place in range(view.widths[layer]):
            order = [*range(place), last, *range(place, last)]
            for unit in range(last):
                half = splitting(
                    narrow, view.model, layer=layer, unit=unit, alpha=sympy.Rational(1, 2)
                )
                yield _reordered(half, view, layer, order)
            yield _reordered(null(narrow, view.model, layer=layer, alpha=0), view, layer, order)


def _reordered(
    mapping: CriticalMapping, view: Layered, layer: int, order: list[int]
) -> CriticalMapping:
    """The mapping with the units of a layer of its target in another order."""
    pick = np.vectorize(lambda s: mapping.values[s], otypes=[object])
    weights = [pick(view.weights(k)) for k in range(1, view.depth + 1)]
    given = [view.biases(k) for k in range(1, view.depth + 1)]
    biases = [None if b is None else pick(b) for b in given]
    weights[layer - 1], weights[layer] = weights[layer - 1][order], weights[layer][:, order]
    own = biases[layer - 1]
    biases[layer - 1] = None if own is None else own[order]
    return CriticalMapping(
        mapping.source, mapping.target, view.values(weights, biases), mapping.name
    )


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
