"""Attention at the points that a gauge count might forget: one token, wide heads, zeros, copies."""

from __future__ import annotations

import random

import pytest

import rankstrat as rs
from rankstrat.theorems._attention import crossed, grouped, integers, rotated, stacked

ONE_HEAD = {"groups": 1, "queries": 1, "linear": False}


def rank(model, values=None):
    if values is None:
        values = integers(random.Random(3), model)
    found = rs.model_rank(model.point(values))
    assert found.verdict is rs.Verdict.PROVED
    return int(found)


def test_one_token_leaves_only_values():
    # softmax of one score is 1, so X V O is all there is: d (2 D - d)
    assert rank(grouped(1, 3, 1, **ONE_HEAD)) == 5
    assert rank(crossed((2, 1), (2, 3, 2), 1, 2)) == 2 * (3 + 2 - 2)


def test_heads_wider_than_the_model_have_full_products():
    # Q K^T and V O are then arbitrary D x D matrices
    assert rank(grouped(2, 2, 3, **ONE_HEAD)) == 2 * 4


def test_zero_head_has_rank_zero():
    model = grouped(2, 2, 1, **ONE_HEAD)
    assert rank(model, [0] * model.size) == 0


@pytest.mark.parametrize("linear", [False, True])
def test_two_equal_heads_are_one(linear):
    one = grouped(2, 2, 1, groups=1, queries=1, linear=linear)
    two = grouped(2, 2, 1, groups=2, queries=1, linear=linear)
    values = integers(random.Random(7), one)
    assert rank(two, [*values, *values]) == rank(one, values)


@pytest.mark.parametrize(
    ("size", "head", "count", "dimension"),
    [
        (1, 1, 3, 1),  # a number times x^3
        (2, 1, 2, 10),  # 2 (2 * 3 - 1)
        (2, 1, 3, 12),  # all bilinear maps x (S yy) M: 2 * 3 * 2
        (3, 3, 2, 32),  # A_1 x B_1 + A_2 x B_2 with full matrices: 36 less dim GL(2)
    ],
)
def test_sums_of_linear_heads_are_tensors(size, head, count, dimension):
    assert rank(grouped(2, size, head, groups=count, queries=1, linear=True)) == dimension


def test_rotations_of_one_angle_are_seen_as_one_plane():
    # one plane: commutant of dimension 2, not 4
    assert rank(rotated(2, 2, 1)) == 4 * 2 * 2 - 2 - 4


@pytest.mark.slow
@pytest.mark.parametrize("size", [3, 4, 5])
def test_two_layers_of_softmax_lose_only_their_gauge_group(size):
    """The published conjecture for two layers, three tokens and heads of dimension 2: a minor."""
    model = stacked(3, size, 2, 2, linear=False)
    found = rs.model_rank(model.point(integers(random.Random(8), model, bound=9)))
    # the gauge group, GL(2) for each head and GL(D) between the layers, gives the upper bound
    assert found.lower == 2 * 2 * (2 * size - 2) + size * size
