"""Compute the atlas: strata, function hierarchies and target sets of every family at small sizes,
as JSON with certificates and CSV; called again it goes on.
"""

from __future__ import annotations

import hashlib
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, as_completed
from pathlib import Path
from typing import Any

from rankstrat.cli._atlas import FORMAT, SECTIONS, Computed, Entry, compute, family_files
from rankstrat.cli._journal import Journal
from rankstrat.cli._progress import progress
from rankstrat.cli._question import emit
from rankstrat.cli._status import HOLDS, INTERRUPTED, complain
from rankstrat.cli._sweep import folder_for, jobs, workers, write_whole
from rankstrat.errors import FamilyError, ParseError
from rankstrat.sweep import is_lost, submitted
from rankstrat.text.lines import escaped
from rankstrat.text.parsing import nearest, shown
from rankstrat.text.tables import Table

JOURNAL = "atlas.jsonl"
HEAD = ("family", "models", "target functions", "PROVED rows", "other rows")

EXAMPLE = """examples:
  rankstrat atlas                            all families, into the folder atlas
  rankstrat atlas atlas --family two_layer   one family
  rankstrat atlas atlas --jobs 2             (again: goes on)
  rankstrat check atlas/two_layer/*.json"""


def configure(parser: ArgumentParser) -> None:
    """A folder, families, and processes."""
    parser.add_argument(
        "folder", metavar="FOLDER", nargs="?", default="atlas", help="where it goes (default atlas)"
    )
    parser.add_argument(
        "--family",
        metavar="NAME",
        action="append",
        default=[],
        help="only this family (may be repeated)",
    )
    parser.add_argument(
        "--jobs", metavar="N", type=jobs, default=1, help="compute with N processes"
    )
    parser.set_defaults(dask=None)


def run(options: Namespace) -> int:
    """Write what is missing; after Ctrl-C what is done stays, with status 130."""
    sections = _chosen(options.family)
    chosen = [entry for entries in sections.values() for entry in entries]
    folder = folder_for(options.folder, "the atlas in")
    with Journal(folder / JOURNAL, {"atlas": FORMAT, "seed": 0}) as journal:
        missing = [entry for entry in chosen if not _kept(folder, journal.rows.get(entry.key))]
        try:
            with workers(options) as executor, progress() as step:
                for entry, found in _computed(missing, executor):
                    _keep(folder, journal, entry, found)
                    step(entry.family, _done(journal, chosen), len(chosen))
        except KeyboardInterrupt:
            return complain(
                f"interrupted: {_done(journal, chosen)} of {len(chosen)} models are in"
                f" {escaped(folder)}; the same command goes on from here",
                INTERRUPTED,
            )
        rows: list[tuple[object, ...]] = []
        for family, entries in sections.items():
            tables = [journal.rows[entry.key]["tables"] for entry in entries]
            for name, text in family_files(family, tables).items():
                _write(folder / name, text)
            rows.append((family, len(entries), *_counts(tables)))
    emit(Table(HEAD, tuple(rows)), "text")
    return HOLDS


def _chosen(names: list[str]) -> dict[str, tuple[Entry, ...]]:
    """The models of some families, or of all."""
    for name in names:
        if name not in SECTIONS:
            hint = nearest(name, SECTIONS) or f"families are {', '.join(SECTIONS)}"
            raise FamilyError(f"{shown(repr(name))} is no family of the atlas; {hint}")
    return {name: SECTIONS[name] for name in names or SECTIONS}


def _computed(entries: list[Entry], executor: Executor | None) -> Iterator[tuple[Entry, Computed]]:
    """Each entry with what was found, in the order in which that ends.

    What a lost worker owes is computed here.
    """
    left = list(entries)
    if executor is not None:
        running = {future: entry for entry, future in submitted(compute, entries, executor)}
        for future in as_completed(running):
            if not is_lost(future):
                left.remove(running[future])
                yield running[future], future.result()
    for entry in left:
        yield entry, compute(entry)


def _kept(folder: Path, row: Mapping[str, Any] | None) -> bool:
    """Whether an entry is finished and all its files are there.

    Raises:
        ParseError: a file is not as it was written.
    """
    if row is None:
        return False
    paths = {folder / name: digest for name, digest in row["files"].items()}
    for path, digest in paths.items():
        if path.exists() and _digest(_bytes(path)) != digest:
            raise _foreign(path)
    return all(path.exists() for path in paths)


def _keep(folder: Path, journal: Journal, entry: Entry, found: Computed) -> None:
    """Write the files of an entry, then the line that says so."""
    home = folder_for(str(folder / entry.family), "the atlas in")
    names = {f"{entry.family}/{name}": text for name, text in found.documents.items()}
    files = {name: _digest(text.encode()) for name, text in names.items()}
    row = journal.rows.get(entry.key)
    if row is not None and row["files"] != files:
        raise ParseError(
            f"{escaped(home)} was computed by another engine, which found other tables for"
            f" {entry.key}; one engine is needed for a whole atlas; choose a new folder"
        )
    for name, text in names.items():
        _write(folder / name, text)
    journal.add(entry.key, {"files": files, "tables": found.tables})


def _write(path: Path, text: str) -> None:
    """Write a file that is not there; one that says the same stays.

    Raises:
        ParseError: it says something else, and is left as it is.
    """
    if not path.exists():
        write_whole(path, text)
    elif _bytes(path) != text.encode():
        raise _foreign(path)


def _foreign(path: Path) -> ParseError:
    return ParseError(
        f"{escaped(path, most=200)} holds something else than this command writes there; it stays"
        " as it is, and a new name is needed; remove it, or choose another folder"
    )


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ParseError(
            f"{escaped(path, most=200)} cannot be read ({error.strerror}); a file that this command"
            " wrote is needed; remove it, or choose another folder"
        ) from error


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _done(journal: Journal, chosen: list[Entry]) -> int:
    return sum(entry.key in journal.rows for entry in chosen)


def _counts(tables: list[dict[str, Any]]) -> tuple[int, int, int]:
    """Target functions, and rows of strata and branches that are PROVED, and that are not."""
    parts = [part for t in tables for part in (t["strata"], t["functions"], *t["branches"])]
    verdicts = Counter(row[-1] == "PROVED" for part in parts for row in part["rows"])
    return sum(len(t["branches"]) for t in tables), verdicts[True], verdicts[False]
