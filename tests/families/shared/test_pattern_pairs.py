"""Pairs of patterns that meet: counted by orbits as all pairs are by linear algebra."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest

from rankstrat.algebra.affine import CONSTANT, AffineSubspace
from rankstrat.families._shared.pattern_pairs import PatternPairs, kind
from rankstrat.families._shared.patterns import count_patterns, patterns


def closure(pattern, width: int, length: int, parity: str) -> AffineSubspace:
    """Output weights first, then the weights; class t of the target is (t + 1, 0, ...), sum 1."""
    rows = []
    for t, block in enumerate((*pattern.targets, *pattern.extras)):
        target = t < len(pattern.targets)
        total = {i: Fraction(s if parity == "odd" else 1) for i, s in block}
        rows.append({**total, CONSTANT: Fraction(-1 if target else 0)})
        first, sign = block[0]
        for i, s in block:
            for j in range(length):
                here, there = width + i * length + j, width + first * length + j
                if target:
                    rows.append({here: 1, CONSTANT: -s * (t + 1) * (j == 0)})
                elif i != first:
                    rows.append({here: 1, there: -s * sign})
    rows += [{width + i * length + j: 1} for i in pattern.zeros for j in range(length)]
    return AffineSubspace.solve(width * (1 + length), rows)


@pytest.mark.parametrize(
    ("width", "classes", "length", "parity"),
    [
        (2, 0, 1, "odd"),
        (2, 1, 2, "none"),
        (3, 0, 2, "none"),
        (3, 1, 2, "odd"),
        (3, 1, 2, "even"),
        (3, 2, 1, "even"),
        (3, 3, 1, "odd"),
        pytest.param(4, 0, 2, "odd", marks=pytest.mark.slow),
        pytest.param(4, 1, 1, "even", marks=pytest.mark.slow),
        pytest.param(4, 1, 3, "none", marks=pytest.mark.slow),
        pytest.param(4, 2, 2, "odd", marks=pytest.mark.slow),
    ],
)
def test_the_counts_are_those_of_all_pairs(width, classes, length, parity):
    every = list(patterns(width, classes, parity != "none"))
    closures = [closure(p, width, length, parity) for p in every]
    found: dict[object, Counter[int]] = {}
    for p, one in zip(every, closures, strict=True):
        for q, two in zip(every, closures, strict=True):
            common = one.intersect(two)
            row = found.setdefault((kind(p), kind(q)), Counter())
            if common is not None:
                row[common.dimension] += 1
    pairs = PatternPairs(width, classes, length, parity)
    assert pairs.kinds() == {kind(p) for p in every}
    for (one, two), counted in found.items():
        assert pairs.meeting(one, two) == counted
        assert pairs.meeting(two, one) == counted


def test_no_pair_is_lost_where_all_meet():
    """Closures for the target 0 are linear: all pairs meet in 0."""
    pairs, total = PatternPairs(6, 0, 2, "odd"), count_patterns(6, 0, True)
    kinds = pairs.kinds()
    assert sum(sum(pairs.meeting(p, q).values()) for p in kinds for q in kinds) == total**2


def test_two_permutations_meet_only_if_they_are_one():
    """Without spare neurons the target set is k! 2^k points."""
    pairs = PatternPairs(4, 4, 3, "odd")
    alone = ((1, 1, 1, 1), (), 0)
    assert pairs.kinds() == {alone}
    assert pairs.meeting(alone, alone) == {0: 24 * 16}
