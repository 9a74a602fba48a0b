"""How a statement is known, and linear relations between tangent functions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction

import sympy

from rankstrat.algebra.powers import is_long, shown
from rankstrat.model.values import Exact


class Verdict(Enum):
    """How a statement is known."""

    PROVED = "PROVED"
    PROBABLE = "PROBABLE"
    NUMERICAL = "NUMERICAL"
    OPEN = "OPEN"
    REFUTED = "REFUTED"

    def __str__(self) -> str:
        return self.value


STRENGTH = (Verdict.PROVED, Verdict.PROBABLE, Verdict.NUMERICAL, Verdict.OPEN, Verdict.REFUTED)
"""From what is shown to what is false."""


def weakest(verdicts: Iterable[Verdict]) -> Verdict:
    """What is known of several statements together; PROVED of none."""
    return max(verdicts, key=STRENGTH.index, default=Verdict.PROVED)


@dataclass(frozen=True)
class Relation:
    r"""A linear relation $\sum_i c_i\,\partial F/\partial\theta_i = 0$, solved for one parameter.

    Attributes:
        parameter: index of the parameter whose tangent function depends on the others.
        coefficients: pairs (parameter index, exact coefficient); numbers or expressions in the
            coordinates.
        names: the parameter names.

    The relation is polynomial in the coordinates and holds on the whole chart; it expresses
    dF/d(parameter) where the coefficient `condition` is not zero.
    """

    parameter: int
    coefficients: tuple[tuple[int, Exact], ...]
    names: tuple[str, ...] = field(repr=False)

    @property
    def condition(self) -> Exact:
        """The coefficient of the dependent tangent function."""
        return dict(self.coefficients)[self.parameter]

    def _terms(self) -> list[tuple[bool, Exact, str]]:
        """(whether negative, absolute coefficient, parameter name) in parameter order, the first
        one positive.
        """
        terms: list[tuple[bool, Exact, str]] = []
        for i, c in sorted(self.coefficients):
            negative = bool(
                (
                    c
                    if not isinstance(c, sympy.Expr)
                    else (-1 if c.could_extract_minus_sign() else 1)
                )
                < 0
            )
            terms.append((negative, -c if negative else c, self.names[i]))
        return [(negative != terms[0][0], size, name) for negative, size, name in terms]

    def __str__(self) -> str:
        text = ""
        for negative, size, name in self._terms():
            if size == 1:
                factor = ""
            elif isinstance(size, int | Fraction) and is_long(size):
                factor = f"(a number {shown(size)})*"
            elif isinstance(size, sympy.Add | Fraction):
                factor = f"({size})*"
            else:
                factor = f"{size}*"
            sign = (" - " if text else "-") if negative else (" + " if text else "")
            text += f"{sign}{factor}dF/d{name}"
        return f"{text} = 0"

    def _repr_latex_(self) -> str:
        text = ""
        for negative, size, name in self._terms():
            long = isinstance(size, int | Fraction) and is_long(size)
            latex = r"\ldots" if long else sympy.latex(sympy.sympify(size, strict=True))
            if size == 1:
                factor = ""
            elif isinstance(size, sympy.Add):
                factor = rf"\left({latex}\right) "
            else:
                factor = f"{latex} "
            sign = (" - " if text else "-") if negative else (" + " if text else "")
            text += rf"{sign}{factor}\partial_{{{sympy.latex(sympy.Symbol(name))}}} F"
        return f"${text} = 0$"
