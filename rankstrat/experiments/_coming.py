r"""How neurons that are equal come to the critical function of width 1, and what differences do.

m equal neurons (a, v) are one neuron of output weight A = ma that moves in another metric,
$\dot A = -m \partial_A R$, $\dot v = -\tfrac1m \partial_v R$: the wider the network, the slower v,
and A follows it. Differences of neurons, $\sum_j \delta a_j = 0$ and $\sum_j \delta v_j = 0$, leave
the function as it is to first order; their Hessian is $\begin{pmatrix} 0 & c \\ c & G
\end{pmatrix}$ with $c = \tfrac1n \sum_i e_i \sigma'(z_i) \tilde x_i$ and the inner Hessian $G =
\tfrac1n \sum_i e_i a \sigma''(z_i) \tilde x_i \tilde x_i^\top$. Where $-\lambda$ is its least
eigenvalue they grow by $e^{\int \lambda dt}$ on the way. From small random weights neurons arrive
with sizes that differ by a factor of order one, however small the start: the neurons of a network
with $\int \lambda dt < 1$ come together, those of one with much more part before they are there.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from rankstrat.dynamics._scipy import scipy
from rankstrat.dynamics.loss import Array

START, TIME, POINTS = 1e-3, 1e6, 4000
ARRIVED, THERE = 2.0, 1.002
"""Times the level: where the way begins and where it ends."""
TOGETHER, APART = 1.0, 3.0
STAYS, PASSES, BETWEEN = "stays", "passes", "stays or passes"


@lru_cache(maxsize=8)
def growth(width: int, inputs: tuple[float, ...], labels: tuple[float, ...], level: float) -> float:
    r"""$\int \lambda dt$ on the way of equal tanh neurons from twice a level to the level.

    Args:
        width: m.
        inputs: n numbers.
        labels: n numbers.
        level: the mean squared error of the critical function of width 1.
    """
    x, y = np.array(inputs), np.array(labels)
    lifted = np.column_stack([x, np.ones(len(x))])
    axis = lifted.T @ y
    axis /= np.linalg.norm(axis)
    rates = np.array([width, 1 / width, 1 / width])

    def flow(_t: float, p: Array) -> Array:
        t, slope, e = _parts(p, lifted, y)
        return np.asarray(-rates * np.concatenate([[e @ t], p[0] * ((e * slope) @ lifted)]))

    times = np.logspace(-3, np.log10(TIME), POINTS)
    start = START * np.concatenate([[width], axis])
    solved = scipy("integrate", "the way of equal neurons").solve_ivp(
        flow, (0, TIME), start, method="LSODA", t_eval=times, rtol=1e-9, atol=1e-12
    )
    losses = np.array([len(y) * float((_parts(p, lifted, y)[2] ** 2).sum()) for p in solved.y.T])
    first, last = (int(np.argmax(losses < factor * level)) for factor in (ARRIVED, THERE))
    there = solved.y.T[first : last + 1]
    rate = np.array([max(0.0, -float(differences(p, width, inputs, labels)[0])) for p in there])
    return float(((rate[1:] + rate[:-1]) / 2 * np.diff(times[first : last + 1])).sum())


def _parts(p: Array, lifted: Array, y: Array) -> tuple[Array, Array, Array]:
    """sigma, sigma' and the residual over n, at p = (A, w, b)."""
    t = np.tanh(lifted @ p[1:])
    return t, 1 - t**2, (p[0] * t - y) / len(y)


def differences(p: Array, width: int, inputs: Sequence[float], labels: Sequence[float]) -> Array:
    """Eigenvalues of the Hessian on differences of equal neurons, ascending, at p = (A, w, b)."""
    x, y = np.array(inputs), np.array(labels)
    lifted = np.column_stack([x, np.ones(len(x))])
    t, slope, e = _parts(p, lifted, y)
    hessian = np.zeros((3, 3))
    hessian[0, 1:] = hessian[1:, 0] = (e * slope) @ lifted
    bent = -2 * t * slope * e * p[0] / width
    hessian[1:, 1:] = (lifted.T * bent) @ lifted
    return np.asarray(np.linalg.eigvalsh(hessian))


def word(exponent: float) -> str:
    """What differences of order one do that grow by e to the exponent."""
    if exponent < TOGETHER:
        return STAYS
    return PASSES if exponent > APART else BETWEEN


__all__ = ["BETWEEN", "PASSES", "STAYS", "differences", "growth", "word"]
