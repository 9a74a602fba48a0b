r"""Tables of LaTeX that fit into a text width of 345 pt, the width of `article` at 10 pt.

Widths are estimated from above by counting letters: no letter of Computer Modern is wider than `M`
and few are wider than `WIDE`. A table that fits stays a plain `tabular`; one that does not breaks
long cells inside paragraph columns, and headings at spaces; then it takes a smaller font; and at
last it is scaled, so that no box is overfull.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rankstrat.text.cells import Math, clauses, one_line, to_latex, to_plain

TEXT_WIDTH = 345.0
"""The text width of the class `article` at 10 pt, in points."""
INDENT = 15.0
"""The indentation of a paragraph; a table that leaves no room for it stands without it."""
LETTER, CAPITAL, GAP = 5.3, 7.6, 4.0
"""Points of a letter or digit, of a wide letter, and of the space beside a column."""
FONTS = (("", 1.0), (r"\small", 0.93), (r"\footnotesize", 0.86), (r"\scriptsize", 0.81))
"""Sizes and the widths of their letters relative to 10 pt, from above: smaller letters of Computer
Modern are wider than their size says (a quad of cmr7 has 7.97 pt).
"""
NARROWEST = 48.0
"""A column that is broken is at least so wide."""
_WIDE = frozenset("MWmw@%&=+-−<>~≤≥≠∞→×")


@dataclass(frozen=True)
class Fitted:
    """A `tabular` that fits.

    Attributes:
        spec: the column specification.
        heads, body: the cells.
        font: a command, or empty.
        scaled: whether it must be scaled to the text width.
    """

    spec: str
    heads: list[str]
    body: list[list[str]]
    font: str = ""
    scaled: bool = False

    def lines(self) -> list[str]:
        """The LaTeX."""
        tabular = [rf"\begin{{tabular}}{{{self.spec}}}", r"  \toprule", _row(self.heads)]
        tabular += [r"  \midrule", *map(_row, self.body), r"  \bottomrule", r"\end{tabular}"]
        if not self.font:
            return tabular
        tight = [rf"{{\noindent{self.font}\setlength{{\tabcolsep}}{{{GAP / 2:g}pt}}%"]
        if self.scaled:
            return [*tight, r"\resizebox{\textwidth}{!}{%", *tabular[:-1], tabular[-1] + "}}"]
        return [*tight, *tabular[:-1], tabular[-1] + "}"]


def fitted(
    columns: Sequence[object], rows: Sequence[Sequence[object]], numeric: Sequence[bool]
) -> Fitted:
    """The cells in LaTeX, and how the columns are broken."""
    plain = "".join("r" if right else "l" for right in numeric)
    natural = [max(map(_width, column)) for column in zip(columns, *rows, strict=True)]
    if sum(natural) + 12 * len(natural) <= TEXT_WIDTH - INDENT:
        heads = [to_latex(cell) for cell in columns]
        return Fitted(plain, heads, [[to_latex(cell) for cell in row] for row in rows])
    unit = [max(map(_longest, column)) for column in zip(columns, *rows, strict=True)]
    for font, factor in FONTS:
        room = TEXT_WIDTH / factor - GAP * len(natural) - 4
        widths = _shares(natural, unit, numeric, room)
        if widths is not None:
            return _broken(columns, rows, numeric, widths, factor, font or r"\normalsize")
    widths = [max(u, NARROWEST) if not right else u for u, right in zip(unit, numeric, strict=True)]
    found = _broken(columns, rows, numeric, widths, 1.0, r"\normalsize")
    return Fitted(found.spec, found.heads, found.body, found.font, scaled=True)


def _shares(
    natural: Sequence[float], unit: Sequence[float], numeric: Sequence[bool], room: float
) -> list[float] | None:
    """What each column gets: what it needs, or for text a share of what is left; None if the
    longest parts do not fit.
    """
    least = [
        u if right else min(n, max(u, NARROWEST))
        for n, u, right in zip(natural, unit, numeric, strict=True)
    ]
    left = room - sum(least)
    if left < 0:
        return None
    want = [0.0 if right else n - w for n, w, right in zip(natural, least, numeric, strict=True)]
    total = sum(want) or 1.0
    return [w + min(x, left * x / total) for w, x in zip(least, want, strict=True)]


def _broken(
    columns: Sequence[object],
    rows: Sequence[Sequence[object]],
    numeric: Sequence[bool],
    widths: Sequence[float],
    factor: float,
    font: str,
) -> Fitted:
    spec = "".join(
        "r" if right else rf">{{\raggedright\arraybackslash}}p{{{w * factor:.1f}pt}}"
        for w, right in zip(widths, numeric, strict=True)
    )
    heads = [_stack(cell) if right else _flowing(cell) for cell, right in zip(columns, numeric,
             strict=True)]  # fmt: skip
    body = [
        [to_latex(c) if right else _flowing(c) for c, right in zip(row, numeric, strict=True)]
        for row in rows
    ]
    return Fitted(spec, heads, body, font)


def _stack(cell: object) -> str:
    """A heading over numbers, one word to a line."""
    if isinstance(cell, Math) or " " not in to_plain(cell):
        return to_latex(cell)
    words = r" \\ ".join(to_latex(word) for word in to_plain(cell).split())
    return rf"\begin{{tabular}}[b]{{@{{}}r@{{}}}}{words}\end{{tabular}}"


def _flowing(cell: object) -> str:
    """A cell whose lines may be broken: a formula between its equations."""
    if not isinstance(cell, Math):
        return to_latex(cell)
    return "; ".join(", ".join(map(_spoken, parts)) for parts in _equations(cell.latex))


_WORDS = re.compile(r"\\text\{([^{}]*)\}")


def _mixed(latex: str) -> list[tuple[bool, str]]:
    """A formula as words and formulas in turn; whole where braces or fences hold the words."""
    parts = _WORDS.split(latex)
    if any(p.count("{") != p.count("}") or p.count(r"\left") != p.count(r"\right") for p in parts):
        return [(False, latex)]
    return [(bool(k % 2), part) for k, part in enumerate(parts) if part.strip(" \\")]


def _spoken(latex: str) -> str:
    """A formula whose words stand outside, where a line can end."""
    return "".join(part if words else f"${part.strip()}$" for words, part in _mixed(latex))


def _equations(latex: str) -> list[list[str]]:
    return [clauses(clause, r",\ ") for clause in clauses(one_line(latex))]


def _longest(cell: object) -> float:
    """The width of what cannot be broken."""
    if isinstance(cell, Math):
        return max(map(_longest_part, _equations(cell.latex)))
    return max(map(_letters, to_plain(cell).split()), default=0.0)


def _longest_part(parts: Sequence[str]) -> float:
    mixed = [piece for part in parts for piece in _mixed(part)]
    return max(
        max(map(_letters, text.split()), default=0.0) if words else _formula(text) + LETTER
        for words, text in mixed or [(False, "")]
    )


def _width(cell: object) -> float:
    if isinstance(cell, Math):
        return sum(
            _formula(part) + 2 * LETTER for parts in _equations(cell.latex) for part in parts
        )
    return _letters(to_plain(cell))


_SILENT = re.compile(r"\\(?:left|right|displaystyle|,|!)|[{}^_$]")
_NAMED = re.compile(r"\\(?:text|operatorname|mathrm|mathtt)\b|\\(?P<name>[a-zA-Z]+)|\\.")
_ROMAN = frozenset(("tanh", "sinh", "cosh", "sin", "cos", "tan", "exp", "log", "erf", "max", "min"))


def _formula(latex: str) -> float:
    """The width of a formula: every sign as on the line, with room around relations."""
    spoken = _WORDS.sub(lambda m: "x" * len(m[1]), latex)
    text = _NAMED.sub(lambda m: _sign(m["name"]), _SILENT.sub("", spoken))
    spaced = sum(text.count(sign) for sign in "=+-<>∼") * 5.6
    return _letters(text.replace(" ", "")) + spaced


def _sign(name: str | None) -> str:
    if name in _ROMAN:
        return str(name)
    return "M" if name else ""


def _letters(text: str) -> float:
    return sum(CAPITAL if c.isupper() or c in _WIDE else LETTER for c in text)


def _row(cells: Sequence[str]) -> str:
    return f"  {' & '.join(cells)} \\\\"


__all__ = ["TEXT_WIDTH", "Fitted", "fitted"]
