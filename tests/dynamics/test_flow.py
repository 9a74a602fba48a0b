"""Gradient flow and descent against solutions in closed form, conserved quantities, failures."""

import numpy as np
import pytest
import sympy

import rankstrat as rs
from rankstrat.dynamics import Loss, PointLoss
from rankstrat.dynamics.conserved import conserved_forms
from rankstrat.dynamics.descent import adam_step
from rankstrat.dynamics.initial import draw
from rankstrat.errors import DataError

A, X = sympy.symbols("a x")
LINE = rs.Model(A * X, [A], [X])


@pytest.mark.parametrize("method", ["BDF", "Radau", "RK45", "DOP853"])
def test_linear_flow_is_exponential(method):
    # R = (a - 3)^2/2 on one sample x = 1, so a(t) = 3 (1 - exp(-t))
    run = rs.gradient_flow(LINE, [0.0], ([1.0], [3.0]), method=method, time=5.0, until=0.0)
    np.testing.assert_allclose(run.points[:, 0], 3 * (1 - np.exp(-run.times)), atol=1e-6)
    assert run.reason == "t = 5"


def test_stop_is_where_the_function_changes_its_sign():
    run = rs.gradient_flow(
        LINE, [0.0], ([1.0], [3.0]), time=5.0, until=0.0, stop=lambda t, p: p[0] - 1.5
    )
    assert run.times[-1] == pytest.approx(np.log(2), abs=1e-6)
    assert run.reason == "the stop was asked for"


def test_product_conserves_the_difference_of_squares():
    net = rs.families.matrix_factorization(1, 1, 1)
    (form,) = conserved_forms(net)
    p, q = net.parameters
    assert sympy.expand(form.expression - (p**2 - q**2)) in (0, sympy.expand(2 * (q**2 - p**2)))
    run = rs.gradient_flow(net, [2.0, 0.1], (None, [1.0]))
    assert run.drift < 1e-6 and run.accurate
    assert run.final[0] * run.final[1] == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize(("rows", "inner", "columns"), [(2, 2, 2), (1, 2, 3)])
def test_factorizations_conserve_a_gram_matrix(rows, inner, columns):
    # A^T A - B B^T has inner (inner + 1)/2 entries
    assert len(conserved_forms(rs.families.matrix_factorization(rows, inner, columns))) == (
        inner * (inner + 1) // 2
    )


def test_tanh_networks_conserve_nothing():
    assert conserved_forms(rs.families.two_layer(2, 1)) == ()


def test_relu_neurons_are_balanced():
    assert len(conserved_forms(rs.families.two_layer(2, 2, "relu"))) == 2


def test_a_budget_keeps_the_partial_trajectory():
    net = rs.families.two_layer(3, 1, bias=True)
    x = np.linspace(-3, 3, 20)
    run = rs.gradient_flow(net, draw(net, 0.1), (x, np.sin(x)), budget=60)
    assert "budget of 60" in run.reason and len(run.times) > 3 and run.loss < run.losses[0]


def test_divergence_keeps_the_partial_trajectory():
    run = rs.gradient_descent(LINE, [0.0], ([1.0], [3.0]), rate=3.0, steps=1000)
    assert "diverges" in run.reason and np.isfinite(run.losses).all()


def test_start_that_does_not_fit_error():
    with pytest.raises(DataError, match="1 finite numbers are needed"):
        rs.gradient_flow(LINE, [1.0, 2.0], ([1.0], [3.0]))
    with pytest.raises(DataError, match="finite numbers are needed"):
        rs.gradient_flow(LINE, [np.nan], ([1.0], [3.0]))
    with pytest.raises(DataError, match="a pair"):
        rs.gradient_flow(LINE, [1.0], 3)


BAD_RUNS = {
    "method": ({"method": "magic"}, "known are auto"),
    "time": ({"time": 0}, "the time 0"),
    "endless": ({"time": float("inf")}, "a finite number"),
    "until": ({"until": float("nan")}, "a finite number"),
    "rtol": ({"rtol": -1}, "rtol"),
    "budget": ({"budget": 0}, "from 1 on"),
}


