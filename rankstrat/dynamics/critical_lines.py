r"""Critical lines of a homogeneous form T on the unit sphere.

Types, linear forms, and binary forms by Sturm.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

import numpy as np
import sympy

Form = dict[tuple[int, ...], Fraction]
"""Exponents -> coefficient of a homogeneous polynomial."""
Kind = Literal["attracting", "repelling", "saddle", "degenerate"]
_FLIPPED: dict[Kind, Kind] = {"attracting": "repelling", "repelling": "attracting"}


@dataclass(frozen=True)
class Direction:
    r"""A critical point u of T on the unit sphere, for neurons with $k a > 0$.

    Attributes:
        vector: u as floats (midpoints of the enclosure), shape (D,).
        value: T(u) as a float.
        kind: attracting at strict maxima of T, repelling at strict minima, where certified.
        exact: for D = 2 and rational data, u_2/u_1 as an algebraic number (zoo for u_1 = 0).
        radius: every entry of u is within this distance of `vector`, by proof.
    """

    vector: tuple[float, ...]
    value: float
    kind: Kind
    radius: float
    exact: sympy.Expr | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return f"({', '.join(f'{v:.6g}' for v in self.vector)}), T = {self.value:.6g}, {self.kind}"


def opposite(kind: Kind, degree: int) -> Kind:
    """The kind of -u, given that of u."""
    return _FLIPPED.get(kind, kind) if degree % 2 else kind


def linear_ends(form: Form, size: int, p: int = 1) -> list[Direction]:
    """The two ends of the only line, for linear T (or D = 1)."""
    if p > 1:
        (value,) = form.values()
        ends = [((1.0,), float(value)), ((-1.0,), float(value) * (-1) ** p)]
        return [Direction(u, t, "attracting" if t > 0 else "repelling", 0.0) for u, t in ends]
    v = np.array([float(form[tuple(int(i == j) for j in range(size))]) for i in range(size)])
    length = float(np.linalg.norm(v))
    u = v / length
    return [
        Direction(tuple(u.tolist()), length, "attracting", 1e-15),
        Direction(tuple((-u).tolist()), -length, "repelling", 1e-15),
    ]


def binary_lines(form: Form, p: int) -> tuple[list[Direction], bool]:
    """D = 2: real roots of the binary form u_1 T_2 - u_2 T_1, counted by Sturm's theorem."""
    t = sympy.Symbol("t")
    c = [sympy.Rational(form[p - j, j]) for j in range(p + 1)]
    # g(1, t) with T(1, t) = sum c_j t^j: T_2 = sum j c_j t^(j-1), T_1 = sum (p - j) c_j t^j
    g = sympy.Poly(
        sum(j * c[j] * t ** (j - 1) for j in range(1, p + 1))
        - sum((p - j) * c[j] * t ** (j + 1) for j in range(p + 1)),
        t,
    )
    if g.is_zero:
        return [], False
    height = sympy.Poly(sum(c[j] * t**j for j in range(p + 1)), t)
    found: list[Direction] = []
    simple = g.sqf_part()
    roots = simple.real_roots()
    for root, (left, right) in zip(roots, _signs(g, simple), strict=True):
        value = sympy.N(root, 30)
        top = float(height.as_expr().subs(t, value))
        found += _ends(float(value), top, p, left, right, root)
    if g.degree() < p:  # the line u_1 = 0
        order = p - g.degree()
        sign = int(sympy.sign(g.LC()))
        found += _ends(None, float(c[p]), p, sign, sign if order % 2 == 0 else -sign, sympy.zoo)
    return found, True


def _signs(g: sympy.Poly, simple: sympy.Poly) -> list[tuple[int, int]]:
    """The signs of g on both sides of each of its real roots, at rational numbers between them."""
    if simple.degree() < 1:
        return []
    eps = sympy.Rational(1, 4)
    intervals = [interval for interval, _ in simple.intervals(eps=eps)]
    while any(a[1] >= b[0] for a, b in itertools.pairwise(intervals)):
        eps /= 4
        intervals = [interval for interval, _ in simple.intervals(eps=eps)]
    if not intervals:
        return []
    between = [(a[1] + b[0]) / 2 for a, b in itertools.pairwise(intervals)]
    places = [intervals[0][0] - 1, *between, intervals[-1][1] + 1]
    signs = [int(sympy.sign(g.eval(place))) for place in places]
    return list(itertools.pairwise(signs))


def _ends(
    slope: float | None, height: float, p: int, left: int, right: int, exact: sympy.Expr
) -> list[Direction]:
    """Both unit vectors on a line; g = dT/dphi times a positive number, so + to - is a maximum."""
    if slope is None:
        u, value = np.array([0.0, 1.0]), height
    else:
        length = float(np.hypot(1, slope))
        u, value = np.array([1.0, slope]) / length, height / length**p
    kinds: dict[tuple[int, int], Kind] = {(1, -1): "attracting", (-1, 1): "repelling"}
    kind = kinds.get((left, right), "degenerate")
    other = opposite(kind, p)
    return [
        Direction(tuple(u.tolist()), value, kind, 1e-15, exact),
        Direction(tuple((-u).tolist()), value * (-1) ** p, other, 1e-15, exact),
    ]


__all__ = ["Direction", "Form", "Kind", "binary_lines", "linear_ends", "opposite"]
