"""Neurons by matrix products against the program, and dropout against all masks."""

import itertools

import numpy as np
import pytest

from rankstrat.dynamics.kernels import NeuronKernel, ProgramKernel, kernel
from rankstrat.dynamics.loss import Loss
from rankstrat.errors import DataError
from rankstrat.families import convolutional, fully_connected, two_layer

RNG = np.random.default_rng(5)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu", "softplus", "ztanh", "z**3"])
@pytest.mark.parametrize(("bias", "output_bias"), [(False, False), (True, False), (True, True)])
def test_both_kernels_agree(activation, bias, output_bias):
    net = two_layer(3, 2, activation, bias=bias, output_bias=output_bias)
    fast, slow = kernel(net), ProgramKernel(net)
    assert isinstance(fast, NeuronKernel)
    theta, x = RNG.standard_normal((4, net.size)), RNG.standard_normal((5, 2))
    slopes = RNG.standard_normal((4, 5, 1))
    one, two = fast.evaluate(theta, x), slow.evaluate(theta, x)
    np.testing.assert_allclose(one.outputs, two.outputs, atol=1e-12)
    np.testing.assert_allclose(one.pull(slopes), two.pull(slopes), atol=1e-11)
    np.testing.assert_allclose(fast.jacobian(theta, x), slow.jacobian(theta, x), atol=1e-12)
    np.testing.assert_allclose(
        fast.curvature(theta, x, slopes), slow.curvature(theta, x, slopes), atol=1e-11
    )


@pytest.mark.parametrize(
    "net",
    [fully_connected([1, 2, 2, 1]), convolutional(kernels=1, size=3, kernel_size=2, dimension=1)],
)
def test_other_networks_keep_their_program(net):
    assert isinstance(kernel(net), ProgramKernel)


@pytest.mark.parametrize("scale", ["half mean", "sum"])
def test_dropout_is_the_mean_over_all_masks(scale):
    net, keep = two_layer(3, 1, bias=True, output_bias=True), 0.7
    x, y = RNG.standard_normal(4), RNG.standard_normal(4)
    theta = RNG.standard_normal(net.size)
    plain, mean = Loss(net, x, y, scale=scale), 0.0
    for mask in itertools.product((0, 1), repeat=3):
        dropped = theta.copy()
        dropped[:3] *= np.array(mask) / keep
        mean += np.prod([keep if on else 1 - keep for on in mask]) * plain.value(dropped)
    loss = Loss(net, x, y, scale=scale, keep=keep)
    assert loss.value(theta) == pytest.approx(mean, rel=1e-12)
    step = 1e-5
    lines = step * np.eye(net.size)
    slopes = [(loss.value(theta + e) - loss.value(theta - e)) / (2 * step) for e in lines]
    np.testing.assert_allclose(loss.gradient(theta), slopes, atol=1e-7)
    bends = [(loss.gradient(theta + e) - loss.gradient(theta - e)) / (2 * step) for e in lines]
    np.testing.assert_allclose(loss.hessian(theta), bends, atol=1e-7)


def test_dropout_of_a_part_keeps_its_scale():
    net = two_layer(2, 1)
    x, y, theta = [1.0, 2.0, 3.0], [0.5, 0.1, 0.2], [1.0, -1.0, 0.5, 2.0]
    part = Loss(net, x, y, keep=0.5).subset([0, 2])
    assert part.value(theta) == pytest.approx(
        Loss(net, [1.0, 3.0], [0.5, 0.2], keep=0.5).value(theta)
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [({"keep": 0.0}, "a rate in"), ({"keep": 0.5, "kind": "logistic"}, "the squared loss")],
)
def test_dropout_error(options, message):
    with pytest.raises(DataError, match=message):
        Loss(two_layer(2, 1), [1.0], [1.0], **options)
    with pytest.raises(DataError, match="two-layer"):
        Loss(fully_connected([1, 2, 2, 1]), [1.0], [1.0], keep=0.5)
