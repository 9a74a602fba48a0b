"""The splitting line against full Hessians, hand computations and minima found by moving."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy

import rankstrat as rs
from rankstrat.errors import DataError, FamilyError, InexactValueError
from rankstrat.families import fully_connected, matrix_factorization, two_layer
from rankstrat.mappings import splitting, transfer

ALPHAS = (Fraction(1, 4), Fraction(5, 2), -1, 0, 1)


def numbers(found):
    return found.positive, found.zero, found.negative


@pytest.mark.parametrize(
    ("point", "layer", "unit"),
    [
        (two_layer(1, 1).point(a=[1], w=[[1]]), 1, 0),
        (two_layer(2, 2, bias=True, output_bias=True).point([1, 2, 1, -1, 2, 1, 1, -1, 0]), 1, 0),
        (two_layer(1, 2, "sigmoid").point(a=[1], w=[[1, 2]]), 1, 0),
        (two_layer(1, 2).point(a=[0], w=[[1, 2]]), 1, 0),  # a silent unit: G = 0, C is not
        (two_layer(1, 2, "z**3+z").point(a=[0], w=[[1, 2]]), 1, 0),
        (two_layer(2, 1, "z**3+z").point(a=[1, 1], w=[[1], [1]]), 1, 1),  # equal units
        (two_layer(1, 2, "z**2").point(a=[1], w=[[0, 0]]), 1, 0),  # a unit without weights
        (matrix_factorization(2, 1, 3).point(A=[[1], [2]], B=[[1, -1, 2]]), 1, 0),  # vectors
        (
            matrix_factorization(3, 2, 3).point(
                A=[[1, 0], [0, 1], [1, 1]], B=[[1, 2, 0], [0, 1, 1]]
            ),
            1,
            1,
        ),
        (fully_connected([1, 1, 1, 1], "z**2+z").point([1, 1, 2, 1, 1, -1]), 2, 0),
    ],
)
def test_line_is_that_of_the_full_hessian(point, layer, unit):
    data = rs.critical_data(point, scale=Fraction(1, 8))
    line = rs.splitting_line(data, layer=layer, unit=unit)
    mapping = splitting(point.model, layer=layer, unit=unit)
    for alpha in ALPHAS:
        whole = transfer(mapping, data, {"alpha": sympy.Rational(alpha)}).after
        here = line.at(alpha)
        if whole.verdict is rs.Verdict.PROVED is here.verdict:
            assert numbers(here) == numbers(whole), alpha
        else:
            assert all(a >= b for a, b in zip(numbers(here), numbers(whole), strict=True))
    assert line.verdict is rs.Verdict.PROVED


def test_by_hand_one_cubic_neuron():
    # f = a w^3 x^3 at a = w = 1, so e1 + 8 e2 = 0; G is the sum of 6 e x^3
    model = two_layer(1, 1, "z**3")
    data = rs.critical_data(model.point(a=[1], w=[[1]]), [[1], [2]])
    line = rs.splitting_line(data)
    # x^2 sigma''(x) = 6 x^3 is a multiple of sigma(x): G = 0, and H = J^T J has rank 1
    assert numbers(line.before) == (1, 1, 0)
    assert numbers(line.inside) == numbers(line.ends) == numbers(line.outside) == (1, 3, 0)
    assert line.minima is None


def test_signs_of_the_residual_exchange_inside_and_outside():
    point = two_layer(1, 1, "z**4 + z**3 + z**2").point(a=[1], w=[[1]])
    inputs = [[1], [2], [-1], [3]]
    one = rs.splitting_line(rs.critical_data(point, inputs, scale=Fraction(1, 1000)))
    two = rs.splitting_line(rs.critical_data(point, inputs, scale=Fraction(-1, 1000)))
    assert numbers(one.before) == numbers(two.before) == (2, 0, 0)
    assert {one.minima, two.minima} == {"inside", "outside"}
    assert numbers(one.inside) == numbers(two.outside)
    assert numbers(one.ends) == (2, 2, 0)
    assert "local minima" in str(one)


def test_minima_are_minima_of_the_loss():
    point = two_layer(1, 1, "z**4 + z**3 + z**2").point(a=[1], w=[[1]])
    data = rs.critical_data(point, [[1], [2], [-1], [3]], scale=Fraction(1, 1000))
    line = rs.splitting_line(data)
    labels = [x**4 + x**3 + x**2 - e for (x,), e in zip(data.inputs, data.residual(), strict=True)]

    def loss(a, b, v, w):
        total = Fraction(0)
        for (x,), y in zip(data.inputs, labels, strict=True):
            z, u = v * x, w * x
            total += (a * (z**4 + z**3 + z**2) + b * (u**4 + u**3 + u**2) - y) ** 2
        return total

    half, two = Fraction(1, 2), Fraction(2)
    good = half if line.minima == "inside" else two
    bad = two if line.minima == "inside" else half
    step = Fraction(1, 10**7)
    for share, sign in ((good, 1), (bad, -1)):
        at = loss(1 - share, share, 1, 1)
        moved = loss(1 - share, share, 1 + share * step, 1 - (1 - share) * step)
        assert (moved - at) * sign > 0


def test_a_strict_saddle_has_no_minimum_on_its_line():
    point = two_layer(2, 2, bias=True, output_bias=True).point([1, 2, 1, -1, 2, 1, 1, -1, 0])
    line = rs.splitting_line(rs.critical_data(point, scale=Fraction(1, 8)))
    assert numbers(line.before) == (8, 0, 1)
    assert numbers(line.ends) == (8, 4, 1)  # three more zeros at the ends, whatever the data
    assert line.minima == "nowhere"


def test_one_sigmoid_neuron_on_the_whole_line():
    """A minimum of inertia (5, 0, 0) and G of (1, 0, 2): the sum at every alpha, where the whole
    Hessian of 9 parameters has it.
    """
    model = two_layer(1, 2, "sigmoid", bias=True, output_bias=True)
    data = rs.critical_data(model.point([1, 2, 1, -1, 1]), scale=Fraction(1, 8), seed=1)
    x = np.array([[*map(float, x), 1] for x in data.inputs])
    s = 1 / (1 + np.exp(-x @ [2, 1, -1]))
    weights = np.array([float(e.mid()) for e in data.residual()]) * s * (1 - s) * (1 - 2 * s)
    values = np.linalg.eigvalsh((weights[:, None] * x).T @ x)
    assert (values > 1e-6).sum() == 1
    assert (values < -1e-6).sum() == 2
    line = rs.splitting_line(data)
    assert numbers(line.before) == (5, 0, 0)
    inside, outside, ends = (6, 1, 2), (7, 1, 1), (5, 4, 0)
    assert [numbers(line.at(a)) for a in ALPHAS] == [inside, outside, outside, ends, ends]
    whole = transfer(splitting(model), data, {"alpha": sympy.Rational(1, 4)}).after
    assert numbers(whole) == inside


def test_wrong_questions_error():
    data = rs.critical_data(two_layer(1, 1).point(a=[1], w=[[1]]))
    line = rs.splitting_line(data)
    with pytest.raises(InexactValueError):
        line.at(0.5)
    assert line.at(sympy.sqrt(2)) == line.outside
    with pytest.raises(DataError, match="critical point"):
        rs.splitting_line(two_layer(1, 1).point(a=[1], w=[[1]]))
    with pytest.raises(FamilyError):
        rs.splitting_line(data, unit=3)
    with pytest.raises(FamilyError):
        rs.splitting_line(data, layer=2)
