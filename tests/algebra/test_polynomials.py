"""Polynomials up to constant factors against sympy."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
import sympy as sp

from rankstrat.algebra.fraction_ring import factored
from rankstrat.algebra.polynomials import (
    Ring,
    changes_sign,
    divided,
    is_constant,
    key,
    occurring,
    parts,
    primitive,
    quadratic_form,
    remainder,
    squares,
    substituted,
    terms_of,
    without,
)

RING = Ring(3)
V = sp.symbols("v0 v1 v2")


def drawn(rng, degree=2, size=4):
    """A random polynomial, and the same one of sympy."""
    terms = {
        tuple(rng.randint(0, degree) for _ in range(3)): Fraction(
            rng.randint(-9, 9), rng.randint(1, 6)
        )
        for _ in range(size)
    }
    return RING.of(terms), sum(
        sp.Rational(c) * sp.prod(v**e for v, e in zip(V, m)) for m, c in terms.items()
    )


def of_sympy(poly):
    terms = ((c, zip(V, m, strict=True)) for m, c in terms_of(poly))
    return sp.Add(*(c * sp.prod(v**e for v, e in powers) for c, powers in terms))


@pytest.mark.parametrize("seed", range(8))
def test_rational_coefficients_are_cleared_of_their_denominators(seed):
    found, expected = drawn(random.Random(seed))
    ratio = sp.cancel(of_sympy(found) / expected) if expected else sp.S(1)
    assert ratio.is_Integer and ratio > 0
    assert (
        of_sympy(primitive(found)) == 0
        or sp.gcd_list(sp.Poly(of_sympy(primitive(found)), *V).coeffs()) == 1
    )


def test_the_common_denominator_is_the_least():
    x, y, _ = RING.variables
    assert RING.of({(1, 0, 0): Fraction(1, 4), (0, 1, 0): Fraction(1, 6)}) == 3 * x + 2 * y
    assert RING.of({(1, 0, 0): 2, (0, 1, 0): 0}) == 2 * x


def test_exact_division():
    x, y, z = RING.variables
    assert divided((x + y) * (x - z), x - z) == x + y
    assert divided(x * y + 1, x) is None
    assert without(6 * x**3 * (y + z), [x]) in (y + z, -(y + z))
    assert without(x**2 * y * (x + 1), [y, x]) == x + 1
    assert is_constant(without(4 * x**2, [x]))
    assert without(x + 1, [x]) == x + 1


@pytest.mark.parametrize("seed", range(5))
def test_parts_substitution_and_remainder(seed):
    rng = random.Random(seed)
    f, p, q = (drawn(rng)[0] for _ in range(3))
    x = RING.variables[0]
    assert sum((c * x**i for i, c in enumerate(parts(f, 0))), RING.zero) == f
    degree = len(parts(f, 0)) - 1
    cleared = sp.expand(of_sympy(f).subs(V[0], of_sympy(p) / of_sympy(q)) * of_sympy(q) ** degree)
    assert sp.cancel(of_sympy(substituted(f, 0, p, q, degree)) - cleared) == 0
    divisor = x**2 * (RING.variables[1] + 2) + q - parts(q, 0)[-1] * x ** (len(parts(q, 0)) - 1)
    if len(parts(divisor, 0)) == 3:
        rest = remainder(f * x**2, divisor, 0)
        assert rest == 0 or len(parts(rest, 0)) <= 2
        lead = of_sympy(parts(divisor, 0)[-1])
        assert any(
            sp.rem(
                sp.expand(of_sympy(f * x**2) * lead**k - of_sympy(rest)), of_sympy(divisor), V[0]
            )
            == 0
            for k in range(8)
        )


def test_signs():
    x, y, z = RING.variables
    assert changes_sign(x) and changes_sign(x * y - z) and changes_sign(x**2 - 2)
    assert (
        not changes_sign(x**2 + 1)
        and not changes_sign(-((x - y) ** 2))
        and not changes_sign(RING.zero)
    )
    assert occurring(x * z + 1) == [0, 2]


def test_quadratic_forms_and_squares():
    x, y, _ = RING.variables
    form = quadratic_form(x**2 + 3 * x * y + 4 * y + 5)
    half = Fraction(1, 2)
    assert form == [[1, 3 * half, 0, 0], [3 * half, 0, 0, 2], [0] * 4, [0, 2, 0, 5]]
    assert quadratic_form(x) is None and quadratic_form(x**3) is None
    for poly, signs in (((x + y) ** 2 + 1, {1}), (-(x**2) - y**2, {-1}), (x**2 - y**2, {1, -1})):
        forms, found = squares(quadratic_form(poly))
        assert found == signs and forms
    assert squares(quadratic_form(x * y)) is None


@pytest.mark.parametrize("size", [7, 2**31, 2**63, 3**60])
def test_factors_with_coefficients_of_any_size(size):
    x, y, _ = RING.variables
    true = [
        x + size * y + 1,
        x - size * y + 3,
        x - size * y + 3,
        size * x + 5 * y - 1,
        3 * x + size,
    ]
    product = RING.one * -12
    for f in true:
        product = product * f
    number, pairs = factored(product)
    found = RING.one * number
    for f, e in pairs:
        found = found * f**e
    assert found == product
    assert len(pairs) == 4 and {key(f) for f, _ in pairs} >= {key(f) for f in true[:4]}
