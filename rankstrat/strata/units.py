r"""Interchangeable units of any model: which parameters belong to each, and when two are equal.

A family names its units; in any other model two units are the sets of parameters that a verified
symmetry exchanges.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from rankstrat.model.model import Model
from rankstrat.model.structure import HasUnits
from rankstrat.symmetry import Symmetry, symmetries
from rankstrat.text.parsing import block_symbols

LARGEST = 60
Symbols = tuple[sympy.Symbol, ...]


@dataclass(frozen=True)
class UnitPair:
    """Two units that can be exchanged, parameter by parameter.

    Attributes:
        first, second: all parameters of each, in one order.
        own: the places of those that do not enter linearly; units in which these agree act as one.
    """

    first: Symbols
    second: Symbols
    own: tuple[int, ...]

    def conditions(self) -> Iterator[list[sympy.Expr]]:
        """Groups of expressions that vanish together: the own parameters agree, or all of them."""
        gaps = [p - q for p, q in zip(self.first, self.second, strict=True)]
        if 0 < len(self.own) < len(gaps):
            yield [gaps[k] for k in self.own]
        yield gaps


def unit_parts(model: Model) -> list[Symbols]:
    """The parameters of each block of each unit, where the family names its units."""
    structure: object = model.structure
    if not isinstance(structure, HasUnits):
        return []
    found: list[Symbols] = []
    for group in structure.units:
        for name, axis in (*group.own.items(), *group.shares.items()):
            block = block_symbols(name, model.blocks[name])
            found += [_part(block, axis, i) for i in range(group.count)]
    return found


def _part(block: Any, axis: int, unit: int) -> Symbols:
    return tuple(np.ravel(np.take(block, unit, axis=axis)).tolist())


def unit_pairs(model: Model) -> list[UnitPair]:
    """The pairs of units of a family, else those that verified permutations exchange."""
    structure: object = model.structure
    if isinstance(structure, HasUnits):
        return [pair for group in structure.units for pair in _family_pairs(model, group)]
    if model.size > LARGEST:
        return []
    return [pair for g in permutations(model) for pair in _exchanged(model, g)]


def permutations(model: Model) -> list[Symmetry]:
    """The verified symmetries that permute parameters or change their signs."""
    return [g for g in symmetries(model) if g.orthogonal]


def _family_pairs(model: Model, group: Any) -> Iterator[UnitPair]:
    blocks = {n: block_symbols(n, model.blocks[n]) for n in (*group.own, *group.shares)}

    def parts(unit: int) -> tuple[Symbols, Symbols]:
        own = (_part(blocks[n], axis, unit) for n, axis in group.own.items())
        shares = (_part(blocks[n], axis, unit) for n, axis in group.shares.items())
        return tuple(itertools.chain(*own)), tuple(itertools.chain(*shares))

    every = [parts(unit) for unit in range(group.count)]
    for (own, shares), (other, others) in itertools.combinations(every, 2):
        yield UnitPair((*own, *shares), (*other, *others), tuple(range(len(own))))


def _exchanged(model: Model, g: Symmetry) -> Iterator[UnitPair]:
    """The units that an involution exchanges."""
    moved = [p for p in model.parameters if p in g.values]
    if g.kind != "permutation" or any(g.values[g.values[p]] != p for p in moved):
        return
    first = tuple(p for p in moved if moved.index(p) < moved.index(g.values[p]))
    second = tuple(g.values[p] for p in first)
    own = tuple(k for k, p in enumerate(first) if not _is_linear(model, p))
    yield UnitPair(first, second, own)


def _is_linear(model: Model, parameter: sympy.Symbol) -> bool:
    """Whether all outputs are linear in a parameter, as they are written."""
    slopes = (o.diff(parameter) for o in model.outputs if o.has(parameter))
    return all(not slope.has(parameter) for slope in slopes)


__all__ = ["UnitPair", "permutations", "unit_pairs", "unit_parts"]
