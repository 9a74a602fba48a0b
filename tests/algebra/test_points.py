"""Chords of quadrics: a line through a rational zero meets them in another."""

from fractions import Fraction

import pytest

from rankstrat.algebra.points import chords
from rankstrat.algebra.polynomials import Ring

RING = Ring(3)
x, y, z = RING.variables
QUADRICS = [
    (x**2 + y**2 - 1, (1, 0, 0)),
    (x * y - z, (2, 3, 6)),
    (x**2 + x * y - 2 * z**2 + 3 * y - 3, (0, 1, 0)),
    (3 * x**2 - 4 * y * z - 3, (1, 0, 5)),
]


def at(poly, point):
    total = Fraction(0)
    for monomial, c in poly.to_dict().items():
        term = Fraction(int(c))
        for value, e in zip(point, monomial, strict=True):
            term *= value ** int(e)
        total += term
    return total


@pytest.mark.parametrize(("poly", "zero"), QUADRICS, ids=str)
def test_every_point_of_a_chord_is_a_zero(poly, zero):
    seen = set()
    for step in ((1, 2, 0), (1, 1, 3), (-2, 1, 1), (3, -1, 2), (0, 1, -1)):
        found = [tuple(p) for p in chords(poly, [Fraction(v) for v in zero], RING, step)]
        assert zero in found
        assert all(at(poly, point) == 0 for point in found)
        seen |= set(found)
    assert len(seen) > 2
