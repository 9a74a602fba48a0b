r"""The theorem catalogue: one file each, in a folder for each kind; these folders are the registry.

A file ``theorems/least_rank/two_layer_rank.py`` defines ``THEOREM``, a `Theorem` of the same name.
Installed packages add theorems under the entry-point group ``rankstrat.theorems`` (name -> such an
object).
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass

from rankstrat.errors import FamilyError, demand
from rankstrat.rank.certificate import Verdict
from rankstrat.registry import Registry, modules
from rankstrat.text.tables import Table
from rankstrat.theorems.report import Progress, Report, bibliography, run
from rankstrat.theorems.theorem import Row, Theorem


def _own() -> dict[str, Theorem]:
    package = importlib.import_module(__name__)
    return {name: module.THEOREM for name, module in modules(package, deep=True)}


THEOREMS: Mapping[str, Theorem] = Registry(
    "theorem", "rankstrat.theorems", _own, attempt="pass a Theorem", kind=Theorem
)
"""Name -> theorem."""


def verify(
    theorem: str | Theorem,
    *,
    seed: int = 0,
    deep: bool = False,
    executor: Executor | None = None,
    progress: Progress | None = None,
    done: Iterable[Row] = (),
    keep: Callable[[Row], None] | None = None,
) -> Report:
    r"""Predicted and computed values of a theorem in all its cases, in separate columns, each with
    its verdict.

    Args:
        theorem: a name of `THEOREMS`, or a `Theorem`.
        seed: names the random cases and every random choice of the engine.
        deep: the large sweep instead of the default cases.
        executor: any `concurrent.futures.Executor`; the answer is the same.
        progress: called after each case with its row, the number done and the number of all.
        done: rows of an interrupted report with the same seed.
        keep: called with each computed row as soon as it is there, in whatever order and thread.

    Raises:
        FamilyError: an unknown name.

    Example:
        >>> report = verify("diagonal_rank")
        >>> report.ok
        True
    """
    theorem = THEOREMS[theorem] if isinstance(theorem, str) else theorem
    demand(
        theorem, Theorem, FamilyError, "the name of a theorem", "list(theorems.THEOREMS) has them"
    )
    return run(
        theorem,
        seed=seed,
        deep=deep,
        executor=executor,
        progress=progress,
        done=tuple(done),
        keep=keep,
    )


def verify_all(
    names: Iterable[str] = (),
    *,
    seed: int = 0,
    deep: bool = False,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Summary:
    r"""The reports of several theorems, of all if no name is given; Ctrl-C leaves those computed so
    far.

    Args:
        names: names of `THEOREMS`.
        seed: names the random cases and every random choice of the engine.
        deep: the large sweeps.
        executor: any `concurrent.futures.Executor`.
        progress: called after each case.

    Raises:
        FamilyError: an unknown name (before anything is computed).
    """
    theorems = [THEOREMS[name] for name in names] or list(THEOREMS.values())
    reports: list[Report] = []
    try:
        for theorem in theorems:
            reports.append(run(theorem, seed=seed, deep=deep, executor=executor, progress=progress))
            if not reports[-1].complete:
                break
    except KeyboardInterrupt:
        pass
    return Summary(tuple(reports), tuple(theorem.name for theorem in theorems[len(reports) :]))


@dataclass(frozen=True)
class Summary:
    """The reports of several theorems.

    Attributes:
        reports: one for each theorem that was begun.
        missing: names of the theorems that were not (after Ctrl-C).
    """

    reports: tuple[Report, ...]
    missing: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every theorem holds in every case."""
        return bool(self.reports) and not self.missing and all(report.ok for report in self.reports)

    @property
    def counts(self) -> dict[Verdict, int]:
        """Verdict -> number of rows over all theorems."""
        return {
            verdict: sum(report.counts[verdict] for report in self.reports) for verdict in Verdict
        }

    def table(self) -> Table:
        """One line per theorem."""
        rows = [
            (
                report.theorem.name,
                len(report.rows),
                *report.counts.values(),
                _held(report),
                round(report.seconds, 2),
            )
            for report in self.reports
        ]
        counts = ", ".join(f"{count} {verdict}" for verdict, count in self.counts.items() if count)
        columns = ("theorem", "cases", *map(str, Verdict), "holds", "seconds")
        left = [(len(r.rows), r.total, r.theorem.name) for r in self.reports if not r.complete]
        cut = "".join(
            f" Interrupted after {done} of {total} cases of {name}." for done, total, name in left
        )
        missing = f" Interrupted; not begun: {', '.join(self.missing)}." if self.missing else ""
        caption = f"{sum(self.counts.values())} cases: {counts or 'none'}.{cut}{missing}"
        return Table(columns, tuple(rows), "Theorems verified", caption)

    def __str__(self) -> str:
        return str(self.table())

    def _repr_html_(self) -> str:
        return self.table().html()

    def bibtex(self) -> str:
        """The BibTeX entries of all sources."""
        return bibliography([key for report in self.reports for key in report.theorem.keys])

    def to_json(self) -> str:
        """All reports."""
        return json.dumps(
            {"ok": self.ok, "reports": [report.record() for report in self.reports]}, indent=1
        )


def _held(report: Report) -> bool | str:
    """Whether a theorem held; one that was interrupted without a failure has neither held nor
    failed.
    """
    if report.complete or not all(row.ok for row in report.rows):
        return report.ok
    return "not finished"


__all__ = ["THEOREMS", "Summary", "verify", "verify_all"]
