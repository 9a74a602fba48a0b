r"""E2 with three layers: how far each layer moves, $|W_l(t) - W_l(0)|/|W_l(0)| \sim m^{S_l}$.

The exponents $S_l$ follow from the exact sizes of the layers (`displacement_exponents`); different
layers of one network may be in different regimes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import numpy as np
import sympy

from rankstrat.dynamics.initial import M
from rankstrat.dynamics.layered import LayeredScheme
from rankstrat.dynamics.loss import Array
from rankstrat.experiments._agreement import Measurement, Prediction, Tolerance, Within
from rankstrat.experiments._report import Case, Experiment, ExperimentReport
from rankstrat.pictures.panels import Curve, Panel
from rankstrat.rank.verdict import Verdict

ANGLES = np.pi * np.array([0.0, 0.5, 1.0, 1.5]) + 0.3
INPUTS = np.column_stack([np.cos(ANGLES), np.sin(ANGLES)])
"""Four points of the circle, a quarter apart: the tangent kernel is far from singular."""
LABELS = np.array([0.6, -0.4, 0.2, -0.5])
LAYERS = ("input", "middle", "output")
DRAWS, STOP, STEPS = (24, 8), 0.02, 20_000
"""Draws at the smaller and at the larger width: log10 RD varies by about 0.09 and 0.03."""
MANY = {"3/10, 3/10, 3/10": (48, 32)}
"""Here it varies by 0.12 and 0.06, and a run is short."""
PART, GROWTH = 1.0, 0.1
"""A step is that part of 1/(largest eigenvalue of the kernel), and no layer changes by more."""
POINTS = (("3/10", "3/10", "3/10"), ("1/2", "3/2", "1/2"), ("1", "1", "1"))
MORE = (("1/2", "1/2", "1/2"), ("1/2", "1/2", "1"))
APART = (("0", "1/2", "3/2"), ("3/2", "1/2", "0"))
"""Here log10 RD varies by about 0.2 and 0.1 between draws."""

Weights = tuple[Array, Array, Array]


def cases(seed: int, deep: bool) -> Iterable[Case]:
    """Layer by layer: all linear; the middle one alone condensed; the outer ones condensed."""
    for exponents in (*POINTS, *MORE, *APART) if deep else POINTS:
        for layer in LAYERS:
            yield {
                "exponents of the scales": ", ".join(exponents), "layer": layer,
                "widths": 512 if deep else 256,
            }  # fmt: skip


def _scheme(case: Case) -> LayeredScheme:
    powers = [sympy.Rational(b) for b in case["exponents of the scales"].split(", ")]
    betas = tuple(M**-power for power in powers)
    return LayeredScheme(case["exponents of the scales"], sympy.Integer(1), betas)


def predicted(case: Case, seed: int) -> Prediction:
    """S of the layer, exact."""
    scheme, place = _scheme(case), LAYERS.index(case["layer"])
    value = scheme.displacement[place]
    text = f"{value} ({scheme.regimes[place]})"
    statement = (
        "exponents by exact limits; the law of the exponent is derived by scales, not proved"
    )
    return Prediction(float(value), Verdict.OPEN, statement, text)


def slopes(weights: Weights, labels: Array) -> tuple[float, Weights, Array]:
    """Half the mean squared error, its gradient, and the tangent kernel (over n)."""
    w1, w2, w3 = weights
    z1 = INPUTS @ w1.T
    h1 = np.maximum(z1, 0)
    z2 = h1 @ w2.T
    h2 = np.maximum(z2, 0)
    e = h2 @ w3 - labels
    d2 = w3 * (z2 > 0)
    d1 = (d2 @ w2) * (z1 > 0)
    n = len(labels)
    share = e[:, None] / n
    gradient = ((share * d1).T @ INPUTS, (share * d2).T @ h1, e @ h2 / n)
    kernel = h2 @ h2.T + (d2 @ d2.T) * (h1 @ h1.T) + (d1 @ d1.T) * (INPUTS @ INPUTS.T)
    return float(e @ e) / (2 * n), gradient, kernel / n


def settled(start: Weights) -> Weights:
    """Gradient flow by the midpoint rule until 2 % of the loss.

    The labels are moved by the output at the start: what is fitted is of size 1 at every width.
    """
    h2 = np.maximum(np.maximum(INPUTS @ start[0].T, 0) @ start[1].T, 0)
    labels, weights = LABELS + h2 @ start[2], start
    first = value = slopes(start, labels)[0]
    for _ in range(STEPS):
        value, gradient, kernel = slopes(weights, labels)
        if value < STOP * first:
            break
        stiff = PART / np.linalg.eigvalsh(kernel)[-1]
        sizes = [np.linalg.norm(w) / np.linalg.norm(g) for w, g in _pairs(weights, gradient)]
        step = min(stiff, GROWTH * min(sizes))
        _, middle, _ = slopes(_moved(weights, gradient, step / 2), labels)
        weights = _moved(weights, middle, step)
    return weights


def _pairs(first: Weights, second: Weights) -> Iterator[tuple[Array, Array]]:
    return zip(first, second, strict=True)


def _moved(weights: Weights, gradient: Weights, step: float) -> Weights:
    a, b, c = (w - step * g for w, g in _pairs(weights, gradient))
    return a, b, c


@lru_cache(maxsize=16)
def displacements(exponents: str, width: int, draws: int, seed: int) -> Array:
    """log10 of the relative displacement of each layer, shape (draws, 3)."""
    b1, b2, b3 = (float(sympy.Rational(b)) for b in exponents.split(", "))
    rows = []
    for trial in range(draws):
        rng = np.random.default_rng((seed, 23, width, trial))
        start = (
            width**-b1 * rng.standard_normal((width, 2)),
            width**-b2 * rng.standard_normal((width, width)),
            width**-b3 * rng.standard_normal(width),
        )
        pairs = _pairs(start, settled(start))
        rows.append([np.linalg.norm(end - w) / np.linalg.norm(w) for w, end in pairs])
    return np.log10(rows)


def measured(case: Case, seed: int) -> Measurement:
    """The slope between two widths, in the mean of log RD over all draws."""
    place, top = LAYERS.index(case["layer"]), case["widths"]
    widths, exponents = [top // 4, top], case["exponents of the scales"]
    means = [
        float(displacements(exponents, m, draws, seed)[:, place].mean())
        for m, draws in zip(widths, MANY.get(exponents, DRAWS), strict=True)
    ]
    slope = (means[1] - means[0]) / float(np.log10(widths[1] / widths[0]))
    shown = ", ".join(f"{10**v:.3g}" for v in means)
    curves = {"RD": [(float(m), 10**v) for m, v in zip(widths, means, strict=True)]}
    return Measurement(slope, f"RD at widths {', '.join(map(str, widths))}: {shown}", None, curves)


def tolerance(case: Case) -> Tolerance:
    r"""Three standard errors of the slope, and what is of relative size $m^{-1/2}$.

    The standard error is $\sqrt{0.09^2/24 + 0.03^2/8}/\log_{10} 4 = 0.035$, twice and more that
    where the outer layers differ in size by m; the rest is
    $\log_{10}((1 + 64^{-1/2})/(1 + 256^{-1/2}))/\log_{10} 4 = 0.041$.
    """
    apart = tuple(case["exponents of the scales"].split(", ")) in APART
    return Within(absolute=0.3 if apart else 0.15)


def picture(report: ExperimentReport) -> Sequence[Panel]:
    """RD of each layer against the width, with the predicted slopes."""
    panels = []
    for layer in LAYERS:
        curves: list[Curve] = []
        for row, points in report.curves("RD", layer=layer):
            (m, first), (top, _) = points[0], points[-1]
            line = [(m, first), (top, first * (top / m) ** float(row.expected or 0))]
            label = f"({row.case['exponents of the scales']})"
            curves += [Curve(label, points, "dots"), Curve("", line, predicted=True)]
        panels.append(Panel(f"{layer} layer", "width $m$", "RD", tuple(curves), logarithmic="xy"))
    return panels


EXPERIMENT = Experiment(
    name="three_layers",
    title="Phase diagram of three-layer ReLU networks",
    statement=(
        r"Each layer of a three-layer network moves like $m^S$ relative to its size, with S from"
        r" the exact exponents of the scales of all layers: one layer may condense while another"
        r" stays linear."
    ),
    keys=("PD3",),
    cases=cases,
    predicted=predicted,
    measured=measured,
    tolerance=tolerance,
    picture=picture,
)
