r"""What units of a layer have in common: the symmetries of the activation, and the metric in which
incoming weights are compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rankstrat.activation.record import Activation
from rankstrat.networks.network import Floats

SAMPLES = 256
"""The most inputs in which incoming weights are compared."""


@dataclass(frozen=True)
class Symmetry:
    r"""When $\sigma(v \cdot x)$ and $\sigma(v' \cdot x)$ are one function up to a factor and a
    constant.

    Attributes:
        factor: $\sigma(-z) = \mathrm{factor}\,\sigma(z) + \mathrm{shift}$; 0 where there is no such
            rule.
        shift: the constant, which the next bias takes.
        rays: whether $\sigma(cz) = c\,\sigma(z)$ for c > 0.
    """

    factor: int
    shift: float
    rays: bool

    @property
    def signed(self) -> bool:
        """Whether v and -v are one."""
        return self.factor != 0

    @classmethod
    def of(cls, activation: Activation, *, constant: bool) -> Symmetry:
        """The symmetries of an activation; a shift needs a bias in the next layer (`constant`)."""
        rays = activation.slopes is not None
        linear = activation.power == 1
        if linear:
            return cls(-1, 0.0, True)
        if activation.parity in ("odd", "even"):
            return cls(-1 if activation.parity == "odd" else 1, 0.0, rays)
        q = activation.polynomial_part
        if activation.remainder_parity == "odd" and 0 < len(q) <= 2 and constant:
            return cls(-1, float(2 * q[0]), rays)
        return cls(0, 0.0, rays)


@dataclass(frozen=True)
class Layer:
    """A hidden layer: incoming rows (m, D), with the bias as the last entry where there is one, and
    outgoing columns (q, m).
    """

    rows: Floats
    columns: Floats
    biased: bool

    @cached_property
    def masses(self) -> Floats:
        """The norms of the outgoing weights."""
        return np.asarray(np.linalg.norm(self.columns, axis=0))


def metric(inputs: Floats, biased: bool, *, plain: bool) -> Floats | None:
    r"""R with $|Rv|^2$ the mean square of $v \cdot \tilde x$ over inputs; None for the identity.

    Args:
        inputs: what the layer gets, (n, d).
        biased: whether v ends with a bias.
        plain: whether parameters are compared as they are.
    """
    if plain:
        return None
    chosen = inputs[:: max(1, -(-len(inputs) // SAMPLES))]
    extended = np.column_stack([chosen, np.ones(len(chosen))]) if biased else chosen
    triangle: Any = np.linalg.qr(extended / np.sqrt(len(extended)), mode="r")
    return np.asarray(triangle)


def compared(layer: Layer, triangle: Floats | None, symmetry: Symmetry) -> tuple[Floats, float]:
    """The vectors that are compared, and their scale: 1 for rays, else the root mean square of
    their lengths, weighted by the outgoing weights.
    """
    vectors = layer.rows if triangle is None else layer.rows @ triangle.T
    lengths = np.linalg.norm(vectors, axis=1)
    if symmetry.rays:
        return vectors / np.where(lengths > 0, lengths, 1.0)[:, None], 1.0
    masses = layer.masses if layer.masses.any() else np.ones(len(lengths))
    largest = float(lengths.max(initial=0.0)) or 1.0
    mean = np.average((lengths / largest) ** 2, weights=masses / masses.max())
    return vectors, largest * float(np.sqrt(mean)) or largest


Signs = NDArray[np.float64]


def signs_in(vectors: Floats, labels: Any, masses: Floats, symmetry: Symmetry) -> Signs:
    """+-1 for each unit: on which side of the heaviest unit of its cluster it lies."""
    if not symmetry.signed:
        return np.ones(len(vectors))
    weight = (masses + np.finfo(float).tiny) * np.linalg.norm(vectors, axis=1)
    order = np.lexsort((weight, labels))
    last = np.append(np.flatnonzero(np.diff(labels[order])), len(order) - 1)
    heaviest = order[last]
    aligned = np.einsum("ij,ij->i", vectors, vectors[heaviest[labels]])
    return np.where(aligned < 0, -1.0, 1.0)


__all__ = ["Layer", "Signs", "Symmetry", "compared", "metric", "signs_in"]
