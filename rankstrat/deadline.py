"""One deadline for everything that a verb does: `budget=` seconds, after which it returns what it
knows.

A verb opens a deadline; loops below it and steps that may be long ask whether it has passed. Nested
deadlines only shorten one another, and threads and tasks have their own.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from numbers import Real

from rankstrat.errors import DataError, OutOfTimeError

_END: ContextVar[float] = ContextVar("end", default=math.inf)


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
    if isinstance(given, bool) or not isinstance(given, Real) or not float(given) > 0:
        raise DataError(
            f"budget = {budget!r} was given; a positive number of seconds is needed; write"
            " budget=60, or leave it out"
        )
    token = _END.set(min(_END.get(), time.monotonic() + float(budget)))
    try:
        yield
    finally:
        _END.reset(token)


@contextmanager
def half() -> Iterator[None]:
    """Let what follows end when half of the time that is left has passed, so that something else
    can be tried.

    Raises:
        OutOfTimeError: from a step below.
    """
    token = _END.set(time.monotonic() + left() / 2)
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


def ended(error: OutOfTimeError) -> str:
    """The reason in one phrase."""
    return str(error).split(";", maxsplit=1)[0]


__all__ = ["Allowance", "check", "ended", "half", "left", "within"]
