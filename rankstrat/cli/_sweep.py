"""Sweeps from the command line: processes or a cluster, and files that are whole or not there."""

from __future__ import annotations

import importlib
import importlib.util
import os
import signal
import threading
import time
from argparse import ArgumentTypeError, Namespace
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from pathlib import Path

from rankstrat.cli._collector import collect_rarely
from rankstrat.errors import FamilyError, ParseError
from rankstrat.text.parsing import shown

MAX_JOBS = 256


@contextmanager
def workers(options: Namespace) -> Iterator[Executor | None]:
    """What --dask or --jobs ask for; None is this process."""
    if options.dask is not None:
        if importlib.util.find_spec("distributed") is None:
            raise FamilyError(
                "--dask needs distributed, which is not installed; try `pip install"
                " rankstrat[cluster]`"
            )
        try:
            client = importlib.import_module("distributed").Client(options.dask)
        except (OSError, ValueError) as error:  # a name that means nothing, or nobody answers
            raise FamilyError(
                f"no dask scheduler answers at {shown(repr(options.dask))} ({error}); the address"
                " of a running one is needed; try `dask scheduler`, or --jobs"
            ) from None
        try:
            yield client.get_executor()
        finally:
            client.close()
    elif options.jobs > 1:
        pool = ProcessPoolExecutor(options.jobs, get_context("spawn"), _set_up)
        try:
            _start(pool, options.jobs)
            yield pool
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    else:
        yield None


def _set_up() -> None:
    """End this worker when its parent is killed; else it would wait for ever."""
    collect_rarely()
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _start(pool: ProcessPoolExecutor, jobs: int) -> None:
    """Start all processes at once, deaf to Ctrl-C, which is for the parent alone: it keeps what is
    done.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        for _ in range(jobs):
            # a process starts where none is idle, and inherits what its parent ignores
            pool.submit(int)
    finally:
        signal.signal(signal.SIGINT, before)


def jobs(text: str) -> int:
    """The number of processes in an argument."""
    if not text.isdecimal() or not 1 <= int(text[:9]) <= MAX_JOBS:
        raise ArgumentTypeError(f"{shown(repr(text))} is no number of processes; write --jobs 2")
    return int(text)


def folder_for(name: str, option: str = "--save") -> Path:
    """The folder of an option, made if it is not there."""
    folder = Path(name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise ParseError(
            f"{option} {shown(name)} is no folder ({error}); a writable folder is needed"
        ) from error
    return folder


def write_whole(path: Path, text: str) -> None:
    """Write a file that is never half there."""
    # By way of a second file, so that an interruption never leaves half a report.
    half = path.with_suffix(f".{time.time_ns()}")
    try:
        half.write_text(text, encoding="utf-8")
        half.replace(path)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise ParseError(
            f"{path} cannot be written ({error.strerror}); a writable folder is needed"
        ) from error
