"""E6 with an integrator of its own: implicit midpoint by Newton, extrapolated, no scipy, no kernel.

Outputs and derivatives are written out by hand for two tanh neurons without biases.
"""

import numpy as np
import pytest

from rankstrat.dynamics.flow import gradient_flow
from rankstrat.dynamics.loss import Loss
from rankstrat.experiments import convergence_rates as rates

X = np.array([0.5, 1.0, 2.0, -1.5, 3.0])
Y = np.tanh(X)


def gradient_and_hessian(theta):
    r"""Of sum e^2, e = a_1 tanh(w_1 x) + a_2 tanh(w_2 x) - tanh(x)."""
    a, w = theta[:2], theta[2:]
    t = np.tanh(np.outer(w, X))
    s = (1 - t**2) * X
    e = a @ t - Y
    jacobian = np.concatenate([t, a[:, None] * s])
    hessian = 2 * jacobian @ jacobian.T
    bend = -2 * t * s * X
    for j in range(2):
        hessian[j, 2 + j] += 2 * e @ s[j]
        hessian[2 + j, j] += 2 * e @ s[j]
        hessian[2 + j, 2 + j] += 2 * a[j] * (e @ bend[j])
    return float(e @ e), 2 * jacobian @ e, hessian


def midpoint(theta, h):
    """One step of the implicit midpoint rule."""
    new = theta
    for _ in range(12):
        _, g, hess = gradient_and_hessian((theta + new) / 2)
        step = np.linalg.solve(np.eye(4) + h / 2 * hess, new - theta + h * g)
        new = new - step
        if np.abs(step).max() < 1e-16 * (1 + np.abs(new).max()):
            break
    return new


def extrapolated(theta, h):
    """Gragg's expansion in h^2: steps h, h/2, h/4 combined to order 6; the last change as error."""
    rows = []
    for parts in (1, 2, 4):
        point = theta
        for _ in range(parts):
            point = midpoint(point, h / parts)
        rows.append(point)
    second = rows[1] + (rows[1] - rows[0]) / 3
    third = rows[2] + (rows[2] - rows[1]) / 3
    best = third + (third - second) / 15
    return best, float(np.abs(best - third).max())


def flow(theta, end, until, tolerance=1e-12):
    t, h, found = 0.0, 1e-3, []
    while t < end:
        best, error = extrapolated(theta, min(h, end - t))
        if error <= tolerance or h < 1e-12:
            t, theta = t + min(h, end - t), best
            loss = gradient_and_hessian(theta)[0]
            found.append((t, loss))
            if loss <= until:
                break
        h *= min(3.0, max(0.2, 0.9 * (tolerance / max(error, 1e-300)) ** (1 / 5)))
    return theta, np.array(found)


def start(branch, trial, seed):
    return rates._run({"branch": branch, "trial": trial}, seed).points[0]


@pytest.mark.slow
@pytest.mark.parametrize("trial", [0, 1])
def test_exponential_rate(trial):
    case, seed = {"branch": "exponential", "trial": trial}, 0
    _, found = flow(start("exponential", trial, seed), 1e6, 1e-17)
    tail = (found[:, 1] < 1e-10) & (found[:, 1] > 1e-16)
    slope = -np.polyfit(found[tail, 0], np.log(found[tail, 1]), 1)[0]
    assert slope == pytest.approx(rates.predicted(case, seed).value, rel=1e-3)
    assert slope == pytest.approx(rates.measured(case, seed).value, rel=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("trial", [0, 1])
def test_algebraic_constant(trial):
    case, seed = {"branch": "algebraic", "trial": trial}, 0
    _, found = flow(start("algebraic", trial, seed), 1e7, 0.0, tolerance=1e-11)
    t, loss = found[-1]
    assert t**2 * loss == pytest.approx(rates.predicted(case, seed).value, rel=0.05)
    assert t**2 * loss == pytest.approx(rates.measured(case, seed).value, rel=1e-3)


def test_the_hand_written_derivatives_are_those_of_the_package():
    theta = np.random.default_rng(3).standard_normal(4)
    loss = Loss(rates.NET, X, Y, scale="sum")
    value, gradient, hessian = gradient_and_hessian(theta)
    assert value == pytest.approx(loss.value(theta))
    np.testing.assert_allclose(gradient, loss.gradient(theta), atol=1e-12)
    np.testing.assert_allclose(hessian, loss.hessian(theta), atol=1e-12)


def test_the_integrator_is_of_its_order():
    theta = np.array([0.7, 0.4, 1.2, -0.8])
    exact = gradient_flow(
        rates.NET, theta, Loss(rates.NET, X, Y, scale="sum"), method="DOP853", time=0.5,
        until=0.0, rtol=1e-12, atol=1e-14,
    ).final  # fmt: skip
    errors = []
    for steps in (8, 16):
        point = theta
        for _ in range(steps):
            point, _ = extrapolated(point, 0.5 / steps)
        errors.append(np.abs(point - exact).max())
    assert errors[0] / errors[1] > 30
