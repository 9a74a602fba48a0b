r"""Ball arithmetic: closed intervals with end points in $2^{-b}\mathbb{Z}$, rounded outward."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from math import isqrt
from typing import Any

from .graph import Node
from .reading import Unchecked
from .ring import Ring
from .tower import Tower

Ball = tuple[int, int]
LARGEST = 1 << 16


class Balls(Ring[Ball]):
    """Intervals [lo, hi] / 2^bits for nodes, at rational coordinates and inputs.

    Attributes:
        point: the values of `("coord", j)` and `("in", k)`.
        zero: arguments of kinks that vanish identically.
    """

    def __init__(self, tower: Tower, bits: int) -> None:
        super().__init__(tower)
        self.bits, self.unit = bits, 1 << bits
        self.point: dict[Any, Fraction] = {}
        self.zero: set[int] = set()
        third = self.rational(1, 3)
        self.log2 = self._scaled(self._odd_series(third, self.times(third, third)), 2)
        self.pi = self._scaled(self._atan((self.unit, self.unit)), 4)
        self.inverse_root_of_pi = self.root(self.inverse(self.pi), 2)

    def rational(self, p: int, q: int = 1) -> Ball:
        """A ball around a number."""
        return (p << self.bits) // q, -((-p << self.bits) // q)

    def leaf(self, *name: Any) -> Ball:
        """An input or a coordinate."""
        value = self.point[name]
        return self.rational(value.numerator, value.denominator)

    def plus(self, terms: Sequence[Ball]) -> Ball:
        """A sum."""
        return sum(t[0] for t in terms), sum(t[1] for t in terms)

    @staticmethod
    def _scaled(a: Ball, n: int) -> Ball:
        return (a[0] * n, a[1] * n) if n >= 0 else (a[1] * n, a[0] * n)

    @staticmethod
    def _divided(a: Ball, n: int) -> Ball:
        return a[0] // n, -(-a[1] // n)

    def times(self, a: Ball, b: Ball) -> Ball:
        """A product."""
        self.fuel.burn(1 + self.bits // 200)
        corners = [x * y for x in a for y in b]
        low, high = min(corners) >> self.bits, -(-max(corners) >> self.bits)
        if high - low >> self.bits + 64 or abs(high) >> self.bits + LARGEST:
            raise Unchecked("a ball is too wide or too large")
        return low, high

    def inverse(self, a: Ball) -> Ball:
        """One over a ball that excludes zero."""
        if a[0] <= 0 <= a[1]:
            raise Unchecked("a ball that is divided by contains zero")
        one = 1 << 2 * self.bits
        return one // a[1], -(-one // a[0])

    def power(self, a: Ball, n: int) -> Ball:
        """An integer power."""
        if n < 0:
            return self.inverse(self.power(a, -n))
        if n and n % 2 == 0 and a[0] <= 0 <= a[1]:
            high = max(-a[0], a[1])
            return 0, self.power((high, high), n)[1] if high else 0
        result = (self.unit, self.unit)
        while n:
            result = self.times(result, a) if n & 1 else result
            n >>= 1
            a = self.times(a, a) if n else a
        return result

    def isqrtpi(self) -> Ball:
        """The inverse of the root of pi."""
        return self.inverse_root_of_pi

    def sign(self, a: int) -> int:
        """The sign of a node, which is decided by its ball."""
        low, high = self.value(a)
        if a not in self.zero and low <= 0 <= high:
            raise Unchecked("the sign at a kink is not decided")
        return 0 if a in self.zero else (low > 0) - (high < 0)

    def function(self, node: Node) -> Ball:
        """The value of a function node."""
        op, a = node[0], self.values[node[-1]]
        match op:
            case "exp" | "tanh" | "sinh" | "cosh":
                return self.exponential(op, self._monotone(self._exp, a))
            case "log":
                return self.log(a)
            case "root":
                return self.root(a, node[1])
            case "atan":
                return self._monotone(lambda v: self._atan((v, v)), a)
            case "erf":
                return self._monotone(self._erf, a)
            case "sin":
                return self._sin(a)
            case "cos" | "tan":
                cosine = self._sin(self.plus([a, self._divided(self.pi, 2)]))
                return cosine if op == "cos" else self.times(self._sin(a), self.inverse(cosine))
        raise Unchecked(f"a node of kind {op} has no value in balls")

    @staticmethod
    def _monotone(f: Callable[[int], Ball], a: Ball) -> Ball:
        """The ball of an increasing function, from its values at the end points."""
        return f(a[0])[0], f(a[1])[1]

    def _series(self, first: Ball, factor: Ball, divisor: Callable[[int], int]) -> Ball:
        """The sum of s_0 = first, s_k = s_(k-1) factor / divisor(k), for which s_(k+1) <= s_k / 2
        once s_k is small: then twice the last summand bounds the rest.
        """
        total, term, k = first, first, 0
        size = 2 * max(abs(factor[0]), abs(factor[1]))
        while max(abs(term[0]), abs(term[1])) > 2 or size > divisor(k) * self.unit:
            k += 1
            term = self._divided(self.times(term, factor), divisor(k))
            total = self.plus([total, term])
        return total[0] - 4, total[1] + 4

    def _odd_series(self, x: Ball, factor: Ball) -> Ball:
        """artanh (factor x^2) or arctan (factor -x^2) for |x| <= 1/2: x^(2k+1) / (2k+1)."""
        total, power, k = x, x, 1
        while max(abs(power[0]), abs(power[1])) > 2:
            power, k = self.times(power, factor), k + 2
            total = self.plus([total, self._divided(power, k)])
        return total[0] - 2, total[1] + 2

    def _exp(self, v: int) -> Ball:
        """exp of v / 2^bits: e^v = 2^n e^r with r between 0 and 1."""
        if abs(v) >> self.bits + 13:
            raise Unchecked("an exponential is too large for balls")
        n = 2 * v // (self.log2[0] + self.log2[1])
        r = self.plus([(v, v), self._scaled(self.log2, -n)])
        e = self._series((self.unit, self.unit), r, lambda k: max(k, 1))
        if n >= 0:
            return e[0] << n, e[1] << n
        return max(e[0] >> -n, 0), -(-e[1] >> -n)

    def log(self, a: Ball) -> Ball:
        """The logarithm of a positive ball."""
        if a[0] <= 0:
            raise Unchecked("the argument of a logarithm is not shown to be positive")
        return self._monotone(self._log, a)

    def _log(self, v: int) -> Ball:
        """log of v / 2^bits = 2^n m with 2/3 <= m <= 4/3: n log 2 + 2 artanh((m - 1)/(m + 1))."""
        n = (3 * v // 2).bit_length() - 1 - self.bits
        m = self.rational(v << max(-n, 0), 1 << max(n, 0) + self.bits)
        below, above = (self.plus([m, self.rational(c)]) for c in (-1, 1))
        ratio = self.times(below, self.inverse(above))
        series = self._odd_series(ratio, self.times(ratio, ratio))
        return self.plus([self._scaled(self.log2, n), self._scaled(series, 2)])

    def root(self, a: Ball, n: int) -> Ball:
        """The positive n-th root of a positive ball."""
        return self._monotone(self._exp, self._divided(self.log(a), n))

    def _atan(self, x: Ball) -> Ball:
        """arctan x = 8 arctan y for three times x -> x / (1 + (1 + x^2)^(1/2)), where |y| < 1/2."""
        for _ in range(3):
            square = self.plus([self.times(x, x), self.rational(1)])
            low, high = (isqrt(max(v, 0) << self.bits) for v in square)
            x = self.times(x, self.inverse((self.unit + low, self.unit + high + 1)))
        return self._scaled(self._odd_series(x, self._scaled(self.times(x, x), -1)), 8)

    def _sin(self, a: Ball) -> Ball:
        """sin at the middle r + n pi, |r| < 2, by its series; the Lipschitz constant is 1."""
        middle, radius = (a[0] + a[1]) // 2, (a[1] - a[0]) // 2 + 1
        if abs(middle) >> self.bits + 40:
            raise Unchecked("the argument of a sine is too large for balls")
        n = (2 * middle + self.pi[0]) // (self.pi[0] + self.pi[1])
        r = self.plus([(middle, middle), self._scaled(self.pi, -n)])
        square = self._scaled(self.times(r, r), -1)
        value = self._scaled(
            self._series(r, square, lambda k: 2 * k * (2 * k + 1) if k else 1), (-1) ** (n % 2)
        )
        return value[0] - radius, value[1] + radius

    def _erf(self, v: int) -> Ball:
        r"""erf: $\frac{2x}{\sqrt\pi} e^{-x^2} \sum_k \frac{(2x^2)^k}{1 \cdot 3 \cdots (2k+1)}$."""
        if v < 0:
            return self._scaled(self._erf(-v), -1)
        if v >> self.bits + 5:  # beyond 32: 1 - erf(x) < exp(-x^2) < 2^-1400
            return self.unit - (self.unit >> 1400) - 1, self.unit
        square = self.times((v, v), (v, v))
        one = (self.unit, self.unit)
        series = self._series(one, self._scaled(square, 2), lambda k: 2 * k + 1)
        decay = self._monotone(self._exp, self._scaled(square, -1))
        scale = self.times(self.times((2 * v, 2 * v), decay), self.isqrtpi())
        return self.times(scale, series)

    def is_regular(self, matrix: Iterable[Sequence[Ball]]) -> bool:
        """Whether elimination finds a pivot that excludes zero in every column."""
        rows = list(matrix)
        while rows:
            first = max(rows, key=lambda row: max(row[0][0], -row[0][1]))
            if first[0][0] <= 0 <= first[0][1]:
                return False
            rows.remove(first)
            scale = self._scaled(self.inverse(first[0]), -1)
            factors = [self.times(row[0], scale) for row in rows]
            rows = [
                [self.plus([v, self.times(c, w)]) for v, w in zip(row[1:], first[1:], strict=True)]
                for c, row in zip(factors, rows, strict=True)
            ]
        return True
