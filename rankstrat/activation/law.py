r"""What is proved of an activation: all that ranks, strata and target sets need of sigma."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any

import sympy
from sympy.core.function import AppliedUndef

from rankstrat.activation.checks import check_lemma, has_only, vanishes
from rankstrat.activation.record import Activation, Parity, Root, Z
from rankstrat.algebra.linear import Vector
from rankstrat.text.sources import proved


@dataclass(frozen=True)
class Law:
    r"""$\sigma = q_0 + q_1 z + N$ with N(u.x), N'(u.x) x_t independent over distinct classes.

    They are independent modulo affine functions.

    The affine part of the parity of N belongs to N, so that only what a pair of neurons u, -u
    leaves is kept apart: the constant $2 q_0$ if N is odd, the linear function $2 q_1 u \cdot x$ if
    N is even.

    Attributes:
        activation: sigma.
        bias: whether neurons have biases; without, nothing but sigma(0) and sigma'(0) is asked of
            neurons with w = 0.
        parity: of N: odd or even, then u and -u are one class; or none.
        offset: q_0, for an odd N.
        slope: q_1, for an even N.
        kink: for $\sigma(z) = q_1 z + \kappa |z|$ the number kappa, else 0; then classes are lines.
        citation: the lemma.
        assumptions: what it needs.
    """

    activation: Activation
    bias: bool
    parity: Parity
    offset: Fraction = Fraction(0)
    slope: Fraction = Fraction(0)
    kink: Fraction = Fraction(0)
    citation: str = ""
    assumptions: tuple[str, ...] = ()

    # what coincidences of neurons do
    @property
    def signed(self) -> bool:
        """Whether u and -u belong to one class."""
        return self.parity in ("odd", "even")

    @property
    def signs(self) -> tuple[int, ...]:
        """The s for which u and s u belong to one class."""
        if self.signed:
            return (1, -1)
        return (1,)

    @property
    def sides(self) -> bool:
        """Whether the signs inside a class matter."""
        return bool(self.offset or self.slope)

    @property
    def rays(self) -> bool:
        """Whether positive multiples of weights give multiples of one function."""
        return bool(self.kink)

    @property
    def apart(self) -> bool:
        """Whether classes of a target are compared one by one: no linear part couples them."""
        return not (self.slope or self.kink or self.activation.is_unspecified)

    def factor(self, sign: int) -> int:
        """N(sign * z) / N(z)."""
        if self.parity == "odd":
            return sign
        return 1

    def class_of(self, u: Vector) -> tuple[int, Vector]:
        """u = sign * representative; the first nonzero entry of the representative is positive."""
        lead = next((v for v in u if v), Fraction(0))
        if self.signed and lead < 0:
            return -1, tuple(-v for v in u)
        return 1, u

    def line(self, u: Vector) -> tuple[Fraction, Vector]:
        """u = factor * key, with one key for each class (for rays, each line)."""
        lead = next(v for v in u if v)
        factor = lead if self.rays else Fraction(1 if lead > 0 else -1)
        return factor, tuple(v / factor for v in u)

    # values, for neurons with w = 0
    @cached_property
    def zero(self) -> sympy.Expr:
        """sigma(0)."""
        return sympy.sympify(self.activation.value_at_zero, strict=True)

    @cached_property
    def silent(self) -> bool:
        """Whether sigma(0) = 0."""
        return self.value_vanishes(Fraction(0))

    @cached_property
    def still(self) -> bool:
        """Whether sigma'(0) = 0."""
        return self.slope_vanishes(Fraction(0))

    @cached_property
    def silent_elsewhere(self) -> bool | None:
        """Whether sigma(b) = 0 for some b != 0, a bias of a neuron with w = 0; None: unknown."""
        return self._elsewhere(self.activation.formula, self.activation.zeros, "sigma")

    @cached_property
    def still_elsewhere(self) -> bool | None:
        """The same for sigma'."""
        return self._elsewhere(self.activation.derivative, self.activation.flat, "sigma'")

    @property
    def tame(self) -> bool:
        """Whether sigma is known to vanish at most at 0, where neurons with w = 0 need it."""
        return self.rays or self.silent_elsewhere is False

    @property
    def steep(self) -> bool:
        """Whether sigma' is known to vanish at most at 0, where neurons with w = 0 need it."""
        return self.rays or self.still_elsewhere is False

    def _elsewhere(
        self, formula: sympy.Expr, roots: tuple[Root, ...] | None, name: str
    ) -> bool | None:
        if not self.bias:
            return False
        if roots is None or not has_only(formula, roots, f"{name} of {self.activation.name}"):
            return None
        return any(root != 0 for root in roots)

    @property
    def remainder(self) -> sympy.Expr:
        """N(z), for an even N."""
        return self.activation.formula - sympy.Rational(self.slope) * Z

    def value(self, b: Any) -> sympy.Expr:
        """sigma(b).

        For an even N at negative numbers sigma(-b) + 2 q_1 b, so that equal logarithms look alike.
        """
        b = sympy.sympify(b, strict=True)
        if self.slope and b.is_Rational and b < 0:
            return self.value(-b) + 2 * sympy.Rational(self.slope) * b
        return _at(self.activation.formula, b)

    def derivative(self, b: Any) -> sympy.Expr:
        """sigma'(b)."""
        return _at(self.activation.derivative, sympy.sympify(b, strict=True))

    def side(self, sign: int) -> Fraction:
        """sigma(sign), for rays: the value of a neuron with w = 0, |b| = 1."""
        return self.slope * sign + self.kink

    def value_vanishes(self, b: Fraction) -> bool:
        """Whether sigma(b) = 0."""
        if self.activation.is_unspecified:
            return False
        return vanishes(_at(self.activation.formula, _exact(b)))

    def slope_vanishes(self, b: Fraction) -> bool:
        """Whether sigma'(b) = 0."""
        if self.kink:
            return self.slope + (self.kink if b > 0 else -self.kink) == 0
        if self.activation.is_unspecified:
            return False
        return vanishes(_at(self.activation.derivative, _exact(b)))


