"""What `--save` keeps of a sweep: a journal of finished rows while it runs, then a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Protocol, TypeVar

from rankstrat.cli._journal import MAX_SAVED, Journal
from rankstrat.cli._sweep import write_whole
from rankstrat.errors import ParseError
from rankstrat.experiments import EXPERIMENTS
from rankstrat.experiments._report import Row as Cell
from rankstrat.experiments._report import row_from_data as cell_from_data
from rankstrat.experiments._report import row_to_data as cell_to_data
from rankstrat.experiments._running import rows_from_json as cells_from_json
from rankstrat.sweep import case_key
from rankstrat.theorems import THEOREMS
from rankstrat.theorems.report import row_from_data, row_to_data, rows_from_json
from rankstrat.theorems.theorem import Row


class _OfCase(Protocol):
    """A row of a sweep."""

    @property
    def case(self) -> Mapping[str, Any]:
        """What it is about."""


class _Report(Protocol):
    def to_json(self) -> str:
        """Everything."""


R = TypeVar("R", bound=_OfCase)


@dataclass(frozen=True)
class Kind(Generic[R]):
    """How the rows of a kind of sweep are written and read.

    Attributes:
        name: the kind.
        written, read: a row as plain data, and back.
        stored: (text of a report, name of the sweep, seed) -> its rows.
    """

    name: str
    written: Callable[[R], dict[str, Any]]
    read: Callable[[Mapping[str, Any]], R]
    stored: Callable[[str, str, int], Sequence[R]]


CASES = Kind[Row](
    "theorem", row_to_data, row_from_data,
    lambda text, name, seed: rows_from_json(text, THEOREMS[name], seed),
)  # fmt: skip
CELLS = Kind[Cell](
    "experiment", cell_to_data, cell_from_data,
    lambda text, name, seed: cells_from_json(text, EXPERIMENTS[name], seed),
)  # fmt: skip


class Saved(Generic[R]):
    """The rows of one sweep in a folder; without a folder nothing is kept.

    Args:
        folder: where `NAME.json` and `NAME.jsonl` lie, or None.
        kind, name: the sweep.
        seed, deep: the question.

    Attributes:
        done: the rows of earlier runs.
        error: why rows can no longer be kept, once that is so.

    Raises:
        ParseError: a file of that name holds something else, or another process writes it.
    """

    def __init__(
        self, folder: Path | None, kind: Kind[R], name: str, seed: int, deep: bool
    ) -> None:
        self.error: ParseError | None = None
        self.done: tuple[R, ...] = ()
        self._journal: Journal | None = None
        self._kind = kind
        if folder is None:
            return
        stem = f"{name}{'.deep' if deep else ''}"
        self._report = folder / f"{stem}.json"
        question = {kind.name: name, "seed": seed, "cases": "deep" if deep else "default"}
        self._journal = Journal(folder / f"{stem}.jsonl", question)
        try:
            rows = {case_key(row.case): row for row in self._stored(name, seed)}
            rows |= {key: kind.read(data) for key, data in self._journal.rows.items()}
        except BaseException:
            self._journal.close()
            raise
        self.done = tuple(rows.values())

    def __enter__(self) -> Saved[R]:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._journal is not None:
            self._journal.close()

    def keep(self, row: R) -> None:
        """Write a finished row down; whoever computes sees `error` when that fails."""
        if self._journal is None or self.error is not None:
            return
        try:
            self._journal.add(case_key(row.case), self._kind.written(row))
        except ParseError as error:  # this may be the thread of a pool, where nobody would see it
            self.error = error

    def finish(self, report: _Report) -> None:
        """Write the report."""
        if self._journal is not None and self.error is None:
            try:
                write_whole(self._report, report.to_json())
            except ParseError as error:
                self.error = error

    def _stored(self, name: str, seed: int) -> Sequence[R]:
        path = self._report
        if not path.exists():
            return ()
        try:
            if not path.is_file() or path.stat().st_size > MAX_SAVED:
                raise ParseError(
                    f"{path} is no file of at most {MAX_SAVED} bytes; a saved report is needed;"
                    " remove it"
                )
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ParseError(
                f"{path} cannot be read ({error}); a saved report is needed; remove it"
            ) from error
        try:
            return self._kind.stored(text, name, seed)
        except ParseError as error:
            problem = str(error).rstrip(".")
            raise ParseError(f"{path}: {problem}; or start anew in another folder") from None
