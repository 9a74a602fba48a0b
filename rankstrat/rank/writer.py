"""Certificates as text: exact expressions in the language of the reader, under names it accepts.

What a symbol is called does not matter to a rank. Names outside the language, such as lambda or
theta_{1}, are written as the nearest ones inside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import sympy
from sympy.core.function import AppliedUndef
from sympy.printing.precedence import PRECEDENCE
from sympy.printing.str import StrPrinter

from rankstrat.algebra.translate import without_gamma
from rankstrat.deadline import overtime
from rankstrat.errors import CertificateError
from rankstrat.model.domain import Domain
from rankstrat.model.model import Chart
from rankstrat.rank.words import SECONDS, demand_readable
from rankstrat.text.parsing import is_known_function, is_symbol_name

LONGEST_SUM, MAX_DIGITS, MAX_NAME = 400, 1_000, 80
ASSUMPTIONS = frozenset({
    "real", "extended_real", "finite", "positive", "negative", "nonnegative", "nonpositive", "zero",
    "nonzero", "integer", "rational", "irrational", "algebraic", "transcendental", "even", "odd",
    "prime", "composite", "hermitian", "complex", "infinite", "noninteger", "imaginary",
    "antihermitian", "extended_positive", "extended_negative", "extended_nonnegative",
    "extended_nonpositive", "extended_nonzero",
})  # fmt: skip
"""What sympy may assume of a symbol and a certificate repeats."""


class CertificateWriter(StrPrinter):  # type: ignore[misc]  # sympy is not typed
    """Prints the expressions of one chart; symbols and functions keep distinct names."""

    def __init__(self, chart: Chart) -> None:
        super().__init__({"order": "none"})
        model = chart.model
        self.names: dict[sympy.Symbol, str] = {}
        self.functions: dict[str, str] = {}
        taken: set[str] = set()
        for symbol in dict.fromkeys(_symbols(chart)):
            self.names[symbol] = _free(_identifier(symbol.name), taken)
        for name in model.generic_functions:
            self.functions[name] = _free(_function_name(name), taken)

    def text(self, value: Any, *, output: bool = False) -> str:
        """An exact value or expression, or an output of the model, which may be long.

        Raises:
            CertificateError: the language has no words for it.
        """
        if not isinstance(value, sympy.Expr):
            value = sympy.sympify(value, strict=True)
        names, declared = tuple(self.names.values()), tuple(self.functions.values())
        with overtime(SECONDS):  # what is known is written, also when the time is over
            text = str(self.doprint(without_gamma([value])[0]))
            demand_readable(text, names, declared, output=output)
        return text

    def domain(self, domain: Domain) -> list[str]:
        """The statements of a domain."""
        return list(domain.renamed(self.names).statements)

    def of(self, symbols: Iterable[sympy.Symbol]) -> list[str]:
        """The names of symbols."""
        return [self.names[s] for s in symbols]

    def assumptions(self) -> dict[str, dict[str, bool]]:
        """Name -> what sympy assumes of the symbol, for symbols of which it assumes anything."""
        result = {}
        for symbol, name in self.names.items():
            known = {k: bool(v) for k, v in symbol.assumptions0.items() if k in ASSUMPTIONS}
            if known:
                result[name] = dict(sorted(known.items()))
        return result

    def _print_Symbol(self, expr: sympy.Symbol) -> str:
        if expr in self.names:
            return self.names[expr]
        return _unwritable(expr)

    _print_Dummy = _print_Symbol

    def _print_re(self, expr: sympy.Expr) -> str:
        """All symbols are real."""
        return self.parenthesize(expr.args[0], PRECEDENCE["Func"])

    _print_conjugate = _print_re

    def _print_im(self, expr: sympy.Expr) -> str:
        return "0"

    def _print_Function(self, expr: sympy.Expr) -> str:
        if not isinstance(expr, AppliedUndef):
            return str(super()._print_Function(expr))
        base = expr.func.__name__.rstrip("'")
        order = len(expr.func.__name__) - len(base)
        if base not in self.functions or getattr(expr.func, "parity", None):
            return _unwritable(expr)
        name = self.functions[base] + (f"_d{order}" if order else "")
        return f"{name}({', '.join(map(self._print, expr.args))})"

    def _print_Pow(self, expr: sympy.Pow, rational: bool = False) -> str:
        """The reader takes powers with a general exponent of positive rational numbers only."""
        base, exponent = expr.args
        if base.is_number and not (base.is_Rational or base is sympy.E or exponent.is_Rational):
            factor = self.parenthesize(exponent, PRECEDENCE["Mul"])
            return f"exp({factor}*log({self._print(base)}))"
        return str(super()._print_Pow(expr, rational))

    def _print_Add(self, expr: sympy.Add, order: Any = None) -> str:
        if len(expr.args) <= LONGEST_SUM:
            return str(super()._print_Add(expr, order))
        # Python's parser counts every sign of a sum as one level.
        step = max(LONGEST_SUM, len(expr.args) // LONGEST_SUM + 1)
        groups = [
            sympy.Add(*expr.args[i : i + step], evaluate=False)
            for i in range(0, len(expr.args), step)
        ]
        return " + ".join(f"({self._print(group)})" for group in groups)

    def _print_Integer(self, expr: sympy.Integer) -> str:
        if abs(int(expr)) >= 10**MAX_DIGITS:
            raise CertificateError(
                f"an integer of more than {MAX_DIGITS} digits cannot be written in a certificate;"
                " smaller numbers are needed; keep the certificate in memory"
            )
        return str(super()._print_Integer(expr))

    def _print_Rational(self, expr: sympy.Rational) -> str:
        self._print_Integer(sympy.Integer(expr.p))
        self._print_Integer(sympy.Integer(expr.q))
        return str(super()._print_Rational(expr))

    def emptyPrinter(self, expr: Any) -> str:
        """What sympy has no text for, this has none for either."""
        return _unwritable(expr)


def _symbols(chart: Chart) -> tuple[sympy.Symbol, ...]:
    model = chart.model
    return (*model.parameters, *model.inputs, *model.constants, *chart.coordinates)


def _unwritable(value: Any) -> str:
    raise CertificateError(
        f"{str(value)[:60]} cannot be written in a certificate; functions of the language are"
        " needed; keep the certificate in memory"
    )


def _identifier(name: str) -> str:
    letters = re.sub(r"[^A-Za-z0-9_]+", "_", name)[:MAX_NAME].strip("_")
    if not letters:
        return "v"
    if letters == name.strip("_"):
        letters = name[:MAX_NAME]
    candidate = letters if not letters[0].isdigit() else f"v{letters}"
    if is_symbol_name(candidate):
        return candidate
    return f"{candidate}_"


def _function_name(name: str) -> str:
    """A name of the language that is none of a derivative, as s_d1 is of s."""
    candidate = _identifier(name)
    if not is_known_function(candidate) and not re.search(r"_d\d+$", candidate):
        return candidate
    return f"{candidate}_"


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    taken.add(name)
    return name
