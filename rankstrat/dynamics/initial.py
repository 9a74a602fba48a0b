r"""Initialisations of two-layer networks, exact in the width m and the input dimension d."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import sympy

from rankstrat.dynamics.checks import exact_number, positive, seed_of, whole
from rankstrat.dynamics.loss import Array
from rankstrat.errors import DataError, FamilyError, demand
from rankstrat.model.model import Model

M, D = sympy.symbols("m d", positive=True)
"""The width and the input dimension."""


def scale_of(name: str, part: Any) -> sympy.Expr:
    """A scale of a scheme, as sympy has it.

    Raises:
        FamilyError: a string, a float, or an expression that is not positive.
    """
    found = None
    if not isinstance(part, str | float) and hasattr(part, "__rsub__"):
        found = sympy.sympify(part, strict=True)
    if not isinstance(found, sympy.Expr) or _never_positive(found):
        raise FamilyError(
            f"the scheme {name} has the part {part!r}; an exact expression in m and d that"
            " is positive is needed; write 1/sympy.sqrt(m)"
        )
    return found


def _never_positive(found: sympy.Expr) -> bool:
    endless = found.has(sympy.nan, sympy.oo, sympy.zoo, sympy.I)
    return bool(endless or found.is_positive is False or found.has(sympy.Float))


@dataclass(frozen=True)
class Scheme:
    r"""$f = \tfrac1\alpha \sum_k a_k \sigma(w_k \cdot x)$, variances $\beta_i^2$.

    Attributes:
        name: how reports call it.
        alpha, beta1, beta2: positive expressions in m and d (and symbols of the scheme's own).
    """

    name: str
    alpha: sympy.Expr
    beta1: sympy.Expr
    beta2: sympy.Expr

    def __post_init__(self) -> None:
        for part in (self.alpha, self.beta1, self.beta2):
            scale_of(self.name, part)

    def at(self, width: int, inputs: int) -> tuple[float, float, float]:
        """The three numbers for one network.

        Raises:
            FamilyError: the scheme still has symbols of its own.
        """
        place = {
            M: whole("the width", width, 1, "try 100"), D: whole("the inputs,", inputs, 1, "try 1"),
        }  # fmt: skip
        parts = (self.alpha, self.beta1, self.beta2)
        values = [sympy.sympify(part, strict=True).subs(place) for part in parts]
        free = sorted({str(s) for v in values for s in v.free_symbols})
        if free:
            raise FamilyError(
                f"the scheme {self.name} still has the symbol {free[0]}; give it a value with"
                " Scheme(...)"
            )
        return tuple(float(v) for v in values)  # type: ignore[return-value]

    @property
    def kappa(self) -> sympy.Expr:
        r"""$\kappa = \beta_1 \beta_2 / \alpha$: the size of the output of a neuron."""
        return sympy.sympify(self.beta1, strict=True) * self.beta2 / self.alpha

    @property
    def kappa_prime(self) -> sympy.Expr:
        r"""$\kappa' = \beta_1 / \beta_2$: the ratio of the layers."""
        return sympy.sympify(self.beta1, strict=True) / self.beta2

    @property
    def gamma(self) -> sympy.Expr:
        r"""$\gamma = \lim_{m \to \infty} -\log\kappa / \log m$, exactly."""
        return exponent(self.kappa)

    @property
    def gamma_prime(self) -> sympy.Expr:
        r"""$\gamma' = \lim_{m \to \infty} -\log\kappa' / \log m$, exactly."""
        return exponent(self.kappa_prime)

    @property
    def regime(self) -> str:
        """See `regime`."""
        return regime(self.gamma, self.gamma_prime)


def exponent(kappa: sympy.Expr) -> sympy.Expr:
    """-lim log(kappa)/log(m).

    Exact; powers of m and what stays bounded are read off, the rest is a limit.
    """
    logarithm = sympy.expand_log(sympy.log(kappa), force=True)
    found = -sympy.limit(logarithm / sympy.log(M), M, sympy.oo)
    if found.has(sympy.oo, sympy.zoo, sympy.nan, sympy.Limit):
        raise FamilyError(
            f"{kappa} is no power of m in the limit; one is needed for an exponent; write"
            " 1/sympy.sqrt(m)"
        )
    return sympy.nsimplify(found)


def regime(gamma: Any, gamma_prime: Any) -> str:
    r"""The regime of a two-layer network with a homogeneous activation (ReLU) at infinite width.

    Linear if $\gamma < 1$ or $\gamma' > \gamma - 1$; condensed if $\gamma > 1$ and
    $\gamma' < \gamma - 1$; critical otherwise.

    Args:
        gamma: an exact number.
        gamma_prime: an exact number.

    References:
        Luo, Xu, Ma, Zhang, Phase diagram for two-layer ReLU networks at infinite width, JMLR 2021.
    """
    first = exact_number("gamma", gamma) - 1
    second = exact_number("gamma'", gamma_prime)
    if bool(first < 0) or bool(second > first):
        return "linear"
    if bool(first > 0) and bool(second < first):
        return "condensed"
    return "critical"


def displacement_exponent(gamma: Any, gamma_prime: Any) -> sympy.Expr:
    r"""S in $|\theta_w(t) - \theta_w(0)| / |\theta_w(0)| \sim m^S$ for two-layer ReLU networks.

    $S = \gamma - 1$ if $\gamma' \le 0$ and $\gamma - 1 \le -\gamma'$; $(\gamma - 1 - \gamma')/2$ if
    $\gamma - 1 \ge |\gamma'|$; $2(\gamma - 1 - \gamma')$ if $\gamma \ge 1$ and
    $\gamma' \ge \gamma - 1$; $\gamma - 1 - 2\gamma'$ if $\gamma \le 1$ and $\gamma' \ge 0$. A
    heuristic of scales, continuous, whose sign is the regime; see the page on the laboratory.

    Args:
        gamma: an exact number.
        gamma_prime: an exact number.

    Example:
        >>> displacement_exponent(sympy.Rational(7, 4), 0), displacement_exponent(1, 0)
        (3/8, 0)
    """
    first = exact_number("gamma", gamma) - 1
    second = exact_number("gamma'", gamma_prime)
    if bool(second <= 0) and bool(first <= -second):
        return first
    if bool(first >= abs(second)):
        return (first - second) / 2
    if bool(first >= 0):
        return 2 * (first - second)
    return first - 2 * second


_ONE = sympy.Integer(1)
SCHEMES: Mapping[str, Scheme] = MappingProxyType(
    {
        scheme.name: scheme
        for scheme in (
            Scheme("lecun", _ONE, sympy.sqrt(1 / M), sympy.sqrt(1 / D)),
            Scheme("he", _ONE, sympy.sqrt(2 / M), sympy.sqrt(2 / D)),
            Scheme("xavier", _ONE, sympy.sqrt(2 / (M + 1)), sympy.sqrt(2 / (M + D))),
            Scheme("mean_field", M, _ONE, _ONE),
            Scheme("ntk", sympy.sqrt(M), _ONE, _ONE),
        )
    }
)
"""Name -> the usual schemes."""


def _power(given: Any) -> sympy.Expr:
    """An exponent: an exact number, or an expression that has a symbol."""
    symbolic = isinstance(given, sympy.Expr) and bool(given.free_symbols)
    return given if symbolic else exact_number("the exponent", given)


def e_et_al(exponent: Any) -> Scheme:
    r"""The scheme of E, Ma, Wu: $\beta_1 = m^{-g}$, $\alpha = \beta_2 = 1$.

    So $\gamma = \gamma' = g$, which is linear for every g.
    """
    return Scheme(f"e_et_al({exponent})", _ONE, M ** -_power(exponent), _ONE)


def condensed(exponent: Any) -> Scheme:
    r"""Small initialisation: all weights of size $m^{-g}$, so $\gamma = 2g$ and $\gamma' = 0$."""
    size = M ** -_power(exponent)
    return Scheme(f"condensed({exponent})", _ONE, size, size)


def draw(
    model: Model,
    scheme: Scheme | float = 1.0,
    seed: int | tuple[int, ...] = 0,
    *,
    antisymmetric: bool = False,
) -> Array:
    r"""Random parameters of a model.

    Args:
        model: any model for a number; for a `Scheme` a two-layer network (blocks a and w, and b).
        scheme: a scheme, or the standard deviation of every parameter. The factor 1/alpha is put
            into the output weights.
        seed: names the draw; a tuple such as (experiment, cell, trial) makes cells reproducible
            alone.
        antisymmetric: the second half of the neurons is (-a, w) of the first, so that the output is
            0 at the start.

    Returns:
        Shape (M,), in parameter order.

    Raises:
        DataError: a scheme for a model without the blocks a and w; an odd width.
    """
    demand(model, Model, DataError, "a Model", "try rankstrat.families.two_layer(...)")
    scheme = _scheme(scheme)
    rng = np.random.default_rng(seed_of(seed))
    blocks = model.blocks
    if not isinstance(scheme, Scheme) and not antisymmetric:
        return np.asarray(scheme * rng.standard_normal(model.size))
    if not {"a", "w"} <= set(blocks) or len(blocks["a"]) != 1:
        raise DataError(
            f"{model.name} has the blocks {', '.join(blocks)}; a scheme needs the blocks a and w of"
            " a two-layer network; give a number instead"
        )
    width, inputs = blocks["w"]
    alpha, beta1, beta2 = 1.0, 0.0, 0.0
    if isinstance(scheme, Scheme):
        alpha, beta1, beta2 = scheme.at(width, inputs)
    else:
        beta1 = beta2 = float(scheme)
    values = {name: np.zeros(shape) for name, shape in blocks.items()}
    values["a"] = beta1 / alpha * rng.standard_normal(width)
    values["w"] = beta2 * rng.standard_normal((width, inputs))
    if "b" in blocks:
        values["b"] = beta2 * rng.standard_normal(width)
    if antisymmetric:
        _mirror(values, width)
    return np.concatenate([np.ravel(values[name]) for name in blocks])


def _scheme(given: Any) -> Scheme | float:
    if isinstance(given, Scheme):
        return given
    if isinstance(given, str):
        if given not in SCHEMES:
            raise DataError(
                f"the scheme {given!r} is unknown; known are {', '.join(SCHEMES)}; or give a number"
            )
        return SCHEMES[given]
    return positive("the standard deviation", given, "try 0.01, or the name of a scheme")


def _mirror(values: dict[str, Array], width: int) -> None:
    if width % 2:
        raise DataError(f"the width {width} is odd; an antisymmetric draw needs an even width")
    half = width // 2
    values["a"][half:] = -values["a"][:half]
    for name in ("w", "b"):
        if name in values:
            values[name][half:] = values[name][:half]


__all__ = [
    "SCHEMES",
    "Scheme",
    "condensed",
    "displacement_exponent",
    "draw",
    "e_et_al",
    "exponent",
    "regime",
    "scale_of",
]
