"""Remainders of integers, and rational numbers found again from them."""

from fractions import Fraction
from math import isqrt

from hypothesis import given
from hypothesis import strategies as st

from rankstrat.algebra.fields import combine, reconstruct
from rankstrat.algebra.primes import SMALL, random_prime

PRIMES = [random_prime(SMALL, 7, k) for k in range(6)]


@given(st.integers(-(10**30), 10**30), st.integers(1, 5))
def test_remainders_modulo_several_primes_are_one_modulo_their_product(number, count):
    residue, modulus = number % PRIMES[0], PRIMES[0]
    for p in PRIMES[1 : count + 1]:
        residue, modulus = combine(residue, modulus, number % p, p), modulus * p
    assert residue == number % modulus


@given(st.data(), st.integers(1, 5))
def test_a_small_fraction_is_found_from_its_remainder(data, count):
    modulus = 1
    for p in PRIMES[:count]:
        modulus *= p
    bound = isqrt(modulus // 2)
    top = data.draw(st.integers(-bound + 1, bound - 1))
    bottom = data.draw(st.integers(1, min(bound - 1, PRIMES[0] // 2)))
    wanted = Fraction(top, bottom)
    assert reconstruct(top * pow(bottom, -1, modulus) % modulus, modulus) == wanted
