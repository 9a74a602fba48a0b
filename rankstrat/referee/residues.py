"""Arithmetic modulo a prime: residues drawn by a hash, derivations, rank, random points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from hashlib import sha256
from typing import Any

from .reading import Fuel, Unchecked
from .tower import Ring, Tower, is_prime

LOW, LIMIT = 1 << 60, Fraction(1, 10**12)
POOL = 16_000_000_000_000_000
"""At most the number of primes between 2^60 and 2^61 (Rosser-Schoenfeld: 3x/(5 log x))."""
Algebraic = Mapping[tuple[Any, ...], int]
Dual = tuple[int, int]


def drawn(*words: object) -> int:
    """The number in the first 16 bytes of a SHA-256 hash."""
    return int.from_bytes(sha256("/".join(map(str, words)).encode()).digest()[:16])


class Residues(Ring[int]):
    """Residues of nodes for residues of the leaves, which are drawn by a hash.

    Those of iota and of roots are given; those of layer 2 are named by a tag also. What divides by
    0 raises a `ValueError`.
    """

    def __init__(self, tower: Tower, prime: int, algebraic: Algebraic, seed: object) -> None:
        super().__init__(tower)
        self.prime, self.algebraic, self.seed, self.tag = prime, algebraic, seed, "s"
        self.rational = lambda p, q=1: p * pow(q, -1, prime) % prime
        self.plus = lambda *terms: sum([n * v for n, v in terms]) % prime
        self.times = lambda a, b: a * b % prime
        self.inverse = lambda a: pow(a, -1, prime)

    def power(self, a: int, n: int) -> int:
        return pow(a, n, self.prime)

    def leaf(self, *name: Any) -> int:
        if name == ("iota",) or (name[0] == "t" and self.tower.kinds[name[1]] == "root"):
            if name not in self.algebraic:
                raise Unchecked("a root, or the root of -1, has no residue modulo this prime")
            return self.algebraic[name]
        if name == ("isqrtpi",):
            self.tower.image(name)
        return self.drawn(*([self.tag] if self.tower.layer(*name) == 2 else ()), *name)

    def drawn(self, *words: object) -> int:
        """A residue that is not 0."""
        return 1 + drawn(self.seed, *words) % (self.prime - 1)


class Derivation(Ring[Dual]):
    """Residues v of nodes, and D v for a derivation D that is drawn by a hash.

    D has constant values at the variables of a layer: coordinates or inputs, and jets. Whatever is
    of a lower layer is a constant.
    """

    def __init__(self, base: Residues, layer: int) -> None:
        super().__init__(base.tower, base.signs)
        self.base, self.layer, p = base, layer, base.prime
        self.rational = lambda p, q=1: (base.rational(p, q), 0)
        self.plus = lambda *terms: tuple(sum(n * a[i] for n, a in terms) % p for i in (0, 1))
        self.times = lambda a, b: (a[0] * b[0] % p, (a[0] * b[1] + a[1] * b[0]) % p)
        self.inverse = lambda a: (pow(a[0], -1, p), -a[1] * pow(a[0], -2, p) % p)

    def leaf(self, *name: Any) -> Dual:
        v = self.base.leaf(*name)
        if not self.layer or self.tower.layer(*name) != self.layer:
            return v, 0
        if name[0] != "t":
            return v, self.base.drawn("D", *name)
        kind = self.tower.kinds[name[1]]
        if kind not in ("exp", "cis", "log", "atan"):
            raise Unchecked(f"a generator {kind} in the argument of another")
        factor = self.base.inverse(2 * self.base.leaf("iota")) if kind == "atan" else 1
        factor = v if kind in ("exp", "cis") else factor
        return v, factor * self.y(name[1]) % self.base.prime

    def y(self, g: int) -> int:
        """D y_g, or y_g itself in layer 0."""
        kind, (a, d) = self.tower.kinds[g], self.value(self.tower.arguments[g])
        d = d if self.layer else a
        if kind in ("log", "atan"):
            d *= self.base.inverse(a) if kind == "log" else 2 * self.base.inverse(1 + a * a)
        return d * (self.base.leaf("iota") if kind in ("cis", "atan") else 1) % self.base.prime


def rank(rows: Iterable[Sequence[int]], prime: int, fuel: Fuel, enough: int = 1 << 30) -> int:
    r"""The rank of a matrix modulo a prime; no more rows are asked for when it is enough.

    Rows are packed into integers with a slot for each entry, wide enough for all additions of
    products $c\,u$ with $c, u < p$; a row is reduced by all pivot rows before it is unpacked.
    """

    def pack(row: Sequence[int]) -> int:
        return int.from_bytes(b"".join([v.to_bytes(width, "little") for v in row]), "little")

    pivots: list[tuple[int, int]] = []
    for row in rows if enough else ():
        width = ((prime * prime * (len(row) + 2)).bit_length() + 7) // 8
        mask, packed = (1 << 8 * width) - 1, pack(row)
        fuel.burn(1 + len(row) + len(pivots) * (1 + len(row) // 50))
        for shift, pivot in pivots:
            packed += -(packed >> shift & mask) % prime * pivot
        data = packed.to_bytes(width * (len(row) + 1), "little")
        slots = range(0, width * len(row), width)
        left = [int.from_bytes(data[i : i + width], "little") % prime for i in slots]
        last = max((i for i, v in enumerate(left) if v), default=None)
        if last is not None:
            inverse = pow(left[last], -1, prime)
            unit = pack([v * inverse % prime for v in left[: last + 1]])
            pivots.append((8 * width * last, unit))
        if len(pivots) >= enough:
            break
    return len(pivots)


def sizes_of(tower: Tower) -> Ring[int]:
    """Bounds for degrees and lengths (see "Chance") of N and of D, where a node is N/D."""
    ring = Ring[int](tower)
    ring.rational = lambda p, q=1: max(abs(p), q).bit_length()
    ring.leaf = lambda *name: 1
    ring.plus = lambda *terms: min(LOW, sum([v + n.bit_length() + 1 for n, v in terms]))
    ring.times = lambda a, b: min(LOW, a + b)
    ring.inverse = lambda a: a
    return ring


def random_prime(digest: str, trial: int) -> int:
    """A random prime between 2^60 and 2^61."""
    candidates = (LOW + drawn(digest, "prime", trial, k) % LOW for k in range(10**5))
    return next(n for n in candidates if is_prime(n))


def chance(size: int) -> tuple[Fraction, int]:
    """The chance of an error and the number of primes that it needs."""
    once = Fraction(size, 60 * POOL) + Fraction(2 * size, LOW - 1)
    for count in (1, 2, 3, 4):
        if once**count < LIMIT:
            return once**count, count
    raise Unchecked("the chance of an error is not small")


def rank_at_most(tower: Tower, digest: str, entries: list[list[int]], upper: int) -> Fraction:
    """Test that nodes, a row for each output, have at most the given rank; the chance of an error.

    Primes and residues of all unknowns are random, and named by the digest of the proof: "Chance"
    in docs/certificates.md.
    """
    n, sizes = upper + 1, sizes_of(tower)
    if not entries or upper >= len(entries[0]):
        return Fraction(0)
    size = n * max(2 * sum(map(sizes.value, row)) + n.bit_length() for row in entries)
    error, count = chance(size)
    roots = [("t", g) for g, kind in enumerate(tower.kinds) if kind == "root"]
    for trial in range(count):
        r = Residues(tower, random_prime(digest, trial), {}, f"{digest}/{trial}")
        r.algebraic = {name: r.drawn("given", *name) for name in [("iota",), *roots]}

        def values(r: Residues = r) -> Iterator[list[int]]:
            for s in range(n):
                r.values.clear()
                r.tag = f"s{s}"
                yield from ([r.value(k) for k in row] for row in entries)

        if rank(values(), r.prime, tower.fuel) > upper:
            raise Unchecked(f"the rank at random points is more than {upper}")
    return error
