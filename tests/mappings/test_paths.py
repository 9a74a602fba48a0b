"""Paths of at most seven segments between parameters of one function."""

from __future__ import annotations

import random

import numpy as np
import pytest
import sympy

import rankstrat as rs
from rankstrat.errors import FamilyError, PointError, TargetError
from rankstrat.families import fully_connected, matrix_factorization, two_layer


def scattered(rng, classes, width, inputs, signed):
    """Each class on some random units, up to sign; the other units idle with any weights."""
    order = rng.sample(range(width), width)
    a = [0] * width
    w = [[rng.randint(-5, 5) for _ in range(inputs)] for _ in range(width)]
    groups = [[order.pop()] for _ in classes]
    for unit in order:
        if groups and rng.random() < 0.6:
            rng.choice(groups).append(unit)
    for (v, total), group in zip(classes, groups, strict=True):
        for k, unit in enumerate(group):
            sign = rng.choice((1, -1)) if signed else 1
            share = total if k == len(group) - 1 else rng.randint(-4, 4)
            total -= share
            a[unit], w[unit] = sign * share, [sign * c for c in v]
    return {"a": a, "w": w}


@pytest.mark.parametrize("seed", range(8))
def test_random_parameters_are_joined(seed):
    rng = random.Random(seed)
    width, inputs = rng.randint(2, 8), rng.randint(1, 2)
    activation = ("tanh", "exp")[seed % 2]
    number = rng.randint(1, width // 2)
    classes = [
        ([k + 1, *[rng.randint(-4, 4) for _ in range(inputs - 1)]], rng.choice((1, 2, -3)))
        for k in range(number)
    ]
    net = two_layer(width, inputs, activation)
    p, q = (
        net.point(**scattered(rng, classes, width, inputs, activation == "tanh")) for _ in range(2)
    )
    path = rs.equivalence_path(p, q)
    assert path.units == number
    assert len(path) <= 7
    assert path.check()
    assert path.corners[0] == p
    assert list(path.corners[-1].values.values()) == list(q.values.values())
    x = np.random.default_rng(seed).normal(size=(4, inputs))
    star = outputs(p, x)
    for segment in path.segments:
        for t in (0, sympy.Rational(1, 3), 1):
            place = segment.at({"t": t}) if segment.coordinates else segment
            assert np.allclose(outputs(place, x), star)


def outputs(point, x):
    run = sympy.lambdify(point.model.inputs, point.model.outputs[0].xreplace(point.values))
    return np.array([run(*row) for row in x], dtype=float)


def test_a_common_unit_lends_its_function_to_another():
    net = two_layer(2, 1)
    # the same unit active with opposite signs: the other one must carry the function meanwhile
    path = rs.equivalence_path(
        net.point(a=[1, 0], w=[[2], [5]]), net.point(a=[-1, 0], w=[[-2], [5]])
    )
    assert len(path) == 5
    assert path.check()


def test_zero_function_and_equal_points():
    net = two_layer(3, 1)
    zero = net.point(a=[0, 0, 0], w=[[1], [2], [3]])
    other = net.point(a=[2, -2, 0], w=[[1], [1], [0]])
    path = rs.equivalence_path(zero, other)
    assert path.units == 0
    assert path.check()
    assert len(rs.equivalence_path(zero, zero)) == 0


def test_biases_and_output_biases():
    net = two_layer(2, 1, bias=True, output_bias=True)
    p = net.point(a=[1, 0], w=[[2], [5]], b=[1, 1], c=3)
    q = net.point(a=[4, -1], w=[[7], [-2]], b=[0, -1], c=3)
    with pytest.raises(TargetError, match="another function"):
        rs.equivalence_path(p, q)
    q = net.point(a=[0, -1], w=[[7], [-2]], b=[0, -1], c=3)
    assert rs.equivalence_path(p, q).check()
    other = net.point(a=[0, -1], w=[[7], [-2]], b=[0, -1], c=4)
    with pytest.raises(TargetError, match="another function"):
        rs.equivalence_path(p, other)


def test_refusals():
    net = two_layer(2, 1)
    p = net.point(a=[1, 2], w=[[2], [5]])
    with pytest.raises(TargetError, match="at most half"):
        rs.equivalence_path(p, net.point(a=[2, 1], w=[[5], [2]]))
    with pytest.raises(TargetError, match="another model"):
        rs.equivalence_path(p, two_layer(1, 1).point([1, 2]))
    with pytest.raises(PointError):
        rs.equivalence_path(net.generic(), p)


@pytest.mark.parametrize(
    ("point", "error", "match"),
    [
        (two_layer(2, 1, "exp").point(a=[1, 0], w=[[0], [1]]), PointError, "adds a constant"),
        (matrix_factorization(1, 1, 1).point([1, 1]), FamilyError, "its own neurons"),
        (fully_connected([1, 1, 1, 1], "tanh").point([1] * 6), FamilyError, "one hidden layer"),
        (two_layer(2, 1, "relu").point(a=[1, 0], w=[[2], [5]]), FamilyError, "up to sign"),
        (two_layer(2, 1, "sigmoid").point(a=[1, 0], w=[[2], [5]]), FamilyError, "up to sign"),
    ],
)
def test_other_models_error(point, error, match):
    with pytest.raises(error, match=match):
        rs.equivalence_path(point, point)
