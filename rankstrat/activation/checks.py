"""What a record of an activation declares is tried; a record that is wrong is refused."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

import mpmath
import sympy

from rankstrat.activation.record import Activation, Between, Root, Z
from rankstrat.algebra.balls import sign, sign_on
from rankstrat.algebra.program import Program
from rankstrat.algebra.translate import translate
from rankstrat.errors import FamilyError, UndecidedError

CHECKED_AT, _DIGITS = (sympy.Rational(2, 3), sympy.Rational(7, 4), sympy.Rational(5, 2)), 40
_LEMMA_DIGITS = 120
_UNBIASED = ((1, 0), (2, 0), (3, 0))
_BIASED = ((1, 0), (1, 1), (2, 1), (1, -2))
_REACH = 8
_NEAR = Fraction(1, 16)
_MOST_FLAT = 4
_TRIED = 64


@lru_cache(maxsize=10_000)
def vanishes(number: sympy.Expr) -> bool:
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
def check_parity(activation: Activation) -> None:
    """Refute a declared parity of sigma, or of sigma minus its polynomial part, at a few numbers.

    An unspecified function has the parity that its symbol was given, and no other.

    Raises:
        FamilyError: the formula does not have it.
    """
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
        if flip is None:
            continue
        if activation.is_unspecified:
            if not _turns(formula, flip):
                raise FamilyError(
                    f"the activation {activation.name}{what} is declared {parity}, but nothing says"
                    f" so of the unspecified {activation.formula}; correct the record, or write"
                    f" sympy.Function('sigma', parity='{parity}')"
                )
            continue
        for z in CHECKED_AT:
            gap = formula.xreplace({Z: z}) - flip * formula.xreplace({Z: -z})
            if abs(gap.evalf(_DIGITS, chop=True)) > sympy.Float(10) ** (-_DIGITS // 2):
                raise FamilyError(
                    f"the activation {activation.name}{what} is declared {parity}, but it is not at"
                    f" z = {z}; correct the record; see testing.check_activation"
                )


def _turns(formula: sympy.Expr, flip: int) -> bool:
    """Whether f(-z) and flip * f(z) are one expression."""
    program = Program()
    z = program.leaf(("z",))
    here, there = (
        translate(program, [formula.xreplace({Z: sign * Z})], {Z: z})[0] for sign in (1, -1)
    )
    return program.scale(flip, here) == there


@lru_cache(maxsize=1_000)
def check_lemma(activation: Activation, *, bias: bool) -> None:
    r"""Refute a lemma, or a parity, that the formula does not have.

    The lemma is tried on a few neurons in one variable, by a determinant of $\sigma(wz + b)$, its
    derivatives, 1 and z at as many numbers: a polynomial fails for every lemma, exp and cos for one
    with biases. Whoever declares a lemma vouches for all other neurons.

    Raises:
        FamilyError: the record is wrong.
    """
    if activation.is_unspecified:
        return
    check_parity(activation)
    with mpmath.workdps(_LEMMA_DIGITS):
        value, slope = (
            sympy.lambdify(Z, f, "mpmath") for f in (activation.formula, activation.derivative)
        )
        neurons = [*(_BIASED if bias else _UNBIASED)]
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
        if abs(mpmath.det(mpmath.matrix(rows))) < mpmath.mpf(10) ** (-3 * _LEMMA_DIGITS // 4):
            raise FamilyError(
                f"the activation {activation.name} is declared to have an independence"
                f" lemma{' with biases' if bias else ''}, but the functions of the neurons (w, b) ="
                f" {neurons} are dependent; correct the record; see testing.check_activation"
            )


@lru_cache(maxsize=1_000)
def has_only(formula: sympy.Expr, roots: tuple[Root, ...], name: str) -> bool:
    r"""Whether the declared zeros of a function of z are all that it has.

    Near a zero of order k the derivative of order k is enclosed away from 0, elsewhere on [-8, 8]
    the function itself; beyond, its sign is tried at a few numbers, and whoever declares the zeros
    vouches for the rest.

    Args:
        formula: the function.
        roots: the declared zeros.
        name: of the function, for messages.

    Returns:
        False where balls do not settle it.

    Raises:
        FamilyError: a declared zero is none, or there is another one.
    """
    line = _Line(formula)
    brackets = []
    for root in sorted(roots, key=_place):
        bracket = line.bracket(root, name)
        if bracket is None:
            return False
        brackets.append(bracket)
    ends = [Fraction(-_REACH), *(end for bracket in brackets for end in bracket), Fraction(_REACH)]
    if any(low >= high for low, high in pairwise(ends)):
        return False
    gaps = list(zip(ends[::2], ends[1::2], strict=True))
    signs = [line.sign_between(low, high) for low, high in gaps]
    for (low, high), found in zip(gaps, signs, strict=True):
        tried = range(_TRIED + 1) if not found else ()
        if len({line.sign(low + (high - low) * k / _TRIED) for k in tried} - {0}) == 2:
            raise FamilyError(
                f"{name} changes its sign between {float(low):g} and {float(high):g}, but has no"
                " zero declared there; declare all real zeros, or none (None)"
            )
    if 0 in signs:
        return False
    far = [Fraction(_REACH) * 2**k for k in range(1, 6)]
    outside = [(z, signs[-1]) for z in far] + [(-z, signs[0]) for z in far]
    turned = [z for z, expected in outside if line.sign(z) == -expected]
    if turned:
        raise FamilyError(
            f"{name} changes its sign before z = {turned[0]}, but has no zero declared there;"
            " declare all real zeros, or none (None)"
        )
    return True


def _place(root: Root) -> Fraction:
    if isinstance(root, Between):
        return (root.low + root.high) / 2
    close = sympy.Rational(str(sympy.N(root, _DIGITS)))
    return Fraction(int(close.p), int(close.q))


class _Line:
    """A function of z as a program, with its derivatives and their enclosures."""

    def __init__(self, formula: sympy.Expr) -> None:
        self.formula, self.program = formula, Program()
        self.leaf = self.program.leaf(("z",))
        self.nodes = [translate(self.program, [formula], {Z: self.leaf})[0]]

    def node(self, order: int) -> int:
        """The derivative of an order."""
        while len(self.nodes) <= order:
            self.nodes.append(self.program.gradient(self.nodes[-1], [self.leaf])[0])
        return self.nodes[order]

    def sign(self, z: Fraction) -> int:
        """The sign at a number, 0 if it is not certain."""
        return sign(self.program, self.node(0), {("z",): z})

    def bracket(self, root: Root, name: str) -> tuple[Fraction, Fraction] | None:
        """An interval around a zero without any other zero; None if none is found.

        Raises:
            FamilyError: the function does not vanish there.
        """
        if isinstance(root, Between):
            opposite = self.sign(root.low) * self.sign(root.high) == -1
            if opposite and self.sign_between(root.low, root.high, order=1):
                return root.low, root.high
            return None
        if not self._vanishes(root, 0):
            raise FamilyError(
                f"{name} is declared to vanish at z = {root}, but it does not; correct the record"
            )
        order = next((k for k in range(1, _MOST_FLAT + 1) if not self._vanishes(root, k)), None)
        if order is None:
            return None
        place, reach = _place(root), _NEAR
        while reach > _NEAR / 2**8:
            if self.sign_between(place - reach, place + reach, order=order):
                return place - reach, place + reach
            reach /= 2
        return None

    def _vanishes(self, root: Root, order: int) -> bool:
        real = sympy.Dummy("z", real=True)
        formula = self.formula.xreplace({Z: real})
        for _ in range(order):
            formula = formula.diff(real)
        return vanishes(formula.xreplace({real: sympy.sympify(root, strict=True)}).doit())

    def sign_between(
        self, low: Fraction, high: Fraction, *, order: int = 0, depth: int = 10
    ) -> int:
        """The sign on a whole interval, 0 if there is none or halving does not find it."""
        found = sign_on(self.program, self.node(order), self.leaf, low, high)
        if found or depth == 0:
            return found
        middle = (low + high) / 2
        left = self.sign_between(low, middle, order=order, depth=depth - 1)
        if not left:
            return 0
        right = self.sign_between(middle, high, order=order, depth=depth - 1)
        if left == right:
            return left
        return 0


__all__ = ["check_lemma", "check_parity", "has_only", "vanishes"]
