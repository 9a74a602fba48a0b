"""Grids of points, sorted by their function, against the lists of the targets that these are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import sympy
from sizes_of_families import SIZES

import rankstrat as rs
from rankstrat.errors import RankstratError
from rankstrat.families import two_layer
from rankstrat.targets.challenge import Equation
from rankstrat.targets.challenge.crowds import crowds, grid, some, strangers

VALUES = (0, 1, -1, 2, -2)


def challenged(model, most, count, seed):
    """How many solutions of complete lists were tried; none of them is missing."""
    tried = 0
    for group in some(crowds(model, grid(model.size, VALUES, most, seed), seed=seed), count, seed):
        target = model.point(group[seed % len(group)].tolist())
        try:
            found = rs.target_set(model, target, seed=seed, budget=60)
        except RankstratError:
            continue
        if not found.complete or found.by_orbits:
            continue
        equation = Equation(model, found.target, seed)
        for row in strangers(found.branches, group):
            point = model.point(row.tolist())
            assert equation.holds(point) is not True, f"{point} is missing: {found}"
        tried += len(group)
    return tried


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


@pytest.mark.parametrize("name", ["diagonal", "two_layer", "matrix_factorization"])
def test_no_point_of_a_small_grid_is_missing(name):
    assert challenged(SIZES[name][0], 5_000, 3, 0) > 0


@pytest.mark.slow
@pytest.mark.parametrize("name", SIZES)
def test_no_point_of_a_large_grid_is_missing(name):
    assert sum(challenged(model, 300_000, 40, seed) for model in SIZES[name] for seed in (0, 1)) > 0
