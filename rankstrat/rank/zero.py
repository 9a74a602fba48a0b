r"""Whether a number or a function vanishes, decided by the rank engine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy

from rankstrat.algebra.linear import rank
from rankstrat.deadline import check
from rankstrat.errors import BudgetError
from rankstrat.model.domain import Domain
from rankstrat.model.model import Model
from rankstrat.rank.model_rank import model_rank
from rankstrat.rank.verdict import Verdict


def is_zero(value: Any) -> bool:
    """Whether a number is zero, decided by the engine: the rank of t -> value * t is 0 or 1."""
    value = sympy.sympify(value, strict=True)
    if value.is_Rational:
        return bool(value == 0)
    return _vanishes(sympy.sqrtdenest(value))


def vanishes(value: Any) -> bool:
    """Whether an expression is zero for all values of the symbols in it.

    Example:
        >>> t = sympy.Symbol("t")
        >>> vanishes((1 - t) * (1 + t) + t**2 - 1), vanishes(t)
        (True, False)
    """
    value = sympy.sympify(value, strict=True)
    symbols = sorted(value.free_symbols, key=str)
    if not symbols:
        return is_zero(value)
    return sympy.expand(value) == 0 or same_functions((value,), (sympy.Integer(0),), (), symbols)


@lru_cache(maxsize=10_000)
def _vanishes(value: sympy.Expr) -> bool:
    return value == 0 or same_functions((value,), (sympy.Integer(0),), (), ())


def same_functions(
    left: Sequence[sympy.Expr],
    right: Sequence[sympy.Expr],
    inputs: Sequence[sympy.Symbol],
    coordinates: Sequence[sympy.Symbol],
    *,
    domain: Domain | None = None,
    constants: Sequence[sympy.Symbol] = (),
) -> bool:
    r"""Whether $g_k = h_k$ as functions of the inputs on a domain (all reals, if none is given),
    for all values of the coordinates and generic ones of the constants.

    The model $t \mapsto t\,(g - h)$ has rank 0 at t = 0 exactly then, so the rank engine decides
    it.

    Raises:
        BudgetError: it is not decided.
    """
    differences = [g - h for g, h in zip(left, right, strict=True)]
    if all(difference == 0 for difference in differences):
        return True
    scale = sympy.Dummy("scale")
    model = Model(
        [scale * d for d in differences],
        [scale, *coordinates],
        inputs,
        domain=domain,
        constants=constants,
    )
    certificate = model_rank(model.chart({scale: 0}))
    if certificate.lower > 0:
        return False
    if certificate.upper == 0 and certificate.verdict is not Verdict.PROBABLE:
        return True
    check("a difference of functions was decided")
    raise BudgetError(
        f"whether {differences} vanishes is not decided ({certificate}); use simpler exact values"
    )


def exact_rank(rows: Iterable[Iterable[Any]]) -> int:
    r"""The rank of a small matrix of exact numbers.

    Sympy alone would not see that $(\sqrt2 + 1)(\sqrt2 - 1) - 1$ is 0: the pivots are decided by
    `is_zero`.

    Example:
        >>> exact_rank([[1, 2], [2, 4]]), exact_rank([[1, sympy.sqrt(2)], [sympy.sqrt(2), 2]])
        (1, 1)
    """
    matrix = [[sympy.sympify(value, strict=True) for value in row] for row in rows]
    if all(value.is_Rational for row in matrix for value in row):
        return rank([[Fraction(v.p, v.q) for v in row] for row in matrix])
    return int(sympy.Matrix(matrix).rank(iszerofunc=is_zero, simplify=sympy.radsimp))


__all__ = ["exact_rank", "is_zero", "same_functions", "vanishes"]
