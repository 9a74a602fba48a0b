"""What a notebook shows of an object: one sentence, then a table of its facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from html import escape

import sympy

from rankstrat.text.cells import Math, one_line
from rankstrat.text.tables import Table

SHOWN = 8
"""Entries of a collection in one cell."""
LONGEST = 300
"""Characters of a cell."""


class Spoken:
    """Base of nouns that a notebook shows as their sentence and a table.

    The sentence is the first line of `str`; the facts are the fields of the dataclass that its
    `repr` shows, unless a class says better.
    """

    def _facts(self) -> Iterable[tuple[str, object]]:
        """Name and value of each row."""
        names = [f.name for f in fields(self) if f.repr]  # type: ignore[arg-type]  # of a subclass
        return [(name.replace("_", " "), getattr(self, name)) for name in names]

    def _repr_html_(self) -> str:
        sentence = one_line(str(self).partition("\n")[0])
        rows = tuple((name, cell(value)) for name, value in self._facts())
        told = f"<p>{escape(sentence)}</p>"
        return f"{told}\n{Table(('fact', 'value'), rows).html()}" if rows else told


def cell(value: object) -> object:
    """A value as a cell: short, in one line, formulas as formulas."""
    if value is None:
        return "none"
    if isinstance(value, bool | int | float | Math):
        return value
    if isinstance(value, sympy.Expr):
        return _formula(str(value), sympy.latex(value))
    if isinstance(value, Mapping):
        return _listed([f"{k} = {v}" for k, v in value.items()])
    if isinstance(value, tuple | list | frozenset):
        return _listed([str(cell(v)) for v in value])
    return _short(str(value).partition("\n")[0])


def _formula(text: str, latex: str) -> object:
    if len(text) > LONGEST:
        return _short(text)
    return Math(text, latex)


def _listed(parts: list[str]) -> str:
    more = f", and {len(parts) - SHOWN} more" if len(parts) > SHOWN else ""
    return _short(", ".join(parts[:SHOWN])) + more or "none"


def _short(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return text[: LONGEST - 3] + "..."


__all__ = ["Spoken", "cell"]
