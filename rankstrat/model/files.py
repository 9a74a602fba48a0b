r"""Model files (TOML) and point files (TOML or JSON): untrusted text to a `Model` and exact values,
and back.

A model file::

    name = "one neuron"
    parameters = ["a", "w[2]"]
    inputs = ["x[2]"]
    outputs = ["a*tanh(w1*x1 + w2*x2)"]
    constants = []                # optional: symbols that are neither parameters nor inputs
    domain = ["x1 > 0"]           # optional: where the inputs live; or a table [domain]

    [point]                       # optional: exact values
    a = 1
    w = ["1/2", "sqrt(2)"]

    [chart]                       # optional: some parameters as expressions in the others
    w2 = "2*w1"
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

import sympy
from sympy.core.function import AppliedUndef

from rankstrat.errors import ModelError, ParseError, PointError
from rankstrat.model.model import Model
from rankstrat.text.objects import each_once
from rankstrat.text.parsing import (
    FUNCTIONS,
    ElementaryFunction,
    block_names,
    check_function,
    check_name,
    exact_value,
    inexact_literal,
    nearest,
    parse_blocks,
    parse_expression,
    parse_names,
    shown,
    unspecified,
)

MAX_MODEL_BYTES = 1_000_000
MAX_POINT_BYTES = 10_000_000
MAX_DIGITS = 1_000
MAX_NESTING = 8
_TOML_TOKEN = re.compile(r"""([\w-]+|"[^"\n]*"|'[^'\n]*'|[ \t]+)|.""", re.DOTALL)
_KEYS = (
    "name",
    "parameters",
    "inputs",
    "outputs",
    "constants",
    "domain",
    "functions",
    "point",
    "chart",
)

Values: TypeAlias = "sympy.Expr | list[Values]"
"""An exact value, or nested lists of them for a block of parameters."""


@dataclass(frozen=True)
class ModelFile:
    r"""What a model file holds: the model, and a point and a chart if the file gives them.

    Attributes:
        model: the model $F$.
        point_values: parameter -> exact value, for ``model.point``; None without a ``[point]``
            table.
        chart_values: parameter -> expression in the other parameters, for ``model.chart``; None
            without ``[chart]``.
    """

    model: Model
    point_values: Mapping[sympy.Symbol, sympy.Expr] | None = None
    chart_values: Mapping[sympy.Symbol, sympy.Expr] | None = None


@dataclass(frozen=True)
class _Decimal:
    """A decimal as it was spelled in a file."""

    literal: str


def load_model(path: str | Path) -> ModelFile:
    r"""The model in a TOML file, with its point and chart.

    Args:
        path: the file, at most `MAX_MODEL_BYTES` bytes; its content is untrusted.

    Raises:
        ParseError: no such file, not TOML, an unknown key, a wrong type, an expression outside the
            language.
        ModelError: the file is well formed, but its model is not.
        PointError: values for unknown parameters; `InexactValueError` for decimals.
    """
    return parse_model(_read(Path(path), MAX_MODEL_BYTES))


