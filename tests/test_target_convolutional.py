"""Optimistic sample sizes of convolutional targets: the table of SPEC 4, shifted kernels, and bad targets."""

from __future__ import annotations

import random

import oracles
import pytest
import sympy

from rankstrat import Verdict, model_rank
from rankstrat.errors import TargetError
from rankstrat.families import convolutional, two_layer
from rankstrat.target import optimistic_sample_size, target_set

ONE = {"a": [[1, 2, 0], [3, 0, 1]], "K": [[1, 2, 3], [2, -1, 1]]}
IMAGE = {"a": [[[1, 2], [0, 3]], [[0, 1], [0, 5]]], "K": [[[1, 2], [3, 1]], [[2, -1], [1, 4]]]}
CASES = {
    "d=5, s=3, k=2, two zeros": (convolutional(2, 5, 3).point(**ONE), 1, 5, 3, (12, 16, 24)),
    "with biases": (convolutional(2, 5, 3, bias=True).point(**ONE, b=[1, 2]), 1, 5, 3, (14, 20, 28)),
    "images, d=3, s=2, k=2, three zeros": (convolutional(2, 3, 2, 2).point(**IMAGE), 2, 3, 2, (16, 25, 50)),
}


def certain(size):
    return (size.attained, size.minimal) == (Verdict.PROVED, Verdict.PROVED)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("extra", [0, 1])
def test_table_of_the_specification(case, extra):
    target, dimension, size, kernel, expected = CASES[case]
    bias = target.model.structure.bias
    places = (size + 1 - kernel) ** dimension
    models = [
        convolutional(2 + extra, size, kernel, dimension, bias=bias),
        convolutional(2 + extra, size, kernel, dimension, sharing=False, bias=bias),
        two_layer((2 + extra) * places, size**dimension, bias=bias),
    ]
    for model, value in zip(models, expected, strict=True):
        q = target_set(model, target)
        least = optimistic_sample_size(q)
        assert least.value == value and certain(least)
        assert model_rank(least.minimiser).value == value
        assert q.branches[0].contains(least.minimiser)


def test_shifted_kernels_cost_less():
    target = convolutional(2, 3, 2).point(a=[[1, 2], [3, 5]], K=[[1, 0], [0, 1]])
    shared = optimistic_sample_size(target_set(convolutional(2, 3, 2), target))
    assert shared.value == 7 and certain(shared)  # not k(S + J) = 8
    for model, value in ((convolutional(2, 3, 2, sharing=False), 9), (two_layer(4, 3), 12)):
        least = optimistic_sample_size(target_set(model, target))
        assert least.value == value and certain(least)


@pytest.mark.parametrize(
    ("size", "kernel", "dimension", "a", "expected"),
    [(4, 2, 1, [[1, 2, 1], [3, 5, 7]], 8), (3, 2, 2, [[[1, 2], [1, 3]], [[3, 5], [7, 1]]], 14)],
)
def test_more_shifted_kernels(size, kernel, dimension, a, expected):
    kernels = [[1, 0], [0, 1]] if dimension == 1 else [[[1, 0], [0, 0]], [[0, 1], [0, 0]]]
    target = convolutional(2, size, kernel, dimension).point(a=a, K=kernels)
    for extra in (0, 1):
        least = optimistic_sample_size(target_set(convolutional(2 + extra, size, kernel, dimension), target))
        assert least.value == expected and certain(least)


def net_weights(size, kernel, a, K, b):
    """The classes of padded kernels (with biases) and their net output weights; None for a constant neuron."""
    net = {}
    for number, row in enumerate(K):
        for window, out in zip(oracles.windows(size, kernel), a[number], strict=True):
            u = (*oracles.padded(row, window, size), *([b[number]] if b else []))
            if any(u[:size]):
                sign, key = oracles._sign_and_representative(u)
                net[key] = net.get(key, 0) + sign * out
            elif out and any(u):
                return None
    return tuple(sorted((u, v) for u, v in net.items() if v))


def check_random_points(kernels, size, kernel, bias, trials):
    """Random points with small entries, sorted by their functions: none has a rank below the least one claimed."""
    rng = random.Random(kernels + size)
    least, points = {}, {}
    for _ in range(trials):
        K = [[rng.choice([0, 0, 1, -1]) for _ in range(kernel)] for _ in range(kernels)]
        a = [[rng.choice([-1, 0, 0, 1]) for _ in range(size + 1 - kernel)] for _ in range(kernels)]
        b = [rng.choice([0, 1]) for _ in range(kernels)] if bias else None
        key = net_weights(size, kernel, a, K, b)
        if key is None:
            continue
        rank = oracles.rank_cnn(K, a, size, kernel, 1, b)
        if rank < least.get(key, 99):
            least[key], points[key] = rank, {"a": a, "K": K} | ({"b": b} if bias else {})
    model = convolutional(kernels, size, kernel, bias=bias)
    for key, rank in least.items():
        found = optimistic_sample_size(target_set(model, model.point(**points[key])))
        assert certain(found) and found.value <= rank, points[key]


@pytest.mark.parametrize(("kernels", "size", "kernel", "bias"), [(2, 3, 2, False), (2, 4, 3, False), (2, 3, 2, True)])
def test_no_random_point_is_below_the_least_rank(kernels, size, kernel, bias):
    check_random_points(kernels, size, kernel, bias, 60)


@pytest.mark.slow
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize(("kernels", "size", "kernel"), [(2, 3, 2), (2, 4, 3), (3, 4, 3), (3, 4, 2), (2, 5, 3)])
def test_no_random_point_is_below_the_least_rank_anywhere(kernels, size, kernel, bias):
    check_random_points(kernels, size, kernel, bias, 3000)


def test_silent_kernels_are_free():
    q = target_set(convolutional(3, 5, 3), CASES["d=5, s=3, k=2, two zeros"][0])
    (branch,) = q.branches
    assert branch.dimension == 3 and branch.rank == 15 and not q.complete  # its translates are there, with a = 0


@pytest.mark.parametrize(
    ("model", "target", "message"),
    [
        (convolutional(1, 3, 2), sympy.tanh(sympy.Symbol("x1") + sympy.Symbol("x3")), "do not fit the windows"),
        (convolutional(1, 3, 2), two_layer(2, 3).point([1, 1, 1, 2, 0, 2, 1, 0]), "do not fit the windows"),
        (convolutional(1, 3, 2), two_layer(1, 3, output_bias=True).point([1, 1, 2, 0, 5]), "output_bias=True"),
        (convolutional(1, 3, 2, activation="sigmoid"), sympy.Integer(0), "sigma"),
    ],
)
def test_malformed_targets(model, target, message):
    with pytest.raises(TargetError, match=message):
        target_set(model, target)
