"""Numbers that are equal in disguise do not mislead strata, orbits or invariant sets."""

from __future__ import annotations

import pytest
import sympy
from sympy import Rational, cos, exp, log, pi, sqrt, tan, tanh

import rankstrat as rs
from rankstrat.errors import UndecidedError
from rankstrat.families import fully_connected, matrix_factorization, two_layer
from rankstrat.strata.alike import written_alike
from rankstrat.strata.minors import tangent_matrix
from rankstrat.targets.local import orbit_size

a, b, c, x = sympy.symbols("a b c x")
EQUAL = [
    (sqrt(2) + sqrt(3), sqrt(5 + 2 * sqrt(6))),
    (cos(pi / 5), (1 + sqrt(5)) / 4),
    (log(2) + log(3), log(6)),
    (tan(pi / 8), sqrt(2) - 1),
    (tanh(log(2)), Rational(3, 5)),
    (exp(log(2) / 2), sqrt(2)),
]
BY_MINORS = rs.Model((a - b) * x + c * (a - b) ** 2, [a, b, c], [x])
BY_FLATS = rs.Model(sympy.sin((a - b) * x) + c * sympy.cos(a * x), [a, b, c], [x])


def alike(found, expected):
    assert (found.rank, found.dimension, str(found.words)) == (
        expected.rank,
        expected.dimension,
        str(expected.words),
    )


@pytest.mark.parametrize("pair", EQUAL)
def test_the_stratum_of_equal_numbers(pair):
    one, two = pair
    deep = fully_connected([1, 2, 1, 1], bias=False, output_bias=False)
    for make in (
        lambda u, v: two_layer(2, 1).point([1, 2, u, v]),
        lambda u, v: two_layer(2, 1).point([1, 2, u, -v]),
        lambda u, v: two_layer(2, 1, "relu", bias=True).point(a=[1, 2], w=[[u], [v]], b=[u, v]),
        lambda u, v: deep.point([u, -v, 1, 2, 1]),
        lambda u, v: matrix_factorization(2, 2, 2).point([1, u, 1, v, 1, 2, 3, 4]),
        lambda u, v: BY_MINORS.point([u, v, 1]),
        lambda u, v: BY_FLATS.point([u, v, 1]),
    ):
        alike(rs.stratum_of(make(one, two)), rs.stratum_of(make(5, 5)))


def test_zero_in_disguise_is_zero():
    nothing = sqrt(2) + sqrt(3) - sqrt(5 + 2 * sqrt(6))
    assert list(written_alike([nothing]).values()) == [0]
    found = rs.stratum_of(two_layer(2, 1).point([nothing, 2, 1, 3]))
    alike(found, rs.stratum_of(two_layer(2, 1).point([0, 2, 1, 3])))


def test_numbers_that_differ_stay_apart():
    near = Rational(1414213562373095048801688724209698, 10**33)
    assert set(map(str, written_alike([sqrt(2), sqrt(3)]).values())) == {"sqrt(2)", "sqrt(3)"}
    found = rs.stratum_of(two_layer(2, 1).point([1, 2, sqrt(2), near]))
    assert found.rank == 4


def test_what_is_not_decided_is_not_guessed():
    golden = sympy.cbrt(2 + sqrt(5)) - (1 + sqrt(5)) / 2  # zero
    with pytest.raises(UndecidedError, match="not decided"):
        written_alike([golden])


def test_ranks_of_matrices_of_such_numbers():
    one, two = EQUAL[0]
    matrix = tangent_matrix(rs.Model([a * b, b * c], [a, b, c]))
    assert matrix.rank_at(matrix.model.point([one, one - two, 1])) == 1
    scaled = rs.Model(a * b * x, [a, b], [x])
    group = [g for g in rs.symmetries(scaled) if not g.orthogonal]
    assert group and orbit_size(scaled.point([one - two, one - two]), group) == 0


@pytest.mark.parametrize("pair", EQUAL)
def test_the_least_invariant_set(pair):
    one, two = pair
    model = two_layer(2, 1)
    found = rs.least_invariant(model.point([1, 1, one, two]))
    assert found.dimension == rs.least_invariant(model.point([1, 1, 5, 5])).dimension == 2
