"""What vanishes identically, and where there may be poles; the truth is algebra."""

import pytest
import sympy as sp

from rankstrat.algebra.program import Program
from rankstrat.algebra.tower import Tower
from rankstrat.algebra.translate import translate
from rankstrat.errors import PoleError, UndecidedError
from rankstrat.rank.vanishing import (
    may_have_poles,
    needs_hypotheses,
    require_nonzero,
    vanishes_at_primes,
)

x, y = SYMBOLS = sp.symbols("x y", real=True)
E = sp.exp


def node_of(expression):
    program = Program()
    leaves = {s: program.leaf(("x", k)) for k, s in enumerate(SYMBOLS)}
    return program, translate(program, [expression], leaves)[0]


def product(*factors):
    return sp.Mul(*factors, evaluate=False)


ZEROS = [
    product(E(x), E(y)) - E(x + y), 2 * sp.cosh(x) - E(x) - E(-x),
    product(E(x), 1 + E(y)) - E(x) - E(x + y), (E(x) + 1) ** 2 / (E(2 * x) + 2 * E(x) + 1) - 1,
    x**2 - product(x**2 + y**2, 1 / (1 + y**2 / x**2)),
    (x + y) ** 2 - x**2 - 2 * x * y - y**2, E(sp.log(2) + x) - 2 * E(x),
]  # fmt: skip
NOT_ZERO = [
    E(x) - E(y), E(x) - 1, x**2 - y**2, x**2 + y**2, E(x) + x**2, E(x) - 2 * E(x) ** 2,
    sp.cosh(x) - 1, E(sp.log(2) + x) - 3 * E(x), x**2 + y**2 - 1,
]  # fmt: skip


@pytest.mark.parametrize("expression", ZEROS, ids=str)
def test_what_is_zero_in_disguise_vanishes(expression):
    assert vanishes_at_primes(*node_of(expression), 0)


@pytest.mark.parametrize("expression", NOT_ZERO, ids=str)
def test_what_is_not_zero_does_not_vanish(expression):
    assert not vanishes_at_primes(*node_of(expression), 0)


@pytest.mark.parametrize("expression", NOT_ZERO, ids=str)
def test_what_is_not_zero_may_be_divided_by(expression):
    program, node = node_of(expression)
    require_nonzero(program, [node], 0)


@pytest.mark.parametrize("expression", ZEROS, ids=str)
def test_what_is_zero_in_disguise_may_not_be_divided_by_error(expression):
    program, node = node_of(expression)
    other = program.leaf(("x", 0))
    with pytest.raises((PoleError, UndecidedError)):
        require_nonzero(program, [other, node], 0)


WITH_ZEROS = [
    E(x) - E(y), E(x) - 1, x**2 - y**2, x**2 - 1, 2 - E(x), x, x**2, x**2 + y**2, x * y + 1,
    1 + 2 * sp.sin(x), 1 + 2 * sp.tanh(x), E(x) + sp.sinh(x), x**2 + sp.sin(x) ** 2,
    1 + sp.sinh(x) * E(y), sp.erf(x) ** 2,
]  # fmt: skip


@pytest.mark.parametrize("below", WITH_ZEROS, ids=str)
def test_a_quotient_may_have_a_pole_where_its_denominator_has_a_zero(below):
    program, node = node_of(y + 1 / below)
    assert may_have_poles(program, [node])


@pytest.mark.parametrize(
    "below", [E(x) + E(y), 1 + x**2, 1 + x**2 * y**2, sp.cosh(x) ** 3, sp.S(5)]
)
def test_a_quotient_by_what_is_positive_has_no_pole(below):
    program, node = node_of(y + 1 / below)
    assert not may_have_poles(program, [node])


@pytest.mark.parametrize(
    ("expressions", "needed"),
    [
        # pi, e and log 2 are transcendental (Lindemann, Hermite); of two of them nothing is known
        ([sp.pi * x], False),
        ([sp.log(2) * x], False),
        ([sp.pi * E(x) + sp.pi**2 * y], False),
        ([sp.log(2) * sp.tanh(x), E(y)], False),
        ([E(1) * x, sp.pi * y], True),
        ([sp.log(2) * x, sp.pi], True),
        ([sp.log(2) * x, sp.log(3) * y], True),
        ([E(x), sp.sin(y)], False),
    ],
    ids=str,
)
def test_two_numbers_that_are_not_algebraic_need_a_hypothesis(expressions, needed):
    program = Program()
    leaves = {s: program.leaf(("x", k)) for k, s in enumerate(SYMBOLS)}
    tower = Tower(program, translate(program, expressions, leaves), seed=0)
    assert needs_hypotheses(tower) is needed
