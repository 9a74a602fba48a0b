"""Settings of the whole test run."""

from __future__ import annotations

import os
import zlib
from collections import defaultdict
from collections.abc import Sequence

import pytest
from hypothesis import settings

from rankstrat.cli._collector import collect_rarely

# A fifth of the time of the whole run went into looking for cycles among expressions.
collect_rarely()

# An exact computation takes the time it takes; continuous integration must not depend on luck.
settings.register_profile("rankstrat", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("rankstrat")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """`@pytest.mark.sampled(n)` keeps n cases of a table, chosen by their names; the others are
    slow.
    """
    tables = defaultdict(list)
    for item in items:
        if item.get_closest_marker("sampled"):
            tables[item.nodeid.partition("[")[0]].append(item)
    for table in tables.values():
        (kept,) = table[0].get_closest_marker("sampled").args
        for item in sorted(table, key=lambda item: zlib.crc32(item.name.encode()))[kept:]:
            item.add_marker(pytest.mark.slow)


# Benchmarks and the scripts behind the golden data are programs, not modules with doctests.
collect_ignore = ["bench", "golden", "support"]
