"""Domains as people declare them: words, assumptions of symbols, tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import sympy
from sympy.core.relational import Relational

from rankstrat.algebra.powers import MOST_DIGITS, is_long
from rankstrat.errors import ModelError
from rankstrat.model.conditions import is_small
from rankstrat.model.domain import MOST_POINTS, Domain, Finite, Symbols
from rankstrat.model.values import Exact, exact_scalar, listed
from rankstrat.text.parsing import parse_expression

_COMPARISON = re.compile(r"(<=|>=|<|>)")
_RELATIONS: Mapping[str, Any] = {"<": sympy.Lt, "<=": sympy.Le, ">": sympy.Gt, ">=": sympy.Ge}
_WORDS: Mapping[str, Any] = {
    "positive": sympy.Gt,
    "negative": sympy.Lt,
    "nonnegative": sympy.Ge,
    "nonpositive": sympy.Le,
}
_INTEGERS, _SPHERES, _REALS = ("integer", "integers", "Z"), ("sphere", "S"), ("real", "reals", "R")
_GIVE = 'write "t > 0", "0 < t < 1", "n in Z", "x in {0, 1, 2}", "x in [0, 1]" or "sphere"'


def declared(
    given: Any, inputs: Sequence[sympy.Symbol], constants: Sequence[sympy.Symbol] = ()
) -> Domain:
    """The domain that a declaration and the assumptions of the input symbols describe.

    Args:
        given: None; a mapping from inputs (or their names, or several of them) to what holds there;
            or a statement, or a list of statements.
        inputs: the inputs.
        constants: the constants, which conditions may restrict too.

    Raises:
        ModelError: an unknown symbol, an equation, contradictory roles, something not understood.
    """
    reader = _Reader(inputs, constants)
    for symbol in (*inputs, *constants):
        reader.assume(symbol)
    if isinstance(given, Domain):
        given = given.statements
    if isinstance(given, str | Relational | sympy.And):
        given = [given]
    if isinstance(given, Mapping):
        for key, value in given.items():
            reader.entry(reader.names(key), value)
    elif isinstance(given, Iterable):
        for statement in given:
            reader.statement(statement)
    elif given is not None:
        raise ModelError(f"the domain {given!r} is not understood; {_GIVE}")
    return reader.domain()


class _Reader:
    """Collects what is said about the inputs."""

    def __init__(
        self, inputs: Sequence[sympy.Symbol], constants: Sequence[sympy.Symbol] = ()
    ) -> None:
        self.inputs = {str(s): s for s in inputs}
        self.known = self.inputs | {str(s): s for s in constants}
        self.conditions: dict[Relational, None] = {}
        self.integers: dict[sympy.Symbol, None] = {}
        self.spheres: list[Symbols] = []
        self.finite: list[Finite] = []

    def domain(self) -> Domain:
        restricted = (*(f.symbols for f in self.finite), *self.spheres, tuple(self.integers))
        for symbol in (s for group in restricted for s in group if str(s) not in self.inputs):
            raise ModelError(
                f"the constant {symbol} is declared an integer, or one of some values; a rank holds"
                " for generic real constants; give it a value, or make it an input"
            )
        used: set[sympy.Symbol] = set()
        for group in (*(f.symbols for f in self.finite), *self.spheres):
            twice = used & set(group)
            if twice:
                raise ModelError(
                    f"the domain of {min(twice, key=str)} is declared twice; declare it once"
                )
            used |= set(group)
        for sphere in self.spheres:
            if set(sphere) & (
                self.integers.keys() | {s for c in self.conditions for s in c.free_symbols}
            ):
                raise ModelError(
                    f"({listed(sphere)}) is declared on a sphere and restricted further; a sphere"
                    " is whole; leave the other conditions out"
                )
        for listed_group in list(self.finite):
            points = [p for p in listed_group.points if self._kept(listed_group, p)]
            if not points:
                raise ModelError(f"no point of {listed_group} meets the other conditions; drop one")
            place = self.finite.index(listed_group)
            self.finite[place] = Finite(listed_group.symbols, tuple(points))
        fixed = {s for group in self.finite for s in group.symbols}
        integers = tuple(s for s in self.integers if s not in fixed)
        kept = tuple(c for c in self.conditions if not c.free_symbols <= fixed)
        result = Domain(kept, integers, tuple(self.spheres), tuple(self.finite))
        for form in result.forms:
            self._check_integers(form, integers)
        return result

    def _kept(self, group: Finite, point: tuple[Exact, ...]) -> bool:
        values = {
            s: sympy.sympify(v, strict=True) for s, v in zip(group.symbols, point, strict=True)
        }
        whole = all(values[s].is_integer for s in group.symbols if s in self.integers)
        return whole and Domain(tuple(self.conditions)).admits(values)

    @staticmethod
    def _check_integers(form: sympy.Expr, integers: Symbols) -> None:
        mixed = form.free_symbols & set(integers)
        polynomial = form.as_poly(*form.free_symbols) if mixed and is_small(form) else None
        alone = polynomial is not None and len(form.free_symbols) == polynomial.degree() == 1
        if mixed and not alone:
            raise ModelError(
                f"the condition {form} > 0 ties the integer {min(mixed, key=str)} to other inputs;"
                " bounds of its own are needed; list the points instead"
            )

    def names(self, key: Any) -> Symbols:
        """The inputs that a key names: a symbol, a name, `"x1, x2"`, a block x of inputs x1, x2,
        ...
        """
        parts = key if isinstance(key, tuple | list) else [key]
        texts = [t.strip() for part in parts for t in str(part).strip("() ").split(",")]
        found: list[sympy.Symbol] = []
        for text in texts:
            block = [
                s for n, s in self.inputs.items() if re.fullmatch(rf"{re.escape(text)}\d[\d_]*", n)
            ]
            if text in self.known:
                found.append(self.known[text])
            elif block:
                found += block
            else:
                raise ModelError(
                    f"the domain names {text}, which is not an input; the inputs are"
                    f" {listed(self.inputs) or 'none'}"
                )
        return tuple(found)

    def assume(self, symbol: sympy.Symbol) -> None:
        """What sympy's assumptions on a symbol say."""
        if symbol.is_extended_real is False:
            raise ModelError(f"{symbol} is declared not real; inputs are real numbers")
        if symbol.is_even is not None or (symbol.is_prime is not None and symbol.is_integer):
            raise ModelError(
                f"{symbol} is declared even, odd or prime; integers are understood; substitute"
                f" 2*n or 2*n + 1 for {symbol}"
            )
        if symbol.is_integer:
            self.integers[symbol] = None
        for word in _WORDS:
            if getattr(symbol, f"is_{word}"):
                self.entry((symbol,), word)
                break

    def entry(self, symbols: Symbols, value: Any) -> None:
        """One declaration: a word, a statement, a sympy relation or set, or a list of values."""
        if isinstance(value, str):
            self._text(symbols, value)
        elif isinstance(value, Relational | sympy.And):
            self.statement(value)
        elif isinstance(value, sympy.Set):
            self._set(symbols, value)
        elif isinstance(value, np.ndarray | Iterable):
            self._points(symbols, list(value))
        else:
            raise ModelError(
                f"the domain {value!r} of {listed(symbols)} is not understood; {_GIVE}"
            )

    def _text(self, symbols: Symbols, text: str) -> None:
        word = text.strip()
        if word in _WORDS:
            for symbol in symbols:
                self._condition(_WORDS[word](symbol, 0, evaluate=False))
        elif word in _INTEGERS:
            self.integers |= dict.fromkeys(symbols)
        elif word in _SPHERES:
            self.spheres.append(symbols)
        elif word in _REALS:
            return
        elif word[:1] + word[-1:] in ("[]", "{}"):
            self._bracket(symbols, word)
        else:
            self.statement(word)

    def statement(self, statement: Any) -> None:
        """A statement that names its inputs."""
        if isinstance(statement, sympy.And):
            for part in statement.args:
                self.statement(part)
        elif isinstance(statement, Relational):
            self._condition(statement)
        elif not isinstance(statement, str):
            raise ModelError(f"the statement {statement!r} is not understood; {_GIVE}")
        elif " in " in statement:
            names, _, text = statement.partition(" in ")
            symbols = self.names(names)
            word = text.strip()
            if word not in (*_INTEGERS, *_SPHERES, *_REALS) and word[:1] not in ("[", "{"):
                raise ModelError(f"the set {word!r} is not understood; {_GIVE}")
            self._text(symbols, text)
        else:
            for part in re.split(r"\band\b|,|&", statement):
                self._compare(part)

    def _compare(self, text: str) -> None:
        parts = _COMPARISON.split(text)
        if len(parts) < 3:
            raise ModelError(f"the domain {text.strip()!r} is not understood; {_GIVE}")
        sides = [parse_expression(part, self.known) for part in parts[::2]]
        for left, relation, right in zip(sides, parts[1::2], sides[1:], strict=False):
            self._condition(_RELATIONS[relation](left, right, evaluate=False))

    def _condition(self, condition: Any) -> None:
        # unevaluated: sympy knows x > 0 to be true of a symbol declared positive
        if not condition.free_symbols:
            condition = condition.doit()
        if condition == sympy.true:
            return
        if any(is_long(Fraction(int(n.p), int(n.q))) for n in condition.atoms(sympy.Rational)):
            raise ModelError(
                f"a condition has a number of more than {MOST_DIGITS} digits; shorter numbers are"
                " read; round it"
            )
        if condition == sympy.false:
            raise ModelError("the domain is empty; conditions that hold somewhere are needed")
        if isinstance(condition, sympy.Eq | sympy.Ne):
            raise ModelError(
                f"the condition {condition} is not an inequality; inequalities are needed; solve"
                ' the equation for an input, or write "sphere"'
            )
        unknown = condition.free_symbols - set(self.known.values())
        if unknown:
            raise ModelError(
                f"the condition {condition} uses {listed(sorted(map(str, unknown)))}, which is not"
                f" an input; the inputs are {listed(self.inputs) or 'none'}"
            )
        self.conditions[condition] = None

    def _bracket(self, symbols: Symbols, text: str) -> None:
        values: list[Any] = []
        for part in _parts(text[1:-1]):
            row = _parts(part[1:-1]) if part[:1] == "(" and part[-1:] == ")" else []
            if len(row) > 1:
                values.append(tuple(parse_expression(v, {}) for v in row))
            else:
                values.append(parse_expression(part, {}))
        if text[0] == "{":
            self._points(symbols, values)
            return
        if len(values) != 2:
            raise ModelError(f"the interval {text} has {len(values)} ends; write [0, 1]")
        for symbol in symbols:
            self._condition(sympy.Ge(symbol, values[0], evaluate=False))
            self._condition(sympy.Le(symbol, values[1], evaluate=False))

    def _set(self, symbols: Symbols, values: sympy.Set) -> None:
        if isinstance(values, sympy.FiniteSet):
            self._points(symbols, sorted(values, key=sympy.default_sort_key))
            return
        for symbol in symbols:
            if values in (sympy.S.Integers, sympy.S.Naturals, sympy.S.Naturals0):
                self.integers[symbol] = None
            if values in (sympy.S.Naturals, sympy.S.Naturals0):
                least = int(values == sympy.S.Naturals)
                self._condition(sympy.Ge(symbol, least, evaluate=False))
            elif isinstance(values, sympy.Interval):
                for end, relation in ((values.start, sympy.Ge), (values.end, sympy.Le)):
                    if end.is_finite:
                        self._condition(relation(symbol, end, evaluate=False))
            elif values not in (sympy.S.Integers, sympy.S.Reals):
                raise ModelError(f"the set {values} is not understood; {_GIVE}")

    def _points(self, symbols: Symbols, values: Sequence[Any]) -> None:
        points: dict[tuple[Exact, ...], None] = {}
        for value in values:
            row = [value] if len(symbols) == 1 and not isinstance(value, tuple | list) else value
            if not isinstance(row, Iterable) or isinstance(row, str):
                raise ModelError(
                    f"the value {value!r} was given for ({listed(symbols)}); a list of"
                    f" {len(symbols)} numbers is needed; write [(0, 1), (1, 0)]"
                )
            point = tuple(exact_scalar(f"a value of {listed(symbols)}", v) for v in row)
            if len(point) != len(symbols):
                raise ModelError(
                    f"the value {value!r} has {len(point)} entries; {len(symbols)} are needed, one"
                    f" for each of {listed(symbols)}"
                )
            points[point] = None
        if not points:
            raise ModelError(f"no value was given for {listed(symbols)}; list at least one")
        if len(points) > MOST_POINTS:
            raise ModelError(
                f"{len(points)} values were given for {listed(symbols)}; at most {MOST_POINTS} are"
                " compared one by one; use local_linear_recovery for samples"
            )
        self.finite.append(Finite(symbols, tuple(points)))


def _parts(text: str) -> list[str]:
    """The parts between commas that stand in no parentheses."""
    parts, depth, start = list[str](), 0, 0
    for i, character in enumerate(text):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and not depth:
            parts.append(text[start:i].strip())
            start = i + 1
    return [*parts, text[start:].strip()]


__all__ = ["declared"]
