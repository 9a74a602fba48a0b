"""Affine equations with rational coefficients, written in whatever way."""

from __future__ import annotations

import pytest
import sympy

from rankstrat.algebra.affine import AffineSubspace

u, v, w = sympy.symbols("u v w")


@pytest.mark.parametrize(
    "equation",
    [
        -u + 2 * v + 3 * w - 5,
        2 * (u + v) - 3 * (u - w) - 5,
        (u + 1) * (v + 1) - u * v - 2 * u + v + 3 * w - 6,
        (2 * v + 3 * w - u) ** 2 / (2 * v + 3 * w - u) - 5,
    ],
)
def test_one_plane_in_several_forms(equation):
    plane = AffineSubspace.of([equation], [u, v, w])
    assert plane is not None
    assert plane.dimension == 2
    for point, inside in (((0, 1, 1), True), ((-5, 0, 0), True), ((0, 0, 0), False)):
        assert plane.contains_point(point) is inside


@pytest.mark.parametrize("equation", [u * v - 1, sympy.sqrt(2) * (u + v) - 1, u**2, sympy.exp(u)])
def test_what_is_not_affine_over_the_rationals_is_left(equation):
    assert AffineSubspace.of([equation], [u, v, w]) is None
