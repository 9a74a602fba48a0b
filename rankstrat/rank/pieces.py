r"""Pieces of a domain on which the inputs are free: points of finite sets, residue classes, charts
of spheres.

A piece writes the inputs as expressions in free variables: constants on a finite set, $n = Nm + r$
on the integers, and stereographic coordinates $x_i = 2t_i/(1+|t|^2)$, $x_d = 1 - 2/(1+|t|^2)$ on
the unit sphere, which they cover up to one point.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import lcm
from typing import Any

import sympy

from rankstrat.algebra.differential import laurent
from rankstrat.algebra.program import FUNCTION, PI, Program
from rankstrat.algebra.translate import translate
from rankstrat.errors import BudgetError, DataError
from rankstrat.model.domain import Domain, Random, combinations
from rankstrat.model.model import Model
from rankstrat.model.values import Exact

MOST_PIECES, MOST_CLASSES, SHORT = 4_000, 512, 200
PERIODIC = frozenset({"sin", "cos", "tan"})


@dataclass(frozen=True)
class Piece:
    """One piece of a domain.

    Attributes:
        values: input index -> constant.
        spheres: groups of input indices on a unit sphere.
        residues: input index -> (modulus N, residue r).
    """

    values: Mapping[int, Exact] = field(default_factory=dict)
    spheres: tuple[tuple[int, ...], ...] = ()
    residues: Mapping[int, tuple[int, int]] = field(default_factory=dict)

    def images(self, program: Program, leaves: Sequence[int]) -> dict[int, int]:
        """Input index -> node of the input in the free variables (the leaves of the inputs)."""
        result = dict(enumerate(leaves))
        expressions = {i: sympy.sympify(v, strict=True) for i, v in self.values.items()}
        nodes = translate(program, list(expressions.values()), {})
        result |= zip(expressions, nodes, strict=True)
        for sphere in self.spheres:
            *free, last = sphere
            squares = [(1, program.power(leaves[i], 2)) for i in free]
            inverse = program.power(program.linear(1, squares), -1)
            for i in free:
                result[i] = program.product(((leaves[i], 1), (inverse, 1)), 2)
            result[last] = program.linear(1, ((-2, inverse),))
        for i, (modulus, residue) in self.residues.items():
            result[i] = program.linear(residue, ((modulus, leaves[i]),))
        return result

    def coordinates(self, point: Sequence[Exact]) -> tuple[Exact, ...] | None:
        """The free variables at an input, 0 where there are none; None if it lies in another
        piece.
        """
        result = list(point)
        for i, value in self.values.items():
            if value != point[i]:
                return None
            result[i] = 0
        for sphere in self.spheres:
            *free, last = sphere
            if sum(Fraction(point[i]) ** 2 for i in sphere) != 1 or point[last] == 1:
                return None
            for i in free:
                result[i] = Fraction(point[i]) / (1 - point[last])
            result[last] = 0
        for i, (modulus, residue) in self.residues.items():
            offset = Fraction(point[i]) - residue
            if offset.denominator > 1 or offset % modulus:
                return None
            result[i] = offset / modulus
        return tuple(result)

    def draw(self, model: Model, random: Random) -> tuple[Exact, ...] | None:
        """Free variables at a random input of the piece."""
        for _ in range(64):
            point = _restricted(model.domain, self, model.inputs).draw(model.inputs, random)
            if point is None:
                return None
            found = self.coordinates(point)
            if found is not None:
                return found
        return None


def _restricted(domain: Domain, piece: Piece, inputs: Sequence[sympy.Symbol]) -> Domain:
    """The domain with the finite groups at the values of a piece."""
    if not domain.listed:
        return domain
    index = {s: i for i, s in enumerate(inputs)}
    groups = tuple(
        type(group)(group.symbols, (tuple(piece.values[index[s]] for s in group.symbols),))
        for group in domain.listed
    )
    integers = tuple(s for s in domain.integers if index[s] not in piece.values)
    return Domain(domain.conditions, integers, domain.spheres, groups)


def coarse_pieces(model: Model) -> list[Piece]:
    """One piece for every choice of values of the inputs with finitely many values.

    Raises:
        BudgetError: too many choices.
    """
    domain = model.domain
    if not domain:
        return [Piece()]
    index = {s: i for i, s in enumerate(model.inputs)}
    count = 1
    for group in domain.listed:
        count *= len(group.points)
    ends = [sphere[0] for sphere in domain.spheres if len(sphere) == 1]
    if count << len(ends) > MOST_PIECES:
        raise BudgetError(
            f"the domain has {count} combinations of values; at most {MOST_PIECES} are compared one"
            " by one; list the inputs that occur together"
        )
    spheres = tuple(tuple(index[s] for s in group) for group in domain.spheres if len(group) > 1)
    return [
        Piece(
            {index[s]: v for s, v in chosen.items()}
            | dict(zip((index[s] for s in ends), signs, strict=True)),
            spheres,
        )
        for chosen in combinations(domain.listed)
        for signs in product((1, -1), repeat=len(ends))
    ]


def periods(program: Program, nodes: Sequence[int], integers: frozenset[int]) -> dict[int, int]:
    r"""Input index -> N such that sin, cos and tan of $\pi q n$ depend on n mod N only."""
    found: dict[int, int] = {}
    for node in program.reachable(nodes):
        if program.kind[node] != FUNCTION or program.data[node] not in PERIODIC:
            continue
        for monomial, c in (laurent(program, program.args[node][0], SHORT, {}) or {}).items():
            inputs = _integer_monomial(program, monomial, integers)
            for i in inputs or ():
                found[i] = lcm(found.get(i, 1), 2 * Fraction(c).denominator)
    return found


def _integer_monomial(
    program: Program, monomial: Any, integers: frozenset[int]
) -> list[int] | None:
    """The inputs in a monomial pi n_1^e_1 n_2^e_2 ..., or None for another monomial."""
    keys = [(program.data[leaf], e) for leaf, e in monomial]
    inputs = [key[1] for key, e in keys if key[0] == "x" and key[1] in integers]
    whole = all(isinstance(e, int) and e > 0 for _, e in keys)
    if not whole or (PI, 1) not in keys or len(inputs) != len(keys) - 1:
        return None
    return inputs


def without_turns(program: Program, node: int, integers: frozenset[int]) -> int:
    r"""An argument of sin, cos or tan without the terms $2\pi k$, k an integer."""
    turns = [
        (-c, program.product(monomial))
        for monomial, c in (laurent(program, node, SHORT, {}) or {}).items()
        if Fraction(c) % 2 == 0 and _integer_monomial(program, monomial, integers)
    ]
    if turns:
        return program.linear(0, [(1, node), *turns])
    return node


def residue_pieces(piece: Piece, found: Mapping[int, int]) -> list[Piece]:
    """The residue classes of the integer inputs of a piece.

    Raises:
        BudgetError: too many classes.
    """
    count = 1
    for modulus in found.values():
        count *= modulus
    if count > MOST_CLASSES:
        raise BudgetError(
            f"the integers fall into {count} classes; at most {MOST_CLASSES} are compared; use"
            " multiples of pi with smaller denominators"
        )
    return [
        Piece(
            piece.values,
            piece.spheres,
            {i: (found[i], r) for i, r in zip(found, residues, strict=True)},
        )
        for residues in product(*(range(n) for n in found.values()))
    ]


def piece_at(
    model: Model, pieces: Sequence[Piece], point: Sequence[Exact]
) -> tuple[Piece, tuple[Exact, ...]]:
    """The piece that contains an input, and its free variables there.

    Raises:
        DataError: the input is not in the domain.
    """
    admitted = model.domain.admits(dict(zip(model.inputs, point, strict=True)))
    for piece in pieces if admitted else ():
        found = piece.coordinates(point)
        if found is not None:
            return piece, found
    raise DataError(
        f"the input ({', '.join(map(str, point))}) is not in the domain {model.domain}; choose"
        " another one"
    )
