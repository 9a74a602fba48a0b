"""Null vectors of matrices of rational functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from rankstrat.algebra.evaluate import evaluate
from rankstrat.algebra.fraction_ring import (
    MAX_BITS,
    MAX_ROOT,
    FractionRing,
    Generator,
    root_denominators,
)
from rankstrat.algebra.program import LEAF, Program
from rankstrat.deadline import check
from rankstrat.errors import BudgetError


def nullvector(
    program: Program, nodes: Sequence[int], varying: Mapping[int, bool]
) -> list[int] | None:
    """The vector (c_j), up to scale, with sum c_j node_j = 0 at integers for the varying leaves;
    None if not unique.

    The coefficients are polynomials (with trivial common factor) in the other leaves, returned as
    nodes. `varying` maps a leaf to whether it is an exponential, whose rational powers must stay
    rational.

    Raises:
        BudgetError: the elimination grows too large.
        PoleError: every choice of integers meets a pole.
    """
    size = len(nodes)
    constants = [
        n for n in program.reachable(nodes) if program.kind[n] == LEAF and n not in varying
    ]
    denominators = root_denominators(program, nodes)
    deepest = max(denominators.values(), default=1)
    if deepest > MAX_ROOT:
        raise BudgetError(
            f"a root of order {deepest} occurs; its powers are too large to find a relation exactly"
        )
    ring = FractionRing([f"z{i}" for i in range(len(constants))], 4_000)
    leaves = {n: Generator(ring, i, denominators.get(n, 1)) for i, n in enumerate(constants)}
    rows: list[list[Any]] = []
    attempt = 0
    while len(rows) < size + 2 and attempt < 4 * size + 20:
        attempt += 1
        values = {}
        for i, (leaf, exponential) in enumerate(varying.items()):
            base = 2 + (attempt * (2 * i + 3) + i * i) % (7 + 2 * size)
            values[leaf] = program.constant(
                base ** denominators.get(leaf, 1) if exponential else base
            )
        try:
            images = program.rebuild(nodes, program, values)
            entries = evaluate(program, [images[n] for n in nodes], ring, leaves)
        except ZeroDivisionError:
            continue
        common: dict[int, int] = {}
        for _, below in (tuple(e) for e in entries):
            for k, e in below.items():
                common[k] = max(common.get(k, 0), e)
        rows.append([ring._lift(top, below, common) for top, below in (tuple(e) for e in entries)])
        # exponents of 10^6 give numbers of millions of digits, which elimination multiplies with
        # each other
        if any(int(c).bit_length() > MAX_BITS for entry in rows[-1] for c in entry.coeffs()):
            raise BudgetError(
                f"numbers of more than {MAX_BITS} bits occur in the coefficients of a relation"
            )
    solution = _fraction_free_nullvector(rows, size)
    if solution is None:
        return None
    divisor = solution[0]
    for c in solution[1:]:
        divisor = divisor.gcd(c)
    return [polynomial_node(program, c / divisor, constants, denominators) for c in solution]


def _fraction_free_nullvector(rows: list[list[Any]], size: int) -> list[Any] | None:
    previous: Any = 1
    pivots: list[int] = []
    r = 0
    for column in range(size):
        pivot = next((i for i in range(r, len(rows)) if len(rows[i][column])), None)
        if pivot is None:
            continue
        rows[r], rows[pivot] = rows[pivot], rows[r]
        head = rows[r][column]
        for i in range(len(rows)):
            check("a relation over the coordinates was found")
            if i != r:
                factor = rows[i][column]
                work = max(
                    len(head) * len(a) + len(factor) * len(b)
                    for a, b in zip(rows[i], rows[r], strict=True)
                )
                if work > 100_000:
                    raise BudgetError(
                        "the coefficients of a relation over the constants grow too large"
                    )
                check("a relation over the coordinates was found", 1e-7 * work * size)
                rows[i] = [
                    (head * rows[i][j] - factor * rows[r][j]) / previous for j in range(size)
                ]
        previous = head
        pivots.append(column)
        r += 1
    if len(pivots) != size - 1:
        return None
    free = next(j for j in range(size) if j not in pivots)
    solution: list[Any] = [None] * size
    solution[free] = rows[0][pivots[0]] if pivots else 1
    for i, column in enumerate(pivots):
        solution[column] = -rows[i][free]
    if pivots:
        return solution
    return None


def polynomial_node(
    program: Program, polynomial: Any, constants: Sequence[int], denominators: Mapping[int, int]
) -> int:
    """The node of a polynomial whose k-th variable is a root of the leaf constants[k]."""
    terms = []
    for monomial, coefficient in polynomial.to_dict().items():
        factors = [
            (leaf, Fraction(int(e), denominators.get(leaf, 1)))
            for leaf, e in zip(constants, monomial, strict=False)
            if e
        ]
        terms.append(
            (
                int(coefficient),
                program.product(
                    [(leaf, e.numerator if e.denominator == 1 else e) for leaf, e in factors]
                ),
            )
        )
    return program.linear(0, terms)


__all__ = ["nullvector", "polynomial_node"]
