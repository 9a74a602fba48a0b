"""The stored atlas of critical functions, against derivatives written out by hand."""

import json
from pathlib import Path

import numpy as np
import pytest

from rankstrat.experiments.plateaus import tolerance

STORED = Path(__file__).parents[2] / "docs" / "laboratory" / "critical_atlas.json"
ATLASES = json.loads(STORED.read_text(encoding="utf-8"))
LECTURE = np.linspace(-15, 14, 50)
OTHER = np.arange(-6, 7) / 2
DATA = [
    (LECTURE, np.tanh(LECTURE - 7) + np.tanh(LECTURE) + np.tanh(LECTURE + 7)),
    (OTHER, np.tanh(2 * OTHER - 1) - np.tanh(OTHER + 2)),
]
PAIRS = list(zip(ATLASES, DATA, strict=True))


def outputs(point, x):
    a, w, b = np.array(point).reshape(3, -1)
    return np.tanh(np.outer(x, w) + b) @ a


def derivatives(point, x, y):
    r"""Of the sum of e^2: gradient, Hessian."""
    a, w, b = np.array(point).reshape(3, -1)
    t = np.tanh(np.outer(x, w) + b)
    s = 1 - t**2
    e, m = t @ a - y, len(a)
    jacobian = np.hstack([t, a * s * x[:, None], a * s])
    hessian = 2 * jacobian.T @ jacobian
    for j in range(m):
        first = np.stack([s[:, j] * x, s[:, j]])
        second = -2 * a[j] * t[:, j] * s[:, j] * np.stack([x * x, x, np.ones_like(x)])
        places = (m + j, 2 * m + j)
        for k in range(2):
            hessian[j, places[k]] += 2 * e @ first[k]
            hessian[places[k], j] += 2 * e @ first[k]
            for i in range(2):
                hessian[places[k], places[i]] += 2 * e @ second[k + i]
    return 2 * e @ jacobian, hessian


@pytest.mark.parametrize(("atlas", "data"), PAIRS)
def test_stored_points_are_critical_with_that_inertia(atlas, data):
    for found in atlas["functions"]:
        if found["kind"] == "zero function":
            assert found["loss"] == pytest.approx(np.mean(data[1] ** 2), abs=1e-12)
            continue
        gradient, hessian = derivatives(found["point"], *data)
        size = np.abs(hessian).max()
        assert np.abs(gradient).max() < 1e-12 * size
        e = outputs(found["point"], data[0]) - data[1]
        assert np.mean(e**2) == pytest.approx(found["loss"], abs=1e-12)
        values = np.linalg.eigvalsh(hessian)
        assert np.abs(values).min() > 1e-12 * size
        assert [int((values > 0).sum()), 0, int((values < 0).sum())] == found["inertia"]


@pytest.mark.parametrize(("atlas", "data"), PAIRS)
def test_stored_functions_are_distinct_on_the_data(atlas, data):
    values = [outputs(f["point"] or [0, 0, 0], data[0]) for f in atlas["functions"]]
    for i, one in enumerate(values):
        assert all(np.abs(one - other).max() > 1e-6 for other in values[:i])


def test_the_lecture_has_at_least_17_of_width_3():
    assert len(ATLASES[0]["functions"]) >= 17 and ATLASES[0]["width"] == 3
    assert ATLASES[0]["seconds"] < 300
    assert {f["verdict"] for atlas in ATLASES for f in atlas["functions"]} == {"PROVED"}


def test_no_other_function_is_as_near_as_plateaus_are_to_theirs():
    (own,) = (f for f in ATLASES[0]["functions"] if f["width"] == 1)
    value = outputs(own["point"], LECTURE)
    gaps = [
        float(np.abs(outputs(f["point"] or [0, 0, 0], LECTURE) - value).max())
        for f in ATLASES[0]["functions"]
        if f is not own
    ]
    assert min(gaps) > 2 * tolerance({"quantity": "distance"}).absolute
