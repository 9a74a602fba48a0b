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
from rankstrat.activation.lookup import as_activation
from rankstrat.activation.record import Activation, Z
from rankstrat.errors import TargetError
from rankstrat.model.model import Chart
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
    point = target.point
    if point is not None and is_network(point, law.activation):
        neurons, constant = neurons_of_point(point)
    else:
        neurons, constant = _neurons_of_expression(law.activation, inputs, target.expressions[0])
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
        sign, representative = law.class_of((*w, b) if bias else w)
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


def is_network(point: Chart, activation: Activation) -> bool:
    """Whether a point belongs to a two-layer network with this activation."""
    structure = point.model.structure
    if structure is None or structure.family != "two_layer":
        return False
    return bool(as_activation(structure.arguments["activation"]).formula == activation.formula)


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


def neurons_of_point(point: Chart) -> tuple[list[Neuron], sympy.Expr]:
    """The neurons of a two-layer network and its output bias.

    Raises:
        TargetError: a value is not rational.
    """
    arrays = point.arrays
    neurons: list[Neuron] = []
    for i, a in enumerate(arrays["a"]):
        w = tuple(
            rational(v, f"w{i + 1}_{t + 1} of the target") for t, v in enumerate(arrays["w"][i])
        )
        b = rational(arrays["b"][i], f"b{i + 1} of the target") if "b" in arrays else Fraction(0)
        neurons.append((rational(a, f"a{i + 1} of the target"), w, b))
    constant = sympy.sympify(arrays["c"][()], strict=True) if "c" in arrays else sympy.Integer(0)
    return neurons, constant


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
        inner = sympy.Poly(ours.args[0], Z) if ours.args[0].is_polynomial(Z) else None
        if inner is None or inner.degree() != 1:
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
