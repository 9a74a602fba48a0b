"""What `verify --save` keeps: a journal of finished cases while it runs, then a report."""

from __future__ import annotations

import json
from pathlib import Path
from types import TracebackType

from rankstrat.cli._journal import MAX_SAVED, Journal
from rankstrat.cli._sweep import write_whole
from rankstrat.errors import ParseError
from rankstrat.theorems import THEOREMS
from rankstrat.theorems.report import Report, row_from_data, row_to_data, rows_from_json
from rankstrat.theorems.theorem import Row


class Saved:
    """The rows of one theorem in a folder; without a folder nothing is kept.

    Args:
        folder: where `NAME.json` and `NAME.jsonl` lie, or None.
        name: the theorem.
        seed, deep: the question.

    Attributes:
        done: the rows of earlier runs.
        error: why rows can no longer be kept, once that is so.

    Raises:
        ParseError: a file of that name holds something else, or another process writes it.
    """

    def __init__(self, folder: Path | None, name: str, seed: int, deep: bool) -> None:
        self.error: ParseError | None = None
        self.done: tuple[Row, ...] = ()
        self._journal: Journal | None = None
        if folder is None:
            return
        stem = f"{name}{'.deep' if deep else ''}"
        self._report = folder / f"{stem}.json"
        question = {"theorem": name, "seed": seed, "cases": "deep" if deep else "default"}
        self._journal = Journal(folder / f"{stem}.jsonl", question)
        try:
            rows = {_key(row): row for row in _saved(self._report, name, seed)}
            rows |= {key: row_from_data(data) for key, data in self._journal.rows.items()}
        except BaseException:
            self._journal.close()
            raise
        self.done = tuple(rows.values())

    def __enter__(self) -> Saved:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._journal is not None:
            self._journal.close()

    def keep(self, row: Row) -> None:
        """Write a finished row down; whoever computes sees `error` when that fails."""
        if self._journal is None or self.error is not None:
            return
        try:
            self._journal.add(_key(row), row_to_data(row))
        except ParseError as error:  # this may be the thread of a pool, where nobody would see it
            self.error = error

    def finish(self, report: Report) -> None:
        """Write the report."""
        if self._journal is not None and self.error is None:
            try:
                write_whole(self._report, report.to_json())
            except ParseError as error:
                self.error = error


def _key(row: Row) -> str:
    return json.dumps(dict(row.case), sort_keys=True)


def _saved(path: Path, name: str, seed: int) -> tuple[Row, ...]:
    if not path.exists():
        return ()
    try:
        if not path.is_file() or path.stat().st_size > MAX_SAVED:
            raise ParseError(
                f"{path} is no file of at most {MAX_SAVED} bytes; a saved report is needed;"
                " remove it"
            )
        return rows_from_json(path.read_text(encoding="utf-8"), THEOREMS[name], seed)
    except (OSError, UnicodeDecodeError) as error:
        raise ParseError(
            f"{path} cannot be read ({error}); a saved report is needed; remove it"
        ) from error
