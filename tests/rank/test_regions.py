"""Piecewise models: exact cells of arrangements, rank on one region, on all inputs, and when
regions are " "only sampled.
"""

from __future__ import annotations

import itertools
import random
from fractions import Fraction
from math import comb

import oracles
import pytest
import sympy as sp

import rankstrat as rs
from rankstrat.algebra.arrangement import Hyperplane, cells
from rankstrat.errors import DataError, PoleError

X = sp.Symbol("x")


def forms(rng: random.Random, count: int, dimension: int, size: int) -> list[Hyperplane]:
    return [
        Hyperplane(
            tuple(Fraction(rng.randint(-size, size)) for _ in range(dimension)),
            Fraction(rng.randint(-size, size)),
        )
        for _ in range(count)
    ]


@pytest.mark.parametrize(("dimension", "count"), [(1, 5), (2, 6), (3, 6), (3, 9)])
def test_generic_arrangement_has_zaslavsky_many_cells(dimension: int, count: int) -> None:
    # Buck 1943: sum_{k <= d} C(n, k) cells for hyperplanes in general position
    planes = [
        Hyperplane(tuple(Fraction(t**k) for k in range(1, dimension + 1)), Fraction(1))
        for t in range(2, count + 2)
    ]
    assert len(cells(planes, dimension)) == sum(comb(count, k) for k in range(dimension + 1))


def test_cells_of_degenerate_arrangements_agree_with_dense_sampling() -> None:
    rng = random.Random(0)
    for _ in range(10):
        dimension = rng.choice([1, 2])
        planes = forms(rng, rng.randint(1, 6), dimension, 1)
        found = cells(planes, dimension)
        for signs, point in found.items():
            assert signs == tuple((h.at(point) > 0) - (h.at(point) < 0) for h in planes)
        grid = [Fraction(k, 7) for k in range(-40, 41)]
        for point in itertools.product(grid, repeat=dimension):
            signs = tuple((h.at(point) > 0) - (h.at(point) < 0) for h in planes)
            if all(
                s or not (any(h.normal) or h.offset) for s, h in zip(signs, planes, strict=True)
            ):
                assert signs in found


def test_regions_of_two_kinks() -> None:
    a, b, x = sp.symbols("a b x")
    model = rs.Model(a * sp.Max(0, x) + b * sp.Max(0, x - 1), [a, b], [x])
    point = model.point([1, 1])
    # left of both kinks the model is 0, between them only a matters, right of both x and x - 1 are
    # independent
    assert [int(rs.region_rank(point, [v])) for v in (-1, Fraction(1, 2), 2)] == [0, 1, 2]
    assert int(rs.model_rank(point)) == 2
    with pytest.raises(DataError, match="boundary"):
        rs.region_rank(point, [1])
    # the kinks do not move with a and b
    assert int(rs.model_rank(model)) == 2


@pytest.mark.parametrize("bias", [False, True])
def test_relu_rank_on_all_inputs_agrees_with_the_formula(bias: bool) -> None:
    # docs/proofs.md, rays through an independent oracle, on degenerate points
    rng = random.Random(5)
    for _ in range(8):
        width, inputs = rng.randint(1, 4), rng.randint(1, 2)
        a = [rng.choice([-1, 0, 1, 2]) for _ in range(width)]
        w = [[rng.choice([-1, 0, 1]) for _ in range(inputs)] for _ in range(width)]
        b = [rng.choice([-2, -1, 1, 2]) for _ in range(width)]
        model = rs.families.two_layer(width=width, inputs=inputs, activation="relu", bias=bias)
        point = model.point(a=a, w=w, b=b) if bias else model.point(a=a, w=w)
        certificate = rs.model_rank(point)
        assert certificate.verdict is rs.Verdict.PROVED
        assert int(certificate) == oracles.rank_relu(a, w, b if bias else None)


def test_deep_relu_rank_counts_every_region() -> None:
    # |x| = relu(x) + relu(-x) fed to a second layer; by hand: F = c relu(u(relu(x) + relu(-x)) + s)
    # at c = u = s = 1 is c (u|x| + s) everywhere, with tangent functions |x| + 1, |x|, 1: rank 2
    c, u, s, x = sp.symbols("c u s x")
    model = rs.Model(c * sp.Max(0, u * (sp.Max(0, x) + sp.Max(0, -x)) + s), [c, u, s], [x])
    certificate = rs.model_rank(model.point([1, 1, 1]))
    assert (int(certificate), certificate.verdict) == (2, rs.Verdict.PROVED)
    # at s = -1 the unit is c (|x| - 1) where |x| > 1 and 0 inside: |x| - 1, |x|, 1 there: still
    # rank 2
    assert int(rs.model_rank(model.point([1, 1, -1]))) == 2
    assert int(rs.region_rank(model.point([1, 1, -1]), [Fraction(1, 2)])) == 0


