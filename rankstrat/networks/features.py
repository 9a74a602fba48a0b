r"""A lower bound for the rank of networks too large for elimination: their last layer.

The tangent functions of the outgoing weights and biases of the last layer are $e_i h_j$ and $e_i$,
with the units $h_j$ of the last hidden layer and the unit vectors $e_i$ of the outputs. They span
q times as many dimensions as the $h_j$ and 1.
"""

from __future__ import annotations

import numpy as np

from rankstrat.algebra.ball_matrices import Balls, applied, dyadic, ones, product
from rankstrat.algebra.balls import Elimination
from rankstrat.algebra.primes import mix
from rankstrat.algebra.program import Program
from rankstrat.algebra.signature import precision
from rankstrat.errors import UndecidedError
from rankstrat.networks.snapped import Snapped

UNITS, SPARE, BITS = 64, 16, 512
"""The most units of the last hidden layer that are compared, how many more inputs than units there
are, and the working precision."""
LARGEST = 30_000
"""Parameters of the networks that are evaluated with balls."""


def last_layer_bound(snapped: Snapped, *, seed: int = 0) -> int:
    """Tangent functions of the last layer that are certainly independent; 0 where none was looked
    for.

    Args:
        snapped: the exact point.
        seed: names the inputs.
    """
    layers = snapped.network.layers
    if snapped.model.size > LARGEST or len(layers.widths) < 3:
        return 0
    units, biased = min(UNITS, layers.widths[-2]), int(bool(layers.biases[-1]))
    try:
        with precision(BITS):
            rows = _features(snapped, units + SPARE, seed)
    except UndecidedError:  # an input at a kink
        return 0
    elimination = Elimination(BITS)
    found = [elimination.pivot([*row[:units], *ones(biased)]) for row in rows]
    return layers.widths[-1] * sum(column is not None for column in found)


def _features(snapped: Snapped, count: int, seed: int) -> Balls:
    """The units of the last hidden layer at some inputs."""
    layers, program = snapped.network.layers, Program()
    leaf = program.leaf(("z", 0))
    node = layers.activation.template.at(program, leaf)
    places = [[mix(seed, 51, i, t) % 4097 for t in range(layers.widths[0])] for i in range(count)]
    values = dyadic(np.array(places, dtype=np.int64) - 2048, 10)
    for k, name in enumerate(layers.weights[:-1]):
        shape = layers.widths[k + 1], layers.widths[k]
        values = product(values, _block(snapped, name, shape).T)
        if layers.biases[k]:
            values = values + _block(snapped, layers.biases[k], shape[:1])
        values = applied(program, node, leaf, values)
    return values


def _block(snapped: Snapped, name: str, shape: tuple[int, ...]) -> Balls:
    return dyadic(snapped.numerators[name].reshape(shape), snapped.exponents[name])


__all__ = ["last_layer_bound"]
