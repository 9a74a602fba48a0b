"""Orientations, clusters and displacement at points where they are known."""

import numpy as np
import pytest

from rankstrat.dynamics.loss import Loss
from rankstrat.dynamics.observables import clusters, cosines, displacement, sharpness, units
from rankstrat.errors import DataError
from rankstrat.families import linear, two_layer


def three_bundles(noise):
    rng = np.random.default_rng(1)
    centres = np.array([[1.0, 0.0], [0.0, 2.0], [-1.0, 1.0]])
    v = np.repeat(centres, 20, axis=0) + noise * rng.standard_normal((60, 2))
    return np.concatenate([np.ones(60), v[:, 0], v[:, 1]])


def test_three_bundles_are_three_clusters():
    net = two_layer(60, 1, bias=True)
    found = clusters(units(net, three_bundles(1e-3)))
    assert found.number == 3 and found.persistence > 1
    assert len(set(found.labels[:20])) == 1 and len(set(found.labels)) == 3


def test_opposite_neurons_are_one_class_for_odd_activations():
    net = two_layer(2, 2)
    theta = np.array([1.0, 1.0, 1.0, 2.0, -1.0, -2.0])
    found = units(net, theta)
    assert clusters(found, signed=False).number == 1 and clusters(found).number == 2
    np.testing.assert_allclose(cosines(found), [[1, -1], [-1, 1]])


def test_small_neurons_are_not_active():
    found = units(two_layer(2, 1), np.array([1.0, 0.01, 1.0, 1.0]))
    assert found.active().tolist() == [True, False]


def test_displacement_of_doubled_weights_is_one():
    net = two_layer(2, 1, bias=True)
    start = np.arange(1.0, 7.0)
    end = start.copy()
    end[2:] *= 2
    assert displacement(net, start, end) == pytest.approx(1)


def test_sharpness_of_a_line():
    assert sharpness(Loss(linear(1), [2.0], [0.0]), [1.0]) == pytest.approx(4)


def test_models_without_neurons_error():
    with pytest.raises(DataError, match="no two-layer neurons"):
        units(linear(2), [1.0, 2.0])
    with pytest.raises(DataError, match="an angle needs two"):
        _ = units(two_layer(1, 3), np.ones(4)).angle
