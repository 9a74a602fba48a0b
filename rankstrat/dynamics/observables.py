r"""What the lectures look at in a trained network.

Orientations, amplitudes, clusters, displacement; all NUMERICAL.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rankstrat.dynamics._scipy import scipy
from rankstrat.dynamics.checks import positive, real
from rankstrat.dynamics.loss import Array, Loss
from rankstrat.errors import DataError, demand
from rankstrat.model.model import Model

ACTIVE = 0.05


@dataclass(frozen=True)
class Units:
    r"""The hidden neurons of a two-layer network at a point.

    Attributes:
        outgoing: a, shape (m,).
        incoming: v = (w, b), shape (m, D); without a bias v = w.
    """

    outgoing: Array
    incoming: Array

    @property
    def orientation(self) -> Array:
        """v/|v|, shape (m, D)."""
        length = np.linalg.norm(self.incoming, axis=1, keepdims=True)
        return np.asarray(self.incoming / np.where(length > 0, length, 1))

    @property
    def amplitude(self) -> Array:
        """|a||v|, shape (m,)."""
        return np.asarray(np.abs(self.outgoing) * np.linalg.norm(self.incoming, axis=1))

    def active(self, threshold: float = ACTIVE) -> Array:
        """Which neurons have more than that part of the largest amplitude.

        Raises:
            DataError: a threshold outside [0, 1[.
        """
        part = real("the threshold", threshold, "try 0.05")
        if not 0 <= part < 1:
            raise DataError(
                f"the threshold {threshold!r} was given; a number in [0, 1[ is needed; try 0.05"
            )
        return np.asarray(self.amplitude > part * self.amplitude.max())

    @property
    def angle(self) -> Array:
        """The angle of the orientation, for D = 2.

        Raises:
            DataError: D is not 2.
        """
        if self.incoming.shape[1] != 2:
            raise DataError(
                f"neurons have {self.incoming.shape[1]} incoming weights; an angle needs two; use"
                " orientation"
            )
        return np.asarray(np.arctan2(self.incoming[:, 1], self.incoming[:, 0]))


def units(model: Model, theta: Any) -> Units:
    """The neurons of a two-layer model at a point.

    Raises:
        DataError: a model without the blocks a and w, or the wrong number of values.
    """
    demand(model, Model, DataError, "a Model", "try rankstrat.families.two_layer(...)")
    blocks = model.blocks
    try:
        theta = np.asarray(theta, dtype=float)
    except (TypeError, ValueError):
        theta = np.zeros(0)
    if not np.isfinite(theta).all():
        raise DataError(
            "the values contain one that is not finite; finite numbers are needed; take an earlier"
            " point of the trajectory"
        )
    if not {"a", "w"} <= set(blocks) or len(blocks["w"]) != 2 or theta.shape != (model.size,):
        raise DataError(
            f"{model.name} with values of shape {theta.shape} has no two-layer neurons; blocks a"
            f" and w and {model.size} values are needed"
        )
    found, start = {}, 0
    for name, shape in blocks.items():
        count = int(np.prod(shape))
        found[name] = theta[start : start + count].reshape(shape)
        start += count
    incoming = found["w"]
    if "b" in found:
        incoming = np.column_stack([incoming, found["b"]])
    return Units(found["a"].ravel(), incoming)


def cosines(found: Units, *, signed: bool = True, threshold: float = ACTIVE) -> Array:
    """The cosine matrix of the active neurons; absolute values where v and -v are one class."""
    demand(found, Units, DataError, "neurons", "try observables.units(model, theta)")
    u = found.orientation[found.active(threshold)]
    matrix = np.clip(u @ u.T, -1, 1)
    return np.asarray(matrix if signed else np.abs(matrix))


@dataclass(frozen=True)
class Clusters:
    r"""Single linkage of the angles between active neurons.

    Attributes:
        number: of clusters on the widest range of thresholds (in log scale), one cluster for
            the whole left out unless it is the widest.
        low, high: that range, in radians.
        labels: of the active neurons at that threshold.
        heights: all merging angles, ascending.
    """

    number: int
    low: float
    high: float
    labels: tuple[int, ...]
    heights: tuple[float, ...]

    @property
    def persistence(self) -> float:
        """Decades of the threshold over which the number stays."""
        return float(np.log10(self.high / self.low))


def clusters(
    found: Units, *, signed: bool = True, threshold: float = ACTIVE, finest: float = 1e-6
) -> Clusters:
    """The number of clusters as the widest plateau of the step function threshold -> number.

    Args:
        found: the neurons.
        signed: whether v and -v count as different.
        threshold: what is active.
        finest: angles below this are not told apart.

    Raises:
        DataError: there are no neurons.
        ModuleNotFoundError: scipy is not installed.
    """
    finest = positive("the finest angle", finest, "try 1e-6")
    cosine = cosines(found, signed=signed, threshold=threshold)
    count = len(cosine)
    if not count:
        raise DataError("no neuron is active; at least one is needed; look at the amplitudes")
    if count == 1:
        return Clusters(1, finest, np.pi, (1,), ())
    angles = np.arccos(cosine)
    np.fill_diagonal(angles, 0)
    hierarchy = scipy("cluster.hierarchy", "clusters")
    tree = hierarchy.linkage(angles[np.triu_indices(count, 1)], "single")
    heights = np.maximum(tree[:, 2], finest)
    edges = np.concatenate([[finest], heights, [np.pi]])
    widths = np.log10(edges[1:] / edges[:-1])
    best = int(np.argmax(widths))
    low, high = float(edges[best]), float(edges[best + 1])
    labels = hierarchy.fcluster(tree, np.sqrt(low * high), "distance")
    return Clusters(count - best, low, high, tuple(int(v) for v in labels), tuple(heights.tolist()))


def displacement(model: Model, start: Any, end: Any) -> float:
    r"""$|\theta_w(t) - \theta_w(0)| / |\theta_w(0)|$, all input weights with their biases."""
    before, after = units(model, start).incoming, units(model, end).incoming
    size = np.linalg.norm(before)
    if not size > 0:
        raise DataError(
            "the input weights at the start are all 0; a start with another length is needed;"
            " draw one"
        )
    return float(np.linalg.norm(after - before) / size)


def sharpness(loss: Loss, theta: Any) -> float:
    r"""The largest eigenvalue of $\nabla^2 R(\theta)$.

    Raises:
        DataError: it is not finite there, or the parameters do not fit.
    """
    demand(loss, Loss, DataError, "a Loss", "try Loss(model, inputs, labels)")
    hessian = loss.hessian(theta)
    if not np.isfinite(hessian).all():
        raise DataError(
            "the Hessian is not finite there; finite parameters are needed; take an earlier point"
        )
    return float(np.linalg.eigvalsh(hessian)[-1])


__all__ = ["Clusters", "Units", "clusters", "cosines", "displacement", "sharpness", "units"]
