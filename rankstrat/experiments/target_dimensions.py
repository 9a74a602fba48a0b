r"""How the zero-loss set shrinks to the target set, and how that depends on what is represented.

Near a point of a branch whose rank is its codimension, the zero-loss set of n samples is a manifold
of dimension M - r_n, r_n the rank of the tangent functions on the samples: M - n at first, the
dimension of the branch from its codimension on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache

import numpy as np
import sympy

from rankstrat.dynamics.flow import gradient_flow
from rankstrat.dynamics.loss import Array, Loss
from rankstrat.experiments._agreement import Equal, Measurement, Prediction, Tolerance
from rankstrat.experiments._report import Case, Experiment, ExperimentReport
from rankstrat.families import two_layer
from rankstrat.model.model import Chart
from rankstrat.pictures.panels import Curve, Panel
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.verdict import Verdict
from rankstrat.samples import local_linear_recovery
from rankstrat.targets import target_set

NEURONS = ((1, 1, 1), (-1, 2, 0), (2, Fraction(1, 2), -2))
"""Output weight, input weight and bias of the neurons of the targets."""
PLANE = (3, 6, 103)
INPUTS = tuple(Fraction(k, 4) for k in (-5, 3, 1, -2, 7, -9, 11, 6, -13, 2))
TOLERANCE = 1e-7


def cases(seed: int, deep: bool) -> Iterable[Case]:
    """The zero-loss set against n; the target set against k; three networks for one function."""
    for n in range(1, 8):
        yield {"what": "zero-loss set", "width": 2, "k": 1, "n": n}
    for k in (1, 2, 3):
        yield {"what": "target set", "width": 3, "k": k, "n": 40}
    for width in PLANE:
        yield {"what": "rank in the plane", "width": width, "k": 3, "n": 500}


def _extended(case: Case) -> Chart:
    """The target in a wider network; other neurons have output weight 0 (all 0 in the plane)."""
    width, k = case["width"], case["k"]
    if case["what"] == "rank in the plane":
        net = two_layer(width, 2, bias=True)
        rest = width - 3
        return net.point(
            a=[*(n[0] for n in NEURONS), *[0] * rest],
            w=[*([n[1], n[0]] for n in NEURONS), *[[0, 0]] * rest],
            b=[*(n[2] for n in NEURONS), *[0] * rest],
        )
    spare = [Fraction(3 + j, 4) for j in range(width - k)]
    a = [*(n[0] for n in NEURONS[:k]), *[0] * (width - k)]
    w = [*(n[1] for n in NEURONS[:k]), *spare]
    b = [*(n[2] for n in NEURONS[:k]), *(Fraction(-1, 3) - s for s in spare)]
    return two_layer(width, 1, bias=True).point([*a, *w, *b])


@lru_cache(maxsize=8)
def _largest(width: int, k: int) -> tuple[int, Verdict]:
    """The dimension of the target set, from all its branches."""
    flat = [sympy.Rational(n[i]) for i in range(3) for n in NEURONS[:k]]
    target = two_layer(k, 1, bias=True).point(flat)
    found = target_set(two_layer(width, 1, bias=True), target)
    verdict = Verdict.PROVED if found.complete else Verdict.OPEN
    return max(branch.dimension for branch in found.branches), verdict


def predicted(case: Case, seed: int) -> Prediction:
    """M minus an exact rank on samples; the largest dimension of a branch; an exact rank."""
    if case["what"] == "target set":
        dimension, verdict = _largest(case["width"], case["k"])
        return Prediction(dimension, verdict, "the largest dimension of a branch, all enumerated")
    point = _extended(case)
    if case["what"] == "rank in the plane":
        text = f"{point.model.size} parameters, the same function, rank k(d + 2)"
        certificate = model_rank(point)
        return Prediction(int(certificate), certificate.verdict, text)
    found = local_linear_recovery(point, [[x] for x in INPUTS[: case["n"]]])
    text = f"{point.model.size} parameters less the exact rank on {case['n']} samples"
    return Prediction(point.model.size - int(found.empirical), found.empirical.verdict, text)


def measured(case: Case, seed: int) -> Measurement:
    """Nullity of the float Jacobian where a flow from nearby ends; float rank in the plane."""
    point = _extended(case)
    model, exact = point.model, np.array([float(v) for v in point.raw])
    rng = np.random.default_rng((seed, 95, case["width"], case["n"]))
    if case["what"] == "rank in the plane":
        x = rng.normal(0, 2, (case["n"], 2))
        values = _singular(Loss(model, x, np.zeros(len(x))), exact)
        return Measurement(int((values > TOLERANCE).sum()), _gap(values, TOLERANCE))
    x = np.array([float(v) for v in INPUTS[: case["n"]]])
    if case["what"] == "target set":
        x = np.linspace(-4, 4, case["n"])
    loss = Loss(model, x, Loss(model, x, np.zeros(len(x))).outputs(exact)[:, 0])
    start = exact + 0.02 * rng.standard_normal(model.size)
    end = gradient_flow(model, start, loss, time=1e10, until=1e-24, budget=20_000)
    values = _singular(loss, end.final)
    nullity = model.size - int((values > TOLERANCE).sum())
    return Measurement(nullity, f"{_gap(values, TOLERANCE)}; {end.reason}")


def _singular(loss: Loss, theta: Array) -> Array:
    """Singular values of the Jacobian, over the largest."""
    values = np.linalg.svd(loss.jacobian(theta)[:, 0], compute_uv=False)
    return np.asarray(values / values[0])


def _gap(values: Array, tolerance: float) -> str:
    above, below = values[values > tolerance], values[values <= tolerance]
    last = f"{below[0]:.0e}" if len(below) else "none"
    return f"singular values {above[-1]:.0e} | {last}"


def tolerance(case: Case) -> Tolerance:
    """Equal."""
    return Equal()


def picture(report: ExperimentReport) -> Sequence[Panel]:
    """Dimensions against n and against k."""
    panels = []
    for what, name in (("zero-loss set", "n"), ("target set", "k")):
        rows = [row for row in report.rows if row.case["what"] == what]
        exact = [(float(r.case[name]), float(r.expected or 0)) for r in rows]
        runs = [(float(r.case[name]), float(r.value or 0)) for r in rows]
        curves = (
            Curve("where a flow ends", runs, "dots"),
            Curve("exact", exact, "dots", predicted=True),
        )
        axis = {"n": "samples $n$", "k": "effective neurons $k$"}[name]
        panels.append(Panel(f"dimension of the {what}", axis, "dimension", curves))
    return panels


EXPERIMENT = Experiment(
    name="target_dimensions",
    title="Dimensions of the zero-loss set and of the target set",
    statement=(
        r"The zero-loss set of n samples shrinks to the target set, of dimension 2(m - k) for"
        r" k effective neurons with bias; networks of 12, 24 and 412 parameters have rank 12 at one"
        r" function."
    ),
    keys=("STR", "OPT"),
    cases=cases,
    predicted=predicted,
    measured=measured,
    tolerance=tolerance,
    picture=picture,
)
