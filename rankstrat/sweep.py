"""Cases computed one after another or by an executor: in order, whatever is lost on the way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from functools import partial
from typing import Any, TypeVar

Case = Mapping[str, Any]
Q = TypeVar("Q")
R = TypeVar("R")


def case_key(case: Case) -> str:
    """The name of a case: equal cases have equal names."""
    return json.dumps(dict(case), sort_keys=True)


def sweep(
    task: Callable[[Case], R],
    cases: Sequence[Case],
    *,
    done: Mapping[str, R],
    executor: Executor | None = None,
    progress: Callable[[R, int, int], None] | None = None,
    keep: Callable[[R], None] | None = None,
) -> tuple[R, ...]:
    """The rows of all cases, in order; Ctrl-C leaves those that are finished up to there.

    Args:
        task: what makes the row of a case.
        cases: the cases.
        done: rows that are there, by the names of their cases.
        executor: any `concurrent.futures.Executor`; what a lost worker owes is computed here.
        progress: called after each case with its row, the number done and the number of all.
        keep: called with each computed row as soon as it is there, in whatever order and thread.
    """
    rows: list[R] = []
    futures: dict[str, Future[R]] = {}

    def row_of(case: Case) -> R:
        name = case_key(case)
        if name in done:
            return done[name]
        if name in futures and not is_lost(futures[name]):
            return futures[name].result()
        row = task(case)
        if keep is not None:
            keep(row)
        return row

    try:
        if executor is not None:
            missing = [case for case in cases if case_key(case) not in done]
            for case, future in submitted(task, missing, executor):
                futures[case_key(case)] = future
                if keep is not None:
                    future.add_done_callback(partial(_keep, keep))
        for case in cases:
            rows.append(row_of(case))
            if progress is not None:
                progress(rows[-1], len(rows), len(cases))
    except KeyboardInterrupt:
        for future in futures.values():
            future.cancel()
    return tuple(rows)


def submitted(
    task: Callable[[Q], R], questions: Iterable[Q], executor: Executor
) -> Iterator[tuple[Q, Future[R]]]:
    """Questions and what will answer them; an executor takes none once it has lost a worker."""
    for question in questions:
        try:
            future = executor.submit(task, question)
        except BrokenExecutor:
            return
        yield question, future


def is_lost(future: Future[Any]) -> bool:
    """Whether there is no row: the worker was lost, or the task failed and will fail again here."""
    try:
        return future.exception() is not None
    except CancelledError:
        return True


def _keep(keep: Callable[[R], None], future: Future[R]) -> None:
    if not future.cancelled() and future.exception() is None:
        keep(future.result())


__all__ = ["Case", "case_key", "is_lost", "submitted", "sweep"]
