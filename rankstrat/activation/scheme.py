r"""What the independence lemma makes of an activation: which coincidences of neurons change the
rank.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from rankstrat.activation.law import law_of
from rankstrat.activation.lookup import is_registered
from rankstrat.activation.record import Activation
from rankstrat.errors import UndecidedError

# Zeros of sigma and sigma' on the real line, where both are only at 0 or nowhere (checked by
# monotonicity).
ZEROS_AT_MOST_AT_0 = frozenset(
    ["tanh", "sigmoid", "arctan", "erf", "gaussian", "ztanh", "z2tanh", "softplus"]
)

# sigma' vanishes at one more point, a negative number that is not rational (for silu by Lindemann's
# theorem).
SLOPE_ZERO_ELSEWHERE = frozenset(["silu", "gelu"])


@dataclass(frozen=True)
class Scheme:
    r"""What the independence lemma makes of an activation sigma = q + N.

    Attributes:
        signed: whether w and -w carry the same functions (N is odd or even).
        pair_constant: a pair w, -w adds the constant (N odd, q(0) != 0).
        pair_linear: a pair w, -w adds the linear function w.x (N even, q'(0) != 0).
        value, slope: whether sigma(0) != 0 and sigma'(0) != 0.
    """

    signed: bool
    pair_constant: bool
    pair_linear: bool
    value: bool
    slope: bool

    @property
    def sides(self) -> bool:
        """Whether the signs inside a class matter."""
        return self.pair_constant or self.pair_linear


def vanishes_at_most_at_0(activation: Activation) -> bool:
    """Whether sigma and sigma' are known to have no zero but 0; a name alone proves nothing."""
    return is_registered(activation) and activation.name in ZEROS_AT_MOST_AT_0


def is_flat_elsewhere(activation: Activation) -> bool:
    """Whether sigma' is known to vanish at one irrational number besides."""
    return is_registered(activation) and activation.name in SLOPE_ZERO_ELSEWHERE


def scheme(activation: Activation, bias: bool) -> Scheme | None:
    """The scheme of an activation, or None where the lemma does not give the rank at every point.

    Raises:
        FamilyError: the record declares a parity it does not have.
    """
    lemma = activation.lemma
    if lemma is None or activation.remainder_parity == "unknown" or (bias and not lemma.with_bias):
        return None
    if bias and not (vanishes_at_most_at_0(activation) or is_flat_elsewhere(activation)):
        return None
    if len(activation.polynomial_part) > 2 or activation.slope_at_zero is None:
        return None
    try:
        law_of(activation, bias=bias)  # refuses records that are wrong
    except UndecidedError:
        return None
    q = (*activation.polynomial_part, Fraction(0), Fraction(0))
    parity = activation.remainder_parity
    return Scheme(
        signed=parity in ("odd", "even"),
        pair_constant=parity == "odd" and q[0] != 0,
        pair_linear=parity == "even" and q[1] != 0,
        value=activation.value_at_zero != 0,
        slope=activation.slope_at_zero != 0,
    )
