"""Exact zero tests: nodes as polynomials over the rationals in algebraically free unknowns.

Under a tower without generators every function node is an unknown, named by its argument; under a
full one it is a rational function of generators. See "Exact expansion" in docs/certificates.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from .graph import Node
from .reading import Fuel, Refused, Unchecked
from .ring import Ring
from .tower import Tower

Monomial = tuple[tuple[int, int], ...]
Polynomial = dict[Monomial, Fraction]
ODD, EVEN = ("tanh", "sinh", "sin", "tan", "atan", "erf"), ("cosh", "cos")
MAX_BITS, STEPS = 200_000, 1_500_000


class Expander(Ring[Polynomial]):
    """Laurent polynomials in numbered unknowns.

    Unknowns are inputs, coordinates, generators, radicals X^n = q, the imaginary unit, sides of
    kinks (s^2 = s), function values, and inverses of other polynomials.
    """

    def __init__(self, tower: Tower, signs: Mapping[int, int] | None = None) -> None:
        super().__init__(tower)
        self.fuel, self.signs = Fuel(STEPS, tower.fuel), signs
        self.names: dict[Any, int] = {}
        self.atoms: list[Any] = []
        self.inverses: dict[int, Polynomial] = {}

    def leaf(self, *name: Any) -> Polynomial:
        """An unknown."""
        if name[0] == "t" and self.tower.kinds[name[1]] == "root":
            name = ("radical", *self.tower.generators[name[1]][1:])
        number = self.names.setdefault(name, len(self.atoms))
        self.atoms += [name] if number == len(self.atoms) else []
        return {((number, 1),): Fraction(1)}

    def rational(self, p: int, q: int = 1) -> Polynomial:
        """A number."""
        return {(): Fraction(p, q)} if p else {}

    def plus(self, *terms: tuple[int, Polynomial]) -> Polynomial:
        """A sum."""
        return self._collected((m, c if n == 1 else n * c) for n, p in terms for m, c in p.items())

    def _collected(self, items: Iterable[tuple[Monomial, Fraction]]) -> Polynomial:
        total: Polynomial = {}
        for m, c in items:
            bits = c.numerator.bit_length() + c.denominator.bit_length()
            self.fuel.burn(1 + len(m) + (bits >> 7) ** 2)
            total[m] = total.get(m, Fraction(0)) + c
        return {m: c for m, c in total.items() if c}

    def times(self, a: Polynomial, b: Polynomial) -> Polynomial:
        """A product."""
        return self._collected(
            self._reduced(_product(m, n), c * d) for m, c in a.items() for n, d in b.items()
        )

    def _reduced(self, monomial: Monomial, c: Fraction) -> tuple[Monomial, Fraction]:
        """Reduce powers of radicals, of the imaginary unit and of sides."""
        left = []
        for v, n in monomial:
            match self.atoms[v][0]:
                case "side":
                    n = 1
                case "radical":
                    _, q, order = self.atoms[v]
                    self._check_bits(n * q.bit_length())
                    c, n = c * Fraction(q) ** (n // order), n % order
                case "iota":
                    c, n = c * (-1) ** (n % 4 // 2), n % 2
            self._check_bits(n.bit_length() << 12)
            left += [(v, n)] if n else []
        return tuple(left), c

    def _check_bits(self, bits: int) -> None:
        if abs(bits) > MAX_BITS:
            raise Unchecked("a coefficient or an exponent is too long")

    def power(self, a: Polynomial, n: int) -> Polynomial:
        """A power."""
        a, n = self.inverse(a) if n < 0 else a, abs(n)
        if len(a) != 1:
            return super().power(a, n)
        ((m, c),) = a.items()
        self._check_bits((c.numerator.bit_length() + c.denominator.bit_length() - 2) * n)
        return dict([self._reduced(tuple((v, e * n) for v, e in m if n), c**n)])

    def inverse(self, a: Polynomial) -> Polynomial:
        """One over a polynomial: over its monomial content, and over the rest as a new unknown."""
        if self.vanishes(a):
            raise Refused("a denominator is identically zero")
        kinds = {v: self.atoms[v][0] for m in a for v, _ in m}
        if "side" in kinds.values():
            raise Unchecked("a denominator contains a side of a kink")
        units = sorted(v for v in kinds if kinds[v] not in ("radical", "iota"))
        content = [(v, -min(dict(m).get(v, 0) for m in a)) for v in units]
        result = {tuple(pair for pair in content if pair[1]): 1 / a[max(a)]}
        rest = self.times(a, result)
        if len(rest) == 1:
            ((m, c),) = rest.items()
            unit = dict([self._reduced(tuple((v, -e) for v, e in m), 1 / c)])
        else:
            unit = self.leaf("inverse", frozenset(rest.items()))
            self.inverses[max(unit)[0][0]] = rest
        result = self.times(result, unit)
        for v, n in content:
            if n < 0 and v in self.inverses:
                cleared = {_product(m, ((v, -n),)): c for m, c in result.items()}
                result = self.times(cleared, self.power(self.inverses[v], -n))
        return result

    def fraction(self, a: Polynomial) -> tuple[Polynomial, Monomial]:
        """The numerator, and the inverses that it was freed of."""
        bottom: list[tuple[int, int]] = []
        while True:
            self.fuel.burn(len(a))
            v = max((v for m in a for v, _ in m if v in self.inverses), default=-1)
            if v < 0:
                return a, tuple(bottom)
            parts: dict[int, Polynomial] = {}
            for m, c in a.items():
                rest = tuple(pair for pair in m if pair[0] != v)
                parts.setdefault(dict(m).get(v, 0), {})[rest] = c
            top, a = max(parts), {}
            bottom.append((v, top))
            for n in range(min(parts), top + 1):
                self.fuel.burn(1)
                a = self.plus((1, self.times(a, self.inverses[v])), (1, parts.get(n, {})))

    def vanishes(self, a: Polynomial) -> bool:
        """Whether a polynomial is zero."""
        return not self.fraction(a)[0]

    def is_zero(self, root: int) -> bool:
        """Whether a node is zero."""
        return self.vanishes(self.value(root))

    def _named(self, *name: Any, of: tuple[Polynomial, Monomial], by: Fraction) -> Polynomial:
        """An unknown named by a multiple of a fraction: equal names are equal functions."""
        self.fuel.burn(8 * len(of[0]))
        return self.leaf(*name, frozenset((m, c * by) for m, c in of[0].items()), of[1])

    def sides(self, a: int) -> tuple[Polynomial, Polynomial]:
        """Unknowns named by the argument up to a positive factor, if no region is chosen.

        They add up to 1 if the argument vanishes nowhere on an open set, as no polynomial does.
        """
        top, bottom = whole = self.fraction(self.values[a])
        if self.signs is not None and top:
            return super().sides(a)
        lead = top[max(top)] if top else Fraction(0)
        if top.keys() <= {()} and not bottom:
            return self.rational(int(lead > 0)), self.rational(int(lead < 0))
        polynomial = all(self.atoms[v][0] in ("in", "coord") for m in top for v, _ in m)
        if not polynomial:
            signs = (1 / abs(lead), -1 / abs(lead))
            side, other = (self._named("side", of=whole, by=factor) for factor in signs)
            return side, other
        side = self._named("side", of=whole, by=1 / lead)
        other = self.plus((1, self.rational(1)), (-1, side))
        return (side, other) if lead > 0 else (other, side)

    def function(self, node: Node) -> Polynomial:
        """A function of generators, or an unknown named by the argument."""
        op, data = node[0], node[1:-1] if node[0] != "erf" else ()
        top, _ = whole = self.fraction(self.values[node[-1]])
        if not top and op == "log":
            raise Refused("the logarithm of zero")
        if not top and op != "jet":
            return self.rational(int(op in ("exp", "cosh", "cos")))
        if self.tower.key(node) in self.tower.verified:
            return super().function(node)
        reflection = int(op in EVEN) - int(op in ODD)
        if op == "jet":
            reflection = self.graph.reflection(*data)
            given = self.graph.functions[data[0]].endswith("0") and not data[1]
            if not top and (given or reflection < 0):
                return {}
        sign = -1 if top and top[max(top)] < 0 and (op == "exp" or reflection) else 1
        value = self._named("free", op, *data, of=whole, by=Fraction(sign))
        if op == "exp":
            return self.power(value, sign)
        return self.plus((reflection if sign < 0 else 1, value))


def _product(m: Monomial, n: Monomial) -> Monomial:
    if not m or not n:
        return m or n
    exponents = dict(m)
    for v, e in n:
        exponents[v] = exponents.get(v, 0) + e
    return tuple(sorted((v, e) for v, e in exponents.items() if e))
