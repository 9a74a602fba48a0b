"""A deadline ends a long call in the middle, and leaves the alarm of the process as it was."""

from __future__ import annotations

import signal
import threading

import pytest
import sympy

import rankstrat as rs
from rankstrat.deadline import interruptible, within
from rankstrat.errors import OutOfTimeError

LONG = 10**10


def _endless() -> None:
    for _ in range(LONG):
        pass


def test_a_call_ends_in_the_middle():
    before = signal.getsignal(signal.SIGALRM)
    ended = pytest.raises(OutOfTimeError, match="before the sum was known")
    with ended, within(0.2), interruptible("the sum was known"):
        _endless()
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
    assert signal.getsignal(signal.SIGALRM) is before


def test_the_outer_call_counts():
    ended = pytest.raises(OutOfTimeError, match="before outside")
    with ended, within(0.2), interruptible("outside"), interruptible("inside"):
        _endless()


def test_nothing_is_set_without_a_deadline_or_after_the_call():
    with interruptible("nothing"):
        assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
    with within(60):
        with interruptible("little"):
            assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= 60
        assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


def test_an_alarm_of_others_stays():
    def mine(number, frame):
        raise AssertionError("not in this test")

    before = signal.signal(signal.SIGALRM, mine)
    signal.setitimer(signal.ITIMER_REAL, 100)
    try:
        with within(60), interruptible("little"):
            assert signal.getsignal(signal.SIGALRM) is mine
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 60
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_other_threads_ask_before_only():
    found = []

    def work():
        with within(60), interruptible("little"):
            found.append(signal.getitimer(signal.ITIMER_REAL)[0])

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [0]


def test_the_minors_of_a_power_end_with_the_budget():
    """Expanding its tangents takes minutes; what is known by then is an answer."""
    p, x = sympy.symbols("p0:6"), sympy.Symbol("x")
    model = rs.Model([sum(p[i] * x**i for i in range(6)) ** 14], p, [x])
    assert rs.stratify(model, budget=1).coverage.verdict is rs.Verdict.OPEN


def test_an_alarm_never_rings_after_its_block():
    """Whenever it rings, also while a block is being entered or left."""
    before = signal.getsignal(signal.SIGALRM)
    ended = 0
    for k in range(4_000):
        try:
            with within(1e-6 * (1 + k % 200)), interruptible("a short step was done"):
                sum(range(k % 400))
        except OutOfTimeError:
            ended += 1
        assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
        assert signal.getsignal(signal.SIGALRM) is before
    assert 0 < ended < 4_000
