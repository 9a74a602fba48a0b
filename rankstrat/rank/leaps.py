"""Where a model may jump: whether those inputs move with its parameters, or part the others."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Any

from rankstrat.algebra.holonomic import HOLONOMIC
from rankstrat.algebra.program import FUNCTION, LEAF, PIECEWISE, PRODUCT, Program
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
    program, outputs = model.compiled.program, model.compiled.outputs
    every = program.reachable(outputs)
    inner = above(program, every, model.compiled.inputs)
    return _leaps(program, every, inner & above(program, every, model.compiled.parameters))


def may_part(model: Model) -> bool:
    r"""Whether the outputs may be different analytic functions in different parts of the inputs, so
    that generic samples may all lie in one part.

    Example:
        >>> import sympy
        >>> from rankstrat.model.model import Model
        >>> a, b, x = sympy.symbols("a b x")
        >>> parted = a * (sympy.atan(x) + sympy.atan(1 / x)) + b
        >>> [may_part(Model(f, [a, b], [x])) for f in (parted, a / (x - b), a * sympy.log(x) + b)]
        [True, False, False]
    """
    compiled = model.compiled
    program = compiled.program
    every = program.reachable(compiled.outputs)
    inner = above(program, every, compiled.inputs)
    if any(program.kind[n] == FUNCTION and program.data[n] in PIECEWISE for n in inner):
        return True
    positive = {n for n in compiled.needed if program.kind[n] == LEAF}
    return _leaps(program, every, inner - positive)


def _leaps(program: Program, every: Sequence[int], moving: Container[int]) -> bool:
    names = {program.data[n] for n in every if n in moving and program.kind[n] == FUNCTION}
    if not names.isdisjoint(JUMPS):
        return True
    roots = any(n in moving and e % 1 for node in every for n, e in _powers(program, node))
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


__all__ = ["BRANCHED", "may_leap", "may_part"]
