r"""Names: what a symbol may be called, and the scalars of a block such as w[3,2]."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import sympy

from rankstrat.errors import ParseError
from rankstrat.text.guesses import MAX_NAME, shown
from rankstrat.text.parsing.guarded import ELEMENTARY

MAX_DECLARATION = 100_000
"""Characters of a block declaration."""
MAX_NAMES = 100_000
"""Scalars of a block declaration."""
RESERVED = frozenset(
    {"pi", "E", "GoldenRatio", "I", "oo", "zoo", "nan", "inf", "Piecewise", "Eq", "Ne"}
)
"""Names that a symbol may not have, beside functions and Python keywords."""
_OTHER = ("asin", "acos", "arcsin", "arccos", "arcsinh", "arccosh", "arctanh", "heaviside", "step",
          "elu", "selu", "celu", "relu6", "mish", "softsign", "softmax", "hardtanh", "hard_tanh",
          "hardsigmoid", "hardswish", "logistic", "squareplus", "rectifier", "logsumexp", "norm",
          "root", "power", "pow", "sgn", "sqr", "log2", "log10", "log1p", "expm1", "hypot",
          "arctan2", "bessel", "airy", "cases", "piecewise")  # fmt: skip
_KNOWN = frozenset(
    name.casefold() for name in (*ELEMENTARY, *sympy.functions.__all__, *RESERVED, *_OTHER)
)
"""What an unspecified function may not be called, without regard to capitals."""


def parse_blocks(text: str) -> dict[str, tuple[int, ...]]:
    r"""The blocks of a declaration: ``a, w[3,2], b[3]`` is ``{"a": (), "w": (3, 2), "b": (3,)}``.

    Raises:
        ParseError: not such a declaration, a reserved or repeated name, or more than `MAX_NAMES`
            scalars.

    Example:
        >>> parse_blocks("a, w[3,2], b[3]")
        {'a': (), 'w': (3, 2), 'b': (3,)}
    """
    if len(text) > MAX_DECLARATION:
        raise ParseError(
            f"A declaration of {len(text)} characters; at most {MAX_DECLARATION} are needed; use"
            " w[1000]."
        )
    blocks: dict[str, tuple[int, ...]] = {}
    position, count = 0, 0
    pattern = re.compile(r"\s*(\w+)\s*(?:\[\s*(\d{1,7}(?:\s*,\s*\d{1,7}){0,3})\s*\])?\s*(,|$)")
    while position < len(text) or not blocks:
        match = pattern.match(text, position)
        if match is None:
            raise ParseError(
                f"{shown(text[position:].strip())} is not a declaration; names and shapes are"
                " needed; write for example a[3], w[3,2], c."
            )
        name = check_name(match[1])
        shape = tuple(int(size) for size in match[2].split(",")) if match[2] else ()
        if name in blocks or 0 in shape:
            what = "is declared twice" if name in blocks else "is empty"
            raise ParseError(
                f"The block {name} {what}; distinct nonempty blocks are needed; correct the"
                " declaration."
            )
        blocks[name] = shape
        size = 1
        for length in shape:
            size *= length
        count += size
        if count > MAX_NAMES:
            raise ParseError(
                f"More than {MAX_NAMES} scalars are declared; smaller blocks are needed; use a"
                " family."
            )
        position = match.end()
        if match[3] == "," and not text[position:].strip():
            raise ParseError(
                f"{shown(text)} ends with a comma; a name is needed after it; remove the comma."
            )
    return blocks


def parse_names(text: str) -> tuple[str, ...]:
    r"""The names of all scalars of a declaration, block after block, last index fastest.

    Raises:
        ParseError: not a declaration, or two blocks share a name such as a1 (from ``a[2], a1``).

    Example:
        >>> parse_names("c, a[2], w[1,2]")
        ('c', 'a1', 'a2', 'w1_1', 'w1_2')
    """
    names = tuple(
        name for block, shape in parse_blocks(text).items() for name in block_names(block, shape)
    )
    if len(set(names)) < len(names):
        seen: set[str] = set()
        twice = next(name for name in names if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise ParseError(
            f"Two blocks contain the name {twice}; distinct names are needed; rename one block."
        )
    return names


def block_names(name: str, shape: tuple[int, ...]) -> list[str]:
    r"""The names $a_i$ as ``a3``, $w_{ij}$ as ``w1_2``, indices from 1, last index fastest.

    A block whose name ends in a digit takes an underscore before the first index: ``W1`` has
    ``W1_2_3``.
    """
    names = [name + "_" if shape and name[-1:].isdigit() else name]
    for axis, size in enumerate(shape):
        separator = "_" if axis else ""
        names = [f"{prefix}{separator}{index}" for prefix in names for index in range(1, size + 1)]
    return names


def block_symbols(name: str, shape: tuple[int, ...]) -> npt.NDArray[np.object_]:
    r"""The array of the symbols of a block, named as in `block_names`, without assumptions.

    Example:
        >>> block_symbols("w", (2, 2))
        array([[w1_1, w1_2],
               [w2_1, w2_2]], dtype=object)
    """
    names = block_names(name, shape)
    array = np.empty(len(names), dtype=object)
    array[:] = [sympy.Symbol(entry) for entry in names]
    return array.reshape(shape)


def check_name(name: str, functions: Iterable[str] = ELEMENTARY) -> str:
    r"""The name itself, if a symbol may have it.

    Raises:
        ParseError: not an ASCII identifier of at most 100 characters, a Python keyword, or a name
            of the language.
    """
    if not name.isascii():
        raise not_ascii(next(character for character in name if not character.isascii()))
    if not name.isidentifier() or len(name) > MAX_NAME:
        raise ParseError(
            f"{shown(name)} cannot name a symbol; a letter followed by letters, digits and _ is"
            " needed; write for example w1_2."
        )
    if keyword.iskeyword(name) or name in RESERVED or name in functions:
        raise ParseError(
            f"{name} means something else in expressions; another name is needed for the symbol;"
            f" write {name}_."
        )
    return name


def is_symbol_name(name: str) -> bool:
    r"""Whether `check_name` accepts a name."""
    return (
        name.isascii()
        and name.isidentifier()
        and len(name) <= MAX_NAME
        and not keyword.iskeyword(name)
        and name not in RESERVED
        and name not in ELEMENTARY
    )


def is_known_function(name: str) -> bool:
    r"""Whether a reader would take the name for a known function, whatever its capitals.

    Example:
        >>> is_known_function("Tanh"), is_known_function("sigma")
        (True, False)
    """
    return name.casefold() in _KNOWN


def check_function(name: str) -> str:
    r"""The name itself, if an unspecified function may have it.

    Raises:
        ParseError: no name at all, or that of a known function: `Tanh` and `sech` would be read as
            functions of which nothing is known.
    """
    if is_known_function(name):
        raise ParseError(
            f"{shown(name)} was declared an unspecified function, but it names a known function;"
            f" another name is needed; write {shown(name)}_ if nothing is known of it, or the"
            " known function by its formula."
        )
    return check_name(name)


def not_ascii(character: str) -> ParseError:
    r"""The error for a letter outside ASCII, which it names."""
    return ParseError(
        f"The character {character!r} ({unicodedata.name(character, 'unnamed')}) is not ASCII;"
        " names of ASCII letters, digits and _ are needed, because letters that look alike would"
        " be different symbols; retype it."
    )
