r"""Dropout of hidden units, as the exact expectation of the loss over all masks.

With output weights $a_j m_j / q$, $m_j \in \{0, 1\}$ independent with mean q, the output of a sum
of neurons has the mean $F(\theta)(x)$ and the variance
$\tfrac{1-q}{q} \sum_j a_j^2 \sigma(w_j \cdot x)^2$; the expected squared loss is R plus that.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from rankstrat.dynamics.kernels import Kernel, NeuronKernel
from rankstrat.dynamics.point_loss import SQUARED, Array, PointLoss
from rankstrat.errors import DataError
from rankstrat.model.model import Model


@dataclass(frozen=True)
class DropoutPenalty:
    r"""$s \tfrac{1-q}{q} \sum_{ij} a_j^2 \sigma(w_j \cdot x_i + b_j)^2$.

    Attributes:
        kernel: of the network.
        factor: s, the scale of the loss.
        keep: q.
    """

    kernel: NeuronKernel = field(repr=False)
    factor: float
    keep: float

    @classmethod
    def of(
        cls, model: Model, kernel: Kernel, point: PointLoss, factor: float, keep: float
    ) -> DropoutPenalty:
        """The penalty of a model.

        Raises:
            DataError: a rate outside ]0, 1], a loss that is not squared, or no hidden neurons.
        """
        if not 0 < keep <= 1:
            raise DataError(f"keep = {keep} was given; a rate in ]0, 1] is needed; try 0.8")
        if not isinstance(kernel, NeuronKernel) or point is not SQUARED:
            raise DataError(
                f"dropout was asked for {model.name} with the loss {point.name}; a two-layer"
                " network with the squared loss is needed; leave keep out"
            )
        return cls(kernel, factor, keep)

    @property
    def weight(self) -> float:
        """s (1 - q)/q."""
        return self.factor * (1 - self.keep) / self.keep

    def value_and_gradient(self, thetas: Array, inputs: Array) -> tuple[Array, Array]:
        """Shapes (trials,) and (trials, M)."""
        a, _v, s, first, _, lifted = self.kernel.units(thetas, inputs)
        squares = (s * s).sum(axis=1)
        value = (a * a * squares).sum(axis=1)
        inner = 2 * np.matmul((s * first).transpose(0, 2, 1), lifted) * (a * a)[:, :, None]
        outer = 2 * a * squares
        gradient = self.kernel.joined(outer, inner, np.zeros(len(thetas)))
        return self.weight * value, self.weight * gradient

    def hessian(self, thetas: Array, inputs: Array) -> Array:
        """Shape (trials, M, M)."""
        a, _v, s, first, second, lifted = self.kernel.units(thetas, inputs)
        mixed = 4 * np.matmul((s * first).transpose(0, 2, 1), lifted) * a[:, :, None]
        squares = (lifted[:, :, None] * lifted[:, None, :]).reshape(len(lifted), -1)
        bent = np.matmul((first * first + s * second).transpose(0, 2, 1), squares)
        result = self.kernel.blocks(mixed, 2 * bent * (a * a)[:, :, None])
        outer = np.arange(a.shape[1])
        result[:, outer, outer] += 2 * (s * s).sum(axis=1)
        return self.weight * result


__all__ = ["DropoutPenalty"]
