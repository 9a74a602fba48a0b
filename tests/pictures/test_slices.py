"""The landscape around a branch, and the matrix of recovery marks."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest

import rankstrat as rs
from rankstrat.errors import DataError
from rankstrat.pictures import plot_slice, plot_stability
from rankstrat.pictures.stability import mark


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def landscape():
    F = rs.families.two_layer(2, 1, activation="exp")
    Q = rs.target_set(F, rs.families.two_layer(1, 1, activation="exp").point([1, 1]))
    x = np.linspace(-1, 1, 7)
    return rs.Loss(F, x, np.exp(x)), Q


def heights(axes):
    """The levels of the filled contours, lowest first."""
    return axes.collections[0].levels


def test_a_branch_is_the_valley_through_the_middle():
    loss, Q = landscape()
    for branch in Q.branches:
        axes = plot_slice(loss, branch, reach=0.5, steps=21)
        assert (axes.get_xlabel(), axes.get_ylabel()) == ("along the branch", "steepest")
        assert heights(axes)[-1] - heights(axes)[0] >= 6  # down to the floor


def test_along_the_branch_the_loss_is_zero_as_far_as_the_chart_is_straight():
    loss, Q = landscape()
    shared = next(b for b in Q.branches if b.label == "{1,2} | -")  # a1 + a2 = 1, w1 = w2 = 1
    for step in (-1.5, 0.0, 2.0):  # what the picture puts on its horizontal axis, by hand
        assert loss.value([0.5 + step, 0.5 - step, 1.0, 1.0]) < 1e-28
    axes = plot_slice(loss, shared, reach=1.0, steps=3)  # three grid points on the valley floor
    assert heights(axes)[-1] - heights(axes)[0] >= 6


def test_two_parameters_vary_and_the_others_stay():
    loss, _ = landscape()
    point = loss.model.point(a=[1, 0], w=[[1], [3]])
    axes = plot_slice(loss, point, along=("w1_1", "w2_1"), reach=1.0, steps=11)
    assert axes.get_xlabel() == "$w_{1 1}$"
    assert np.allclose(axes.get_xlim(), (0, 2)) and np.allclose(axes.get_ylim(), (2, 4))
    seen = plot_slice(loss, point, reach=1.0, steps=11)
    assert seen.get_xlabel() == "flattest"


@pytest.mark.parametrize(
    ("knobs", "words"),
    [
        ({"along": ("w1_1", "w9")}, "two different parameters of the model are needed"),
        ({"along": ("w1_1", "w1_1")}, "two different parameters"),
        ({"along": "w1"}, "two different parameters"),
        ({"reach": -1}, "a positive reach"),
        ({"reach": float("nan")}, "a positive reach"),
        ({"steps": 1}, "at least two steps"),
    ],
)
def test_wrong_slices_error(knobs, words):
    loss, Q = landscape()
    with pytest.raises(DataError, match=words):
        plot_slice(loss, Q.branches[0], **knobs)


def test_other_models_and_charts_error():
    loss, Q = landscape()
    with pytest.raises(DataError, match="one model is needed"):
        plot_slice(loss, rs.families.two_layer(1, 1).point([1, 1]))
    with pytest.raises(DataError, match="a point is needed"):
        plot_slice(loss, loss.model.generic())
    with pytest.raises(DataError, match="a branch or a point"):
        plot_slice(loss, Q)


def test_marks_are_those_of_the_corrected_theorem():
    F = rs.families.two_layer(width=2, inputs=2, activation="exp")
    Q = rs.target_set(F, rs.families.two_layer(1, 2, activation="exp").point([1, 1, 2]))
    found = {b.label: rs.recovery_thresholds(b) for b in Q.branches}
    # by hand: rank 3, codimension 5 where both neurons agree; rank and codimension 4 elsewhere
    rows = [[mark(t, n)[0] for n in range(1, 7)] for t in found.values()]
    assert rows[0] == ["u", "u", "u", "O", "s", "s"]
    assert all(row == ["u", "u", "u", "s", "s", "s"] for row in rows[1:])
    axes = plot_stability(found)
    assert [t.get_text() for t in axes.get_yticklabels()] == list(found)
    counts = {c.get_label(): len(c.get_offsets()) for c in axes.collections}
    assert counts == {"stable at almost every point": 8, "not stable": 9, "OPEN": 1}


@pytest.mark.parametrize("wrong", [{}, [1, 2], None])
def test_marks_of_nothing_error(wrong):
    with pytest.raises(DataError, match="a mapping of labels"):
        plot_stability(wrong)


@pytest.mark.parametrize("samples", [[0], [], range(1, 99)])
def test_marks_at_impossible_samples_error(samples):
    found = {"b": rs.recovery_thresholds(landscape()[1].branches[0])}
    with pytest.raises(DataError, match="all positive"):
        plot_stability(found, samples)
