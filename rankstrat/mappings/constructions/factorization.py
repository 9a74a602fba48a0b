r"""Linear depth: inserting an identity factor into a product of matrices is a critical mapping on
the whole space.
"""

from __future__ import annotations

import numpy as np
import sympy

from rankstrat.errors import FamilyError
from rankstrat.mappings.constructions.layers import Array, Layered
from rankstrat.mappings.mapping import CriticalMapping
from rankstrat.model.model import Model


def insertion(source: Model, target: Model, *, layer: int = 1) -> CriticalMapping:
    r"""$W_L \cdots W_1 = W_L \cdots W_{l+1}[I\;0]\,[I;0]^T W_l \cdots W_1$: a factor more after
    layer l.

    Unlike depth lifting of nonlinear nets (`lifting`) this preserves the output on every input, and
    $\partial F/\partial(\text{new factor})$ lies in the span of the old tangent functions.

    Args:
        source: a (deep) matrix factorization.
        target: a deep matrix factorization with one more factor; its new width is at least that of
            layer l.
        layer: the factor is inserted after W_l; 0 .. L.

    Raises:
        FamilyError: other families, or widths that do not fit.

    Example:
        >>> from rankstrat.families import deep_matrix_factorization as deep
        >>> insertion(deep([2, 1, 2]), deep([2, 1, 1, 2])).verdict
        <Verdict.PROVED: 'PROVED'>
    """
    a, b = Layered(source), Layered(target)
    if not (a.is_linear and b.is_linear):
        raise FamilyError(
            f"{source} -> {target} is not a pair of matrix factorizations; use lifting for networks"
        )
    if b.depth != a.depth + 1 or not 0 <= layer <= a.depth:
        raise FamilyError(
            f"{target} does not have one factor more than {source}; its depth must be {a.depth + 1}"
        )
    widths = list(b.widths)
    new = widths.pop(layer + 1) if layer < a.depth else widths.pop(layer)
    if tuple(widths) != a.widths or new < a.widths[layer]:
        raise FamilyError(
            f"the widths {b.widths} do not come from {a.widths} by inserting a width >="
            f" {a.widths[layer]} after layer {layer}"
        )
    eye = np.array(
        [[sympy.Integer(int(i == j)) for j in range(a.widths[layer])] for i in range(new)],
        dtype=object,
    )
    weights: list[Array] = []
    for k in range(1, a.depth + 1):
        w = a.weights(k)
        if k == layer + 1:
            weights += [eye, w.dot(eye.T)]
        else:
            weights.append(w)
    if layer == a.depth:
        weights = [*weights[:-1], eye.dot(weights[-1]), eye.T]
    return CriticalMapping(source, target, b.values(weights, [None] * b.depth), f"insert({layer})")


__all__ = ["insertion"]
