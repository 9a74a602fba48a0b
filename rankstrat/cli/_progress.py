"""A progress bar on a terminal (rich where it is installed); nothing where nobody looks."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from rankstrat.waiting import silent


class Steps(Protocol):
    """Called with what is being done, how much of it is done, and how much there is."""

    def __call__(self, name: str, done: int, total: int) -> None: ...


@contextmanager
def progress(*, wanted: bool = True) -> Iterator[Steps]:
    """A bar on the standard error stream as long as the block runs."""
    if not wanted or not sys.stderr.isatty():
        yield lambda name, done, total: None
    elif importlib.util.find_spec("rich") is not None:
        with silent():
            yield from _rich()
    else:
        with silent():
            yield from _plain()


@contextmanager
def busy(name: str) -> Iterator[None]:
    """What is being done, and for how long, on the standard error stream as long as the block runs:
    for work that does not know how much of it is left.
    """
    if not sys.stderr.isatty():
        yield
        return
    with silent():
        yield from _clock(name)


def _clock(name: str) -> Iterator[None]:
    if importlib.util.find_spec("rich") is None:
        sys.stderr.write(f"{name} ...")
        sys.stderr.flush()
        try:
            yield
        finally:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
        return
    bars = importlib.import_module("rich.progress")
    console = importlib.import_module("rich.console").Console(stderr=True)
    columns = (
        bars.SpinnerColumn(),
        bars.TextColumn("{task.description}"),
        bars.TimeElapsedColumn(),
    )
    with bars.Progress(*columns, console=console, transient=True) as bar:
        bar.add_task(name, total=None)
        yield


def _rich() -> Iterator[Steps]:
    console = importlib.import_module("rich.console").Console(stderr=True)
    bar: Any = importlib.import_module("rich.progress").Progress(console=console, transient=True)
    with bar:
        task = bar.add_task("", total=None)

        def step(name: str, done: int, total: int) -> None:
            bar.update(task, description=name, completed=done, total=total)

        yield step


def _plain() -> Iterator[Steps]:
    def step(name: str, done: int, total: int) -> None:
        sys.stderr.write(f"\r\x1b[K{name} {done}/{total}")
        sys.stderr.flush()

    try:
        yield step
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
