"""Optimistic sample sizes of convolutional targets: the table of SPEC 4, shifted kernels, and bad targets."""

from __future__ import annotations

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
    assert shared.upper <= 7 and shared.minimal is Verdict.OPEN  # 7, not k(S + J) = 8; nothing excludes less
    for model, value in ((convolutional(2, 3, 2, sharing=False), 9), (two_layer(4, 3), 12)):
        least = optimistic_sample_size(target_set(model, target))
        assert least.value == value and certain(least)


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
