"""Residues and discrete logarithms, against python's own powers."""

from math import gcd

import numpy as np
import pytest

from rankstrat.algebra.modular import GF
from rankstrat.algebra.power_tables import BadReductionError, discrete_log
from rankstrat.algebra.primes import SMALL, is_prime, mix, mixes, primitive_root, random_prime

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


def test_mixes_are_mix():
    last, words = [0, 1, 2**40, 2**64 - 1], (3, 5)
    found = mixes(words, np.array(last, np.uint64))
    assert [mix(*words, k) for k in last] == [int(v) for v in found]


@pytest.mark.parametrize("pool", [(1 << 29, 1 << 30), (1 << 61, 1 << 62)])
@pytest.mark.parametrize("radicals", [(), ((2, 2), (3, 2)), ((-1, 5), (2, 4)), ((-1, 7),)])
def test_first_fitting_number_is_taken(pool, radicals):
    """By the definition, one number after the other."""
    low, high = pool
    order = 4 * next((d for c, d in radicals if c == -1), 1)
    for attempt in range(10**5):
        n = low + mix(11, 2, attempt) % (high - low)
        n += (1 - n) % order
        if is_prime(n) and all(
            pow(c, (n - 1) // gcd(d, n - 1), n) == 1 for c, d in radicals if c > 0
        ):
            break
    assert random_prime(pool, 11, 2, radicals=radicals) == n
