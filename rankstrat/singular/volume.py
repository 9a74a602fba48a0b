r"""Volumes of $\{\theta : K(\theta) < \varepsilon\}$ by Monte Carlo.

A second opinion that knows no theorem: particles fill the set, the lowest half of them gives the
next smaller level, and moves along differences of particles fill it again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rankstrat.algebra.evaluate import evaluate
from rankstrat.algebra.floats import FloatRing, leaf_number
from rankstrat.algebra.program import LEAF
from rankstrat.errors import ModelError, PointError, demand
from rankstrat.model.model import Chart, Model
from rankstrat.rank.verdict import Verdict
from rankstrat.text.spoken import Spoken

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class VolumeSlope(Spoken):
    r"""The slope of $\log \operatorname{vol}$, and of nothing else: NUMERICAL.

    Attributes:
        value: an estimate of the learning coefficient.
        spread: the standard deviation over independent runs, without the error of finite levels.
        levels: (epsilon, logarithm of the volume's share) of the last run.
        verdict: NUMERICAL.
    """

    value: float
    spread: float
    levels: tuple[tuple[float, float], ...] = field(repr=False)
    verdict: Verdict = Verdict.NUMERICAL

    def __str__(self) -> str:
        return f"volume slope {self.value:.3f} +- {self.spread:.3f}  [{self.verdict}]"


def volume_slope(
    point: Chart,
    *,
    radius: float = 0.5,
    samples: int = 40,
    particles: int = 600,
    halvings: int = 36,
    runs: int = 3,
    multiplicity: int = 1,
    seed: int = 0,
) -> VolumeSlope:
    r"""The slope of $\log\operatorname{vol}\{\theta \text{ near the point} : K(\theta) <
    \varepsilon\}$ against $\log\varepsilon$, estimated.

    Args:
        point: where the function is the target.
        radius: half the side of the cube around it.
        samples: random inputs with normal distribution, in place of their own.
        particles: how many fill each level.
        halvings: how often the volume is halved; the last two thirds give the slope.
        runs: independent repetitions.
        multiplicity: m, for which $(m-1) \log\log\tfrac1\varepsilon$ is subtracted first.
        seed: names the random choices.

    Returns:
        The slope; 0 where K vanishes on more than half of the cube.

    Raises:
        PointError: a chart with coordinates, or numbers that are too small.
        ModelError: a domain, constants, or a function that is not finite at normal inputs.

    Example:
        >>> import sympy
        >>> from rankstrat.model.model import Model
        >>> a, b = sympy.symbols("a b")
        >>> found = volume_slope(Model([a, b**2], [a, b]).point([0, 0]))
        >>> abs(found.value - 3 / 4) < 0.1
        True
    """
    demand(point, Chart, PointError, "a point", "try model.point(...)")
    if not point.is_point:
        raise PointError(
            f"{point} has coordinates; a point is needed for a volume; use chart.at(...)"
        )
    _check(point.model, radius, particles, halvings, runs)
    rng = np.random.default_rng(seed)
    loss = _Loss(point, rng, samples)
    if not all(np.isfinite(values).all() for values in loss.target):
        raise ModelError(
            f"{point.model} is not finite at some of the normal inputs that were drawn; a function"
            " of all real inputs is needed; replace x by x**2 or exp(x) where x > 0"
        )
    slopes, levels = [], list[tuple[float, float]]()
    for _ in range(runs):
        levels = _descend(loss, rng, radius, particles, halvings)
        tail = levels[len(levels) // 3 :]
        if len(tail) < 2:
            slopes.append(0.0)
            continue
        x = np.log([epsilon for epsilon, _ in tail])
        y = np.array([share for _, share in tail])
        y -= (multiplicity - 1) * np.log(np.maximum(-x, 1.0))
        slopes.append(float(np.polyfit(x, y, 1)[0]))
    return VolumeSlope(float(np.mean(slopes)), float(np.std(slopes)), tuple(levels))


def _check(model: Model, radius: float, particles: int, halvings: int, runs: int) -> None:
    """Refuse what is not sampled."""
    if model.domain:
        raise ModelError(
            f"the inputs of {model} have a domain; inputs are drawn from a normal distribution;"
            " build it without a domain"
        )
    if model.constants:
        raise ModelError(f"{model} has unknown constants; numbers are needed; give them values")
    least = {"particles": (particles, 10), "halvings": (halvings, 6), "runs": (runs, 1)}
    for name, (value, bound) in least.items():
        if value < bound:
            raise PointError(f"{name} = {value} was given; at least {bound} are needed")
    if not radius > 0:
        raise PointError(f"radius = {radius} was given; a positive number is needed; try 0.5")


class _Loss:
    """K at many parameter vectors."""

    def __init__(self, point: Chart, rng: np.random.Generator, samples: int) -> None:
        self.model = point.model
        self.centre = np.array([float(v) for v in point.values.values()])
        width = len(self.model.inputs)
        self.inputs = rng.normal(size=(max(samples, 1) if width else 1, width))
        self.target = self.outputs(self.centre[None, :])

    def outputs(self, theta: Floats) -> list[Floats]:
        """The outputs, each of shape (vectors, samples)."""
        compiled, ring = self.model.compiled, FloatRing()
        given = dict(zip(compiled.parameters, (c[:, None] for c in theta.T), strict=True))
        given |= dict(zip(compiled.inputs, (x[None, :] for x in self.inputs.T), strict=True))
        program = compiled.program
        for node in program.reachable(compiled.outputs):
            if program.kind[node] == LEAF and node not in given:
                given[node] = leaf_number(ring, program.data[node])
        with np.errstate(all="ignore"):
            found = evaluate(program, compiled.outputs, ring, given)
        return [np.broadcast_to(f, (len(theta), len(self.inputs))) for f in found]

    def __call__(self, theta: Floats) -> Floats:
        with np.errstate(all="ignore"):
            parts = [
                ((f - g) ** 2).mean(axis=1)
                for f, g in zip(self.outputs(theta), self.target, strict=True)
            ]
        return np.nan_to_num(np.sum(parts, axis=0), nan=np.inf)


def _descend(
    loss: _Loss, rng: np.random.Generator, radius: float, particles: int, halvings: int
) -> list[tuple[float, float]]:
    """Levels and logarithms of shares, halving by halving."""
    size = len(loss.centre)
    theta = loss.centre + rng.uniform(-radius, radius, (particles, size))
    values, levels = loss(theta), list[tuple[float, float]]()
    scale = 1.0
    for step in range(1, halvings + 1):
        order = np.argsort(values)
        half = particles // 2
        level = float(values[order[half]])
        if level <= 0:
            break
        levels.append((level, -step * float(np.log(2))))
        kept = order[:half]
        theta, values = np.tile(theta[kept], (2, 1)), np.tile(values[kept], 2)
        for _ in range(20 + 2 * size):
            i, j = rng.integers(0, len(theta), (2, len(theta)))
            factor = scale * rng.choice([0.1, 0.4, 1.0], (len(theta), 1))
            some = rng.random((len(theta), size)) < rng.choice([0.3, 1.0], (len(theta), 1))
            moved = theta + factor * some * (theta[i] - theta[j])
            inside = np.abs(moved - loss.centre).max(axis=1) <= radius
            new = loss(moved)
            taken = inside & (new < level)
            theta[taken], values[taken] = moved[taken], new[taken]
    return levels


__all__ = ["VolumeSlope", "volume_slope"]
