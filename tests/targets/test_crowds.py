"""Grids of points, sorted by their function, against the lists of the targets that these are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import sympy
from challenged_crowds import challenge
from sizes_of_families import ACTIVATIONS, ONE_SIZE, SIZES

import rankstrat as rs
from rankstrat.families import FAMILIES, two_layer
from rankstrat.targets.branch import TargetFunction
from rankstrat.targets.challenge import Equation
from rankstrat.targets.challenge.crowds import crowds, grid, least_ranks, strangers

VALUES = (0, 1, -1, 2, -2)


def test_a_grid_is_all_points_or_random_ones():
    assert len(grid(2, (0, 1, 2), 100)) == 9
    assert grid(3, (0, 1, 2), 10).shape == (10, 3)


def test_points_of_one_function_are_one_crowd():
    a, b, x = sympy.symbols("a b x")
    found = crowds(rs.Model(a * b * x, [a, b], [x]), grid(2, (0, 1, -1, 2), 100))
    assert sorted(map(len, found), reverse=True)[0] == 7  # a = 0 or b = 0
    assert all(len(set((g[:, 0] * g[:, 1]).tolist())) == 1 for g in found)


@pytest.mark.parametrize("gone", range(3))
def test_a_list_without_a_branch_has_strangers(gone):
    model = two_layer(2, 1)
    found = rs.target_set(model, two_layer(1, 1).point([1, 1]))
    points = crowds(model, grid(4, VALUES, 1000))
    own = next(g for g in points if [1, 0, 1, 0] in g.tolist())
    assert len(strangers(found.branches, own)) == 0
    left = [b for k, b in enumerate(found.branches) if k != gone]
    assert len(strangers(left, own)) > 0


def test_curved_branches_are_tried_as_well():
    a, b, x = sympy.symbols("a b x")
    model = rs.Model(a * b * x, [a, b], [x])
    found = rs.target_set(model, model.point([1, 2]))
    points = np.array([[1, 2], [-2, -1], [2, 2]])
    assert strangers(found.branches, points).tolist() == [[2, 2]]
    (branch, *_) = found.branches
    everything = replace(branch, closure=replace(branch.closure, decide=lambda p: True))
    assert len(strangers([everything], points)) == 0


def test_ranks_are_those_of_the_engine():
    model = two_layer(2, 1)
    points = grid(4, (0, 1, -1), 1000)
    nothing = Equation(model, TargetFunction((sympy.S.Zero,)))
    exact = [int(rs.model_rank(model.point(row.tolist()))) for row in points]
    assert least_ranks(nothing, points).tolist() == exact


def test_every_family_and_activation_is_challenged():
    assert {name.partition(" ")[0] for name in SIZES} == set(FAMILIES)
    assert all(len(models) >= 3 or name in ONE_SIZE for name, models in SIZES.items())
    assert len(ACTIVATIONS) == len(rs.activations)


@pytest.mark.parametrize("name", ["diagonal", "two_layer", "matrix_factorization"])
def test_no_point_of_a_small_grid_is_missing(name):
    assert challenge(SIZES[name][0], 5_000, 3)["complete"] > 0


def test_a_bound_that_is_too_high_is_refuted(monkeypatch):
    one = rs.optimistic_sample_size
    monkeypatch.setattr(rs, "optimistic_sample_size", lambda q, **k: replace(one(q), lower=9))
    with pytest.raises(AssertionError, match="not 9 or more"):
        challenge(two_layer(2, 1), 1000, 1)


@pytest.mark.slow
@pytest.mark.parametrize("name", [*SIZES, *ACTIVATIONS])
def test_no_point_of_a_large_grid_is_missing(name):
    for model in (SIZES | ACTIVATIONS)[name]:
        assert challenge(model, 100_000, 500, seconds=4)["bounds"] > 0
