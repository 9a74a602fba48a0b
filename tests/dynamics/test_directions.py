"""Limiting directions: by hand, by brute force on the circle, and by the count of eigenvectors."""

from fractions import Fraction

import numpy as np
import pytest
import sympy

import rankstrat as rs
from rankstrat.errors import DataError, FamilyError
from rankstrat.rank.verdict import Verdict

RNG = np.random.default_rng(3)


def random_data(count, inputs):
    xs = [[Fraction(int(v), 8) for v in row] for row in RNG.integers(-8, 9, (count, inputs))]
    return xs, [Fraction(int(v), 4) for v in RNG.integers(-8, 9, count)]


def form(xs, ys, p):
    lifted = np.column_stack([np.array(xs, float), np.ones(len(xs))])
    return lambda u: ((lifted @ u) ** p * np.array(ys, float)).mean()


def test_linear_direction_is_the_weighted_mean():
    found = rs.limiting_directions("tanh", [0, 1], [0, 3])
    assert found.multiplicity == 1 and found.verdict is Verdict.PROVED and not found.one_sided
    np.testing.assert_allclose(found.directions[0].vector, np.array([1, 1]) / np.sqrt(2))


@pytest.mark.parametrize("activation", ["sigmoid", "softplus"])
def test_value_at_zero_gives_one_centred_direction(activation):
    # labels 0, 3: mean 3/2; sum (y - mean)(x, 1)/2 = (3/4, 0), and the side is +
    found = rs.limiting_directions(activation, [0, 1], [0, 3])
    assert found.one_sided
    np.testing.assert_allclose(found.directions[0].vector, [1, 0])


def test_harmonic_form_attains_six_directions():
    # T = Re (u_1 + i u_2)^3 = sum of y (u.x)^3 over the cube roots of unity, up to a factor
    s = sympy.Rational
    xs = [[1, 0], [1, 1], [1, -1], [0, 1]]
    # (u1)^3, (u1+u2)^3, (u1-u2)^3: u1^3 - 3 u1 u2^2 = 2 u1^3 - ((u1+u2)^3 + (u1-u2)^3)/2
    ys = [2, s(-1, 2), s(-1, 2), 0]
    found = rs.limiting_directions("z**3 + z**5", xs, [4 * y for y in ys], bias=False)
    assert len(found.directions) == 6 and found.complete
    # 3 lines at angles 0, 60, 120 degrees; T = 1 at 0, 120, 240 degrees
    angles = sorted(
        round(np.degrees(np.arctan2(d.vector[1], d.vector[0])) % 360) for d in found.attracting
    )
    assert angles == [0, 120, 240]


@pytest.mark.parametrize("activation", ["ztanh", "z2tanh", "z**4 + z**5"])
@pytest.mark.parametrize("trial", range(3))
def test_kinds_on_the_circle_by_brute_force(activation, trial):
    xs, ys = random_data(9, 1)
    found = rs.limiting_directions(activation, xs, ys)
    value = form(xs, ys, found.multiplicity)
    for d in found.directions:
        u = np.array(d.vector)
        c = 1 - 5e-9
        turned = [value(np.array([[c, -s], [s, c]]) @ u) for s in (1e-4, -1e-4)]
        assert value(u) == pytest.approx(d.value, rel=1e-9)
        if d.kind == "attracting":
            assert value(u) > max(turned)
        if d.kind == "repelling":
            assert value(u) < min(turned)
    grid = np.linspace(0, 2 * np.pi, 4001)
    values = np.array([value(np.array([np.cos(t), np.sin(t)])) for t in grid])
    peaks = ((values[1:-1] > values[:-2]) & (values[1:-1] >= values[2:])).sum()
    peaks += values[0] > max(values[1], values[-2])
    assert len(found.attracting) == peaks


@pytest.mark.parametrize(("activation", "expected"), [("ztanh", 3), ("z2tanh", 7)])
def test_all_eigenvectors_in_three_dimensions(activation, expected):
    xs, ys = random_data(12, 2)
    found = rs.limiting_directions(activation, xs, ys)
    assert found.expected == expected and found.verdict is Verdict.PROVED
    value = form(xs, ys, found.multiplicity)
    for d in found.directions:
        u = np.array(d.vector)
        sphere = RNG.standard_normal((40, 3))
        sphere -= np.outer(sphere @ u, u)
        near = [u + 1e-4 * v / np.linalg.norm(v) for v in sphere]
        values = [value(v / np.linalg.norm(v)) for v in near]
        signs = {np.sign(v - value(u)) for v in values}
        assert signs == {"attracting": {-1.0}, "repelling": {1.0}, "saddle": {-1.0, 1.0}}[d.kind]


@pytest.mark.slow
def test_63_lines_in_six_dimensions():
    xs, ys = random_data(40, 5)
    found = rs.limiting_directions("z2tanh", xs, ys)
    assert found.expected == 63 and found.verdict is Verdict.PROVED


def test_bad_questions_error():
    with pytest.raises(FamilyError, match="no Taylor series"):
        rs.limiting_directions("relu", [1, 2], [1, 1])
    with pytest.raises(DataError, match="same positive number"):
        rs.limiting_directions("tanh", [1, 2], [1])
    with pytest.raises(DataError, match="no directions"):
        rs.limiting_directions("tanh", [1, 2], [0, 0])
