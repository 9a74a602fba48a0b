"""Points of products of matrices, from the ranks of partial products."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import sympy

from rankstrat.algebra.linear import Rational
from rankstrat.model.model import Model
from rankstrat.model.structure import HasLayers, Layers
from rankstrat.singular.coefficient import LearningCoefficient
from rankstrat.singular.known import Known
from rankstrat.singular.products import Chain, multiplied


def of_product(known: Known) -> LearningCoefficient | None:
    """A point of a product of matrices, by the ranks of its partial products."""
    layers = _product_layers(known.chart.model)
    if layers is None or not all(isinstance(v, int | Fraction) for v in known.chart.raw):
        return None
    arrays = known.chart.arrays
    factors = []
    for name, (before, after) in zip(
        layers.weights, zip(layers.widths, layers.widths[1:], strict=False), strict=True
    ):
        factors.append([list(row) for row in arrays[name].reshape(after, before)])
    chain = Chain.of(factors, layers.widths)
    found = chain.least()
    if found is None:
        return None
    rest, minimisers = found
    multiplicity = chain.longest(minimisers)
    if rest + chain.smooth == known.certificate.lower:
        multiplicity = 1
    return known.decided(
        Fraction(chain.smooth + rest, 2),
        multiplicity,
        "the components through a point of a product (docs/singular.md#products-of-matrices)",
        by_rank=False,
    )


def _product_layers(model: Model) -> Layers | None:
    """The layers of a product of matrices, tried at a point; None for other models."""
    structure: object = model.structure
    if not isinstance(structure, HasLayers):
        return None
    layers = structure.layers
    z = sympy.Symbol("z")
    if any(layers.biases) or layers.activation(z) != z:
        return None
    if not _is_product(model, layers):
        return None
    return layers


def _is_product(model: Model, layers: Layers) -> bool:
    """Whether the outputs are the entries of the product, or it applied to the inputs, at a random
    point.
    """
    point = model.point([(7 * i * i + 3 * i + 1) % 101 - 50 for i in range(model.size)])
    total: Sequence[Sequence[Rational]] | None = None
    for name, (before, after) in zip(
        layers.weights, zip(layers.widths, layers.widths[1:], strict=False), strict=True
    ):
        factor = [list(row) for row in point.arrays[name].reshape(after, before)]
        total = factor if total is None else multiplied(factor, total)
    assert total is not None
    given = [sympy.expand(o.xreplace(point.values)) for o in model.outputs]
    if model.inputs:
        right = [
            sympy.expand(sympy.Add(*(c * x for c, x in zip(row, model.inputs, strict=True))))
            for row in total
        ]
    else:
        right = [sympy.Rational(c) for row in total for c in row]
    return given == right


__all__ = ["of_product"]
