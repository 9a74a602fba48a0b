"""Target sets of polynomial models as irreducible pieces, against derivations by hand."""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction

import pytest
import sympy

from rankstrat import (
    Model,
    Verdict,
    learning_coefficient,
    model_rank,
    optimistic_sample_size,
    target_set,
)
from rankstrat.targets import TargetSet

X, Y, T, Z = sympy.symbols("x y t z")


def fibre(rows: int, columns: int, target) -> TargetSet:
    """The U with U U^T = target."""
    u = sympy.Matrix(rows, columns, lambda i, j: sympy.Symbol(f"u{i + 1}{j + 1}"))
    product = u * u.T
    places = [(i, j) for i in range(rows) for j in range(i + 1)]
    model = Model([product[i, j] for i, j in places], list(u))
    return target_set(model, [target[i][j] for i, j in places])


def test_pieces_with_different_ranks_are_two_branches():
    """t = x^2 and (x - y)(x + y)^2 = 0: on x = y the rank is 2, on x = -y it is 1."""
    model = Model((X**2 - T) + (X - Y) * (X + Y) ** 2 * Z, [X, Y, T], [Z])
    found = target_set(model, 0)
    assert found.complete and found.count == 2 and found.dimension == 1
    by_rank = {b.rank: b for b in found.branches}
    assert set(by_rank) == {1, 2}
    assert by_rank[2].is_morse_bott and not by_rank[1].is_morse_bott
    assert by_rank[2].contains(model.point([3, 3, 9])) and not by_rank[2].contains(
        model.point([3, -3, 9])
    )
    assert by_rank[1].contains(model.point([3, -3, 9]))
    assert optimistic_sample_size(found).value == 1


def test_rotations_and_reflections_are_two_branches():
    """U U^T = 1: det U = 1 and det U = -1."""
    found = fibre(2, 2, [[1, 0], [0, 1]])
    assert found.complete and found.count == 2
    assert [(b.dimension, b.rank, b.is_morse_bott) for b in found.branches] == [(1, 3, True)] * 2
    for sign in (1, -1):
        point = found.model.point(
            [Fraction(3, 5), Fraction(4, 5), sign * Fraction(-4, 5), sign * Fraction(3, 5)]
        )
        assert len(found.branches_of(point)) == 1
    # U11 = 7, U12 = U21 = 0, U22 = 1 satisfies few of the equations and lies on neither
    assert not found.branches_of(found.model.point([7, 0, 0, 1]))


@pytest.mark.parametrize(("vector", "rank"), [((1, 2), 2), ((1, 2, 2), 3), ((0, 1, 1), 3)])
def test_fibres_of_rank_one_are_circles(vector, rank):
    """U = v q^T with |q| = 1, where the rank of the derivative is the number of rows."""
    found = fibre(len(vector), 2, [[a * b for b in vector] for a in vector])
    assert found.complete and found.count == 1
    (branch,) = found.branches
    assert (branch.dimension, branch.rank, branch.minimum_rank) == (1, rank, rank)
    assert not branch.is_morse_bott
    for c, s in [(Fraction(3, 5), Fraction(4, 5)), (1, 0), (0, -1)]:
        assert branch.contains(found.model.point([v * q for v in vector for q in (c, s)]))


def test_branches_cover_every_solution_on_a_grid():
    a, b, c = sympy.symbols("a b c")
    outputs = [(a - b) * (a + b - c) * c, a * b * (c - 1)]
    model = Model(outputs, [a, b, c])
    found = target_set(model, [0, 0])
    assert found.complete
    for values in itertools.product(range(-2, 3), repeat=3):
        place = dict(zip((a, b, c), values, strict=True))
        solved = all(o.xreplace(place) == 0 for o in outputs)
        point = model.point(list(values))
        assert bool(found.branches_of(point)) == solved
        if solved:
            least = min(branch.minimum_rank for branch in found.branches_of(point))
            assert int(model_rank(point)) >= least


def test_what_is_not_known_to_be_irreducible_is_not_called_morse_bott():
    model = Model((X**2 - T) + (X - Y) * (X + Y) ** 2 * Z, [X, Y, T], [Z])
    regular = next(b for b in target_set(model, 0).branches if b.rank == 2)
    several = replace(regular, irreducible=False)
    assert regular.is_morse_bott and not several.is_morse_bott
    assert learning_coefficient(regular).value == 1
    assert learning_coefficient(several).verdict is Verdict.OPEN


def test_a_piece_without_a_small_point_leaves_the_list_open():
    a, b = sympy.symbols("a b")
    model = Model([(a - 1) * (a**2 + b**2 - 3)], [a, b])  # no rational point has a^2 + b^2 = 3
    found = target_set(model, [0])
    assert found.branches_of(model.point([1, 5])) and not found.branches_of(model.point([2, 5]))
    assert not found.complete and found.components.verdict is Verdict.OPEN


@pytest.mark.parametrize("shape", [(2, 2, 2), (1, 2, 2), (2, 2, 1), (1, 3, 1)])
def test_the_ways_of_a_product_to_vanish_are_all_listed(shape):
    """A B = 0 has one component for each way to share the inner dimension between the ranks."""
    rows, inner, columns = shape
    a = sympy.Matrix(rows, inner, sympy.symbols(f"a0:{rows * inner}"))
    b = sympy.Matrix(inner, columns, sympy.symbols(f"b0:{inner * columns}"))
    found = target_set(Model(list(a * b), [*a, *b]), [0] * (rows * columns))
    ranks = [
        (r, s)
        for r in range(min(rows, inner) + 1)
        for s in range(min(columns, inner) + 1)
        if r + s <= inner and (r == min(rows, inner) or r + s == inner or s == min(columns, inner))
    ]
    largest = [
        (r, s) for r, s in ranks if not any(r <= t and s <= u for t, u in ranks if (t, u) != (r, s))
    ]
    dimensions = [r * (rows + inner - r) + s * (inner - r + columns - s) for r, s in largest]
    assert found.complete
    assert sorted(branch.dimension for branch in found.branches) == sorted(dimensions)
    for r, s in largest:
        one = [int(i == j and j < r) for i in range(rows) for j in range(inner)]
        two = [int(inner - 1 - i == j and j < s) for i in range(inner) for j in range(columns)]
        assert found.branch_of(found.model.point([*one, *two])) is not None
