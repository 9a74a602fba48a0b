r"""Functions with a linear differential equation that are not elementary: Bessel, Airy, integrals.

Each is known by its derivative $f'(z) = \sum c\,z^e\,g(z)$ in functions of the same list and
elementary ones. No theorem says here that they are independent of the others, so lower bounds are
minors enclosed by balls; identities between them as free variables are still proofs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

HALF = Fraction(1, 2)
Term = tuple[int, int, str]
"""c, e and the name of g."""


@dataclass(frozen=True)
class Holonomic:
    """One function.

    Attributes:
        derivative: the terms of f'.
        parity: "odd", "even" or "".
        at_zero: the value at 0 where it is a rational number; None elsewhere.
        slope_at_zero: the derivative at 0 where its terms have a pole that cancels.
        pole: whether 0 is no point of the domain.
        positive: whether the function is real for positive arguments only.
    """

    derivative: tuple[Term, ...]
    parity: str = ""
    at_zero: int | None = None
    slope_at_zero: Fraction | None = None
    pole: bool = False
    positive: bool = False


HOLONOMIC: Mapping[str, Holonomic] = {
    "airyai": Holonomic(((1, 0, "airyaiprime"),)),
    "airyaiprime": Holonomic(((1, 1, "airyai"),)),
    "airybi": Holonomic(((1, 0, "airybiprime"),)),
    "airybiprime": Holonomic(((1, 1, "airybi"),)),
    "besselj0": Holonomic(((-1, 0, "besselj1"),), "even", 1),
    "besselj1": Holonomic(((1, 0, "besselj0"), (-1, -1, "besselj1")), "odd", 0, HALF),
    "besseli0": Holonomic(((1, 0, "besseli1"),), "even", 1),
    "besseli1": Holonomic(((1, 0, "besseli0"), (-1, -1, "besseli1")), "odd", 0, HALF),
    "bessely0": Holonomic(((-1, 0, "bessely1"),), pole=True, positive=True),
    "bessely1": Holonomic(((1, 0, "bessely0"), (-1, -1, "bessely1")), pole=True, positive=True),
    "besselk0": Holonomic(((-1, 0, "besselk1"),), pole=True, positive=True),
    "besselk1": Holonomic(((-1, 0, "besselk0"), (-1, -1, "besselk1")), pole=True, positive=True),
    "Si": Holonomic(((1, -1, "sin"),), "odd", 0, Fraction(1)),
    "Shi": Holonomic(((1, -1, "sinh"),), "odd", 0, Fraction(1)),
    "Ci": Holonomic(((1, -1, "cos"),), pole=True, positive=True),
    "Chi": Holonomic(((1, -1, "cosh"),), pole=True, positive=True),
    "Ei": Holonomic(((1, -1, "exp"),), pole=True),
}

RECURRENCES: Mapping[str, tuple[int, int]] = {
    "besselj": (1, -1),
    "bessely": (1, -1),
    "besseli": (-1, 1),
    "besselk": (1, 1),
}
r"""Family -> (a, b) with $f_{n+1}(z) = 2na\,z^{-1} f_n(z) + b f_{n-1}(z)$."""
REFLECTIONS: Mapping[str, int] = {"besselj": -1, "bessely": -1, "besseli": 1, "besselk": 1}
r"""Family -> s with $f_{-n} = s^n f_n$."""
MOST_ORDER = 20

__all__ = ["HOLONOMIC", "MOST_ORDER", "RECURRENCES", "REFLECTIONS", "Holonomic"]
