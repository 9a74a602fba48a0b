r"""E2: the phase diagram of two-layer ReLU networks, and the exponent of the displacement.

$|\theta_w(t) - \theta_w(0)| / |\theta_w(0)| \sim m^S$ with S from `displacement_exponent`, against
slopes of log RD over log m; and features, amplitude over angle, which stay in the linear regime and
gather at exact angles in the condensed one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
import sympy

from rankstrat.dynamics.flow import gradient_flow
from rankstrat.dynamics.initial import SCHEMES, M, Scheme, displacement_exponent, draw
from rankstrat.dynamics.loss import Loss
from rankstrat.dynamics.observables import displacement
from rankstrat.experiments._agreement import (
    Measurement,
    Prediction,
    Tolerance,
    Within,
)
from rankstrat.experiments._features import (
    CONDENSE,
    TURN,
    extrema,
    feature_cases,
    feature_measured,
    feature_predicted,
    feature_tolerance,
    rational,
)
from rankstrat.experiments._report import (
    Case,
    Experiment,
    ExperimentReport,
    Row,
)
from rankstrat.families import two_layer
from rankstrat.model.model import Model
from rankstrat.pictures.panels import Curve, Panel
from rankstrat.rank.verdict import Verdict

INPUTS, LABELS = (-1.0, -0.3, 0.4, 1.0), (0.6, -0.4, 0.2, -0.5)
DATA = (rational(INPUTS), rational(LABELS))
DRAWS = 8
"""log10 RD varies by about 0.06 between draws of width 128: two of them left 0.065 in the slope."""
SMALL = 1024
POINTS = (("1/2", "0"), ("7/4", "0"), ("3/2", "1/2"), ("1", "0"))


def cases(seed: int, deep: bool) -> Iterable[Case]:
    """Four points of the diagram, the first one at small widths too, which takes seconds.

    Linear, critical, condensed, and critical away from gamma' = 0.
    """
    first = {"what": "displacement", "gamma": "1/2", "gamma'": "0"}
    yield {**first, "widths": 512}
    for gamma, gamma_prime in POINTS if deep else POINTS[:3]:
        point = {"gamma": gamma, "gamma'": gamma_prime}
        yield {**first, **point, "widths": 8192 if deep else 2048}
    yield from feature_cases(deep)


def _scheme(case: Case) -> Scheme:
    first, second = sympy.Rational(case["gamma"]), sympy.Rational(case["gamma'"])
    one = sympy.Integer(1)
    name = f"({first}, {second})"
    return Scheme(name, one, M ** (-(first + second) / 2), M ** (-(first - second) / 2))


def predicted(case: Case, seed: int) -> Prediction:
    """S of the exponent law, exact."""
    scheme = _scheme(case)
    if case["what"] in (TURN, CONDENSE):
        return feature_predicted(case, scheme, extrema(*DATA))
    value = displacement_exponent(scheme.gamma, scheme.gamma_prime)
    text = f"{value} ({scheme.regime})"
    statement = (
        "exponents by exact limits; the law of the exponent is derived by scales, not proved"
    )
    return Prediction(float(value), Verdict.OPEN, statement, text)


@lru_cache(maxsize=16)
def _network(width: int) -> Model:
    return two_layer(width, 1, "relu", bias=True)


def measured(case: Case, seed: int) -> Measurement:
    """The slope between two widths, in the mean of log RD over all draws.

    The flow stops at 2 % of the loss.
    """
    scheme, top = _scheme(case), case["widths"]
    if case["what"] in (TURN, CONDENSE):
        return feature_measured(case, scheme, seed, DATA)
    widths = [top // 16, top]
    means = []
    for width in widths:
        model = _network(width)
        loss = Loss(model, INPUTS, LABELS)
        logs = []
        for trial in range(DRAWS):
            start = draw(model, scheme, (seed, 21, width, trial), antisymmetric=True)
            level = 0.02 * loss.value(start)
            end = gradient_flow(
                model, start, loss, method="RK23", time=1e8, until=level, rtol=1e-3, atol=1e-9
            )
            logs.append(np.log10(displacement(model, start, end.final)))
        means.append(float(np.mean(logs)))
    slope = float(np.polyfit(np.log10(widths), means, 1)[0])
    shown = ", ".join(f"{10**v:.3g}" for v in means)
    curves = {"RD": [(float(m), 10**v) for m, v in zip(widths, means, strict=True)]}
    return Measurement(slope, f"RD at widths {', '.join(map(str, widths))}: {shown}", None, curves)


def tolerance(case: Case) -> Tolerance:
    r"""Three standard errors of the slope, and at small widths what is of finite width.

    Between draws log10 RD varies by 0.06 at width 128 and above: $3 \cdot 0.06 \sqrt{2/8} /
    \log_{10} 16 = 0.075$. At width 32 it varies by 0.117 (64 draws): $3 \sqrt{(0.117^2 +
    0.06^2)/8} / \log_{10} 16 = 0.116$, and 0.02 for the width.
    """
    if case["what"] in (TURN, CONDENSE):
        return feature_tolerance(case)
    return Within(absolute=0.14 if case["widths"] < SMALL else 0.08)


def _scatter(row: Row) -> Panel:
    """Amplitude over angle at both widths, with the exact angles of the condensed regime."""
    neurons = tuple(
        Curve(name.replace("features, ", "width "), points, "dots")
        for name, points in row.curves.items()
    )
    exact = extrema(*DATA) if row.case["what"] == CONDENSE else []
    places = tuple(("exact", e.angle) for e in exact)
    return Panel(row.case["what"], "angle of $(w, b)$", "amplitude", neurons, places=places)


def picture(report: ExperimentReport) -> Sequence[Panel]:
    """RD against the width with its slopes, the diagram with the usual schemes, features."""
    curves: list[Curve] = []
    for row, points in report.curves("RD"):
        (m, first), (top, _) = points[0], points[-1]
        line = [(m, first), (top, first * (top / m) ** float(row.expected or 0))]
        gamma, second = row.case["gamma"], row.case["gamma'"]
        label = f"({gamma}, {second}), to {top:.0f}"
        curves += [Curve(label, points, "dots"), Curve("", line, predicted=True)]
    known = [(float(s.gamma), float(s.gamma_prime)) for s in SCHEMES.values()]
    run = [
        (float(sympy.Rational(row.case["gamma"])), float(sympy.Rational(row.case["gamma'"])))
        for row in report.rows
    ]
    features = [_scatter(row) for row in report.rows if row.case["what"] in (TURN, CONDENSE)]
    diagram = (
        Curve("boundary", [(1.0, -1.5), (1.0, 0.0), (3.0, 2.0)], predicted=True),
        Curve("usual schemes", known, "dots"),
        Curve("measured here", run, "dots"),
    )
    return (
        Panel("displacement", "width $m$", "RD", tuple(curves), logarithmic="xy"),
        Panel("linear above and left, condensed below", r"$\gamma$", r"$\gamma'$", diagram),
        *features,
    )


EXPERIMENT = Experiment(
    name="phase_diagram",
    title="Phase diagram of two-layer ReLU networks",
    statement=(
        r"The displacement of the input weights grows like $m^S$: S < 0 in the linear regime, S = 0"
        r" at the boundary, S > 0 in the condensed regime; S is predicted from the exact exponents"
        r" $\gamma, \gamma'$ of the initialisation."
    ),
    keys=("PD",),
    cases=cases,
    predicted=predicted,
    measured=measured,
    tolerance=tolerance,
    picture=picture,
)