def parse_model(text: str) -> ModelFile:
    r"""The model in the text of a model file; see `load_model`.

    Example:
        >>> parse_model('outputs = "a*tanh(w*x)"\nparameters = ["a", "w"]\ninputs = ["x"]').model
        Model([a*tanh(w*x)], parameters=[a, w], inputs=[x])
    """
    table = _toml(text, MAX_MODEL_BYTES)
    for key in table:
        if key not in _KEYS:
            hint = nearest(key, _KEYS) or f"write one of {', '.join(_KEYS)}"
            raise ParseError(
                f"The key {shown(repr(key))} is unknown; a key of the format is needed; {hint}."
            )
    for key in ("outputs", "parameters"):
        if key not in table:
            raise ParseError(
                f"The model file has no {key}; outputs and parameters are needed; add {key} ="
                " [...]."
            )
    name = table.get("name", "")
    if not isinstance(name, str):
        raise _wrong_type("name", name, "a string")
    functions: dict[str, ElementaryFunction] = dict(FUNCTIONS)
    for function in _strings(table, "functions"):
        functions[check_function(function)] = unspecified(function)
    blocks, parameters = _declared(table, "parameters", functions)
    _, inputs = _declared(table, "inputs", functions)
    _, constants = _declared(table, "constants", functions)
    symbols = {symbol.name: symbol for symbol in (*parameters, *inputs, *constants)}
    outputs = [
        _expression(f"output {i}", text, symbols, functions)
        for i, text in _numbered(table, "outputs")
    ]
    model = Model(
        outputs, parameters, inputs, name=name, domain=_domain(table), constants=constants
    )
    own = {symbol.name: symbol for symbol in parameters}

    def in_parameters(key: str, value: Any) -> sympy.Expr:
        if isinstance(value, str):
            return _expression(key, value, own, functions)
        return _exact(key, value)

    chart = _assigned(table, "chart", blocks, own, in_parameters)
    for symbol, value in (chart or {}).items():
        again = sorted(used.name for used in value.free_symbols if used in (chart or {}))
        if again:
            raise PointError(
                f"[chart] gives {symbol} by {again[0]}, which [chart] gives too; an expression in"
                f" the other parameters is needed; substitute the value of {again[0]}."
            )
    return ModelFile(model, _assigned(table, "point", blocks, own, _exact), chart)


def _domain(table: Mapping[str, Any]) -> Any:
    """The domain of a model file: statements, or a table of words and lists of values."""
    given = table.get("domain")
    if not isinstance(given, dict):
        if "domain" in table:
            return _strings(table, "domain")
        return None
    return {
        name: value if isinstance(value, str) else _points(f"domain.{name}", value)
        for name, value in given.items()
    }


def _points(key: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _wrong_type(key, value, "a statement or a list of values")
    return [
        tuple(_points(key, entry))
        if isinstance(entry, list)
        else parse_expression(entry, {})
        if isinstance(entry, str)
        else _exact(key, entry)
        for entry in value
    ]


def dump_model(model: Model) -> str:
    r"""The text of a model file whose `parse_model` is the model, up to assumptions on its symbols.

    Raises:
        ModelError: an output or a name cannot be written in the language of model files.
    """
    lines = [f"name = {_quoted(model.name)}"] if model.name else []
    try:
        functions = sorted(
            {f.func.__name__ for output in model.outputs for f in output.atoms(AppliedUndef)}
        )
        known = dict(FUNCTIONS) | {check_function(name): unspecified(name) for name in functions}
        for key, group in (
            ("parameters", model.parameters),
            ("inputs", model.inputs),
            ("constants", model.constants),
        ):
            names = [check_name(symbol.name, known) for symbol in group]
            if names:
                lines.append(f"{key} = [{', '.join(map(_quoted, names))}]")
        if functions:
            lines.append(f"functions = [{', '.join(map(_quoted, functions))}]")
        if model.domain:
            lines.append(f"domain = [{', '.join(map(_quoted, model.domain.statements))}]")
        every = (*model.parameters, *model.inputs, *model.constants)
        symbols = {symbol.name: symbol for symbol in every}
        lines.append("outputs = [")
        for output in model.outputs:
            text = sympy.sstr(output, order="none")
            if parse_expression(text, symbols, functions=known) != output:
                raise ParseError(f"{shown(text)} reads back as another expression; simplify it.")
            lines.append(f"    {_quoted(text)},")
    except (ParseError, RecursionError) as error:
        raise ModelError(
            f"The model cannot be written to a file ({error}); keep it in Python."
        ) from error
    return "\n".join([*lines, "]", ""])


def load_point(source: str | Path) -> dict[str, Values]:
    r"""The values in a point: name -> exact value, or nested lists for a block.

    Args:
        source: a path; or text, which is JSON if it starts with ``{`` and TOML if it contains
            ``=``.

    Raises:
        ParseError: no such file, or neither JSON nor TOML, a repeated key, an expression outside
            the language.
        PointError: a value that is no real number; `InexactValueError` for decimals such as 0.1.

    Example:
        >>> load_point('{"a": [1, "1/2"], "w": [[1, 0], [0, 1]]}')
        {'a': [1, 1/2], 'w': [[1, 0], [0, 1]]}
    """
    if isinstance(source, Path) or not (source.lstrip().startswith("{") or "=" in source):
        if isinstance(source, str) and re.search(r"[\[\]{},]", source):
            raise ParseError(
                f"{shown(source)} is neither values nor a file; names with values are needed; write"
                """ '{"a": [1, "1/2"], "w": [[2], [3]]}'"""
            )
        text = _read(Path(source), MAX_POINT_BYTES)
    else:
        text = source
    table = _json(text) if text.lstrip().startswith("{") else _toml(text, MAX_MODEL_BYTES)
    return {_point_name(key): _values(key, value, _exact) for key, value in table.items()}


def _read(path: Path, limit: int) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
        if len(data) > limit:
            raise ParseError(
                f"{shown(str(path))} exceeds {limit} bytes; a smaller file is needed; use a family."
            )
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ParseError(
            f"{shown(str(path))} is not UTF-8 text; a text file is needed; save it as UTF-8."
        ) from error
    except (OSError, ValueError) as error:
        if isinstance(error, ParseError):
            raise
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ParseError(
            f"{shown(str(path))} cannot be read ({reason}); a readable file is needed; check the"
            " path."
        ) from error


def _toml(text: str, limit: int) -> dict[str, Any]:
    if len(text) > limit:
        raise ParseError(
            f"A TOML text of {len(text)} characters; at most {limit} are accepted; use a family or"
            " JSON."
        )
    # tomllib takes time quadratic in the number of parts of a dotted key.
    chain = 0
    for token in _TOML_TOKEN.finditer(text):
        chain = chain + 1 if token[0] == "." else chain if token[1] else 0
        if chain > MAX_NESTING:
            raise ParseError(
                f"A TOML key has more than {MAX_NESTING} dots; plain keys are needed; quote or"
                " shorten it."
            )
    try:
        return tomllib.loads(text, parse_float=_Decimal)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError, OverflowError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)[:200]
        raise ParseError(
            f"The text is not TOML ({reason}); key = value lines are needed; write lists in"
            " brackets, a = [1, 2]."
        ) from error


