"""What most commands ask about: a model, from a family or a file, and a point or chart of it."""

from __future__ import annotations

import inspect
import json
import os
import re
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Mapping, Sequence
from shutil import get_terminal_size
from textwrap import wrap
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy

from rankstrat.activation.lookup import activations
from rankstrat.cli._answer import Answer
from rankstrat.errors import BudgetError, FamilyError, InexactValueError, ParseError, PointError
from rankstrat.families import FAMILIES, build
from rankstrat.model.files import ModelFile, load_model, load_point
from rankstrat.model.model import Chart, Model
from rankstrat.text.parsing import block_names, inexact_literal, nearest, parse_expression, shown
from rankstrat.text.tables import Table

MOST_PARAMETERS = 20_000
FORMATS = {"json": "JSON", "csv": "CSV", "latex": "LaTeX", "markdown": "Markdown", "html": "HTML"}
_WORDS: Mapping[str, Any] = {"true": True, "yes": True, "false": False, "no": False, "none": None}


def add_model(parser: ArgumentParser, *, chart: bool = True) -> None:
    """The arguments that name a model, and unless told otherwise a point or chart."""
    parser.add_argument("model", metavar="MODEL", help="a family, or a model file (TOML)")
    parser.add_argument(
        "arguments", metavar="NAME=VALUE", nargs="*", default=[], help="arguments of the family"
    )
    if chart:
        parser.add_argument(
            "--at",
            metavar="POINT",
            help="exact values: JSON or TOML, as text or a file; or a list in order",
        )
        parser.add_argument(
            "--where",
            metavar="NAME=EXPR",
            action="append",
            default=[],
            help="a parameter as an expression in the others; the rest stay free (may be repeated)",
        )
        parser.add_argument(
            "--generic", action="store_true", help="ignore the point and chart of a model file"
        )
    parser.add_argument(
        "--budget",
        metavar="SECONDS",
        type=seconds,
        help="end after so long, with the bounds found so far",
    )
    parser.add_argument(
        "--seed",
        metavar="N",
        type=whole_number,
        default=0,
        help="names all random choices (default 0)",
    )


def add_formats(parser: ArgumentParser) -> None:
    """Options for other formats than text; at most one may be given."""
    group = parser.add_mutually_exclusive_group()
    for name, shown_as in FORMATS.items():
        group.add_argument(
            f"--{name}", dest="format", action="store_const", const=name, help=f"print {shown_as}"
        )
    parser.set_defaults(format="text")


def add_columns(parser: ArgumentParser) -> None:
    """The option that chooses columns of the table."""
    parser.add_argument(
        "--columns",
        metavar="NAMES",
        type=_names,
        default=(),
        help="the columns of the table to print, by their headings, as in --columns rank,strata",
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in re.split(r",(?![^()]*\))", text))


def seconds(text: str) -> float:
    """A positive number of seconds, for argparse."""
    if not re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text) or not float(text):
        raise ArgumentTypeError(
            f"{shown(repr(text))} is no number of seconds in digits; a positive one is needed;"
            " write for example 60 or 0.5"
        )
    return float(text)


def whole_number(text: str) -> int:
    """A whole number, for argparse."""
    if not re.fullmatch(r"\d{1,18}", text):
        raise ArgumentTypeError(
            f"{shown(repr(text))} is no whole number of at most 18 digits; one is needed; write for"
            " example 1"
        )
    return int(text)


def list_of_families() -> str:
    """One line for each family, for the help."""
    lines = []
    for name, constructor in sorted(FAMILIES.items()):
        parameters = inspect.signature(constructor).parameters.values()
        arguments = [
            p.name if p.default is p.empty else f"{p.name}={p.default}" for p in parameters
        ]
        lines.append(f"  {name}: {', '.join(arguments)}")
    names = wrap(f"activations: {', '.join(activations)}, or a formula such as 'z**2*tanh(z)'", 100)
    return "\n".join(["families and their arguments:", *lines, "", "\n  ".join(names)])


def model_of(options: Namespace) -> ModelFile:
    """The model that the words name, with the point and chart of its file.

    Raises:
        RankstratError: no such family or file, or one that does not hold a model.
    """
    name, words = options.model, options.arguments
    if name not in FAMILIES and (
        name.endswith(".toml") or "/" in name or "\\" in name or os.path.exists(name)
    ):
        if words:
            raise FamilyError(
                f"{shown(words[0])} was given with a model file; only families take arguments;"
                " remove it"
            )
        found = load_model(name)
    else:
        found = ModelFile(build(name, **_arguments(words)))
    if found.model.size > MOST_PARAMETERS:
        raise BudgetError(
            f"{found.model} has {found.model.size} parameters; the command line takes at most"
            f" {MOST_PARAMETERS}; use a smaller model"
        )
    return found


def chart_of(options: Namespace) -> Chart:
    """The point or chart that the words name: --at, --where, the file's [point], its [chart], or
    the generic chart.

    Raises:
        RankstratError: values that do not fit the model.
    """
    found = model_of(options)
    model = found.model
    if options.at is not None and options.where:
        raise PointError(
            "--at and --where were given; a point or a chart is needed; put all values in --at"
        )
    if options.at is not None and options.at.lstrip().startswith("["):
        return model.point(load_point(f'{{"values": {options.at}}}')["values"])
    if options.at is not None:
        return model.point(spread(model, load_point(options.at)))
    if options.where:
        return model.chart(_expressions(model, options.where))
    if found.point_values is not None and not options.generic:
        return model.point(found.point_values)
    if found.chart_values is not None and not options.generic:
        return model.chart(found.chart_values)
    return model.generic()


