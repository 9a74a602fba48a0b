r"""Units of all hidden layers merged and dropped at one tolerance, layer after layer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rankstrat.networks.extras import scipy
from rankstrat.networks.linkage import Labels, Tree, single_linkage
from rankstrat.networks.network import Floats, Network, in_floats
from rankstrat.networks.units import Layer, Symmetry, compared, metric, signs_in

PROBED = 1 << 22
"""The most values of units that are held at a time."""
MANY = 100_000
"""Parameters from which a network is looked at in fewer tolerances."""


@dataclass(frozen=True)
class Step:
    """What became of the units of one hidden layer.

    Attributes:
        labels: the new unit that each unit is a copy of.
        signs: +-1 for each unit: a copy, or a mirror image.
        shares: the part that each unit has in the outgoing weights of its class; 0 for those that
            were dropped.
        dropped: whether a unit was nearly null or constant and lost its share.
        radius: the largest distance of a unit from its class, as a part of the scale.
    """

    labels: Labels = field(repr=False)
    signs: Floats = field(repr=False)
    shares: Floats = field(repr=False)
    dropped: Any = field(repr=False)
    radius: float = 0.0


@dataclass(frozen=True, eq=False)
class Partition:
    """A network that merging and dropping at a tolerance gives.

    Attributes:
        tolerance: as a part of the scale.
        steps: one for each hidden layer.
        weights, biases: of the narrow network, in floats.
    """

    tolerance: float
    steps: tuple[Step, ...]
    weights: tuple[Floats, ...] = field(repr=False)
    biases: tuple[Floats | None, ...] = field(repr=False)

    @property
    def widths(self) -> tuple[int, ...]:
        """Of the hidden layers."""
        return tuple(w.shape[0] for w in self.weights[:-1])

    @property
    def radius(self) -> float:
        """The largest of all layers."""
        return max((step.radius for step in self.steps), default=0.0)


class Partitions:
    """The partitions of a network at all tolerances; trees are kept.

    Args:
        network: the network.
        inputs: at which contributions are measured.
        plain: whether parameters are compared as they are, not by what they do on the inputs.
        seed: for the comparison of many units.
    """

    def __init__(self, network: Network, inputs: Floats, *, plain: bool, seed: int = 0) -> None:
        self.network, self.plain, self.seed = network, plain, seed
        widest = max(network.layers.widths)
        self.inputs = inputs[: max(8, PROBED // widest)]
        self._trees: dict[tuple[bytes, ...], tuple[Tree, Floats, float]] = {}
        biases = network.biases
        self.symmetries = [
            Symmetry.of(network.activation, constant=biases[k + 1] is not None)
            for k in range(len(network.weights) - 1)
        ]

    def tree(self, layer: int) -> tuple[Tree, Floats, float]:
        """The merges of a hidden layer (from 0) of the network as it is, the vectors that are
        compared, and their scale.
        """
        network = self.network
        inputs = self.inputs
        sigma = in_floats(network.activation)
        for weight, bias in zip(network.weights[:layer], network.biases[:layer], strict=True):
            inputs = sigma(inputs @ weight.T + (0.0 if bias is None else bias))
        own = layer_of(list(network.weights), list(network.biases), layer)
        return self._tree((b"whole", bytes([layer])), own, inputs, self.symmetries[layer])

    def _tree(
        self, key: tuple[bytes, ...], layer: Layer, inputs: Floats, symmetry: Symmetry
    ) -> tuple[Tree, Floats, float]:
        if key not in self._trees:
            triangle = metric(inputs, layer.biased, plain=self.plain)
            vectors, scale = compared(layer, triangle, symmetry)
            tree = single_linkage(vectors, signed=symmetry.signed, seed=self.seed)
            self._trees[key] = tree, vectors, scale
        return self._trees[key]

    def at(self, tolerance: float) -> Partition:
        """The partition at a tolerance."""
        if not self.symmetries:
            return Partition(tolerance, (), self.network.weights, self.network.biases)
        weights, biases = list(self.network.weights), list(self.network.biases)
        inputs, steps = self.inputs, list[Step]()
        key: tuple[bytes, ...] = (b"start",)
        # trees see the layer before with its units merged and none dropped: what is dropped changes
        # little, but it changes at every tolerance
        full, whole = layer_of(weights, biases, 0), inputs
        sigma = in_floats(self.network.activation)
        for k, symmetry in enumerate(self.symmetries):
            layer = layer_of(weights, biases, k)
            tree, vectors, scale = self._tree(key, full, whole, symmetry)
            merged = _merged(layer, tree.labels(tolerance * scale), vectors, scale, symmetry)
            bias_next = biases[k + 1]
            if bias_next is not None and symmetry.shift:
                mirrored = merged.signs < 0
                bias_next = bias_next + symmetry.shift * layer.columns[:, mirrored].sum(axis=1)
            z = inputs @ merged.weights.T
            own = merged.bias
            values = sigma(z if own is None else z + own)
            kept, bias_next = _kept(merged.columns, values, tolerance, bias_next)
            weights[k], weights[k + 1] = merged.weights[kept], merged.columns[:, kept]
            biases[k], biases[k + 1] = None if own is None else own[kept], bias_next
            steps.append(merged.step(kept))
            inputs = values[:, kept]
            if k + 1 < len(self.symmetries):
                after = [merged.columns, self.network.weights[k + 2]]
                full, whole = layer_of(after, [self.network.biases[k + 1], None], 0), values
                key = (*key, merged.labels.tobytes())
        return Partition(tolerance, tuple(steps), tuple(weights), tuple(biases))


def layer_of(weights: list[Any], biases: list[Any], k: int) -> Layer:
    """Hidden layer k (from 0) of a list of matrices."""
    rows = weights[k] if biases[k] is None else np.column_stack([weights[k], biases[k]])
    return Layer(rows, weights[k + 1], biases[k] is not None)


@dataclass(frozen=True)
class _Merged:
    """A layer whose clusters are units."""

    rows: Floats
    columns: Floats
    biased: bool
    labels: Labels
    signs: Floats
    shares: Floats
    radius: Floats

    @property
    def weights(self) -> Floats:
        return self.rows[:, :-1] if self.biased else self.rows

    @property
    def bias(self) -> Floats | None:
        return self.rows[:, -1] if self.biased else None

    def step(self, kept: Any) -> Step:
        """The record of the layer once only some clusters are kept."""
        number = np.cumsum(kept) - 1
        number[~kept] = 0  # a unit without a share may be a copy of any unit
        dropped = ~kept[self.labels]
        radius = float(self.radius[kept].max(initial=0.0))
        shares = np.where(dropped, 0.0, self.shares)
        return Step(number[self.labels], self.signs, shares, dropped, radius)


def _merged(
    layer: Layer, labels: Labels, vectors: Floats, scale: float, symmetry: Symmetry
) -> _Merged:
    """Clusters as units: the weighted mean of the incoming, the sum of the outgoing weights."""
    count = len(labels)
    number = int(labels.max(initial=-1)) + 1
    masses = layer.masses
    signs = signs_in(vectors, labels, masses, symmetry)
    lengths = np.linalg.norm(layer.rows, axis=1) if symmetry.rays else np.ones(count)
    masses = masses * lengths
    total = np.bincount(labels, masses, number)
    masses = np.where(total[labels] > 0, masses, 1.0)
    total = np.bincount(labels, masses, number)
    directions = layer.rows / np.where(lengths > 0, lengths, 1.0)[:, None]
    sums = _summed(labels, number, (masses * signs)[:, None] * directions)
    mean_length = np.bincount(labels, masses * lengths, number) / total
    mean_length = np.where(mean_length > 0, mean_length, 1.0)
    rows = sums * (mean_length / total)[:, None]
    gains = np.where(signs < 0, symmetry.factor, 1) * lengths / mean_length[labels]
    columns = _summed(labels, number, gains[:, None] * layer.columns.T).T
    shares = _shares(layer.columns, columns, labels, gains)
    middle = _summed(labels, number, (masses * signs)[:, None] * vectors) / total[:, None]
    gaps = np.linalg.norm(vectors - signs[:, None] * middle[labels], axis=1) / scale
    radius = np.zeros(number)
    np.maximum.at(radius, labels, gaps)
    return _Merged(rows, columns, layer.biased, labels, signs, shares, radius)


def _summed(labels: Labels, number: int, rows: Floats) -> Floats:
    """The sums of the rows of each label."""
    sparse = scipy("sparse", "clusters")
    ones, places = np.ones(len(labels)), np.arange(len(labels))
    return np.asarray(sparse.csr_matrix((ones, (labels, places)), (number, len(labels))) @ rows)


def _shares(own: Floats, summed: Floats, labels: Labels, gains: Floats) -> Floats:
    """The part of each unit in the outgoing weights of its class; equal parts where they nearly
    cancel.
    """
    sizes = np.bincount(labels)
    square = np.einsum("qk,qk->k", summed, summed)
    parts = np.bincount(labels, gains**2 * np.einsum("qm,qm->m", own, own))
    good = square > 1e-6 * parts
    inner = np.empty(len(labels))
    step = max(1, PROBED // max(1, len(own)))
    for k in range(0, len(labels), step):
        part = slice(k, k + step)
        inner[part] = np.einsum("qm,qm->m", own[:, part], summed[:, labels[part]])
    shares = gains * inner / np.where(square > 0, square, 1.0)[labels]
    return np.where(good[labels], shares, 1.0 / sizes[labels])


def _kept(
    columns: Floats, values: Floats, tolerance: float, bias: Floats | None
) -> tuple[Any, Floats | None]:
    """Which units stay, when the least that add up to a part of all are dropped, and the next bias
    with their means.
    """
    masses = np.linalg.norm(columns, axis=0)
    means = values.mean(axis=0)
    size = values.std(axis=0) if bias is not None else np.sqrt((values**2).mean(axis=0))
    contributions = masses * size
    order = np.argsort(contributions, kind="stable")
    running = np.cumsum(contributions[order])
    kept = np.ones(len(order), dtype=bool)
    kept[order[running <= tolerance * running[-1]]] = False
    if not kept.any():
        kept[order[-1]] = True
    if bias is not None:
        bias = bias + columns[:, ~kept] @ means[~kept]
    return kept, bias


def tolerances(parameters: int) -> Floats:
    """Tolerances from rounding errors to one half, some in each decade (fewer for large
    networks).
    """
    each = 5 if parameters <= MANY else 2
    return np.concatenate([[1e-12], 10.0 ** np.arange(-8, -0.25, 1 / each)])


def runs(partitions: list[Partition]) -> Iterator[tuple[int, int]]:
    """Start and stop of consecutive partitions with the same widths."""
    start = 0
    for k in range(1, len(partitions) + 1):
        if k == len(partitions) or partitions[k].widths != partitions[start].widths:
            yield start, k
            start = k


__all__ = ["MANY", "Partition", "Partitions", "Step", "layer_of", "runs", "tolerances"]
