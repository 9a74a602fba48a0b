r"""Scalings of the leaves that change no output:
$F(\lambda^{d_1}\theta_1, \dots, \lambda^{d_M}\theta_M) = F(\theta)$, $\lambda > 0$.

A node has a degree if it is multiplied by $\lambda^d$: the terms of a sum need one degree, factors
add theirs, $|h|_+$ and $|h|$ have that of h, the steps of h degree 0, and other functions need an
argument of degree 0. These are linear equations for the degrees; every solution is a symmetry, and
its derivative at $\lambda = 1$ the relation $\sum_i d_i\,\theta_i\,\partial_i F = 0$. Both hold at
every parameter, with the slopes by convention at kinks too: $|h|_+ = h\,\mathrm{step}(h)$.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from rankstrat.algebra.linear import Rational
from rankstrat.algebra.powers import normal
from rankstrat.algebra.program import CONSTANT, FUNCTION, LEAF, LINEAR, PRODUCT, Program

Degree = dict[int, Rational]
"""A linear form in the unknown degrees of leaves."""


class _Equations:
    """Linear equations between the degrees of leaves, solved as they come."""

    def __init__(self) -> None:
        self.solved: dict[int, Degree] = {}

    def resolved(self, form: Mapping[int, Rational]) -> Degree:
        """A form in the free unknowns."""
        result: Degree = {}
        for leaf, c in form.items():
            if leaf in self.solved:
                solved = self.solved[leaf] = self.resolved(self.solved[leaf])
                for other, k in solved.items():
                    result[other] = result.get(other, 0) + c * k
            else:
                result[leaf] = result.get(leaf, 0) + c
        return {leaf: c for leaf, c in result.items() if c}

    def equal(self, left: Mapping[int, Rational], right: Mapping[int, Rational]) -> None:
        """Demand that two forms agree."""
        gap = self.resolved(
            {leaf: left.get(leaf, 0) - right.get(leaf, 0) for leaf in (*left, *right)}
        )
        if gap:
            # the youngest unknown is solved for, so that chains stay short
            leaf = max(gap)
            c = Fraction(gap.pop(leaf))
            self.solved[leaf] = {other: normal(-k / c) for other, k in gap.items()}


def scalings(
    program: Program, outputs: Sequence[int], leaves: Sequence[int]
) -> list[dict[int, Rational]]:
    """A basis of the scaling symmetries of the outputs: for each, position in `leaves` -> degree.

    Leaves that are not listed have degree 0.
    """
    equations = _Equations()
    free = set(leaves)
    degree: dict[int, Degree] = {}
    zero: Degree = {}
    for n in program.reachable(outputs):
        kind, args, data = program.kind[n], program.args[n], program.data[n]
        if kind == CONSTANT:
            degree[n] = zero
        elif kind == LEAF:
            degree[n] = {n: 1} if n in free else zero
        elif kind == PRODUCT:
            total: Degree = {}
            for a, e in zip(args, data, strict=True):
                for leaf, c in degree[a].items():
                    total[leaf] = total.get(leaf, 0) + e * c
            degree[n] = equations.resolved(total)
        elif kind == LINEAR:
            first = zero if data[0] else degree[args[0]]
            for a in args:
                equations.equal(degree[a], first)
            degree[n] = equations.resolved(first)
        elif kind == FUNCTION:
            below = degree[args[0]]
            if data in ("relu", "abs"):
                degree[n] = below
            else:
                degree[n] = zero
                if data not in ("step", "sign"):
                    equations.equal(below, zero)
    for n in outputs:
        equations.equal(degree[n], zero)
    return _basis(equations, leaves)


def _basis(equations: _Equations, leaves: Sequence[int]) -> list[dict[int, Rational]]:
    vectors: dict[int, dict[int, Rational]] = {}
    for position, leaf in enumerate(leaves):
        for unknown, c in equations.resolved({leaf: 1}).items():
            vectors.setdefault(unknown, {})[position] = c
    return [vectors[unknown] for unknown in sorted(vectors)]
