"""Convolutional networks: the closed forms for tied weights by the engine, and points where
papers are imprecise.
"""

from __future__ import annotations

import random

import oracles
import pytest

import rankstrat as rs
from rankstrat.errors import FamilyError


def rank(kernels, a, size, kernel_size, dimension=1, *, sharing=True, **options):
    model = rs.families.convolutional(len(a), size, kernel_size, dimension, sharing, **options)
    point = model.point(a=a, K=kernels)
    return int(rs.model_rank(point))


@pytest.mark.parametrize(
    ("size", "kernel_size", "dimension", "k"),
    [(3, 2, 1, 1), (4, 2, 1, 2), (5, 3, 1, 2), (3, 2, 2, 1), (4, 3, 2, 1)],
)
def test_generic_rank_is_the_table(size, kernel_size, dimension, k):
    places, window, inputs = (
        (size + 1 - kernel_size) ** dimension,
        kernel_size**dimension,
        size**dimension,
    )
    shared = rs.families.convolutional(k, size, kernel_size, dimension)
    assert int(rs.model_rank(shared)) == k * (window + places) == shared.size
    own = rs.families.convolutional(k, size, kernel_size, dimension, sharing=False)
    assert int(rs.model_rank(own)) == k * places * (window + 1)
    full = rs.families.two_layer(k * places, inputs)
    assert int(rs.model_rank(full)) == k * places * (inputs + 1)


def test_generic_rank_with_bias():
    assert int(rs.model_rank(rs.families.convolutional(2, 4, 2, bias=True))) == 2 * (2 + 1 + 3)
    assert int(rs.model_rank(rs.families.convolutional(1, 4, 2, sharing=False, bias=True))) == 3 * (
        2 + 2
    )
    assert (
        int(rs.model_rank(rs.families.convolutional(1, 4, 2, bias=True, output_bias=True)))
        == 2 + 1 + 3 + 1
    )


def test_shifted_kernels_lose_rank():
    assert rank([[1, 0], [0, 1]], [[1, 2], [3, 5]], 3, 2) == 7
    assert rank([[1, 0], [0, 1]], [[1, 2, 3], [3, 5, 7]], 4, 2) == 8
    kernels = [[[1, 0], [0, 0]], [[0, 1], [0, 0]]]
    assert rank(kernels, [[[1, 2], [3, 4]], [[2, 3], [5, 7]]], 3, 2, 2) == 14


def test_a_padded_kernel_carried_by_two_windows():
    assert rank([[[0, 1, 0], [1, 0, 0], [2, 1, 1]]], [[1, 1, 1]], 5, 3, sharing=False) == 9


@pytest.mark.parametrize("seed", range(6))
def test_degenerate_points_match_the_oracle(seed):
    source = random.Random(seed)
    size, s, k = 4, 2, 2
    a = [[source.choice([0, 1, -1, 2]) for _ in range(3)] for _ in range(k)]
    kernels = [[source.choice([0, 0, 1, -1]) for _ in range(s)] for _ in range(k)]
    assert rank(kernels, a, size, s) == oracles.rank_cnn(kernels, a, size, s)
    own = [[[source.choice([0, 0, 1, -1]) for _ in range(s)] for _ in range(3)] for _ in range(k)]
    assert rank(own, a, size, s, sharing=False) == oracles.rank_cnn_unshared(own, a, size, s)


def test_outputs_are_the_windows():
    model = rs.families.convolutional(1, 2, 2, 2, activation="square")
    assert str(model.outputs[0]) == "a1_1_1*(K1_1_1*x1 + K1_1_2*x2 + K1_2_1*x3 + K1_2_2*x4)**2"
    own = rs.families.convolutional(1, 3, 2, sharing=False, bias=True)
    assert {str(p) for p in own.parameters} == {str(s) for s in own.outputs[0].free_symbols} - {
        "x1",
        "x2",
        "x3",
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"kernel_size": 4},
        {"dimension": 3},
        {"kernels": 0},
        {"sharing": 1},
        {"activation": "tahn"},
        {"size": "3"},
    ],
)
def test_wrong_arguments_are_refused(wrong):
    with pytest.raises(FamilyError):
        rs.families.convolutional(**{"kernels": 1, "size": 3, "kernel_size": 2} | wrong)
