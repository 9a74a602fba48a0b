"""Run the experiments of the lectures: an exact prediction beside a measurement, cell by cell."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from concurrent.futures import Executor

from rankstrat.cli._answer import Answer
from rankstrat.cli._progress import Steps, progress
from rankstrat.cli._question import add_formats, emit, whole_number
from rankstrat.cli._saved import CELLS, Saved
from rankstrat.cli._status import BAD_QUESTION, FAILS, HOLDS, INTERRUPTED, complain
from rankstrat.cli._sweep import folder_for, jobs, workers
from rankstrat.errors import FamilyError, ParseError
from rankstrat.experiments import EXPERIMENTS, ExperimentReport, experiment
from rankstrat.experiments._report import Row
from rankstrat.rank.verdict import Verdict
from rankstrat.text.parsing import nearest, shown
from rankstrat.text.tables import Table

EXAMPLE = """examples:
  rankstrat experiment                              all of them, a minute or two
  rankstrat experiment plateaus convergence_rates
  rankstrat experiment matrix_completion --seed 7 --latex
  rankstrat experiment --deep --jobs 2 --save runs  (resumed when called again)
  rankstrat experiment --list"""


def configure(parser: ArgumentParser) -> None:
    """Names, formats, and how to run."""
    parser.add_argument(
        "names", metavar="NAME", nargs="*", help="experiments; all if none is given"
    )
    parser.add_argument("--list", action="store_true", help="list the experiments and stop")
    parser.add_argument("--deep", action="store_true", help="the large cells too (hours)")
    parser.add_argument(
        "--seed", metavar="N", type=whole_number, default=0, help="names every draw (default 0)"
    )
    parser.add_argument(
        "--jobs", metavar="N", type=jobs, default=1, help="compute with N processes"
    )
    parser.add_argument("--dask", metavar="ADDRESS", help="compute on a dask.distributed cluster")
    parser.add_argument(
        "--save", metavar="DIR", help="keep cells there; cells found there are not run again"
    )
    parser.add_argument("--plot", metavar="DIR", help="draw each experiment into a PNG file there")
    add_formats(parser)


def run(options: Namespace) -> int:
    """0 if every cell is CONSISTENT, 1 if not, 130 if Ctrl-C left cells out."""
    for name in options.names:
        if name not in EXPERIMENTS:
            hint = nearest(name, EXPERIMENTS) or "`rankstrat experiment --list` lists them"
            raise FamilyError(f"no experiment is called {shown(repr(name))}; {hint}")
    names = options.names or list(EXPERIMENTS)
    if options.list:
        rows = [(e.name, e.title) for e in (EXPERIMENTS[name] for name in names)]
        emit(Table(("name", "title"), tuple(rows)), options.format)
        return HOLDS
    folder = None if options.save is None else folder_for(options.save)
    pictures = None if options.plot is None else folder_for(options.plot)
    reports: list[ExperimentReport] = []
    broken: ParseError | None = None
    with workers(options) as executor, progress() as step:
        for name in names:
            with Saved(folder, CELLS, name, options.seed, options.deep) as saved:
                report = _run(name, options, executor, step, saved)
                saved.finish(report)
                broken = saved.error
            reports.append(report)
            if pictures is not None and report.rows:
                report.plot().savefig(pictures / f"{name}.png", dpi=150)
            _print(report, options.format)
            if not report.complete or broken is not None:
                break
    _print_all(reports, options.format)
    if broken is not None:
        return complain(f"error: {broken}; what stands above is not all saved", BAD_QUESTION)
    if any(not report.complete for report in reports):
        return INTERRUPTED
    return HOLDS if all(report.ok for report in reports) else FAILS


def _run(
    name: str, options: Namespace, executor: Executor | None, step: Steps, saved: Saved[Row]
) -> ExperimentReport:
    def after(row: Row, count: int, total: int) -> None:
        step(name, count, total)
        if saved.error is not None:  # to go on would be to run what cannot be kept
            raise KeyboardInterrupt

    step(name, 0, 1)
    return experiment(
        name,
        seed=options.seed,
        deep=options.deep,
        executor=executor,
        progress=after,
        done=saved.done,
        keep=None if options.save is None else saved.keep,
    )


def _print(report: ExperimentReport, form: str) -> None:
    if form in ("json", "csv"):
        return
    if form == "text":
        print(f"{report}\n", flush=True)
    else:
        emit(report.table(), form)
        print()


def _print_all(reports: list[ExperimentReport], form: str) -> None:
    if form == "json":
        ok = all(report.ok for report in reports)
        document = {"ok": ok, "reports": [r.record() for r in reports]}
        print(_answer(reports).on_top_of(document))
        return
    rows = [
        (r.experiment.name, len(r.rows), r.total, _count(r, "CONSISTENT"), round(r.seconds, 1))
        for r in reports
    ]
    columns = ("experiment", "cells run", "cells", "consistent", "seconds")
    emit(Table(columns, tuple(rows), "Experiments"), form)


def _answer(reports: list[ExperimentReport]) -> Answer:
    """How many cells agree with their predictions; a measurement is NUMERICAL at best."""
    held = sum(_count(r, "CONSISTENT") for r in reports)
    failed = sum(_count(r, "INCONSISTENT") for r in reports)
    upper = sum(r.total for r in reports) - failed
    verdict = Verdict.NUMERICAL if all(r.ok for r in reports) else Verdict.OPEN
    return Answer.between("the number of cells that are consistent", held, upper, [verdict])


def _count(report: ExperimentReport, outcome: str) -> int:
    return sum(row.outcome == outcome for row in report.rows)
