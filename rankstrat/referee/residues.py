"""Arithmetic modulo a prime: residues drawn by a hash, rank."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

from .reading import Fuel, Refused, Unchecked
from .ring import Ring
from .tower import Tower, is_prime


def drawn(*words: object) -> int:
    """The number in the first 16 bytes of a SHA-256 hash."""
    return int.from_bytes(sha256("/".join(map(str, words)).encode()).digest()[:16])


class Residues(Ring[int]):
    """Residues of nodes for residues of the leaves, which are drawn by a hash.

    Attributes:
        tag: names the sample; layers 0 and 1 use its first letter only.
        iota, roots: a square root of -1 (or 0), and the residues of the roots among generators.
    """

    def __init__(self, tower: Tower, prime: int, seed: object) -> None:
        super().__init__(tower)
        self.prime, self.seed, self.tag = prime, seed, "s"
        self.iota = 0
        self.roots: dict[int, int] = {}

    def choose(self, iota: int, roots: Sequence[int], where: str) -> None:
        """Choose a solution of every algebraic equation."""
        p = self.prime
        numbers = [g for g, kind in enumerate(self.tower.kinds) if kind == "root"]
        if (iota and (iota**2 + 1) % p) or (roots and len(roots) != len(numbers)):
            raise Refused(f"{where}: no square root of -1, or not as many roots as are needed")
        self.iota, self.roots = iota % p, dict(zip(numbers, roots, strict=False))
        for g, v in self.roots.items():
            _, q, n = self.tower.generators[g]
            if pow(v, n, p) != q % p or not v % p:
                raise Refused(f"{where}: {v} is no root number {n} of {q}")

    def rational(self, p: int, q: int = 1) -> int:
        """A number."""
        return p * (self.power(q, -1) if q != 1 else 1) % self.prime

    def leaf(self, *name: Any) -> int:
        """A residue that is given or drawn."""
        layer = 2 if name[0] == "in" else 1
        if name[0] == "iota":
            if not self.iota:
                raise Refused("trigonometric functions need a square root of -1")
            return self.iota
        if name[0] in ("t", "jet"):
            if self.tower.kinds[name[1]] == "root":
                if name[1] not in self.roots:
                    raise Unchecked("a root has no residue modulo this prime")
                return self.roots[name[1]]
            layer, name = self.tower.layers[name[1]], ("t", *name[1:])
        return self.drawn(self.tag if layer == 2 else self.tag[0], *name)

    def drawn(self, *words: object) -> int:
        """A residue that is not 0."""
        return 1 + drawn(self.seed, *words) % (self.prime - 1)

    def plus(self, terms: Sequence[int]) -> int:
        """A sum."""
        return sum(terms) % self.prime

    def times(self, a: int, b: int) -> int:
        """A product."""
        return a * b % self.prime

    def power(self, a: int, n: int) -> int:
        """A power."""
        if n < 0 and a % self.prime == 0:
            raise Refused("a denominator vanishes modulo the prime")
        return pow(a, n, self.prime)


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
    width = 0
    for row in rows if enough else ():
        width = width or ((prime * prime * (len(row) + 2)).bit_length() + 7) // 8
        mask = (1 << 8 * width) - 1
        packed = _pack(row, width)
        for shift, pivot in pivots:
            c = (packed >> shift & mask) % prime
            if c:
                packed += (prime - c) * pivot
        fuel.burn(1 + len(pivots) * (1 + len(row) // 50))
        data = packed.to_bytes(width * (len(row) + 1), "little")
        left = [
            int.from_bytes(data[i : i + width], "little") % prime
            for i in range(0, width * len(row), width)
        ]
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
