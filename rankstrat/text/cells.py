r"""One cell of a table, in every format: what is a formula, what is a number, and what must be
escaped.
"""

from __future__ import annotations

import html
import math
import numbers
import re
import unicodedata
from dataclasses import dataclass

from rankstrat.frozen import settle

WIDE = 30
"""LaTeX stacks the clauses of a formula whose text is wider than this."""


_WORDS = re.compile(r" ?(?<![\\\w{])[A-Za-z]{3,}(?: [A-Za-z]{2,})*\b(?![_^{(\w]) ?")


@dataclass(frozen=True)
class Math:
    r"""A formula as a table cell: plain text for people and files, LaTeX for papers and notebooks.

    Args:
        text: what text, CSV and JSON show.
        latex: what stands between the dollars in LaTeX and Markdown; if empty the text, with its
            words upright.

    Example:
        >>> print(Math("theta^2", r"\theta^2"))
        theta^2
        >>> print(Math("a = 0 off the support").latex)
        a = 0\text{ off the support}
    """

    text: str
    latex: str = ""

    def __post_init__(self) -> None:
        if not self.latex:
            settle(self, latex=_WORDS.sub(r"\\text{\g<0>}", self.text))

    def __str__(self) -> str:
        return self.text

    def _repr_latex_(self) -> str:
        return f"${self.latex}$"


@dataclass(frozen=True)
class Phrase:
    r"""Words and formulas in turn: a title with mathematics in it.

    Args:
        parts: strings and `Math`.

    Example:
        >>> print(Phrase("the rank of ", Math("A B", "AB")))
        the rank of A B
    """

    parts: tuple[str | Math, ...]

    def __init__(self, *parts: str | Math | Phrase) -> None:
        flat = (p.parts if isinstance(p, Phrase) else (p,) for p in parts)
        settle(self, parts=tuple(p for group in flat for p in group if str(p)))

    def __str__(self) -> str:
        return "".join(map(str, self.parts))

    def __bool__(self) -> bool:
        return bool(self.parts)


def spoken(text: str) -> Phrase:
    r"""A text with formulas between dollars.

    Example:
        >>> spoken("at most $k$ of them").parts
        ('at most ', Math(text='k', latex='k'), ' of them')
    """
    parts = text.split("$")
    return Phrase(*(Math(part, part) if k % 2 else part for k, part in enumerate(parts)))


def is_number(cell: object) -> bool:
    """Whether the cell is a number, and no Boolean."""
    return isinstance(cell, numbers.Number) and not isinstance(cell, bool)


def to_data(cell: object) -> object:
    """The cell as JSON and CSV keep it."""
    if cell is None or isinstance(cell, bool | int):
        return cell
    if isinstance(cell, numbers.Integral):
        return int(cell)
    if isinstance(cell, float) and math.isfinite(cell):
        return float(cell)
    return str(cell)


def one_line(text: str) -> str:
    """The text without line breaks and control characters (a name from a model file may hold a
    terminal escape).
    """
    if text.isprintable():
        return text
    visible = (
        c if c.isprintable() or c.isspace() else c.encode("unicode_escape").decode() for c in text
    )
    return " ".join("".join(visible).split())


