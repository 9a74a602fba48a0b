"""`budget=`: every long verb ends, with bounds that are true and the reason for them."""

from __future__ import annotations

import math
import time

import pytest
import sympy

import rankstrat as rs
from rankstrat import Verdict
from rankstrat.cli import main
from rankstrat.deadline import Allowance, check, left, within
from rankstrat.errors import DataError, OutOfTimeError

AT_ONCE, ENOUGH = 1e-9, 1e6
a, b, w, x, y = sympy.symbols("a b w x y")


def net():
    """A fresh model: programs are kept."""
    return rs.Model(a * sympy.tanh(w * x) + b * sympy.exp(a * x), [a, b, w], [x])


def test_nested_deadlines_only_shorten():
    with within(ENOUGH):
        outer = left()
        with within(2 * ENOUGH):
            assert left() <= outer
        with within(AT_ONCE), pytest.raises(OutOfTimeError):
            check("nothing")
        check("nothing")
        with pytest.raises(OutOfTimeError):
            check("a long step", 2 * ENOUGH)
    assert left() == math.inf


@pytest.mark.parametrize("budget", [0, -1, True, "60", float("nan"), [1]])
def test_a_budget_is_a_positive_number(budget):
    with pytest.raises(DataError, match="positive number of seconds"):
        rs.model_rank(net(), budget=budget)


def test_a_rank_in_no_time_is_open_with_the_reason():
    certificate = rs.model_rank(net(), budget=AT_ONCE)
    assert (certificate.lower, certificate.upper) == (0, 3)
    assert certificate.verdict is Verdict.OPEN
    assert "the budget of time ended before" in str(certificate)
    certificate.check()
    type(certificate).from_json(certificate.to_json()).check()


def test_what_is_known_is_read_and_written_when_the_time_is_over():
    a, w, x = sympy.symbols("a w x")
    certificate = rs.model_rank(rs.Model(a * sympy.tanh(w * x + sympy.sqrt(7)), [a, w], [x]))
    with within(1e-6):
        assert type(certificate).from_json(certificate.to_json()) == certificate


def test_a_rank_with_time_enough_is_the_rank():
    assert rs.model_rank(net(), budget=ENOUGH) == rs.model_rank(net())
    assert not rs.model_rank(net(), budget=ENOUGH).ended


def test_a_subset_in_no_time_is_bounded_by_its_size():
    assert rs.model_rank(net(), subset=[0, 2], budget=AT_ONCE).upper == 2
    assert rs.region_rank(net().point([1, 1, 1]), [1], budget=AT_ONCE).verdict is Verdict.OPEN


def test_other_verbs_return_what_they_know():
    model = net()
    assert rs.tangent_span(model, budget=AT_ONCE).certificate.verdict is Verdict.OPEN
    point = net().point([1, 1, 1])
    assert rs.local_linear_recovery(point, [1, 2, 3], budget=AT_ONCE).verdict is Verdict.OPEN
    assert rs.symmetries(net(), budget=AT_ONCE) == ()
    own = rs.target_set(model, model.point([1, 1, 1]), budget=AT_ONCE)
    assert own.ended
    assert not own.complete
    other = rs.families.two_layer(2, 1)
    near = rs.nearest_strata(other, a=[1.0, 2.0], w=[[0.5], [-0.5]], tolerance=1, budget=AT_ONCE)
    assert near.ended


def test_strata_in_no_time_are_not_all():
    hierarchy = rs.stratify(rs.families.two_layer(2, 1), budget=AT_ONCE)
    assert hierarchy.ended
    assert not hierarchy.complete
    found = rs.stratum_of(net().point([1, 1, 1]), budget=AT_ONCE)
    assert found.verdict is Verdict.OPEN and "budget" in found.constancy.reason
    assert rs.stratify(net(), budget=AT_ONCE).coverage.verdict is Verdict.OPEN


