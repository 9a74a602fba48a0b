"""A table of rank strata over a sweep of sizes, resumable, and the closed form it suggests."""

from __future__ import annotations

import itertools
import json
import math
import re
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from rankstrat.cli._answer import Answer
from rankstrat.cli._journal import Journal
from rankstrat.cli._progress import progress
from rankstrat.cli._question import (
    add_columns,
    add_formats,
    emit,
    list_of_families,
    model_of,
    say,
    whole_number,
)
from rankstrat.cli._status import BAD_QUESTION, HOLDS, INTERRUPTED, complain
from rankstrat.errors import FamilyError, ParseError, RankstratError
from rankstrat.strata import stratify
from rankstrat.text.parsing import shown
from rankstrat.text.tables import Math, Table
from rankstrat.theorems.conjecture import conjecture

FORMAT = "rankstrat-table/2"
MOST_MODELS, SHOWN = 10_000, 3
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
    add_columns(parser)


def run(options: Namespace) -> int:
    """Print the table; after Ctrl-C the part that is done, with status 130; a model that is refused
    is left out.
    """
    swept, cases = _cases(options.arguments)
    found = _Sweep(_journal(options))
    try:
        complete = _fill(found, options, cases)
    finally:
        found.close()
    refused = found.refused
    rows: list[tuple[object, ...]] = []
    for words in cases:
        done = found.rows.get(_key(words), [])
        values = [_number(dict(w.split("=", 1) for w in words)[name]) for name in swept]
        chosen = done[-1:] if options.top else done
        rows += [(*values, *row[:6], Math(*row[6]), row[7]) for row in chosen]
    if refused and not rows and complete:
        raise refused[0][1]
    table = Table((*swept, *HEAD), tuple(rows), f"Rank strata of {options.model}")
    _print(options, table, swept, complete and not refused)
    for name, why in refused[:SHOWN]:
        complain(f"left out: {name}: {why}", BAD_QUESTION)
    if len(refused) > SHOWN:
        complain(f"left out: {len(refused) - SHOWN} more models", BAD_QUESTION)
    if found.error is not None:
        return complain(f"error: {found.error}; what stands above is not all saved", BAD_QUESTION)
    if complete:
        if refused:
            return BAD_QUESTION
        return HOLDS
    finished = sum(_key(words) in found.rows for words in cases)
    if options.save is not None:
        again = "the same command goes on from here"
    else:
        again = "--save FILE lets the next run go on there"
    return complain(
        f"interrupted: {finished} of {len(cases)} models are in the table; {again}", INTERRUPTED
    )


class _Sweep:
    """The rows found so far by key, what was refused, and why rows can no longer be kept."""

    def __init__(self, journal: Journal | None) -> None:
        self._journal = journal
        self.rows: dict[str, list[list[Any]]] = {} if journal is None else dict(journal.rows)
        self.refused: list[tuple[str, RankstratError]] = []
        self.error: ParseError | None = None

    def add(self, key: str, rows: list[list[Any]]) -> None:
        """Keep finished rows."""
        self.rows[key] = rows
        if self._journal is not None:
            try:
                self._journal.add(key, rows)
            except ParseError as error:
                self.error = error

    def close(self) -> None:
        """Let others write."""
        if self._journal is not None:
            self._journal.close()


def _fill(found: _Sweep, options: Namespace, cases: list[list[str]]) -> bool:
    """Compute what is missing; whether that came to an end."""
    with progress() as step:
        try:
            for number, words in enumerate(cases):
                step(options.model, number, len(cases))
                if _key(words) in found.rows:
                    continue
                try:
                    found.add(_key(words), _computed(options, words))
                except RankstratError as error:  # too large, or sizes that do not fit together
                    found.refused.append((" ".join(words), error))
                if found.error is not None:  # to go on would be to compute what cannot be kept
                    return False
        except KeyboardInterrupt:
            return False
    return True


def _key(words: list[str]) -> str:
    return json.dumps(sorted(words))


def _print(options: Namespace, table: Table, swept: list[str], whole: bool) -> None:
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
    place = len(swept) + HEAD.index("rank")
    largest = max((int(str(row[place])) for row in table.rows), default=None)
    verdicts = [*(str(row[-1]) for row in table.rows), *([] if whole else ["OPEN"])]
    answer = Answer.between(
        "the largest rank in the table", largest, largest if whole else None, verdicts
    )
    emit(table, options.format, answer, options.columns)
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


def _journal(options: Namespace) -> Journal | None:
    """Finished models of earlier runs and of this one, or None without --save."""
    if options.save is None:
        return None
    question = {"table": options.model, "columns": list(HEAD), "seed": options.seed}
    journal = Journal(Path(options.save), question)
    wrong = next((key for key, rows in journal.rows.items() if not _are_rows(rows)), None)
    if wrong is not None:
        journal.close()
        raise ParseError(
            f"{shown(options.save)} has no rows of strata at {shown(wrong)}; a file written by"
            " --save, or a new one, is needed; choose another name"
        )
    return journal


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
