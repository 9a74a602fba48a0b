r"""Upper bounds that may fail with a small probability: "Chance" in docs/certificates.md."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

from .reading import Unchecked
from .residues import Residues, drawn, rank
from .ring import Ring
from .tower import Tower, is_prime

LOW = 1 << 60
POOL = 16_000_000_000_000_000
"""At most the number of primes between 2^60 and 2^61 (Rosser-Schoenfeld: 3x/(5 log x))."""
LIMIT = Fraction(1, 10**12)
Size = tuple[int, int, int, int]


class Sizes(Ring[Size]):
    """Degrees and lengths (binary logarithms of sums of absolute values) of N and D in N/D."""

    def rational(self, p: int, q: int = 1) -> Size:
        """A number."""
        return 0, abs(p).bit_length(), 0, q.bit_length()

    def leaf(self, *name: Any) -> Size:
        """An unknown; roots and the imaginary unit too, without their equations."""
        return 1, 0, 0, 0

    def plus(self, terms: Sequence[Size]) -> Size:
        """A sum over the product of the denominators."""
        d, h = sum(t[2] for t in terms), sum(t[3] for t in terms)
        top = max(t[0] + d - t[2] for t in terms)
        return top, max(t[1] + h - t[3] for t in terms) + len(terms).bit_length(), d, h

    def times(self, a: Size, b: Size) -> Size:
        """A product."""
        if max(a + b) > LOW:
            raise Unchecked("degrees are too large for a bound")
        return a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]

    def power(self, a: Size, n: int) -> Size:
        """A power."""
        a = a if n >= 0 else (a[2], a[3], a[0], a[1])
        if max(a) * abs(n) > LOW:
            raise Unchecked("degrees are too large for a bound")
        return a[0] * abs(n), a[1] * abs(n), a[2] * abs(n), a[3] * abs(n)


@lru_cache(maxsize=4)
def random_prime(digest: str, trial: int) -> int:
    """A random prime between 2^60 and 2^61."""
    candidates = (LOW + drawn(digest, "prime", trial, k) % LOW for k in range(10**5))
    return next(n for n in candidates if is_prime(n))


class Chance:
    """Random primes and residues, named by the digest of the proof."""

    def __init__(self, tower: Tower, digest: str) -> None:
        self.tower, self.digest = tower, digest
        self.sizes = Sizes(tower)

    def _residues(self, trial: int, tag: str) -> Residues:
        """Random residues of all unknowns."""
        residues = Residues(self.tower, random_prime(self.digest, trial), f"{self.digest}/{trial}")
        residues.tag, residues.iota = tag, residues.drawn("iota")
        residues.roots = {
            g: residues.drawn("root", g) for g, k in enumerate(self.tower.kinds) if k == "root"
        }
        return residues

    @staticmethod
    def bound(degree: int, length: int) -> tuple[Fraction, int]:
        """The chance of an error and the number of primes that it needs."""
        once = Fraction(length, 60 * POOL) + Fraction(2 * degree, LOW - 1)
        for count in (1, 2, 3, 4):
            if once**count < LIMIT:
                return once**count, count
        raise Unchecked("the chance of an error is not small")

    def vanish(self, roots: Sequence[int]) -> Fraction:
        """Test that nodes vanish identically; the chance that one does not."""
        sizes = [self.sizes.value(k) for k in roots]
        error, count = self.bound(max(s[0] + s[2] for s in sizes), max(s[1] + s[3] for s in sizes))
        for trial in range(count):
            residues = self._residues(trial, "s")
            if any(residues.value(k) for k in roots):
                raise Unchecked("a relation does not vanish at a random point")
        return error * len(roots)

    def rank_at_most(self, entries: list[list[int]], upper: int) -> Fraction:
        """Test that nodes, a row for each output, have at most the given rank; the chance of an
        error.
        """
        n = upper + 1
        if not entries or upper >= len(entries[0]):
            return Fraction(0)
        degrees, lengths = [], []
        for row in entries:
            sizes = [self.sizes.value(k) for k in row]
            bottom, length = sum(s[2] for s in sizes), sum(s[3] for s in sizes)
            degrees.append(max(s[0] for s in sizes) + 2 * bottom)
            lengths.append(max(s[1] for s in sizes) + 2 * length + n.bit_length())
        error, count = self.bound(n * max(degrees), n * max(lengths))
        for trial in range(count):
            rows = []
            for s in range(n):
                residues = self._residues(trial, f"s{s}")
                rows += [[residues.value(k) for k in row] for row in entries]
            if rank(rows, residues.prime, self.tower.fuel) > upper:
                raise Unchecked(f"the rank at random points is more than {upper}")
        return error
