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
FEW, TRIED = 8, 4
"""Up to so many units several are tried, since a fit of few units may end far from the best one,
and how many."""
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
    while (width := network.weights[0].shape[0]) > 1:
        order = _by_cost(network, x)
        ways = []
        for unit in order[: TRIED if width <= FEW else 1]:
            narrow = _left_out(network, unit)
            if narrow.model.size <= FITTED:
                narrow = fitted(narrow, y, x)
            else:
                narrow = last_fitted(narrow, wanted, inputs)
            ways.append((mean_square(narrow, wanted, inputs), unit, narrow))
        _, unit, network = min(ways, key=lambda way: way[:2])
        partition = _without(partition, unit)
        if mean_square(network, wanted, inputs) > FAR * float((wanted**2).mean()):
            return
        yield network, partition


def _left_out(network: Network, unit: int) -> Network:
    weights = [np.delete(network.weights[0], unit, 0), np.delete(network.weights[1], unit, 1)]
    own = network.biases[0]
    biases = [None if own is None else np.delete(own, unit), network.biases[1]]
    return Network.of(network, weights, biases)


def _by_cost(network: Network, inputs: Floats) -> list[int]:
    r"""The units by what their loss costs once the outgoing weights of the others make up for it,
    $|A_k|^2 / [(H^T H)^{-1}]_{kk}$.
    """
    features = forward(network.weights, network.biases, network.activation, inputs)[1]
    if network.biases[1] is not None:
        features = np.column_stack([features, np.ones(len(inputs))])
    square = features.T @ features
    square += RIDGE * np.trace(square) * np.eye(len(square))
    inverse = np.diag(np.linalg.pinv(square))[: network.weights[1].shape[1]]
    costs = (network.weights[1] ** 2).sum(axis=0) / inverse
    return [int(k) for k in np.argsort(costs, kind="stable")]


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
