r"""What an independence lemma says of an activation, checked as far as this is possible."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import mpmath
import sympy
from sympy.core.function import AppliedUndef

from rankstrat.activation.record import Activation, Parity, Z, check_parity
from rankstrat.algebra.balls import sign
from rankstrat.algebra.program import Program
from rankstrat.algebra.translate import translate
from rankstrat.errors import FamilyError, UndecidedError
from rankstrat.text.sources import proved

_DIGITS = 120
_UNBIASED = ((1, 0), (2, 0), (3, 0))
_BIASED = ((1, 0), (1, 1), (2, 1), (1, -2))


@dataclass(frozen=True)
class Law:
    r"""$\sigma = q_0 + q_1 z + N$ with N(u.x) and N'(u.x) x_t independent over distinct classes,
    modulo polynomials.

    Attributes:
        activation: sigma.
        parity: of N: odd or even, then u and -u are one class; or none.
        offset: q_0.
        slope: q_1.
        kink: for $\sigma(z) = q_1 z + \kappa |z|$ the number kappa, else 0; then classes are lines.
        citation: the lemma.
        assumptions: what it needs.
    """

    activation: Activation
    parity: Parity
    offset: Fraction
    slope: Fraction
    kink: Fraction
    citation: str
    assumptions: tuple[str, ...]

    def value_vanishes(self, b: Fraction) -> bool:
        """Whether sigma(b) = 0."""
        if self.activation.is_unspecified:
            return False
        return _vanishes(
            self.activation.formula.xreplace({Z: sympy.Rational(b.numerator, b.denominator)})
        )

    def slope_vanishes(self, b: Fraction) -> bool:
        """Whether sigma'(b) = 0."""
        if self.kink:
            return self.slope + (self.kink if b > 0 else -self.kink) == 0
        if self.activation.is_unspecified:
            return False
        return _vanishes(
            self.activation.derivative.xreplace(
                {Z: sympy.Rational(b.numerator, b.denominator)}
            ).doit()
        )


@lru_cache(maxsize=10_000)
def _vanishes(number: sympy.Expr) -> bool:
    """Whether an exact number is 0: excluded by a ball, or seen by sympy."""
    if number.is_Rational:
        return bool(number == 0)
    program = Program()
    (node,) = translate(program, [number], {})
    if sign(program, node, {}):
        return False
    if sympy.simplify(number) == 0:
        return True
    raise UndecidedError(
        f"whether {number} is 0 is not decided; choose another bias, or use model_rank"
    )


@lru_cache(maxsize=1_000)
def law_of(activation: Activation, *, bias: bool) -> Law:
    """The law of an activation.

    Raises:
        UndecidedError: no independence lemma is known for it (with these biases).
        FamilyError: the record declares a parity it does not have.
    """
    if (
        activation.is_unspecified
        and activation.parity == "unknown"
        and isinstance(activation.formula, AppliedUndef)
    ):
        assumptions = ("sigma is a generic smooth function", "weights of distinct classes")
        return Law(
            activation,
            "none",
            Fraction(0),
            Fraction(0),
            Fraction(0),
            proved("exponentials"),
            assumptions,
        )
    if activation.is_piecewise:
        return _piecewise(activation)
    lemma = activation.lemma
    if lemma is None:
        raise UndecidedError(
            f"no independence lemma is known for the activation {activation.name}; an Activation"
            " with a lemma is needed; use model_rank"
        )
    if bias and not lemma.with_bias:
        raise UndecidedError(
            f"the independence lemma of {activation.name} does not hold with biases; a model"
            " without bias is needed; use model_rank"
        )
    if len(activation.polynomial_part) > 2 or activation.remainder_parity == "unknown":
        raise UndecidedError(
            f"{activation.name} = q + N has a polynomial part of degree"
            f" {len(activation.polynomial_part) - 1} and a remainder of parity"
            f" {activation.remainder_parity}; degree at most 1 and a known parity are needed; use"
            " model_rank"
        )
    check_record(activation, bias=bias)
    q = (*activation.polynomial_part, Fraction(0), Fraction(0))
    return Law(
        activation,
        activation.remainder_parity,
        q[0],
        q[1],
        Fraction(0),
        lemma.citation,
        lemma.assumptions,
    )


def _piecewise(activation: Activation) -> Law:
    positive = sympy.Symbol("p", positive=True)
    above = activation.formula.subs(Z, positive) / positive
    below = activation.formula.subs(Z, -positive) / -positive
    if not (above.is_Rational and below.is_Rational) or above == below:
        raise UndecidedError(
            f"{activation.name} is not linear on both sides of 0; ReLU, leaky ReLU or |z| are"
            " needed; use model_rank"
        )
    up, down = Fraction(above.p, above.q), Fraction(below.p, below.q)
    assumptions = (
        "sigma is linear on both sides of 0 and not linear",
        "functions on all of R^d, almost everywhere",
        "neurons with distinct hyperplanes",
    )
    return Law(
        activation,
        "even",
        Fraction(0),
        (up + down) / 2,
        (up - down) / 2,
        proved("rays"),
        assumptions,
    )


@lru_cache(maxsize=1_000)
def check_record(activation: Activation, *, bias: bool) -> None:
    r"""Refute a record that declares a parity or a lemma that its formula does not have.

    The lemma is tried on a few neurons in one variable, by a determinant of $\sigma(wz + b)$, its
    derivatives, 1 and z at as many numbers: a polynomial fails for every lemma, exp and cos for one
    with biases. Whoever declares a lemma vouches for all other neurons.

    Raises:
        FamilyError: the record is wrong.
    """
    if activation.is_unspecified:
        return
    check_parity(activation)
    with mpmath.workdps(_DIGITS):
        value, slope = (
            sympy.lambdify(Z, f, "mpmath") for f in (activation.formula, activation.derivative)
        )
        neurons = [*_BIASED] if bias else [*_UNBIASED]
        if activation.remainder_parity == "none":
            neurons.append((-1, 0))
        size = 2 + len(neurons) * (3 if bias else 2)
        rows = []
        for n in range(size):
            z = mpmath.mpf(37 * n + 11) / (9 * size) - 2
            row = [mpmath.mpf(1), z]
            for w, b in neurons:
                row += [
                    value(w * z + b),
                    z * slope(w * z + b),
                    *([slope(w * z + b)] if bias else []),
                ]
            rows.append([v / max(map(abs, row)) for v in row])
        if abs(mpmath.det(mpmath.matrix(rows))) < mpmath.mpf(10) ** (-3 * _DIGITS // 4):
            raise FamilyError(
                f"the activation {activation.name} is declared to have an independence"
                f" lemma{' with biases' if bias else ''}, but the functions of the neurons (w, b) ="
                f" {neurons} are dependent; correct the record; see testing.check_activation"
            )
