r"""The effective neurons of a target: $f^* = \kappa + \sum_{t=1}^k \alpha_t N(u_t \cdot (x, 1))$,
distinct classes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy

from rankstrat.activation.law import Law, Vector
from rankstrat.activation.record import Activation, Z
from rankstrat.errors import TargetError
from rankstrat.model.model import Chart
from rankstrat.model.structure import HasLayers, Layers
from rankstrat.rank.zero import is_zero
from rankstrat.targets import TargetFunction


@dataclass(frozen=True)
class Effective:
    r"""$f^* = \kappa + \sum_t \alpha_t N(u_t \cdot (x, 1))$, the $u_t$ of distinct classes, no
    $\alpha_t = 0$.
    """

    weights: tuple[Vector, ...]
    coefficients: tuple[Fraction, ...]
    constant: sympy.Expr


Neuron = tuple[Fraction, Vector, Any]
"""Output weight, input weights, bias."""


def effective(
    law: Law, inputs: Sequence[sympy.Symbol], bias: bool, target: TargetFunction
) -> Effective:
    """The effective neurons of a target.

    Raises:
        TargetError: it is not a finite sum of such neurons, or needs biases that the model does not
            have.
    """
    found = given_neurons(target, law.activation)
    if found is None:
        found = _neurons_of_expression(law.activation, inputs, target.expressions[0])
    neurons, constant = found
    sums: dict[Vector, Fraction] = {}
    for a, w, b in neurons:
        if a and b and not bias:
            raise TargetError(
                f"the target has a neuron with bias {b}, the model has none; build it with"
                " bias=True"
            )
        if not any(w):
            constant += sympy.Rational(a) * law.value(sympy.Rational(b))
            continue
        sign, representative = law.class_of((*w, *[b] * bias))
        sums[representative] = sums.get(representative, Fraction(0)) + law.factor(sign) * a
        constant += sympy.Rational(a * law.offset)
    kept = {u: value for u, value in sums.items() if value}
    size = math.prod(v.denominator for v in (*kept.values(), law.offset))
    return Effective(tuple(kept), tuple(kept.values()), plain(constant, size))


def plain(constant: sympy.Expr, size: int = 1) -> sympy.Expr:
    r"""The number as a rational one if it is one with a denominator up to `size`, such as
    $(\sqrt2 - 1)(\sqrt2 + 1)$.

    The branches compare it only with sums of output weights, so for them any other number is as
    good as irrational.
    """
    if constant.is_Rational:
        return constant
    size = max(size, 10**12)
    digits = 20 + 3 * len(str(size))
    close = sympy.Rational(str(sympy.re(constant.evalf(digits, chop=True)))).limit_denominator(size)
    if is_zero(constant - close):
        return close
    return constant


def network_layers(point: Chart | None, activation: Activation) -> Layers | None:
    """The layers of the network of a point, if it has one hidden layer of this activation."""
    structure: object = point and point.model.structure
    if not isinstance(structure, HasLayers):
        return None
    layers = structure.layers
    if layers.activation.formula != activation.formula:
        return None
    if len(layers.widths) != 3 or layers.widths[-1] != 1:
        return None
    return layers


def rational(value: Any, what: str) -> Fraction:
    """The value as a fraction.

    Raises:
        TargetError: it is not rational.
    """
    if isinstance(value, int | Fraction):
        return Fraction(value)
    if isinstance(value, sympy.Expr) and value.is_Rational:
        return Fraction(int(value.p), int(value.q))
    raise TargetError(
        f"{what} = {value} is not rational; rational neurons are needed; round it, or pass"
        " charts=[...]"
    )


def given_neurons(
    target: TargetFunction, activation: Activation
) -> tuple[list[Neuron], sympy.Expr] | None:
    """The neurons and the output bias of a target that is a point of a two-layer network.

    None for any other target.

    Raises:
        TargetError: a value is not rational.
    """
    point = target.point
    layers = network_layers(point, activation)
    if point is None or layers is None:
        return None
    arrays = point.arrays
    weights, outputs = (arrays[block] for block in layers.weights)
    hidden, last = layers.biases
    biases = arrays[hidden] if hidden else [0] * layers.widths[1]
    neurons: list[Neuron] = []
    for i, a in enumerate(outputs.reshape(-1)):
        w = tuple(rational(v, f"w{i + 1}_{t + 1} of the target") for t, v in enumerate(weights[i]))
        b = rational(biases[i], f"b{i + 1} of the target")
        neurons.append((rational(a, f"a{i + 1} of the target"), w, b))
    if not last:
        return neurons, sympy.Integer(0)
    return neurons, sympy.sympify(arrays[last].reshape(-1)[0], strict=True)


def _neurons_of_expression(
    activation: Activation, inputs: Sequence[sympy.Symbol], expression: sympy.Expr
) -> tuple[list[Neuron], sympy.Expr]:
    for form in (expression, sympy.expand_mul(expression)):
        neurons: list[Neuron] = []
        constant: sympy.Expr = sympy.Integer(0)
        for term in sympy.Add.make_args(form):
            if not term.free_symbols:
                constant += term
                continue
            found = _match(activation, inputs, term)
            if found is None:
                break
            neurons.append(found)
        else:
            return neurons, constant
    raise TargetError(
        f"the term {term} of the target is not a multiple of {activation.name}(w.x + b) with"
        " rational weights; a sum of such neurons and a constant is needed; give a point of a"
        " two-layer network"
    )


def _match(
    activation: Activation, inputs: Sequence[sympy.Symbol], term: sympy.Expr
) -> Neuron | None:
    """The neuron that a term is, if it is one."""
    for candidate in arguments(activation, term):
        affine = affine_form(candidate, inputs)
        if affine is None:
            continue
        ratio = sympy.simplify(term / activation(candidate))
        if not ratio.free_symbols:
            return rational(ratio, "an output weight of the target"), *affine
    return None


def arguments(activation: Activation, term: sympy.Expr) -> Iterable[sympy.Expr]:
    """Candidates h for which a term may be a multiple of sigma(h), read off its elementary
    functions.
    """
    kinds = (sympy.Function, sympy.exp)
    for ours in activation.formula.atoms(*kinds):
        if not ours.args[0].is_polynomial(Z):
            continue
        inner = sympy.Poly(ours.args[0], Z)
        if inner.degree() != 1:
            continue
        slope, shift = inner.all_coeffs()
        for theirs in term.atoms(*kinds):
            if theirs.func is ours.func:
                yield sympy.expand((theirs.args[0] - shift) / slope)
                yield sympy.expand(-(theirs.args[0] + shift) / slope)


def affine_form(form: sympy.Expr, inputs: Sequence[sympy.Symbol]) -> tuple[Vector, Fraction] | None:
    """w and b, if the form is w.x + b with rational numbers."""
    if not form.is_polynomial(*inputs) or form.free_symbols - set(inputs):
        return None
    polynomial = sympy.Poly(form, *inputs)
    if polynomial.total_degree() > 1 or not all(c.is_Rational for c in polynomial.coeffs()):
        return None
    w = tuple(rational(polynomial.coeff_monomial(x), "a weight") for x in inputs)
    return w, rational(polynomial.coeff_monomial(1), "a bias")
