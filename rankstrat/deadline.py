"""One deadline for everything that a verb does: `budget=` seconds, after which it returns what it
knows.

A verb opens a deadline; loops below it and steps that may be long ask whether it has passed. Nested
deadlines only shorten one another, and threads and tasks have their own.
"""

from __future__ import annotations

import contextlib
import math
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from numbers import Real
from types import FrameType

from rankstrat.errors import DataError, OutOfTimeError, UndecidedError

_END: ContextVar[float] = ContextVar("end", default=math.inf)
AGAIN, MOST, LONGEST = 0.25, 0.75, 1e9
"""Seconds between two alarms; most of the time; the longest one."""


@contextmanager
def within(budget: float | None) -> Iterator[None]:
    """Let what follows end after a number of seconds (None: no limit of its own).

    Raises:
        DataError: not a positive number.
        OutOfTimeError: from a step below; the verb that opened the deadline returns bounds instead.

    Example:
        >>> with within(60):
        ...     check("nothing")
        >>> left() == math.inf
        True
    """
    if budget is None:
        yield
        return
    given: object = budget
    if isinstance(given, bool) or not isinstance(given, Real) or not budget > 0:
        raise DataError(
            f"budget = {budget!r} was given; a positive number of seconds is needed; write"
            " budget=60, or leave it out"
        )
    token = _END.set(min(_END.get(), time.monotonic() + float(min(budget, LONGEST))))
    try:
        yield
    finally:
        _END.reset(token)


@contextmanager
def half(part: float = 0.5) -> Iterator[None]:
    """Let what follows end when half (or another part) of the time that is left has passed, so that
    something else can be tried.

    Raises:
        OutOfTimeError: from a step below.
    """
    token = _END.set(time.monotonic() + left() * part)
    try:
        yield
    finally:
        _END.reset(token)


def most() -> AbstractContextManager[None]:
    """Let what follows end when most of the time that is left has passed, as in `half`."""
    return half(MOST)


@contextmanager
def overtime(seconds: float = 1) -> Iterator[None]:
    """Let what follows take this long although the time is over, for what is said at the end."""
    token = _END.set(max(_END.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _END.reset(token)


class Allowance:
    """Seconds that steps share which run after the verb that opened the deadline has returned.

    Args:
        seconds: for all of them together; infinite: no limit.

    Example:
        >>> later = Allowance(60)
        >>> with later.spending():
        ...     check("a verdict that is asked for later")
    """

    def __init__(self, seconds: float) -> None:
        self._left, self._open = seconds, False

    @contextmanager
    def spending(self) -> Iterator[None]:
        """Let what follows end when the seconds are used up.

        Raises:
            OutOfTimeError: from a step below.
        """
        if self._open or self._left == math.inf:  # the outer step counts
            yield
            return
        start, self._open = time.monotonic(), True
        token = _END.set(min(_END.get(), start + self._left))
        try:
            yield
        finally:
            _END.reset(token)
            self._left, self._open = max(0.0, self._left - (time.monotonic() - start)), False


def left() -> float:
    """Seconds until the deadline."""
    end = _END.get()
    if end == math.inf:
        return end
    return end - time.monotonic()


def check(what: str, seconds: float = 0) -> None:
    """Stop if the deadline has passed, or would before a step that cannot be interrupted ends.

    Args:
        what: the step, for the message.
        seconds: a low estimate of its duration.

    Raises:
        OutOfTimeError: then.
    """
    end = _END.get()
    if end != math.inf and time.monotonic() + seconds > end:
        raise OutOfTimeError(f"the budget of time ended before {what}; give more seconds")


def _alarm_is_free() -> bool:
    """Whether this thread may set the alarm of the process, and nobody has."""
    return (
        threading.current_thread() is threading.main_thread()
        and hasattr(signal, "setitimer")
        and signal.getitimer(signal.ITIMER_REAL)[0] == 0
    )


def _is_entering_or_leaving(frame: FrameType | None) -> bool:
    """Whether a block is being entered or left just now: an exception there would leave the alarm
    on, to ring in what comes after.
    """
    while frame is not None:
        code = frame.f_code
        if code.co_filename == __file__ and code.co_name == "interruptible":
            return True
        if code.co_filename == contextlib.__file__ and code.co_name in ("__enter__", "__exit__"):
            return True
        frame = frame.f_back
    return False


@contextmanager
def interruptible(what: str) -> Iterator[None]:
    """End what follows in the middle when the deadline passes, such as one long call into sympy.

    Nothing that keeps a state may stand inside, such as a program that is being built. On other
    threads than the main one, and where an alarm is set already, the deadline is asked before only.

    Args:
        what: the step, for the message.

    Raises:
        OutOfTimeError: then.

    Example:
        >>> with within(60), interruptible("a polynomial was factored"):
        ...     2 + 2
        4
    """
    check(what)
    seconds = left()
    if seconds == math.inf or not _alarm_is_free():
        yield
        return
    running = [what]

    def stop(number: int, frame: FrameType | None) -> None:
        if running and not _is_entering_or_leaving(frame):
            raise OutOfTimeError(f"the budget of time ended before {what}; give more seconds")

    before = signal.signal(signal.SIGALRM, stop)
    try:
        # again and again: an exception in a finaliser is lost
        signal.setitimer(signal.ITIMER_REAL, max(seconds, 1e-6), AGAIN)
        yield
    finally:
        running.clear()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL if before is None else before)


def ended(error: OutOfTimeError | UndecidedError) -> str:
    """The reason in one phrase."""
    return str(error).split(";", maxsplit=1)[0]


__all__ = ["Allowance", "check", "ended", "half", "left", "most", "overtime", "within"]
