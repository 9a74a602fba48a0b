"""Rational linear relations between elements of a tower: decided modulo random primes, lifted,
verified.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm

import numpy as np

from rankstrat.algebra.evaluate import evaluate
from rankstrat.algebra.fields import combine, reconstruct, reduced_echelon
from rankstrat.algebra.generators import Generators
from rankstrat.algebra.linear import Rational
from rankstrat.algebra.modular import GF, SMALL, BadReductionError, Power, Vector, mix, random_prime
from rankstrat.algebra.program import LEAF
from rankstrat.algebra.rational import is_zero, root_denominators
from rankstrat.errors import BudgetError, UndecidedError

Relation = Mapping[int, Rational]
EXTRA_ROWS, ATTEMPTS, MAX_PRIMES, FRESH_PRIMES = 12, 12, 60, 3


def leaf_values(
    tower: Generators,
    field: GF,
    nodes: Sequence[int],
    key: int,
    *,
    shared_below: int,
    start: int = 0,
    conjugates: bool = False,
) -> dict[int, object]:
    """Random values of the leaves below the nodes.

    Generators of a stage below `shared_below` are the same in every sample. With `conjugates` every
    sample has its own roots of unity, and the roots of primes that go with them.
    """
    program = tower.program
    denominators = root_denominators(program, nodes)
    order = _order_of_unity(tower, denominators)
    turns: int | Vector = 1
    if conjugates:
        turns = field.turns(mix(key, 79), order)
    values: dict[int, object] = {}
    for leaf in program.reachable(nodes):
        if program.kind[leaf] != LEAF:
            continue
        stage = tower.stage_of(leaf)
        kind, stream, d = tower.kind[leaf], mix(key, leaf), denominators.get(leaf, 1)
        if kind == "prime":
            values[leaf] = field.radical(program.data[leaf][1], d, order, turns)
        elif kind == "unity":
            values[leaf] = field.unity(d, turns)
        elif kind == "i":
            values[leaf] = field.unity(2, turns).root
        elif kind == "side":
            column = program.data[leaf][1]
            values[leaf] = (
                tower.sides(key, column, field.count, start)
                if tower.sides is not None
                else field.sample(stream, start) % 2
            )
        elif kind in ("exp", "pi"):
            values[leaf] = (
                field.shared_power(stream, d)
                if stage < shared_below
                else field.sample_power(stream, d, start)
            )
        else:
            values[leaf] = (
                field.shared(stream) if stage < shared_below else field.sample(stream, start)
            )
    return values


def _order_of_unity(tower: Generators, denominators: Mapping[int, int]) -> int:
    leaves = (n for n in denominators if tower.kind.get(n) == "unity")
    return lcm(4, *(2 * denominators[n] for n in leaves))


def radicals(tower: Generators, nodes: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """The integers below the nodes whose roots a prime needs, each with the degree of the root."""
    program, found = tower.program, root_denominators(tower.program, nodes)
    primes = ((program.data[n][1], d) for n, d in found.items() if tower.kind.get(n) == "prime")
    unity = ((-1, d) for n, d in found.items() if tower.kind.get(n) == "unity")
    return tuple((c, d) for c, d in (*primes, *unity) if d > 1)


def sample_columns(
    tower: Generators,
    nodes: Sequence[int],
    field: GF,
    key: int,
    *,
    shared_below: int,
    conjugates: bool = False,
) -> Vector:
    """The matrix (samples x nodes) mod p, rows that hit a pole removed."""
    leaves = leaf_values(tower, field, nodes, key, shared_below=shared_below, conjugates=conjugates)
    values = evaluate(tower.program, nodes, field, leaves)
    matrix = np.empty((field.count, len(nodes)), dtype=np.int64)
    for j, v in enumerate(values):
        matrix[:, j] = v.value if isinstance(v, Power) else v
    return matrix[~field.poles]


def decide(
    tower: Generators, basis: Sequence[int], candidates: Sequence[int], *, seed: int
) -> tuple[Relation | None, ...]:
    """For each candidate: None when it is new, else its coefficients on basis entries and earlier
    new candidates.

    Every row draws fresh residues for all generators, constants included, because the coefficients
    are numbers.

    Raises:
        UndecidedError: no prime gave a clean answer, or a relation could not be lifted to the
            rationals.
    """
    columns = [*basis, *candidates]
    rows, roots = len(columns) + EXTRA_ROWS, radicals(tower, columns)
    pivots: list[int] | None = None
    moduli: list[int] = []
    tables: list[Vector] = []
    lifted: dict[tuple[int, int], Rational] | None = None
    confirmed = 0
    for attempt in range(ATTEMPTS + MAX_PRIMES):
        p = random_prime(SMALL, seed, attempt, 0, radicals=roots)
        if p in moduli:
            continue
        try:
            matrix = sample_columns(
                tower,
                columns,
                GF(p, rows),
                mix(seed, 78, attempt),
                shared_below=0,
                conjugates=True,
            )
        except BadReductionError:
            continue
        if matrix.shape[0] < len(columns) + 4:
            continue
        found, table = reduced_echelon(matrix, p)
        if found[: len(basis)] != list(range(len(basis))) or (
            pivots is not None and len(found) < len(pivots)
        ):
            continue
        if pivots is None or len(found) > len(pivots) or found < pivots:
            pivots, moduli, tables, lifted, confirmed = found, [], [], None, 0
        if found != pivots:
            continue
        if len(pivots) == len(columns):
            return (None,) * len(candidates)
        if lifted is not None and _agrees(lifted, table, p):
            confirmed += 1
            if confirmed >= FRESH_PRIMES:
                return _outcome(tower, columns, len(basis), pivots, lifted)
            continue
        moduli.append(p)
        tables.append(table)
        confirmed = 0
        lifted = _lift(tables, moduli, pivots, len(columns))
    raise UndecidedError(
        "the independence of two functions could not be decided modulo random primes; use rational "
        "weights of smaller size, or simplify"
    )


def vanishes(tower: Generators, node: int, *, seed: int) -> bool:
    """Whether a node is zero in the tower: a nonzero residue decides one way, an exact expansion
    the other.

    Raises:
        UndecidedError: it is zero at random primes, but too large to be expanded.
    """
    value = tower.program.value(node)
    if value is not None:
        return value == 0
    zeros, roots = 0, radicals(tower, [node])
    for attempt in range(MAX_PRIMES):
        p = random_prime(SMALL, seed, attempt, 0, radicals=roots)
        try:
            matrix = sample_columns(tower, [node], GF(p, 8), mix(seed, 80, attempt), shared_below=0)
        except BadReductionError:
            continue
        if matrix.any():
            return False
        zeros += bool(matrix.size)
        if zeros == FRESH_PRIMES:
            break
    try:
        return is_zero(tower.program, node)
    except BudgetError as error:
        raise UndecidedError(
            f"whether two arguments of a function are equal could not be decided ({error})"
        ) from None


def _agrees(lifted: Mapping[tuple[int, int], Rational], table: Vector, p: int) -> bool:
    for (row, column), value in lifted.items():
        numerator, denominator = Fraction(value).as_integer_ratio()
        if (int(table[row, column]) * denominator - numerator) % p:
            return False
    return True


def _lift(
    tables: Sequence[Vector], moduli: Sequence[int], pivots: Sequence[int], width: int
) -> dict[tuple[int, int], Rational] | None:
    result: dict[tuple[int, int], Rational] = {}
    for column in sorted(set(range(width)) - set(pivots)):
        for row in range(len(pivots)):
            residue, modulus = 0, 1
            for table, p in zip(tables, moduli, strict=True):
                residue, modulus = (
                    combine(residue, modulus, int(table[row, column]), p),
                    modulus * p,
                )
            value = reconstruct(residue, modulus)
            if value is None:
                return None
            result[row, column] = value
    return result


def _outcome(
    tower: Generators,
    columns: Sequence[int],
    start: int,
    pivots: Sequence[int],
    lifted: Mapping[tuple[int, int], Rational],
) -> tuple[Relation | None, ...]:
    relations: list[Relation | None] = []
    for column in range(start, len(columns)):
        if column in pivots:
            relations.append(None)
            continue
        relation = {
            pivots[row]: lifted[row, column] for row in range(len(pivots)) if lifted[row, column]
        }
        difference = tower.program.linear(
            0, [(1, columns[column]), *((-c, columns[j]) for j, c in relation.items())]
        )
        try:
            if not is_zero(tower.program, difference):
                raise UndecidedError(
                    "a relation between functions held at every random prime but not exactly; this"
                    " is a defect, please report it"
                )
        except BudgetError as error:
            raise UndecidedError(
                f"a relation between functions is too large to be proved ({error}); simplify the"
                " model"
            ) from None
        relations.append(relation)
    return tuple(relations)
