r"""Rows to text, Markdown, LaTeX, HTML, CSV and JSON.

A table knows no mathematics: a cell is a number, a string, or a `Math` value which carries its own
plain text and its own LaTeX. Every format escapes what that format would misread, so a cell shows
the same characters everywhere.
"""

from __future__ import annotations

import csv
import importlib
import importlib.util
import io
import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rankstrat.errors import DataError
from rankstrat.frozen import Converted, converted
from rankstrat.text.cells import (
    Math,
    Phrase,
    is_number,
    one_line,
    to_data,
    to_html,
    to_latex,
    to_markdown,
    to_plain,
)
from rankstrat.text.fitted import fitted
from rankstrat.text.guesses import nearest, shown

_GAP = "  "
_NARROWEST = 6  # a column is never wrapped below this many characters


@dataclass(frozen=True)
class Table(Converted):
    r"""A rectangular table of cells, printable in every format a report needs.

    Args:
        columns: the headings, each a string or a `Math`.
        rows: as many cells per row as there are columns. `None` is an empty cell, `True` reads
            "yes"; anything else shows its `str`.
        title: one line above the table.
        caption: a sentence or two below it; LaTeX joins both in the caption. A `Phrase` has
            formulas among its words.

    Raises:
        ValueError: if a row has the wrong number of cells, or there is no column.

    Example:
        >>> table = Table(("k", Math("k(d+1)")), ((1, 3), (12, 36)), title="Two-layer tanh, d = 2")
        >>> print(table)
        Two-layer tanh, d = 2
        <BLANKLINE>
         k  k(d+1)
        --  ------
         1       3
        12      36
    """

    columns: tuple[str | Math, ...] = converted(lambda name, given: tuple(given))
    rows: tuple[tuple[object, ...], ...] = converted(lambda name, given: tuple(map(tuple, given)))
    title: str | Phrase = ""
    caption: str | Phrase = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.columns:
            raise ValueError(
                "the table has no column; give at least one heading, for example Table(('rank',),"
                " rows)"
            )
        for number, row in enumerate(self.rows, start=1):
            if len(row) != len(self.columns):
                raise ValueError(
                    f"row {number} has {len(row)} cells and the table {len(self.columns)} columns; "
                    "give one cell per column, None for an empty one"
                )

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        title = f", {self.title}" if self.title else ""
        return f"<Table of {len(self)} rows{title}: {', '.join(map(str, self.columns))}>"

    def __len__(self) -> int:
        return len(self.rows)

    def _repr_html_(self) -> str:
        return self.html()

    def _repr_latex_(self) -> str:
        return self.latex()

    def records(self) -> tuple[dict[str, object], ...]:
        """The rows as dictionaries from heading (as text) to cell."""
        names = [str(column) for column in self.columns]
        return tuple(dict(zip(names, row, strict=True)) for row in self.rows)

    def select(self, *columns: str) -> Table:
        """The table with these columns only, in this order.

        Args:
            columns: headings as text.

        Raises:
            DataError: no heading, one that the table does not have, or one that is named twice.

        Example:
            >>> table = Table(("m", "rank", "verdict"), ((1, 2, "PROVED"),))
            >>> table.select("verdict", "rank").records()
            ({'verdict': 'PROVED', 'rank': 2},)
        """
        names = [str(column) for column in self.columns]
        wrong = [name for name in columns if name not in names]
        if wrong or not columns or len(set(columns)) < len(columns):
            problem = "a column is named twice"
            if not columns:
                problem = "no column was named"
            elif wrong:
                guess = nearest(str(wrong[0]), names)
                problem = f"there is no column {shown(repr(wrong[0]))}"
                problem += f" ({guess})" if guess else ""
            raise DataError(
                f"{problem}; different headings of the table are needed; choose among"
                f" {', '.join(names)}"
            )
        places = [names.index(name) for name in columns]
        return replace(
            self,
            columns=tuple(self.columns[k] for k in places),
            rows=tuple(tuple(row[k] for k in places) for row in self.rows),
        )

    def text(self, *, width: int | None = None) -> str:
        """The table as aligned plain text, numbers to the right.

        Args:
            width: wrap long cells so that no line is longer than this many characters, as far as
                that is possible; by default nothing is wrapped.
        """
        heads, body = self._cells(to_plain)
        widths = [max(map(_width, column)) for column in zip(heads, *body, strict=True)]
        numeric = self._numeric()
        if width is not None:
            widths = _fit(widths, numeric, width)

        def line(cells: Sequence[str]) -> list[str]:
            wrapped = [_wrap(cell, w) for cell, w in zip(cells, widths, strict=True)]
            height = max(map(len, wrapped))
            padded = [cell + [""] * (height - len(cell)) for cell in wrapped]
            return [
                _GAP.join(map(_pad, parts, widths, numeric)).rstrip()
                for parts in zip(*padded, strict=True)
            ]

        lines = (
            line(heads)
            + [_GAP.join("-" * w for w in widths)]
            + [part for row in body for part in line(row)]
        )
        above, below = ([one_line(str(w))] if w else [] for w in (self.title, self.caption))
        if width is not None:
            above, below = (
                [part for words in block for part in _wrap(words, width)]
                for block in (above, below)
            )
        return "\n".join(
            [*above, *([""] if above else []), *lines, *([""] if below else []), *below]
        )

    def markdown(self) -> str:
        """The table as GitHub-flavoured Markdown (MyST and Jupyter read it too)."""
        heads, body = self._cells(to_markdown)
        numeric = self._numeric()
        widths = [max(3, *map(_width, column)) for column in zip(heads, *body, strict=True)]
        rule = [
            "-" * (w - 1) + (":" if right else "-")
            for w, right in zip(widths, numeric, strict=True)
        ]
        lines = [
            f"| {' | '.join(map(_pad, row, widths, numeric))} |" for row in (heads, rule, *body)
        ]
        above = [f"**{to_markdown(self.title)}**", ""] if self.title else []
        below = ["", to_markdown(self.caption)] if self.caption else []
        return "\n".join([*above, *lines, *below])

    def latex(self, *, label: str = "") -> str:
        r"""The table as LaTeX in the booktabs style, at most 345 pt wide; the document needs
        `\usepackage{amsmath, array, booktabs, graphicx}`.

        Args:
            label: what `\ref` will call it. A table with a title, a caption or a label floats; one
                without them is a bare `tabular`.
        """
        lines = fitted(self.columns, self.rows, self._numeric()).lines()
        if not (self.title or self.caption or label):
            return "\n".join(lines)
        words = Phrase(*_sentence(self.title, self.caption))
        return "\n".join(
            [
                r"\begin{table}",
                r"  \centering",
                *([rf"  \caption{{{to_latex(words)}}}"] if words else []),
                *([rf"  \label{{{label}}}"] if label else []),
                *("  " + line for line in lines),
                r"\end{table}",
            ]
        )

    def html(self) -> str:
        """The table as an HTML fragment; formulas stand in parentheses that MathJax reads."""
        heads, body = self._cells(to_html)
        style = [
            ' style="text-align: right"' if right else ' style="text-align: left"'
            for right in self._numeric()
        ]

        def row(tag: str, cells: Sequence[str]) -> str:
            return "".join(
                f"<{tag}{how}>{cell}</{tag}>" for how, cell in zip(style, cells, strict=True)
            )

        bold = f"<b>{to_html(self.title)}</b>" if self.title else ""
        words = " ".join(part for part in (bold, to_html(self.caption)) if part)
        return "\n".join(
            [
                "<table>",
                *([f"<caption>{words}</caption>"] if words else []),
                f"<thead><tr>{row('th', heads)}</tr></thead>",
                "<tbody>",
                *(f"<tr>{row('td', cells)}</tr>" for cells in body),
                "</tbody>",
                "</table>",
            ]
        )

    def csv(self) -> str:
        """The headings and rows as comma-separated values; floats keep every digit."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow([str(column) for column in self.columns])
        writer.writerows([to_data(cell) for cell in row] for row in self.rows)
        return buffer.getvalue()

    def json(self) -> str:
        """The table as a JSON object with title, caption, columns and rows.

        Integers, floats, booleans and empty cells keep their kind; everything else is its text
        (JSON has no rationals, and no infinity).
        """
        return json.dumps(
            {
                "title": str(self.title),
                "caption": str(self.caption),
                "columns": [str(column) for column in self.columns],
                "rows": [[to_data(cell) for cell in row] for row in self.rows],
            },
            indent=2,
            ensure_ascii=False,
            allow_nan=False,
        )

    def to_pandas(self) -> Any:
        """The rows as a `pandas.DataFrame`, cells unchanged.

        Raises:
            ModuleNotFoundError: if pandas is not installed.
        """
        # Looked up here and not at the top: importing pandas takes longer than most ranks.
        if importlib.util.find_spec("pandas") is None:
            raise ModuleNotFoundError(
                "to_pandas needs pandas, which is not installed; try `pip install pandas`, or use"
                " records() or csv()"
            )
        pandas = importlib.import_module("pandas")
        return pandas.DataFrame(
            [list(row) for row in self.rows], columns=[str(column) for column in self.columns]
        )

    def _cells(self, show: Callable[[object], str]) -> tuple[list[str], list[list[str]]]:
        return [show(column) for column in self.columns], [
            [show(cell) for cell in row] for row in self.rows
        ]

    def _numeric(self) -> list[bool]:
        """Which columns hold numbers only (and at least one)."""
        columns = [
            [row[i] for row in self.rows if row[i] is not None] for i in range(len(self.columns))
        ]
        return [bool(column) and all(map(is_number, column)) for column in columns]


def _sentence(title: str | Phrase, caption: str | Phrase) -> tuple[str | Phrase, ...]:
    """The title, closed by a full stop if a caption follows, and the caption."""
    parts = tuple(part for part in (title, caption) if part)
    if len(parts) < 2:
        return parts
    return (title, " " if str(title)[-1] in ".!?:" else ". ", caption)


def _width(text: str) -> int:
    """The columns a terminal gives to a text: two for a wide character, none for a combining
    one.
    """
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF")
        for c in text
    )


def _pad(text: str, width: int, right: bool) -> str:
    space = " " * max(0, width - _width(text))
    if right:
        return space + text
    return text + space


def _fit(widths: list[int], fixed: list[bool], total: int) -> list[int]:
    """Narrow the widest columns that are not fixed until the table is at most `total` wide, if that
    can be.
    """
    widths = list(widths)
    excess = sum(widths) + len(_GAP) * (len(widths) - 1) - total
    for _ in range(excess):
        candidates = [i for i, w in enumerate(widths) if not fixed[i] and w > _NARROWEST]
        if not candidates:
            break
        widths[max(candidates, key=widths.__getitem__)] -= 1
    return widths


def _words(text: str, width: int) -> Iterator[str]:
    """Words, where an equation that fits in a line is one."""
    for part in re.split(r"(?<!=) (?!= )", " ".join(text.split())):
        yield from [part] if _width(part) <= width else part.split()


def _wrap(text: str, width: int) -> list[str]:
    """Break a text at spaces, and a word only if it is wider than the column (textwrap counts wide
    letters as one).
    """
    if _width(text) <= width:
        return [text]
    lines = [""]
    for word in _words(text, width):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if _width(joined) <= width:
            lines[-1] = joined
            continue
        if lines[-1]:
            lines.append("")
        for character in word:
            if lines[-1] and _width(lines[-1] + character) > width:
                lines.append("")
            lines[-1] += character
    return lines


__all__ = ["Math", "Phrase", "Table"]
