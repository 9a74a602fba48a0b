"""Residues and discrete logarithms, against python's own powers."""

from math import gcd

import pytest

from rankstrat.algebra.modular import GF
from rankstrat.algebra.power_tables import BadReductionError, discrete_log
from rankstrat.algebra.primes import SMALL, primitive_root, random_prime

PRIMES = (5, 13, 101, *(random_prime(SMALL, 5, k) for k in range(4)))


@pytest.mark.parametrize("p", PRIMES)
def test_discrete_log(p):
    g = primitive_root(p)
    for k in {0, 1, 2, p // 3, p - 3, p - 2}:
        assert discrete_log(pow(g, k, p), p) == k


@pytest.mark.parametrize("p", PRIMES)
@pytest.mark.parametrize("denominator", [1, 2, 3, 4, 6])
def test_radical(p, denominator):
    for integer in (2, 3, 5, 7):
        powers = {pow(x, denominator, p) for x in range(p)} if p < 200 else None
        try:
            power = GF(p, 3).radical(integer, denominator)
        except BadReductionError:
            assert integer % p == 0 or pow(integer, (p - 1) // gcd(denominator, p - 1), p) != 1
            assert powers is None or integer % p == 0 or integer % p not in powers
        else:
            root = pow(primitive_root(p), power.log, p)
            assert power.value == integer % p == pow(root, denominator, p)
