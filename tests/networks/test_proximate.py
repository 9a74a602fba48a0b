"""Proximate rank: the fewest units within a radius, against a search of all groupings."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rankstrat as rs
from rankstrat.errors import FamilyError, PointError
from rankstrat.families import fully_connected, two_layer


def brute_force(rows, columns, weights, radius, odd=True, signed=True):
    """Every unit becomes constant, opens a group, or joins one, with each sign; a group is the
    intervals in which its centre may lie and the sum of its outgoing weights.
    """
    best = [len(rows)]

    def search(unit, groups):
        if unit == len(rows):
            count = sum(any(abs(t) > n * radius for t in total) for _, total, n in groups)
            best[0] = min(best[0], count)
            return
        row, column = rows[unit], columns[unit]
        if all(abs(v) <= radius for v in row[:weights]):
            search(unit + 1, groups)
        for sign in (1, -1) if signed else (1,):
            own = [(sign * v - radius, sign * v + radius) for v in row]
            share = [(sign if odd else 1) * a for a in column]
            for place, (box, total, n) in enumerate(groups):
                met = [(max(a, c), min(b, d)) for (a, b), (c, d) in zip(box, own, strict=True)]
                if all(low <= high for low, high in met):
                    joined = (met, [t + a for t, a in zip(total, share, strict=True)], n + 1)
                    search(unit + 1, [*groups[:place], joined, *groups[place + 1 :]])
        box = [(v - radius, v + radius) for v in row]
        search(unit + 1, [*groups, (box, list(column), 1)])

    search(0, [])
    return best[0]


def distance(one, other):
    return max(abs(Fraction(u) - Fraction(v)) for u, v in zip(one.raw, other.raw, strict=True))


small = st.integers(-3, 3)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(small, small, small), min_size=1, max_size=6),
    st.sampled_from([Fraction(0), Fraction(1, 2), Fraction(1), Fraction(3, 2)]),
)
def test_all_groupings_are_tried(units, radius):
    net = two_layer(len(units), 1, "tanh", bias=True, output_bias=True)
    a, w, b = zip(*units, strict=True)
    point = net.point(a=list(a), w=[[v] for v in w], b=list(b), c=5)
    found = rs.proximate_rank(point, radius=radius)
    rows, columns = [(v, s) for v, s in zip(w, b, strict=True)], [(v,) for v in a]
    assert found == brute_force(rows, columns, 1, radius)
    assert found.verdict is rs.Verdict.PROVED
    assert distance(found.point, point) <= radius
    greedy = rs.proximate_rank(point, radius=radius, most=0)
    assert greedy.lower <= int(found) <= greedy.upper
    assert distance(greedy.point, point) <= radius


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("outputs", [1, 2])
def test_eight_units(seed, outputs):
    rng = np.random.default_rng([seed, outputs])
    rows = rng.integers(-6, 7, (8, 2)).tolist()
    columns = rng.integers(-4, 5, (8, outputs)).tolist()
    net = fully_connected([2, 8, outputs], "tanh", bias=False, output_bias=False)
    point = net.point(W1=rows, W2=np.transpose(columns).tolist())
    radius = Fraction(3, 2)
    found = rs.proximate_rank(point, radius=radius)
    assert found == brute_force(rows, columns, 2, radius)
    kept = rs.reduce(found.point)
    assert kept.widths == (max(1, int(found)),)


@pytest.mark.parametrize(
    ("name", "odd", "signed"), [("gaussian", False, True), ("sigmoid", True, True)]
)
def test_other_activations(name, odd, signed):
    rows = [(2, 1), (-2, -1), (3, 1), (0, 4), (2, 2)]
    columns = [(1,), (1,), (-2,), (7,), (1,)]
    net = two_layer(5, 1, name, bias=True, output_bias=True)
    point = net.point(
        a=[a for (a,) in columns], w=[[w] for w, _ in rows], b=[b for _, b in rows], c=0
    )
    for radius in (0, Fraction(1, 2), 1):
        expected = brute_force(rows, columns, 1, radius, odd, signed)
        assert rs.proximate_rank(point, radius=radius) == expected


def test_special_points():
    one = two_layer(1, 1)
    assert rs.proximate_rank(one.point([3, 2]), radius=0) == 1
    assert rs.proximate_rank(one.point([0, 2]), radius=0) == 0
    assert rs.proximate_rank(one.point([3, 2]), radius=2) == 0  # w becomes 0
    assert rs.proximate_rank(one.point([1, 5]), radius=1) == 0  # a becomes 0
    pair = two_layer(2, 1)
    assert rs.proximate_rank(pair.point([1, -1, 2, 2]), radius=0) == 0
    assert rs.proximate_rank(pair.point([1, 1, 2, -2]), radius=0) == 0
    assert rs.proximate_rank(pair.point([1, 1, 2, 2]), radius=0) == 1
    # the boundary: 2 and 3 meet at 5/2
    assert rs.proximate_rank(pair.point([1, 1, 2, 3]), radius=Fraction(1, 2)) == 1
    assert rs.proximate_rank(pair.point([1, 1, 2, 3]), radius=Fraction(49, 100)) == 2


def test_keeping_a_unit_that_could_be_constant_helps():
    """1 + 1 cancels with -2 only if the unit with a small weight takes part."""
    net = two_layer(2, 1)
    point = net.point(a=[2, -4], w=[[1], [3]])
    # alone the second unit stays, as |-4| > 1; together |2 - 4| <= 2
    assert rs.proximate_rank(point, radius=1) == 0
    assert rs.proximate_rank(point, radius=1, most=0).upper == 1


def test_wide_networks_are_grouped_greedily():
    rng = np.random.default_rng(0)
    centres = np.array([[5.0, 1.0], [-3.0, 4.0], [8.0, 8.0]])
    kind = rng.integers(0, 3, 60)
    w = centres[kind] + rng.uniform(-0.1, 0.1, (60, 2))
    net = two_layer(60, 2)
    found = rs.proximate_rank(net, {"a": rng.uniform(1, 2, 60), "w": w}, radius=0.1)
    assert found == 3
    assert found.verdict is rs.Verdict.PROVED
    assert sorted(map(len, found.groups)) == sorted(np.bincount(kind).tolist())
    chain = rs.proximate_rank(
        two_layer(30, 1).point(a=[1] * 30, w=[[k + 1] for k in range(30)]), radius=Fraction(1, 2)
    )
    assert (chain.lower <= 15 <= chain.upper) and chain.verdict is rs.Verdict.OPEN


# copies of k units that are 4 apart, moved by at most the radius, and units that are nearly
# constant or nearly silent; outgoing weights in a group have the sign of the copy, so none cancels
@pytest.mark.parametrize(
    ("width", "k", "inputs"),
    [(1, 1, 1), (4, 2, 2), (6, 2, 1), (8, 3, 2), (9, 0, 2), (40, 3, 4), (200, 6, 5)],
)
def test_planted_units_are_found(width, k, inputs):
    rng, radius = np.random.default_rng([width, k]), 0.25
    centres = 4 * np.stack([np.arange(1, k + 1)] * (inputs + 1), axis=1)
    w, a = np.zeros((width, inputs + 1)), np.zeros(width)
    for unit in range(width):
        sign, moved = rng.choice((-1, 1)), rng.uniform(-radius, radius, inputs + 1)
        if unit < k or (k and rng.random() < 0.7):
            w[unit] = sign * (centres[unit if unit < k else rng.integers(k)] + moved)
            a[unit] = sign * rng.uniform(1, 9)
        elif rng.random() < 0.5:
            w[unit, :inputs], w[unit, inputs], a[unit] = moved[:inputs], 7, 3
        else:
            w[unit], a[unit] = 1000 + 10 * unit, moved[0]
    net = two_layer(width, inputs, bias=True, output_bias=True)
    blocks = {"a": a, "w": w[:, :inputs], "b": w[:, inputs], "c": 1.5}
    found = rs.proximate_rank(net, blocks, radius=radius)
    assert found == k
    assert found.verdict is rs.Verdict.PROVED


@pytest.mark.parametrize(
    ("model", "values", "radius", "error"),
    [
        (two_layer(1, 1), [1, 2], -1, PointError),
        (two_layer(1, 1), [1, 2], float("nan"), PointError),
        (two_layer(1, 1, "relu"), [1, 2], 1, FamilyError),
        (two_layer(1, 1, "tanh", bias=True), [1, 2, 3], 1, FamilyError),
        (two_layer(1, 1, "sin", bias=True, output_bias=True), [1, 2, 3, 4], 1, FamilyError),
        (fully_connected([1, 1, 1, 1]), [1, 2, 3, 4, 5, 6], 1, FamilyError),
    ],
)
def test_refused(model, values, radius, error):
    with pytest.raises(error):
        rs.proximate_rank(model.point(values), radius=radius)


def test_wrong_values():
    net = two_layer(1, 1)
    with pytest.raises(PointError):
        rs.proximate_rank(net, {"a": [float("inf")], "w": [[1]]}, radius=1)
    with pytest.raises(PointError):
        rs.proximate_rank(net, radius=1)
    with pytest.raises(PointError):
        rs.proximate_rank(net.generic(), radius=1)
