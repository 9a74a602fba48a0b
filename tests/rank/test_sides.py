"""Affine symmetries of piecewise models: relations that hold on both sides of every kink."""

from __future__ import annotations

import json

import pytest
import sympy as sp
from sympy import Abs, Heaviside, Max, Min, Rational, log, sign

import rankstrat as rs
from rankstrat.rank.affine_symmetries import affine_symmetries
from rankstrat.rank.proof.writer import proof_object
from rankstrat.referee.proof import check

a, b, c, d, w, x = sp.symbols("a b c d w x")


def relu(z):
    return Max(0, z)


# by hand: what the pieces add up to
SUMS = {
    "sign and size": (a * sign(x - b) * Abs(x - b) + c, [a, b, c], 2),  # a (x - b) + c
    "both halves": (relu(a * x + b) - relu(-a * x - b) + c * x, [a, b, c], 2),  # (a + c) x + b
    "weighted halves": (a * relu(w * x + b) - a * relu(-w * x - b) + c * x, [a, w, b, c], 2),
    "larger and smaller": (Max(a * x, b) + Min(a * x, b) + c, [a, b, c], 2),  # a x + b + c
    "halves of a size": (a * relu(x - b) + a * relu(b - x) + d * Abs(x - b), [a, b, d], 2),
    "translations": (Abs(x - a - b) + c, [a, b, c], 2),
    "a sum of shifts": (relu(x - a - 2 * b) ** 2 + c * x, [a, b, c], 2),
    "a size beside a line": (Abs(a * x + b) + c * x, [a, b, c], 3),
    "a square": (Abs(a * x + b) ** 2 + c, [a, b, c], 3),
}
SAMPLE = ("sign and size", "a size beside a line")


def agrees(name):
    output, parameters, rank = SUMS[name]
    certificate = rs.model_rank(rs.Model(output, parameters, [x]))
    assert (int(certificate), certificate.verdict) == (rank, rs.Verdict.PROVED)
    certificate.check()
    rs.RankCertificate.from_json(certificate.to_json()).check()
    (found,) = check(json.dumps(proof_object(certificate)))
    assert (found.lower, found.upper, found.verdict) == (rank, rank, "PROVED"), found.lines


@pytest.mark.parametrize("name", SAMPLE)
def test_generic_ranks(name):
    agrees(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SUMS.keys() - set(SAMPLE)))
def test_more_generic_ranks(name):
    agrees(name)


@pytest.mark.slow
def test_identifiable_functions():
    output, parameters, _ = SUMS["weighted halves"]
    found = rs.identifiability(rs.Model(output, parameters, [x]))
    assert set(found.functions) == {a * b, a * w + c}


def test_no_relation_is_taken_from_a_kink():
    """At w = b = 0 the model is (a w + c) x + a b, of rank 2, and slopes at its kinks are 0."""
    output, parameters, _ = SUMS["weighted halves"]
    F = rs.Model(output, parameters, [x])
    certificate = rs.model_rank(F.point([1, 0, 0, 0]))
    assert certificate.lower <= 2 <= certificate.upper
    assert int(rs.model_rank(F.point([1, 0, 1, 0]))) == 2


def test_a_jump_that_moves_is_no_symmetry():
    F = rs.Model(a * Heaviside(x - b) + c, [a, b, c], [x])
    assert affine_symmetries(F) == ()


@pytest.mark.slow
def test_coordinates_are_drawn_anew_where_primes_have_no_roots():
    F = rs.Model(a * sp.exp(c * log(Abs(x * w - 1))) + b * x, [a, b, c, w], [x])
    assert int(rs.model_rank(F)) == 4
    assert int(rs.model_rank(F.point([1, 2, Rational(1, 3), Rational(2, 3)]))) == 4
