"""Constants of rates against numpy and against a hand computation."""

from fractions import Fraction

import numpy as np
import pytest
import sympy

import rankstrat as rs
from rankstrat.algebra.signature import ball
from rankstrat.dynamics.loss import Loss
from rankstrat.dynamics.rates import (
    least_eigenvalue,
    least_positive_eigenvalue,
    quartic_constant,
)
from rankstrat.errors import DataError

NET = rs.families.two_layer(2, 1)
XS = [Fraction(1, 2), Fraction(1), Fraction(2), Fraction(-3, 2), Fraction(3)]


def test_least_eigenvalue_against_numpy():
    point = NET.point([1, 0, 1, 2])
    found = least_positive_eigenvalue(point, XS, 3)
    x = np.array([float(v) for v in XS])
    hessian = Loss(NET, x, np.tanh(x), scale="sum").hessian([1.0, 0.0, 1.0, 2.0])
    values = np.linalg.eigvalsh(hessian)
    assert found.value == pytest.approx(values[values > 1e-9].min(), rel=1e-10)
    assert found.radius < 1e-10


@pytest.mark.parametrize(
    ("rows", "least"),
    [
        ([[3]], 3),
        ([[0]], 0),
        ([[-2, 0], [0, -2]], -2),  # equal ones
        ([[2, -1, 0], [-1, 2, -1], [0, -1, 2]], 2 - np.sqrt(2)),
        ([[0, 5], [5, 0]], -5),
        ([[1, 1], [1, 1]], 0),
    ],
)
def test_least_eigenvalue_of_small_matrices_by_hand(rows, least):
    found = least_eigenvalue([[ball(v) for v in row] for row in rows])
    assert abs(found.value - least) <= found.radius < 1e-12


def test_wide_balls_give_a_wide_least_eigenvalue():
    wide = ball(1) + ball(0).union(ball(1))
    found = least_eigenvalue([[wide]])
    assert found.value - found.radius <= 1 and found.value + found.radius >= 2


def test_quartic_constant_of_a_product_by_hand():
    # F = u v x at (0, 0): J = 0, v = (1, 1): D^2F[v, v]/2 = x; sum x^2 / |v|^4 = (1 + 4)/4
    u, v, x = sympy.symbols("u v x")
    point = rs.Model(u * v * x, [u, v], [x]).point({u: 0, v: 0})
    assert quartic_constant(point, [1, 2], [1, 1], ()).value == pytest.approx(5 / 4)


def test_quartic_constant_of_equal_neurons_by_formula():
    a1, a2 = Fraction(2, 5), Fraction(3, 5)
    point = NET.point([a1, a2, 1, 1])
    minor = rs.model_rank(point).minor.parameters
    found = quartic_constant(point, XS, [0, 0, a2, -a1], minor)
    x = np.array([float(v) for v in XS])
    second = -2 * np.tanh(x) / np.cosh(x) ** 2 * x**2
    basis = np.column_stack([np.tanh(x), x / np.cosh(x) ** 2])
    rest = second - basis @ np.linalg.lstsq(basis, second, rcond=None)[0]
    # e is normalised to 1; v = (a_2, -a_1)/|a| moves w by e/|a| on both sides
    length = float(a1**2 + a2**2)
    factor = (float(a1 * a2 * (a1 + a2)) / (2 * length)) ** 2
    assert found.value == pytest.approx(factor * (rest**2).sum(), rel=1e-9)


def test_bad_directions_error():
    point = NET.point([1, 0, 1, 2])
    with pytest.raises(DataError, match="changes the outputs"):
        quartic_constant(point, XS, [1, 0, 0, 0], (0,))
    with pytest.raises(DataError, match="4 are needed"):
        quartic_constant(point, XS, [1, 0], (0,))


def test_no_inputs_error():
    point = NET.point([1, 0, 1, 2])
    with pytest.raises(DataError, match="are needed"):
        least_positive_eigenvalue(point, [], 1)
    with pytest.raises(DataError, match="the columns"):
        quartic_constant(point, [1], [0, 0, 0, 1], (7,))
