r"""The loss of a model on data, $R(\theta) = s \sum_i \ell(F(\theta)(x_i), y_i)$."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import sympy
from numpy.typing import NDArray

from rankstrat.algebra.batched import Batched
from rankstrat.algebra.program import Program
from rankstrat.algebra.translate import translate
from rankstrat.errors import DataError, demand
from rankstrat.model.model import Model

Array = NDArray[np.float64]
Scale = Literal["half mean", "mean", "sum"]
MAX_HESSIAN = 400


@dataclass(frozen=True)
class PointLoss:
    r"""The loss of one sample, $\ell(f, y)$, with two derivatives in $f \in \mathbb{R}^q$.

    Attributes:
        name: how reports call it.
        value: (f, y) -> shape (samples,); f and y have shape (samples, q).
        slope: (f, y) -> the gradient in f, shape (samples, q).
        curvature: (f, y) -> the Hessian in f, shape (samples, q, q).
    """

    name: str
    value: Callable[[Array, Array], Array]
    slope: Callable[[Array, Array], Array]
    curvature: Callable[[Array, Array], Array]
    recipe: tuple[Any, ...] = field(default=(), repr=False, compare=False)

    def __reduce__(self) -> str | tuple[Any, ...]:
        """Functions of arrays cannot be pickled; their names and formulas can."""
        if self.recipe:
            return PointLoss.of, self.recipe
        if POINT_LOSSES.get(self.name) is self:
            return _built_in, (self.name,)
        return super().__reduce__()

    @classmethod
    def of(
        cls, expression: sympy.Expr, outputs: Sequence[sympy.Symbol], labels: Sequence[sympy.Symbol]
    ) -> PointLoss:
        r"""Any smooth $\ell$ given as a sympy expression in q outputs and q labels.

        Raises:
            DataError: the expression has other symbols.

        Example:
            >>> f, y = sympy.symbols("f y")
            >>> loss = PointLoss.of(sympy.log(sympy.cosh(f - y)), [f], [y])
            >>> float(loss.slope(np.array([[1.0]]), np.array([[1.0]]))[0, 0])
            0.0
        """
        others = expression.free_symbols - {*outputs, *labels}
        if others:
            raise DataError(
                f"the loss uses {min(map(str, others))}, which is neither an output nor a label;"
                " list it, or give it a value"
            )
        q = len(outputs)
        slopes = [sympy.diff(expression, f) for f in outputs]
        curves = [sympy.diff(s, f) for s in slopes for f in outputs]
        program = Program()
        keys: dict[sympy.Symbol, Hashable] = {f: ("f", k) for k, f in enumerate(outputs)}
        keys |= {y: ("y", k) for k, y in enumerate(labels)}
        leaves = {symbol: program.leaf(key) for symbol, key in keys.items()}
        nodes = translate(program, [expression, *slopes, *curves], leaves)
        batch = Batched(program, nodes)

        def values(f: Array, y: Array) -> Array:
            return batch({"f": f.T, "y": y.T}, len(f))

        return cls(
            str(expression),
            lambda f, y: values(f, y)[0],
            lambda f, y: values(f, y)[1 : q + 1].T,
            lambda f, y: values(f, y)[q + 1 :].T.reshape(len(f), q, q),
            (expression, tuple(outputs), tuple(labels)),
        )


def _diagonal(entries: Array) -> Array:
    return np.einsum("sk,kl->skl", entries, np.eye(entries.shape[1]))


def _softmax(f: Array) -> Array:
    e = np.exp(f - f.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True))


def _log_sum(f: Array) -> Array:
    top = f.max(axis=1)
    return np.asarray(top + np.log(np.exp(f - top[:, None]).sum(axis=1)))


def _sigmoid(z: Array) -> Array:
    return np.asarray(0.5 * (1 + np.tanh(z / 2)))


def _softmax_curvature(f: Array) -> Array:
    p = _softmax(f)
    return np.asarray(_diagonal(p) - p[:, :, None] * p[:, None, :])


SQUARED = PointLoss(
    "squared",
    lambda f, y: ((f - y) ** 2).sum(axis=1),
    lambda f, y: 2 * (f - y),
    lambda f, y: _diagonal(np.full(f.shape, 2.0)),
)
CROSS_ENTROPY = PointLoss(
    "cross entropy",
    lambda f, y: _log_sum(f) * y.sum(axis=1) - (f * y).sum(axis=1),
    lambda f, y: _softmax(f) * y.sum(axis=1, keepdims=True) - y,
    lambda f, y: _softmax_curvature(f) * y.sum(axis=1)[:, None, None],
)
LOGISTIC = PointLoss(
    "logistic",
    lambda f, y: np.logaddexp(0, -f * y).sum(axis=1),
    lambda f, y: -y * _sigmoid(-f * y),
    lambda f, y: _diagonal(y**2 * _sigmoid(f * y) * _sigmoid(-f * y)),
)


def _built_in(name: str) -> PointLoss:
    return POINT_LOSSES[name]


POINT_LOSSES = {loss.name: loss for loss in (SQUARED, CROSS_ENTROPY, LOGISTIC)}


class Loss:
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
    ) -> None:
        demand(model, Model, DataError, "a Model", "try rankstrat.families.two_layer(...)")
        self.model, self.decay, self.scale = model, float(decay), scale
        self.inputs, self.labels = _data(model, inputs, labels)
        self.point = _point_loss(kind)
        samples = len(self.labels)
        factors = {"half mean": 0.5 / samples, "mean": 1 / samples, "sum": 1.0}
        if scale not in factors:
            raise DataError(
                f"the scale {scale!r} is unknown; it is 'half mean', 'mean' or 'sum'; choose one"
            )
        self.factor = factors[scale]
        self.observed = _mask(observed, self.labels, self.point)

    @property
    def samples(self) -> int:
        """The number n of samples."""
        return len(self.labels)

    def subset(self, rows: Sequence[int] | NDArray[np.intp]) -> Loss:
        """The loss of some samples, with the scale of that many."""
        part = Loss.__new__(Loss)
        part.__dict__.update(self.__dict__)
        part.inputs, part.labels = self.inputs[rows], self.labels[rows]
        if self.observed is not None:
            part.observed = self.observed[rows]
        if self.scale != "sum":
            part.factor = self.factor * len(self.labels) / len(part.labels)
        return part

    @cached_property
    def _outputs(self) -> Batched:
        compiled = self.model.compiled
        return Batched(compiled.program, compiled.outputs)

    @cached_property
    def _both(self) -> Batched:
        compiled = self.model.compiled
        return Batched(compiled.program, (*compiled.outputs, *compiled.gradient))

    @cached_property
    def _second(self) -> tuple[Batched, NDArray[np.intp], NDArray[np.intp]]:
        """The second derivatives that are not zero, and where they stand (upper triangle)."""
        compiled, size = self.model.compiled, self.model.size
        if size > MAX_HESSIAN:
            raise DataError(
                f"a Hessian of {size} parameters was asked for; at most {MAX_HESSIAN} are formed;"
                " use an explicit method"
            )
        program, nodes, rows, columns = compiled.program, list[int](), list[int](), list[int]()
        for i, g in enumerate(compiled.gradient):
            found = program.gradient(g, compiled.parameters[i:])
            for j, node in enumerate(found, start=i):
                if node != program.zero:
                    nodes.append(node)
                    rows.append(i)
                    columns.append(j)
        return Batched(program, nodes), np.array(rows, np.intp), np.array(columns, np.intp)

    def _leaves(self, thetas: Array, mixers: Array | None) -> dict[str, Array]:
        """Leaf values for (trials, M) parameters: one column for each trial and sample."""
        leaves = {
            "p": np.repeat(thetas.T, self.samples, axis=1) if len(thetas) > 1 else thetas.T,
            "x": np.tile(self.inputs.T, (1, len(thetas))),
        }
        if mixers is not None:
            leaves["mix"] = mixers.T
        return leaves

    def _trials(self, theta: Any) -> Array:
        thetas = np.atleast_2d(np.asarray(theta, dtype=float))
        if thetas.ndim != 2 or thetas.shape[1] != self.model.size:
            raise DataError(
                f"parameters of shape {np.shape(theta)} were given; {self.model.size} numbers are"
                " needed; flatten the blocks in order"
            )
        return thetas

    def outputs(self, theta: Any) -> Array:
        r"""$F(\theta)(x_i)$, shape (n, q); (trials, n, q) for several parameters at once."""
        thetas = self._trials(theta)
        found = self._outputs(self._leaves(thetas, None), len(thetas) * self.samples)
        shaped = found.T.reshape(len(thetas), self.samples, -1)
        return shaped if np.ndim(theta) == 2 else np.asarray(shaped[0])

    def _pointwise(
        self, f: Array, trials: int, observed: NDArray[np.bool_] | None = None
    ) -> tuple[Array, Array]:
        """Values and slopes at flattened outputs, shapes (trials,) and (trials * n, q)."""
        y = np.tile(self.labels, (trials, 1))
        if observed is None and self.observed is not None:
            observed = np.tile(self.observed, (trials, 1))
        if observed is not None:
            f = np.where(observed, f, y)
        value = self.point.value(f, y).reshape(trials, -1).sum(axis=1)
        return self.factor * value, self.factor * self.point.slope(f, y)

    def value(self, theta: Any) -> Any:
        r"""$R(\theta)$; an array for several parameters at once."""
        thetas = self._trials(theta)
        f = self.outputs(thetas).reshape(len(thetas) * self.samples, -1)
        value, _ = self._pointwise(f, len(thetas))
        value = value + self.decay / 2 * (thetas**2).sum(axis=1)
        return value if np.ndim(theta) == 2 else float(value[0])

    def value_and_gradient(self, theta: Any, *, observed: Any = None) -> tuple[Any, Array]:
        r"""$R(\theta)$ and $\nabla R(\theta)$; arrays for several parameters at once.

        Args:
            theta: shape (M,) or (trials, M).
            observed: which labels count in which trial (squared loss), shape (trials * n, q).
        """
        thetas = self._trials(theta)
        trials, columns = len(thetas), len(thetas) * self.samples
        q = self.labels.shape[1]
        if q == 1:
            table = self._both(self._leaves(thetas, None), columns)
            value, slope = self._pointwise(table[:1].T, trials, observed)
            weighted = table[1:] * slope[:, 0]
        else:
            f = self.outputs(thetas).reshape(columns, q)
            value, slope = self._pointwise(f, trials, observed)
            weighted = self._both(self._leaves(thetas, slope), columns)[q:]
        gradient = weighted.reshape(-1, trials, self.samples).sum(axis=2).T + self.decay * thetas
        value = value + self.decay / 2 * (thetas**2).sum(axis=1)
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
        thetas = self._trials(theta)
        q, columns = self.labels.shape[1], len(thetas) * self.samples
        found = np.empty((columns, q, self.model.size))
        for k in range(q):
            mixers = np.zeros((columns, q))
            mixers[:, k] = 1
            table = self._both(self._leaves(thetas, mixers if q > 1 else None), columns)
            found[:, k] = table[q:].T
        shaped = found.reshape(len(thetas), self.samples, q, self.model.size)
        return shaped if np.ndim(theta) == 2 else np.asarray(shaped[0])

    def hessian(self, theta: Any) -> Array:
        r"""$\nabla^2 R(\theta)$, shape (M, M) or (trials, M, M), for at most 400 parameters.

        Raises:
            DataError: there are more.
        """
        thetas = self._trials(theta)
        trials, size, q = len(thetas), self.model.size, self.labels.shape[1]
        batch, rows, columns = self._second
        f = self.outputs(thetas).reshape(trials * self.samples, q)
        y = np.tile(self.labels, (trials, 1))
        _, slope = self._pointwise(f, trials)
        curvature = self.factor * self.point.curvature(f, y)
        if self.observed is not None:
            seen = np.tile(self.observed, (trials, 1)).astype(float)
            curvature = curvature * seen[:, :, None] * seen[:, None, :]
        jacobian = self.jacobian(thetas).reshape(trials * self.samples, q, size)
        weighted = np.matmul(curvature, jacobian).reshape(trials, -1, size)
        flat = jacobian.reshape(trials, -1, size)
        result = np.matmul(flat.transpose(0, 2, 1), weighted)
        table = batch(self._leaves(thetas, slope if q > 1 else None), trials * self.samples)
        table = table if q > 1 else table * slope[:, 0]
        entries = table.reshape(-1, trials, self.samples).sum(axis=2).T
        result[:, rows, columns] += entries
        off = rows != columns
        result[:, columns[off], rows[off]] += entries[:, off]
        result += self.decay * np.eye(size)
        return result if np.ndim(theta) == 2 else np.asarray(result[0])


def _point_loss(kind: str | PointLoss) -> PointLoss:
    if isinstance(kind, PointLoss):
        return kind
    if kind not in POINT_LOSSES:
        raise DataError(
            f"the loss {kind!r} is unknown; known are {', '.join(POINT_LOSSES)}; or give a"
            " PointLoss.of(expression, outputs, labels)"
        )
    return POINT_LOSSES[kind]


def _array(what: str, given: Any, columns: int, attempt: str) -> Array:
    try:
        array = np.asarray(given, dtype=float)
    except (TypeError, ValueError):
        raise DataError(
            f"the {what} {type(given).__name__} is not an array of numbers; {attempt}"
        ) from None
    if array.ndim == 1 and columns == 1:
        array = array[:, None]
    if array.ndim != 2 or array.shape[1] != columns:
        raise DataError(
            f"{what} of shape {array.shape} were given; shape (n, {columns}) is needed; {attempt}"
        )
    if not np.isfinite(array).all():
        raise DataError(
            f"{what} contain an entry that is not finite; finite numbers are needed; remove the"
            " sample, or leave it out with observed="
        )
    return array


def _data(model: Model, inputs: Any, labels: Any) -> tuple[Array, Array]:
    d, q = len(model.inputs), len(model.outputs)
    if d == 0:
        y = _array(
            "labels",
            np.reshape(np.asarray(labels, dtype=float), (1, -1)),
            q,
            "one number for each output",
        )
        return np.zeros((1, 0)), y
    x = _array("inputs", inputs, d, f"the model has {d} inputs and n samples are rows")
    y = _array("labels", labels, q, f"the model has {q} outputs and n samples are rows")
    if len(x) != len(y) or len(x) == 0:
        raise DataError(
            f"{len(x)} inputs and {len(y)} labels were given; the same positive number is needed;"
            " check the data"
        )
    return x, y


def _mask(observed: Any, labels: Array, point: PointLoss) -> NDArray[np.bool_] | None:
    if observed is None:
        return None
    mask = np.asarray(observed, dtype=bool).reshape(-1, labels.shape[1])
    if mask.shape != labels.shape or point is not SQUARED:
        raise DataError(
            f"observed has shape {np.shape(observed)} for labels of shape {labels.shape} and the"
            f" loss {point.name}; it masks labels of the squared loss; give one truth value each"
        )
    return mask


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


__all__ = ["POINT_LOSSES", "Array", "Loss", "PointLoss", "data_loss"]
