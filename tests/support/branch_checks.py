"""What several files ask of branches: both halves of a least rank, dimensions by floats, functions
by the engine.
"""

from __future__ import annotations

import numpy as np
import sympy

from rankstrat import Verdict
from rankstrat.rank.zero import same_functions


def proved(size, value):
    return (size.value, size.attained, size.minimal) == (value, Verdict.PROVED, Verdict.PROVED)


def chart_rank(chart):
    """The rank of the derivative of a chart at random floats: its dimension, independently of the
    tool's ranks.
    """
    values = sympy.Matrix(list(chart.values.values()))
    if not chart.coordinates:
        return 0
    slopes = sympy.lambdify(chart.coordinates, values.jacobian(chart.coordinates).tolist())
    return np.linalg.matrix_rank(
        np.array(slopes(*np.random.default_rng(1).uniform(0.5, 2, len(chart.coordinates))))
    )


def is_on_target(branch, target):
    """F = f* on the chart, by the engine."""
    outputs = [output.xreplace(branch.chart.values) for output in branch.model.outputs]
    return same_functions(outputs, target, branch.model.inputs, branch.chart.coordinates)


def exponential_rank(a, w, output_bias):
    """1 for each distinct weight, d more where a neuron is active; the output bias stands for w =
    0.
    """
    weights = {tuple(u) for u in w} | ({(0,) * len(w[0])} if output_bias else set())
    active = {tuple(u) for u, v in zip(w, a) if sympy.expand(v) != 0}
    return len(weights) + len(w[0]) * len(active)
