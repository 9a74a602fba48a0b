"""Arithmetic modulo a prime: residues drawn by a hash, rank, and tests at random points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from hashlib import sha256
from typing import Any

from .graph import LEAST_LAYER
from .reading import Fuel, Refused, Unchecked
from .ring import Ring
from .tower import Tower, is_prime

LOW, LIMIT = 1 << 60, Fraction(1, 10**12)
POOL = 16_000_000_000_000_000
"""At most the number of primes between 2^60 and 2^61 (Rosser-Schoenfeld: 3x/(5 log x))."""
Size = tuple[int, int, int, int]


def drawn(*words: object) -> int:
    """The number in the first 16 bytes of a SHA-256 hash."""
    return int.from_bytes(sha256("/".join(map(str, words)).encode()).digest()[:16])


class Residues(Ring[int]):
    """Residues of nodes for residues of the leaves, which are drawn by a hash.

    Attributes:
        tag: names the sample; layers 0 and 1 use its first letter only.
        given: solutions of algebraic equations: a square root of -1, roots among generators.
    """

    def __init__(self, tower: Tower, prime: int, seed: object) -> None:
        super().__init__(tower)
        self.prime, self.seed, self.tag = prime, seed, "s"
        self.given: dict[tuple[Any, ...], int] = {}

    def choose(self, iota: int, roots: Sequence[int], where: str) -> None:
        """Choose a solution of every algebraic equation; 0 if there is no square root of -1."""
        p, numbers = self.prime, self.tower.numbered("root")
        if (iota and (iota**2 + 1) % p) or (roots and len(roots) != len(numbers)):
            raise Refused(f"{where}: no square root of -1, or not as many roots as are needed")
        self.given = {("iota",): iota % p} if iota else {}
        for g, v in zip(numbers, roots, strict=False):
            _, q, n = self.tower.generators[g]
            if pow(v, n, p) != q % p or not v % p:
                raise Refused(f"{where}: {v} is no root number {n} of {q}")
            self.given["t", g] = v

    def rational(self, p: int, q: int = 1) -> int:
        """A number."""
        return p * (self.inverse(q) if q != 1 else 1) % self.prime

    def leaf(self, *name: Any) -> int:
        """A residue that is given or drawn."""
        if name == ("isqrtpi",):
            return self.monomial(self.tower.image("pi")[1])
        generator = name[0] in ("t", "jet")
        algebraic = generator and self.tower.kinds[name[1]] == "root"
        if algebraic or name == ("iota",):
            if name not in self.given:
                raise Unchecked("a root, or the root of -1, has no residue modulo this prime")
            return self.given[name]
        layer = self.tower.layers[name[1]] if generator else LEAST_LAYER[name[0]]
        name = ("t", *name[1:]) if generator else name
        return self.drawn(self.tag if layer == 2 else self.tag[0], *name)

    def drawn(self, *words: object) -> int:
        """A residue that is not 0."""
        return 1 + drawn(self.seed, *words) % (self.prime - 1)

    def plus(self, *terms: tuple[int, int]) -> int:
        """A sum."""
        return sum([n * v for n, v in terms]) % self.prime

    def times(self, a: int, b: int) -> int:
        """A product."""
        return a * b % self.prime

    def inverse(self, a: int) -> int:
        """One over a residue."""
        if a % self.prime == 0:
            raise Refused("a denominator vanishes modulo the prime")
        return pow(a, -1, self.prime)

    def power(self, a: int, n: int) -> int:
        """A power."""
        return pow(self.inverse(a) if n < 0 else a, abs(n), self.prime)


def setting(tower: Tower, data: Any, where: str) -> Residues:
    """Residues with a prime, a seed, and solutions of algebraic equations."""
    if not is_prime(data["prime"]) or data["prime"] == 2:
        raise Refused(f"{where}: {data['prime']} is not an odd prime")
    residues = Residues(tower, data["prime"], data.get("seed", 0))
    residues.choose(data.get("iota", 0), data.get("roots", ()), where)
    return residues


def rank(rows: Iterable[Sequence[int]], prime: int, fuel: Fuel, enough: int = 1 << 30) -> int:
    r"""The rank of a matrix modulo a prime; no more rows are asked for when it is enough.

    Rows are packed into integers with a slot for each entry, wide enough for all additions of
    products $c\,u$ with $c, u < p$; a row is reduced by all pivot rows before it is unpacked.
    """
    pivots: list[tuple[int, int]] = []
    for row in rows if enough else ():
        width = ((prime * prime * (len(row) + 2)).bit_length() + 7) // 8
        mask, packed = (1 << 8 * width) - 1, _pack(row, width)
        fuel.burn(1 + len(pivots) * (1 + len(row) // 50))
        for shift, pivot in pivots:
            c = (packed >> shift & mask) % prime
            if c:
                packed += (prime - c) * pivot
        data = packed.to_bytes(width * (len(row) + 1), "little")
        slots = range(0, width * len(row), width)
        left = [int.from_bytes(data[i : i + width], "little") % prime for i in slots]
        last = max((i for i, v in enumerate(left) if v), default=None)
        if last is not None:
            inverse = pow(left[last], -1, prime)
            unit = _pack([v * inverse % prime for v in left[: last + 1]], width)
            pivots.append((8 * width * last, unit))
        if len(pivots) >= enough:
            break
    return len(pivots)


def _pack(row: Sequence[int], width: int) -> int:
    return int.from_bytes(b"".join([v.to_bytes(width, "little") for v in row]), "little")


class _Sizes(Ring[Size]):
    """Degrees and lengths (binary logarithms of sums of absolute values) of N and D in N/D."""

    def rational(self, p: int, q: int = 1) -> Size:
        return 0, abs(p).bit_length(), 0, q.bit_length()

    def leaf(self, *name: Any) -> Size:
        """An unknown; roots and the imaginary unit too, without their equations."""
        return 1, 0, 0, 0

    def plus(self, *terms: tuple[int, Size]) -> Size:
        """A sum over the product of the denominators."""
        d, h = sum(t[2] for _, t in terms), sum(t[3] for _, t in terms)
        degree = max((t[0] + d - t[2] for _, t in terms), default=0)
        length = max((n.bit_length() + t[1] + h - t[3] for n, t in terms), default=0)
        return self._bounded(degree, length + len(terms).bit_length(), d, h)

    def times(self, a: Size, b: Size) -> Size:
        return self._bounded(a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3])

    def inverse(self, a: Size) -> Size:
        return a[2], a[3], a[0], a[1]

    def _bounded(self, *size: int) -> Size:
        if max(size) > LOW:
            raise Unchecked("degrees are too large for a bound")
        return size[0], size[1], size[2], size[3]


@lru_cache(maxsize=4)
def random_prime(digest: str, trial: int) -> int:
    """A random prime between 2^60 and 2^61."""
    candidates = (LOW + drawn(digest, "prime", trial, k) % LOW for k in range(10**5))
    return next(n for n in candidates if is_prime(n))


def least_chance(degree: int, length: int) -> tuple[Fraction, int]:
    """The chance of an error and the number of primes that it needs."""
    once = Fraction(length, 60 * POOL) + Fraction(2 * degree, LOW - 1)
    for count in (1, 2, 3, 4):
        if once**count < LIMIT:
            return once**count, count
    raise Unchecked("the chance of an error is not small")


def rank_at_most(tower: Tower, digest: str, entries: list[list[int]], upper: int) -> Fraction:
    """Test that nodes, a row for each output, have at most the given rank; the chance of an error.

    Nodes vanish if they have rank 0 as rows of one column. Primes and residues of all unknowns are
    random, and named by the digest of the proof: "Chance" in docs/certificates.md.
    """
    n, ring = upper + 1, _Sizes(tower)
    if not entries or upper >= len(entries[0]):
        return Fraction(0)
    degrees, lengths = [], []
    for row in entries:
        sizes = [ring.value(k) for k in row]
        bottom, length = sum(s[2] for s in sizes), sum(s[3] for s in sizes)
        degrees.append(max(s[0] for s in sizes) + 2 * bottom)
        lengths.append(max(s[1] for s in sizes) + 2 * length + n.bit_length())
    error, count = least_chance(n * max(degrees), n * max(lengths))

    def samples(trial: int) -> Iterator[Residues]:
        for s in range(n):
            residues = Residues(tower, random_prime(digest, trial), f"{digest}/{trial}")
            residues.tag = f"s{s}"
            algebraic = [("iota",), *(("t", g) for g in tower.numbered("root"))]
            residues.given = {name: residues.drawn("given", *name) for name in algebraic}
            yield residues

    for trial in range(count):
        rows = ([r.value(k) for k in row] for r in samples(trial) for row in entries)
        if rank(rows, random_prime(digest, trial), tower.fuel) > upper:
            raise Unchecked(f"the rank at random points is more than {upper}")
    return error
