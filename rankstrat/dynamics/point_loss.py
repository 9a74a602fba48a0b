r"""The loss of one sample, $\ell(f, y)$: squared, cross entropy, logistic, or any formula."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from rankstrat.algebra.batched import Batched
from rankstrat.algebra.program import Program
from rankstrat.algebra.translate import translate
from rankstrat.dynamics.checks import rows_of
from rankstrat.errors import DataError, demand

Array = NDArray[np.float64]


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
    labels: str = field(default="", repr=False, compare=False)

    def check(self, labels: Array) -> None:
        """That labels of shape (n, q) are of the kind that the loss is defined for.

        Raises:
            DataError: they are not.
        """
        right = {
            "+1 or -1": bool((np.abs(labels) == 1).all()),
            "weights of classes, from 0 on": bool((labels >= 0).all()),
        }
        if not right.get(self.labels, True):
            raise DataError(
                f"labels from {labels.min():g} to {labels.max():g} were given; the {self.name} loss"
                f" needs {self.labels}; check the labels"
            )
        if self.recipe and labels.shape[1] != len(self.recipe[1]):
            raise DataError(
                f"the loss {self.name} is of {len(self.recipe[1])} outputs; the model has"
                f" {labels.shape[1]}; give a loss of that many"
            )

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
        demand(expression, sympy.Expr, DataError, "a sympy expression", "try (f - y)**2")
        outputs, labels = rows_of("outputs", outputs), rows_of("labels", labels)
        for symbol in (*outputs, *labels):
            demand(symbol, sympy.Symbol, DataError, "a symbol", "try sympy.symbols('f y')")
        if not outputs or len(outputs) != len(labels):
            raise DataError(
                f"{len(outputs)} outputs and {len(labels)} labels were given; the same positive"
                " number is needed; give one label for each output"
            )
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
    labels="weights of classes, from 0 on",
)
LOGISTIC = PointLoss(
    "logistic",
    lambda f, y: np.logaddexp(0, -f * y).sum(axis=1),
    lambda f, y: -y * _sigmoid(-f * y),
    lambda f, y: _diagonal(y**2 * _sigmoid(f * y) * _sigmoid(-f * y)),
    labels="+1 or -1",
)


def _built_in(name: str) -> PointLoss:
    return POINT_LOSSES[name]


POINT_LOSSES = {loss.name: loss for loss in (SQUARED, CROSS_ENTROPY, LOGISTIC)}


def point_loss(kind: str | PointLoss) -> PointLoss:
    """The loss of that name, or the one given.

    Raises:
        DataError: an unknown name.
    """
    if isinstance(kind, PointLoss):
        return kind
    if kind not in tuple(POINT_LOSSES):
        raise DataError(
            f"the loss {kind!r} is unknown; known are {', '.join(POINT_LOSSES)}; or give a"
            " PointLoss.of(expression, outputs, labels)"
        )
    return POINT_LOSSES[kind]


__all__ = ["POINT_LOSSES", "SQUARED", "Array", "PointLoss", "point_loss"]
