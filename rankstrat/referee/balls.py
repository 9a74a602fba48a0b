r"""Ball arithmetic: closed intervals with end points in $2^{-b}\mathbb{Z}$, rounded outward."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

from .graph import Graph
from .reading import Fuel, Unchecked

Ball = tuple[int, int]
Weight = Callable[[int], int]
MAX_SIZE = 1 << 16


class Balls:
    """Intervals [lo, hi] / 2^bits."""

    def __init__(self, bits: int, fuel: Fuel) -> None:
        self.bits, self.fuel, self.unit = bits, fuel, 1 << bits
        self.cost = 1 + bits // 200
        self.log2 = self.scale(self._artanh(self.rational(1, 3)), 2)
        fifth, small = self._arctan(self.rational(1, 5)), self._arctan(self.rational(1, 239))
        self.pi = self.add(self.scale(fifth, 16), self.scale(small, -4))  # Machin
        self.isqrtpi = self.root(self.inverse(self.pi), 2)

    def rational(self, p: int, q: int = 1) -> Ball:
        """A ball around p/q."""
        return (p << self.bits) // q, -((-p << self.bits) // q)

    def fraction(self, v: Fraction) -> Ball:
        """A ball around a rational number."""
        return self.rational(v.numerator, v.denominator)

    def add(self, *terms: Ball) -> Ball:
        """A sum."""
        return sum(t[0] for t in terms), sum(t[1] for t in terms)

    def scale(self, a: Ball, n: int) -> Ball:
        """An integer multiple."""
        if n >= 0:
            return (a[0] * n, a[1] * n)
        return (a[1] * n, a[0] * n)

    def multiply(self, a: Ball, b: Ball) -> Ball:
        """A product."""
        self.fuel.burn(self.cost)
        corners = [x * y for x in a for y in b]
        result = min(corners) >> self.bits, -(-max(corners) >> self.bits)
        if result[1] - result[0] >> self.bits + 64 or abs(result[1]) >> self.bits + MAX_SIZE:
            raise Unchecked("a ball is too wide or too large")
        return result

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
        if n % 2 == 0 and n and a[0] <= 0 <= a[1]:
            high = max(-a[0], a[1])
            return 0, self.power((high, high), n)[1] if high else 0
        result = (self.unit, self.unit)
        while n:
            result = self.multiply(result, a) if n & 1 else result
            n >>= 1
            a = self.multiply(a, a) if n else a
        return result

    def _series(self, first: Ball, factor: Ball, weight: Weight, chained: bool) -> Ball:
        """Sum of t_k / weight(k), or of t_k where t_k itself is divided by weight(k) if chained.

        Here t_k = t_{k-1} factor. In every use the summands fall at least by the factor 1/2, so
        twice the last one bounds the rest.
        """
        total, term, k = (0, 0), first, 0
        while True:
            p = weight(k)
            summand = term[0] // p, -(-term[1] // p)
            total = self.add(total, summand)
            size = max(abs(summand[0]), abs(summand[1]))
            if size <= 2:
                return total[0] - 2 * size - 2, total[1] + 2 * size + 2
            term, k = self.multiply(summand if chained else term, factor), k + 1

    def _artanh(self, x: Ball) -> Ball:
        """artanh for |x| <= 1/2: the terms fall at least by the factor 1/4."""
        return self._series(x, self.multiply(x, x), lambda k: 2 * k + 1, False)

    def _arctan(self, x: Ball) -> Ball:
        """arctan for |x| <= 1/2."""
        return self._series(x, self.scale(self.multiply(x, x), -1), lambda k: 2 * k + 1, False)

    def _exp_point(self, v: int) -> Ball:
        """exp of v / 2^bits: e^v = 2^n e^r with |r| <= 1, and e^r = (e^(r/16))^16."""
        if abs(v) >> self.bits + 13:
            raise Unchecked("an exponential is too large for balls")
        n = (2 * v) // (self.log2[0] + self.log2[1])
        r = self.add((v, v), self.scale(self.log2, -n))
        r = r[0] >> 4, -(-r[1] >> 4)
        e = self._series((self.unit, self.unit), r, lambda k: max(k, 1), True)
        for _ in range(4):
            e = self.multiply(e, e)
        if n >= 0:
            return (e[0] << n, e[1] << n)
        return (e[0] >> -n, -(-e[1] >> -n))

    def exp(self, a: Ball) -> Ball:
        """The exponential."""
        return max(self._exp_point(a[0])[0], 0), self._exp_point(a[1])[1]

    def _log_point(self, v: int) -> Ball:
        """log of v / 2^bits = 2^n m with 2/3 <= m <= 4/3: n log 2 + 2 artanh((m - 1)/(m + 1))."""
        n = (3 * v // 2).bit_length() - 1 - self.bits
        m = self.rational(v << max(-n, 0), 1 << max(n, 0) + self.bits)
        near = self.add(m, (-self.unit, -self.unit))
        ratio = self.multiply(near, self.inverse(self.add(m, (self.unit, self.unit))))
        return self.add(self.scale(self.log2, n), self.scale(self._artanh(ratio), 2))

    def log(self, a: Ball) -> Ball:
        """The logarithm of a positive ball."""
        if a[0] <= 0:
            raise Unchecked("the argument of a logarithm is not shown to be positive")
        return self._log_point(a[0])[0], self._log_point(a[1])[1]

    def _atan_point(self, v: int) -> Ball:
        """arctan: pi/2 - arctan(1/x) beyond 1, and pi/4 + arctan((x - 1)/(x + 1)) above 1/2."""
        x, one = (v, v), self.unit
        if v < 0:
            return self.scale(self._atan_point(-v), -1)
        if v > one:
            quarter = self.pi[0] >> 1, -(-self.pi[1] >> 1)
            return self.add(quarter, self.scale(self._atan_small(self.inverse(x)), -1))
        return self._atan_small(x)

    def _atan_small(self, x: Ball) -> Ball:
        one = self.unit
        if 2 * x[1] <= one:
            return self._arctan(x)
        eighth = self.pi[0] >> 2, -(-self.pi[1] >> 2)
        shifted = self.multiply(self.add(x, (-one, -one)), self.inverse(self.add(x, (one, one))))
        return self.add(eighth, self._arctan(shifted))

    def atan(self, a: Ball) -> Ball:
        """The arctangent."""
        return self._atan_point(a[0])[0], self._atan_point(a[1])[1]

    def _circular(self, a: Ball, shift: int) -> Ball:
        """Sine (shift 0) or cosine (shift 1) at the middle; both have Lipschitz constant 1."""
        middle, radius = (a[0] + a[1]) // 2, (a[1] - a[0]) // 2 + 1
        if abs(middle) >> self.bits + 40:
            raise Unchecked("the argument of a sine is too large for balls")
        n = (2 * middle) // (self.pi[0] + self.pi[1])
        r = self.add((middle, middle), self.scale(self.pi, -n))
        r = r[0] >> 3, -(-r[1] >> 3)
        square = self.scale(self.multiply(r, r), -1)
        sine = self._series(r, square, lambda k: max(1, 2 * k * (2 * k + 1)), True)
        one = (self.unit, self.unit)
        cosine = self._series(one, square, lambda k: max(1, 2 * k * (2 * k - 1)), True)
        for _ in range(3):
            s2, c2 = self.multiply(sine, sine), self.multiply(cosine, cosine)
            sine, cosine = (
                self.scale(self.multiply(sine, cosine), 2),
                self.add(c2, self.scale(s2, -1)),
            )
        v = self.scale(cosine if shift else sine, (-1) ** (n % 2))
        return v[0] - radius, v[1] + radius

    def _erf_point(self, v: int) -> Ball:
        r"""erf: $\frac{2x}{\sqrt\pi} e^{-x^2} \sum_k \frac{(2x^2)^k}{1 \cdot 3 \cdots (2k+1)}$."""
        if v < 0:
            return self.scale(self._erf_point(-v), -1)
        x = (v, v)
        if v >> self.bits + 5:  # beyond 32: 1 - erf(x) < exp(-x^2) < 2^-1400
            return self.unit - (self.unit >> 1400) - 1, self.unit
        square = self.multiply(x, x)
        double = self.scale(square, 2)
        start = (double[1] >> self.bits) + 2
        total, term = (0, 0), (self.unit, self.unit)
        for k in range(10**6):
            total = self.add(total, term)
            # from k >= 2 x^2 on, the terms fall by the factor 1/2 at least
            if k > start and term[1] <= 2:
                break
            term = self.multiply(term, double)
            term = term[0] // (2 * k + 3), -(-term[1] // (2 * k + 3))
        total = total[0], total[1] + 4
        decay = self.exp(self.scale(square, -1))
        return self.multiply(self.multiply(self.scale(x, 2), total),
                             self.multiply(decay, self.isqrtpi))  # fmt: skip

    def root(self, a: Ball, n: int) -> Ball:
        """The positive n-th root of a positive ball."""
        if a[0] <= 0:
            raise Unchecked("the argument of a root is not shown to be positive")
        logarithm = self.log(a)
        return self.exp((logarithm[0] // n, -(-logarithm[1] // n)))

    def function(self, op: str, a: Ball) -> Ball:
        """The value of a function node."""
        one = (self.unit, self.unit)
        match op:
            case "exp":
                return self.exp(a)
            case "log":
                return self.log(a)
            case "atan":
                return self.atan(a)
            case "sin" | "cos":
                return self._circular(a, int(op == "cos"))
            case "tan":
                return self.multiply(self._circular(a, 0), self.inverse(self._circular(a, 1)))
            case "erf":
                return self._erf_point(a[0])[0], self._erf_point(a[1])[1]
            case "tanh":  # increasing: 1 - 2/(1 + e^(2a))
                ends = []
                for v in a:
                    e = self.exp((2 * v, 2 * v))
                    ends.append(self.add(one, self.scale(self.inverse(self.add(one, e)), -2)))
                return ends[0][0], ends[1][1]
        if op not in ("sinh", "cosh"):
            raise Unchecked(f"a node of kind {op} has no value in balls")
        e = self.exp(a)
        f = self.scale(self.inverse(e), -1 if op == "sinh" else 1)
        total = self.add(e, f)
        return total[0] >> 1, -(-total[1] >> 1)

    def evaluate(
        self,
        graph: Graph,
        order: Iterable[int],
        at: Sequence[Fraction],
        x: Sequence[Fraction],
        zero: set[int],
    ) -> dict[int, Ball]:
        """Balls for nodes, in order of evaluation, at coordinates `at` and inputs `x`.

        Kinks whose arguments are in `zero` vanish identically there.

        Raises:
            Unchecked: a node has no value, or precision does not suffice.
        """
        values: dict[int, Ball] = {}
        for k in order:
            node = graph.nodes[k]
            op = node[0]
            self.fuel.burn(self.cost)
            match op:
                case "rat":
                    v = self.rational(node[1], node[2])
                case "in":
                    v = self.fraction(x[node[1]])
                case "coord":
                    v = self.fraction(at[node[1]])
                case "par":
                    v = values[node[2]]
                case "add":
                    v = self.add(*(values[c] for c in node[1:]))
                case "mul":
                    v = values[node[1]]
                    for c in node[2:]:
                        v = self.multiply(v, values[c])
                case "pow":
                    v = self.power(values[node[1]], node[2])
                case "root":
                    v = self.root(values[node[1]], node[2])
                case "pi":
                    v = self.pi
                case "isqrtpi":
                    v = self.isqrtpi
                case "relu" | "abs" | "step" | "sign":
                    a = values[node[1]]
                    s = self.sign(a, node[1] in zero)
                    s = max(s, 0) if op in ("relu", "step") else s
                    v = self.scale(a if op in ("relu", "abs") else (self.unit, self.unit), s)
                case _:
                    v = self.function(op, values[graph.argument(k)])
            values[k] = v
        return values

    def sign(self, a: Ball, zero: bool) -> int:
        """The sign of a ball; 0 by convention where the argument vanishes identically."""
        if not zero and a[0] <= 0 <= a[1]:
            raise Unchecked("the sign at a kink is not decided")
        if zero:
            return 0
        if a[0] > 0:
            return 1
        return -1

    def is_regular(self, matrix: list[list[Ball]]) -> bool:
        r"""Whether $\lVert I - BA \rVert_\infty < 1$ for an approximate inverse $B$ of $A$."""
        n, one = len(matrix), self.unit
        self.fuel.burn(self.cost * n**3 // 4)
        work = [[(a + b) // 2 for a, b in row] + [one * (i == j) for j in range(n)]
                for i, row in enumerate(matrix)]  # fmt: skip
        for i in range(n):
            best = max(range(i, n), key=lambda j: abs(work[j][i]))
            work[i], work[best] = work[best], work[i]
            pivot = work[i][i]
            if not pivot:
                return False
            work[i] = [(v << self.bits) // pivot for v in work[i]]
            for j in range(n):
                if j != i and work[j][i]:
                    c = work[j][i]
                    work[j] = [
                        v - (c * w >> self.bits) for v, w in zip(work[j], work[i], strict=True)
                    ]
        columns = list(zip(*matrix, strict=True))
        for i in range(n):
            size = 0
            for j, column in enumerate(columns):
                low = high = -one * one * (i == j)
                for b, (u, v) in zip(work[i][n:], column, strict=True):
                    low, high = low + b * (u if b > 0 else v), high + b * (v if b > 0 else u)
                size += max(abs(low), abs(high))
            if size >= one * one:
                return False
        return True
