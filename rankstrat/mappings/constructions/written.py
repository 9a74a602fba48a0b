r"""Splitting a unit of a model that is written out: its symmetries say which parameters are a unit.

A unit with parameters v that enter in any way and a that enter linearly adds $a\,h(v)$ to sums
inside the outputs. A copy of it is added to each of these sums.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sympy

from rankstrat.algebra.expressions import expanded
from rankstrat.errors import FamilyError
from rankstrat.mappings.mapping import CriticalMapping
from rankstrat.model.model import Model
from rankstrat.strata.units import WrittenUnit, unit_groups

Symbols = Mapping[sympy.Symbol, sympy.Symbol]
LARGEST = 8
"""Parameters of a unit of which all subsets are tried."""


def written_splitting(source: Model, layer: int, unit: int, alpha: sympy.Expr) -> CriticalMapping:
    """The mapping onto the model with a copy of a unit, whose parameters stand last.

    Args:
        source: a model without a structure that names its units.
        layer: the group of units that symmetries exchange, from 1.
        unit: the unit of the group, from 0.
        alpha: the share of the copy.

    Raises:
        FamilyError: no such group or unit, or one that does not enter as a summand.

    Example:
        >>> a, w, c, v, x = sympy.symbols("a w c v x")
        >>> F = Model(a * sympy.tanh(w * x) + c * sympy.tanh(v * x), [a, w, c, v], [x])
        >>> P = written_splitting(F, 1, 0, sympy.Symbol("alpha"))
        >>> print(P.target.outputs[0])
        a*tanh(w*x) + a3*tanh(w3*x) + c*tanh(v*x)
        >>> P.values[a], P.verdict
        (a*(1 - alpha), <Verdict.PROVED: 'PROVED'>)
    """
    found = _chosen(source, layer, unit)
    symbols = (*found.own, *found.shares)
    copy = _copies(source, symbols, len(unit_groups(source)[layer - 1]) + 1)
    wider = _widened(source, found, copy)
    if wider is None:
        raise FamilyError(
            f"the unit {_few(symbols)} is no summand of a sum, linear in some of its parameters; a"
            " unit that can be repeated is needed; give a CriticalMapping of your own"
        )
    chosen, outputs = wider
    target = Model(
        outputs,
        [*source.parameters, *copy.values()],
        source.inputs,
        domain=source.domain,
        constants=source.constants,
    )
    values: dict[Any, Any] = {p: p for p in source.parameters}
    values |= {copy[p]: p for p in chosen.own}
    values |= {copy[p]: alpha * p for p in chosen.shares}
    values |= {p: (1 - alpha) * p for p in chosen.shares}
    return CriticalMapping(source, target, values, f"split(group {layer}, unit {unit + 1})")


def _chosen(source: Model, layer: int, unit: int) -> WrittenUnit:
    groups = unit_groups(source)
    if not groups:
        raise FamilyError(
            f"{source} has no layers that can be widened, and no units that a verified symmetry"
            " exchanges; one of both is needed; give a network or a CriticalMapping of your own"
        )
    if not 1 <= layer <= len(groups):
        raise FamilyError(
            f"{layer} is no group of interchangeable units of {source}; choose one of"
            f" 1..{len(groups)}"
        )
    group = groups[layer - 1]
    if not 0 <= unit < len(group):
        raise FamilyError(f"unit {unit} is not one of group {layer}; units are 0..{len(group) - 1}")
    return group[unit]


def _copies(
    source: Model, parameters: Iterable[sympy.Symbol], number: int
) -> dict[sympy.Symbol, sympy.Symbol]:
    """New symbols, named like those of the unit with the number of the copy."""
    taken = {str(s) for s in (*source.parameters, *source.inputs, *source.constants)}
    result = {}
    for p in parameters:
        name = re.sub(r"\d+$", "", str(p)) + str(number)
        while name in taken:
            name += "_"
        taken.add(name)
        result[p] = sympy.Symbol(name, **p.assumptions0)
    return result


def _widened(
    source: Model, found: WrittenUnit, copy: Symbols
) -> tuple[WrittenUnit, list[sympy.Expr]] | None:
    """The unit, told which of its parameters can be shared, and the outputs with a copy of it; a
    weight inside another function is linear in a sum there, not in the outputs.
    """
    symbols = (*found.own, *found.shares)
    sizes = range(1, len(symbols) if len(symbols) <= LARGEST else 2)
    subsets = (s for size in sizes for s in itertools.combinations(symbols, size))
    for shares in dict.fromkeys((found.shares, *subsets)):
        if shares:
            own = tuple(s for s in symbols if s not in shares)
            unit = WrittenUnit(own, shares)
            outputs = [_with_copy(output, unit, copy) for output in source.outputs]
            if all(output is not None for output in outputs):
                return unit, [output for output in outputs if output is not None]
    return None


def _with_copy(e: sympy.Expr, unit: WrittenUnit, copy: Symbols) -> sympy.Expr | None:
    """An expression with a copy of the unit beside each summand that is one; None where some
    parameter of the unit stands elsewhere.
    """
    if not e.has(*unit.own, *unit.shares):
        return e
    if _is_summand(e, unit.shares):
        return e + e.xreplace(dict(copy))
    if not e.args:
        return None
    parts = [_with_copy(part, unit, copy) for part in e.args]
    return None if any(part is None for part in parts) else e.func(*parts)


def _is_summand(e: sympy.Expr, shares: Sequence[sympy.Symbol]) -> bool:
    """Whether an expression is linear in the shared parameters, without a rest."""
    if not e.has(*shares):
        return False
    scale = sympy.Dummy("scale")
    scaled = expanded(e.xreplace({p: scale * p for p in shares}) - scale * e)
    return scaled == 0 and all(not e.diff(p).has(*shares) for p in shares if e.has(p))


def _few(symbols: Sequence[sympy.Symbol]) -> str:
    return f"({', '.join(map(str, symbols[:6]))}{', ...' if len(symbols) > 6 else ''})"


__all__ = ["written_splitting"]
