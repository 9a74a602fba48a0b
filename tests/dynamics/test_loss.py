"""Losses against finite differences, and data that do not fit."""

import numpy as np
import pytest
import sympy

from rankstrat.dynamics.loss import Loss, PointLoss
from rankstrat.errors import DataError
from rankstrat.families import fully_connected, linear, matrix_factorization, two_layer

RNG = np.random.default_rng(5)
F, Y = sympy.symbols("f y")
CASES = {
    "squared": (two_layer(3, 2, bias=True, output_bias=True), "squared"),
    "matrices": (matrix_factorization(3, 2, 2), "squared"),
    "two outputs": (fully_connected([2, 3, 2]), "squared"),
    "cross entropy": (fully_connected([2, 3, 3]), "cross entropy"),
    "logistic": (two_layer(2, 1), "logistic"),
    "log cosh": (two_layer(2, 1), PointLoss.of(sympy.log(sympy.cosh(F - Y)), [F], [Y])),
}


def data(model, kind):
    d, q = len(model.inputs), len(model.outputs)
    x = RNG.normal(size=(7, d)) if d else None
    if kind == "cross entropy":
        return x, np.eye(q)[RNG.integers(0, q, 7)]
    if kind == "logistic":
        return x, np.sign(RNG.normal(size=(7, 1)))
    return x, RNG.normal(size=(7, q)) if d else RNG.normal(size=q)


@pytest.mark.parametrize("name", CASES)
def test_gradient_and_hessian_against_differences(name):
    model, kind = CASES[name]
    loss = Loss(model, *data(model, kind), kind=kind, decay=0.1)
    theta, h = RNG.normal(size=model.size), 1e-6
    steps = h * np.eye(model.size)
    slopes = [(loss.value(theta + e) - loss.value(theta - e)) / (2 * h) for e in steps]
    np.testing.assert_allclose(loss.gradient(theta), slopes, atol=1e-7)
    curves = [(loss.gradient(theta + e) - loss.gradient(theta - e)) / (2 * h) for e in steps]
    np.testing.assert_allclose(loss.hessian(theta), curves, atol=1e-7)


@pytest.mark.parametrize("name", CASES)
def test_several_parameters_at_once(name):
    model, kind = CASES[name]
    loss = Loss(model, *data(model, kind), kind=kind)
    thetas = RNG.normal(size=(4, model.size))
    values, gradients = loss.value_and_gradient(thetas)
    hessians = loss.hessian(thetas)
    for i, theta in enumerate(thetas):
        assert values[i] == pytest.approx(loss.value(theta))
        np.testing.assert_allclose(gradients[i], loss.gradient(theta), atol=1e-12)
        np.testing.assert_allclose(hessians[i], loss.hessian(theta), atol=1e-12)


def test_unobserved_entries_do_not_count():
    model, target = matrix_factorization(2, 1, 2), np.array([1.0, 2.0, 3.0, 4.0])
    seen = np.array([[True, False, False, True]])
    theta = np.array([1.0, 2.0, 3.0, 5.0])  # AB = (3, 5; 6, 10)
    loss = Loss(model, None, target, scale="sum", observed=seen)
    assert loss.value(theta) == pytest.approx((3 - 1) ** 2 + (10 - 4) ** 2)
    h = 1e-6 * np.eye(4)
    curves = [(loss.gradient(theta + e) - loss.gradient(theta - e)) / 2e-6 for e in h]
    np.testing.assert_allclose(loss.hessian(theta), curves, atol=1e-6)


def test_a_subset_has_the_mean_of_its_samples():
    net = two_layer(2, 1)
    x, y = RNG.normal(size=6), RNG.normal(size=6)
    theta = RNG.normal(size=4)
    part = Loss(net, x, y).subset(np.array([1, 4]))
    assert part.value(theta) == pytest.approx(Loss(net, x[[1, 4]], y[[1, 4]]).value(theta))


NET, MF = two_layer(2, 1), matrix_factorization(2, 1, 2)
BAD = {
    "no samples": (lambda: Loss(NET, [], []), "same positive number"),
    "nan": (lambda: Loss(NET, [1.0, np.nan], [0, 0]), "not finite"),
    "shapes": (lambda: Loss(NET, [[1, 2], [3, 4]], [0, 0]), r"shape \(n, 1\) is needed"),
    "lengths": (lambda: Loss(NET, [1, 2, 3], [0, 0]), "3 inputs and 2 labels"),
    "words": (lambda: Loss(NET, ["a"], [0]), "not an array of numbers"),
    "kind": (lambda: Loss(NET, [1], [0], kind="hinge"), "known are squared"),
    "scale": (lambda: Loss(NET, [1], [0], scale="median"), "choose one"),
    "matrix of words": (lambda: Loss(MF, None, ["a"] * 4), "not an array of numbers"),
    "matrix with nan": (lambda: Loss(MF, None, [np.nan] * 4), "not finite"),
    "no matrix": (lambda: Loss(MF, None, None), r"shape \(n, 4\) is needed"),
    "decay": (lambda: Loss(NET, [1], [0], decay=np.nan), "the weight decay"),
    "keep": (lambda: Loss(NET, [1], [0], keep="half"), "keep"),
    "formula": (lambda: PointLoss.of("f - y", [F], [Y]), "a sympy expression"),
    "theta": (lambda: Loss(NET, [1], [0]).value([1, 2, 3]), "4 numbers are needed"),
    "hessian": (
        lambda: Loss(linear(401), np.ones((1, 401)), [0]).hessian(np.zeros(401)),
        "at most 400",
    ),
    "symbols": (lambda: PointLoss.of(F * sympy.Symbol("t"), [F], [Y]), "neither an output"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_data_error(name):
    build, message = BAD[name]
    with pytest.raises(DataError, match=message):
        build()
