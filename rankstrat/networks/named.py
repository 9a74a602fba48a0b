r"""The activations of torch and Keras as formulas: a name alone does not say which function it is.

LeakyReLU has the slope 1/100 in torch and 1/5 or 3/10 in Keras, GELU has two forms, and slopes,
scales and bounds are arguments of a layer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import sympy

from rankstrat.activation.lookup import as_activation
from rankstrat.activation.record import Activation, Z
from rankstrat.errors import DataError
from rankstrat.networks.files.onnx_file import Node
from rankstrat.networks.graph.functions import activation_of, simplest
from rankstrat.text.parsing import shown

Formula = Callable[[Any], Activation | None]


def _like(kind: str, **options: str) -> Formula:
    """The function of an ONNX operation; options name the attributes that hold its numbers."""

    def found(part: Any) -> Activation | None:
        given = {key: getattr(part, name) for key, name in options.items() if hasattr(part, name)}
        numbers = {k: str(v) if k == "approximate" else _number(k, v) for k, v in given.items()}
        return activation_of(Node(kind, (), (), numbers))

    return found


def _with(kind: str, **options: float) -> Formula:
    """The function of an ONNX operation with these numbers."""
    return lambda _: activation_of(Node(kind, (), (), options))


def _formula(expression: sympy.Expr) -> Formula:
    return lambda _: as_activation(expression)


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | np.floating | np.integer):
        raise DataError(
            f"{name} = {shown(repr(value))} of an activation is no number; one is needed; give"
            " activation='tanh', or whatever it is"
        )
    if not np.isfinite(value):
        raise DataError(
            f"{name} = {value} of an activation is not finite; a finite number is needed; give the"
            " formula of the activation"
        )
    return float(value)


def _rational(part: Any, name: str, default: float) -> sympy.Rational:
    given = getattr(part, name, default)
    value = simplest(_number(name, default if given is None else given))
    return sympy.Rational(value.numerator, value.denominator)


def _between(low: sympy.Expr, high: sympy.Expr, z: sympy.Expr) -> sympy.Expr:
    return sympy.Max(low, sympy.Min(high, z))


def _hardtanh(part: Any) -> Activation | None:
    low, high = _rational(part, "min_val", -1.0), _rational(part, "max_val", 1.0)
    return as_activation(_between(low, high, Z))


def _softplus(part: Any) -> Activation | None:
    beta = _rational(part, "beta", 1.0)
    return as_activation(sympy.log(1 + sympy.exp(beta * Z)) / beta)


def _relu(part: Any) -> Activation | None:
    """The layer ReLU of Keras, with its slope, bound and threshold."""
    slope, cut = _rational(part, "negative_slope", 0.0), _rational(part, "threshold", 0.0)
    if cut != 0 or not 0 <= slope <= 1:
        return None
    if getattr(part, "max_value", None) is None:
        return as_activation(sympy.Max(slope * Z, Z))
    high = _rational(part, "max_value", 6.0)
    return as_activation(sympy.Min(high, sympy.Max(slope * Z, Z)))


_RELU6 = _formula(_between(sympy.Integer(0), sympy.Integer(6), Z))
_HARD_SIGMOID = _formula(_between(sympy.Integer(0), sympy.Integer(1), Z / 6 + sympy.Rational(1, 2)))
_LOG_SIGMOID = _formula(-sympy.log(1 + sympy.exp(-Z)))
_SHRINK = _formula(Z - sympy.tanh(Z))
_COMMON: Mapping[str, Formula] = {
    "tanh": _like("Tanh"),
    "sigmoid": _like("Sigmoid"),
    "silu": _like("Swish"),
    "swish": _like("Swish"),
    "mish": _like("Mish"),
    "softsign": _like("Softsign"),
    "selu": _like("Selu"),
    "relu6": _RELU6,
    "logsigmoid": _LOG_SIGMOID,
    "tanhshrink": _SHRINK,
    "hardswish": _like("HardSwish"),
    "hardsigmoid": _HARD_SIGMOID,
}
TORCH: Mapping[str, Formula] = {
    **_COMMON,
    "relu": _like("Relu"),
    "leakyrelu": _like("LeakyRelu", alpha="negative_slope"),
    "elu": _like("Elu", alpha="alpha"),
    "celu": _like("Celu", alpha="alpha"),
    "gelu": _like("Gelu", approximate="approximate"),
    "softplus": _softplus,
    "hardtanh": _hardtanh,
}
KERAS: Mapping[str, Formula] = {
    **_COMMON,
    "relu": _like("Relu"),
    "leaky_relu": _with("LeakyRelu", alpha=0.2),
    "elu": _with("Elu"),
    "celu": _with("Celu"),
    "gelu": _with("Gelu"),
    "softplus": _like("Softplus"),
    "exponential": _like("Exp"),
    "hard_tanh": _formula(_between(sympy.Integer(-1), sympy.Integer(1), Z)),
    "hard_sigmoid": _HARD_SIGMOID,
    "hard_silu": _like("HardSwish"),
    "hard_swish": _like("HardSwish"),
    "log_sigmoid": _LOG_SIGMOID,
    "tanh_shrink": _SHRINK,
    "sin": _like("Sin"),
    "cos": _like("Cos"),
    "square": _formula(Z**2),
}
LAYERS: Mapping[str, Formula] = {
    "LeakyReLU": _like("LeakyRelu", alpha="negative_slope"),
    "ELU": _like("Elu", alpha="alpha"),
    "ReLU": _relu,
}
"""Layers of Keras that are an activation with numbers of their own."""


def of_torch(part: Any) -> Activation | None:
    """The activation that a module of torch is; None for another one."""
    found = TORCH.get(type(part).__name__.lower())
    return None if found is None else found(part)


def of_keras(layer: Any) -> tuple[str, Activation | None]:
    """The name and function of the activation of a layer of Keras, or that the layer is."""
    kind = type(layer).__name__
    if kind in LAYERS:
        return kind, LAYERS[kind](layer)
    if not hasattr(layer, "activation"):
        return kind, None
    name = str(getattr(layer.activation, "__name__", ""))
    found = KERAS.get(name)
    return name, None if found is None else found(layer)


__all__ = ["of_keras", "of_torch"]