def _exact(b: Fraction) -> sympy.Rational:
    return sympy.Rational(b.numerator, b.denominator)


@lru_cache(maxsize=10_000)
def _at(formula: sympy.Expr, b: sympy.Expr) -> sympy.Expr:
    return formula.xreplace({Z: b}).doit()


def law_of(activation: Activation, *, bias: bool) -> Law | None:
    """The law of an activation; None where nothing is proved of its neurons.

    Raises:
        FamilyError: the record declares what its formula does not have.

    Example:
        >>> from rankstrat.activation.lookup import activations
        >>> law_of(activations["softplus"], bias=True).slope, law_of(activations["sin"], bias=True)
        (Fraction(1, 2), None)
    """
    return _found(activation, bias)[0]


def why_not(activation: Activation, *, bias: bool) -> str:
    """What is missing where there is no law."""
    return _found(activation, bias)[1]


def unproved(activation: Activation, *, bias: bool) -> Law:
    """What a record says of coincidences of neurons, without a lemma."""
    known = activation.parity in ("odd", "even")
    return Law(activation, bias, activation.parity if known else "none")


def sign_theorem(activation: Activation) -> str | None:
    r"""The theorem by which deep networks with no constant, idle or doubled unit are equal as
    functions only up to permutations and signs of units; None where none is known.

    It is proved for $\alpha \tanh(\beta z)$: the factors pass into the weights.

    Example:
        >>> from rankstrat.activation.lookup import activations
        >>> sign_theorem(activations["tanh"]), sign_theorem(activations["exp"])
        ('VlacicBoelcskei2021 (tanh)', None)
    """
    found = activation.formula.atoms(sympy.tanh)
    if len(found) != 1:
        return None
    (curve,) = found
    factors = (activation.formula / curve, curve.args[0] / Z)
    if all(factor.is_Rational and factor != 0 for factor in factors):
        return "VlacicBoelcskei2021 (tanh)"
    return None


@lru_cache(maxsize=1_000)
def _found(activation: Activation, bias: bool) -> tuple[Law | None, str]:
    """The law, or what is missing."""
    if activation.is_unspecified:
        return _unspecified(activation, bias)
    if activation.is_piecewise:
        return _piecewise(activation, bias)
    lemma, parity, q = activation.lemma, activation.remainder_parity, activation.polynomial_part
    if lemma is None:
        return None, (
            f"no independence lemma is known for the activation {activation.name}; an Activation"
            " with a lemma is needed"
        )
    if bias and not lemma.with_bias:
        return None, (
            f"the independence lemma of {activation.name} does not hold with biases; a model"
            " without bias is needed"
        )
    if len(q) > 2 or parity == "unknown":
        return None, (
            f"{activation.name} = q + N has a polynomial part of degree {len(q) - 1} and a"
            f" remainder of parity {parity}; degree at most 1 and a known parity are needed"
        )
    check_lemma(activation, bias=bias)
    parts = dict(enumerate(q))
    law = Law(
        activation,
        bias,
        parity,
        offset=parts.get(0, Fraction(0)) * (parity == "odd"),
        slope=parts.get(1, Fraction(0)) * (parity == "even"),
        citation=lemma.citation,
        assumptions=lemma.assumptions,
    )
    return law, ""


def _unspecified(activation: Activation, bias: bool) -> tuple[Law | None, str]:
    """The law of a generic smooth function of z itself: sigma(z^2) has a parity, sigma(1) no z."""
    formula = activation.formula
    plain = isinstance(formula, AppliedUndef) and formula.args == (Z,)
    parity: Any = getattr(formula.func, "parity", "")
    if parity or not plain:
        return None, (
            f"the unspecified {formula} is no generic smooth function of z, so nothing is proved of"
            " its neurons; write sympy.Function('sigma'), without a parity"
        )
    law = Law(
        activation,
        bias,
        "none",
        citation=proved("independence-with-biases" if bias else "independence"),
        assumptions=("sigma is a generic smooth function", "weights of distinct classes"),
    )
    return law, ""


def _piecewise(activation: Activation, bias: bool) -> tuple[Law | None, str]:
    if activation.slopes is None:
        return None, (
            f"{activation.name} is not linear on both sides of 0; ReLU, leaky ReLU or |z| are"
            " needed"
        )
    up, down = activation.slopes
    assumptions = (
        "sigma is linear on both sides of 0 and not linear",
        "functions on all of R^d, almost everywhere",
        "neurons with distinct hyperplanes",
    )
    law = Law(
        activation,
        bias,
        "even",
        slope=(up + down) / 2,
        kink=(up - down) / 2,
        citation=proved("rays"),
        assumptions=assumptions,
    )
    return law, ""


__all__ = ["Law", "Vector", "law_of", "sign_theorem", "unproved", "why_not"]
