r"""Eigenvectors of symmetric tensors, $\nabla T(u) = p \lambda u$, $u \cdot u = 1$, counted.

A generic tensor has $((p-1)^D - 1)/(p-2)$ complex lines of them, D for p = 2 (Cartwright and
Sturmfels 2013, Theorem 1.2). Each is found by Newton from random complex starts and enclosed by
Krawczyk's test; distinct boxes as many as that number are all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np

from rankstrat.algebra.krawczyk import krawczyk, newton
from rankstrat.algebra.signature import ball, precision, signature
from rankstrat.dynamics.critical_lines import Direction, Form, Kind, opposite

BITS, SEARCHES = 256, 60


class _Sphere:
    r"""$\nabla T(z) = p \lambda z$, $z \cdot z = 1$ over $\mathbb{C}$, in real equations."""

    def __init__(self, form: Form, p: int, size: int) -> None:
        self.p, self.size = p, size
        self.terms = [(e, c) for e, c in form.items() if c]
        exponents = np.array([e for e, _ in self.terms])
        self.exponents, self.weights = exponents, np.array([float(c) for _, c in self.terms])

    def floats(self, z: Any) -> tuple[Any, Any]:
        """Gradient and Hessian of T at complex floats."""
        n = self.size
        powers = np.array([[z[i] ** k for k in range(self.p + 1)] for i in range(n)])
        gradient, hessian = np.zeros(n, complex), np.zeros((n, n), complex)
        for e, c in zip(self.exponents, self.weights, strict=True):
            for i in np.flatnonzero(e):
                d = e.copy()
                d[i] -= 1
                first = c * e[i]
                gradient[i] += first * prod(powers[k, d[k]] for k in range(n))
                for j in np.flatnonzero(d):
                    f = d.copy()
                    f[j] -= 1
                    hessian[i, j] += first * d[j] * prod(powers[k, f[k]] for k in range(n))
        return gradient, hessian

    def refine(self, z: Any, steps: int = 60) -> Any | None:
        """Newton in complex floats; None where it does not converge."""
        n = self.size
        z = z / np.sqrt((z * z).sum() + 0j)
        value = (self.floats(z)[0] * z).sum() / self.p
        for _ in range(steps):
            gradient, hessian = self.floats(z)
            right = np.append(gradient - self.p * value * z, (z * z).sum() - 1)
            matrix = np.zeros((n + 1, n + 1), complex)
            matrix[:n, :n] = hessian - self.p * value * np.eye(n)
            matrix[:n, n] = -self.p * z
            matrix[n, :n] = 2 * z
            try:
                step = np.linalg.solve(matrix, right)
            except np.linalg.LinAlgError:
                return None
            z, value = z - step[:n], value - step[n]
            if not np.isfinite(z).all() or np.abs(z).max() > 1e6:
                return None
            if np.abs(step).max() < 1e-13:
                return np.append(z, value)
        return None

    def system(self, values: Sequence[Any]) -> tuple[list[Any], list[list[Any]]]:
        """The real system in balls: real parts, then imaginary parts, of (z, lambda)."""
        n = self.size
        z = [_Complex(values[i], values[n + 1 + i]) for i in range(n)]
        value = _Complex(values[n], values[2 * n + 1])
        gradient, hessian = self._derivatives(z)
        p = ball(self.p)
        equations = [g - (value * u).scale(p) for g, u in zip(gradient, z, strict=True)]
        norm = _Complex(ball(-1), ball(0))
        for u in z:
            norm = norm + u * u
        equations.append(norm)
        zero = _Complex(ball(0), ball(0))
        matrix = [
            [hessian[i][j] - (value.scale(p) if i == j else zero) for j in range(n)]
            + [z[i].scale(-p)]
            for i in range(n)
        ]
        matrix.append([*(u.scale(ball(2)) for u in z), zero])
        size = n + 1
        real = [
            [matrix[i][j].re for j in range(size)] + [-matrix[i][j].im for j in range(size)]
            for i in range(size)
        ]
        real += [
            [matrix[i][j].im for j in range(size)] + [matrix[i][j].re for j in range(size)]
            for i in range(size)
        ]
        return [e.re for e in equations] + [e.im for e in equations], real

    def _derivatives(self, z: Sequence[_Complex]) -> tuple[list[_Complex], list[list[_Complex]]]:
        n = self.size
        powers = [[_Complex(ball(1), ball(0))] for _ in range(n)]
        for i in range(n):
            for _ in range(self.p):
                powers[i].append(powers[i][-1] * z[i])
        zero = _Complex(ball(0), ball(0))
        gradient = [zero] * n
        hessian = [[zero] * n for _ in range(n)]
        for e, c in self.terms:
            for i in range(n):
                if not e[i]:
                    continue
                d = list(e)
                d[i] -= 1
                first = c * e[i]
                gradient[i] = gradient[i] + _monomial(powers, d).scale(ball(first))
                for j in range(n):
                    if d[j]:
                        f = list(d)
                        f[j] -= 1
                        hessian[i][j] = hessian[i][j] + _monomial(powers, f).scale(
                            ball(first * d[j])
                        )
        return gradient, hessian


@dataclass(frozen=True)
class _Complex:
    """A complex ball by its parts."""

    re: Any
    im: Any

    def __add__(self, other: _Complex) -> _Complex:
        return _Complex(self.re + other.re, self.im + other.im)

    def __sub__(self, other: _Complex) -> _Complex:
        return _Complex(self.re - other.re, self.im - other.im)

    def __mul__(self, other: _Complex) -> _Complex:
        return _Complex(
            self.re * other.re - self.im * other.im, self.re * other.im + self.im * other.re
        )

    def scale(self, factor: Any) -> _Complex:
        return _Complex(factor * self.re, factor * self.im)


def _monomial(powers: Sequence[Sequence[_Complex]], exponents: Sequence[int]) -> _Complex:
    total = None
    for row, e in zip(powers, exponents, strict=True):
        if e:
            total = row[e] if total is None else total * row[e]
    return total if total is not None else powers[0][0]


def tensor_lines(
    form: Form, p: int, size: int, expected: int, seed: int
) -> tuple[list[Direction], bool]:
    """D >= 3: complex critical lines by Newton from random starts, each certified.

    Complete if all are found.
    """
    sphere, rng = _Sphere(form, p, size), np.random.default_rng(seed)
    lines: list[Any] = []
    misses = 0
    while len(lines) < expected and misses < SEARCHES * max(expected, 4):
        start = rng.standard_normal(size) + 1j * rng.standard_normal(size) * (rng.random() < 0.8)
        found = sphere.refine(start)
        candidates = [] if found is None else [found, found.conj()]
        new = False
        for z in candidates:
            if all(
                min(np.abs(z[:size] - s * w[:size]).max() for s in (1, -1)) > 1e-7 for w in lines
            ):
                lines.append(z)
                new = True
        misses = 0 if new else misses + 1
    directions: list[Direction] = []
    certified: list[list[Any]] = []
    with precision(BITS):
        for z in lines:
            begin = [ball(Fraction(float(v))) for v in (*z.real, *z.imag)]
            point = newton(sphere.system, begin)
            box = None if isinstance(point, str) else krawczyk(sphere.system, point)
            if box is None:
                continue
            certified.append(box)
            if all(b.contains(0) for b in box[size + 1 :]):
                directions += _real(sphere, box, p)
    apart = _apart(certified, size)
    return directions, apart and len(certified) == expected


def _apart(boxes: Sequence[Sequence[Any]], size: int) -> bool:
    """Whether boxes hold different lines: no box meets another or its negative."""
    parts = [*range(size), *range(size + 1, 2 * size + 1)]
    for i, first in enumerate(boxes):
        for second in boxes[:i]:
            for s in (1, -1):
                if all(first[k].overlaps(s * second[k]) for k in parts):
                    return False
    return True


def _real(sphere: _Sphere, box: Sequence[Any], p: int) -> list[Direction]:
    """Both ends of a real line.

    The box of a zero that meets its conjugate contains it, so it is real.
    """
    n = sphere.size
    zero = ball(0)
    z = [_Complex(b, zero) for b in box[:n]]
    value = box[n]
    _, hessian = sphere._derivatives(z)
    u = np.array([float(b.mid()) for b in box[:n]])
    radius = max(float(b.rad()) for b in box[:n]) + 1e-15
    height = float(value.mid())
    # Householder basis of the tangent space at an exact vector near u; the error is in the balls
    q = _tangent_basis(box[:n])
    shifted = [
        [hessian[i][j].re - (ball(p) * value if i == j else zero) for j in range(n)]
        for i in range(n)
    ]
    projected = [
        [sum((a[i] * shifted[i][j] * b[j] for i in range(n) for j in range(n)), zero) for b in q]
        for a in q
    ]
    positive, negative = signature(projected)
    kind: Kind = "degenerate"
    if positive + negative == n - 1:
        kind = "attracting" if not positive else "repelling" if not negative else "saddle"
    other = opposite(kind, p)
    return [
        Direction(tuple(u.tolist()), height, kind, radius),
        Direction(tuple((-u).tolist()), height * (-1) ** p, other, radius),
    ]


def _tangent_basis(u: Sequence[Any]) -> list[list[Any]]:
    """n - 1 vectors that span the orthogonal complement of u.

    (u_k e_i - u_i e_k), k the largest entry.
    """
    n = len(u)
    k = max(range(n), key=lambda i: abs(float(u[i].mid())))
    return [
        [u[k] if j == i else -u[i] if j == k else ball(0) for j in range(n)]
        for i in range(n)
        if i != k
    ]


__all__ = ["tensor_lines"]
