r"""Arithmetic modulo a prime: primality, residues drawn by a hash, values of nodes, rank."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from .reading import Fuel, Refused, Unchecked

if TYPE_CHECKING:
    from .tower import Tower

WITNESSES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)


def is_prime(n: int) -> bool:
    """Miller-Rabin with the first twelve primes as bases, which is a proof below 2^64."""
    if n < 2 or n >= 1 << 64 or any(n % q == 0 for q in WITNESSES):
        return n in WITNESSES
    s = (n - 1 & 1 - n).bit_length() - 1
    for base in WITNESSES:
        x = pow(base, n - 1 >> s, n)
        if x != 1 and not any(pow(x, 1 << r, n) == n - 1 for r in range(s)):
            return False
    return True


def drawn(prime: int, *words: object) -> int:
    """A nonzero residue: 1 + (the first 16 bytes of a SHA-256 hash) mod (p - 1)."""
    digest = sha256("/".join(map(str, words)).encode()).digest()
    return 1 + int.from_bytes(digest[:16]) % (prime - 1)


class Residues:
    """Values of nodes modulo a prime, for one choice of the residues of generators."""

    def __init__(
        self, tower: Tower, prime: int, seed: object, algebraic: dict[int, int], iota: int
    ) -> None:
        self.tower, self.prime, self.seed = tower, prime, seed
        self.algebraic, self.iota = algebraic, iota
        self.values: list[Any] = []
        self.signs: dict[int, int] | None = None

    def clear(self) -> None:
        """Forget all values."""
        self.values = [None] * len(self.tower.graph.nodes)

    def generator(self, g: int, tag: str) -> int:
        """The residue of a generator."""
        if g in self.algebraic:
            return self.algebraic[g]
        if self.tower.kinds[g] == "root":
            raise Unchecked("a root has no residue modulo this prime")
        return drawn(self.prime, self.seed, tag if self.tower.layer(g) > 1 else tag[0], "t", g)

    def evaluate(self, order: Iterable[int], tag: str, fuel: Fuel) -> None:
        r"""Compute the values of nodes in order of evaluation.

        Args:
            order: nodes; those below them have values already, or come earlier.
            tag: names the sample: layers 0 and 1 use its first letter only, so that all samples
                whose tags begin with "s" share the values of constants.
            fuel: one step per node.

        Raises:
            Refused: a denominator vanishes.
            Unchecked: a function node has no image.
        """
        p, values, nodes, tower = self.prime, self.values, self.tower.graph.nodes, self.tower
        seed = self.seed
        powers: dict[tuple[str, int], int] = {}
        for k in order:
            node = nodes[k]
            op = node[0]
            fuel.burn(1)
            if op == "mul":
                v = values[node[1]]
                for c in node[2:]:
                    v = v * values[c] % p
            elif op == "add":
                v = sum([values[c] for c in node[1:]]) % p
            elif op == "pow":
                v = self.power(values[node[1]], node[2])
            elif op == "rat":
                v = node[1] * self.power(node[2] % p, -1) % p
            elif op == "par":
                v = values[node[2]]
            elif op == "in" or op == "coord":
                v = drawn(p, seed, tag if op == "in" else tag[0], op, node[1])
            elif op in ("exp", "tanh", "sinh", "cosh", "sin", "cos", "tan"):
                key = ("exp" if op in ("exp", "tanh", "sinh", "cosh") else "cis", node[1])
                if key not in powers:
                    powers[key] = self.monomial(tower.image(*key), tag)
                v = self._exponential(op, powers[key])
            elif op in ("relu", "abs", "step", "sign"):
                if self.signs is None or node[1] not in self.signs:
                    raise Unchecked(f"node {k}: no region tells the sign of node {node[1]}")
                sign, a = self.signs[node[1]], values[node[1]]
                v = {"relu": a * (sign > 0), "abs": a * sign, "step": int(sign > 0), "sign": sign}[
                    op
                ]
                v %= p
            elif op == "jet":
                ((g, sign),) = tower.image("jet", node[1], node[3])
                v = drawn(p, seed, tag if tower.layer(g) > 1 else tag[0], "t", g, node[2])
                v = v if sign > 0 else tower.graph.reflection(node[1], node[2]) * v % p
            elif op == "isqrtpi" or op == "pi":
                t = self.generator(tower.image("pi"), tag)
                v = t if op == "isqrtpi" else self.power(t, -2)
            elif op == "root":
                p0, q0, recipe = tower.image("root", node[1], node[2])
                v = p0 * self.power(q0 % p, -1) * self.monomial(recipe, tag) % p
            else:
                v = self._primitive(op, node[1], tag)
            values[k] = v

    def power(self, base: int, exponent: int) -> int:
        """A power, possibly negative."""
        if exponent < 0 and base % self.prime == 0:
            raise Refused("a denominator vanishes modulo the prime")
        return pow(base, exponent, self.prime)

    def monomial(self, recipe: Sequence[tuple[int, int]], tag: str) -> int:
        r"""$\prod_g z_g^{n_g}$."""
        v = 1
        for g, n in recipe:
            logarithm = self.tower.kinds[g] == "log"
            z = self.values[self.tower.arguments[g]] if logarithm else self.generator(g, tag)
            v = v * self.power(z, n) % self.prime
        return v

    def _exponential(self, op: str, e: int) -> int:
        p = self.prime
        if op == "exp":
            return e
        inverse, square = self.power(e, -1), e * e % p
        match op:
            case "tanh":
                return (square - 1) * self.power(square + 1, -1) % p
            case "sinh" | "cosh":
                return (e - inverse if op == "sinh" else e + inverse) * self.power(2, -1) % p
            case "cos":
                return (e + inverse) * self.power(2, -1) % p
        if not self.iota:
            raise Refused("trigonometric functions need a square root of -1 modulo the prime")
        if op == "sin":
            return (e - inverse) * self.power(2 * self.iota, -1) % p
        return (square - 1) * self.power(self.iota * (square + 1), -1) % p

    def _primitive(self, op: str, a: int, tag: str) -> int:
        """The value of a logarithm, an arctangent or an error function."""
        root, recipe = self.tower.image(op, a)
        v = 0
        for g, n in recipe:
            exponential = self.tower.kinds[g] == "exp"
            y = self.values[self.tower.arguments[g]] if exponential else self.generator(g, tag)
            v += n * y
        return v * self.power(root, -1) % self.prime


def rank(rows: Iterable[Sequence[int]], prime: int, fuel: Fuel, enough: int = 1 << 30) -> int:
    r"""The rank of a matrix modulo a prime; no more rows are asked for when it is enough.

    Rows are packed into integers with a slot for each entry, wide enough for all additions of
    products $c\,u$ with $c, u < p$; a row is reduced by all pivot rows before it is unpacked.
    """
    pivots: list[tuple[int, int]] = []
    width = 0
    for row in rows if enough else ():
        if not width:
            width = ((prime * prime * (len(row) + 2)).bit_length() + 7) // 8
        mask = (1 << 8 * width) - 1
        packed = int.from_bytes(b"".join([v.to_bytes(width, "little") for v in row]), "little")
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
        if last is None:
            continue
        inverse = pow(left[last], -1, prime)
        scaled = [v * inverse % prime for v in left[: last + 1]]
        unit = int.from_bytes(b"".join([v.to_bytes(width, "little") for v in scaled]), "little")
        pivots.append((8 * width * last, unit))
        if len(pivots) >= enough:
            break
    return len(pivots)
