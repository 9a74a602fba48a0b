"""Lowest terms of rational functions, and what stands in their way."""

from __future__ import annotations

from fractions import Fraction

import pytest

from rankstrat.algebra.program import Program
from rankstrat.algebra.rational import is_zero, reduced
from rankstrat.errors import PoleError


def quotient(program: Program, leaf: int) -> tuple[int, int]:
    """(n s + n) / n for n = 1 + (1 + s)(1 - s), and s + 1; n = 2 - s^2."""
    factors = [program.linear(1, [(sign, leaf)]) for sign in (1, -1)]
    n = program.linear(1, [(1, program.product([(f, 1) for f in factors]))])
    top = program.linear(0, [(1, program.product([(n, 1), (leaf, 1)])), (1, n)])
    return program.product([(top, 1), (n, -1)]), program.linear(1, [(1, leaf)])


def test_a_common_factor_is_cancelled() -> None:
    program = Program()
    node, lowest = quotient(program, program.leaf(("x", 0)))
    assert node != lowest == reduced(program, node)


def test_no_number_that_is_zero_is_cancelled() -> None:
    # 2 - s^2 is zero for s = sqrt 2: the quotient is 0/0, and not sqrt 2 + 1
    program = Program()
    root = program.product([(program.leaf(("prime", 2)), Fraction(1, 2))])
    node, lowest = quotient(program, root)
    difference = program.linear(0, [(1, reduced(program, node)), (-1, lowest)])
    with pytest.raises(PoleError):
        is_zero(program, difference)
