"""Deep tanh networks in their own architecture: all parameters, and when it is not claimed."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy

import rankstrat as rs
from rankstrat.families import fully_connected

Z = sympy.Symbol("z")


def net(widths, activation="tanh", bias=True):
    return fully_connected(widths, activation, bias, bias)


def values(model):
    return [(7 * i * i + 3 * i + 1) % 23 - 11 or 1 for i in range(model.size)]


@pytest.mark.parametrize(
    ("widths", "bias", "count"),
    [([1, 1, 1, 1], True, 4), ([1, 2, 1, 1], False, 16), ([2, 2, 2, 2], True, 64)],
)
def test_every_branch_is_the_same_function_and_there_are_all_of_them(widths, bias, count):
    model = net(widths, bias=bias)
    point = model.point(values(model))
    q = rs.target_set(model, point)
    assert q.complete
    assert len(q.branches) == len({tuple(b.chart.raw) for b in q.branches}) == count
    x = np.random.default_rng(0).normal(size=(5, widths[0]))
    star = outputs(point, x)
    for branch in q.branches:
        assert np.allclose(outputs(branch.chart, x), star)
        assert branch.dimension == 0
        assert branch.contains(branch.chart)
    found = rs.optimistic_sample_size(q)
    assert found.value == int(rs.model_rank(point)) == model.size
    assert found.minimal is rs.Verdict.PROVED


def outputs(point, x):
    model = point.model
    run = sympy.lambdify(model.inputs, [o.xreplace(point.values) for o in model.outputs])
    return np.array([run(*row) for row in x], dtype=float)


def test_many_signs_are_one_branch_with_its_copies():
    model = net([2, 3, 3, 1])
    q = rs.target_set(model, model.point(values(model)))
    assert q.complete
    assert len(q.branches) == 1
    assert int(q.count) == (6 * 8) ** 2


def changed(**blocks):
    model = net([1, 2, 2, 1])
    given = {name: array.copy() for name, array in model.point(values(model)).arrays.items()}
    for name, array in blocks.items():
        given[name] = np.array(array, dtype=object)
    return model, model.point(**given)


@pytest.mark.parametrize(
    "blocks",
    [
        {"W1": [[2], [2]], "b1": [1, 1]},  # equal units
        {"W1": [[2], [-2]], "b1": [1, -1]},  # opposite units
        {"W1": [[0], [3]]},  # a constant unit
        {"W2": [[1, 0], [2, 0]]},  # an idle unit
        {"W3": [[0, 0]]},  # a constant function
        {"W2": [[0, 0], [1, 2]]},  # a constant unit further on
    ],
)
def test_reducible_targets_are_not_claimed(blocks):
    model, point = changed(**blocks)
    assert not rs.target_set(model, point).complete


def test_units_with_equal_weights_and_other_biases_are_different():
    model, point = changed(W1=[[2], [2]], b1=[1, 2])
    assert rs.target_set(model, point).complete


def test_other_widths_and_other_activations_are_not_claimed():
    narrow = net([1, 2, 1, 1])
    point = narrow.point(values(narrow))
    assert not rs.target_set(net([1, 2, 2, 1]), point).complete
    for activation in ("sigmoid", "softplus", Z * sympy.tanh(Z)):
        model = net([1, 2, 2, 1], activation)
        assert not rs.target_set(model, model.point(values(model))).complete


def test_tanh_with_factors_is_tanh():
    model = net([1, 1, 1, 1], Fraction(3, 2) * sympy.tanh(2 * Z))
    q = rs.target_set(model, model.point(values(model)))
    assert q.complete
    assert len(q.branches) == 4
