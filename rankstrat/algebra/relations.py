"""Rational linear relations between elements of a tower: decided modulo random primes, lifted,
verified.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm, prod

import numpy as np

from rankstrat.algebra.evaluate import evaluate
from rankstrat.algebra.fields import combine, reconstruct, reduced_echelon
from rankstrat.algebra.fraction_ring import root_denominators
from rankstrat.algebra.generators import CONSTANT_STAGE, FUNCTION_STAGE, Generators
from rankstrat.algebra.linear import Rational
from rankstrat.algebra.modular import GF, Power, streams
from rankstrat.algebra.power_tables import BadReductionError, Residues
from rankstrat.algebra.primes import SMALL, mix, random_prime
from rankstrat.algebra.program import LEAF, UNITY
from rankstrat.algebra.rational import is_zero, with_radicands
from rankstrat.algebra.residue_levels import columns
from rankstrat.errors import BudgetError, UndecidedError

Relation = Mapping[int, Rational]
EXTRA_ROWS, ATTEMPTS, MAX_PRIMES, FRESH_PRIMES = 12, 12, 60, 3
MAX_DROPPED = 4096
POWERS, BOUND = ("exp", "pi"), ("prime", "unity", "i", "root", "side")
"""Generators that are powers of a primitive root; those whose values are bound to others."""


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
    below = with_radicands(program, nodes)
    denominators = _denominators(tower, nodes)
    order = _order_of_unity(tower, denominators)
    turns: int | Residues = field.turns(mix(key, 79), order) if conjugates else 1
    leaves = [n for n in program.reachable(below) if program.kind[n] == LEAF]
    moving = [n for n in leaves if tower.stage_of(n) >= shared_below]
    drawn = _drawn(tower, field, moving, key, denominators, start)
    values: dict[int, object] = {}
    for leaf in leaves:
        if leaf in drawn:
            values[leaf] = drawn[leaf]
            continue
        kind, stream, d = tower.kind[leaf], mix(key, leaf), denominators.get(leaf, 1)
        if kind == "prime":
            prime = program.data[leaf][1]
            power = field.radical(prime, d, order, turns)
            values[leaf] = field.conjugate(power, order, prime, stream) if conjugates else power
        elif kind == "unity":
            values[leaf] = field.unity(d, turns)
        elif kind == "i":
            values[leaf] = field.unity(2, turns).root
        elif kind == "root":
            _, n, radicand = program.data[leaf]
            value = evaluate(program, (radicand,), field, values)[0]
            plain = value.value if isinstance(value, Power) else value
            values[leaf] = field.nth_root(plain, n, stream, start)
        elif kind == "side":
            column = program.data[leaf][1]
            values[leaf] = (
                tower.sides(key, column, field.count, start)
                if tower.sides is not None
                else field.sample(stream, start) % 2
            )
        elif kind in POWERS:
            values[leaf] = field.shared_power(stream, d)
        else:
            values[leaf] = field.shared(stream)
    return values


def _drawn(
    tower: Generators,
    field: GF,
    leaves: Sequence[int],
    key: int,
    denominators: Mapping[int, int],
    start: int,
) -> dict[int, object]:
    """Values that differ from sample to sample, of the leaves that may have any."""
    found: dict[int, object] = {}
    for powers in (False, True):
        some = [
            n for n in leaves if tower.kind[n] not in BOUND and (tower.kind[n] in POWERS) is powers
        ]
        rows = streams([mix(key, n) for n in some], field.count, field.p - powers, start)
        for n, row in zip(some, rows, strict=True):
            found[n] = Power(field, row, denominators.get(n, 1)) if powers else row
    return found


def _denominators(tower: Generators, nodes: Sequence[int]) -> dict[int, int]:
    """The denominators of exponents below some nodes; those asked for last are remembered."""
    key = tuple(nodes)
    if tower.denominators is None or tower.denominators[0] != key:
        found = root_denominators(tower.program, with_radicands(tower.program, nodes))
        tower.denominators = key, found
    return tower.denominators[1]


def dropped(tower: Generators, nodes: Sequence[int], *, stage: int = FUNCTION_STAGE) -> int:
    """How many samples are needed for one that has all roots from a stage on, on average."""
    program = tower.program
    leaves = [n for n in program.reachable(with_radicands(program, nodes)) if n in tower.kind]
    found = [n for n in leaves if tower.kind[n] == "root" and tower.stage[n] >= stage]
    count = prod(program.data[n][1] for n in found)
    if count > MAX_DROPPED:
        raise UndecidedError(
            f"the model has {len(found)} roots of functions; fewer are needed, because only one"
            f" sample in {count} has them all modulo a prime; use a part of the model"
        )
    return count


def _order_of_unity(tower: Generators, denominators: Mapping[int, int]) -> int:
    leaves = (n for n in denominators if tower.kind.get(n) == "unity")
    return lcm(4, *(2 * denominators[n] for n in leaves))


def radicals(tower: Generators, nodes: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """The integers below the nodes whose roots a prime needs, each with the degree of the root."""
    program = tower.program
    found = _denominators(tower, nodes)
    keys = {n: program.data[n] for n in found if program.kind[n] == LEAF}
    primes = ((key[1], found[n]) for n, key in keys.items() if key[0] == "prime")
    unity = ((-1, found[n]) for n, key in keys.items() if key == UNITY)
    numbers = (
        (0, program.data[n][1])
        for n in program.reachable(with_radicands(program, nodes))
        if tower.kind.get(n) == "root" and tower.stage[n] == CONSTANT_STAGE
    )
    return tuple((c, d) for c, d in (*primes, *unity, *numbers) if d > 1)


def sample_columns(
    tower: Generators,
    nodes: Sequence[int],
    field: GF,
    key: int,
    *,
    shared_below: int,
    conjugates: bool = False,
) -> Residues:
    """The matrix (samples x nodes) mod p, rows that hit a pole removed."""
    leaves = leaf_values(tower, field, nodes, key, shared_below=shared_below, conjugates=conjugates)
    matrix = columns(tower.program, nodes, field, leaves).astype(np.int64)
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
    rows = (len(columns) + EXTRA_ROWS) * dropped(tower, columns, stage=CONSTANT_STAGE)
    roots = radicals(tower, columns)
    pivots: list[int] | None = None
    moduli: list[int] = []
    tables: list[Residues] = []
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
    if _has_nested_roots(tower, node):  # their residues may not go together
        return _is_zero(tower, node)
    zeros, roots = 0, radicals(tower, [node])
    rows = 8 * dropped(tower, [node])
    for attempt in range(MAX_PRIMES):
        p = random_prime(SMALL, seed, attempt, 0, radicals=roots)
        try:
            matrix = sample_columns(
                tower, [node], GF(p, rows), mix(seed, 80, attempt), shared_below=0
            )
        except BadReductionError:
            continue
        if matrix.any():
            return False
        zeros += bool(matrix.size)
        if zeros == FRESH_PRIMES:
            break
    return _is_zero(tower, node)


def _has_nested_roots(tower: Generators, node: int) -> bool:
    below = tower.program.reachable(with_radicands(tower.program, [node]))
    return any(tower.kind.get(n) == "root" and tower.stage[n] == CONSTANT_STAGE for n in below)


def _is_zero(tower: Generators, node: int) -> bool:
    try:
        return is_zero(tower.program, node)
    except BudgetError as error:
        raise UndecidedError(
            f"whether two arguments of a function are equal could not be decided ({error})"
        ) from None


def _agrees(lifted: Mapping[tuple[int, int], Rational], table: Residues, p: int) -> bool:
    for (row, column), value in lifted.items():
        numerator, denominator = Fraction(value).as_integer_ratio()
        if (int(table[row, column]) * denominator - numerator) % p:
            return False
    return True


def _lift(
    tables: Sequence[Residues], moduli: Sequence[int], pivots: Sequence[int], width: int
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
