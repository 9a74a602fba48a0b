"""Settings of the whole test run."""

from __future__ import annotations

import os

from hypothesis import settings

# An exact computation takes the time it takes; continuous integration must not depend on luck.
settings.register_profile("rankstrat", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("rankstrat")

# Benchmarks and the scripts behind the golden data are programs, not modules with doctests.
collect_ignore = ["bench", "golden", "support"]
