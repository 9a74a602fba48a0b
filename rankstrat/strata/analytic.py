"""Whether the generic rank of a flat is that of almost all its points."""

from __future__ import annotations

from collections.abc import Container

from rankstrat.algebra.program import FUNCTION, PIECEWISE, PRODUCT, Program
from rankstrat.model.model import Model
from rankstrat.rank.defined import is_total
from rankstrat.rank.leaps import BRANCHED
from rankstrat.rank.vanishing import above


def is_analytic(model: Model) -> bool:
    r"""Whether the outputs have no kink or jump in the parameters, and one analytic continuation to
    almost all of them.

    A function with branches, such as a root, has one where no denominator and no logarithm cuts the
    parameters: $\arctan b + \arctan b^{-1}$ is $\pm\pi/2$ on the two sides of 0. Others
    continue through complex parameters.
    """
    compiled = model.compiled
    program = compiled.program
    every = program.reachable((*compiled.outputs, *compiled.gradient, *compiled.needed))
    moving = above(program, every, compiled.parameters)
    if any(program.kind[n] == FUNCTION and program.data[n] in PIECEWISE for n in moving):
        return False
    return is_total(model) or not any(_branches(program, n, moving) for n in moving)


def _branches(program: Program, node: int, moving: Container[int]) -> bool:
    if program.kind[node] == PRODUCT:
        pairs = zip(program.args[node], program.data[node], strict=True)
        return any(n in moving and not isinstance(e, int) for n, e in pairs)
    return program.kind[node] == FUNCTION and program.data[node] in BRANCHED


__all__ = ["is_analytic"]
