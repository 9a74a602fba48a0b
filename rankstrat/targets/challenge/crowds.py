r"""Many solutions at once: all points with values from a short list, sorted by their function.

Every point is a solution of the target that its own function is, so that a grid of a million points
challenges the lists of all these targets. Floats only sort; that a point off a list has the
function of the target is decided by the engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import lcm
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from rankstrat.algebra.affine import CONSTANT
from rankstrat.model.model import Model
from rankstrat.targets.branch import Branch, TargetFunction
from rankstrat.targets.challenge.solutions import CHUNK, Equation

Integers = NDArray[np.int64]
DIGITS, SAMPLES = 6, 8
SMALL = 1e-9
LARGEST_INTEGER = 1 << 50
MOST_SINGLE = 200
"""How many points are asked one by one where a branch is no set of polynomial equations."""


def grid(size: int, values: Sequence[int], most: int, seed: int = 0) -> Integers:
    """All points with these values, shape (n, size), or as many random ones as are allowed."""
    source = np.random.default_rng(seed)
    if len(values) ** size <= most:
        axes = np.meshgrid(*[np.array(values, dtype=np.int64)] * size, indexing="ij")
        return np.stack([axis.ravel() for axis in axes], axis=1)
    return source.choice(np.array(values, dtype=np.int64), (most, size))


def crowds(model: Model, points: Integers, *, seed: int = 0) -> list[Integers]:
    """The points in groups of one function, as floats tell, the largest first.

    Args:
        model: F.
        points: shape (n, M).
        seed: names the inputs at which functions are compared.
    """
    nothing = TargetFunction((sympy.S.Zero,) * len(model.outputs))
    equation = Equation(model, nothing, seed)
    rows: dict[bytes, list[int]] = {}
    for start in range(0, len(points), CHUNK):
        part = points[start : start + CHUNK]
        found = equation.gaps(part.astype(float), SAMPLES)
        keys = np.round(found, DIGITS) + 0.0  # no negative zero
        for i in np.flatnonzero(np.isfinite(found).all(axis=1)).tolist():
            rows.setdefault(keys[i].tobytes(), []).append(start + i)
    groups = sorted(rows.values(), key=len, reverse=True)
    return [np.unique(points[group], axis=0) for group in groups]


def strangers(branches: Sequence[Branch], points: Integers) -> Integers:
    """The points that lie on no branch.

    Points that no set of polynomial equations with rational coefficients contains are asked one by
    one, the first `MOST_SINGLE` of them.
    """
    outside = np.ones(len(points), dtype=bool)
    slow = []
    for branch in branches:
        test = _Member.of(branch)
        if test is None:
            slow.append(branch)
        else:
            left = np.flatnonzero(outside)
            outside[left[test.holds(points[left])]] = False
    left = np.flatnonzero(outside)[:MOST_SINGLE]
    kept = [i for i in left.tolist() if not any(_contains(b, points[i]) for b in slow)]
    return points[kept]


def _contains(branch: Branch, row: Integers) -> bool:
    return branch.contains(branch.model.point(row.tolist()))


def least_ranks(equation: Equation, points: Integers) -> Integers:
    """The ranks of the derivative at points as floats tell, by singular values: more inputs than
    parameters, so what they see is the model rank or less. Where floats overflow the rank is -1.
    """
    ranks = np.full(len(points), -1, dtype=np.int64)
    for start in range(0, len(points), CHUNK):
        slopes = equation.slopes(points[start : start + CHUNK].astype(float))
        finite = np.flatnonzero(np.isfinite(slopes).all(axis=(1, 2)))
        ranks[start + finite] = np.linalg.matrix_rank(slopes[finite], rtol=SMALL)
    return ranks


@dataclass(frozen=True)
class _Member:
    """Polynomials with integer coefficients whose common zeros are a branch.

    Attributes:
        linear: rows of an affine subspace, the constant last, shape (k, M + 1).
        curved: functions of the columns of points.
    """

    linear: Integers
    curved: tuple[Any, ...]

    @classmethod
    def of(cls, branch: Branch) -> _Member | None:
        """None where something else than such equations decides."""
        closure, size = branch.closure, branch.model.size
        if closure.decide is not None:
            return None
        if closure.affine is not None:
            return cls(_rows(closure.affine.rows.values(), size), ())
        parameters = branch.model.parameters
        curved = []
        for equation in closure.equations:
            if not equation.is_polynomial(*parameters):
                return None
            form = sympy.Poly(equation, *parameters)
            if not all(c.is_Rational for c in form.coeffs()):
                return None
            integral = form.clear_denoms()[1].as_expr()
            curved.append(sympy.lambdify(parameters, integral, "numpy"))
        return cls(np.zeros((0, size + 1), dtype=np.int64), tuple(curved))

    def holds(self, points: Integers) -> NDArray[np.bool_]:
        """Which points satisfy all equations; values stay far below 2^63."""
        sums = points @ self.linear[:, :-1].T + self.linear[:, -1]
        result = np.asarray((sums == 0).all(axis=1))
        for value in self.curved:
            found = np.broadcast_to(value(*points.T), (len(points),))
            assert not len(found) or int(np.abs(found).max()) < LARGEST_INTEGER
            result &= found == 0
        return result


def _rows(rows: Any, size: int) -> Integers:
    result = []
    for row in rows:
        scale = lcm(*(c.denominator for c in row.values()))
        dense = [0] * (size + 1)
        for place, c in row.items():
            dense[size if place == CONSTANT else place] = int(c * scale)
        result.append(dense)
    return np.array(result, dtype=np.int64).reshape(len(result), size + 1)


def some(groups: Sequence[Integers], count: int, seed: int = 0) -> Iterator[Integers]:
    """The largest groups and as many random other ones."""
    yield from groups[:count]
    rest = groups[count:]
    for k in np.random.default_rng(seed).permutation(len(rest))[:count].tolist():
        yield rest[k]


__all__ = ["crowds", "grid", "least_ranks", "some", "strangers"]
