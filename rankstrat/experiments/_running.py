"""Cells run one after another or in parallel, interrupted and resumed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future

from rankstrat.errors import FamilyError, ParseError, demand
from rankstrat.experiments._report import (
    FORMAT,
    Case,
    Experiment,
    ExperimentReport,
    Progress,
    Row,
    check_cell,
)
from rankstrat.rank.verdict import Verdict
from rankstrat.text.objects import each_once


def report_from_json(text: str, known: Mapping[str, Experiment]) -> ExperimentReport:
    """The report that was written by `ExperimentReport.to_json`.

    Raises:
        ParseError: it is none, or of an experiment that is not known.
    """
    try:
        data = json.loads(text, object_pairs_hook=each_once)
        name, seed, total = str(data["experiment"]), int(data["seed"]), int(data["total"])
    except (ValueError, KeyError, TypeError) as error:
        raise ParseError(
            f"this is not a report of an experiment ({error}); give the text written by to_json"
        ) from None
    found = named(name, known)
    return ExperimentReport(found, rows_from_json(text, found, seed), total, seed)


def rows_from_json(text: str, experiment: Experiment, seed: int) -> tuple[Row, ...]:
    """The cells of an interrupted run, to be resumed.

    Raises:
        ParseError: not a report of this experiment with this seed.
    """
    try:
        data = json.loads(text, object_pairs_hook=each_once)
        if (data["format"], data["experiment"], data["seed"]) != (FORMAT, experiment.name, seed):
            raise ParseError(
                f"the report is of {data['experiment']} with seed {data['seed']}; one of"
                f" {experiment.name} with seed {seed} is needed; start anew"
            )
        return tuple(Row(**{**row, "verdict": Verdict(row["verdict"])}) for row in data["rows"])
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, ParseError):
            raise
        raise ParseError(
            f"this is not a report of an experiment ({error}); give the text written by to_json"
        ) from None


def run(
    experiment: Experiment,
    *,
    seed: int = 0,
    deep: bool = False,
    executor: Executor | None = None,
    progress: Progress | None = None,
    done: Sequence[Row] = (),
) -> ExperimentReport:
    """The report of an experiment; Ctrl-C keeps the cells that are finished.

    Args:
        experiment: the experiment.
        seed: names every draw.
        deep: the large cells too.
        executor: any `concurrent.futures.Executor`; the rows come in the same order.
        progress: called after each cell.
        done: cells of an earlier run with the same seed, which are not run again.
    """
    cases = list(experiment.cases(seed, deep))
    known = {_key(row.case): row for row in done}
    rows: list[Row] = []
    futures: dict[str, Future[Row]] = {}
    if executor is not None:
        futures = {
            _key(case): executor.submit(check_cell, experiment, case, seed)
            for case in cases
            if _key(case) not in known
        }

    def cell(case: Case) -> Row:
        key = _key(case)
        if key in known:
            return known[key]
        return futures[key].result() if key in futures else check_cell(experiment, case, seed)

    try:
        for row in _each(cell, cases):
            rows.append(row)
            if progress is not None:
                progress(row, len(rows), len(cases))
    except KeyboardInterrupt:
        for future in futures.values():
            future.cancel()
    return ExperimentReport(experiment, tuple(rows), len(cases), seed)


def _each(cell: Callable[[Case], Row], cases: Iterable[Case]) -> Iterator[Row]:
    for case in cases:
        yield cell(case)


def _key(case: Case) -> str:
    return json.dumps(dict(case), sort_keys=True)


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
