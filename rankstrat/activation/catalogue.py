"""The activations that are built in: one record each."""

from __future__ import annotations

from fractions import Fraction

import sympy

from rankstrat.activation.record import Activation, Between, Lemma, Parity, Root, Z

_HALF = Fraction(1, 2)


def _taylor(parity: str, extra: str = "") -> tuple[str, ...]:
    if parity != "none":
        kind = f"{parity} and not a polynomial"
    else:
        kind = "odd and even part both not polynomials"
    return (f"sigma is analytic, {kind}{extra}", "weights of distinct classes, none zero")


def _record(
    name: str,
    formula: sympy.Expr,
    parity: Parity,
    *,
    bias: bool = False,
    q: tuple[Fraction, ...] = (),
    remainder: Parity | None = None,
    zeros: tuple[Root, ...] | None = None,
    flat: tuple[Root, ...] | None = None,
) -> Activation:
    """An activation to which the Taylor lemma applies.

    Its remainder N has infinitely many nonzero Taylor coefficients.
    """
    remainder = parity if remainder is None else remainder
    assumptions = _taylor(remainder, " up to an added polynomial" if q else "")
    if bias:
        assumptions += (
            "also with biases: the singularities or Gaussian exponents of distinct classes differ",
        )
    citation = "LSH Proposition 2, LLR Proposition 3" + (
        "; derived here with biases" if bias else ""
    )
    lemma = Lemma(citation, assumptions, bias)
    return Activation(name, formula, parity, q, remainder, lemma, zeros, flat)


def _swish(name: str, formula: sympy.Expr, zeros: tuple[Root, ...], *flat: Root) -> Activation:
    """z/2 and an even function."""
    q = (Fraction(0), _HALF)
    return _record(name, formula, "none", bias=True, q=q, remainder="even", zeros=zeros, flat=flat)


def _plain(name: str, formula: sympy.Expr, parity: Parity) -> Activation:
    """An activation without a lemma: polynomial or piecewise."""
    return Activation(name, formula, parity, (), parity)


BUILT_IN = (
    _record("tanh", sympy.tanh(Z), "odd", bias=True, zeros=(0,), flat=()),
    _record(
        "sigmoid",
        1 / (1 + sympy.exp(-Z)),
        "none",
        bias=True,
        q=(_HALF,),
        remainder="odd",
        zeros=(),
        flat=(),
    ),
    _record("arctan", sympy.atan(Z), "odd", bias=True, zeros=(0,), flat=()),
    _record("erf", sympy.erf(Z), "odd", bias=True, zeros=(0,), flat=()),
    _record("sin", sympy.sin(Z), "odd"),
    _record("sinh", sympy.sinh(Z), "odd", zeros=(0,), flat=()),
    _record("cos", sympy.cos(Z), "even"),
    _record("cosh", sympy.cosh(Z), "even", zeros=(), flat=(0,)),
    _record("exp", sympy.exp(Z), "none", zeros=(), flat=()),
    _record("gaussian", sympy.exp(-(Z**2)), "even", bias=True, zeros=(), flat=(0,)),
    _record("ztanh", Z * sympy.tanh(Z), "even", bias=True, zeros=(0,), flat=(0,)),
    _record("z2tanh", Z**2 * sympy.tanh(Z), "odd", bias=True, zeros=(0,), flat=(0,)),
    _swish("softplus", sympy.log(1 + sympy.exp(Z)), ()),
    # the slope of silu vanishes where exp(z) = -(1 + z), which is no algebraic number (Lindemann)
    _swish("silu", Z / (1 + sympy.exp(-Z)), (0,), Between(Fraction(-2), Fraction(-1))),
    _swish("gelu", Z * (1 + sympy.erf(Z / sympy.sqrt(2))) / 2, (0,), Between(Fraction(-1), -_HALF)),
    _plain("relu", sympy.Max(0, Z), "none"),
    _plain("leaky_relu", sympy.Max(Z, Z / 100), "none"),
    _plain("abs", sympy.Abs(Z), "even"),
    _plain("elu", sympy.Max(0, Z) + sympy.exp(sympy.Min(0, Z)) - 1, "none"),
    _plain("hardtanh", sympy.Max(-1, sympy.Min(1, Z)), "odd"),
    _plain("identity", Z, "odd"),
    _plain("square", Z**2, "even"),
    _plain("cube", Z**3, "odd"),
)
GENERIC = _plain("sigma", sympy.Function("sigma")(Z), "unknown")
ALIASES = {
    "swish": "silu",
    "atan": "arctan",
    "logistic": "sigmoid",
    "leakyrelu": "leaky_relu",
    "linear": "identity",
    "quadratic": "square",
    "cubic": "cube",
}


__all__ = ["ALIASES", "BUILT_IN", "GENERIC"]
