r"""Upper bounds that may fail with a small probability, which is bounded here (Schwartz-Zippel)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from hashlib import sha256

from .reading import Fuel, Unchecked
from .residues import Residues, is_prime, rank
from .tower import Tower

LOW = 1 << 60
POOL = 16_000_000_000_000_000
"""At most the number of primes between 2^60 and 2^61 (Rosser-Schoenfeld: 3x/(5 log x))."""
LIMIT = Fraction(1, 10**9)
Size = tuple[int, int, int, int]


class Sizes:
    """Degrees and lengths (binary logarithms of sums of absolute values) of N and D in N/D."""

    def __init__(self, tower: Tower) -> None:
        self.tower = tower
        self.known: dict[int, Size] = {}

    def size(self, root: int) -> Size:
        """Bounds for the numerator and denominator of a node over the generators."""
        for k in self.tower.closure([root]):
            if k not in self.known:
                self.known[k] = self._size(k)
                if max(self.known[k]) > LOW:
                    raise Unchecked("degrees are too large for a bound")
        return self.known[root]

    @staticmethod
    def plus(terms: Sequence[Size]) -> Size:
        """A sum over the product of the denominators."""
        d, h = sum(t[2] for t in terms), sum(t[3] for t in terms)
        top = max(t[0] + d - t[2] for t in terms)
        return top, max(t[1] + h - t[3] for t in terms) + len(terms).bit_length(), d, h

    @staticmethod
    def power(a: Size, n: int) -> Size:
        """A power."""
        a = a if n >= 0 else (a[2], a[3], a[0], a[1])
        return a[0] * abs(n), a[1] * abs(n), a[2] * abs(n), a[3] * abs(n)

    @staticmethod
    def times(factors: Sequence[Size]) -> Size:
        """A product."""
        a, b, c, d = (sum(values) for values in zip(*factors, strict=True))
        return a, b, c, d

    def _size(self, k: int) -> Size:
        node, known = self.tower.graph.nodes[k], self.known
        op = node[0]
        match op:
            case "rat":
                return 0, node[1].bit_length(), 0, node[2].bit_length()
            case "in" | "coord" | "isqrtpi" | "jet":
                return 1, 0, 0, 0
            case "pi":
                return 0, 0, 2, 0
            case "par":
                return known[node[2]]
            case "add":
                return self.plus([known[c] for c in node[1:]])
            case "mul":
                return self.times([known[c] for c in node[1:]])
            case "pow":
                return self.power(known[node[1]], node[2])
            case "exp" | "tanh" | "sinh" | "cosh" | "cos":
                return self._exponential(op, node[1])
            case "log" | "atan" | "erf":
                root, recipe = self.tower.image(op, node[1])
                terms = [self._scaled(n, g) for g, n in recipe]
                return self.times([self.plus(terms), (0, 0, 0, root.bit_length())])
        raise Unchecked(f"no bound for the chance of an error with {op}")

    def _scaled(self, n: int, g: int) -> Size:
        exponential = self.tower.kinds[g] == "exp"
        y = self.known[self.tower.arguments[g]] if exponential else (1, 0, 0, 0)
        return self.times([y, (0, n.bit_length(), 0, 0)])

    def _exponential(self, op: str, a: int) -> Size:
        e: Size = (0, 0, 0, 0)
        for g, n in self.tower.image("cis" if op == "cos" else "exp", a):
            logarithm = self.tower.kinds[g] == "log"
            z = self.known[self.tower.arguments[g]] if logarithm else (1, 0, 0, 0)
            e = self.times([e, self.power(z, n)])
        if op == "exp":
            return e
        top, length = 2 * max(e[0], e[2]), 2 * max(e[1], e[3]) + 1
        if op == "tanh":
            return (top, length, top, length)
        return (top, length, e[0] + e[2], e[1] + e[3] + 1)


class Chance:
    """Random primes and residues, named by the digest of the proof."""

    def __init__(self, tower: Tower, digest: str, fuel: Fuel) -> None:
        self.tower, self.digest, self.fuel = tower, digest, fuel
        if any(kind == "root" for kind in tower.kinds):
            raise Unchecked("no bound for the chance of an error with roots")
        self.sizes = Sizes(tower)

    def prime(self, trial: int) -> int:
        """A random prime between 2^60 and 2^61."""
        for k in range(10**5):
            digest = sha256(f"{self.digest}/prime/{trial}/{k}".encode()).digest()
            n = LOW + int.from_bytes(digest[:16]) % LOW
            if is_prime(n):
                return n
        raise Unchecked("no prime was found")

    def bound(self, degree: int, length: int) -> tuple[Fraction, int]:
        """The chance of an error and the number of primes that it needs.

        Raises:
            Unchecked: the chance is not small.
        """
        once = Fraction(length, 60 * POOL) + Fraction(2 * degree, LOW - 1)
        for count in (1, 2, 3, 4):
            if once**count < LIMIT / 1000:
                return once**count, count
        raise Unchecked("the chance of an error is not small")

    def vanish(self, roots: Sequence[int]) -> Fraction:
        """Test that nodes vanish identically; the chance that one does not, if all tests agree.

        Raises:
            Unchecked: one does not vanish, or the chance is not small.
        """
        sizes = [self.sizes.size(k) for k in roots]
        error, count = self.bound(
            max((a + c for a, _, c, _ in sizes), default=0),
            max((b + d for _, b, _, d in sizes), default=0),
        )
        for trial in range(count):
            residues = self._residues(trial, roots, "s0")
            if any(residues.values[k] for k in roots):
                raise Unchecked("a relation does not vanish at a random point")
        return error * max(1, len(roots))

    def rank_at_most(self, entries: list[list[int]], upper: int) -> Fraction:
        """Test that nodes (a row for each output) have at most the given rank.

        Raises:
            Unchecked: the rank is larger, or the chance of an error is not small.
        """
        if not entries or upper >= len(entries[0]):
            return Fraction(0)
        sizes = [[self.sizes.size(k) for k in row] for row in entries]
        bottom = [sum(s[2] for s in row) for row in sizes]
        length = [sum(s[3] for s in row) for row in sizes]
        top = max(max(s[0] for s in row) + b for row, b in zip(sizes, bottom, strict=True))
        long = max(max(s[1] for s in row) + b for row, b in zip(sizes, length, strict=True))
        n = upper + 1
        error, count = self.bound(
            n * (top + max(bottom)), n * (long + max(length) + n.bit_length())
        )
        for trial in range(count):
            rows = []
            roots = [k for row in entries for k in row]
            for s in range(n):
                residues = self._residues(trial, roots, f"s{s}")
                rows += [[residues.values[k] for k in row] for row in entries]
            if rank(rows, residues.prime, self.fuel) > upper:
                raise Unchecked(f"the rank at random points is more than {upper}")
        return error

    def _residues(self, trial: int, roots: Sequence[int], tag: str) -> Residues:
        residues = Residues(self.tower, self.prime(trial), f"{self.digest}/{trial}", {}, 0)
        residues.clear()
        residues.evaluate(self.tower.closure(roots), tag, self.fuel)
        return residues
