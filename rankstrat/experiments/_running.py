"""Cells run one after another or in parallel, interrupted and resumed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import Any

from rankstrat.errors import FamilyError, ParseError, demand
from rankstrat.experiments._report import (
    FORMAT,
    Experiment,
    ExperimentReport,
    Progress,
    Row,
    check_cell,
    row_from_data,
)
from rankstrat.sweep import case_key, sweep
from rankstrat.text.objects import checksum, each_once
from rankstrat.text.version import version


def _loaded(text: str) -> tuple[dict[str, Any], tuple[Row, ...]]:
    """The head and the rows of a report."""
    try:
        data = json.loads(text, object_pairs_hook=each_once)
        head = {
            "format": str(data["format"]),
            "experiment": str(data["experiment"]),
            "seed": int(data["seed"]),
            "total": int(data["total"]),
            "version": data.get("version"),
            "whole": data.get("sum") == checksum(data["rows"]),
        }
        rows = tuple(map(row_from_data, data["rows"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ParseError(
            f"this is not a report of an experiment ({error}); give the text written by to_json"
        ) from None
    if head["format"] != FORMAT:
        raise ParseError(
            f"this is not a report of an experiment (its format is {head['format']!r}); {FORMAT}"
            " is needed; give the text written by to_json"
        )
    return head, rows


def report_from_json(text: str, known: Mapping[str, Experiment]) -> ExperimentReport:
    """The report that was written by `ExperimentReport.to_json`.

    Raises:
        ParseError: it is none, or of an experiment that is not known.
    """
    head, rows = _loaded(text)
    return ExperimentReport(named(head["experiment"], known), rows, head["total"], head["seed"])


def rows_from_json(text: str, experiment: Experiment, seed: int) -> tuple[Row, ...]:
    """The cells of an interrupted run, to be resumed.

    Raises:
        ParseError: not a report of this experiment with this seed by this version.
    """
    head, rows = _loaded(text)
    if (head["experiment"], head["seed"], head["version"]) != (experiment.name, seed, version()):
        raise ParseError(
            f"the report is of {head['experiment']} with seed {head['seed']} by rankstrat"
            f" {head['version']}; one of {experiment.name} with seed {seed} by {version()} is"
            " needed; start anew"
        )
    if not head["whole"]:
        raise ParseError(
            "the rows of the report were changed after it was written; the text that to_json wrote"
            " is needed; start anew"
        )
    return rows


def run(
    experiment: Experiment,
    *,
    seed: int = 0,
    deep: bool = False,
    executor: Executor | None = None,
    progress: Progress | None = None,
    done: Sequence[Row] = (),
    keep: Callable[[Row], None] | None = None,
) -> ExperimentReport:
    """The report of an experiment; Ctrl-C keeps the cells that are finished.

    Args:
        experiment: the experiment.
        seed: names every draw.
        deep: the large cells too.
        executor: any `concurrent.futures.Executor`; the rows come in the same order.
        progress: called after each cell.
        done: cells of an earlier run with the same seed, which are not run again.
        keep: called with each cell that was run as soon as it is there, in whatever order and
            thread.
    """
    cases = list(experiment.cases(seed, deep))
    rows = sweep(
        partial(check_cell, experiment, seed=seed),
        cases,
        done={case_key(row.case): row for row in done},
        executor=executor,
        progress=progress,
        keep=keep,
    )
    return ExperimentReport(experiment, rows, len(cases), seed)


def named(experiment: str | Experiment, known: Mapping[str, Experiment]) -> Experiment:
    """The experiment of that name.

    Raises:
        FamilyError: no such experiment.
    """
    if isinstance(experiment, Experiment):
        return experiment
    demand(experiment, str, FamilyError, "the name of an experiment", "try 'plateaus'")
    if experiment not in known:
        raise FamilyError(
            f"the experiment {experiment!r} is unknown; known are {', '.join(known)}; or pass an"
            " Experiment"
        )
    return known[experiment]


__all__ = ["named", "report_from_json", "rows_from_json", "run"]
