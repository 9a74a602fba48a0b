"""The referee's own arithmetic against other systems: primes, ranks, balls, inequalities."""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, combinations_with_replacement

import flint
import mpmath
import pytest
import sympy

from rankstrat.referee.balls import Ball, Balls
from rankstrat.referee.graph import Graph
from rankstrat.referee.polynomials import is_empty
from rankstrat.referee.reading import Fuel, Unchecked
from rankstrat.referee.residues import rank
from rankstrat.referee.tower import Tower, is_prime

SIZES = {"parameters": 0, "inputs": 1, "coordinates": 0}


def new_balls(bits: int, *nodes: list[object]) -> Balls:
    """Balls for x and further nodes."""
    return Balls(Tower(Graph([["in", 0], *nodes], SIZES, [], Fuel(10**9)), [], []), bits)


def enclosure(name: str, argument: Ball, bits: int) -> Ball:
    balls = new_balls(bits, [name, 0])
    x, node = balls.graph.index
    balls.values[x] = argument
    return balls.value(node)


def around(balls: Balls, x: Fraction) -> Ball:
    return balls.rational(x.numerator, x.denominator)


def mp(x: Decimal | Fraction) -> mpmath.mpf:
    x = Fraction(x)
    return mpmath.mpf(x.numerator) / x.denominator


def test_primes() -> None:
    assert [n for n in range(-3, 3000) if is_prime(n)] == list(sympy.primerange(3000))
    # strong pseudoprimes to the first 3, 4, ..., 9 prime bases, and a prime beyond the range
    for n in (
        25326001,
        3215031751,
        2152302898747,
        3474749660383,
        341550071728321,
        3825123056546413051,
    ):
        assert not is_prime(n)
    assert is_prime((1 << 61) - 1)
    assert not is_prime((1 << 89) - 1)


@pytest.mark.parametrize("prime", [3, 65537, 2147483647, (1 << 61) - 1])
def test_rank_modulo_a_prime(prime: int) -> None:
    source = random.Random(prime)
    for _ in range(30):
        n, m, r = (source.randrange(1, 9) for _ in range(3))
        left = [[source.randrange(prime) for _ in range(r)] for _ in range(n)]
        right = [[source.randrange(prime) for _ in range(m)] for _ in range(r)]
        rows = [
            [sum(a * b for a, b in zip(row, column)) % prime for column in zip(*right)]
            for row in left
        ]
        expected = flint.nmod_mat(n, m, [v for row in rows for v in row], prime).rank()
        assert rank(rows, prime, Fuel(10**6)) == expected
        assert rank(iter(rows), prime, Fuel(10**6), 1) == min(1, expected)


@pytest.mark.parametrize("bits", [40, 300])
@pytest.mark.parametrize("name", ["exp", "log", "atan", "sin", "cos", "tan", "erf", "tanh", "sinh"])
def test_balls_enclose(name: str, bits: int) -> None:
    balls, source = new_balls(bits), random.Random(name)
    with mpmath.workprec(900):
        for _ in range(60):
            x = Fraction(source.randrange(-(2**70), 2**70), 2 ** source.choice([67, 70, 90]))
            x = abs(x) + Fraction(1, 10**9) if name == "log" else x
            low, high = map(mp, enclosure(name, around(balls, x), bits))
            value = getattr(mpmath, name)(mp(x))
            assert low <= value <= high
            width = mpmath.mpf(2) ** (-bits / 2) * (1 + abs(value)) ** 2
            assert high - low < width or name in ("erf", "tan")


@pytest.mark.parametrize("x", ["1e-60", "-1e-300", "31.9", "-33", "8000", "-12345.5"])
@pytest.mark.parametrize("name", ["exp", "atan", "sin", "cos", "erf", "tanh"])
def test_balls_enclose_far_away_and_near_zero(name: str, x: str) -> None:
    argument = Decimal(x)
    with mpmath.workprec(20000 if x == "8000" else 2000):
        low, high = map(mp, enclosure(name, (argument, argument), 200))
        value = getattr(mpmath, name)(mp(argument))
        assert low <= value <= high


def test_wide_balls_enclose_both_ends() -> None:
    balls = new_balls(80)
    wide = (around(balls, Fraction(1, 3))[0], around(balls, Fraction(3, 2))[1])
    for name in ("exp", "log", "atan", "sin", "cos", "erf", "tanh", "cosh"):
        low, high = map(mp, enclosure(name, wide, 80))
        for x in (mpmath.mpf(3) / 8, mpmath.mpf(1), mpmath.mpf(11) / 8):
            assert low <= getattr(mpmath, name)(x) <= high
    both = Decimal(-1), Decimal(2)
    assert balls.power(both, 2) == (0, 4)
    with pytest.raises(Unchecked):
        balls.inverse(both)
    with pytest.raises(Unchecked):
        balls.power(both, -2)
    assert balls.power((Decimal(-3), Decimal(-2)), 2) == (4, 9)


def test_regular_matrices() -> None:
    balls = new_balls(64)
    near = Fraction(1, 10**6)
    for entries, regular in (
        ([[1, 2], [3, 4]], True),
        ([[1, 2], [2, 4]], False),
        ([[1, 1], [1, 1 + near]], True),
        ([[0, 1], [1, 0]], True),
        ([[0]], False),
    ):
        matrix = [[around(balls, Fraction(v)) for v in row] for row in entries]
        assert balls.is_regular(matrix) is regular
    assert not balls.is_regular([[(Decimal(-1), Decimal(1))]])


def test_systems_of_inequalities() -> None:
    # an open polygon inside a large square contains the centre of three of the crossing points
    source, square = random.Random(3), [(1000, 1, 0), (1000, -1, 0), (1000, 0, 1), (1000, 0, -1)]
    empty = 0
    for _ in range(60):
        forms = [
            tuple(Fraction(source.randrange(-3, 4)) for _ in range(3))
            for _ in range(source.randrange(1, 6))
        ]
        corners = []
        for (c, a, b), (f, d, e) in combinations([*forms, *square], 2):
            if a * e != b * d:
                det = Fraction(a * e - b * d)
                corners.append(((b * f - c * e) / det, (c * d - a * f) / det))
        found = False
        for three in combinations_with_replacement(corners, 3):
            x, y = (sum(v) / 3 for v in zip(*three))
            found = found or all(c + a * x + b * y > 0 for c, a, b in forms)
        assert is_empty(forms, Fuel(10**6)) is not found
        empty += not found
    assert 3 < empty < 57
