r"""Discrete training: gradient descent, stochastic descent and Adam."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rankstrat.dynamics.checks import positive, real, seed_of, whole
from rankstrat.dynamics.flow import start_point
from rankstrat.dynamics.loss import Array, Loss, PointLoss, data_loss
from rankstrat.dynamics.trajectory import Trajectory
from rankstrat.errors import DataError
from rankstrat.model.model import Model

LARGEST = 1e12
State = tuple[Array, ...]
Step = Callable[[Array, State, Array], tuple[Array, State]]


def momentum_step(rate: float, momentum: float = 0.0) -> Step:
    r"""$v \leftarrow \mu v + g$, $\theta \leftarrow \theta - \eta v$."""

    def step(theta: Array, state: State, gradient: Array) -> tuple[Array, State]:
        velocity = gradient if not state else momentum * state[0] + gradient
        return theta - rate * velocity, (velocity,)

    return step


def _momentum(given: Any) -> float:
    value = real("the momentum", given, "try 0.9")
    if not 0 <= value < 1:
        raise DataError(f"the momentum {given!r} was given; a number in [0, 1[ is needed; try 0.9")
    return value


def adam_step(
    rate: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8
) -> Step:
    r"""Adam with bias correction (Kingma and Ba 2015, Algorithm 1)."""

    def step(theta: Array, state: State, gradient: Array) -> tuple[Array, State]:
        mean, square, count = state or (np.zeros_like(theta), np.zeros_like(theta), np.zeros(()))
        count = count + 1
        mean = beta1 * mean + (1 - beta1) * gradient
        square = beta2 * square + (1 - beta2) * gradient**2
        corrected = mean / (1 - beta1**count)
        scale = np.sqrt(square / (1 - beta2**count)) + epsilon
        return theta - rate * corrected / scale, (mean, square, count)

    return step


@dataclass
class _Run:
    """The parameters kept so far."""

    steps: list[int] = field(default_factory=list)
    points: list[Array] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)

    def keep(self, step: int, theta: Array, value: float) -> None:
        self.steps.append(step)
        self.points.append(theta.copy())
        self.losses.append(value)


def iterate(
    loss: Loss,
    start: Any,
    step: Step,
    *,
    steps: int,
    name: str,
    until: float = 0.0,
    keep: int = 400,
    gradient: Callable[[Array, int], tuple[float, Array]] | None = None,
) -> Trajectory:
    """Descent by any step rule; the trajectory keeps about `keep` logarithmically spaced steps.

    A run that diverges stops, and keeps what it has.

    Raises:
        DataError: a start that does not fit, or no steps.
    """
    steps = whole("the number of steps,", steps, 1, "try 1000")
    until = real("the loss at which to stop,", until, "try 1e-12, or 0.0 for never")
    theta, run = start_point(loss.model, start), _Run()
    state: State = ()
    wanted = {0, steps, *np.unique(np.logspace(0, np.log10(steps), keep).astype(int)).tolist()}
    both = gradient or (lambda theta, _: loss.value_and_gradient(theta))
    reason, done = f"{steps} steps", steps
    for number in range(steps + 1):
        with np.errstate(all="ignore"):
            value, slope = both(theta, number)
        if not (np.isfinite(value) and np.abs(theta).max() <= LARGEST):
            reason, done = f"the loss diverges at step {number}; try a smaller rate", number
            break
        if number in wanted:
            run.keep(number, theta, value)
        if value <= until:
            reason, done = f"the loss reached {until:g}", number
            break
        if number < steps:
            with np.errstate(all="ignore"):
                theta, state = step(theta, state, slope)
    if not run.steps:
        run.keep(0, theta, value)
        reason = "the loss at the start is not finite; try a smaller start"
    if run.steps[-1] != done and np.isfinite(theta).all() and "diverges" not in reason:
        run.keep(done, theta, loss.value(theta))
    times = np.array(run.steps, dtype=float)
    return Trajectory(
        loss.model, name, times, np.array(run.points), np.array(run.losses), reason, done
    )


def gradient_descent(
    model: Model,
    start: Any,
    data: Any,
    *,
    rate: float,
    steps: int,
    momentum: float = 0.0,
    loss: str | PointLoss | Loss = "squared",
    until: float = 0.0,
) -> Trajectory:
    r"""Full-batch descent $\theta \leftarrow \theta - \eta \nabla R(\theta)$.

    Args:
        model: M parameters.
        start: M floats, or an exact point.
        data: (inputs, labels), or a `Loss` (which may have weight decay).
        rate: eta.
        steps: their number.
        momentum: mu of the heavy ball.
        loss: see `gradient_flow`.
        until: the loss at which to stop.

    Raises:
        DataError: data or a start that do not fit.

    Example:
        >>> import sympy
        >>> a, x = sympy.symbols("a x")
        >>> model = Model(a * x, [a], [x])
        >>> run = gradient_descent(model, [0.0], ([1.0], [3.0]), rate=0.5, steps=60)
        >>> round(float(run.final[0]), 9)
        3.0
        >>> gradient_descent(model, [0.0], ([1.0], [3.0]), rate=3.0, steps=200).reason
        'the loss diverges at step 39; try a smaller rate'
    """
    rate, momentum = positive("the rate", rate, "try 0.1"), _momentum(momentum)
    return iterate(
        data_loss(model, data, loss), start, momentum_step(rate, momentum),
        steps=steps, name=f"gradient descent, rate {rate:g}", until=until,
    )  # fmt: skip


def adam(
    model: Model,
    start: Any,
    data: Any,
    *,
    rate: float = 1e-3,
    steps: int,
    loss: str | PointLoss | Loss = "squared",
    until: float = 0.0,
) -> Trajectory:
    """Full-batch Adam with the usual constants; arguments as for `gradient_descent`.

    Raises:
        DataError: data or a start that do not fit.
    """
    rate = positive("the rate", rate, "try 1e-3")
    return iterate(
        data_loss(model, data, loss), start, adam_step(rate),
        steps=steps, name=f"Adam, rate {rate:g}", until=until,
    )  # fmt: skip


def stochastic_descent(
    model: Model,
    start: Any,
    data: tuple[Any, Any],
    *,
    rate: float,
    steps: int,
    batch: int,
    seed: int = 0,
    momentum: float = 0.0,
    until: float = 0.0,
) -> Trajectory:
    r"""Descent on the half mean squared loss of samples drawn at every step.

    Args:
        model: M parameters.
        start: M floats, or an exact point.
        data: (inputs, labels).
        rate: eta.
        steps: their number.
        batch: samples in a step, drawn without replacement.
        seed: names the draws.
        momentum: mu of the heavy ball.
        until: the full loss at which to stop (looked at where the trajectory is kept).

    Raises:
        DataError: data or a start that do not fit, or a batch that is larger than the data.
    """
    rate, momentum = positive("the rate", rate, "try 0.1"), _momentum(momentum)
    until = real("the loss at which to stop,", until, "try 1e-12, or 0.0 for never")
    batch = whole("the batch", batch, 1, "try 1")
    full = data_loss(model, data)
    if batch > full.samples:
        raise DataError(
            f"a batch of {batch} of {full.samples} samples was asked for; take between 1 and all"
        )
    rng = np.random.default_rng(seed_of(seed))

    def noisy(theta: Array, _: int) -> tuple[float, Array]:
        rows = rng.choice(full.samples, batch, replace=False)
        part = full.subset(rows)
        return part.value_and_gradient(theta)

    found = iterate(
        full, start, momentum_step(rate, momentum), steps=steps,
        name=f"stochastic descent, rate {rate:g}, batches of {batch}", gradient=noisy,
    )  # fmt: skip
    losses = np.array([full.value(p) for p in found.points])
    low = np.flatnonzero(losses <= until)
    end = len(losses) if not len(low) else int(low[0]) + 1
    return Trajectory(
        model, found.method, found.times[:end], found.points[:end], losses[:end],
        found.reason if end == len(losses) else f"the loss reached {until:g}", found.evaluations,
    )  # fmt: skip


__all__ = [
    "adam",
    "adam_step",
    "gradient_descent",
    "iterate",
    "momentum_step",
    "stochastic_descent",
]
