r"""E3: certified critical functions of the lecture's data, and what splitting makes of them.

For a critical point with Hessian H and a unit that is split with ratio alpha the inertia is
$\operatorname{In}(H) + (0, 1, 0) + \operatorname{In}(\alpha(1-\alpha) G)$, G the inner Hessian of
the unit (Zhang et al. 2021). Predicted by exact arithmetic in balls, measured by float eigenvalues.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
import sympy

from rankstrat.dynamics.atlas import critical_functions
from rankstrat.dynamics.loss import Loss
from rankstrat.experiments._agreement import (
    AtLeast,
    Equal,
    Measurement,
    Prediction,
    Tolerance,
)
from rankstrat.experiments._report import (
    Case,
    Experiment,
    ExperimentReport,
)
from rankstrat.families import two_layer
from rankstrat.mappings import splitting, transfer
from rankstrat.pictures.panels import Curve, Panel
from rankstrat.rank.verdict import Verdict
from rankstrat.samples import EnclosedCriticalPoint, enclose_critical_point

INPUTS = tuple(Fraction(-15) + Fraction(29 * k, 49) for k in range(50))
BAD_MINIMUM = (
    *(-0.709591, -0.650422, 3.269264),
    *(0.404643, -1.697664, 0.104909),
    *(-5.364239, -11.976372, -0.491167),
)
"""Output weights, input weights and biases near the strict local minimum that is not global."""
ALPHAS = ("1/2", "2")


def labels() -> list[sympy.Expr]:
    r"""$\tanh(x - 7) + \tanh(x) + \tanh(x + 7)$ at the 50 inputs."""
    places = [sympy.Rational(x.numerator, x.denominator) for x in INPUTS]
    return [sympy.Add(*(sympy.tanh(x + s) for s in (-7, 0, 7))) for x in places]


def cases(seed: int, deep: bool) -> Iterable[Case]:
    """The number of critical functions, and the inertia of the bad minimum after each splitting."""
    yield {"what": "critical functions", "starts": 4000 if deep else 250, "unit": 0, "alpha": ""}
    for unit in range(3):
        for alpha in ALPHAS:
            yield {"what": "inertia after splitting", "starts": 0, "unit": unit, "alpha": alpha}


@lru_cache(maxsize=1)
def _bad_minimum() -> EnclosedCriticalPoint:
    return enclose_critical_point(
        two_layer(3, 1, bias=True),
        [[x] for x in INPUTS],
        labels(),
        BAD_MINIMUM,
    )


def predicted(case: Case, seed: int) -> Prediction:
    """The inertia in width 4, certified; and how many distinct functions were found before."""
    if case["what"] == "critical functions":
        least = 17 if case["starts"] > 1000 else 6
        text = "as an earlier search found and certified; no theorem counts them"
        return Prediction(least, Verdict.OPEN, text, f"at least {least}")
    point = _bad_minimum()
    mapping = splitting(point.model, layer=1, unit=case["unit"])
    found = transfer(mapping, point, {"alpha": sympy.Rational(case["alpha"])}).after
    text = f"({found.positive}, {found.zero}, {found.negative})"
    return Prediction(text, found.verdict, f"{found}")


def measured(case: Case, seed: int) -> Measurement:
    """A search that is given no starts; or float eigenvalues at the split float point."""
    if case["what"] == "critical functions":
        atlas = critical_functions(
            two_layer(3, 1, bias=True), INPUTS, labels(), starts=case["starts"], seed=seed
        )
        curves = {"levels": [(float(f.width), f.loss) for f in atlas.functions]}
        detail = f"{atlas.starts} starts, each one certified"
        return Measurement(len(atlas.functions), detail, curves=curves)
    theta = np.array([float(v.mid()) for v in _bad_minimum().box])
    wide = _split(theta, case["unit"], float(Fraction(case["alpha"])))
    loss = Loss(two_layer(4, 1, bias=True), _floats(INPUTS), _floats(labels()), scale="half mean")
    values = np.linalg.eigvalsh(loss.hessian(wide))
    tiny = 1e-9 * np.abs(values).max()
    counts = ((values > tiny).sum(), (np.abs(values) <= tiny).sum(), (values < -tiny).sum())
    least = f"eigenvalues from {values[0]:.3g} to {values[-1]:.3g}"
    curves = {"eigenvalues": [(float(k), float(v)) for k, v in enumerate(values)]}
    return Measurement(f"({counts[0]}, {counts[1]}, {counts[2]})", least, curves=curves)


def _floats(values: Iterable[Any]) -> list[float]:
    return [float(v) for v in values]


def _split(theta: np.ndarray[Any, Any], unit: int, alpha: float) -> np.ndarray[Any, Any]:
    a, w, b = theta.reshape(3, 3)
    last = a[unit] * (1 - alpha)
    a = a.copy()
    a[unit] *= alpha
    return np.concatenate([[*a, last], [*w, w[unit]], [*b, b[unit]]])


def tolerance(case: Case) -> Tolerance:
    """At least the number; equal inertia."""
    return AtLeast() if case["what"] == "critical functions" else Equal()


def picture(report: ExperimentReport) -> Sequence[Panel]:
    """Certified levels by width, and the signs of the eigenvalues after splitting."""
    levels = tuple(Curve("certified", points, "dots") for _, points in report.curves("levels"))
    signs = tuple(
        Curve(
            f"unit {row.case['unit']}, alpha = {row.case['alpha']}",
            [(k, np.sign(v) * np.log10(1 + abs(v) / 1e-12)) for k, v in points],
        )
        for row, points in report.curves("eigenvalues")
    )
    return (
        Panel("critical functions", "width", "mean squared error", levels, logarithmic="y"),
        Panel(
            "Hessian after splitting the bad minimum", "eigenvalue number",
            r"sign $\cdot$ digits above $10^{-12}$", signs, (("", 0.0),),
        ),
    )  # fmt: skip


EXPERIMENT = Experiment(
    name="critical_points",
    title="Critical functions, and the bad minimum that a wider network leaves",
    statement=(
        r"The width-3 network has a strict local minimum of mean squared error 0.0599 that is not"
        r" global; splitting any of its units gives a strict saddle in width 4."
    ),
    keys=("EP1", "EP2"),
    cases=cases,
    predicted=predicted,
    measured=measured,
    tolerance=tolerance,
    picture=picture,
)
