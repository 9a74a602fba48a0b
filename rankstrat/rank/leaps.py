"""Whether inputs at which a model may jump move with its parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rankstrat.algebra.holonomic import HOLONOMIC
from rankstrat.algebra.program import FUNCTION, PIECEWISE, PRODUCT, Program
from rankstrat.model.model import Model
from rankstrat.rank.sides import JUMPS
from rankstrat.rank.vanishing import above, denominators, is_positive, turned

BRANCHED = frozenset({"log", "atan"}) | {n for n, record in HOLONOMIC.items() if record.pole}
"""Functions that are not single-valued over the complex numbers."""


def may_leap(model: Model) -> bool:
    r"""Whether inputs at which the outputs may jump move with the parameters: then a function may
    change although all derivatives vanish almost everywhere.

    Without poles a function of continuous ones is continuous, and one that is single-valued over
    the complex numbers continues around its poles.

    Example:
        >>> import sympy
        >>> from rankstrat.model.model import Model
        >>> a, x = sympy.symbols("a x")
        >>> jumps = sympy.sign(x - a), sympy.atan(x - a) + sympy.atan(1 / (x - a))
        >>> [may_leap(Model(f, [a], [x])) for f in (*jumps, sympy.Max(0, x - a), 1 / (x - a))]
        [True, True, False, False]
    """
    compiled = model.compiled
    program = compiled.program
    every = program.reachable(compiled.outputs)
    moving = above(program, every, compiled.parameters) & above(program, every, compiled.inputs)
    names = {program.data[n] for n in moving if program.kind[n] == FUNCTION}
    if not names.isdisjoint(JUMPS):
        return True
    roots = any(n in moving and e % 1 for node in moving for n, e in _powers(program, node))
    if names.isdisjoint(PIECEWISE | BRANCHED) and not roots:
        return False
    poles = [*denominators(program, every), *turned(program, every)]
    # where a factor without parameters vanishes stays where it is
    factors = {f for n in poles for f, _ in _powers(program, n) or [(n, 1)]}
    return any(n in moving and not is_positive(program, n) for n in factors)


def _powers(program: Program, node: int) -> Sequence[tuple[int, Any]]:
    """The factors of a product with their exponents."""
    if program.kind[node] != PRODUCT:
        return ()
    return list(zip(program.args[node], program.data[node], strict=True))


__all__ = ["BRANCHED", "may_leap"]