def to_plain(cell: object) -> str:
    """The cell as text for people."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        if cell:
            return "yes"
        return "no"
    if isinstance(cell, float):
        return f"{cell:.6g}"
    return one_line(str(cell))


def to_markdown(cell: object) -> str:
    """The cell in Markdown."""
    if isinstance(cell, Phrase):
        return "".join(map(to_markdown, cell.parts))
    if isinstance(cell, Math):
        # a bar would end the cell, even in a formula
        return "; ".join(f"${part}$" for part in clauses(one_line(cell.latex))).replace(
            "|", r"\vert "
        )
    text = re.sub(r"[\\`*|<$]", r"\\\g<0>", to_plain(cell))
    return re.sub(
        r"(?<![^\W_])_|_(?![^\W_])", r"\_", text
    )  # an underscore inside a word emphasises nothing


def to_html(cell: object) -> str:
    """The cell in HTML, escaped."""
    if isinstance(cell, Phrase):
        return "".join(map(to_html, cell.parts))
    if isinstance(cell, Math):
        return html.escape("; ".join(rf"\({part}\)" for part in clauses(one_line(cell.latex))))
    return html.escape(to_plain(cell))


def clauses(latex: str, between: str = r";\ ") -> list[str]:
    r"""The formula cut at every `;\ ` that stands in no group, so that a browser can break the line
    there.

    Args:
        latex: the formula.
        between: where it is cut, one sign and a space of LaTeX.
    """
    parts, start, depth = [], 0, 0
    signs = rf"{re.escape(between)}|\\(?:left|right|begin|end)\b|\\.|[{{}}]"
    for token in re.finditer(signs, latex):
        word = token[0]
        depth += (word in ("{", r"\left", r"\begin")) - (word in ("}", r"\right", r"\end"))
        if word == between and not depth:
            parts.append(latex[start : token.start()])
            start = token.end()
    return [*parts, latex[start:]]


_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "[": "{[}",  # after the \\ of the row before, a bare bracket would be its argument
    "]": "{]}",
    "*": "{*}",  # and a bare star would be its variant
    "-": "{-}",  # only where two meet: "--json" is not a dash
    '"': "''",
    **{c: "\\" + c for c in "&%$#_{}"},
    "−": "$-$",
    "±": r"$\pm$",
    "×": r"$\times$",
    "·": r"$\cdot$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "≠": r"$\neq$",
    "∞": r"$\infty$",
    "→": r"$\to$",
    "∈": r"$\in$",
    "∂": r"$\partial$",
    "∇": r"$\nabla$",
    "√": r"$\surd$",
    "…": r"\ldots{}",
}
# LaTeX names only the capitals that differ from Latin letters.
_GREEK_CAPITALS = frozenset(
    ["GAMMA", "DELTA", "THETA", "LAMDA", "XI", "PI", "SIGMA", "UPSILON", "PHI", "PSI", "OMEGA"]
)
_EXPONENT = re.compile(r"(?P<digits>-?[\d.]+)e(?P<exponent>[+-]\d+)")


def to_latex(cell: object) -> str:
    """The cell in LaTeX, escaped."""
    if isinstance(cell, Phrase):
        return "".join(map(_inline, cell.parts))
    if isinstance(cell, Math):
        return _stacked(clauses(one_line(cell.latex)), len(cell.text))
    text = to_plain(cell)
    if is_number(cell):
        scientific = _EXPONENT.fullmatch(text)
        if scientific:
            return rf"${scientific['digits']} \times 10^{{{int(scientific['exponent'])}}}$"
        return f"${text}$" if text.startswith("-") else text  # a minus, not a hyphen
    return "".join(_latex_character(c, text[i - 1 : i]) for i, c in enumerate(text))


def _inline(part: str | Math) -> str:
    """A part of a sentence, in which a line may be broken after a sign."""
    return f"${one_line(part.latex)}$" if isinstance(part, Math) else to_latex(part)


def _stacked(clauses: list[str], width: int) -> str:
    """A formula that is too wide for a column, with each clause on a line of its own."""
    if width <= WIDE or len(clauses) == 1:
        return "$" + r";\ ".join(clauses) + "$"
    if clauses[-1].startswith(r"\text{"):  # "and 3 more" needs no line
        clauses = [*clauses[:-2], r";\ ".join(clauses[-2:])]
    lines = r"; \\ ".join(f"${clause}$" for clause in clauses)
    return rf"\begin{{tabular}}[t]{{@{{}}l@{{}}}}{lines}\end{{tabular}}"


def _latex_character(c: str, before: str) -> str:
    if c == "-" and before != "-":
        return c
    if c in _LATEX:
        return _LATEX[c]
    name = re.fullmatch(
        r"GREEK (SMALL|CAPITAL) LETTER (\w+)", "" if c.isascii() else unicodedata.name(c, "")
    )
    if (
        name is None
        or name[2] == "OMICRON"
        or (name[1] == "CAPITAL" and name[2] not in _GREEK_CAPITALS)
    ):
        return c
    macro = name[2].replace("LAMDA", "LAMBDA").lower()
    return rf"$\{macro if name[1] == 'SMALL' else macro.capitalize()}$"
