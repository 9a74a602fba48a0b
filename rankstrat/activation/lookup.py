r"""Activations $\sigma .

\mathbb{R} \to \mathbb{R}$: one exact record each, with what rank lemmas may assume of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any, Literal

import sympy
from sympy.core.function import AppliedUndef, UndefinedFunction

from rankstrat.errors import FamilyError, ParseError
from rankstrat.registry import Registry
from rankstrat.text.parsing import exact_value, parse_expression, shown

Z = sympy.Symbol("z")
"""The variable of an activation's formula."""

Parity = Literal["odd", "even", "none", "unknown"]
_HALF = Fraction(1, 2)
CHECKED_AT, _DIGITS = (sympy.Rational(2, 3), sympy.Rational(7, 4), sympy.Rational(5, 2)), 40


@dataclass(frozen=True)
class Lemma:
    r"""An independence lemma: $\sigma(w_i \cdot x + b_i)$ and its derivatives are independent over distinct neurons.

    Attributes:
        citation: bib key and number.
        assumptions: what the lemma needs of sigma, each checked for the activation it is attached
            to.
        with_bias: whether it also holds for extended weights (w, b) with w != 0; without, only for
            b = 0.
    """

    citation: str
    assumptions: tuple[str, ...]
    with_bias: bool

    def __str__(self) -> str:
        return f"{self.citation} ({'; '.join(self.assumptions)})"


@dataclass(frozen=True)
class Activation:
    r"""$\sigma(z)$ as an exact expression in z.

    Attributes:
        name: how families and reports call it.
        formula: a sympy expression in the one symbol z.
        parity: of sigma; "unknown" where nobody has said (then no lemma is used).
        polynomial_part: coefficients, ascending, of the polynomial q in sigma = q + N.
        remainder_parity: parity of N, which is not a polynomial unless sigma is.
        lemma: the independence lemma that holds for N, if one does.

    Raises:
        FamilyError: the formula has another symbol, or is not an expression.

    Example:
        >>> sigma = Activation("shifted", sympy.tanh(Z + sympy.Rational(1, 2)))
        >>> sigma(sympy.Symbol("x"))
        tanh(x + 1/2)
    """

    name: str
    formula: sympy.Expr
    parity: Parity = "unknown"
    polynomial_part: tuple[Fraction, ...] = ()
    remainder_parity: Parity = "unknown"
    lemma: Lemma | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.formula, sympy.Expr):
            raise FamilyError(
                f"the activation {self.name} has the formula {shown(repr(self.formula))}; a sympy"
                " expression in z is needed"
            )
        unknown = self.formula.free_symbols - {Z}
        if unknown:
            raise FamilyError(
                f"the activation {self.name} depends on {min(map(str, unknown))}; a formula in z"
                " alone is needed; fix the other values"
            )
        exact_value(self.formula, name=f"the activation {self.name}")

    def __call__(self, z: Any) -> sympy.Expr:
        """The value at an expression."""
        return _replaced(self.formula, sympy.sympify(z, strict=True))

    @property
    def derivative(self) -> sympy.Expr:
        r"""$\sigma'(z)$."""
        real = sympy.Dummy("z", real=True)  # the derivative of |z| is not sign(z) for complex z
        return self.formula.xreplace({Z: real}).diff(real).xreplace({real: Z})

    @cached_property
    def value_at_zero(self) -> sympy.Expr:
        r"""$\sigma(0)$."""
        return self.formula.subs(Z, 0)

    @cached_property
    def slope_at_zero(self) -> sympy.Expr | None:
        r"""$\sigma'(0)$; None where the two sides differ."""
        return None if self.is_piecewise else self.derivative.subs(Z, 0).doit()

    @cached_property
    def is_polynomial(self) -> bool:
        """Whether sigma is a polynomial."""
        return bool(self.formula.is_polynomial(Z))

    @cached_property
    def is_piecewise(self) -> bool:
        """Whether sigma is defined by cases."""
        return bool(
            self.formula.has(
                sympy.Piecewise, sympy.Max, sympy.Min, sympy.Abs, sympy.Heaviside, sympy.sign
            )
        )

    @property
    def is_unspecified(self) -> bool:
        """Whether sigma contains a function nobody has specified, which stands for a generic smooth one."""
        return bool(self.formula.atoms(AppliedUndef))

    @property
    def registered(self) -> bool:
        """Whether the name alone gives this activation back."""
        try:
            return as_activation(self.name) == self
        except FamilyError:
            return False

    def __str__(self) -> str:
        return f"{self.name}: z -> {self.formula}"

    def _repr_latex_(self) -> str:
        return f"$z \\mapsto {sympy.latex(self.formula)}$"