def spread(model: Model, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with every list that is no block of the model spread over the parameters w1, w2,
    ... it names.
    """
    known = {str(p) for p in model.parameters} if model.structure is None else set()
    result: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, list) and name not in model.blocks:
            array = _rectangle(name, value)
            names = block_names(name, array.shape)
            if not set(names) <= known:
                raise PointError(
                    f"{name} has shape {array.shape}, which is no block of this model; blocks are"
                    f" {shown(', '.join(model.blocks))}; give one value for each parameter"
                )
            result |= zip(names, array.ravel(), strict=True)
        else:
            result[name] = value
    return result


def _rectangle(name: str, value: list[Any]) -> npt.NDArray[np.object_]:
    try:
        array = np.array(value, dtype=object)
    except ValueError:  # rows of different depth
        array = np.array([None])
    if any(entry is None or isinstance(entry, list) for entry in array.ravel()):
        raise PointError(
            f"{name} has rows of different lengths; an array is needed; give every row as many"
            " values"
        )
    return array


def emit(
    table: Table, form: str, answer: Answer | None = None, columns: Sequence[str] = ()
) -> None:
    """Print a table in the format asked for; JSON has the plain fields of the answer on top, or of
    a list that claims nothing.

    Raises:
        DataError: a column that the table does not have; the whole table has been printed then.
    """
    if columns:
        known = {str(name) for name in table.columns}
        if not known.issuperset(columns):
            emit(table, form, answer)
        table = table.select(*columns)
    if form == "json":
        print((answer or Answer.of_listing(table)).on_top_of(json.loads(table.json())))
        return
    width = (
        get_terminal_size().columns if sys.stdout.isatty() else None
    )  # a pipe gets every row in one line
    if form == "latex":
        print(r"% the document needs \usepackage{amsmath, array, booktabs, graphicx}")
    print((table.text(width=width) if form == "text" else getattr(table, form)()).rstrip("\n"))


def alone(options: Namespace, **graphs: bool) -> None:
    """Refuse a graph language together with a table format, and columns of either or of a
    document.

    Raises:
        ParseError: things that exclude each other were asked for.
    """
    for name, wanted in graphs.items():
        if wanted and options.format != "text":
            raise ParseError(
                f"--{name} and --{options.format} were given; one format is needed; leave one out"
            )
    if options.columns and (options.format == "json" or any(graphs.values())):
        raise ParseError(
            "--columns was given for a document that is no table; a table is needed; leave it out,"
            " or ask for --csv"
        )


def say(text: object) -> None:
    """Print a text in which a name from a file may hold terminal escapes: control characters are
    spelled out.
    """
    print(
        "".join(
            c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode()
            for c in str(text)
        )
    )


def _arguments(words: list[str]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals or not name.isidentifier():
            hint = nearest(word, FAMILIES) or "write for example width=3"
            raise FamilyError(
                f"{shown(repr(word))} is not NAME=VALUE; an argument of the family is needed;"
                f" {hint}"
            )
        if name in result:
            raise FamilyError(f"{name} is given twice; one value is needed; remove one")
        result[name] = _value(name, text.strip())
    return result


def _value(name: str, text: str) -> Any:
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if re.fullmatch(r"[-+]?\d{1,1000}", text):
        return int(text)
    if re.fullmatch(r"[-+]?\d{1,1000}/\d{1,1000}", text):
        return parse_expression(text, {})
    if re.fullmatch(r"[-+]?(\d+\.\d*|\.\d+|\d+)([eE][-+]?\d+)?", text):
        raise inexact_literal(name, text)
    if text.startswith("[") or re.fullmatch(r"\d+(,\d+)+", text):
        try:
            return json.loads(
                text if text.startswith("[") else f"[{text}]", parse_float=_refuse_float
            )
        except (json.JSONDecodeError, RecursionError):
            raise FamilyError(
                f"{name} = {shown(text)} is not a list; write for example {name}=[2,3,1]"
            ) from None
    return text


def _refuse_float(literal: str) -> float:
    raise InexactValueError(
        f"{shown(literal)} is a decimal; an exact number is needed; write a whole number"
    )


def _expressions(model: Model, words: list[str]) -> dict[str, sympy.Expr]:
    symbols = {str(p): p for p in model.parameters}
    result: dict[str, sympy.Expr] = {}
    for word in words:
        name, equals, text = (part.strip() for part in word.partition("="))
        if not equals:
            raise ParseError(
                f"--where {shown(repr(word))} has no =; NAME=EXPR is needed; write for example"
                " a2=1-a1"
            )
        if name not in symbols:
            hint = nearest(name, symbols) or f"parameters are {shown(', '.join(symbols))}"
            raise PointError(f"{shown(name)} is not a parameter of this model; {hint}")
        if name in result:
            raise PointError(f"{name} is given twice; one expression is needed; remove one")
        result[name] = parse_expression(text, symbols)
    return result
