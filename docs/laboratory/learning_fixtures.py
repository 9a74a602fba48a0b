r"""Writes learning_fixtures.json: models, points, learning coefficients and multiplicities.

`python docs/laboratory/learning_fixtures.py` takes some seconds.
"""

from __future__ import annotations

import json
from pathlib import Path

import sympy

import rankstrat as rs
from rankstrat.families import deep_matrix_factorization, matrix_factorization, two_layer

a, b, c, x = sympy.symbols("a b c x")
ONE = [[1, 0], [0, 0]]
SQUARE = matrix_factorization(2, 2, 2)
POINTS = {
    "regular line": rs.Model([a * x + b], [a, b], [x]).point([1, 2]),
    "two zeros": rs.Model([a * b], [a, b]).point([0, 0]),
    "three zeros": rs.Model([a * b * c * x], [a, b, c], [x]).point([0, 0, 0]),
    "cusp": rs.Model([a**2 + b**3], [a, b]).point([0, 0]),
    "2x2 factors of rank 0": SQUARE.point([0] * 8),
    "2x2 factors of rank 1": SQUARE.point(A=ONE, B=ONE),
    "three 2x2 factors of rank 0": deep_matrix_factorization([2, 2, 2, 2]).point([0] * 12),
    "exp, two equal neurons, one input": two_layer(2, 1, "exp").point(a=[1, 1], w=[[1], [1]]),
    "exp, two equal neurons, two inputs": two_layer(2, 2, "exp").point([1] * 6),
    "tanh, one idle neuron": two_layer(2, 1, "tanh").point(a=[1, 0], w=[[1], [2]]),
    "cusp in other coordinates": rs.Model([(a - b) ** 2 + a**3], [a, b]).point([0, 0]),
    "tanh, two null neurons": two_layer(2, 1, "tanh").point([0] * 4),
}
"""The last one is open: an estimate must meet its bounds."""


def bundle() -> str:
    """All fixtures, each with a name."""
    rows = [
        {"name": name, **json.loads(rs.learning_coefficient(point).to_json())}
        for name, point in POINTS.items()
    ]
    return json.dumps({"format": "rankstrat-learning-bundle/1", "fixtures": rows}, indent=1) + "\n"


if __name__ == "__main__":
    Path(__file__).with_suffix(".json").write_text(bundle(), encoding="utf-8")
