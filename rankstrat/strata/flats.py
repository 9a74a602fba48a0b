r"""Linear conditions, their echelon forms, and signed permutations acting on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sympy

from rankstrat.algebra.affine import AffineSubspace
from rankstrat.algebra.linear import Form, Rational
from rankstrat.text.tables import Math


@dataclass(frozen=True)
class Condition:
    """Linear equations that hold together, such as w1 = w2 for vectors.

    Attributes:
        rows: the coefficients of each linear form in the parameters.
        words: the condition as text and LaTeX.
    """

    rows: tuple[Form, ...]
    words: Math


@dataclass(frozen=True)
class SignedPermutation:
    """theta'_{image[i]} = sign[i] theta_i, a symmetry of the model."""

    image: tuple[int, ...]
    sign: tuple[int, ...]

    def move(self, row: Form) -> Form:
        """The image of a linear form."""
        result: list[Rational] = [0] * len(row)
        for i, value in enumerate(row):
            if value:
                result[self.image[i]] = self.sign[i] * value
        return tuple(result)


def _in_words(equation: sympy.Expr, is_linear: bool, parameters: Sequence[sympy.Symbol]) -> Math:
    number = equation.as_coeff_Add()[0]
    if isinstance(equation - number, (sympy.cos, sympy.sin)):
        left, right = equation - number, -number
    elif is_linear:  # with the logarithm of a number
        early = next(p for p in parameters if equation.has(p))
        left, right = early, sympy.expand(early - equation / equation.coeff(early))
    else:
        left, right = -equation if equation.could_extract_minus_sign() else equation, 0
    return Math(f"{left} = {right}", f"{sympy.latex(left)} = {sympy.latex(right)}")


def equations_in_words(
    equations: Iterable[sympy.Expr], parameters: Sequence[sympy.Symbol]
) -> tuple[Math, ...]:
    """Equations as they are written: affine ones solved for early parameters, equal values in one
    chain.
    """
    late, equations = tuple(reversed(parameters)), list(equations)
    linear = [
        e for e in equations if e.is_polynomial(*late) and sympy.Poly(e, *late).total_degree() == 1
    ]
    affine = [e for e in linear if not e.has(sympy.log)]
    space = AffineSubspace.of(affine, late)
    assert space is not None  # the equations hold somewhere
    chains: dict[sympy.Expr, list[sympy.Symbol]] = {}
    for pivot in sorted(space.rows, reverse=True):
        row = space.rows[pivot]
        rest = (
            -sympy.Rational(c) * (late[i] if i >= 0 else 1) for i, c in row.items() if i != pivot
        )
        chains.setdefault(sympy.Add(*rest), []).append(late[pivot])
    words = []
    for value, symbols in chains.items():
        chain = [*symbols, value]
        words.append(Math(" = ".join(map(str, chain)), " = ".join(map(sympy.latex, chain))))
    words += [_in_words(e, e in linear, parameters) for e in equations if e not in affine]
    return tuple(words)
