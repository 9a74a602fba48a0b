r"""Relations with coefficients in a number field, as relations over $\mathbb Q$.

With a basis $\beta_k$ of the real numbers that occur, $\sum_i c_i g_i = g$ with
$c_i = \sum_k q_{ik} \beta_k$ is a relation with rational coefficients between g and the functions
$\beta_k g_i$. It must hold for all conjugates of the numbers at once, so every sample modulo a
prime draws its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from math import prod

from rankstrat.algebra.fraction_ring import root_denominators
from rankstrat.algebra.numbers import is_cyclotomic_root, order_of_unity
from rankstrat.algebra.program import UNITY
from rankstrat.algebra.relations import decide
from rankstrat.algebra.tower import Tower
from rankstrat.errors import UndecidedError

MAX_COLUMNS = 160


def number_basis(tower: Tower, nodes: Sequence[int], most: int) -> list[int] | None:
    """Nodes of a basis of the field of the real algebraic numbers below the nodes; None where it
    has more than `most` members.
    """
    program = tower.program
    degrees = root_denominators(program, nodes)
    unity = [n for n in program.reachable(nodes) if tower.kind.get(n) == "unity"]
    order = order_of_unity([(UNITY, degrees[n]) for n in unity])
    if order > most**2 or prod(degrees.values()) > 2 * order * most:
        return None
    units = [k for k in range(order) if _coprime(k, order)]
    cosines = [program.one]
    for leaf in unity:  # 2 cos(2 pi k/N)
        for k in range(1, len(units) // 2):
            turn = Fraction(2 * k, order)
            ends = [(1, program.power(leaf, e)) for e in (turn, -turn)]
            cosines.append(program.linear(0, ends))
    factors = [cosines]
    for n in program.reachable(nodes):
        kind, degree = tower.kind.get(n), degrees.get(n, 1)
        if kind == "prime" and degree > 1:
            whole = degree % 2 == 0 and is_cyclotomic_root(program.data[n][1], order)
            count = degree // 2 if whole else degree
            factors.append([program.power(n, Fraction(e, degree)) for e in range(count)])
        elif kind == "root" and tower.stage[n] == 0:
            factors.append([program.power(n, e) for e in range(program.data[n][1])])
    if prod(map(len, factors)) > most:
        return None
    return [program.product([(n, 1) for n in choice]) for choice in product(*factors)]


def _coprime(a: int, b: int) -> bool:
    while b:
        a, b = b, a % b
    return a == 1


def number_relation(
    tower: Tower, support: Sequence[int], dependent: int, *, seed: int
) -> list[int] | None:
    """Coefficients c_i, constants of the tower, with sum c_i g_i = g exactly, or None.

    Args:
        tower: holds the functions.
        support: the nodes g_i, independent over the numbers.
        dependent: the node g.
        seed: names random residues.
    """
    program = tower.program
    basis = number_basis(tower, [*support, dependent], MAX_COLUMNS // max(1, len(support)))
    if basis is None or len(basis) == 1:
        return None
    columns = [program.product(((b, 1), (g, 1))) for g in support for b in basis]
    try:
        relation = decide(tower, columns, [dependent], seed=seed)[0]
    except UndecidedError:
        return None
    if relation is None:
        return None
    return [
        program.linear(0, [(relation.get(i * len(basis) + k, 0), b) for k, b in enumerate(basis)])
        for i in range(len(support))
    ]


__all__ = ["number_basis", "number_relation"]
