r"""Targets of activations $\sigma(z) = p z + N(z)$ with N even.

Their blocks are coupled by a linear part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import sympy

from rankstrat.activation.law import Law, Vector
from rankstrat.activation.record import Z
from rankstrat.errors import TargetError
from rankstrat.families._shared.effective_neurons import (
    affine_form,
    arguments,
    given_neurons,
    plain,
    rational,
)
from rankstrat.targets import TargetFunction


@dataclass(frozen=True)
class CoupledTarget:
    r"""$f^* = \sum_t \alpha_t N(u_t \cdot (x, 1)) + \ell \cdot x + \kappa$, the $u_t$ of distinct
    classes.

    Attributes:
        weights, coefficients: u and alpha.
        linear, constant: ell and kappa.
        signs: the sign with which each class came, a guess of what carries the linear part.
    """

    weights: tuple[Vector, ...]
    coefficients: tuple[Fraction, ...]
    linear: Vector
    constant: sympy.Expr
    signs: tuple[int, ...] = ()

    @property
    def rational(self) -> Fraction | None:
        """The constant, if it is rational."""
        if not self.constant.is_Rational:
            return None
        return Fraction(int(self.constant.p), int(self.constant.q))


def coupled_target(
    law: Law, inputs: Sequence[sympy.Symbol], bias: bool, target: TargetFunction
) -> CoupledTarget:
    """The effective neurons of a target, and the linear function that is left.

    Raises:
        TargetError: it is not a finite sum of such neurons and an affine function, or needs biases
            that are missing.
    """
    sums: dict[Vector, Fraction] = {}
    first: dict[Vector, Vector] = {}
    signs: dict[Vector, int] = {}
    linear = [Fraction(0)] * len(inputs)
    constant: sympy.Expr = sympy.Integer(0)

    def add(alpha: Fraction, u: Vector) -> None:
        factor, key = law.line(u)
        sign = signs.setdefault(key, (factor > 0) - (factor < 0))
        kept = first.setdefault(key, tuple(sign * v for v in u))
        sums[key] = sums.get(key, Fraction(0)) + alpha * abs(factor / law.line(kept)[0])

    found = given_neurons(target, law.activation)
    if found is not None:
        neurons, constant = found
        terms = [(a, a, w, b) for a, w, b in neurons]
    else:
        terms, form = _terms(law, inputs, target.expressions[0])
        polynomial = sympy.Poly(form, *inputs)
        linear = [
            rational(polynomial.coeff_monomial(x), "a coefficient of the target") for x in inputs
        ]
        constant = polynomial.coeff_monomial(1)
    for alpha, a, w, b in terms:
        if (alpha or a) and b and not bias:
            raise TargetError(
                f"the target has a neuron with bias {b}, the model has none; build it with"
                " bias=True"
            )
        for t, v in enumerate(w):
            linear[t] += law.slope * a * v
        constant += sympy.Rational(law.slope * a * b)
        if any(w):
            add(alpha, (*w, *[b] * bias))
        else:
            constant += sympy.Rational(alpha) * (
                law.value(sympy.Rational(b)) - sympy.Rational(law.slope * b)
            )
    kept = {key: alpha for key, alpha in sums.items() if alpha}
    return CoupledTarget(
        tuple(first[key] for key in kept),
        tuple(kept.values()),
        tuple(linear),
        plain(constant),
        tuple(signs[key] for key in kept),
    )


Term = tuple[Fraction, Fraction, Vector, Fraction]
"""alpha N(h) + p a h, with h = w.x + b."""


def _terms(
    law: Law, inputs: Sequence[sympy.Symbol], expression: sympy.Expr
) -> tuple[list[Term], sympy.Expr]:
    plain_form = _absolute(expression) if law.rays else expression
    for form in (plain_form, sympy.expand_mul(plain_form)):
        found: list[Term] = []
        rest: list[sympy.Expr] = []
        for term in sympy.Add.make_args(form):
            if term.is_polynomial(*inputs) and sympy.Poly(term, *inputs).total_degree() <= 1:
                rest.append(term)
                continue
            neuron = _kink(law, inputs, term) if law.rays else _match(law, inputs, term)
            if neuron is None:
                break
            found.append(neuron)
        else:
            return found, sympy.Add(*rest)
    raise TargetError(
        f"the term {term} of the target is neither affine nor a multiple of"
        f" {law.activation.name}(w.x + b) with rational weights; a sum of such neurons and an"
        " affine function is needed; give a point of a two-layer network"
    )


def _match(law: Law, inputs: Sequence[sympy.Symbol], term: sympy.Expr) -> Term | None:
    for candidate in arguments(law.activation, term):
        affine = affine_form(candidate, inputs)
        if affine is None:
            continue
        for formula, linear in ((law.activation.formula, 1), (law.remainder, 0)):
            ratio = sympy.simplify(term / formula.xreplace({Z: candidate}))
            if not ratio.free_symbols:
                alpha = rational(ratio, "an output weight of the target")
                return alpha, alpha * linear, *affine
    return None


def _kink(law: Law, inputs: Sequence[sympy.Symbol], term: sympy.Expr) -> Term | None:
    factor, rest = term.as_coeff_Mul()
    if not isinstance(rest, sympy.Abs) or not factor.is_Rational:
        return None
    affine = affine_form(sympy.expand(rest.args[0]), inputs)
    alpha = rational(factor, "an output weight of the target") / law.kink
    if affine is None:
        return None
    return (alpha, Fraction(0), *affine)


def _absolute(expression: sympy.Expr) -> sympy.Expr:
    r"""The expression with $\max(g, h) = (g + h + |g - h|)/2$ and
    $\min(g, h) = (g + h - |g - h|)/2$.
    """

    def absolute(sign: int, *args: sympy.Expr) -> sympy.Expr:
        g, h = args
        return (g + h + sign * sympy.Abs(g - h)) / 2

    for kind, sign in ((sympy.Max, 1), (sympy.Min, -1)):
        pairs = {e: absolute(sign, *e.args) for e in expression.atoms(kind) if len(e.args) == 2}
        expression = expression.xreplace(pairs)
    return expression
