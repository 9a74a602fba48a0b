"""A table of rank strata over a sweep of sizes, resumable, and the closed form it suggests."""

from __future__ import annotations

import itertools
import json
import math
import re
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rankstrat.cli._progress import progress
from rankstrat.cli._question import add_formats, emit, list_of_families, model_of, say, whole_number
from rankstrat.cli._status import BAD_QUESTION, HOLDS, INTERRUPTED, complain
from rankstrat.errors import FamilyError, ParseError, RankstratError
from rankstrat.strata import stratify
from rankstrat.text.parsing import shown
from rankstrat.text.tables import Math, Table
from rankstrat.theorems.conjecture import conjecture

FORMAT = "rankstrat-table/2"
MOST_MODELS, MAX_SAVED, SHOWN = 10_000, 200_000_000, 3
HEAD = (
    "parameters",
    "rank",
    "dimension",
    "dimension is",
    "codimension",
    "strata",
    "conditions",
    "verdict",
)

EXAMPLE = f"""examples:
  rankstrat table two_layer width=1..4 inputs=1..3
  rankstrat table two_layer width=1..4 inputs=1..4 --top --conjecture
  rankstrat table matrix_factorization rows=1..3 inner=3 columns=1..3 --latex
  rankstrat table two_layer width=1..8 inputs=2 --save ranks.jsonl   (again: goes on)

{list_of_families()}"""


def configure(parser: ArgumentParser) -> None:
    """A family, ranges of its arguments, and a format."""
    parser.add_argument("model", metavar="FAMILY", help="a family")
    parser.add_argument(
        "arguments",
        metavar="NAME=VALUE",
        nargs="*",
        default=[],
        help="arguments; NAME=A..B sweeps from A to B",
    )
    parser.add_argument("--top", action="store_true", help="only the largest rank of each model")
    parser.add_argument(
        "--conjecture", action="store_true", help="fit a closed form to the largest ranks"
    )
    parser.add_argument(
        "--save", metavar="FILE", help="keep finished models there; they are not computed again"
    )
    parser.add_argument(
        "--seed", metavar="N", type=whole_number, default=0, help="names random choices (default 0)"
    )
    add_formats(parser)


def run(options: Namespace) -> int:
    """Print the table; after Ctrl-C the part that is done, with status 130; a model that is refused
    is left out.
    """
    swept, cases = _cases(options.arguments)
    path = None if options.save is None else Path(options.save)
    done = {} if path is None else _saved(path)
    rows: list[tuple[object, ...]] = []
    refused: list[tuple[str, RankstratError]] = []
    complete = True
    with progress() as step:
        try:
            for number, words in enumerate(cases):
                step(options.model, number, len(cases))
                key = json.dumps([options.model, sorted(words), options.seed])
                if key not in done:
                    try:
                        done[key] = _computed(options, words)
                    except RankstratError as error:  # too large, or sizes that do not fit together
                        refused.append((" ".join(words), error))
                        continue
                    if path is not None:
                        _append(path, key, done[key])
                chosen = done[key][-1:] if options.top else done[key]
                values = [_number(dict(w.split("=", 1) for w in words)[name]) for name in swept]
                rows += [(*values, *row[:6], Math(*row[6]), row[7]) for row in chosen]
        except KeyboardInterrupt:
            complete = False
    if refused and not rows and complete:
        raise refused[0][1]
    _print(options, Table((*swept, *HEAD), tuple(rows), f"Rank strata of {options.model}"), swept)
    for name, why in refused[:SHOWN]:
        complain(f"left out: {name}: {why}", BAD_QUESTION)
    if len(refused) > SHOWN:
        complain(f"left out: {len(refused) - SHOWN} more models", BAD_QUESTION)
    if complete:
        if refused:
            return BAD_QUESTION
        return HOLDS
    finished = sum(
        json.dumps([options.model, sorted(words), options.seed]) in done for words in cases
    )
    if path is not None:
        again = "the same command goes on from here"
    else:
        again = "--save FILE lets the next run go on there"
    return complain(
        f"interrupted: {finished} of {len(cases)} models are in the table; {again}", INTERRUPTED
    )


