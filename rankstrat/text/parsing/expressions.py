r"""Strings to expressions: a whitelist over Python's `ast`.

The language: integers, names, ``+ - * / **``, parentheses, ``pi``, ``E`` and calls of the functions
in `FUNCTIONS`. Nothing is ever evaluated by Python; decimals are refused because ``0.1`` does not
say which number is meant.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import sympy

from rankstrat.deadline import interruptible, overtime, within
from rankstrat.errors import OutOfTimeError, ParseError
from rankstrat.text.guesses import MAX_NAME, nearest, shown
from rankstrat.text.parsing import guarded
from rankstrat.text.parsing.conditions import NEEDED, piecewise
from rankstrat.text.parsing.guarded import ELEMENTARY, ElementaryFunction
from rankstrat.text.parsing.names import RESERVED, not_ascii

MAX_LENGTH = 100_000
"""Characters of an expression."""
MAX_DEPTH = 60
"""Nesting of parentheses and calls."""
MAX_DIGITS = 1_000
"""Digits of an integer."""
MAX_NODES = 50_000
"""Operands and operations of an expression."""
READING = 3
"""Seconds in which sympy builds an expression."""

FUNCTIONS: Mapping[str, ElementaryFunction] = ELEMENTARY
"""The functions of the language.

Add ``{"sigma": unspecified("sigma")}`` for an unspecified activation.
"""
CONSTANTS: Mapping[str, sympy.Expr] = {
    "pi": sympy.pi,
    "E": sympy.E,
    "GoldenRatio": sympy.GoldenRatio,
}

_TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<decimal>(?:\d[\d_]*\.[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?|\d[\d_]*[eE][+-]?\d+)|(?P<integer>\d[\d_]*)|(?P<name>[A-Za-z_]\w*)|(?P<open>\()|(?P<close>\))|(?P<operator>\*\*|[<>=!]=|[-+*/,<>&|~])|(?P<other>.)",
    re.ASCII | re.DOTALL,
)
_HINTS = {
    "^": "powers are written **",
    ".": "there are no attributes",
    "[": "write w1_2 for the entry (1, 2) of a block w",
    "=": "write an expression, not an assignment or a comparison",
    '"': "there are no strings",
    "'": "there are no strings",
    "\0": "remove the null byte",
    ";": "write one expression",
    "#": "there are no comments",
}
_KINDS: Mapping[type[ast.expr], str] = {
    ast.Lambda: "a lambda",
    ast.IfExp: "a conditional",
    ast.BoolOp: "a logical operator",
    ast.Await: "an await",
    ast.Yield: "a yield",
    ast.YieldFrom: "a yield",
    ast.Attribute: "an attribute",
    ast.Starred: "a starred expression",
}
_LANGUAGE = (
    "an expression of integers, names, + - * / **, parentheses and calls such as tanh(x) is needed"
)


def parse_expression(
    text: str,
    symbols: Mapping[str, sympy.Expr],
    *,
    functions: Mapping[str, ElementaryFunction] = FUNCTIONS,
    max_length: int = MAX_LENGTH,
    max_parts: int = MAX_NODES,
    seconds: float = READING,
) -> sympy.Expr:
    r"""The exact expression that a string denotes, over the given symbols.

    Args:
        text: an expression such as ``a1*tanh(w1*x) + 1/2``; untrusted.
        symbols: name -> symbol (or expression) for every name that the string may use.
        functions: name -> function for every call that it may make.
        max_length: accepted number of characters.
        max_parts: accepted number of operands and operations.
        seconds: in which sympy must have built it.

    Raises:
        ParseError: the string is not in the language, or too large.

    Example:
        >>> x = sympy.Symbol("x")
        >>> parse_expression("2*tanh(x/3)**2 - 1/2", {"x": x})
        2*tanh(x/3)**2 - 1/2
    """
    tree = _parsed(_scanned(text, max_length))
    try:
        # whatever is left to the question: what it finds is written in these words, too
        with overtime(seconds), within(seconds), interruptible("an expression was read"):
            result = _Builder(symbols, functions, max_parts).build(tree)
    except OutOfTimeError:
        raise ParseError(
            f"{shown(text)} is not read within the budget of {seconds} s, as sympy compares parts"
            " of it; a simpler expression is needed; nest fewer functions."
        ) from None
    part = guarded.forbidden_part(result, max_exponent=guarded.MAX_EXPONENT)
    if part is not None:
        raise ParseError(
            f"{shown(text)} contains {part}; a real, finite, exact expression is needed;"
            " correct it."
        )
    return result


def fraction_of(literal: str) -> str:
    r"""The fraction that a decimal literal such as 0.1 spells, in words if that would be long."""
    if re.fullmatch(r"[\d_.]{1,40}(?:[eE][+-]?\d{1,2})?", literal):
        return str(Fraction(literal.replace("_", "")))
    return "a fraction such as 1/10"


def decimal_in(text: str) -> str | None:
    r"""The first decimal literal of a string, if there is one."""
    for match in _TOKEN.finditer(text[:MAX_LENGTH]):
        if match.lastgroup == "decimal":
            return match[0]
    return None


def _scanned(text: Any, max_length: int) -> str:
    """The text with spaces for line breaks, after the checks that need no parser."""
    if not isinstance(text, str):
        raise ParseError(
            f"A {type(text).__name__} was given; a string is needed; write the expression in"
            " quotes."
        )
    if len(text) > max_length:
        raise ParseError(
            f"An expression of {len(text)} characters; at most {max_length} are accepted; "
            "use a family, or split it into several outputs."
        )
    if not text.strip():
        raise ParseError(f"An empty string was given; {_LANGUAGE}; write 0 for zero.")
    depth, previous = 0, ""
    for match in _TOKEN.finditer(text):
        kind, token = match.lastgroup or "", match[0]
        if kind == "other":
            if not token.isascii():
                raise not_ascii(token)
            hint = _HINTS.get(token, "remove it")
            raise ParseError(
                f"{token!r} at character {match.start() + 1} is not allowed; {_LANGUAGE}; {hint}."
            )
        if kind == "decimal":
            raise ParseError(
                f"The decimal {shown(token)} is not exact; a rational is needed; write"
                f" {fraction_of(token)}."
            )
        if kind == "integer" and sum(map(str.isdigit, token)) > MAX_DIGITS:
            raise ParseError(
                f"An integer of {len(token)} digits; at most {MAX_DIGITS} are accepted; rescale the"
                " model."
            )
        if kind == "name" and len(token) > MAX_NAME:
            raise ParseError(
                f"A name of {len(token)} characters; at most {MAX_NAME} are accepted; shorten it."
            )
        if kind == "name" and previous == "integer":
            raise ParseError(
                f"A number before {token} without operator; {_LANGUAGE}; write 2*{token} for a"
                " product."
            )
        depth += {"open": 1, "close": -1}.get(kind, 0)
        if depth > MAX_DEPTH:
            raise _too_deep()
        previous = kind
    return re.sub(r"\s", " ", text).strip()


def _too_deep() -> ParseError:
    return ParseError(
        f"An expression nested more than {MAX_DEPTH} deep, or with thousands of terms in one sum or"
        " product; flatter text is needed; remove parentheses, or put groups of a thousand terms"
        " in parentheses."
    )


def _parsed(text: str) -> ast.expr:
    try:
        return ast.parse(text, mode="eval").body
    except (RecursionError, MemoryError) as error:
        raise _too_deep() from error
    except (SyntaxError, ValueError, OverflowError) as error:
        if isinstance(error, SyntaxError) and error.offset:
            where = f" near character {error.offset}"
        else:
            where = ""
        raise ParseError(
            f"{shown(text)} is not well formed{where}; {_LANGUAGE}; check operators and"
            " parentheses."
        ) from error


class _Builder:
    """One walk over a syntax tree; refuses every node that is not in the language."""

    def __init__(
        self,
        symbols: Mapping[str, sympy.Expr],
        functions: Mapping[str, ElementaryFunction],
        most: int,
    ) -> None:
        self.symbols = symbols
        self.functions = functions
        self.most = most
        self.nodes = 0
        self.sizes: dict[sympy.Basic, int] = {}

    def build(self, node: ast.expr, depth: int = 0) -> sympy.Expr:
        """The expression of a node; sums and products are flat, so that long ones are neither deep
        nor quadratic.
        """
        self.nodes += 1
        if self.nodes > self.most:
            raise ParseError(
                f"An expression of more than {self.most} parts; a smaller one is needed; "
                "use a family, or split it into several outputs."
            )
        if depth > 4 * MAX_DEPTH:
            raise _too_deep()
        if isinstance(node, ast.Constant) and type(node.value) is int:
            return sympy.Integer(node.value)
        if isinstance(node, ast.Name):
            return self.name(node.id)
        if isinstance(node, ast.Call):
            return self.call(node, depth)
        if isinstance(node, ast.BinOp):
            if isinstance(node.op, ast.Add | ast.Sub):
                return guarded.total(self.terms(node, depth + 1))
            if isinstance(node.op, ast.Mult | ast.Div):
                return guarded.product(self.factors(node, depth + 1))
            if isinstance(node.op, ast.Pow):
                return guarded.power(
                    self.build(node.left, depth + 1), self.build(node.right, depth + 1)
                )
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            return guarded.product(self.factors(node, depth + 1))
        raise _refused(node)

    def terms(self, node: ast.expr, depth: int) -> list[sympy.Expr]:
        """The terms of a sum, from left to right."""
        result = []
        stack = [(node, False)]
        while stack:
            node, negative = stack.pop()
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
                stack.append((node.right, negative != isinstance(node.op, ast.Sub)))
                stack.append((node.left, negative))
            elif negative:
                result.append(guarded.product([sympy.S.NegativeOne, *self.factors(node, depth)]))
            else:
                result.append(self.build(node, depth))
        return result

    def factors(self, node: ast.expr, depth: int) -> list[sympy.Expr]:
        """The factors of a product, quotient or negation, from left to right."""
        result = []
        stack = [(node, False)]
        while stack:
            node, inverse = stack.pop()
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
                stack += [(node.right, inverse), (node.left, inverse)]
            elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and not inverse:
                # Under an inverse, y/0 must meet the check for a zero denominator before it is
                # turned over.
                stack += [(node.right, True), (node.left, False)]
            elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
                if isinstance(node.op, ast.USub):
                    result.append(sympy.S.NegativeOne)
                stack.append((node.operand, inverse))
            elif inverse:
                result.append(guarded.power(self.build(node, depth), sympy.S.NegativeOne))
            else:
                result.append(self.build(node, depth))
        return result

    def name(self, name: str) -> sympy.Expr:
        """The symbol or constant of a name."""
        if name in CONSTANTS:
            return CONSTANTS[name]
        if name in self.symbols and name not in RESERVED:
            return self.symbols[name]
        if name == "I":
            raise ParseError(
                "The name I is the imaginary unit; real models are needed; rename a symbol"
                " called I."
            )
        if name in self.functions:
            raise ParseError(f"{name} without argument; a function needs one; write {name}(...).")
        known = ", ".join(list(self.symbols)[:8]) or "none here"
        hint = nearest(name, self.symbols) or "declare it, or correct its spelling"
        raise ParseError(
            f"The name {name} is unknown; a declared symbol is needed ({known}); {hint}."
        )

    def call(self, node: ast.Call, depth: int) -> sympy.Expr:
        """The value of a whitelisted function."""
        if not isinstance(node.func, ast.Name):
            raise ParseError(
                "Two factors without operator, as in (a)(b); a product is needed; write (a)*(b)."
            )
        name = node.func.id
        if name == "Piecewise":
            return piecewise(node, self.build, depth)
        if name not in self.functions:
            if name in self.symbols:
                raise ParseError(
                    f"{name}(...) calls a symbol; a product is needed; write {name}*(...)."
                )
            hint = nearest(name, self.functions) or f"known are {', '.join(self.functions)}"
            raise ParseError(
                f"The function {name} is unknown; a function of the language is needed; {hint}."
            )
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            raise ParseError(
                f"{name} with a keyword or starred argument; plain arguments are needed; write"
                f" {name}(x)."
            )
        function = self.functions[name]
        least, most = function.arity
        if len(node.args) < least or (most is not None and len(node.args) > most):
            needed = f"{least}" if most == least else f"at least {least}"
            raise ParseError(
                f"{name} with {len(node.args)} arguments; {needed} needed; correct the call."
            )
        result = guarded.call(
            name, function.build, [self.build(argument, depth + 1) for argument in node.args]
        )
        if guarded.tree_size(result, self.sizes) > guarded.MAX_TREE:
            raise ParseError(
                f"An expression of more than {guarded.MAX_TREE} parts once {name} is written out; "
                "less nesting is needed; compose fewer layers."
            )
        return result


def _refused(node: ast.expr) -> ParseError:
    if isinstance(node, ast.Compare):
        return ParseError(
            f"A comparison stands outside Piecewise; {_LANGUAGE}; write an expression, not an"
            f" assignment or a comparison, and cases as {NEEDED}."
        )
    what = _KINDS.get(type(node), type(node).__name__.lower())
    if isinstance(node, ast.BinOp | ast.UnaryOp):
        what = f"the operator {type(node.op).__name__.lower()}"
    elif isinstance(node, ast.Constant):
        what = f"the constant {shown(repr(node.value))}"
    return ParseError(f"{what[:1].upper()}{what[1:]} is not allowed; {_LANGUAGE}; remove it.")
