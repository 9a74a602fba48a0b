"""Matrices of real balls: products with exact weights, and functions of every entry."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import flint
import numpy as np
from numpy.typing import NDArray

from rankstrat.algebra.balls import BallRing, leaf_balls
from rankstrat.algebra.evaluate import evaluate
from rankstrat.algebra.program import Program

Balls = NDArray[Any]
"""An array of `flint.arb`."""


class _Entries(BallRing):
    """The arithmetic of balls on every entry of an array."""

    def function(self, name: Hashable, value: Any) -> Any:
        """A function of every entry."""
        return np.frompyfunc(lambda v: super(_Entries, self).function(name, v), 1, 1)(value)


def dyadic(numerators: NDArray[Any], exponent: int) -> Balls:
    """The exact numbers n/2^k as balls."""
    scale = flint.arb(2) ** -exponent
    return np.frompyfunc(lambda n: flint.arb(int(n)) * scale, 1, 1)(numerators)


def product(left: Balls, right: Balls) -> Balls:
    """The product of two matrices."""
    found: Any = flint.arb_mat(left.tolist()) * flint.arb_mat(right.tolist())
    return np.array(found.tolist(), dtype=object)


def applied(program: Program, node: int, leaf: int, matrix: Balls) -> Balls:
    """A node of a program at every entry of a matrix, for one leaf.

    Raises:
        UndecidedError: a function that cannot be enclosed there.
    """
    leaves: dict[int, Any] = dict(leaf_balls(program, (node,), {program.data[leaf]: 0}))
    return np.asarray(evaluate(program, (node,), _Entries(), {**leaves, leaf: matrix})[0])


def ones(count: int) -> Sequence[Any]:
    """The ball around 1, so many times."""
    return [flint.arb(1)] * count


__all__ = ["Balls", "applied", "dyadic", "ones", "product"]
