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
        self.one = (self.unit, self.unit)
        self.point: dict[Any, Fraction] = {}
        self.zero: set[int] = set()
        third = self.rational(1, 3)
        self.log2 = self.plus((2, self._odd_series(third, self.times(third, third))))
        self.pi = self.plus((4, self._atan(self.unit)))
        self.isqrtpi = self.root(self.inverse(self.pi), 2)

    def rational(self, p: int, q: int = 1) -> Ball:
        """A ball around a number."""
        return (p << self.bits) // q, -((-p << self.bits) // q)

    def leaf(self, *name: Any) -> Ball:
        """An input or a coordinate."""
        if name == ("isqrtpi",):
            return self.isqrtpi
        return self.rational(*self.point[name].as_integer_ratio())

    def plus(self, *terms: tuple[int, Ball]) -> Ball:
        """A sum of multiples."""
        return (sum(n * a[n < 0] for n, a in terms), sum(n * a[n >= 0] for n, a in terms))

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

    def power(self, a: Ball, n: int) -> Ball:
        """An integer power; an even one is not negative."""
        if n > 0 and n % 2 == 0 and a[0] <= 0 <= a[1]:
            largest = max(-a[0], a[1])
            return 0, super().power((largest, largest), n)[1]
        return super().power(a, n)

    def inverse(self, a: Ball) -> Ball:
        """One over a ball that excludes zero."""
        if a[0] <= 0 <= a[1]:
            raise Unchecked("a ball that is divided by contains zero")
        one = 1 << 2 * self.bits
        return one // a[1], -(-one // a[0])

    def sign(self, a: int) -> int:
        """The sign of a node, which is decided by its ball."""
        low, high = self.value(a)
        if a not in self.zero and low <= 0 <= high:
            raise Unchecked("the sign at a kink is not decided")
        return 0 if a in self.zero else (low > 0) - (high < 0)

    def function(self, node: Node) -> Ball:
        """The value of a function node; from values at the end points where it is increasing."""
        op, a = node[0], self.values[node[-1]]
        match op:
            case "exp" | "tanh" | "sinh" | "cosh":
                return self.exponential(op, self._increasing(self._exp, a))
            case "log":
                return self.log(a)
            case "root":
                return self.root(a, node[1])
            case "atan" | "erf":
                return self._increasing(self._atan if op == "atan" else self._erf, a)
            case "sin":
                return self._sin(a)
            case "cos" | "tan":
                cosine = self._sin(self.plus((1, a), (1, self._divided(self.pi, 2))))
                return cosine if op == "cos" else self.times(self._sin(a), self.inverse(cosine))
        raise Unchecked(f"a node of kind {op} has no value in balls")

    @staticmethod
    def _increasing(f: Callable[[int], Ball], a: Ball) -> Ball:
        return f(a[0])[0], f(a[1])[1]

    def _series(self, first: Ball, factor: Ball, ratio: Callable[[int], tuple[int, int]]) -> Ball:
        """The sum of s_0 = first, s_k = s_(k-1) factor p/q with (p, q) = ratio(k).

        It ends when s_k is small and s_(k+1) <= s_k / 2: then twice s_k bounds the rest.
        """
        total, term, k, (p, q) = first, first, 0, (2, 1)
        size = 2 * max(abs(factor[0]), abs(factor[1]))
        while max(abs(term[0]), abs(term[1])) > 2 or size * p > q * self.unit:
            k += 1
            p, q = ratio(k)
            term = self._divided(self.plus((p, self.times(term, factor))), q)
            total = self.plus((1, total), (1, term))
        return total[0] - 4, total[1] + 4

    def _odd_series(self, x: Ball, factor: Ball) -> Ball:
        """artanh (factor x^2) or arctan (factor -x^2) for |x| <= 1/2: x^(2k+1) / (2k+1)."""
        return self._series(x, factor, lambda k: (2 * k - 1, 2 * k + 1))

    def _exp(self, v: int) -> Ball:
        """exp of v / 2^bits: e^v = 2^n e^r with r between 0 and 1."""
        if abs(v) >> self.bits + 13:
            raise Unchecked("an exponential is too large for balls")
        n = 2 * v // (self.log2[0] + self.log2[1])
        r = self.plus((1, (v, v)), (-n, self.log2))
        low, high = self._series(self.one, r, lambda k: (1, k))
        return max(low << max(n, 0) >> max(-n, 0), 0), -(-high << max(n, 0) >> max(-n, 0))

    def log(self, a: Ball) -> Ball:
        """The logarithm of a positive ball."""
        if a[0] <= 0:
            raise Unchecked("the argument of a logarithm is not shown to be positive")
        return self._increasing(self._log, a)

    def _log(self, v: int) -> Ball:
        """log of v / 2^bits = 2^n m with 2/3 <= m <= 4/3: n log 2 + 2 artanh((m - 1)/(m + 1))."""
        n = (3 * v // 2).bit_length() - 1 - self.bits
        m = self.rational(v << max(-n, 0), 1 << max(n, 0) + self.bits)
        below, above = (self.plus((1, m), (sign, self.one)) for sign in (-1, 1))
        ratio = self.times(below, self.inverse(above))
        return self.plus((n, self.log2), (2, self._odd_series(ratio, self.times(ratio, ratio))))

    def root(self, a: Ball, n: int) -> Ball:
        """The positive n-th root of a positive ball."""
        return self._increasing(self._exp, self._divided(self.log(a), n))

    def _atan(self, v: int) -> Ball:
        """arctan x = 8 arctan y for three times x -> x / (1 + (1 + x^2)^(1/2)), where |y| < 1/2."""
        x = (v, v)
        for _ in range(3):
            low, high = self.plus((1, self.times(x, x)), (1, self.one))
            root = isqrt(max(low, 0) << self.bits), isqrt(high << self.bits) + 1
            x = self.times(x, self.inverse(self.plus((1, self.one), (1, root))))
        return self.plus((8, self._odd_series(x, self.plus((-1, self.times(x, x))))))

    def _sin(self, a: Ball) -> Ball:
        """sin at the middle r + n pi, |r| < 2, by its series; the Lipschitz constant is 1."""
        middle, radius = (a[0] + a[1]) // 2, (a[1] - a[0]) // 2 + 1
        if abs(middle) >> self.bits + 40:
            raise Unchecked("the argument of a sine is too large for balls")
        n = (2 * middle + self.pi[0]) // (self.pi[0] + self.pi[1])
        r = self.plus((1, (middle, middle)), (-n, self.pi))
        square = self.plus((-1, self.times(r, r)))
        sine = self._series(r, square, lambda k: (1, 2 * k * (2 * k + 1)))
        return self.plus(((-1) ** (n % 2), sine), (1, (-radius, radius)))

    def _erf(self, v: int) -> Ball:
        r"""erf: $\frac{2x}{\sqrt\pi} e^{-x^2} \sum_k \frac{(2x^2)^k}{1 \cdot 3 \cdots (2k+1)}$."""
        if v < 0:
            return self.plus((-1, self._erf(-v)))
        if v >> self.bits + 5:  # beyond 32: 1 - erf(x) < exp(-x^2) < 2^-1400
            return self.unit - (self.unit >> 1400) - 1, self.unit
        square = self.times((v, v), (v, v))
        series = self._series(self.one, self.plus((2, square)), lambda k: (1, 2 * k + 1))
        decay = self._increasing(self._exp, self.plus((-1, square)))
        return self.times(self.times(self.times((2 * v, 2 * v), decay), self.isqrtpi), series)

    def is_regular(self, matrix: Iterable[Sequence[Ball]]) -> bool:
        """Whether elimination finds a pivot that excludes zero in every column."""
        rows: list[Sequence[Ball]] = list(matrix)
        while rows:
            first = max(rows, key=lambda row: max(row[0][0], -row[0][1]))
            if first[0][0] <= 0 <= first[0][1]:
                return False
            rows.remove(first)
            inverse, reduced = self.inverse(first[0]), list[Sequence[Ball]]()
            for row in rows:
                c = self.times(row[0], inverse)
                pairs = zip(row[1:], first[1:], strict=True)
                reduced.append([self.plus((1, v), (-1, self.times(c, w))) for v, w in pairs])
            rows = reduced
        return True