def test_relu_after_tanh_is_sampled_and_says_so() -> None:
    a, w, b, c, x, y = sp.symbols("a w b c x y")
    model = rs.Model(
        a * sp.Max(0, sp.tanh(w * x) + b * y) + c * sp.Max(0, x - y), [a, w, b, c], [x, y]
    )
    certificate = rs.model_rank(model.point([1, 2, 3, 0]))
    # tanh(2x) + 3y, x sech^2, y on one side of a curve and x - y on one side of a line: 4
    # independent functions
    assert (certificate.lower, certificate.upper) == (4, 4)
    zero = rs.model_rank(model.point([0, 2, 3, 1]))
    # dF/dw = dF/db = 0 whatever the branches are: proved; the other two are independent
    assert (int(zero), zero.verdict) == (2, rs.Verdict.PROVED)
    dependent = rs.Model(
        a * sp.Max(0, sp.tanh(x)) + b * sp.Max(0, sp.tanh(2 * x)) + c * (sp.Max(0, sp.tanh(x)) * 2),
        [a, b, c],
        [x],
    )
    certificate = rs.model_rank(dependent.point([1, 1, 1]))
    assert (certificate.lower, certificate.upper, certificate.verdict) == (2, 2, rs.Verdict.PROVED)


def test_region_certificate_survives_json() -> None:
    model = rs.families.two_layer(width=2, inputs=1, activation="relu", bias=True)
    point = model.point(a=[1, 2], w=[[1], [-1]], b=[1, 3])
    for certificate in (rs.model_rank(point), rs.region_rank(point, [0])):
        again = rs.RankCertificate.from_json(certificate.to_json())
        again.check()
        assert (again.lower, again.region) == (certificate.lower, certificate.region)


V, W, X = sp.symbols("v w x")


@pytest.mark.parametrize(
    ("output", "rank"),
    [
        (W * abs(V**2 + 2) * X + V * X**2, 2),
        (W * sp.Max(0, V**2 + 1) * X + sp.exp(V), 2),
        (W * abs((V**2 + 1) * (X - 1)) + V * X, 2),
        (W * abs(X * sp.exp(V) - sp.exp(V)) + V * sp.Max(X, 0), 2),
        (W * sp.Max(X * sp.exp(V), 2 * X * sp.exp(V)), 1),
        (sp.tanh(V) * abs(sp.tanh((W**2 + 1) * X)), 2),
    ],
)
def test_arguments_whose_sign_no_coordinate_changes(output, rank):
    """Coordinates without values stand in arguments: in factors that are positive everywhere."""
    model = rs.Model(output, [V, W], [X])
    assert int(rs.model_rank(model)) == rank


EDGES = [
    (sp.sqrt(X), 0), (sp.sqrt(X - 2), 2), (sp.sqrt(sp.exp(X) - 1), 0), (sp.sqrt(4 - X**2), -2),
    ((X - 3) ** sp.Rational(5, 2), 3), (sp.log(X - 1) ** 2, 1),
]  # fmt: skip


@pytest.mark.parametrize(("function", "edge"), EDGES, ids=str)
def test_no_region_is_open_about_an_input_at_the_edge_error(function: sp.Expr, edge: int) -> None:
    a, b = sp.symbols("a b")
    point = rs.Model(a * function + b * sp.Max(0, X + 9), [a, b], [X]).point([1, 1])
    with pytest.raises((DataError, PoleError)):
        rs.region_rank(point, [edge])
    assert int(rs.region_rank(point, [edge + Fraction(1, 64)])) == 2


def test_a_root_that_vanishes_on_a_whole_region_has_no_edge_there() -> None:
    a, b = sp.symbols("a b")
    model = rs.Model(a * sp.sqrt(sp.Max(0, X)) + b * sp.Max(0, X + 9), [a, b], [X])
    assert [int(rs.region_rank(model.point([1, 1]), [v])) for v in (-1, 1)] == [1, 2]


@pytest.mark.parametrize(
    ("functions", "rank"),
    [
        ((sp.atan2(abs(X), X), 1), 2),  # pi/4 and 3 pi/4
        ((sp.sqrt(X**2 + abs(X) ** 2), abs(X)), 1),
        ((sp.sqrt(X**2 + abs(X) ** 2), abs(X), X), 2),
        ((sp.sqrt(X**2 + sp.Max(0, X) ** 2), X, abs(X)), 2),
        ((sp.sqrt(4 * (X - 1) ** 2 + abs(2 - 2 * X) ** 2), abs(X - 1)), 1),
    ],
)
def test_kinks_that_are_there_on_a_region_for_the_first_time(
    functions: tuple[sp.Expr, ...], rank: int
) -> None:
    theta = sp.symbols(f"t1:{len(functions) + 1}")
    model = rs.Model(sum(t * f for t, f in zip(theta, functions, strict=True)), theta, [X])
    certificate = rs.model_rank(model)
    certificate.check()
    assert (int(certificate), certificate.verdict) == (rank, rs.Verdict.PROVED)
