r"""One exact record of an activation $\sigma: \mathbb{R} \to \mathbb{R}$, with what lemmas may
assume of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any, Literal

import sympy
from sympy.core.function import AppliedUndef

from rankstrat.errors import FamilyError
from rankstrat.text.parsing import exact_value, shown

Z = sympy.Symbol("z")
"""The variable of an activation's formula."""

Parity = Literal["odd", "even", "none", "unknown"]
CHECKED_AT, _DIGITS = (sympy.Rational(2, 3), sympy.Rational(7, 4), sympy.Rational(5, 2)), 40


@dataclass(frozen=True)
class Lemma:
    r"""An independence lemma: $\sigma(w_i \cdot x + b_i)$ and its derivatives are independent over
    distinct neurons.

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
        """Whether sigma contains a function nobody has specified, which stands for a generic smooth
        one.
        """
        return bool(self.formula.atoms(AppliedUndef))

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
    """Whether an argument is a sum of two or more products of symbols (for exp, each with a
    sign).
    """
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


__all__ = ["Activation", "Lemma", "Parity", "Z", "check_parity"]
