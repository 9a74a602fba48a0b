r"""One exact record of an activation $\sigma: \mathbb{R} \to \mathbb{R}$, with what lemmas may
assume of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import islice
from typing import Any, Literal, TypeAlias

import sympy
from sympy.core.function import AppliedUndef

from rankstrat.algebra.translate import Template
from rankstrat.errors import FamilyError
from rankstrat.frozen import Converted, converted
from rankstrat.text.parsing import exact_value, shown

Z = sympy.Symbol("z")
"""The variable of an activation's formula."""

LARGE = 200
NESTED, MOST_NODES = 8, 10_000
"""Nodes from which an expression is large."""

Parity = Literal["odd", "even", "none", "unknown"]


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
class Between:
    """The one zero in an open interval, where no exact expression for it is known."""

    low: Fraction
    high: Fraction


RATIONAL = int | Fraction | sympy.Rational
Root: TypeAlias = sympy.Expr | int | Between
"""A real zero: a number, or an interval that contains no other."""


def _roots(name: str, given: Any) -> tuple[Root, ...] | None:
    """Real zeros in a form that can be checked, or None."""
    if given is None:
        return None
    if isinstance(given, str | int | sympy.Expr | Between):
        raise FamilyError(
            f"{name} = {shown(repr(given))}; a list of all real zeros is needed, or None; write"
            f" {name}=[0], with Between(low, high) for a zero in an interval"
        )
    for root in given:
        if not _is_root(root):
            raise FamilyError(
                f"{name} lists {shown(repr(root))}; a rational number, a square root of one or an"
                " interval with one zero is needed; write Between(low, high)"
            )
    return tuple(given)


def _is_root(root: object) -> bool:
    if isinstance(root, Between):
        return root.low < root.high
    if not isinstance(root, int | sympy.Expr):
        return False
    exact = sympy.sympify(root, strict=True)
    return bool(exact.is_real) and bool((exact**2).is_Rational)


def _coefficients(given: Any) -> tuple[Fraction, ...]:
    """Rational coefficients, ascending."""
    if isinstance(given, str) or not all(isinstance(c, RATIONAL) for c in given):
        raise FamilyError(
            f"polynomial_part = {shown(repr(given))}; rational coefficients in ascending order are"
            " needed; write for example [0, Fraction(1, 2)]"
        )
    return tuple(Fraction(int(c.numerator), int(c.denominator)) for c in given)


@dataclass(frozen=True)
class Activation(Converted):
    r"""$\sigma(z)$ as an exact expression in z.

    Attributes:
        name: how families and reports call it.
        formula: a sympy expression in the one symbol z.
        parity: of sigma; "unknown" where nobody has said (then no lemma is used).
        polynomial_part: coefficients, ascending, of the polynomial q in sigma = q + N.
        remainder_parity: parity of N, which is not a polynomial unless sigma is.
        lemma: the independence lemma that holds for N, if one does.
        zeros: all real zeros of sigma, if they are known; strata and target sets of networks with
            biases need them, for neurons whose weights vanish.
        flat: the same for sigma'.

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
    polynomial_part: tuple[Fraction, ...] = converted(lambda _, given: _coefficients(given), ())
    remainder_parity: Parity = "unknown"
    lemma: Lemma | None = field(default=None, repr=False)
    zeros: tuple[Root, ...] | None = converted(_roots, None, repr=False)
    flat: tuple[Root, ...] | None = converted(_roots, None, repr=False)

    def __post_init__(self) -> None:
        super().__post_init__()
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

    @cached_property
    def template(self) -> Template:
        """The formula as a program."""
        return Template(self.formula, Z)

    @cached_property
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
        if self.is_piecewise:
            return None
        return self.derivative.subs(Z, 0).doit()

    @cached_property
    def is_regular_at_zero(self) -> bool:
        r"""Whether $\sigma(0)$ and, if both sides agree, $\sigma'(0)$ are numbers."""
        values = (self.value_at_zero, self.slope_at_zero)
        return not any(v.has(sympy.zoo, sympy.oo, sympy.nan) for v in values if v is not None)

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

    @cached_property
    def slopes(self) -> tuple[Fraction, Fraction] | None:
        r"""The slopes right and left of 0, of a kinked sigma that is linear on both sides."""
        if not self.is_piecewise:
            return None
        positive = sympy.Symbol("p", positive=True)
        above = self.formula.subs(Z, positive) / positive
        below = self.formula.subs(Z, -positive) / -positive
        if not (above.is_Rational and below.is_Rational) or above == below:
            return None
        return Fraction(int(above.p), int(above.q)), Fraction(int(below.p), int(below.q))

    @cached_property
    def power(self) -> int:
        """k if sigma(z) = z^k, else 0."""
        base, exponent = self.formula.as_base_exp()
        if base == Z and exponent.is_Integer and exponent > 0:
            return int(exponent)
        return 0

    def __str__(self) -> str:
        return f"{self.name}: z -> {self.formula}"

    def _repr_latex_(self) -> str:
        return f"$z \\mapsto {sympy.latex(self.formula)}$"


def _replaced(formula: sympy.Expr, z: sympy.Expr) -> sympy.Expr:
    """The formula at z.

    sympy's automatic simplification of tanh(w.x + b) takes four times as long as all else in
    building a network, and changes nothing where the argument is a sum of products of symbols;
    there it is skipped. So is the comparison of the arguments of a maximum where one is large, and
    the search for the real part of what an absolute value is taken of where functions nest in it,
    which take minutes.
    """
    if not formula.args:
        if formula == Z:
            return z
        return formula
    args = [_replaced(part, z) for part in formula.args]
    if (
        isinstance(formula, sympy.Function)
        and len(args) == 1
        and _is_plain(args[0], isinstance(formula, sympy.exp))
    ):
        return formula.func(args[0], evaluate=False)
    if isinstance(formula, sympy.Max | sympy.Min) and len(list(_first(z, LARGE))) == LARGE:
        return formula.func(*args, evaluate=False)
    if isinstance(formula, sympy.Abs | sympy.sign) and _is_nested(args[0]):
        return formula.func(*args, evaluate=False)
    if formula.is_Pow and formula.exp.is_Integer and formula.base.is_Add and _is_plain(z, False):
        return sympy.Pow(*args, evaluate=False)
    return formula.func(*args)


def _first(expression: sympy.Expr, most: int) -> Iterator[sympy.Basic]:
    """The first nodes of an expression, at most so many."""
    return islice(sympy.preorder_traversal(expression), most)


def _is_nested(expression: sympy.Expr) -> bool:
    """Whether more than `NESTED` functions stand in one another, or the expression is large."""
    stack: list[tuple[sympy.Basic, int]] = [(expression, 0)]
    for _ in range(MOST_NODES):
        if not stack:
            return False
        node, depth = stack.pop()
        depth += isinstance(node, sympy.Function)
        if depth > NESTED:
            return True
        stack += [(part, depth) for part in node.args]
    return True


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


__all__ = ["Activation", "Between", "Lemma", "Parity", "Root", "Z"]
