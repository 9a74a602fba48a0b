r"""Gradient flow of linear models with one small factor for each coefficient, in the limit of an
infinitesimal start: exactly, in rational arithmetic.

The limit solves $\min \sum_i t_i^+ k_i^+ + t_i^- k_i^-$ subject to $Xk = y$. A greedy active-set
algorithm finds it; the dual vector that it keeps proves the minimum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from rankstrat.algebra.linear import rank, solution
from rankstrat.errors import DataError
from rankstrat.model.values import exact_scalar
from rankstrat.text.spoken import Spoken

Numbers = tuple[Fraction, ...]
MOST_STEPS = 1000


@dataclass(frozen=True)
class DiagonalLimit(Spoken):
    r"""The coefficients that an infinitesimal start ends with.

    Attributes:
        coefficients: k.
        dual: s, a combination of the inputs with $-t_i^- \leq s_i \leq t_i^+$, at its bound where
            $k_i \neq 0$: so no other solution of $Xk = y$ costs less.
        activated: the coefficients that leave 0, in order, with their signs.
        cost: $\sum_i t_i^+ k_i^+ + t_i^- k_i^-$.
    """

    coefficients: Numbers
    dual: Numbers
    activated: tuple[tuple[int, int], ...]
    cost: Fraction

    def __str__(self) -> str:
        values = ", ".join(map(str, self.coefficients))
        order = ", ".join(f"{'+' if s > 0 else '-'}{i}" for i, s in self.activated)
        return f"k = ({values}), cost {self.cost}, activated {order or 'nothing'}  [PROVED minimum]"


def diagonal_limit(
    inputs: Sequence[Sequence[Any]],
    labels: Sequence[Any],
    *,
    up: Sequence[Any] | None = None,
    down: Sequence[Any] | None = None,
) -> DiagonalLimit:
    r"""The minimum of $\sum_i t_i^+ k_i^+ + t_i^- k_i^-$ over $Xk = y$ by the path that gradient
    flow of $\sum_i k_i(\theta_i)\,x_i$ follows from an infinitesimal start.

    Residual correlations $u = X^\top(y - Xk)$ are added to s until some $s_i$ meets a bound; that
    coefficient is activated, and least squares are solved again with the signs of the bounds.

    Args:
        inputs: the rows of X, exact numbers.
        labels: y.
        up: $t_i^+$, all 1 by default; the shape of the start sets them.
        down: $t_i^-$, the same.

    Raises:
        DataError: shapes that do not fit, times that are not positive, labels that no k fits, or
            dependent columns that are met together, among which the flow decides and not the cost.

    References:
        DIAG (the algorithm, and that the flow tends to its result).

    Example:
        >>> print(diagonal_limit([[1, 2, 0], [0, 1, 1]], [4, 3]))
        k = (0, 2, 1), cost 3, activated +1, +2  [PROVED minimum]
    """
    x, y = [_exact(row) for row in inputs], _exact(labels)
    width = len(x[0]) if x else 0
    if not x or any(len(row) != width for row in x) or len(x) != len(y) or not width:
        raise DataError(
            f"{len(x)} inputs and {len(y)} labels were given; rows of one length, as many as"
            " labels, are needed; write diagonal_limit([[1, 2], [0, 1]], [1, 3])"
        )
    top, bottom = _times(up, width), _times(down, width)
    k, s = [Fraction(0)] * width, [Fraction(0)] * width
    activated: list[tuple[int, int]] = []
    for _ in range(MOST_STEPS):
        u = _correlations(x, y, k)
        if not any(u):
            break
        steps = [
            ((top[i] - s[i]) / u[i] if u[i] > 0 else (bottom[i] + s[i]) / -u[i], i)
            for i in range(width)
            if u[i] != 0
        ]
        step, _ = min(steps)
        s = [a + step * b for a, b in zip(s, u, strict=True)]
        met = {i: 1 if s[i] == top[i] else -1 for i in range(width) if s[i] in (top[i], -bottom[i])}
        _demand_independent(x, sorted(met))
        activated += [(i, sign) for i, sign in met.items() if (i, sign) not in activated]
        k = _constrained(x, y, met)
    _demand_fit(x, y, k)
    cost = sum(
        (top[i] * c if c > 0 else -bottom[i] * c for i, c in enumerate(k)), start=Fraction(0)
    )
    _check_dual(k, s, top, bottom)
    return DiagonalLimit(tuple(k), tuple(s), tuple(activated), cost)


def _exact(values: Sequence[Any]) -> Numbers:
    found = [exact_scalar("a number of the data", v) for v in values]
    if not all(isinstance(v, int | Fraction) for v in found):
        raise DataError("irrational numbers were given; rational data are needed; round them")
    return tuple(Fraction(v) for v in found if isinstance(v, int | Fraction))


def _times(given: Sequence[Any] | None, width: int) -> Numbers:
    if given is None:
        return (Fraction(1),) * width
    times = _exact(given)
    if len(times) != width or min(times) <= 0:
        raise DataError(
            f"times {list(given)} were given; {width} positive numbers are needed, one for each"
            " coefficient; leave them out for 1"
        )
    return times


def _correlations(x: Sequence[Numbers], y: Numbers, k: Sequence[Fraction]) -> list[Fraction]:
    """X^T (y - X k)."""
    rest = [
        b - sum(a * c for a, c in zip(row, k, strict=True)) for row, b in zip(x, y, strict=True)
    ]
    zero = Fraction(0)
    return [sum((row[i] * r for row, r in zip(x, rest, strict=True)), zero) for i in range(len(k))]


def _constrained(x: Sequence[Numbers], y: Numbers, signs: dict[int, int]) -> list[Fraction]:
    """Least squares over coefficients of given signs, the others 0 (Lawson and Hanson)."""
    k = [Fraction(0)] * len(x[0])
    free: set[int] = set()
    for _ in range(MOST_STEPS):
        u = _correlations(x, y, k)
        gains = [(signs[i] * u[i], i) for i in signs if i not in free]
        if not gains or max(gains)[0] <= 0:
            return k
        free.add(max(gains)[1])
        while True:
            wanted = _least_squares(x, y, sorted(free))
            wrong = [i for i in free if signs[i] * wanted[i] < 0]
            if not wrong:
                k = wanted
                break
            part = min(k[i] / (k[i] - wanted[i]) for i in wrong)
            k = [a + part * (b - a) for a, b in zip(k, wanted, strict=True)]
            free = {i for i in free if k[i] != 0}
    raise AssertionError("least squares with signs did not end")


def _demand_independent(x: Sequence[Numbers], met: Sequence[int]) -> None:
    if rank([[row[i] for i in met] for row in x]) < len(met):
        raise DataError(
            f"the columns {list(met)} of the inputs are dependent and met together, so the cost"
            " does not decide their coefficients; independent ones are needed; move an input a"
            " little"
        )


def _least_squares(x: Sequence[Numbers], y: Numbers, free: Sequence[int]) -> list[Fraction]:
    gram = [[sum(row[i] * row[j] for row in x) for j in free] for i in free]
    right = [sum(row[i] * b for row, b in zip(x, y, strict=True)) for i in free]
    found, size = solution(gram, right)
    if found is None or size < len(free):
        raise AssertionError(f"the columns {list(free)} were independent before")
    k = [Fraction(0)] * len(x[0])
    for i, value in zip(free, found, strict=True):
        k[i] = value
    return k


def _demand_fit(x: Sequence[Numbers], y: Numbers, k: Sequence[Fraction]) -> None:
    for row, b in zip(x, y, strict=True):
        if sum(a * c for a, c in zip(row, k, strict=True)) != b:
            raise DataError(
                "no coefficients fit the labels; labels in the span of the inputs are needed; give"
                " fewer rows"
            )


def _check_dual(
    k: Sequence[Fraction], s: Sequence[Fraction], top: Numbers, bottom: Numbers
) -> None:
    """The conditions of the minimum; s is a combination of the rows of X by construction."""
    for c, v, t, b in zip(k, s, top, bottom, strict=True):
        tight = (c <= 0 or v == t) and (c >= 0 or v == -b)
        if not (-b <= v <= t and tight):
            raise AssertionError(f"the dual {list(s)} does not prove {list(k)}")


__all__ = ["DiagonalLimit", "diagonal_limit"]
