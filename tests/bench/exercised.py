"""A pytest plugin: which lines of the trusted rooms every test runs, and how long it takes.

`coverage` records the lines, one context for every test. A test that fails is left out.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Generator
from pathlib import Path

import coverage
import pytest

FOLDER = Path(os.environ["EXERCISED"])
"""Where the records of the worker processes lie."""
_worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
_measured = coverage.Coverage(
    data_file=str(FOLDER / f"lines.{_worker}"),
    config_file=False,
    include=[f"*/rankstrat/{room}/*" for room in os.environ["EXERCISED_ROOMS"].split()],
)
_seconds: dict[str, float] = {}
_failed: set[str] = set()
_measured.start()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """One context, and one duration, for every test."""
    _measured.switch_context(item.nodeid)
    start = time.perf_counter()
    try:
        return (yield)
    finally:
        _seconds[item.nodeid] = time.perf_counter() - start


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep in mind what fails."""
    if report.failed:
        _failed.add(report.nodeid)


def pytest_unconfigure() -> None:
    """Save what this process has seen."""
    _measured.stop()
    if _seconds:
        _measured.save()
        passed = {name: seconds for name, seconds in _seconds.items() if name not in _failed}
        FOLDER.joinpath(f"seconds.{_worker}").write_text(json.dumps(passed))
