r"""Activations with an addition theorem, $\sigma'' = \pm\sigma$.

A bias does not lead out of a plane of functions.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import sympy

from rankstrat.activation.checks import CHECKED_AT, vanishes
from rankstrat.activation.record import Activation, Parity, Z

_DIGITS = 30


@dataclass(frozen=True)
class Addition:
    r"""$\sigma(z + b) = \sigma(b)\,c(z) + \sigma'(b)\,s(z)$, where c, s are cosh, sinh or cos, sin.

    Attributes:
        periodic: whether $\sigma'' = -\sigma$ (cos and sin), not $+\sigma$ (cosh, sinh, exp).
        value: sigma(0), the multiple of c that sigma has.
        slope: sigma'(0), the multiple of s.
    """

    periodic: bool
    value: sympy.Expr
    slope: sympy.Expr

    @property
    def parity(self) -> Parity:
        """Of sigma."""
        if vanishes(self.slope):
            return "even"
        if vanishes(self.value):
            return "odd"
        return "none"

    @property
    def exponential(self) -> bool:
        """Whether sigma is a multiple of exp."""
        return not self.periodic and vanishes(self.value - self.slope)

    @property
    def positive(self) -> bool:
        """Whether sigma has no zero and a zero slope: cosh."""
        return not self.periodic and self.parity == "even"


@lru_cache(maxsize=1_000)
def addition_law(activation: Activation) -> Addition | None:
    r"""The addition theorem of an activation, if $\sigma'' = \pm\sigma$.

    Example:
        >>> from rankstrat.activation.lookup import activations
        >>> addition_law(activations["cos"]).parity, addition_law(activations["tanh"])
        ('even', None)
    """
    formula = activation.formula
    if activation.is_unspecified or activation.is_piecewise or activation.is_polynomial:
        return None
    second = activation.derivative.diff(Z)
    for periodic, gap in ((True, second + formula), (False, second - formula)):
        numbers = (gap.xreplace({Z: z}).evalf(_DIGITS, chop=True) for z in CHECKED_AT)
        if any(abs(number) > sympy.Float(10) ** (-_DIGITS // 2) for number in numbers):
            continue
        if sympy.expand(gap.rewrite(sympy.exp)) == 0:
            value, slope = (f.subs(Z, 0).doit() for f in (formula, activation.derivative))
            return Addition(periodic, value, slope)
    return None


__all__ = ["Addition", "addition_law"]