def _replaced(formula: sympy.Expr, z: sympy.Expr) -> sympy.Expr:
    """The formula at z.

    sympy's automatic simplification of tanh(w.x + b) takes four times as long as all else in
    building a network, and changes nothing where the argument is a sum of products of symbols;
    there it is skipped.
    """
    if not formula.args:
        return z if formula == Z else formula
    args = [_replaced(part, z) for part in formula.args]
    if (
        isinstance(formula, sympy.Function)
        and len(args) == 1
        and _is_plain(args[0], isinstance(formula, sympy.exp))
    ):
        return formula.func(args[0], evaluate=False)
    if formula.is_Pow and formula.exp.is_Integer and formula.base.is_Add and _is_plain(z, False):
        return sympy.Pow(*args, evaluate=False)
    return formula.func(*args)


def _is_plain(argument: sympy.Expr, signed: bool) -> bool:
    """Whether an argument is a sum of two or more products of symbols (for exp, each with a sign)."""
    if argument.is_Mul:
        numbers, argument = argument.args[:-1], argument.args[-1]
        if not all(number.is_number and number.is_positive for number in numbers):
            return False
    return isinstance(argument, sympy.Add) and all(
        term.is_Symbol
        or (
            term.is_Mul
            and all(f.is_Symbol or (signed and f is sympy.S.NegativeOne) for f in term.args)
        )
        for term in argument.args
    )


def _taylor(parity: str, extra: str = "") -> tuple[str, ...]:
    kind = (
        f"{parity} and not a polynomial"
        if parity != "none"
        else "odd and even part both not polynomials"
    )
    return (f"sigma is analytic, {kind}{extra}", "weights of distinct classes, none zero")


def _record(
    name: str,
    formula: sympy.Expr,
    parity: Parity,
    *,
    bias: bool = False,
    q: tuple[Fraction, ...] = (),
    remainder: Parity | None = None,
) -> Activation:
    """An activation to which Lemma 1.2 applies (its remainder N has infinitely many nonzero Taylor coefficients)."""
    remainder = parity if remainder is None else remainder
    assumptions = _taylor(remainder, " up to an added polynomial" if q else "")
    if bias:
        assumptions += (
            "also with biases: the singularities or Gaussian exponents of distinct classes differ",
        )
    citation = "LSH Proposition 2, LLR Proposition 3" + (
        "; derived here with biases" if bias else ""
    )
    return Activation(name, formula, parity, q, remainder, Lemma(citation, assumptions, bias))


def _plain(name: str, formula: sympy.Expr, parity: Parity) -> Activation:
    """An activation without a lemma: polynomial or piecewise."""
    return Activation(name, formula, parity, (), parity)


_LINEAR_HALF = (Fraction(0), _HALF)
_BUILT_IN = (
    _record("tanh", sympy.tanh(Z), "odd", bias=True),
    _record("sigmoid", 1 / (1 + sympy.exp(-Z)), "none", bias=True, q=(_HALF,), remainder="odd"),
    _record("arctan", sympy.atan(Z), "odd", bias=True),
    _record("erf", sympy.erf(Z), "odd", bias=True),
    _record("sin", sympy.sin(Z), "odd"),
    _record("sinh", sympy.sinh(Z), "odd"),
    _record("cos", sympy.cos(Z), "even"),
    _record("cosh", sympy.cosh(Z), "even"),
    _record("exp", sympy.exp(Z), "none"),
    _record("gaussian", sympy.exp(-(Z**2)), "even", bias=True),
    _record("ztanh", Z * sympy.tanh(Z), "even", bias=True),
    _record("z2tanh", Z**2 * sympy.tanh(Z), "odd", bias=True),
    _record(
        "softplus", sympy.log(1 + sympy.exp(Z)), "none", bias=True, q=_LINEAR_HALF, remainder="even"
    ),
    _record("silu", Z / (1 + sympy.exp(-Z)), "none", bias=True, q=_LINEAR_HALF, remainder="even"),
    _record(
        "gelu",
        Z * (1 + sympy.erf(Z / sympy.sqrt(2))) / 2,
        "none",
        bias=True,
        q=_LINEAR_HALF,
        remainder="even",
    ),
    _plain("relu", sympy.Max(0, Z), "none"),
    _plain("leaky_relu", sympy.Max(Z, Z / 100), "none"),
    _plain("abs", sympy.Abs(Z), "even"),
    _plain("elu", sympy.Max(0, Z) + sympy.exp(sympy.Min(0, Z)) - 1, "none"),
    _plain("hardtanh", sympy.Max(-1, sympy.Min(1, Z)), "odd"),
    _plain("identity", Z, "odd"),
    _plain("square", Z**2, "even"),
    _plain("cube", Z**3, "odd"),
)
_GENERIC = _plain("sigma", sympy.Function("sigma")(Z), "unknown")
_ALIASES = {
    "swish": "silu",
    "atan": "arctan",
    "logistic": "sigmoid",
    "leakyrelu": "leaky_relu",
    "linear": "identity",
    "quadratic": "square",
    "cubic": "cube",
}


