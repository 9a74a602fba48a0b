r"""Many points at once in intervals of double precision: signs that are certain, quickly.

A value is a pair of arrays (middle, radius). Rounding errors of sums and products are bounded by
$\gamma_n \sum |c_i v_i|$ with $\gamma_n = (n + 4)\,2^{-52}$, twice the bound of Higham (2002),
Section 3.1, so that the rounding of the radius itself is covered.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rankstrat.algebra.linear import Rational

UNIT, TINY = 2.0**-52, 1e-290


class Intervals:
    """Sums, products and piecewise functions of intervals.

    Attributes:
        certain: which points met only arguments of a certain sign.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self.certain: NDArray[np.bool_] = np.ones(count, dtype=bool)

    def constant(self, value: Rational) -> Any:
        """An interval around a rational number."""
        numerator, denominator = Fraction(value).as_integer_ratio()
        if max(abs(numerator), denominator).bit_length() > 1000:
            shift = max(abs(numerator), denominator).bit_length() - 1000
            numerator, denominator = numerator >> shift, max(denominator >> shift, 1)
        middle = numerator / denominator
        exact = Fraction(middle) == value
        return middle, 0.0 if exact else abs(middle) * UNIT * 4 + TINY

    def linear(self, c0: Rational, terms: Sequence[tuple[Rational, Any]]) -> Any:
        """c0 + sum c_i v_i."""
        middle, radius = self.constant(c0)
        size = abs(middle)
        for c, (m, r) in terms:
            if c == 1:
                part = m
                radius = radius + r
            else:
                k, slack = self.constant(c)
                part = k * m
                radius = radius + (abs(k) + slack) * r + slack * np.abs(m)
            middle = middle + part
            size = size + np.abs(part)
        return middle, self._widened(radius, size, len(terms))

    def product(self, factors: Sequence[tuple[Any, Rational]]) -> Any:
        """prod v_i^{e_i} with positive whole exponents.

        Squaring doubles relative errors: n factors count as n steps, however they are multiplied.
        """
        result: Any = (1.0, 0.0)
        for power, e in factors:
            n = int(e)
            while n:
                result = self._times(result, power) if n & 1 else result
                n >>= 1
                power = self._times(power, power) if n else power
        middle, radius = result
        return middle, self._widened(radius, np.abs(middle), sum(int(e) for _, e in factors))

    @staticmethod
    def _times(first: Any, second: Any) -> Any:
        (a, r), (b, s) = first, second
        return a * b, np.abs(a) * s + np.abs(b) * r + r * s

    @staticmethod
    def _widened(radius: Any, size: Any, steps: int) -> Any:
        slack = (steps + 4) * UNIT
        # what is exactly zero stays so; underflow is covered by a tiny number elsewhere
        return radius * (1 + slack) + slack * size + np.where((size > 0) | (radius > 0), TINY, 0.0)

    def sign(self, value: Any) -> NDArray[np.int8]:
        """The signs, 0 where a value is exactly zero; other points are no longer certain."""
        middle, radius = (np.broadcast_to(v, (self.count,)) for v in value)
        zero = (middle == 0) & (radius == 0)
        sure = (np.abs(middle) > radius) | zero
        self.certain &= sure & np.isfinite(middle) & np.isfinite(radius)
        return np.sign(middle).astype(np.int8)

    def function(self, name: Hashable, value: Any) -> Any:
        """relu, abs, sign or step."""
        middle, radius = value
        sign = self.sign(value)
        match name:
            case "relu":
                return np.where(sign > 0, middle, 0.0), np.where(sign > 0, radius, 0.0)
            case "abs":
                return np.abs(middle), radius
            case "sign":
                return sign.astype(float), 0.0
            case _:
                return (sign > 0).astype(float), 0.0
