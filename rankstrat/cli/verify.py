"""Check theorems: predicted by the closed form, computed by the engine, case by case, each with its
verdict.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Executor
from fnmatch import fnmatchcase
from html import escape

from rankstrat.cli._answer import Answer
from rankstrat.cli._progress import Steps, progress
from rankstrat.cli._proofs import refereed, save_bundle, verdict_line
from rankstrat.cli._question import add_formats, emit, say, whole_number
from rankstrat.cli._saved import CASES, Saved
from rankstrat.cli._status import BAD_QUESTION, FAILS, HOLDS, INTERRUPTED, complain
from rankstrat.cli._sweep import folder_for, jobs, workers
from rankstrat.errors import FamilyError, ParseError
from rankstrat.rank.certificate import RankCertificate
from rankstrat.rank.proof.writer import expressible
from rankstrat.rank.verdict import Verdict
from rankstrat.text.parsing import nearest, shown
from rankstrat.text.tables import Table
from rankstrat.theorems import THEOREMS, Summary, verify
from rankstrat.theorems.report import Report
from rankstrat.theorems.theorem import Row

EXAMPLE = """examples:
  rankstrat verify                              all theorems
  rankstrat verify two_layer_rank --markdown
  rankstrat verify --only 'two_layer*' --deep --jobs 4 --save reports
  rankstrat verify --list"""


def configure(parser: ArgumentParser) -> None:
    """Names, formats, and how to compute."""
    parser.add_argument("names", metavar="NAME", nargs="*", help="theorems; all if none is given")
    parser.add_argument(
        "--only", metavar="PATTERN", action="append", default=[], help="like NAME, * for anything"
    )
    parser.add_argument("--list", action="store_true", help="list the theorems and stop")
    parser.add_argument(
        "--deep", action="store_true", help="the large sweep instead of the default cases"
    )
    parser.add_argument(
        "--summary", action="store_true", help="one line for each theorem instead of its cases"
    )
    parser.add_argument(
        "--referee", action="store_true", help="send the certificate of every case to the referee"
    )
    parser.add_argument(
        "--proof", metavar="FILE", help="write the proof objects of all cases as a bundle"
    )
    parser.add_argument(
        "--seed",
        metavar="N",
        type=whole_number,
        default=0,
        help="names the random cases (default 0)",
    )
    parser.add_argument(
        "--jobs", metavar="N", type=jobs, default=1, help="compute with N processes"
    )
    parser.add_argument("--dask", metavar="ADDRESS", help="compute on a dask.distributed cluster")
    parser.add_argument(
        "--save", metavar="DIR", help="keep reports there; cases found there are not computed again"
    )
    add_formats(parser)


def run(options: Namespace) -> int:
    """0 if every case of every theorem holds, 1 if not, 130 if Ctrl-C left cases out (what is there
    is printed).
    """
    names = _selected([*options.names, *options.only])
    if options.list:
        emit(_listing(names), options.format)
        return HOLDS
    folder = None if options.save is None else folder_for(options.save)
    reports: list[Report] = []
    broken: ParseError | None = None
    with workers(options) as executor, progress() as step:
        for name in names:
            with Saved(folder, CASES, name, options.seed, options.deep) as saved:
                reports.append(_verified(name, options, executor, step, saved))
                saved.finish(reports[-1])
                broken = saved.error
            if not options.summary:
                _print_report(reports[-1], options.format)
            if not reports[-1].complete or broken is not None:
                break
    summary = Summary(tuple(reports))
    _print_summary(summary, options.format)
    if options.proof is not None:
        save_bundle(options.proof, _certificates(reports, options.seed))
    accepted = not options.referee or _refereed(reports, options.seed)
    if broken is not None:
        return complain(f"error: {broken}; what stands above is not all saved", BAD_QUESTION)
    if any(not report.complete for report in reports):
        return INTERRUPTED
    if summary.ok and accepted:
        return HOLDS
    return FAILS


def _certificates(reports: list[Report], seed: int) -> Iterator[tuple[str, RankCertificate]]:
    """The rank certificates of all cases, computed again; some cases compare other numbers."""
    for report in reports:
        for row in report.rows:
            if row.upper is None:
                continue
            found = report.theorem.computed(row.case, seed)
            if isinstance(found, RankCertificate) and expressible(found.chart):
                yield f"{report.theorem.name} {json.dumps(dict(row.case), default=str)}", found


def _refereed(reports: list[Report], seed: int) -> bool:
    """Print how many cases the referee accepts, and why it does not accept others."""
    counts: Counter[str] = Counter()
    fine = True
    for title, certificate in _certificates(reports, seed):
        found = refereed(certificate)[1]
        counts[f"accepted as {found.verdict}" if found.holds else "not accepted"] += 1
        if not found.holds:
            fine = False
            say(f"referee: {title}: {verdict_line(found)}")
    cases = sum(len(report.rows) for report in reports)
    counts["without a proof object"] = cases - counts.total()
    say("referee: " + ", ".join(f"{n} {name}" for name, n in counts.items() if n))
    return fine


def _verified(
    name: str, options: Namespace, executor: Executor | None, step: Steps, saved: Saved[Row]
) -> Report:
    def after(row: Row, count: int, total: int) -> None:
        step(name, count, total)
        if saved.error is not None:  # to go on would be to compute what cannot be kept
            raise KeyboardInterrupt

    step(name, 0, 1)
    return verify(
        name,
        seed=options.seed,
        deep=options.deep,
        executor=executor,
        progress=after,
        done=saved.done,
        keep=None if options.save is None else saved.keep,
    )


def _selected(patterns: list[str]) -> list[str]:
    """The theorems that match, each once, in the order of the catalogue."""
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in THEOREMS):
            hint = nearest(pattern, THEOREMS) or "`rankstrat verify --list` lists them"
            raise FamilyError(f"no theorem is called {shown(repr(pattern))}; {hint}")
    return [
        name for name in THEOREMS if not patterns or any(fnmatchcase(name, p) for p in patterns)
    ]


def _listing(names: list[str]) -> Table:
    rows = [(t.name, t.title, t.formula, t.source) for t in (THEOREMS[name] for name in names)]
    return Table(("name", "title", "formula", "source"), tuple(rows))


def _print_report(report: Report, form: str) -> None:
    match form:
        case "json" | "csv":
            return
        case "latex":
            text = report.to_latex()
        case "markdown":
            text = report.to_markdown()
        case "html":
            text = report.to_html()
        case _:
            text = str(report)
    print(f"{text}\n", flush=True)


def _print_summary(summary: Summary, form: str) -> None:
    if form == "json":
        print(_answer(summary).on_top_of(json.loads(summary.to_json())))
        return
    if form == "csv":
        emit(_cases(summary), form)
        return
    bibtex = summary.bibtex()
    frames = {
        "html": f"<pre>{escape(bibtex)}</pre>",
        "latex": "\n".join(f"% {line}".rstrip() for line in bibtex.splitlines()),
        "markdown": f"```bibtex\n{bibtex}\n```",
    }
    if bibtex:
        print(f"{frames.get(form, bibtex)}\n")
    emit(summary.table(), form)  # last, so that a terminal shows it


def _answer(summary: Summary) -> Answer:
    """How many cases hold: those that were shown, and at most those that were not refuted."""
    rows = [row for report in summary.reports for row in report.rows]
    total = sum(report.total for report in summary.reports)
    upper = total - sum(row.verdict is Verdict.REFUTED for row in rows)
    whole = not summary.missing and len(rows) == total
    verdicts = [*(row.verdict for row in rows), *([] if whole else [Verdict.OPEN])]
    held = sum(row.ok for row in rows)
    return Answer.between("the number of cases that hold", held, upper, verdicts)


def _cases(summary: Summary) -> Table:
    """The cases of all theorems in one table; a case is its values, as JSON."""
    rows = [
        (
            report.theorem.name,
            json.dumps(dict(row.case), default=str),
            row.predicted,
            row.lower,
            row.upper,
            row.verdict,
        )
        for report in summary.reports
        for row in report.rows
    ]
    return Table(("theorem", "case", "predicted", "lower", "upper", "verdict"), tuple(rows))
