"""Exact zero tests: nodes as polynomials over the rationals in algebraically free unknowns.

Under a tower without generators every function node is an unknown, named by its argument; under a
full one it is a rational function of generators. See "Exact expansion" in docs/certificates.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from .graph import Node, spelled
from .reading import Fuel, Refused, Unchecked
from .tower import Ring, Tower

Monomial = tuple[tuple[int, int], ...]
Polynomial = dict[Monomial, Fraction]
Signs = Mapping[int, int]
PARITIES = {"cos": 1, "sin": -1, "atan": -1, "erf": -1}
MAX_BITS, STEPS = 200_000, 1_500_000


class Expander(Ring[Polynomial]):
    """Laurent polynomials in unknowns, the `atoms`, which are numbered by their names.

    A rule (n, c) means X^n = c, or X^2 = X if n = 0. `inverses` are polynomials by the unknowns
    that are their inverses.
    """

    def __init__(self, tower: Tower, signs: Signs | None = None) -> None:
        super().__init__(tower, signs)
        self.fuel = Fuel(STEPS, tower.fuel)
        self.atoms, self.inverses = dict[Any, int](), dict[int, Polynomial]()
        self.rules: dict[int, tuple[int, int]] = {}
        self.rational = lambda p, q=1: {(): Fraction(p, q)} if p else {}
        self.plus = lambda *terms: self._collected(
            (m, c if n == 1 else n * c) for n, p in terms for m, c in p.items()
        )

    def leaf(self, *name: Any) -> Polynomial:
        v = self.atoms.setdefault(name, len(self.atoms))
        if name[0] == "t" and self.tower.kinds[name[1]] == "root":
            _, q, n = self.tower.generators[name[1]]
            self.rules[v] = n, q
        elif name[0] in ("iota", "side"):
            self.rules[v] = (2, -1) if name[0] == "iota" else (0, 1)
        return {((v, 1),): Fraction(1)}

    def _collected(self, items: Iterable[tuple[Monomial, Fraction]]) -> Polynomial:
        total: Polynomial = {}
        for m, c in items:
            bits = c.numerator.bit_length() + c.denominator.bit_length()
            self.fuel.burn(1 + len(m) + (bits >> 7) ** 2)
            total[m] = total.get(m, 0) + c
        return {m: c for m, c in total.items() if c}

    def times(self, a: Polynomial, b: Polynomial) -> Polynomial:
        return self._collected(
            self._reduced(_product(m, n), c * d) for m, c in a.items() for n, d in b.items()
        )

    def _reduced(self, monomial: Monomial, c: Fraction) -> tuple[Monomial, Fraction]:
        """A term, after the rules."""
        left = []
        for v, n in monomial:
            if v in self.rules:
                order, value = self.rules[v]
                self._check_bits(n * (value * value).bit_length())
                c, n = (c * Fraction(value) ** (n // order), n % order) if order else (c, 1)
            self._check_bits(n.bit_length() << 12)
            left += [(v, n)] if n else []
        return tuple(left), c

    def _check_bits(self, bits: int) -> None:
        if abs(bits) > MAX_BITS:
            raise Unchecked("a coefficient or an exponent is too long")

    def power(self, a: Polynomial, n: int) -> Polynomial:
        a, n = self.inverse(a) if n < 0 else a, abs(n)
        if len(a) != 1:
            return super().power(a, n)
        ((m, c),) = a.items()
        self.fuel.burn(len(m))
        self._check_bits((c.numerator.bit_length() + c.denominator.bit_length() - 2) * n)
        return dict([self._reduced(tuple((v, e * n) for v, e in m if n), c**n)])

    def inverse(self, a: Polynomial) -> Polynomial:
        """One over a polynomial: over its monomial content, and over the rest as a new unknown."""
        if self.vanishes(a):
            raise Refused("a denominator is identically zero")
        unknowns = sorted({v for m in a for v, _ in m})
        if (0, 1) in map(self.rules.get, unknowns):
            raise Unchecked("a denominator contains a side of a kink")
        self.fuel.burn(len(a) * len(unknowns))
        if len(a) == 1:
            ((m, c),) = a.items()
            return dict([self._reduced(tuple((v, -n) for v, n in m), 1 / c)])
        terms = [dict(m) for m in a]
        units = [(v, -min(m.get(v, 0) for m in terms)) for v in unknowns if v not in self.rules]
        content = {tuple(pair for pair in units if pair[1]): 1 / a[max(a)]}
        rest = self.times(a, content)
        unknown = self.leaf("inverse", frozenset((m, spelled(c)) for m, c in rest.items()))
        self.inverses[max(unknown)[0][0]] = rest
        return self.times(content, unknown)

    def fraction(self, a: Polynomial) -> tuple[Polynomial, Monomial]:
        """The numerator, and the inverses that it was freed of, the latest first."""
        bottom: list[tuple[int, int]] = []
        while found := {v for m in a for v, _ in m if v in self.inverses}:
            v, parts = max(found), dict[int, Polynomial]()
            for m, c in a.items():
                rest = tuple(pair for pair in m if pair[0] != v)
                parts.setdefault(dict(m).get(v, 0), {})[rest] = c
            top, a = max(0, *parts), {}
            bottom.append((v, top))
            for n in range(min(parts), top + 1):
                self.fuel.burn(1 + len(a))
                a = self.plus((1, self.times(a, self.inverses[v])), (1, parts.get(n, {})))
        return a, tuple(bottom)

    def vanishes(self, a: Polynomial) -> bool:
        """Whether a polynomial is zero."""
        return not self.fraction(a)[0]

    def _named(self, *name: Any, of: Polynomial, by: Fraction) -> Polynomial:
        """An unknown named by a multiple of a polynomial: equal names are equal functions."""
        self.fuel.burn(sum(8 + len(m) for m in of))
        return self.leaf(*name, frozenset((m, spelled(c * by)) for m, c in of.items()))

    def step(self, a: int) -> Polynomial:
        """An unknown named by the argument up to a positive factor, if no region is chosen.

        With that of the opposite it adds up to 1 if the argument vanishes nowhere on an open set,
        as no polynomial does.
        """
        top, bottom = self.fraction(self.values[a])
        if self.signs is not None and top:
            return super().step(a)
        self.fuel.burn(len(self.atoms))
        lead = top[max(top)] if top else Fraction(0)
        if not top or (top.keys() == {()} and not bottom):
            return self.rational(int(lead > 0))
        variables = {v for name, v in self.atoms.items() if name[0] in ("in", "coord")}
        polynomial = {v for m in top for v, _ in m} <= variables
        side = self._named("side", bottom, of=top, by=1 / (lead if polynomial else abs(lead)))
        opposite = polynomial and lead < 0
        return self.plus((1, self.rational(1)), (-1, side)) if opposite else side

    def function(self, node: Node) -> Polynomial:
        op, data, a = node[0], node[1:-1], self.values[node[-1]]
        parity, zero = PARITIES.get(op, 0), op != "jet"
        if op == "jet":
            parity, given = self.graph.reflection(*data), self.graph.functions[data[0]]
            zero = parity < 0 or (given.endswith("0") and not data[1])
        if not a and zero:
            if op == "log":
                raise Refused("the logarithm of zero")
            return self.rational(int(op in ("exp", "cos")))
        if self.tower.key(node) in self.tower.verified:
            return super().function(node)
        sign = -1 if a and a[max(a)] < 0 and (op == "exp" or parity) else 1
        value = self._named("free", op, *data, of=a, by=Fraction(sign))
        if op == "exp":
            return self.power(value, sign)
        return self.plus((parity if sign < 0 else 1, value))


def _product(m: Monomial, n: Monomial) -> Monomial:
    if not m or not n:
        return m or n
    exponents = dict(m)
    for v, e in n:
        exponents[v] = exponents.get(v, 0) + e
    return tuple(sorted((v, e) for v, e in exponents.items() if e))


def is_empty(forms: Iterable[Sequence[Fraction]], fuel: Fuel) -> bool:
    """Whether no point x makes all forms c_0 + c_1 x_1 + ... + c_d x_d positive: elimination of
    Fourier and Motzkin.
    """
    rows = {tuple(form) for form in forms}
    for k in range(1, max(map(len, rows))):
        kept = {r for r in rows if r[k] == 0}
        for p, q in [(p, q) for p in rows if p[k] > 0 for q in rows if q[k] < 0]:
            bits = max(c.numerator.bit_length() + c.denominator.bit_length() for c in (*p, *q))
            fuel.burn(20 * len(p) + (bits >> 7) ** 2)
            kept.add(tuple(a / p[k] - b / q[k] for a, b in zip(p, q, strict=True)))
        rows = kept
    return any(r[0] <= 0 for r in rows)


def check_cover(tower: Tower, kinks: Iterable[int], signs: Sequence[Signs]) -> None:
    """The places lie in all regions: a side on which there is no place is empty.

    Arguments of kinks are decided one after another; given the signs of those before, each is an
    affine function of the inputs.
    """
    groups: list[tuple[Sequence[Signs], list[list[Fraction]]]] = [(signs, [])]
    for a in kinks:
        before, groups = groups, []
        for group, forms in before:
            e = Expander(tower, group[0])
            terms = dict(e.value(a))
            names = [((e.atoms.get(("in", k), -1), 1),) for k in range(tower.graph.sizes["inputs"])]
            tower.fuel.burn(20 * len(names) * (1 + len(forms)))
            form = [terms.pop(name, Fraction(0)) for name in ((), *names)]
            if terms:
                raise Unchecked("the argument of a kink is not affine")
            if not any(form[1:]):
                groups.append((group, forms))
                continue
            for sign in (1, -1):
                side = [*forms, [sign * c for c in form]]
                members = [s for s in group if s[a] == sign]
                if members:
                    groups.append((members, side))
                elif not is_empty(side, tower.fuel):
                    raise Unchecked("the places do not show all regions")
