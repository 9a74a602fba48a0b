r"""Gradient flow $\dot\theta = -\nabla R(\theta)$ by scipy's integrators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from rankstrat.dynamics._scipy import one_thread, scipy
from rankstrat.dynamics.checks import positive, real, whole
from rankstrat.dynamics.conserved import MAX_PARAMETERS, ConservedForm, conserved_forms, drift
from rankstrat.dynamics.loss import Array, Loss, PointLoss, data_loss
from rankstrat.dynamics.trajectory import Trajectory
from rankstrat.errors import DataError
from rankstrat.model.model import Chart, Model

Method = Literal["auto", "BDF", "Radau", "RK23", "RK45", "DOP853"]
METHODS = ("BDF", "Radau", "RK23", "RK45", "DOP853")
IMPLICIT = ("BDF", "Radau")
PER_DECADE, FIRST = 40, 1e-3
LARGEST = 1e12


def start_point(model: Model, start: Any) -> Array:
    """The parameters to start from: floats, or an exact point.

    Raises:
        DataError: the wrong number of values, or one that is not finite.
    """
    if isinstance(start, Chart) and (start.model != model or not start.is_point):
        raise DataError(
            f"the start {start} is no point of {model}; one is needed; try"
            " dynamics.draw(model, scheme, seed)"
        )
    raw = [float(v) for v in start.raw] if isinstance(start, Chart) else start
    try:
        theta = np.asarray(raw, dtype=float).ravel()
    except (TypeError, ValueError):
        theta = np.zeros(0)
    if theta.size != model.size or not np.isfinite(theta).all():
        raise DataError(
            f"the start has {theta.size} values; {model.size} finite numbers are needed; give"
            " dynamics.draw(model, scheme, seed), or one number for each parameter"
        )
    return theta


def gradient_flow(
    model: Model,
    start: Any,
    data: Any,
    *,
    loss: str | PointLoss | Loss = "squared",
    method: Method = "auto",
    time: float = 1e8,
    until: float = 1e-24,
    rtol: float = 1e-9,
    atol: float = 1e-13,
    budget: int = 200_000,
    stop: Callable[[float, Array], float] | None = None,
) -> Trajectory:
    r"""$\dot\theta = -\nabla R(\theta)$ until the loss is small, or time or budget are spent.

    Args:
        model: M parameters.
        start: M floats in parameter order, or an exact point.
        data: (inputs, labels) of shapes (n, d) and (n, q), or a `Loss`.
        loss: "squared" (half mean), "cross entropy", "logistic", a `PointLoss` or a `Loss`.
        method: an integrator of scipy; "auto" is BDF with the exact Hessian where that is formed
            (400 parameters, 2,000 for two-layer networks), else RK45.
        time: the end time.
        until: the loss at which to stop.
        rtol: relative tolerance of the integrator.
        atol: absolute tolerance of the integrator.
        budget: the number of gradients after which to give up.
        stop: (time, theta) -> a smooth function; the flow stops where it changes its sign.

    Returns:
        A trajectory at logarithmically spaced times.

    Raises:
        DataError: data or a start that do not fit, an unknown method, or a time or tolerance that
            is not positive.
        ModuleNotFoundError: scipy is not installed.

    Example:
        >>> import sympy
        >>> a, x = sympy.symbols("a x")
        >>> flow = gradient_flow(Model(a * x, [a], [x]), [0.0], ([1.0, 2.0], [3.0, 6.0]))
        >>> round(float(flow.final[0]), 6), flow.reason
        (3.0, 'the loss reached 1e-24')
    """
    if method != "auto" and method not in METHODS:
        raise DataError(
            f"the method {method!r} is unknown; known are auto, {', '.join(METHODS)}; choose one"
        )
    time = positive("the time", time, "try 1e8")
    until = real("the loss at which to stop,", until, "try 1e-24, or 0.0 for never")
    rtol, atol = positive("rtol", rtol, "try 1e-9"), positive("atol", atol, "try 1e-13")
    budget = whole("the budget", budget, 1, "try 200_000")
    function = data_loss(model, data, loss)
    theta = start_point(model, start)
    if stop is not None:
        given: object = stop
        if not callable(given):
            raise DataError(
                f"stop = {given!r} was given; a function is needed; try lambda t, theta: theta[0]"
            )
        real("the stop function at the start,", stop(0.0, theta), "return a number")
    chosen: str = method
    if method == "auto":
        chosen = "BDF" if model.size <= function.hessian_limit else "RK45"
    run = _Run(function, time, until, budget, stop)
    run.keep(0.0, theta)
    with np.errstate(all="ignore"):
        first = function.value(theta)
    reason = f"the loss reached {until:g}" if first <= until else ""
    if not np.isfinite(first):
        reason = "the loss at the start is not finite; try a smaller start"
    if not reason:
        options = {"jac": lambda _t, x: -function.hessian(x)} if chosen in IMPLICIT else {}
        solver = getattr(scipy("integrate", "gradient flow"), chosen)(
            run.descend, 0.0, theta, time, rtol=rtol, atol=atol, **options
        )
        with np.errstate(all="ignore"), one_thread():
            reason = run.advance(solver)
    return run.trajectory(f"gradient flow by {chosen}, rtol {rtol:.0e}", reason)


class _Run:
    """The steps of an integrator, sampled at logarithmic times; a failure keeps what there is."""

    def __init__(
        self,
        loss: Loss,
        time: float,
        until: float,
        budget: int,
        stop: Callable[[float, Array], float] | None,
    ) -> None:
        self.loss, self.time, self.until, self.budget, self.stop = loss, time, until, budget, stop
        first = min(np.log10(FIRST), np.log10(time) - 1)
        count = max(2, int(PER_DECADE * (np.log10(time) - first)) + 1)
        self.samples = np.logspace(first, np.log10(time), count)
        self.next, self.spent = 0, 0
        self.times: list[float] = []
        self.points: list[Array] = []

    def keep(self, t: float, theta: Array) -> None:
        """Record a point."""
        self.times.append(float(t))
        self.points.append(np.array(theta))

    def descend(self, _t: float, theta: Array) -> Array:
        """The right-hand side."""
        self.spent += 1
        return -self.loss.gradient(theta)

    def advance(self, solver: Any) -> str:
        """Step until something stops it; the reason."""
        sign = None if self.stop is None else self.stop(0.0, solver.y)
        while solver.status == "running":
            try:
                message = solver.step()
            except (ValueError, np.linalg.LinAlgError) as error:
                return f"the integrator failed ({error})"
            if solver.status == "failed":
                return f"the integrator stopped: {str(message).rstrip('.')}"
            dense = solver.dense_output()
            if not np.isfinite(solver.y).all() or np.abs(solver.y).max() > LARGEST:
                return "the parameters diverge"
            if self.stop is not None and sign is not None:
                now = self.stop(solver.t, solver.y)
                if sign * now < 0:
                    self._sample(dense, self._crossing(dense, solver.t_old, solver.t, sign))
                    return "the stop was asked for"
                sign = now or sign
            self._sample(dense, solver.t)
            if self.loss.value(solver.y) <= self.until:
                return f"the loss reached {self.until:g}"
            if self.spent > self.budget:
                return f"the budget of {self.budget} gradients is spent"
        return f"t = {self.time:g}"

    def _sample(self, dense: Any, t: float) -> None:
        """Keep the sample times up to t, and t itself if nothing was kept for long."""
        while self.next < len(self.samples) and self.samples[self.next] <= t:
            self.keep(self.samples[self.next], dense(self.samples[self.next]))
            self.next += 1
        self.last = (t, np.array(dense(t)))

    def _crossing(self, dense: Any, low: float, high: float, sign: float) -> float:
        """Where the stop function changes its sign, by bisection on the dense output."""
        assert self.stop is not None
        for _ in range(60):
            middle = (low + high) / 2
            if sign * self.stop(middle, dense(middle)) < 0:
                high = middle
            else:
                low = middle
        return high

    def trajectory(self, method: str, reason: str) -> Trajectory:
        """What was recorded, with losses and the drift of conserved quantities."""
        if hasattr(self, "last") and self.last[0] > self.times[-1]:
            self.keep(*self.last)
        points, model = np.array(self.points), self.loss.model
        forms: tuple[ConservedForm, ...] = ()
        if not self.loss.decay and model.size <= MAX_PARAMETERS:
            forms = conserved_forms(model)
        with np.errstate(all="ignore"):
            losses = np.array([self.loss.value(p) for p in points])
        times = np.array(self.times)
        return Trajectory(
            model, method, times, points, losses, reason, self.spent, drift(forms, points)
        )


__all__ = ["Method", "gradient_flow", "start_point"]