def _print(options: Namespace, table: Table, swept: list[str]) -> None:
    guess = None
    if options.conjecture and swept:
        best: dict[tuple[Any, ...], dict[str, Any]] = {}
        for record in table.records():
            best[tuple(record[name] for name in swept)] = {
                name: record[name] for name in (*swept, "rank")
            }
        guess = conjecture(best.values()) if best else None
    if guess is not None and options.format != "text":
        table = Table(table.columns, table.rows, table.title, f"Largest rank: {guess}.")
    emit(table, options.format)
    if guess is not None and options.format == "text":
        say(f"\nlargest rank: {guess}")


def _computed(options: Namespace, words: list[str]) -> list[list[Any]]:
    model = model_of(Namespace(model=options.model, arguments=words)).model
    hierarchy = stratify(model, seed=options.seed)
    return [
        [model.size, *row[:5], [row[5].text, row[5].latex], row[6]]  # type: ignore[attr-defined]
        for row in hierarchy.table().rows
    ]


def _number(text: str) -> object:
    if re.fullmatch(r"\d{1,9}", text):
        return int(text)
    return text


def _cases(words: list[str]) -> tuple[list[str], list[list[str]]]:
    """The names of the arguments that vary, and the words of each model."""
    choices: dict[str, list[str]] = {}
    counts: dict[str, int] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            raise FamilyError(
                f"{shown(repr(word))} is not NAME=VALUE; write for example width=1..4"
            )
        ends = re.fullmatch(r"(\d{1,6})\.\.(\d{1,6})", text.strip())
        span = range(int(ends[1]), int(ends[2]) + 1) if ends else None
        if span is not None and not span:
            raise FamilyError(
                f"{shown(word)} holds no number; a range from low to high is needed; write 1..4"
            )
        counts[name] = counts.get(name, 0) + (1 if span is None else len(span))
        choices.setdefault(name, []).extend(
            [text] if span is None else [str(v) for v in span[: MOST_MODELS + 1]]
        )
    swept = [name for name, values in choices.items() if len(values) > 1]
    total = math.prod(counts.values())
    if total > MOST_MODELS:
        raise FamilyError(
            f"the ranges give {total} models; at most {MOST_MODELS} can be done; narrow a range"
        )
    products = itertools.product(*choices.values())
    return swept, [
        [f"{n}={v}" for n, v in zip(choices, chosen, strict=True)] for chosen in products
    ]


def _saved(path: Path) -> dict[str, list[list[Any]]]:
    """Finished models of an earlier run; a last line that was cut off is left out."""
    if not path.exists():
        return {}
    try:
        if path.stat().st_size > MAX_SAVED:
            raise ParseError(
                f"{path} exceeds {MAX_SAVED} bytes; a saved table is needed; choose another name"
            )
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ParseError(
            f"{path} cannot be read ({error}); a saved table is needed; choose another name"
        ) from error
    return dict(_entries(path, lines))


def _entries(path: Path, lines: list[str]) -> Iterator[tuple[str, list[list[Any]]]]:
    for number, line in enumerate(lines):
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            if number == len(lines) - 1:
                return
            entry = None
        if (
            not isinstance(entry, dict)
            or entry.get("format") != FORMAT
            or not _are_rows(entry.get("rows"))
        ):
            raise ParseError(
                f"line {number + 1} of {path} is no row of a saved table; a file written by --save,"
                " or a new one, is needed; choose another name"
            )
        yield str(entry["key"]), entry["rows"]


def _are_rows(rows: object) -> bool:
    if not isinstance(rows, list):
        return False
    for row in rows:
        if not isinstance(row, list) or len(row) != len(HEAD):
            return False
        size, rank, dimension, exact, codimension, strata, words, verdict = row
        if not all(type(n) is int for n in (size, rank)):
            return False
        # an integer, or a bound with its side
        if not all(type(n) in (int, str) for n in (dimension, codimension, strata)):
            return False
        if not isinstance(exact, str) or not isinstance(verdict, str):
            return False
        if not (
            isinstance(words, list) and len(words) == 2 and all(isinstance(w, str) for w in words)
        ):
            return False
    return True


def _append(path: Path, key: str, rows: list[list[Any]]) -> None:
    line = json.dumps({"format": FORMAT, "key": key, "rows": rows}, ensure_ascii=False)
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        # a line that an interruption cut off makes room for a whole one
        with path.open("r+" if path.exists() else "w", encoding="utf-8") as file:
            file.seek(len(text[: text.rfind("\n") + 1].encode()))
            file.write(line + "\n")
            file.truncate()
    except OSError as error:
        raise ParseError(
            f"{path} cannot be written ({error.strerror}); a writable file is needed"
        ) from error
