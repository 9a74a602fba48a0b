"""Attention at the points that a gauge count might forget: one token, wide heads, zeros, copies."""

from __future__ import annotations

import random

import pytest
import sympy

import rankstrat as rs
from rankstrat.theorems._attention import crossed, grouped, integers, products, rotated, stacked
from rankstrat.theorems.generic_rank import softmax_layers

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
@pytest.mark.parametrize("size", range(3, 11))
def test_two_layers_of_softmax_lose_only_their_gauge_group(size):
    """The published conjecture for two layers, three tokens and heads of dimension 2, certified."""
    found = softmax_layers.computed({"l": 2, "t": 3, "a": 2, "delta": size}, 1)
    # parameters less GL(2) for each head and GL(delta) between the layers
    assert found.lower == found.upper == 2 * (4 * size + size**2) - 2 * 4 - size**2
    assert found.verdict is rs.Verdict.PROVED


def test_layers_depend_on_products_of_their_matrices_alone():
    """Another factorization of the same products is the same function, exactly."""
    rng = random.Random(5)
    for linear in (True, False):
        model = stacked(2, 2, 1, 2, linear=linear)
        same = products(2, 1, 2)
        values = integers(rng, model)
        q0, k0, v0 = values[:2], values[2:4], sympy.Matrix(2, 2, values[4:8])
        q1, k1, v1 = values[8:10], values[10:12], sympy.Matrix(2, 2, values[12:16])
        base = sympy.Matrix([[2, 1], [3, 2]])
        inner = base.inv()
        moved = [2 * c for c in q0] + [sympy.Rational(c, 2) for c in k0] + list(v0 * base)
        moved += list(inner * sympy.Matrix(q1)) + list(inner * sympy.Matrix(k1)) + list(inner * v1)
        one, other = model.point(values), model.point(moved)
        at = [
            [sympy.expand(o.xreplace(p.values)) for o in same.outputs]
            for p in (same.point(values), same.point(moved))
        ]
        assert at[0] == at[1]
        assert _equal(one, other)


def _equal(one, other):
    inputs = dict(zip(one.model.inputs, (1, -2, 3, 5), strict=True))
    for left, right in zip(one.model.outputs, other.model.outputs, strict=True):
        a = left.xreplace(one.values).xreplace(inputs)
        b = right.xreplace(other.values).xreplace(inputs)
        if abs((a - b).evalf(40)) > 1e-30:
            return False
    return True


def test_one_layer_and_heads_as_wide_as_the_model():
    case = {"l": 1, "t": 2, "a": 2, "delta": 2}
    found = softmax_layers.computed(case, 0)
    assert (found.lower, found.upper) == (8, 8) == (softmax_layers.predicted(case, 0),) * 2


def test_one_token_has_no_scores():
    # softmax of one score is 1: V_1 V_2 is all there is, and the bound by products is not attained
    found = softmax_layers.computed({"l": 2, "t": 1, "a": 1, "delta": 2}, 0)
    assert (found.lower, found.upper) == (4, 10)
    assert found.verdict is rs.Verdict.OPEN
