"""The experiments of the lectures: one file each; this folder is the registry.

A file ``experiments/plateaus.py`` defines ``EXPERIMENT``, an `Experiment` of the same name. Every
one is a report of two columns: an exact prediction with its verdict, and a measurement.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from pathlib import Path
from types import MappingProxyType

from rankstrat.dynamics.checks import whole
from rankstrat.errors import ParseError
from rankstrat.experiments._agreement import (
    Measurement,
    Prediction,
)
from rankstrat.experiments._report import (
    Experiment,
    ExperimentReport,
    Progress,
    Row,
)
from rankstrat.experiments._running import (
    named,
    report_from_json,
    run,
)

_NAMES = [m.name for m in pkgutil.iter_modules(__path__) if m.name[0] != "_"]
EXPERIMENTS: Mapping[str, Experiment] = MappingProxyType(
    {name: importlib.import_module(f"{__name__}.{name}").EXPERIMENT for name in _NAMES}
)
"""Name -> experiment."""


def experiment(
    name: str | Experiment,
    *,
    seed: int = 0,
    deep: bool = False,
    executor: Executor | None = None,
    progress: Progress | None = None,
    done: Iterable[Row] = (),
    keep: Callable[[Row], None] | None = None,
) -> ExperimentReport:
    """Exact predictions and measurements of one experiment, cell by cell.

    Args:
        name: a name of `EXPERIMENTS`, or an `Experiment`.
        seed: names every draw.
        deep: the large cells too (minutes to hours).
        executor: any `concurrent.futures.Executor`; the answer is the same.
        progress: called after each cell with its row, the number done and the number of all.
        done: cells of an interrupted report with the same seed.
        keep: called with each cell that was run as soon as it is there, in whatever order and
            thread.

    Raises:
        FamilyError: an unknown name.
        ModuleNotFoundError: scipy is not installed.
    """
    found = named(name, EXPERIMENTS)
    whole("the seed", seed, 0, "try 0")
    return run(
        found,
        seed=seed,
        deep=deep,
        executor=executor,
        progress=progress,
        done=tuple(done),
        keep=keep,
    )


def stored_report(path: str | Path) -> ExperimentReport:
    """A report that ``rankstrat experiment NAME --save DIR`` has left in a file.

    Raises:
        ParseError: the file cannot be read, or is not such a report.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ParseError(
            f"{path} cannot be read ({error}); a report is needed; write one with"
            " `rankstrat experiment NAME --save DIR`"
        ) from error
    return report_from_json(text, EXPERIMENTS)


__all__ = [
    "EXPERIMENTS",
    "Experiment",
    "ExperimentReport",
    "Measurement",
    "Prediction",
    "experiment",
    "stored_report",
]
