r"""Initialisations of deep ReLU networks of one width, exact in it, and what moves in training.

$f = \tfrac1\alpha W_L \sigma(W_{L-1} \cdots \sigma(W_1 x))$ with hidden widths m and entries of
$W_l$ of variance $\beta_l^2$. As f is homogeneous in every $W_l$, the flow depends on the sizes
$u_l = m^{1/2} \beta_l \alpha^{-1/L}$ alone, up to the unit of time; $U_l$ is their exponent,
$u_l \sim m^{-U_l}$.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy

from rankstrat.dynamics.checks import exact_number, rows_of, whole
from rankstrat.dynamics.initial import D, M, exponent, scale_of
from rankstrat.errors import FamilyError


@dataclass(frozen=True)
class LayeredScheme:
    r"""The scales of a network of L layers, input layer first.

    Attributes:
        name: how reports call it.
        alpha: of the output, a positive expression in m and d.
        betas: $(\beta_1, \dots, \beta_L)$, positive expressions in m and d.

    Example:
        >>> scheme = layered_schemes(3)["ntk"]
        >>> scheme.gamma, scheme.displacement, scheme.regimes
        (1, (-1/2, -1, -1/2), ('linear', 'linear', 'linear'))
    """

    name: str
    alpha: sympy.Expr
    betas: tuple[sympy.Expr, ...]

    def __post_init__(self) -> None:
        layers: object = self.betas
        if not isinstance(layers, tuple) or len(layers) < 2:
            raise FamilyError(
                f"the scheme {self.name} has the layers {layers!r}; a tuple of at least two is"
                " needed; write (beta1, beta2, beta3)"
            )
        for part in (self.alpha, *self.betas):
            scale_of(self.name, part)

    @property
    def depth(self) -> int:
        """The number L of layers."""
        return len(self.betas)

    @property
    def gamma(self) -> sympy.Expr:
        r"""$\lim -\log\kappa/\log m$, exactly, with $\kappa = \beta_1 \cdots \beta_L / \alpha$."""
        return exponent(sympy.Mul(*self.betas) / self.alpha)

    @property
    def ratios(self) -> tuple[sympy.Expr, ...]:
        r"""$\lim -\log(\beta_l/\beta_1)/\log m$ for $l = 2, \dots, L$, exactly."""
        first = sympy.sympify(self.betas[0], strict=True)
        return tuple(exponent(beta / first) for beta in self.betas[1:])

    @property
    def sizes(self) -> tuple[sympy.Expr, ...]:
        r"""The exponents $U_l$ of $m^{1/2} \beta_l \alpha^{-1/L}$, exactly."""
        factor = sympy.sqrt(M) * sympy.sympify(self.alpha, strict=True) ** sympy.Rational(
            -1, self.depth
        )
        return tuple(exponent(factor * beta) for beta in self.betas)

    @property
    def displacement(self) -> tuple[sympy.Expr, ...]:
        """See `displacement_exponents`."""
        return displacement_exponents(self.sizes)

    @property
    def regimes(self) -> tuple[str, ...]:
        """Of every layer, the sign of its exponent: linear, critical or condensed."""
        return tuple(_regime(s) for s in self.displacement)


def _regime(displacement: sympy.Expr) -> str:
    if bool(displacement < 0):
        return "linear"
    return "condensed" if bool(displacement > 0) else "critical"


def displacement_exponents(sizes: Sequence[Any]) -> tuple[sympy.Expr, ...]:
    r"""$S_l$ in $|W_l(t) - W_l(0)| / |W_l(0)| \sim m^{S_l}$ when a deep ReLU network has fitted.

    With $\Gamma = \sum_l U_l$: if $\Gamma \le 0$ the network is fitted before any layer has moved
    by its size, and $S_l = \Gamma + 2(U_l - \max U)$. Otherwise all $|W_l|^2$ grow by one amount
    $m^{-2x}$ (the difference of two is conserved) until the product of the sizes is 1, so that
    $\sum_l \min(U_l, x) = 0$, and $S_l$ is $U_l - x$ for $U_l \ge x$, else $2(U_l - x)$. Between
    two hidden layers what moves has few singular values and $W_l(0)$ has m of them: 1/2 less. A
    heuristic of scales; see the page on the laboratory.

    Args:
        sizes: the exact exponents $U_1, \dots, U_L$.

    Raises:
        FamilyError: fewer than two, or one that is not exact.

    Example:
        >>> half = sympy.Rational(1, 2)
        >>> displacement_exponents([half, half, half]), displacement_exponents([0, 1, 0])
        ((1/2, 0, 1/2), (0, 1/2, 0))
    """
    exponents = [exact_number("a size", u) for u in rows_of("sizes", sizes, FamilyError)]
    if len(exponents) < 2:
        raise FamilyError(
            f"the sizes {sizes!r} were given; at least two exponents are needed; write [0, 0, 0]"
        )
    total, largest = sympy.Add(*exponents), max(exponents)
    if bool(total <= 0):
        moved = [total + 2 * (u - largest) for u in exponents]
    else:
        x = _level(exponents)
        moved = [u - x if bool(u >= x) else 2 * (u - x) for u in exponents]
    ends = (0, len(moved) - 1)
    return tuple(s if i in ends else s - sympy.Rational(1, 2) for i, s in enumerate(moved))


def _level(exponents: Sequence[sympy.Expr]) -> sympy.Expr:
    """The x with sum of min(U, x) = 0, for a positive sum: k layers stay, the others end at x."""
    ordered = sorted(exponents)
    levels = (
        (-sympy.Add(*ordered[:k]) / (len(ordered) - k), ordered[k]) for k in range(len(ordered))
    )
    return next(x for x, above in levels if bool(x <= above))


def layered_schemes(depth: int) -> Mapping[str, LayeredScheme]:
    """The usual schemes for networks of that many layers, by their names.

    Raises:
        DataError: a depth below 2.
    """
    depth = whole("the depth", depth, 2, "try 3")
    one, inner = sympy.Integer(1), depth - 2
    fan = sympy.sqrt(1 / M)
    ones = (one,) * depth
    found = (
        LayeredScheme("lecun", one, (sympy.sqrt(1 / D), *[fan] * inner, fan)),
        LayeredScheme(
            "he", one, (sympy.sqrt(2 / D), *[sympy.sqrt(2) * fan] * inner, sympy.sqrt(2) * fan)
        ),
        LayeredScheme(
            "xavier", one, (sympy.sqrt(2 / (M + D)), *[fan] * inner, sympy.sqrt(2 / (M + 1)))
        ),
        LayeredScheme("ntk", M ** sympy.Rational(depth - 1, 2), ones),
        LayeredScheme("mean_field", M ** (depth - 1), ones),
    )
    return {scheme.name: scheme for scheme in found}


__all__ = ["LayeredScheme", "displacement_exponents", "layered_schemes"]
