r"""Theorems checked case by case: predicted by the closed form, computed by the engine, each with
its verdict.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, fields
from functools import cache, partial
from importlib.resources import files
from textwrap import fill
from typing import Any

from rankstrat.errors import FamilyError, ParseError
from rankstrat.rank.certificate import Verdict
from rankstrat.sweep import case_key, sweep
from rankstrat.text import cells
from rankstrat.text.objects import checksum, each_once
from rankstrat.text.tables import Math, Table
from rankstrat.text.version import version
from rankstrat.theorems.theorem import RELATIONS, Row, Theorem, check_case

Progress = Callable[["Row", int, int], None]
"""Called after each case with its row, the number of cases done and the number of all cases."""
FORMAT = "rankstrat-report/1"


def _formulas(text: str) -> str:
    """A text as HTML, its formulas in parentheses that MathJax reads."""
    return cells.to_html(cells.spoken(text))


@dataclass(frozen=True)
class Report:
    """The rows of one theorem; `ok` only if every case was computed and holds.

    Attributes:
        theorem: the theorem.
        rows: one for each case that was computed, in order.
        total: the number of cases there are.
        seed: names the random cases.
    """

    theorem: Theorem
    rows: tuple[Row, ...]
    total: int
    seed: int = 0

    def __repr__(self) -> str:
        return f"<Report on {self.theorem.name}: {self.summary}>"

    @property
    def complete(self) -> bool:
        """Whether no case is missing (Ctrl-C leaves the rest out)."""
        return len(self.rows) == self.total

    @property
    def ok(self) -> bool:
        """Whether all cases were computed and hold, PROVED or PROBABLE."""
        return self.complete and bool(self.rows) and all(row.ok for row in self.rows)

    @property
    def counts(self) -> dict[Verdict, int]:
        """Verdict -> number of rows."""
        counter = Counter(row.verdict for row in self.rows)
        return {verdict: counter[verdict] for verdict in Verdict}

    @property
    def counterexample(self) -> Row | None:
        """The refuted row with the fewest parameters."""
        refuted = [row for row in self.rows if row.verdict is Verdict.REFUTED]
        if refuted:
            return min(refuted, key=lambda row: row.size)
        return None

    @property
    def seconds(self) -> float:
        """The time all rows took together."""
        return sum(row.seconds for row in self.rows)

    def table(self) -> Table:
        """Parameters, predicted, computed and verdict of each case."""
        names = list(dict.fromkeys(key for row in self.rows for key in row.case))
        formula = self.theorem.formula
        words = f"predicted {RELATIONS[self.theorem.relation]}"
        heading = Math(words + formula.text, rf"\text{{{words}}}{formula.latex}")
        rows = [
            (*(row.case.get(name) for name in names), row.predicted, row.computed, str(row.verdict))
            for row in self.rows
        ]
        return Table(
            (*names, heading, self.theorem.column, "verdict"),
            tuple(rows),
            self.theorem.title,
            self.summary,
        )

    @property
    def summary(self) -> str:
        """One sentence: how many cases are known how."""
        known = ", ".join(f"{count} {verdict}" for verdict, count in self.counts.items() if count)
        if self.complete:
            missing = ""
        else:
            missing = f" (interrupted: {self.total - len(self.rows)} cases not computed)"
        return f"{len(self.rows)} of {self.total} cases: {known or 'none'}{missing}."

    def __str__(self) -> str:
        statement = fill(
            self.theorem.statement, 100, break_long_words=False, break_on_hyphens=False
        )
        parts = [f"{statement}\n  [{self.theorem.source}]", str(self.table())]
        row = self.counterexample
        if row is not None:
            case = ", ".join(f"{key} = {value}" for key, value in row.case.items())
            parts.append(
                f"smallest counterexample: {case}: predicted {row.predicted}, computed"
                f" {row.computed}\n{row.statement}"
            )
        refusals = [row.statement for row in self.rows if row.verdict is Verdict.OPEN]
        if refusals:
            parts.append(f"first open case: {refusals[0]}")
        return "\n\n".join(parts)

    def to_latex(self) -> str:
        """The statement and a booktabs table."""
        cite = rf"\cite{{{','.join(self.theorem.keys)}}}" if self.theorem.keys else ""
        table = self.table().latex(label=f"tab:{self.theorem.name.replace('_', '-')}")
        return "\n".join(
            [
                rf"\paragraph{{{self.theorem.title}}} {self.theorem.statement} {cite}".rstrip(),
                "",
                table,
            ]
        )

    def to_markdown(self) -> str:
        """The statement, source, assumptions and a Markdown table."""
        assumed = [f"- {clause}" for clause in self.theorem.assumptions]
        lines = [
            self.theorem.statement,
            "",
            f"Source: {self.theorem.source}.",
            "",
            "Assumptions:",
            "",
            *assumed,
        ]
        return "\n".join([*lines, "", self.table().markdown()])

    def to_html(self) -> str:
        """The statement and an HTML table."""
        words, source = map(_formulas, (self.theorem.statement, self.theorem.source))
        return f"<p>{words} [{source}]</p>\n{self.table().html()}"

    _repr_html_ = to_html

    def bibtex(self) -> str:
        """The BibTeX entries of the source."""
        return bibliography(self.theorem.keys)

    def to_json(self) -> str:
        """Everything, so that a sweep can be resumed."""
        return json.dumps(self.record(), indent=1)

    def record(self) -> dict[str, Any]:
        """The report as plain data."""
        rows = [row_to_data(row) for row in self.rows]
        counts = {str(verdict): count for verdict, count in self.counts.items()}
        return {
            "format": FORMAT,
            "version": version(),
            "theorem": self.theorem.name,
            "title": self.theorem.title,
            "statement": self.theorem.statement,
            "source": self.theorem.source,
            "seed": self.seed,
            "ok": self.ok,
            "total": self.total,
            "counts": counts,
            "rows": rows,
            "sum": checksum(rows),
        }


def row_to_data(row: Row) -> dict[str, Any]:
    """A row as plain data."""
    data = {f.name: getattr(row, f.name) for f in fields(Row)}
    return data | {"case": dict(row.case), "verdict": row.verdict.value}


def row_from_data(data: Mapping[str, Any]) -> Row:
    """The row that `row_to_data` wrote."""
    return Row(**{**data, "verdict": Verdict(data["verdict"])})


def rows_from_json(text: str, theorem: Theorem, seed: int) -> tuple[Row, ...]:
    """The rows of an interrupted report, to be resumed.

    Raises:
        ParseError: not a report of this theorem with this seed.
    """
    try:
        data = json.loads(text, object_pairs_hook=each_once)
        own = (FORMAT, version(), theorem.name, seed)
        if (data["format"], data["version"], data["theorem"], data["seed"]) != own:
            raise ParseError(
                f"the report is of {data['theorem']} with seed {data['seed']} by rankstrat"
                f" {data['version']}; one of {theorem.name} with seed {seed} by {version()} is"
                " needed; start anew"
            )
        if data["sum"] != checksum(data["rows"]):
            raise ParseError(
                "the rows of the report were changed after it was written; the text that"
                " Report.to_json wrote is needed; start anew"
            )
        return tuple(map(row_from_data, data["rows"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, ParseError):
            raise
        raise ParseError(
            f"this is not a report ({error}); give the text written by Report.to_json"
        ) from None


def run(
    theorem: Theorem,
    *,
    seed: int = 0,
    deep: bool = False,
    executor: Executor | None = None,
    progress: Progress | None = None,
    done: Sequence[Row] = (),
    keep: Callable[[Row], None] | None = None,
) -> Report:
    """The report of a theorem; Ctrl-C leaves the rows computed so far.

    Args:
        theorem: the theorem.
        seed: names the random cases and every random choice of the engine.
        deep: the large sweep instead of the default cases.
        executor: any `concurrent.futures.Executor`; the rows come in the same order.
        progress: called after each case.
        done: rows of an earlier run with the same seed, which are not computed again.
        keep: called with each computed row as soon as it is there, in whatever order and thread.
    """
    cases = list(theorem.cases(seed, deep))
    rows = sweep(
        partial(check_case, theorem, seed=seed),
        cases,
        done={case_key(row.case): row for row in done},
        executor=executor,
        progress=progress,
        keep=keep,
    )
    return Report(theorem, rows, len(cases), seed)


@cache
def _entries() -> Mapping[str, str]:
    text = files("rankstrat").joinpath("references.bib").read_text(encoding="utf-8")
    return {
        match[1]: match[0]
        for match in re.finditer(r"^@\w+\{(\w+),\n.*?^\}", text, re.DOTALL | re.MULTILINE)
    }


def bibliography(keys: Iterable[str]) -> str:
    """The BibTeX entries of some keys, each once.

    Raises:
        FamilyError: a key that references.bib does not have.
    """
    wanted = list(dict.fromkeys(keys))
    for key in wanted:
        if key not in _entries():
            raise FamilyError(
                f"the bib key {key!r} is unknown; one of {', '.join(_entries())} is needed; or add"
                " it to references.bib"
            )
    return "\n\n".join(_entries()[key] for key in wanted)
