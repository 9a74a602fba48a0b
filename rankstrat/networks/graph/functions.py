"""The functions of one number that ONNX has, as activations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

import numpy as np
import sympy

from rankstrat.activation.lookup import activations, as_activation
from rankstrat.activation.record import Activation, Z
from rankstrat.errors import DataError
from rankstrat.networks.files.onnx_file import Node
from rankstrat.text.parsing import shown

CATALOGUE = {
    "Tanh": "tanh", "Relu": "relu", "Sigmoid": "sigmoid", "Softplus": "softplus", "Erf": "erf",
    "Sin": "sin", "Cos": "cos", "Atan": "arctan", "Abs": "abs", "Sinh": "sinh", "Cosh": "cosh",
    "Exp": "exp",
}  # fmt: skip
_HALF = sympy.Rational(1, 2)


def simplest(value: float) -> Fraction:
    """The fraction of least denominator that is this number in float32, in which ONNX keeps
    options: 1/100 for 0.00999999977.
    """
    wanted, exact = np.float32(value), Fraction(float(value))
    bound = 1
    while np.float32(float(exact.limit_denominator(bound))) != wanted:
        bound *= 2
        if bound > exact.denominator:
            return exact
    low = bound // 2
    while bound - low > 1:
        middle = (low + bound) // 2
        if np.float32(float(exact.limit_denominator(middle))) == wanted:
            bound = middle
        else:
            low = middle
    return exact.limit_denominator(bound)


def _rational(node: Node, name: str, default: float) -> sympy.Rational:
    given = node.options.get(name, default)
    if not isinstance(given, float) or not np.isfinite(given):
        raise DataError(
            f"the node {shown(node.kind)} has {name} = {shown(str(given))}; a finite number is"
            " needed; export it again"
        )
    value = simplest(given)
    return sympy.Rational(value.numerator, value.denominator)


def _leaky(node: Node) -> sympy.Expr:
    alpha = _rational(node, "alpha", 0.01)
    return sympy.Max(Z, alpha * Z) if alpha <= 1 else sympy.Min(Z, alpha * Z)


def _elu(node: Node) -> sympy.Expr:
    alpha = _rational(node, "alpha", 1.0)
    return sympy.Max(0, Z) + alpha * (sympy.exp(sympy.Min(0, Z)) - 1)


def _celu(node: Node) -> sympy.Expr:
    alpha = _rational(node, "alpha", 1.0)
    return sympy.Max(0, Z) + alpha * (sympy.exp(sympy.Min(0, Z) / alpha) - 1)


def _selu(node: Node) -> sympy.Expr:
    alpha = _rational(node, "alpha", 1.67326319217681884765625)
    gamma = _rational(node, "gamma", 1.05070102214813232421875)
    return gamma * (sympy.Max(0, Z) + alpha * (sympy.exp(sympy.Min(0, Z)) - 1))


def _gelu(node: Node) -> sympy.Expr:
    if node.options.get("approximate", "none") == "tanh":
        inner = Z + sympy.Rational(44715, 10**6) * Z**3
        return Z * (1 + sympy.tanh(sympy.sqrt(2 / sympy.pi) * inner)) / 2
    return activations["gelu"].formula


def _swish(node: Node) -> sympy.Expr:
    return Z / (1 + sympy.exp(-_rational(node, "alpha", 1.0) * Z))


def _hard_sigmoid(node: Node) -> sympy.Expr:
    alpha, beta = _rational(node, "alpha", 0.2), _rational(node, "beta", 0.5)
    return sympy.Max(0, sympy.Min(1, alpha * Z + beta))


FORMULAS: Mapping[str, Callable[[Node], sympy.Expr]] = {
    "LeakyRelu": _leaky,
    "Elu": _elu,
    "Celu": _celu,
    "Selu": _selu,
    "Gelu": _gelu,
    "Swish": _swish,
    "HardSigmoid": _hard_sigmoid,
    "HardSwish": lambda _: Z * sympy.Max(0, sympy.Min(1, Z / 6 + _HALF)),
    "Softsign": lambda _: Z / (1 + sympy.Abs(Z)),
    "Mish": lambda _: Z * sympy.tanh(sympy.log(1 + sympy.exp(Z))),
    "Log": lambda _: sympy.log(Z),
    "Neg": lambda _: -Z,
    "Sqrt": lambda _: sympy.sqrt(Z),
    "Reciprocal": lambda _: 1 / Z,
    "Tan": lambda _: sympy.tan(Z),
}
HIDDEN = (*CATALOGUE, "LeakyRelu", "Elu", "Celu", "Selu", "Gelu", "Swish", "HardSigmoid",
          "HardSwish", "Softsign", "Mish")  # fmt: skip
"""Those that stand between the layers of a network."""


def activation_of(node: Node) -> Activation | None:
    """The function that a node applies to every number; None where it does something else."""
    if node.kind in CATALOGUE:
        return activations[CATALOGUE[node.kind]]
    if node.kind not in FORMULAS:
        return None
    return as_activation(FORMULAS[node.kind](node))


__all__ = ["FORMULAS", "HIDDEN", "activation_of", "simplest"]
