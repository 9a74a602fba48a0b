"""Quadratic forms: the matrix of a target, and its diagonal form."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import sympy

from rankstrat.algebra.linear import Vector
from rankstrat.errors import TargetError
from rankstrat.model.model import Model
from rankstrat.targets import TargetFunction


def form_of(
    structure: Any, model: Model, target: TargetFunction
) -> tuple[tuple[Vector, ...], sympy.Expr]:
    """S and the output bias."""
    expression = sympy.expand(target.expressions[0])
    needed = "a polynomial of degree at most 2" if structure.bias else "a quadratic form"
    if not expression.is_polynomial(*model.inputs):
        raise TargetError(
            f"the target {expression} is not {needed} with rational coefficients; give such a"
            " target"
        )
    polynomial = sympy.Poly(expression, *model.inputs)
    size = len(model.inputs) + int(structure.bias)
    matrix = [[Fraction(0)] * size for _ in range(size)]
    constant = sympy.Integer(0)
    for powers, c in polynomial.terms():
        places = [t for t, e in enumerate(powers) for _ in range(e)]
        if not places and structure.output_bias:
            constant = c
            continue
        if structure.bias:
            places += [size - 1] * (2 - len(places))
        if c != 0 and (len(places) != 2 or not c.is_Rational):
            raise TargetError(
                "the target has the term"
                f" {c * sympy.Mul(*(x**e for x, e in zip(model.inputs, powers, strict=True)))};"
                f" {needed} with rational coefficients is needed; change the target, or the biases"
                " of the model"
            )
        if c != 0:
            i, j = places
            half = Fraction(int(c.p), int(c.q)) / 2
            matrix[i][j] += half
            matrix[j][i] += half
    return tuple(map(tuple, matrix)), constant


def diagonalised(matrix: Sequence[Sequence[Fraction]]) -> tuple[tuple[Fraction, Vector], ...]:
    r"""$(s_j, v_j)$ with the matrix $\sum_j s_j v_j v_j^T$, the $v_j$ independent: one vector x
    with $x^T S x \ne 0$ at a time.

    Example:
        >>> [(str(s), [str(x) for x in v]) for s, v in diagonalised([[0, 1], [1, 0]])]
        [('1/2', ['1', '1']), ('-2', ['-1/2', '1/2'])]
    """
    size = len(matrix)
    left = [[Fraction(v) for v in row] for row in matrix]
    found = []
    while any(any(row) for row in left):
        place = next((i for i in range(size) if left[i][i]), None)
        if place is not None:
            image, value = list(left[place]), left[place][place]
        else:
            i, j = next((i, j) for i in range(size) for j in range(i) if left[i][j])
            image, value = [u + v for u, v in zip(left[i], left[j], strict=True)], 2 * left[i][j]
        found.append((1 / value, tuple(image)))
        left = [
            [left[i][j] - image[i] * image[j] / value for j in range(size)] for i in range(size)
        ]
    return tuple(found)
