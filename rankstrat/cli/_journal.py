"""Finished rows of a sweep, line by line: whatever stops a run, the next one goes on from there.

The first line names the version, the question and the seed; every line carries its own checksum. A
last line that was cut off is forgotten, anything else that does not fit is refused.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import stat
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from rankstrat.errors import ParseError
from rankstrat.text.lines import escaped
from rankstrat.text.objects import checksum
from rankstrat.text.version import version

FORMAT = "rankstrat-journal/1"
MAX_SAVED = 200_000_000
# Windows has no fcntl; there nobody keeps two processes apart.
_fcntl = importlib.import_module("fcntl") if importlib.util.find_spec("fcntl") else None


class Journal:
    """The rows of one question in one file, which no other process may write meanwhile.

    Args:
        path: the file; made if there is none.
        question: what the rows answer, seed included.

    Attributes:
        rows: key -> row, those of earlier runs and those added.

    Raises:
        ParseError: the file cannot be written, holds something else, or is in use.
    """

    def __init__(self, path: Path, question: Mapping[str, Any]) -> None:
        self.path, self._guard = path, threading.Lock()
        self._head = {"format": FORMAT, "version": version(), "question": dict(question)}
        self._file = self._open()
        try:
            self.rows: dict[str, Any] = self._read()
        except BaseException:
            os.close(self._file)
            raise

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let others write."""
        with self._guard:
            if self._file >= 0:
                os.close(self._file)
            self._file = -1

    def add(self, key: str, row: Any) -> None:
        """Keep a finished row; it is on the disk when this returns.

        Raises:
            ParseError: the disk is full, or the like; the file is as it was before.
        """
        with self._guard:
            if self._file < 0 or key in self.rows:
                return
            self._write({"key": key, "row": row})
            self.rows[key] = row

    def _open(self) -> int:
        try:
            file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except (OSError, ValueError) as error:
            raise self._unwritable(error) from error
        if not stat.S_ISREG(os.fstat(file).st_mode):
            os.close(file)
            raise self._refused("is no regular file")
        if _fcntl is not None:
            try:
                _fcntl.flock(file, _fcntl.LOCK_EX | _fcntl.LOCK_NB)
            except OSError as error:
                os.close(file)
                raise self._refused("is being written by another process") from error
        return file

    def _read(self) -> dict[str, Any]:
        size = os.fstat(self._file).st_size
        if size > MAX_SAVED:
            raise self._refused(f"exceeds {MAX_SAVED} bytes")
        with os.fdopen(os.dup(self._file), "rb") as stream:
            stream.seek(0)
            data = stream.read()
        whole = data[: data.rfind(b"\n") + 1]
        self._end = len(whole)
        rows: dict[str, Any] = {}
        for number, line in enumerate(whole.split(b"\n")[:-1]):
            entry = self._entry(line, number)
            if number == 0:
                self._compare(entry)
            else:
                rows[str(entry["key"])] = entry["row"]
        if not whole:
            if data.strip(b"\0") and not data.startswith(b'{"format"'[: len(data)]):
                raise self._refused("holds something else")
            self._write(self._head)
        elif len(whole) < len(data):
            os.ftruncate(self._file, self._end)
        return rows

    def _entry(self, line: bytes, number: int) -> Mapping[str, Any]:
        """The entry of one line, whose checksum must fit."""
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            entry = None
        kind = {"format", "version", "question"} if number == 0 else {"key", "row"}
        if (
            not isinstance(entry, dict)
            or entry.pop("sum", None) != checksum(entry)
            or set(entry) != kind
        ):
            raise self._refused(f"has a line {number + 1} that this program has not written")
        return entry

    def _compare(self, entry: Mapping[str, Any]) -> None:
        for name, own in self._head.items():
            if entry[name] != own:
                raise self._refused(
                    f"belongs to the {name} {_words(entry[name])}, this run to {_words(own)}"
                )

    def _write(self, entry: Mapping[str, Any]) -> None:
        line = json.dumps({**entry, "sum": checksum(entry)}).encode() + b"\n"
        try:
            os.lseek(self._file, self._end, os.SEEK_SET)
            done = 0
            while done < len(line):
                done += os.write(self._file, line[done:])
            os.ftruncate(self._file, self._end + len(line))
            os.fsync(self._file)
        except OSError as error:
            os.ftruncate(self._file, self._end)
            raise self._unwritable(error) from error
        self._end += len(line)

    def _unwritable(self, error: Exception) -> ParseError:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return ParseError(
            f"{escaped(self.path, most=200)} cannot be written ({reason}); a writable file on a"
            " disk with space is needed; choose another place"
        )

    def _refused(self, problem: str) -> ParseError:
        return ParseError(
            f"{escaped(self.path, most=200)} {problem}; a file that this command wrote for this"
            " question, or a new one, is needed; choose another name"
        )


def _words(value: Any) -> str:
    if isinstance(value, dict):
        value = ", ".join(f"{k} {v}" for k, v in value.items())
    return escaped(value, most=120)
