r"""The loss of a model on data, $R(\theta) = s \sum_i \ell(F(\theta)(x_i), y_i)$."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from rankstrat.dynamics.checks import real, rows_of, whole
from rankstrat.dynamics.data import checked_data, checked_mask
from rankstrat.dynamics.dropout import DropoutPenalty
from rankstrat.dynamics.kernels import Kernel, kernel
from rankstrat.dynamics.point_loss import Array, PointLoss, point_loss
from rankstrat.errors import DataError, demand
from rankstrat.model.model import Model
from rankstrat.text.spoken import Spoken

Scale = Literal["half mean", "mean", "sum"]


class Loss(Spoken):
    r"""$R(\theta) = s \sum_i \ell(F(\theta)(x_i), y_i) + \tfrac{\lambda}{2} |\theta|^2$.

    Args:
        model: M parameters, d inputs, q outputs.
        inputs: shape (n, d), or (n,) for one input; ignored (None) for a model without inputs.
        labels: shape (n, q), or (n,) for one output; (q,) or the matrix itself for a model without
            inputs.
        kind: "squared", "cross entropy" (labels are weights of classes), "logistic" (labels +-1),
            or a `PointLoss`.
        scale: s is 1/(2n) for "half mean", 1/n for "mean", 1 for "sum".
        observed: which labels count, a boolean array of the shape of the labels; all by default
            (squared loss only).
        decay: lambda.
        keep: the rate at which dropout keeps a hidden unit (two-layer networks, squared loss): the
            loss is then its expectation over all masks.

    Raises:
        DataError: no samples, shapes that do not fit, entries that are not finite.

    Example:
        >>> from rankstrat.families import two_layer
        >>> loss = Loss(two_layer(width=1, inputs=1), [1.0, 2.0], [0.5, 0.6])
        >>> round(loss.value([0.0, 1.0]), 4)
        0.1525
    """

    def __init__(
        self,
        model: Model,
        inputs: Any,
        labels: Any,
        *,
        kind: str | PointLoss = "squared",
        scale: Scale = "half mean",
        observed: Any = None,
        decay: float = 0.0,
        keep: float = 1.0,
    ) -> None:
        demand(model, Model, DataError, "a Model", "try rankstrat.families.two_layer(...)")
        self.model, self.scale = model, scale
        self.decay = real("the weight decay", decay, "try 1e-4")
        self.inputs, self.labels = checked_data(model, inputs, labels)
        self.point = point_loss(kind)
        self.point.check(self.labels)
        samples = len(self.labels)
        factors = {"half mean": 0.5 / samples, "mean": 1 / samples, "sum": 1.0}
        if scale not in tuple(factors):
            raise DataError(
                f"the scale {scale!r} is unknown; it is 'half mean', 'mean' or 'sum'; choose one"
            )
        self.factor = factors[scale]
        self.observed = checked_mask(observed, self.labels, self.point)
        self.penalty = None
        if real("keep", keep, "try 0.8") != 1:
            self.penalty = DropoutPenalty.of(model, self.kernel, self.point, self.factor, keep)

    def __repr__(self) -> str:
        return f"<{self}>"

    def __str__(self) -> str:
        decay = f", weight decay {self.decay:g}" if self.decay else ""
        kind = f"{self.point.name} loss ({self.scale})"
        return f"{kind} of {self.model} on {self.samples} samples{decay}"

    def _facts(self) -> Iterable[tuple[str, object]]:
        return (
            ("model", self.model), ("loss of one sample", self.point.name), ("scale", self.scale),
            ("samples", self.samples), ("weight decay", self.decay),
        )  # fmt: skip

    @property
    def samples(self) -> int:
        """The number n of samples."""
        return len(self.labels)

    def subset(self, rows: Sequence[int] | NDArray[np.intp]) -> Loss:
        """The loss of some samples, with the scale of that many.

        Raises:
            DataError: no samples, or numbers of samples that there are not.
        """
        places = [
            whole("the number of a sample,", row, -self.samples, "count from 0")
            for row in rows_of("rows", rows)
        ]
        if not places or max(places) >= self.samples:
            raise DataError(
                f"{len(places)} of {self.samples} samples were asked for, up to number"
                f" {max(places, default=0)}; some that there are are needed; count from 0"
            )
        part = Loss.__new__(Loss)
        part.__dict__.update(self.__dict__)
        part.inputs, part.labels = self.inputs[places], self.labels[places]
        if self.observed is not None:
            part.observed = self.observed[places]
        if self.scale != "sum":
            part.factor = self.factor * len(self.labels) / len(part.labels)
        if self.penalty is not None:
            part.penalty = replace(self.penalty, factor=part.factor)
        return part

    @cached_property
    def kernel(self) -> Kernel:
        """How outputs and derivatives are computed."""
        return kernel(self.model)

    @property
    def hessian_limit(self) -> int:
        """The number of parameters up to which `hessian` is formed."""
        return self.kernel.largest

    def _trials(self, theta: Any) -> Array:
        try:
            thetas = np.atleast_2d(np.asarray(theta, dtype=float))
        except (TypeError, ValueError):
            thetas = np.zeros((0, 0))
        if thetas.ndim != 2 or thetas.shape[1] != self.model.size:
            raise DataError(
                f"parameters of shape {np.shape(theta)} were given; {self.model.size} numbers are"
                " needed; flatten the blocks in order"
            )
        return thetas

    def outputs(self, theta: Any) -> Array:
        r"""$F(\theta)(x_i)$, shape (n, q); (trials, n, q) for several parameters at once."""
        found = self.kernel.evaluate(self._trials(theta), self.inputs).outputs
        return found if np.ndim(theta) == 2 else np.asarray(found[0])

    def _pointwise(
        self, f: Array, observed: NDArray[np.bool_] | None = None
    ) -> tuple[Array, Array, Array]:
        """Values (trials,), and labels and outputs (trials * n, q), masked."""
        trials, q = len(f), f.shape[2]
        f = f.reshape(-1, q)
        y = np.tile(self.labels, (trials, 1)) if trials > 1 else self.labels
        if observed is None and self.observed is not None:
            observed = np.tile(self.observed, (trials, 1))
        if observed is not None:
            f = np.where(observed, f, y)
        value = self.factor * self.point.value(f, y).reshape(trials, -1).sum(axis=1)
        return value, f, y

    def value(self, theta: Any) -> Any:
        r"""$R(\theta)$; an array for several parameters at once."""
        thetas = self._trials(theta)
        value, _, _ = self._pointwise(self.kernel.evaluate(thetas, self.inputs).outputs)
        value = value + self.decay / 2 * (thetas**2).sum(axis=1)
        if self.penalty is not None:
            value = value + self.penalty.value_and_gradient(thetas, self.inputs)[0]
        return value if np.ndim(theta) == 2 else float(value[0])

    def value_and_gradient(self, theta: Any, *, observed: Any = None) -> tuple[Any, Array]:
        r"""$R(\theta)$ and $\nabla R(\theta)$; arrays for several parameters at once.

        Args:
            theta: shape (M,) or (trials, M).
            observed: which labels count in which trial (squared loss), shape (trials * n, q).
        """
        thetas = self._trials(theta)
        found = self.kernel.evaluate(thetas, self.inputs)
        value, f, y = self._pointwise(found.outputs, observed)
        slopes = self.factor * self.point.slope(f, y).reshape(found.outputs.shape)
        gradient = found.pull(slopes)
        if self.decay:
            gradient = gradient + self.decay * thetas
            value = value + self.decay / 2 * (thetas**2).sum(axis=1)
        if self.penalty is not None:
            more, slope = self.penalty.value_and_gradient(thetas, self.inputs)
            value, gradient = value + more, gradient + slope
        if np.ndim(theta) == 2:
            return value, gradient
        return float(value[0]), np.asarray(gradient[0])

    def gradient(self, theta: Any) -> Array:
        r"""$\nabla R(\theta)$."""
        return self.value_and_gradient(theta)[1]

    def jacobian(self, theta: Any) -> Array:
        r"""$\partial F_k(\theta)(x_i)/\partial\theta_j$, shape (n, q, M).

        (trials, n, q, M) for several.
        """
        found = self.kernel.jacobian(self._trials(theta), self.inputs)
        return found if np.ndim(theta) == 2 else np.asarray(found[0])

    def hessian(self, theta: Any) -> Array:
        r"""$\nabla^2 R(\theta)$, shape (M, M) or (trials, M, M).

        Raises:
            DataError: there are more parameters than `hessian_limit`.
        """
        thetas, size = self._trials(theta), self.model.size
        if size > self.hessian_limit:
            raise DataError(
                f"a Hessian of {size} parameters was asked for; at most {self.hessian_limit} are"
                " formed; use an explicit method"
            )
        trials, q = len(thetas), self.labels.shape[1]
        f = self.kernel.evaluate(thetas, self.inputs).outputs
        _, masked, y = self._pointwise(f)
        curvature = self.factor * self.point.curvature(masked, y)
        if self.observed is not None:
            seen = np.tile(self.observed, (trials, 1)).astype(float)
            curvature = curvature * seen[:, :, None] * seen[:, None, :]
        jacobian = self.kernel.jacobian(thetas, self.inputs).reshape(-1, q, size)
        weighted = np.matmul(curvature, jacobian).reshape(trials, -1, size)
        result = np.matmul(jacobian.reshape(trials, -1, size).transpose(0, 2, 1), weighted)
        slopes = self.factor * self.point.slope(masked, y).reshape(f.shape)
        result += self.kernel.curvature(thetas, self.inputs, slopes)
        result += self.decay * np.eye(size)
        if self.penalty is not None:
            result += self.penalty.hessian(thetas, self.inputs)
        return result if np.ndim(theta) == 2 else np.asarray(result[0])


def data_loss(
    model: Model, data: Any, loss: str | PointLoss | Loss = "squared", **options: Any
) -> Loss:
    """The loss on data (inputs, labels), or the loss itself if one is given.

    Raises:
        DataError: data that are not a pair.
    """
    if isinstance(data, Loss):
        return data
    if isinstance(loss, Loss):
        return loss
    if isinstance(data, Mapping) and {"inputs", "labels"} <= set(data):
        data = (data["inputs"], data["labels"])
    if not isinstance(data, Sequence) or len(data) != 2:
        raise DataError(
            f"data of type {type(data).__name__} were given; a pair (inputs, labels) or a Loss is"
            " needed; write gradient_flow(model, start, (x, y))"
        )
    return Loss(model, data[0], data[1], kind=loss, **options)


__all__ = ["Array", "Loss", "PointLoss", "data_loss"]
