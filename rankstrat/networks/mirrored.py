r"""Units and their mirror images, whose joint part may be affine: the linear relations among the
units of a layer, and how many units a function with such a part needs.

A unit is $\sigma(fu \cdot x) = c\,N(u \cdot x) + \ell(x)$ with an affine $\ell$, and one N for
the two signs of u: $\mathrm{relu}(\pm h) = |h|/2 \pm h/2$.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from rankstrat.activation.law import Law, law_of
from rankstrat.algebra.linear import Vector, rank, solution
from rankstrat.networks.exact_layers import ExactLayers, Move

MOST_KINKED = 10
"""Classes whose signs are tried, all 2^k of them."""


@dataclass(frozen=True)
class Unit:
    r"""$\sigma(fu \cdot x) = c\,N(u \cdot x) + \ell(x)$.

    Attributes:
        key: u, one for both signs.
        coefficient: c.
        affine: $\ell$, its constant last.
    """

    key: Vector
    coefficient: Fraction
    affine: Vector

    @classmethod
    def of(cls, row: Vector, law: Law) -> Unit:
        """The unit with these incoming weights (bias last), which are not all 0."""
        factor, key = law.line(row)
        sign = 1 if factor > 0 else -1
        if law.parity == "odd":
            return cls(key, Fraction(sign), _affine(law, key))
        size = abs(factor)
        return cls(key, size, tuple(factor * v for v in _affine(law, key)))


def _affine(law: Law, key: Vector) -> Vector:
    """What a unit with the incoming weights of a key adds to N, its constant last."""
    if law.parity == "odd":
        return (*(Fraction(0) for _ in key[law.bias :]), law.offset)
    linear = tuple(law.slope * v for v in key)
    return linear if law.bias else (*linear, Fraction(0))


def units(layers: ExactLayers, layer: int, law: Law) -> dict[int, Unit]:
    """The units of a hidden layer that are not constant and have rational weights."""
    found = {}
    for j, weights in enumerate(layers.weights[layer - 1]):
        row = layers.row(layer, j)
        if any(weights) and all(isinstance(v, int | Fraction) for v in row):
            found[j] = Unit.of(tuple(map(Fraction, row)), law)
    return found


@lru_cache(maxsize=2)  # asked for every unit of a layer
def _coupled(layers: ExactLayers, layer: int) -> tuple[Law, dict[int, Unit]] | None:
    """The units that may occur in a linear relation: those with a mirror image."""
    law = law_of(layers.activation, bias=layers.biases[layer - 1] is not None)
    if law is None or not (law.signed and law.sides):
        return None
    found = units(layers, layer, law)
    classes = Counter(unit.key for unit in found.values())
    return law, {j: unit for j, unit in found.items() if classes[unit.key] > 1}


def combination(layers: ExactLayers, layer: int, unit: int) -> Move | None:
    r"""A unit that is a combination of others and a constant, which the next bias takes.

    By the independence lemma, a relation contains a unit only with its mirror image.
    """
    coupled = _coupled(layers, layer)
    if coupled is None or unit not in coupled[1]:
        return None
    free = layers.biases[layer] is not None
    keys = sorted({u.key for u in coupled[1].values()})
    vectors = {j: _vector(u, keys, free=free) for j, u in coupled[1].items()}
    others = [j for j in vectors if j != unit]
    matrix = [[vectors[j][t] for j in others] for t in range(len(vectors[unit]))]
    found, _ = solution(matrix, vectors[unit])
    if found is None:
        return None
    onto = tuple((j, c) for j, c in zip(others, found, strict=True) if c)
    constant = _rest(coupled[1], unit, onto)[-1]
    row, column = layers.row(layer, unit), tuple(layers.weights[layer][:, unit])
    return Move("combination", layer, unit, onto, row, column, constant)


def _vector(unit: Unit, keys: Sequence[Vector], *, free: bool) -> Vector:
    """A unit in the basis of the N and the affine functions, without constants that are free."""
    curved = [unit.coefficient if key == unit.key else Fraction(0) for key in keys]
    return (*curved, *(unit.affine[:-1] if free else unit.affine))


def _rest(found: dict[int, Unit], unit: int, onto: Sequence[tuple[int, Fraction]]) -> Vector:
    """The affine part of a unit less that of a combination."""
    columns = zip(*(found[j].affine for j, _ in onto), strict=True)
    sums = [sum(c * v for (_, c), v in zip(onto, column, strict=True)) for column in columns]
    return tuple(u - v for u, v in zip(found[unit].affine, sums, strict=True))


def is_combination(layers: ExactLayers, move: Move) -> bool:
    """Whether the unit that a move takes away is the combination that it names."""
    coupled = _coupled(layers, move.layer)
    if coupled is None or not {move.unit, *(j for j, _ in move.onto)} <= set(coupled[1]):
        return False
    found = coupled[1]
    totals: dict[Vector, Fraction] = {found[move.unit].key: -found[move.unit].coefficient}
    for j, c in move.onto:
        totals[found[j].key] = totals.get(found[j].key, Fraction(0)) + c * found[j].coefficient
    if any(totals.values()) or not move.onto:
        return False
    *linear, constant = _rest(found, move.unit, move.onto)
    if layers.biases[move.layer] is None and constant:
        return False
    return not any(linear) and constant == move.constant


def needed(layers: ExactLayers) -> int | None:
    r"""A number of units that every network with one hidden layer of these widths of inputs and
    outputs, these biases and this function has at least; None where none is known.

    The classes whose N does not cancel have a unit each. These units fix the affine part up to
    their signs; where no signs give that of the function, one more unit adds a multiple of the
    affine part of a class that is there, or a constant; any other affine part needs two more.
    """
    law = law_of(layers.activation, bias=layers.biases[0] is not None)
    if law is None or layers.depth != 2 or not (law.signed and law.sides):
        return None
    found = units(layers, 1, law)
    if len(found) < len(layers.weights[0]):
        return None
    kinks: dict[Vector, Vector] = {}
    rest = [[Fraction(0)] * len(_affine(law, layers.row(1, 0))) for _ in layers.weights[1]]
    for j, unit in found.items():
        outgoing = tuple(map(Fraction, layers.weights[1][:, j]))
        old = kinks.get(unit.key, (Fraction(0),) * len(outgoing))
        kinks[unit.key] = tuple(
            u + unit.coefficient * a for u, a in zip(old, outgoing, strict=True)
        )
        for line, a in zip(rest, outgoing, strict=True):
            line[:] = [u + a * v for u, v in zip(line, unit.affine, strict=True)]
    kinks = {key: total for key, total in kinks.items() if any(total)}
    if len(kinks) > MOST_KINKED:
        return len(kinks)
    free = layers.biases[1] is not None
    parts = [_Part(total, _affine(law, key)) for key, total in kinks.items()]
    more = min(
        _more(_less(rest, parts, signs), parts, free=free)
        for signs in itertools.product((1, -1), repeat=len(parts))
    )
    if not parts:
        more = max(more, 2 * rank([line[:-1] for line in rest]))
    return len(parts) + more


@dataclass(frozen=True)
class _Part:
    """The coefficients of N in the outputs, and the affine part that comes with N."""

    total: Vector
    affine: Vector


def _less(rest: Sequence[Vector | list[Fraction]], parts: Sequence[_Part], signs: Any) -> Any:
    """The affine part of the outputs that one unit of each class does not give."""
    lines = [list(line) for line in rest]
    for part, sign in zip(parts, signs, strict=True):
        for line, a in zip(lines, part.total, strict=True):
            line[:] = [u - sign * a * v for u, v in zip(line, part.affine, strict=True)]
    return lines


def _more(rest: Any, parts: Sequence[_Part], *, free: bool) -> int:
    """How many units more an affine part needs at least: 0, 1 or 2 (2 stands for more, too)."""
    linear = [line[:-1] for line in rest]
    if not any(map(any, linear)):
        return int(not free and any(line[-1] for line in rest))
    end = -1 if free else None
    shown = [line[:end] for line in rest]
    if any(rank([*shown, part.affine[:end]]) == 1 for part in parts):
        return 1
    return 2


__all__ = ["combination", "is_combination", "needed"]
