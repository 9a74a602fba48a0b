"""The distance from a float parameter vector to the image of a curved chart, by damped Gauss-Newton
steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from rankstrat.model.model import Chart

Floats = NDArray[np.float64]
_STARTS, _STEPS = 12, 200


def distance_to_image(chart: Chart, theta: Floats) -> float:
    r"""The least $|\theta(u) - \theta|$ that is found from several starts: a numerical upper bound
    of the distance.

    Args:
        chart: a chart whose coordinates parametrise the whole piece.
        theta: the point, shape (M,).
    """
    values = list(chart.values.values())
    if not chart.coordinates:
        return float(np.linalg.norm(np.array(values, dtype=float) - theta))
    image = sympy.lambdify([chart.coordinates], values, modules="numpy")
    slopes = sympy.lambdify(
        [chart.coordinates], sympy.Matrix(values).jacobian(chart.coordinates).tolist(), "numpy"
    )
    best = np.inf
    with np.errstate(all="ignore"):
        for start in _starts(chart, theta):
            best = min(best, _descend(lambda u: np.asarray(image(u), float) - theta, slopes, start))
    return float(best)


def _starts(chart: Chart, theta: Floats) -> Iterator[Floats]:
    """Parameters that are coordinates start at their own values, other coordinates at ones; then
    nearby points.
    """
    own = {p: float(v) for p, v in zip(chart.model.parameters, theta, strict=True)}
    first = np.array([own.get(u, 1.0) for u in chart.coordinates])
    yield first
    rng = np.random.default_rng(0)
    for n in range(1, _STARTS):
        yield first + rng.normal(size=first.size) * (0.1 + np.abs(first)) * (0.3 if n % 2 else 2.0)


def _descend(
    gap: Callable[[Floats], Floats], slopes: Callable[[Floats], Any], start: Floats
) -> float:
    """The length of the gap after Levenberg-Marquardt steps; infinite if the start has none."""
    u, damping = start, 1e-3
    now = float(np.linalg.norm(gap(u)))
    for _ in range(_STEPS):
        jacobian, residual = np.asarray(slopes(u), float), gap(u)
        if not (np.isfinite(now) and np.isfinite(jacobian).all()):
            break
        step = np.linalg.lstsq(
            np.vstack([jacobian, np.sqrt(damping) * np.eye(u.size)]),
            np.concatenate([-residual, np.zeros(u.size)]),
            rcond=None,
        )[0]
        there = float(np.linalg.norm(gap(u + step)))
        if there < now:
            u, now, damping = u + step, there, damping / 5
            if np.linalg.norm(step) < 1e-13 * (1 + np.linalg.norm(u)):
                break
        elif damping > 1e12:
            break
        else:
            damping *= 4
    if np.isfinite(now):
        return now
    return np.inf
