r"""Features of ReLU neurons with one input and bias: amplitude and angle of $(w, b)$ on the circle.

While the loss has not moved, $\dot a = T(v)$ and $\dot v = a \nabla T(v)$ with $T(u) = \tfrac1n
\sum_i y_i \operatorname{relu}(u \cdot \tilde x_i)$, piecewise linear: neurons with a > 0 turn to
the strict local maxima of T on the circle, neurons with a < 0 to the strict local minima. There are
finitely many, and exact arithmetic lists them. In the linear regime features stay where they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import sympy

from rankstrat.dynamics.flow import gradient_flow
from rankstrat.dynamics.initial import Scheme, displacement_exponent, draw
from rankstrat.dynamics.loss import Array, Loss
from rankstrat.dynamics.observables import units
from rankstrat.experiments._agreement import AtLeast, Measurement, Prediction, Tolerance, Within
from rankstrat.experiments._report import Case
from rankstrat.families import two_layer
from rankstrat.rank.verdict import Verdict

Place = tuple[Fraction, Fraction]
TURN, CONDENSE = "turn of features", "condensed features"
NEAR, MOVED, SHOWN, DRAWS = 0.1, 0.01, 250, 4
"""Radians; the part of the loss after which one looks; neurons of a picture; draws of a width."""


def feature_cases(deep: bool) -> list[Case]:
    """Widths 10^3 and 10^4; up to 10^5 in the large run."""
    tops = (10_000, 100_000) if deep else (10_000,)
    return [
        {"what": what, "gamma": gamma, "gamma'": "0", "widths": top}
        for what, gamma in ((TURN, "1/2"), (CONDENSE, "3"))
        for top in tops
    ]


@dataclass(frozen=True)
class Extremum:
    """A strict local extremum of T on the circle.

    Attributes:
        vector: its direction, not normed.
        maximum: whether it is a maximum.
    """

    vector: Place
    maximum: bool

    @property
    def angle(self) -> float:
        """In radians."""
        return float(np.arctan2(float(self.vector[1]), float(self.vector[0])))


def extrema(inputs: Sequence[Fraction], labels: Sequence[Fraction]) -> list[Extremum]:
    r"""All strict local extrema of T, exactly.

    On a sector where the active samples stay the same, $T = G \cdot u$ with $G = \sum y_i \tilde
    x_i$ over them: a maximum at G, a minimum at -G, if they lie inside. On a ray between sectors
    the slopes on both sides decide.

    Args:
        inputs: rational, at least two different ones.
        labels: rational.
    """
    data = [((x, Fraction(1)), y) for x, y in zip(inputs, labels, strict=True)]
    rays = _rays([x for x, _ in data])
    found = []
    for ray, after in zip(rays, [*rays[1:], rays[0]], strict=True):
        between = (ray[0] + after[0], ray[1] + after[1])
        if not any(between):  # opposite rays: a quarter turn is between them
            between = (-ray[1], ray[0])
        slope = _slope(data, between)
        for sign in (1, -1):
            u = (sign * slope[0], sign * slope[1])
            if any(u) and _cross(ray, u) > 0 and _cross(u, after) > 0:
                found.append(Extremum(u, sign > 0))
    for before, ray, after in zip([rays[-1], *rays], rays, [*rays[1:], rays[0]], strict=False):
        left = _slope(data, (before[0] + ray[0], before[1] + ray[1]))
        right = _slope(data, (ray[0] + after[0], ray[1] + after[1]))
        # the derivative along the circle is G . (-u_2, u_1)
        sides = {_sign(_cross(ray, right), _dot(ray, right)),
                 _sign(-_cross(ray, left), _dot(ray, left))}  # fmt: skip
        if len(sides) == 1 and 0 not in sides:
            found.append(Extremum(ray, sides == {-1}))
    return found


def _sign(slope: Fraction, height: Fraction) -> int:
    r"""Whether $G \cdot u$ rises away from a ray: to first order, or as the cosine it is."""
    first = slope or -height
    return (first > 0) - (first < 0)


def _rays(lifted: Sequence[Place]) -> list[Place]:
    """The two directions orthogonal to every sample, by angle from 0."""
    both = {(s * x[1], -s * x[0]) for x in lifted for s in (1, -1)}
    return sorted(both, key=lambda v: np.arctan2(float(v[1]), float(v[0])))


def _slope(data: Sequence[tuple[Place, Fraction]], u: Place) -> Place:
    """G of the sector of u."""
    active = [(x, y) for x, y in data if _dot(x, u) > 0]
    first = sum((y * x[0] for x, y in active), Fraction(0))
    return first, sum((y * x[1] for x, y in active), Fraction(0))


def _dot(u: Place, v: Place) -> Fraction:
    return u[0] * v[0] + u[1] * v[1]


def _cross(u: Place, v: Place) -> Fraction:
    return u[0] * v[1] - u[1] * v[0]


def feature_predicted(case: Case, scheme: Scheme, found: Sequence[Extremum]) -> Prediction:
    """The exponent of the turn, as of the displacement; all amplitude at the extrema of T."""
    if case["what"] == TURN:
        value = displacement_exponent(scheme.gamma, scheme.gamma_prime)
        text = "features turn like the displacement, by m^S; the law is derived by scales"
        return Prediction(float(value), Verdict.OPEN, text, f"{value} ({scheme.regime})")
    text = (
        f"{len(found)} extrema of T, exact: all amplitude within {NEAR} of one for its sign of a,"
        f" where the loss has moved by {MOVED:.0%}; that it is so is derived by scales"
    )
    return Prediction(0.95, Verdict.OPEN, text, f"at least 0.95 at {len(found)} exact angles")


def feature_measured(
    case: Case, scheme: Scheme, seed: int, data: tuple[Sequence[Fraction], Sequence[Fraction]]
) -> Measurement:
    """At ten times smaller width and at the width, with antisymmetric draws."""
    x, y = (np.array([float(v) for v in part]) for part in data)
    widths, curves, values = (case["widths"] // 10, case["widths"]), {}, []
    kinds = {TURN: (_turn, DRAWS), CONDENSE: (_condensed, 1)}
    measure, draws = kinds[case["what"]]
    for width in widths:
        loss = Loss(two_layer(width, 1, "relu", bias=True), x, y)
        several = []
        for trial in range(draws):
            start = draw(loss.model, scheme, (seed, 22, width, trial), antisymmetric=True)
            value, end = measure(loss, start, extrema(*data))
            several.append(value)
        values.append(float(np.mean(several)))
        curves[f"features, {width}"] = list(_scatter(loss, end))
    if case["what"] == TURN:
        slope = (values[1] - values[0]) / np.log10(widths[1] / widths[0])
        shown = ", ".join(f"{10**v:.2g} at {m}" for v, m in zip(values, widths, strict=True))
        return Measurement(float(slope), f"radians, by amplitude: {shown}", None, curves)
    shown = ", ".join(f"{v:.4f} at {m}" for v, m in zip(values, widths, strict=True))
    return Measurement(values[-1], f"of the amplitude: {shown}", None, curves)


def _flow(loss: Loss, start: Array, part: float) -> Array:
    """The point where that part of the loss is left."""
    level = part * loss.value(start)
    return gradient_flow(
        loss.model, start, loss, method="RK23", time=1e8, until=level, rtol=1e-3, atol=1e-9
    ).final


def _turn(loss: Loss, start: Array, _found: Sequence[Extremum]) -> tuple[float, Array]:
    """log10 of the mean angle by which features turn, weighted by amplitude at the end."""
    end = _flow(loss, start, 0.02)
    before, after = units(loss.model, start), units(loss.model, end)
    turned = (before.orientation * after.orientation).sum(axis=1).clip(-1, 1)
    return float(np.log10(np.average(np.arccos(turned), weights=after.amplitude))), end


def _condensed(loss: Loss, start: Array, found: Sequence[Extremum]) -> tuple[float, Array]:
    """The part of the amplitude that is near an extremum for its sign of a."""
    end = _flow(loss, start, 1 - MOVED)
    after = units(loss.model, end)
    angles = _angles(after.orientation)
    near = np.zeros(len(angles), dtype=bool)
    for extremum in found:
        side = (after.outgoing > 0) == extremum.maximum
        gap = np.abs((angles - extremum.angle + np.pi) % (2 * np.pi) - np.pi)
        near |= side & (gap < NEAR)
    return float(after.amplitude[near].sum() / after.amplitude.sum()), end


def _angles(orientation: Array) -> Array:
    return np.asarray(np.arctan2(orientation[:, 1], orientation[:, 0]))


def _scatter(loss: Loss, theta: Array) -> Iterator[tuple[float, float]]:
    """Angle and relative amplitude: every so many neurons, and the largest ones."""
    found = units(loss.model, theta)
    order = np.argsort(-found.amplitude)
    kept = [*order[:50], *order[50 :: max(1, len(order) // (SHOWN - 50))]]
    angles, heights = _angles(found.orientation), found.amplitude / found.amplitude.max()
    yield from ((float(angles[i]), float(heights[i])) for i in kept)


def feature_tolerance(case: Case) -> Tolerance:
    r"""At least; and three standard errors of a slope of four draws a decade apart.

    log10 RD varies by 0.06 between draws: $3 \cdot 0.06 \sqrt{2/4} = 0.127$.
    """
    return AtLeast() if case["what"] == CONDENSE else Within(absolute=0.13)


def rational(values: Sequence[float]) -> list[Fraction]:
    """Decimal fractions as they are written."""
    return [Fraction(str(sympy.Rational(str(v)))) for v in values]


__all__ = [
    "CONDENSE", "TURN", "Extremum", "extrema", "feature_cases", "feature_measured",
    "feature_predicted", "feature_tolerance", "rational",
]  # fmt: skip
