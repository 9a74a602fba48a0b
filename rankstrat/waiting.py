"""What a long question is doing, on a terminal: one line on the standard error stream that appears
after two seconds and goes away with the answer.

Only the outermost question writes, and only where somebody looks: not into files, pipes and
notebooks, and not under a bar that the command line draws.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

AFTER, EVERY = 2.0, 0.5
"""Seconds before the line appears, and between two changes of it."""
Step = Callable[[int, int], None]
"""Called with the number of steps done and the number known."""

_ASKED = threading.Lock()


@contextmanager
def waiting(name: str) -> Iterator[Step]:
    """Say what is being done, and for how long, as long as the block runs.

    Args:
        name: what is asked, such as "model rank".

    Example:
        >>> with waiting("a sum") as step:
        ...     step(1, 2)
    """
    if not _ASKED.acquire(blocking=False):  # a question inside another, or on another thread
        yield _nothing
        return
    try:
        if sys.stderr is None or not sys.stderr.isatty():
            yield _nothing
        else:
            yield from _shown(name)
    finally:
        _ASKED.release()


@contextmanager
def silent() -> Iterator[None]:
    """Let nothing be written as long as the block runs: something else shows the progress."""
    mine = _ASKED.acquire(blocking=False)
    try:
        yield
    finally:
        if mine:
            _ASKED.release()


def _nothing(done: int, known: int) -> None:
    """Nobody looks."""


def _shown(name: str) -> Iterator[Step]:
    start, ended, counted = time.monotonic(), threading.Event(), [""]
    terminal = sys.stderr

    def write() -> None:
        written = False
        pause = AFTER
        while not ended.wait(pause):
            seconds = int(time.monotonic() - start)
            terminal.write(f"\r\x1b[K{name} {counted[0]}... {seconds} s")
            terminal.flush()
            written, pause = True, EVERY
        if written:
            terminal.write("\r\x1b[K")
            terminal.flush()

    def step(done: int, known: int) -> None:
        counted[0] = f"{done}/{known} "

    writer = threading.Thread(target=write, name="rankstrat progress", daemon=True)
    writer.start()
    try:
        yield step
    finally:
        ended.set()
        writer.join()


__all__ = ["Step", "silent", "waiting"]