def test_a_least_rank_in_no_time_is_bounded():
    model = rs.families.two_layer(2, 1)
    target = rs.target_set(model, model.point(a=[1, 0], w=[[1], [0]]))
    hasty = rs.optimistic_sample_size(target, budget=AT_ONCE)
    assert hasty.lower == 0 and hasty.upper == 4 and hasty.minimiser is None
    assert hasty.minimal is hasty.attained is Verdict.OPEN
    assert hasty.reason.startswith("the budget of time ended before")
    assert rs.optimistic_sample_size(target, budget=ENOUGH) == rs.optimistic_sample_size(target)


def test_what_was_decided_in_haste_is_not_remembered():
    F = rs.Model(a * sympy.tanh(w * x) + b * sympy.tanh(y * x), [a, b, w, y], [x])
    rs.target_set(F, 0, budget=AT_ONCE)
    assert rs.target_set(F, 0).complete


@pytest.mark.parametrize("words", [["rank"], ["tangent"], ["stratify"]])
def test_the_command_line_takes_a_budget(words, capsys):
    assert main([*words, "two_layer", "width=2", "inputs=1", "--budget", "1000"]) == 0
    assert main([*words, "two_layer", "width=2", "inputs=1", "--budget", "0"]) == 2
    assert "Traceback" not in capsys.readouterr().err


class Clock:
    """A clock that goes on by itself: a second for each look."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        self.now += 1
        return self.now


def test_verdicts_that_are_asked_for_later_share_the_budget(monkeypatch):
    """The rank of three curved units drops off the flats, which is looked for when it is asked."""
    F = rs.Model(a * sympy.tanh(w * x) + b * sympy.tanh(w * y * x), [a, b, w, y], [x])
    whole = rs.stratify(F)
    monkeypatch.setattr(time, "monotonic", Clock())
    for budget in (40, 200, 2000, 10**6):
        found = rs.stratify(F, budget=budget)
        coverage = found.coverage
        assert coverage.verdict in (Verdict.OPEN, whole.coverage.verdict)
        for stratum in found.strata:
            if "budget" in stratum.constancy.reason:
                assert stratum.verdict is Verdict.OPEN
        for level in found.levels:
            exact = whole.level(level.rank)
            assert exact is not None and level.dimension.lower <= exact.dimension.lower
            if level.dimension.upper is not None and exact.dimension.value is not None:
                assert level.dimension.upper >= exact.dimension.value
    assert found.coverage == whole.coverage and found.strata == whole.strata


def test_an_allowance_ends_and_stays_ended(monkeypatch):
    monkeypatch.setattr(time, "monotonic", Clock())
    later = Allowance(10)
    with later.spending(), later.spending():
        while left() > 0:
            check("nothing", -math.inf)
    with pytest.raises(OutOfTimeError), later.spending():
        check("nothing")
    with Allowance(math.inf).spending():
        assert left() == math.inf


def test_too_many_flats_are_listed_in_part():
    """The generic rank holds on an open set, so its level has full dimension; no other does."""
    wide = rs.families.two_layer(8, 2)
    found = rs.stratify(wide, conditions=[wide.parameters[0] - 1])
    assert found.coverage.verdict is Verdict.OPEN and "one condition" in found.coverage.reason
    top = found.levels[-1]
    assert top.rank == 24 and top.dimension == 24 and top.dimension.verdict is Verdict.PROVED
    assert top.count.upper is None
    for level in found.levels[:-1]:
        assert level.dimension.upper in (None, 23)
    assert not found.complete


def test_powers_of_large_numbers_do_not_outlive_the_budget():
    """At a sample x = p/q the root is one of a number with millions of bits."""
    function = sympy.sqrt(sympy.exp(2 * x + 2 * x**3 * sympy.log(x**3)) - 1)
    start = time.monotonic()
    certificate = rs.model_rank(
        rs.Model(a * function + b * sympy.Abs(x) * sympy.Max(1 - x, x - 1), [a, b], [x]), budget=4
    )
    assert time.monotonic() - start < 30
    assert certificate.lower <= 2 <= certificate.upper


def test_a_budget_beyond_all_floats():
    assert rs.model_rank(net(), budget=10**400) == rs.model_rank(net())
