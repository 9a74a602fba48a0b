r"""Zeros of square systems, proved to exist and to be unique in a box (Krawczyk's test).

For $G : \mathbb{R}^n \to \mathbb{R}^n$, a box X with midpoint m and any matrix Y, the image
$K(X) = m - Y G(m) + (1 - Y G'(X))(X - m)$ contains every zero of G in X; where K(X) lies in the
interior of X there is exactly one (Krawczyk 1969; Neumaier 1990, Theorem 5.1.8).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rankstrat.algebra.signature import around_ball, ball, contains, middle, solve

System = Callable[[Sequence[Any]], tuple[list[Any], list[list[Any]]]]
"""Balls x_1..x_n -> enclosures of G and of its Jacobian matrix over them."""
RADII = (-120, -90, -60, -40, -25)


def newton(system: System, start: Sequence[Any], *, steps: int = 60) -> list[Any] | str:
    """Newton's iterates until steps are below 1e-60, or the word for what went wrong."""
    point = [middle(v) for v in start]
    for _ in range(steps):
        value, jacobian = system(point)
        step = solve(jacobian, value)
        if step is None:
            return "singular"
        point = [middle(v - s) for v, s in zip(point, step, strict=True)]
        size = max(abs(float(middle(s))) for s in step)
        if size < 1e-60:
            break
        if not size < 1e6:
            return "diverges"
    return point


def krawczyk(system: System, point: Sequence[Any]) -> list[Any] | None:
    """A box around a point that contains exactly one zero, or None where no radius succeeds."""
    size = len(point)
    value, jacobian = system(point)
    columns = [solve(jacobian, [ball(int(i == j)) for i in range(size)]) for j in range(size)]
    solved = [c for c in columns if c is not None]
    if len(solved) < size:
        return None
    inverse = [[middle(solved[j][i]) for j in range(size)] for i in range(size)]
    for exponent in RADII:
        box = [around_ball(m, exponent) for m in point]
        _, over = system(box)
        image = []
        for i in range(size):
            entry = point[i] - sum((inverse[i][k] * value[k] for k in range(size)), ball(0))
            for j in range(size):
                factor = ball(int(i == j)) - sum(
                    (inverse[i][k] * over[k][j] for k in range(size)), ball(0)
                )
                entry = entry + factor * (box[j] - point[j])
            image.append(entry)
        if all(contains(b, v) for b, v in zip(box, image, strict=True)):
            return image
    return None


__all__ = ["System", "krawczyk", "newton"]