@pytest.mark.parametrize("name", BAD_RUNS)
def test_bad_flow_error(name):
    options, message = BAD_RUNS[name]
    with pytest.raises(DataError, match=message):
        rs.gradient_flow(LINE, [0.0], ([1.0], [3.0]), **options)


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan"), "fast", None])
def test_bad_rate_error(rate):
    data = ([1.0], [3.0])
    for run in (rs.gradient_descent, rs.adam):
        with pytest.raises(DataError, match="the rate"):
            run(LINE, [0.0], data, rate=rate, steps=3)
    with pytest.raises(DataError, match="the rate"):
        rs.stochastic_descent(LINE, [0.0], data, rate=rate, steps=3, batch=1)
    with pytest.raises(DataError, match="the number of steps"):
        rs.gradient_descent(LINE, [0.0], data, rate=0.1, steps=2.5)


def test_a_stiff_failure_keeps_the_partial_trajectory():
    net = rs.families.two_layer(1, 1)
    run = rs.gradient_flow(net, [1e6, 1e6], ([1.0], [0.1]), method="RK45", budget=300)
    assert "budget of 300" in run.reason and len(run.times) >= 2
    # da/dt = 3 a**2/2 escapes to infinity at t = 2/3: no step size is small enough
    cube = rs.Model(A**3 * X, [A], [X])
    loss = PointLoss.of(-sympy.Symbol("f"), [sympy.Symbol("f")], [sympy.Symbol("y")])
    run = rs.gradient_flow(
        cube, [1.0], ([1.0], [0.0]), loss=loss, time=9.0, until=-1e99, method="RK45"
    )
    assert "diverge" in run.reason or "stopped" in run.reason or "failed" in run.reason
    assert run.times[-1] < 0.67 and np.isfinite(run.points).all() and len(run.times) > 10


def test_an_exact_point_may_be_the_start():
    run = rs.gradient_flow(LINE, LINE.point({A: 3}), ([1.0], [3.0]))
    assert run.reason == "the loss reached 1e-24" and run.evaluations == 0


def test_first_steps_of_adam():
    # by hand: with bias correction the first step is rate * g/(|g| + epsilon)
    step = adam_step(rate=0.1)
    theta, state = step(np.array([1.0]), (), np.array([4.0]))
    assert theta[0] == pytest.approx(0.9)
    mean, square = 0.1 * 0.9 * 4 + 0.1 * -2, 0.001 * 0.999 * 16 + 0.001 * 4
    hat, scale = mean / (1 - 0.9**2), np.sqrt(square / (1 - 0.999**2))
    theta, _ = step(theta, state, np.array([-2.0]))
    assert theta[0] == pytest.approx(0.9 - 0.1 * hat / (scale + 1e-8))


def test_stochastic_descent_with_all_samples_is_descent():
    data = ([1.0, 2.0], [3.0, 5.0])
    full = rs.gradient_descent(LINE, [0.0], data, rate=0.1, steps=20)
    part = rs.stochastic_descent(LINE, [0.0], data, rate=0.1, steps=20, batch=2)
    np.testing.assert_allclose(full.final, part.final)
    with pytest.raises(DataError, match="a batch of 3 of 2"):
        rs.stochastic_descent(LINE, [0.0], data, rate=0.1, steps=20, batch=3)


@pytest.mark.slow
def test_plateau_of_the_lecture_at_width_3():
    net = rs.families.two_layer(3, 1, bias=True)
    x = np.linspace(-15, 14, 50)
    y = np.tanh(x - 7) + np.tanh(x) + np.tanh(x + 7)
    run = rs.gradient_flow(net, draw(net, 0.01, 1), (x, y), until=1e-12)
    longest = max(run.plateaus()[1:], key=lambda p: p.stop / p.start)
    assert 2 * longest.level == pytest.approx(0.110135518417, rel=1e-3)


def test_decay_shrinks_the_least_squares_solution():
    # minimum of (a - 3)^2/2 + a^2/2 is 3/2
    loss = Loss(LINE, [1.0], [3.0], decay=1.0)
    run = rs.gradient_flow(LINE, [0.0], loss, time=50, until=0.0)
    assert run.final[0] == pytest.approx(1.5, abs=1e-6) and run.drift is None
