r"""A narrow network as close as it comes to the function of a wide one on given inputs."""

from __future__ import annotations

from typing import Any

import numpy as np

from rankstrat.networks.extras import scipy
from rankstrat.networks.network import Floats, Network, forward, in_floats
from rankstrat.networks.partition import Partition

CONDITION = 1e-8
WIDEST = 2_000
FITTED, RESIDUALS, CALLS = 75, 400, 100
STEP = 1e-5


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
    better = last_fitted(narrow, wanted, inputs)
    return _all(better, wanted, inputs)


def mean_square(network: Network, wanted: Floats, inputs: Floats) -> float:
    """The mean square of the difference."""
    return float(((network.outputs(inputs) - wanted) ** 2).mean())


def last_fitted(narrow: Network, wanted: Floats, inputs: Floats) -> Network:
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
    """All weights of a small network with one hidden layer."""
    step = max(1, -(-len(inputs) * wanted.shape[1] // RESIDUALS))
    if narrow.model.size > FITTED or len(narrow.weights) != 2:
        return narrow
    moved = fitted(narrow, wanted[::step], inputs[::step])
    return _closer(narrow, moved, wanted, inputs)


def fitted(network: Network, wanted: Floats, inputs: Floats) -> Network:
    """The network after steps of Levenberg and Marquardt over all weights."""
    sigma, count = in_floats(network.activation), len(inputs)
    outputs, width = network.weights[1].shape
    biased, shifted = network.biases[0] is not None, network.biases[1] is not None
    extended = np.column_stack([inputs, np.ones(count)]) if biased else inputs
    rows = network.weights[0]
    if network.biases[0] is not None:
        rows = np.column_stack([rows, network.biases[0]])
    parts = [rows.ravel(), network.weights[1].ravel()]
    if network.biases[1] is not None:
        parts.append(network.biases[1])
    start = np.concatenate(parts)
    if len(start) > count * outputs:
        return network

    def split(theta: Floats) -> tuple[Floats, Floats, Floats]:
        v = theta[: rows.size].reshape(rows.shape)
        a = theta[rows.size : rows.size + outputs * width].reshape(outputs, width)
        return v, a, theta[rows.size + outputs * width :]

    def residuals(theta: Floats) -> Any:
        v, a, c = split(theta)
        found = sigma(extended @ v.T) @ a.T - wanted
        return (found + c if shifted else found).ravel()

    def jacobian(theta: Floats) -> Any:
        v, a, _ = split(theta)
        z = extended @ v.T
        slope = (sigma(z + STEP) - sigma(z - STEP)) / (2 * STEP)
        inner = np.einsum("nk,ok,nd->nokd", slope, a, extended).reshape(count * outputs, -1)
        outer = np.einsum("nk,op->nopk", sigma(z), np.eye(outputs)).reshape(count * outputs, -1)
        blocks = [inner, outer]
        if shifted:
            blocks.append(np.tile(np.eye(outputs), (count, 1)))
        return np.hstack(blocks)

    found = scipy("optimize", "a fit").least_squares(
        residuals, start, jacobian, method="lm", max_nfev=CALLS
    )
    if not np.isfinite(found.x).all():
        return network
    v, a, c = split(found.x)
    weights = [v[:, :-1] if biased else v, a]
    moved = Network.of(network, weights, [v[:, -1] if biased else None, c if shifted else None])
    if mean_square(moved, wanted, inputs) < mean_square(network, wanted, inputs):
        return moved
    return network


def _closer(one: Network, two: Network, wanted: Floats, inputs: Floats) -> Network:
    if mean_square(two, wanted, inputs) < mean_square(one, wanted, inputs):
        return two
    return one


__all__ = ["fitted", "last_fitted", "mean_square", "refitted"]
