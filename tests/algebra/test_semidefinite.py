"""Real zeros of polynomials that are sums of squares by construction, or change their sign."""

import itertools

import pytest

from rankstrat.algebra.polynomials import Ring
from rankstrat.algebra.semidefinite import real_cases

x, y, z = Ring(3).variables
GRID = range(-3, 4)

DEFINITE = {
    "two squares": x**2 + (x + y) ** 2,
    "three squares": (x - z) ** 2 + (y + z) ** 2 + 3 * (x + y + z) ** 2,
    "two squares of three variables": (x - z) ** 2 + 2 * (y + z) ** 2,
    "even powers": 2 * x**4 + 3 * y**2 + x**2 * z**2,
    "even powers and a constant": x**4 + y**2 + 1,
    "no root": x**4 + x + 1,
    "no root, even": y**2 + 3,
    "a form of degree four": x**4 + x**3 * y + 2 * y**4,
    "a form of degree six": x**6 + x**5 * y + 2 * y**6,
    "about another point": (x - 1) ** 2 + (y + 1) ** 2,
    "above zero": (x - 1) ** 2 + (y + 1) ** 2 + 2,
}
INDEFINITE = [
    x**2 - 2 * y**2, x**4 - 3 * x**3 * y + y**4, x * y - z, x**3 - 2, x**2 - 2, x**4 + x - 1,
    x**2 + y**2 - 2 * z**2, x**2 + y**2 - 3, x**3 * y + x * y**3 + y**4, x + y,
]  # fmt: skip


@pytest.mark.parametrize("kind", DEFINITE)
def test_the_zeros_of_a_definite_polynomial_are_those_of_its_cases(kind):
    poly = DEFINITE[kind]
    cases = real_cases(poly)
    zeros = 0
    for place in itertools.product(GRID, repeat=3):
        found = any(all(equation(*place) == 0 for equation in case) for case in cases)
        assert found == (poly(*place) == 0)
        zeros += found
    assert bool(cases) == bool(zeros)


@pytest.mark.parametrize("poly", INDEFINITE, ids=str)
def test_a_polynomial_that_changes_its_sign_says_best_itself_where_it_vanishes(poly):
    assert real_cases(poly) is None
