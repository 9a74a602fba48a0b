"""Exponents of deep networks: by hand, and two layers against the law that is known for them."""

import itertools

import numpy as np
import pytest
import sympy

from rankstrat.dynamics.initial import M, displacement_exponent
from rankstrat.dynamics.layered import LayeredScheme, displacement_exponents, layered_schemes
from rankstrat.dynamics.loss import Loss
from rankstrat.errors import DataError, FamilyError
from rankstrat.experiments import three_layers
from rankstrat.families import fully_connected

Q = sympy.Rational
GRID = [Q(k, 4) for k in range(-6, 9)]


def test_two_layers_agree_with_the_law_of_two_layers():
    for gamma, gamma_prime in itertools.product(GRID, GRID):
        # output weights have exponent (gamma + gamma')/2, input weights (gamma - gamma')/2
        sizes = [(gamma - gamma_prime - 1) / 2, (gamma + gamma_prime - 1) / 2]
        assert displacement_exponents(sizes)[0] == displacement_exponent(gamma, gamma_prime)


BY_HAND = {  # gamma, ratios, sizes, displacement; three layers
    "lecun": (1, (Q(1, 2), Q(1, 2)), (-Q(1, 2), 0, 0), (-Q(3, 2), -1, -Q(1, 2))),
    "he": (1, (Q(1, 2), Q(1, 2)), (-Q(1, 2), 0, 0), (-Q(3, 2), -1, -Q(1, 2))),
    "xavier": (Q(3, 2), (0, 0), (0, 0, 0), (0, -Q(1, 2), 0)),
    # the kernel is of size 1, entries of the outer gradients 1/m^{1/2}, of the inner one 1/m
    "ntk": (1, (0, 0), (-Q(1, 6),) * 3, (-Q(1, 2), -1, -Q(1, 2))),
    "mean_field": (2, (0, 0), (Q(1, 6),) * 3, (Q(1, 6), -Q(1, 3), Q(1, 6))),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_schemes_of_three_layers(name):
    scheme = layered_schemes(3)[name]
    found = (scheme.gamma, scheme.ratios, scheme.sizes, scheme.displacement)
    assert found == BY_HAND[name]


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ((1, 1, 1), (1, Q(1, 2), 1)),  # all grow to size 1
        ((0, 1, 0), (0, Q(1, 2), 0)),  # the middle one alone
        ((-Q(1, 2), 0, 1), (-2, -Q(3, 2), Q(1, 2))),  # the output layer grows to m^{-1/2}
        ((1, 0, -Q(1, 2)), (Q(1, 2), -Q(3, 2), -2)),
        ((-Q(1, 2),) * 3, (-Q(3, 2), -2, -Q(3, 2))),
        ((1, 1, 1, 1), (1, Q(1, 2), Q(1, 2), 1)),
    ],
)
def test_displacements_by_hand(sizes, expected):
    assert displacement_exponents(sizes) == expected


def test_the_law_is_continuous_and_decides_for_equal_sizes_by_their_sum():
    step = Q(1, 1000)
    for sizes in itertools.product([Q(k, 2) for k in range(-2, 4)], repeat=3):
        for place in range(3):
            moved = [u + (step if i == place else 0) for i, u in enumerate(sizes)]
            pairs = zip(displacement_exponents(sizes), displacement_exponents(moved), strict=True)
            assert all(abs(a - b) <= 4 * step for a, b in pairs)
    assert {LayeredScheme("", 1, (M ** -(Q(1, 2) + u),) * 3).regimes[0] for u in (step, 2)} == {
        "condensed"
    }


def test_bad_schemes_error():
    with pytest.raises(FamilyError, match="at least two"):
        displacement_exponents([1])
    with pytest.raises(FamilyError, match="a list is needed"):
        displacement_exponents("00")
    with pytest.raises(FamilyError, match="exact number"):
        displacement_exponents([0.5, 1])
    with pytest.raises(FamilyError, match="exact expression"):
        LayeredScheme("mine", 1, (0.5, 1))
    with pytest.raises(FamilyError, match="at least two"):
        LayeredScheme("mine", 1, [M, M])
    with pytest.raises(DataError, match="from 2 on"):
        layered_schemes(1)


def _weights(width, seed):
    rng = np.random.default_rng(seed)
    return tuple(rng.standard_normal(shape) for shape in ((width, 2), (width, width), (width,)))


def test_slopes_and_kernel_are_those_of_the_package():
    weights, width = _weights(3, 5), 3
    loss = Loss(
        fully_connected([2, width, width, 1], "relu", bias=False, output_bias=False),
        three_layers.INPUTS,
        three_layers.LABELS,
    )
    theta = np.concatenate([w.ravel() for w in weights])
    value, gradient, kernel = three_layers.slopes(weights, three_layers.LABELS)
    assert value == pytest.approx(loss.value(theta))
    np.testing.assert_allclose(
        np.concatenate([g.ravel() for g in gradient]), loss.gradient(theta), atol=1e-12
    )
    jacobian = loss.jacobian(theta)[:, 0]
    np.testing.assert_allclose(kernel, jacobian @ jacobian.T / 4, atol=1e-12)


def test_the_flow_conserves_differences_of_squares():
    # of the homogeneous layers: the increments of all squared norms are one number
    start = tuple(w / 4 for w in _weights(24, 7))
    end = three_layers.settled(start)
    grown = [float((e**2).sum() - (w**2).sum()) for e, w in zip(end, start, strict=True)]
    assert max(abs(g) for g in grown) > 0.2
    assert np.ptp(grown) < 0.01 * max(abs(g) for g in grown)
