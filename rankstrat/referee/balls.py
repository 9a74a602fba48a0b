r"""Ball arithmetic: closed intervals with decimal end points, rounded outward."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from typing import Any

from .graph import Node
from .reading import Unchecked
from .tower import Ring, Tower

Ball = tuple[Decimal, Decimal]
Point = Mapping[Any, Fraction] | None


class Balls(Ring[Ball]):
    """Intervals for nodes, where inputs and coordinates have rational values.

    Exponentials and logarithms are those of `decimal`, which rounds correctly, moved by one unit in
    the last place. What is too large for it raises a `decimal.DecimalException`. Arguments of kinks
    that are `zero` identically have the sign 0.
    """

    def __init__(
        self, tower: Tower, bits: int, point: Point = None, zero: Collection[int] = ()
    ) -> None:
        super().__init__(tower)
        self.point, self.zero, self.digits = point or {}, zero, bits // 3 + 8
        self.down, self.up = (Context(self.digits, way) for way in (ROUND_FLOOR, ROUND_CEILING))
        self.rational = lambda p, q=1: (self.down.divide(p, q), self.up.divide(p, q))

    def leaf(self, *name: Any) -> Ball:
        if name == ("isqrtpi",):
            return self.inverse(self._root(self._pi(), 2))
        return self.rational(*self.point[name].as_integer_ratio())

    def plus(self, *terms: tuple[int, Ball]) -> Ball:
        low = high = Decimal(0)
        for n, a in terms:
            low, high = self.down.fma(n, a[n < 0], low), self.up.fma(n, a[n >= 0], high)
        return low, high

    def times(self, a: Ball, b: Ball) -> Ball:
        self.fuel.burn(1 + self.digits // 60)
        pairs = [(x, y) for x in a for y in b]
        low = min(self.down.multiply(x, y) for x, y in pairs)
        return low, max(self.up.multiply(x, y) for x, y in pairs)

    def power(self, a: Ball, n: int) -> Ball:
        if n > 0 and n % 2 == 0 and a[0] <= 0 <= a[1]:
            largest = max(a[0].copy_negate(), a[1])
            return Decimal(0), super().power((largest, largest), n)[1]
        return super().power(a, n)

    def inverse(self, a: Ball) -> Ball:
        if a[0] <= 0 <= a[1]:
            raise Unchecked("a ball that is divided by contains zero")
        return self.down.divide(1, a[1]), self.up.divide(1, a[0])

    def sign(self, a: int) -> int:
        """The sign of a node, which is decided by its ball."""
        low, high = self.value(a)
        if a not in self.zero and low <= 0 <= high:
            raise Unchecked("the sign at a kink is not decided")
        return 0 if a in self.zero else (low > 0) - (high < 0)

    def step(self, a: int) -> Ball:
        return self.rational(int(self.sign(a) > 0))

    def function(self, node: Node) -> Ball:
        op, a = node[0], self.values[node[-1]]
        match op:
            case "exp" | "log":
                return self._rounded(Context.exp if op == "exp" else Context.ln, a)
            case "root":
                return self._root(a, node[1])
            case "atan" | "erf":  # increasing: from the values at the ends
                f = self._atan if op == "atan" else self._erf
                return f(a[0])[0], f(a[1])[1]
            case "sin" | "cos":
                half = self.times(self._pi(), self.rational(1, 2))
                return self._cos(a if op == "cos" else self.plus((1, a), (-1, half)))
        raise Unchecked(f"a node of kind {op} has no value in balls")

    def _rounded(self, f: Callable[[Context, Decimal], Decimal], a: Ball) -> Ball:
        """An increasing function that `decimal` rounds correctly to the nearest."""
        self.fuel.burn(self.digits**2 // 20)
        if f is Context.ln and a[0] <= 0:
            raise Unchecked("the argument of a logarithm is not shown to be positive")
        return self.down.next_minus(f(self.down, a[0])), self.up.next_plus(f(self.up, a[1]))

    def _root(self, a: Ball, n: int) -> Ball:
        log = self._rounded(Context.ln, a)
        return self._rounded(Context.exp, self.times(log, self.rational(1, n)))

    def _pi(self) -> Ball:
        return self.plus((4, self._atan(Decimal(1))))

    def _series(self, first: Ball, factor: Ball, ratio: Callable[[int], tuple[int, int]]) -> Ball:
        """The sum of s_0 = first, s_k = s_(k-1) factor p/q with (p, q) = ratio(k).

        It ends when s_k is small and s_(k+1) <= s_k / 2: then twice s_k bounds the rest.
        """
        total, term, k, (p, q) = first, first, 0, (2, 1)
        size = self.up.multiply(2, max(map(Decimal.copy_abs, factor)))
        small = Decimal(f"1e-{self.digits}")
        while (rest := max(map(Decimal.copy_abs, term))) > small or self.up.multiply(size, p) > q:
            k += 1
            p, q = ratio(k)
            term = self.times(self.times(term, factor), self.rational(p, q))
            total = self.plus((1, total), (1, term))
        return self.plus((1, total), (2, (rest.copy_negate(), rest)))

    def _atan(self, v: Decimal) -> Ball:
        """arctan x = 8 arctan y for three times x -> x / (1 + (1 + x^2)^(1/2)), where |y| < 1/2."""
        x, one = (v, v), self.rational(1)
        for _ in range(3):
            hypotenuse = self._root(self.plus((1, one), (1, self.power(x, 2))), 2)
            x = self.times(x, self.inverse(self.plus((1, one), (1, hypotenuse))))
        square = self.plus((-1, self.power(x, 2)))
        return self.plus((8, self._series(x, square, lambda k: (2 * k - 1, 2 * k + 1))))

    def _cos(self, a: Ball) -> Ball:
        """cos at the middle m, from that of m / 2^n by doubling; the Lipschitz constant is 1."""
        middle = self.down.divide(self.down.add(*a), 2)
        radius = max(self.up.subtract(a[1], middle), self.up.subtract(middle, a[0]))
        n = 4 * (max(0, middle.adjusted()) + 1)
        if n > 200:
            raise Unchecked("the argument of a sine is too large for balls")
        part = self.times((middle, middle), self.rational(1, 1 << n))
        one, square = self.rational(1), self.plus((-1, self.power(part, 2)))
        cosine = self._series(one, square, lambda k: (1, 2 * k * (2 * k - 1)))
        for _ in range(n):
            cosine = self.plus((2, self.power(cosine, 2)), (-1, one))
        return self.plus((1, cosine), (1, (radius.copy_negate(), radius)))

    def _erf(self, v: Decimal) -> Ball:
        r"""erf: $\frac{2x}{\sqrt\pi} e^{-x^2} \sum_k \frac{(2x^2)^k}{1 \cdot 3 \cdots (2k+1)}$."""
        if v < 0:
            return self.plus((-1, self._erf(v.copy_negate())))
        if v > 32:  # 1 - erf(x) < exp(-x^2) < 10^-400
            return self.down.subtract(1, Decimal("1e-400")), Decimal(1)
        square, one = self.power((v, v), 2), self.rational(1)
        series = self._series(one, self.plus((2, square)), lambda k: (1, 2 * k + 1))
        decay = self._rounded(Context.exp, self.plus((-1, square)))
        slope = self.times(self.plus((2, self.leaf("isqrtpi"))), decay)
        return self.times(self.times((v, v), slope), series)

    def is_regular(self, rows: Sequence[Sequence[Ball]]) -> bool:
        """Whether elimination finds a pivot that excludes zero in every column."""
        while rows:
            i = max(range(len(rows)), key=lambda i: max(rows[i][0][0], -rows[i][0][1]))
            (pivot, *first), rows = rows[i], [*rows[:i], *rows[i + 1 :]]
            if pivot[0] <= 0 <= pivot[1]:
                return False
            first = [self.times(w, self.inverse(pivot)) for w in first]
            rows = [
                [self.plus((1, v), (-1, self.times(c, w))) for v, w in zip(row, first, strict=True)]
                for c, *row in rows
            ]
        return True
