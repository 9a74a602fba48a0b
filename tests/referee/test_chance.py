"""The degrees and lengths behind a bound by chance, against polynomials that are written out."""

from __future__ import annotations

import random
from fractions import Fraction
from math import log2

import pytest
import sympy

from rankstrat.referee.graph import Graph
from rankstrat.referee.reading import Fuel, Unchecked
from rankstrat.referee.residues import POOL, chance, random_prime, rank_at_most, sizes_of
from rankstrat.referee.tower import Tower, is_prime

X = sympy.symbols("x0:3")
SIZES = {"parameters": 0, "inputs": 3, "coordinates": 0}


def tower_of(nodes: list[list[object]]) -> Tower:
    return Tower(Graph(nodes, SIZES, [], Fuel(10**9)), [], [])


def at_most(tower: Tower, entries: list[list[int]], upper: int) -> Fraction:
    index = tower.graph.index
    return rank_at_most(tower, "digest", [[index[k] for k in row] for row in entries], upper)


def fraction_of(nodes: list[list[object]], k: int) -> tuple[sympy.Poly, sympy.Poly]:
    """A node as a fraction that nothing is cancelled in."""
    op, *data = nodes[k]
    match op:
        case "rat":
            return sympy.Poly(data[0], *X), sympy.Poly(data[1], *X)
        case "in":
            return sympy.Poly(X[data[0]], *X), sympy.Poly(1, *X)
        case "pow":
            n, d = fraction_of(nodes, data[1])
            return (n ** data[0], d ** data[0]) if data[0] >= 0 else (d ** -data[0], n ** -data[0])
    top, bottom = fraction_of(nodes, data[0])
    for c in data[1:]:
        n, d = fraction_of(nodes, c)
        top, bottom = (top * d + n * bottom, bottom * d) if op == "add" else (top * n, bottom * d)
    return top, bottom


def length(p: sympy.Poly) -> float:
    return log2(sum(abs(c) for c in p.coeffs()) or 1)


def expressions(seed: int) -> list[list[object]]:
    """Nodes of a random rational expression, the last one the whole."""
    rng = random.Random(seed)
    nodes: list[list[object]] = [["in", k] for k in range(3)]
    nodes += [["rat", rng.randint(-50, 50), rng.randint(1, 30)] for _ in range(3)]
    for _ in range(5):
        some = [rng.randrange(len(nodes)) for _ in range(rng.randint(2, 3))]
        nodes.append(rng.choice([["add", *some], ["mul", *some], ["add", *some],
                                 ["pow", rng.choice((-2, -1, 2)), some[0]]]))  # fmt: skip
    return nodes


@pytest.mark.parametrize("seed", range(40))
def test_degrees_and_lengths_are_bounds(seed: int) -> None:
    nodes = expressions(seed)
    sizes = sizes_of(tower_of(nodes))
    for k in range(len(nodes)):
        top, bottom = fraction_of(nodes, k)
        found = sizes.value(sizes.graph.index[k])
        assert found >= max(top.total_degree(), bottom.total_degree())
        assert found >= max(length(top), length(bottom)) - 1e-9


def test_the_chance_of_an_error_is_the_stated_one() -> None:
    error, count = chance(600)
    assert (error, count) == (Fraction(10, POOL) + Fraction(1200, (1 << 60) - 1), 1)
    once = Fraction(10**10, 60 * POOL) + Fraction(2 * 10**10, (1 << 60) - 1)
    assert chance(10**10) == (once**2, 2)
    with pytest.raises(Unchecked, match="not small"):
        chance(1 << 59)


def test_primes_are_drawn_between_the_stated_bounds() -> None:
    # there are more than 3 x / (5 log x) primes between x and 2 x
    assert 3 * 2**60 / (5 * 60 * 0.6931471805599453) > POOL
    drawn = {random_prime("digest", trial) for trial in range(20)}
    assert len(drawn) == 20
    assert all(2**60 < p < 2**61 and is_prime(p) for p in drawn)


@pytest.mark.parametrize("power", [1, 2, 3])
def test_a_node_that_does_not_vanish_is_seen(power: int) -> None:
    # (x + y)^n - x^n - y^n is 0 for n = 1 only
    nodes: list[list[object]] = [
        ["in", 0], ["in", 1], ["rat", -1, 1], ["add", 0, 1], ["pow", power, 3], ["pow", power, 0],
        ["pow", power, 1], ["mul", 2, 5], ["mul", 2, 6], ["add", 4, 7, 8],
    ]  # fmt: skip
    tower = tower_of(nodes)
    if power == 1:
        assert 0 < at_most(tower, [[9]], 0) < Fraction(1, 10**12)
    else:
        with pytest.raises(Unchecked, match="more than 0"):
            at_most(tower, [[9]], 0)


def test_ranks_at_random_points() -> None:
    # 1/x, 1/y, 1/x + 1/y span two dimensions, and so do two outputs of one function each
    nodes: list[list[object]] = [
        ["in", 0],
        ["in", 1],
        ["pow", -1, 0],
        ["pow", -1, 1],
        ["add", 2, 3],
        ["rat", 0, 1],
    ]
    tower = tower_of(nodes)
    assert 0 < at_most(tower, [[2, 3, 4]], 2) < Fraction(1, 10**12)
    assert 0 < at_most(tower, [[2, 2, 5], [5, 5, 3]], 2) < Fraction(1, 10**12)
    assert at_most(tower, [[2, 3]], 2) == 0
    for entries, upper in (([[2, 3, 4]], 1), ([[2, 2, 5], [5, 5, 3]], 1), ([[2]], 0)):
        with pytest.raises(Unchecked, match="more than"):
            at_most(tower, entries, upper)


def test_powers_multiply_degrees_and_lengths() -> None:
    # (3 x y z + 5)^4 and its inverse: degree 12, length 12 = 4 log2 8
    nodes: list[list[object]] = [
        ["in", 0], ["in", 1], ["in", 2], ["rat", 3, 1], ["mul", 0, 1, 2, 3], ["rat", 5, 1],
        ["add", 4, 5], ["pow", 4, 6], ["pow", -4, 6],
    ]  # fmt: skip
    sizes = sizes_of(tower_of(nodes))
    power, inverse = (sizes.value(sizes.graph.index[k]) for k in (7, 8))
    assert 12 <= power == inverse < 60