def _json(text: str) -> dict[str, Any]:
    if len(text) > MAX_POINT_BYTES:
        raise ParseError(
            f"A point of {len(text)} characters; at most {MAX_POINT_BYTES} are accepted;"
            " shorten it."
        )
    try:
        table = json.loads(
            text,
            parse_float=_Decimal,
            parse_constant=_Decimal,
            parse_int=lambda literal: (
                int(literal) if len(literal) <= MAX_DIGITS else _Decimal(literal)
            ),
            object_pairs_hook=each_once,
        )
    except (json.JSONDecodeError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise ParseError(
            f'The point is not JSON ({reason}); write {{"a": [1, 2], "w": ["1/2", 0]}}.'
        ) from error
    assert isinstance(table, dict)
    return table


def _point_name(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z_]\w{0,99}", name, re.ASCII):
        raise PointError(
            f"{shown(repr(name))} is not the name of a parameter; letters, digits and _ are needed;"
            " correct it."
        )
    return name


def _values(
    name: str, value: Any, convert: Callable[[str, Any], sympy.Expr], depth: int = 0
) -> Values:
    if not isinstance(value, list):
        return convert(name, value)
    if depth == MAX_NESTING:
        raise PointError(
            f"{shown(name)} is nested more than {MAX_NESTING} deep; an array is needed; flatten it."
        )
    return [_values(f"{name}[{i}]", entry, convert, depth + 1) for i, entry in enumerate(value)]


def _exact(name: str, value: Any) -> sympy.Expr:
    if isinstance(value, _Decimal):
        if re.fullmatch(r"[-+]?(nan|inf|NaN|Infinity)", value.literal):
            raise PointError(
                f"{name} = {value.literal} is not finite; an exact real number is needed; write a"
                " fraction."
            )
        if re.fullmatch(r"[-+]?\d+", value.literal):
            raise PointError(
                f"{name} has {len(value.literal)} digits; at most {MAX_DIGITS} are accepted;"
                " rescale the model."
            )
        raise inexact_literal(name, value.literal)
    if isinstance(value, int) and value.bit_length() > 4 * MAX_DIGITS:
        raise PointError(
            f"{name} has more than {MAX_DIGITS} digits; a smaller integer is needed; rescale the"
            " model."
        )
    if value is None or isinstance(value, dict):
        raise PointError(
            f"{name} is {'null' if value is None else 'a table'}; an exact number is needed; write"
            " 1/2."
        )
    return exact_value(value, name=name)


def _wrong_type(key: str, value: Any, needed: str) -> ParseError:
    what = value.literal if isinstance(value, _Decimal) else repr(value)
    return ParseError(f"{key} = {shown(what)}; {needed} is needed; correct the model file.")


def _strings(table: Mapping[str, Any], key: str) -> list[str]:
    value = table.get(key, [])
    value = [value] if isinstance(value, str) else value
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise _wrong_type(key, table[key], "a string or a list of strings")
    return value


def _numbered(table: Mapping[str, Any], key: str) -> list[tuple[int, str]]:
    return list(enumerate(_strings(table, key), start=1))


def _declared(
    table: Mapping[str, Any], key: str, functions: Mapping[str, ElementaryFunction]
) -> tuple[dict[str, tuple[int, ...]], list[sympy.Symbol]]:
    declaration = ", ".join(_strings(table, key))
    if not declaration:
        return {}, []
    blocks = parse_blocks(declaration)
    for block in blocks:
        check_name(block, functions)
    return blocks, [sympy.Symbol(check_name(name, functions)) for name in parse_names(declaration)]


def _expression(
    key: str,
    text: str,
    symbols: Mapping[str, sympy.Expr],
    functions: Mapping[str, ElementaryFunction],
) -> sympy.Expr:
    try:
        return parse_expression(text, symbols, functions=functions)
    except ParseError as error:
        raise ParseError(f"In {key}: {error}") from error


def _assigned(
    table: Mapping[str, Any],
    key: str,
    blocks: Mapping[str, tuple[int, ...]],
    symbols: Mapping[str, sympy.Symbol],
    convert: Callable[[str, Any], sympy.Expr],
) -> Mapping[sympy.Symbol, sympy.Expr] | None:
    """The values of a [point] or [chart] table; a list is spread over the block of that name."""
    if key not in table:
        return None
    if not isinstance(table[key], dict):
        raise _wrong_type(key, table[key], "a table")
    result: dict[sympy.Symbol, sympy.Expr] = {}
    for name, value in table[key].items():
        if isinstance(value, list) and blocks.get(name):
            shape = blocks[name]
            entries = dict(
                zip(
                    block_names(name, shape),
                    _flat(name, _values(name, value, convert), shape),
                    strict=True,
                )
            )
        elif name in symbols and not isinstance(value, list):
            entries = {name: convert(name, value)}
        else:
            hint = nearest(name, [*symbols, *blocks]) or f"write one of {shown(', '.join(blocks))}"
            raise PointError(
                f"[{key}] has the name {shown(repr(name))}; a parameter of the model is needed;"
                f" {hint}."
            )
        for entry, exact in entries.items():
            if symbols[entry] in result:
                raise PointError(f"[{key}] gives {entry} twice; one value is needed; remove one.")
            result[symbols[entry]] = exact
    return MappingProxyType(result)


def _flat(name: str, values: Values, shape: Sequence[int]) -> list[sympy.Expr]:
    if not shape and not isinstance(values, list):
        return [values]
    if not shape or not isinstance(values, list) or len(values) != shape[0]:
        needed = f"a list of {shape[0]}" if shape else "one value"
        raise PointError(
            f"{name} does not fit its block; {needed} is needed; give one value for each parameter."
        )
    return [
        entry for i, value in enumerate(values) for entry in _flat(f"{name}[{i}]", value, shape[1:])
    ]


def _quoted(text: str) -> str:
    return json.dumps(text.encode("utf-8", "replace").decode(), ensure_ascii=False).replace(
        "\x7f", "\\u007f"
    )
