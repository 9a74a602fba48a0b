r"""Interchangeable units of any model: which parameters belong to each, and when two are equal.

A family names its units; in any other model two units are the sets of parameters that a verified
symmetry exchanges. Where changes of signs within a unit leave the outputs unchanged (neurons of odd
activations, (W, -W) in the factors of a head), units that agree up to these signs act as one.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from rankstrat.model.model import Model
from rankstrat.model.structure import HasUnits
from rankstrat.symmetry import Symmetry, sign_changes, symmetries
from rankstrat.text.parsing import block_symbols

LARGEST, MOST_TURNS = 60, 16
Symbols = tuple[sympy.Symbol, ...]
Signs = tuple[int, ...]


@dataclass(frozen=True)
class UnitPair:
    """Two units that can be exchanged, parameter by parameter.

    Attributes:
        first, second: all parameters of each, in one order.
        own: the places of those that do not enter linearly; units in which these agree act as one.
        turns: signs, place by place, with which the second takes the values of the first.
    """

    first: Symbols
    second: Symbols
    own: tuple[int, ...]
    turns: tuple[Signs, ...]

    def conditions(self) -> Iterator[list[sympy.Expr]]:
        """Groups of expressions that vanish together: the own parameters agree up to signs, or all
        of them.
        """
        for signs in self.turns:
            gaps = [p - s * q for p, q, s in zip(self.first, self.second, signs, strict=True)]
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
        flips = _flips(sign_changes(model)) if model.size <= LARGEST else []
        return [pair for group in structure.units for pair in _family_pairs(model, group, flips)]
    return _written_pairs(model)


def _written_pairs(model: Model) -> list[UnitPair]:
    if model.size > LARGEST:
        return []
    found = permutations(model)
    flips = _flips(g for g in found if g.kind == "sign")
    return [pair for g in found for pair in _exchanged(model, g, flips)]


def _flips(found: Iterable[Symmetry]) -> list[frozenset[sympy.Symbol]]:
    """The parameters whose signs change together."""
    return [frozenset(g.values) for g in found]


def _turns(
    first: Symbols, second: Symbols, flips: Sequence[frozenset[sympy.Symbol]], signs: Signs
) -> tuple[Signs, ...]:
    """The signs of an exchange, times those of all changes within a unit."""
    known = {signs: None}
    for unit in (first, second):
        for flip in flips:
            if flip <= set(unit) and 2 * len(known) <= MOST_TURNS:
                turn = [-1 if p in flip else 1 for p in unit]
                known |= {tuple(s * t for s, t in zip(k, turn, strict=True)): None for k in known}
    return tuple(known)


@dataclass(frozen=True)
class WrittenUnit:
    """A unit of a model that is written out.

    Attributes:
        own: its parameters that do not enter linearly.
        shares: those that do, one by one.
    """

    own: Symbols
    shares: Symbols


def unit_groups(model: Model) -> list[list[WrittenUnit]]:
    """The units that verified symmetries of a model exchange, in groups; parameters in one order.

    Example:
        >>> a, w, c, v, x = sympy.symbols("a w c v x")
        >>> unit_groups(Model(a * sympy.tanh(w * x) + c * sympy.tanh(v * x), [a, w, c, v], [x]))
        [[WrittenUnit(own=(w,), shares=(a,)), WrittenUnit(own=(v,), shares=(c,))]]
    """
    pairs = _written_pairs(model)
    groups: list[list[WrittenUnit]] = []
    seen: set[frozenset[sympy.Symbol]] = set()
    for pair in pairs:
        if frozenset(pair.first) in seen:
            continue
        own = [k in pair.own for k in range(len(pair.first))]
        queue, group = [pair.first], []
        while queue:
            symbols = queue.pop(0)
            if frozenset(symbols) in seen:
                continue
            seen.add(frozenset(symbols))
            group.append(symbols)
            queue += _beside(symbols, pairs)
        groups.append([_parted(symbols, own) for symbols in group])
    return groups


def _beside(symbols: Symbols, pairs: Iterable[UnitPair]) -> Iterator[Symbols]:
    """The units that are exchanged with one, in its order."""
    for pair in pairs:
        for one, two in ((pair.first, pair.second), (pair.second, pair.first)):
            if set(one) == set(symbols):
                image = dict(zip(one, two, strict=True))
                yield tuple(image[s] for s in symbols)


def _parted(symbols: Symbols, own: Sequence[bool]) -> WrittenUnit:
    parts = list(zip(symbols, own, strict=True))
    return WrittenUnit(
        tuple(s for s, inside in parts if inside), tuple(s for s, inside in parts if not inside)
    )


def permutations(model: Model) -> list[Symmetry]:
    """The verified symmetries that permute parameters or change their signs."""
    return [g for g in symmetries(model) if g.orthogonal]


def _family_pairs(
    model: Model, group: Any, flips: Sequence[frozenset[sympy.Symbol]]
) -> Iterator[UnitPair]:
    blocks = {n: block_symbols(n, model.blocks[n]) for n in (*group.own, *group.shares)}

    def parts(unit: int) -> tuple[Symbols, Symbols]:
        own = (_part(blocks[n], axis, unit) for n, axis in group.own.items())
        shares = (_part(blocks[n], axis, unit) for n, axis in group.shares.items())
        return tuple(itertools.chain(*own)), tuple(itertools.chain(*shares))

    every = [parts(unit) for unit in range(group.count)]
    for (own, shares), (other, others) in itertools.combinations(every, 2):
        first, second = (*own, *shares), (*other, *others)
        turns = _turns(first, second, flips, (1,) * len(first))
        yield UnitPair(first, second, tuple(range(len(own))), turns)


def _exchanged(
    model: Model, g: Symmetry, flips: Sequence[frozenset[sympy.Symbol]]
) -> Iterator[UnitPair]:
    """The units that an involution exchanges, up to signs."""
    moved = [p for p in model.parameters if p in g.values]
    if not g.orthogonal or any(g.values[p].xreplace(dict(g.values)) != p for p in moved):
        return
    partner = {p: _plain(g.values[p]) for p in moved}
    if any(partner[p] == p for p in moved):
        return  # a change of signs
    first = tuple(_first_unit(model, moved, partner))
    second = tuple(partner[p] for p in first)
    own = tuple(k for k, p in enumerate(first) if not _is_linear(model, p))
    signs = tuple(1 if g.values[p] == q else -1 for p, q in zip(first, second, strict=True))
    yield UnitPair(first, second, own, _turns(first, second, flips, signs))


def _plain(value: sympy.Expr) -> sympy.Symbol:
    """The symbol p in p or -p."""
    return -value if value.could_extract_minus_sign() else value


def _first_unit(
    model: Model, moved: Sequence[sympy.Symbol], partner: Mapping[sympy.Symbol, sympy.Symbol]
) -> list[sympy.Symbol]:
    """One parameter of each exchanged pair: those that stand in one part of the outputs together,
    in which no parameter of the other unit does.
    """
    every = set(moved)
    parts = {
        frozenset(n.free_symbols & every)
        for o in model.outputs
        for n in sympy.preorder_traversal(o)
    }
    alone = [part for part in parts if not any(partner[p] in part for p in part)]
    first: dict[sympy.Symbol, None] = {}
    for start in moved:
        if start in first or partner[start] in first:
            continue
        first[start] = None
        queue = [start]
        while queue:
            p = queue.pop()
            for q in {q for part in alone if p in part for q in part} - set(first):
                if partner[q] not in first:
                    first[q] = None
                    queue.append(q)
    return [p for p in moved if p in first]


def _is_linear(model: Model, parameter: sympy.Symbol) -> bool:
    """Whether all outputs are linear in a parameter, as they are written."""
    slopes = (o.diff(parameter) for o in model.outputs if o.has(parameter))
    return all(not slope.has(parameter) for slope in slopes)


__all__ = ["UnitPair", "WrittenUnit", "permutations", "unit_groups", "unit_pairs", "unit_parts"]
