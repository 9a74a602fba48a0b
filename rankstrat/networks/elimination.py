r"""Units of one hidden layer left out one after another, each time the one that the function misses
least: the profile in function space, where inputs are given.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from rankstrat.networks.fitting import fitted, last_fitted, mean_square
from rankstrat.networks.network import Floats, Network, forward
from rankstrat.networks.partition import Partition

WIDEST = 24
"""Units from which units are left out."""
SAMPLES, FITTED = 400, 120
FAR = 0.1
"""The part of the mean square of the function at which nothing is left of it."""
RIDGE = 1e-10


def eliminated(
    start: Network, partition: Partition, wanted: Floats, inputs: Floats
) -> Iterator[tuple[Network, Partition]]:
    """Networks with one unit less each time, fitted to the wanted outputs, until these are missed.

    Args:
        start: a network with one hidden layer, which the partition led to.
        partition: its units.
        wanted: the outputs (n, q) of the wide network.
        inputs: where, (n, d).
    """
    step = max(1, -(-len(inputs) * wanted.shape[1] // SAMPLES))
    x, y = inputs[::step], wanted[::step]
    network = start
    while network.weights[0].shape[0] > 1:
        unit = _least(network, x)
        weights = [np.delete(network.weights[0], unit, 0), np.delete(network.weights[1], unit, 1)]
        own = network.biases[0]
        biases = [None if own is None else np.delete(own, unit), network.biases[1]]
        network = Network.of(network, weights, biases)
        if network.model.size <= FITTED:
            network = fitted(network, y, x)
        else:
            network = last_fitted(network, wanted, inputs)
        partition = _without(partition, unit)
        if mean_square(network, wanted, inputs) > FAR * float((wanted**2).mean()):
            return
        yield network, partition


def _least(network: Network, inputs: Floats) -> int:
    r"""The unit whose loss costs least once the others make up for it:
    $|A_k|^2 / [(H^T H)^{-1}]_{kk}$.
    """
    features = forward(network.weights, network.biases, network.activation, inputs)[1]
    if network.biases[1] is not None:
        features = np.column_stack([features, np.ones(len(inputs))])
    square = features.T @ features
    square += RIDGE * np.trace(square) * np.eye(len(square))
    inverse = np.diag(np.linalg.pinv(square))[: network.weights[1].shape[1]]
    return int(np.argmin((network.weights[1] ** 2).sum(axis=0) / inverse))


def _without(partition: Partition, unit: int) -> Partition:
    """The partition whose class of that number has lost its share."""
    (step,) = partition.steps
    gone = step.labels == unit
    labels = np.where(step.labels > unit, step.labels - 1, step.labels)
    labels[gone] = 0
    shares = np.where(gone, 0.0, step.shares)
    return replace(
        partition,
        steps=(replace(step, labels=labels, shares=shares, dropped=step.dropped | gone),),
        weights=(np.delete(partition.weights[0], unit, 0), partition.weights[1]),
    )


__all__ = ["WIDEST", "eliminated"]