class _Activations(Registry[Activation]):
    """The activations by name: those above and those that installed packages announce."""

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(
            f"{name} is not an attribute; a name in brackets is needed; write activations[{name!r}]"
        )


activations = _Activations(
    "activation",
    "rankstrat.activations",
    lambda: {record.name: record for record in _BUILT_IN},
    attempt="give a formula such as 'z**2*tanh(z)'",
    kind=Activation,
    aliases=_ALIASES,
)
"""Name -> `Activation`; other names in use (swish, atan, logistic, ...) are understood."""


def as_activation(given: Any) -> Activation:
    r"""The activation a user means by a name, formula, callable, sympy function, Lambda or `Activation`.

    Args:
        given: ``"tanh"``, ``"z**2*tanh(z)"``, ``sympy.tanh``, ``lambda z: z**3 + z``,
            ``sympy.Lambda(z, ...)``, an `Activation`; ``"sigma"`` or ``sympy.Function("sigma")``
            for a generic smooth function.

    Raises:
        FamilyError: an unknown name, an `Activation` that declares a parity it does not have, or
            something else.

    Example:
        >>> as_activation("swish").name, as_activation(lambda z: z**3 + z).formula
        ('silu', z**3 + z)
    """
    if isinstance(given, Activation):
        if given not in _BUILT_IN:
            check_parity(given)
        return given
    if isinstance(given, str):
        return _from_text(given)
    if isinstance(given, UndefinedFunction):
        return _GENERIC if given(Z) == _GENERIC.formula else Activation(str(given), given(Z))
    formula = _formula(given)
    for record in activations.values():
        if record.formula == formula:
            return record
    return _described(str(formula), formula)


@lru_cache(maxsize=1_000)
def check_parity(activation: Activation) -> None:
    """Refute a declared parity of sigma, or of sigma minus its polynomial part, at a few numbers.

    Raises:
        FamilyError: the formula does not have it.
    """
    if activation.is_unspecified:
        return
    terms = (
        sympy.Rational(c.numerator, c.denominator) * Z**k
        for k, c in enumerate(activation.polynomial_part)
    )
    remainder = activation.formula - sympy.Add(*terms)
    for what, parity, formula in (
        ("", activation.parity, activation.formula),
        (" minus its polynomial part", activation.remainder_parity, remainder),
    ):
        flip = {"odd": -1, "even": 1}.get(parity)
        for z in CHECKED_AT if flip else ():
            gap = formula.xreplace({Z: z}) - flip * formula.xreplace({Z: -z})
            if abs(gap.evalf(_DIGITS, chop=True)) > sympy.Float(10) ** (-_DIGITS // 2):
                raise FamilyError(
                    f"the activation {activation.name}{what} is declared {parity}, but it is not at"
                    f" z = {z}; correct the record; see testing.check_activation"
                )


def _from_text(text: str) -> Activation:
    if text == "sigma":
        return _GENERIC
    if text in activations or text.isidentifier():
        return activations[text]
    try:
        formula = parse_expression(text, {"z": Z})
    except ParseError as error:
        raise FamilyError(
            f"the activation {shown(repr(text))} is neither a name nor a formula in z ({error});"
            " write for example 'tanh' or 'z**2*tanh(z)'"
        ) from error
    return as_activation(formula)


def _formula(given: Any) -> sympy.Expr:
    if isinstance(given, sympy.Expr) and not isinstance(given, sympy.Lambda):
        symbols = given.free_symbols
        if len(symbols) != 1:
            raise FamilyError(
                f"the activation {shown(str(given))} has {len(symbols)} symbols; an expression in"
                " one is needed"
            )
        return given.xreplace({min(symbols, key=str): Z})
    if not callable(given):
        raise FamilyError(
            f"the activation {shown(repr(given))} is of type {type(given).__name__}; give a name"
            " such as 'tanh', a formula or a callable"
        )
    try:
        value = given(Z)
    except Exception as error:
        raise FamilyError(
            f"the activation {shown(repr(given))} cannot be applied to a sympy symbol ({error});"
            " build it from sympy functions"
        ) from error
    if isinstance(value, int | Fraction) or not isinstance(value, sympy.Expr):
        raise FamilyError(
            f"the activation {shown(repr(given))} gives {shown(repr(value))}; a sympy expression in"
            " z is needed"
        )
    return value


def _described(name: str, formula: sympy.Expr) -> Activation:
    """An activation nobody described: parity where it can be read off the formula, and no lemma."""
    mirrored = formula.xreplace({Z: -Z})
    parity: Parity = (
        "even"
        if mirrored == formula
        else "odd"
        if sympy.expand(mirrored + formula) == 0
        else "unknown"
    )
    return Activation(name, formula, parity, (), parity)


def named(activation: Activation) -> str | Activation:
    """The name of a registered activation, else the activation itself: what rebuilds a family."""
    return activation.name if activation.registered else activation


__all__ = ["Activation", "Lemma", "Parity", "activations", "as_activation", "named"]
