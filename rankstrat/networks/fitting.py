r"""A narrow network as close as it comes to the function of a wide one on given inputs."""

from __future__ import annotations

from typing import Any

import numpy as np

from rankstrat.networks.extras import scipy
from rankstrat.networks.network import Floats, Network, forward
from rankstrat.networks.partition import Partition

CONDITION = 1e-8
WIDEST = 2_000
FITTED, RESIDUALS, CALLS = 60, 2_000, 40


def refitted(partition: Partition, like: Network, inputs: Floats) -> Network:
    r"""$\min \sum_x |f_{\text{narrow}}(x) - f(x)|^2$ from the weights of a partition: first over
    the outgoing weights of the last layer, then over all if there are few.

    Args:
        partition: where to start.
        like: the wide network f.
        inputs: the x, (n, d).
    """
    narrow = Network.of(like, partition.weights, partition.biases)
    if partition.widths == like.layers.widths[1:-1]:
        return narrow
    wanted = like.outputs(inputs)
    better = _last(narrow, wanted, inputs)
    return _all(better, wanted, inputs)


def mean_square(network: Network, wanted: Floats, inputs: Floats) -> float:
    """The mean square of the difference."""
    return float(((network.outputs(inputs) - wanted) ** 2).mean())


def _last(narrow: Network, wanted: Floats, inputs: Floats) -> Network:
    """The least change of the outgoing weights that comes closest."""
    weights, biases = list(narrow.weights), list(narrow.biases)
    width = weights[-1].shape[1]
    if width > WIDEST or len(inputs) * width > 1 << 23:
        return narrow
    features = forward(weights, biases, narrow.activation, inputs)[-2]
    if biases[-1] is not None:
        features = np.column_stack([features, np.ones(len(inputs))])
    gap = wanted - narrow.outputs(inputs)
    change = np.linalg.lstsq(features, gap, rcond=CONDITION)[0].T
    weights[-1] = weights[-1] + change[:, :width]
    if biases[-1] is not None:
        biases[-1] = biases[-1] + change[:, width]
    return _closer(narrow, Network.of(narrow, weights, biases), wanted, inputs)


def _all(narrow: Network, wanted: Floats, inputs: Floats) -> Network:
    """A few steps of Levenberg and Marquardt over all weights of a small network."""
    size = narrow.model.size
    chosen = inputs[:: max(1, -(-len(inputs) * wanted.shape[1] // RESIDUALS))]
    if size > FITTED or size > len(chosen) * wanted.shape[1]:
        return narrow
    start = np.concatenate([v.ravel() for v in narrow.values.values()])
    goal = wanted[:: max(1, -(-len(inputs) * wanted.shape[1] // RESIDUALS))]

    def residuals(theta: Floats) -> Any:
        values = _placed(narrow, theta)
        return (Network(narrow.model, values).outputs(chosen) - goal).ravel()

    found = scipy("optimize", "a fit").least_squares(
        residuals, start, method="trf", x_scale="jac", max_nfev=CALLS
    )
    if not np.isfinite(found.x).all():
        return narrow
    moved = Network(narrow.model, _placed(narrow, found.x))
    return _closer(narrow, moved, wanted, inputs)


def _placed(network: Network, theta: Floats) -> dict[str, Floats]:
    values, start = {}, 0
    for name, value in network.values.items():
        values[name] = theta[start : start + value.size].reshape(value.shape)
        start += value.size
    return values


def _closer(one: Network, two: Network, wanted: Floats, inputs: Floats) -> Network:
    if mean_square(two, wanted, inputs) < mean_square(one, wanted, inputs):
        return two
    return one


__all__ = ["mean_square", "refitted"]
