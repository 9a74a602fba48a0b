r"""Exact zero tests: nodes as fractions of sparse polynomials over the rationals.

In the free mode every function node is an unknown of its own, named by its argument: an identity
there is an identity. In the full mode function nodes are rational functions of generators.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .reading import Fuel, Refused, Unchecked

if TYPE_CHECKING:
    from .tower import Tower

Monomial = tuple[tuple[int, int], ...]
Polynomial = dict[Monomial, Fraction]
Factors = dict[frozenset[tuple[Monomial, Fraction]], int]
Quotient = tuple[Polynomial, Factors]
ODD, EVEN = ("tanh", "sinh", "sin", "tan", "atan", "erf"), ("cosh", "cos")
ONE: Quotient = ({(): Fraction(1)}, {})
MAX_COEFFICIENT = 200_000


class Expander:
    """Fractions of polynomials for nodes, within a budget."""

    def __init__(self, tower: Tower, full: bool, fuel: Fuel) -> None:
        self.tower, self.full, self.fuel = tower, full, fuel
        self.signs: dict[int, int] | None = None
        self.names: dict[Any, int] = {}
        self.atoms: list[Any] = []
        self.special = False
        self.known: dict[int, Quotient] = {}

    def atom(self, *name: Any, exponent: int = 1) -> Quotient:
        """A power of an unknown."""
        number = self.names.setdefault(name, len(self.atoms))
        if number == len(self.atoms):
            self.atoms.append(name)
            self.special = self.special or name[0] in ("side", "radical", "iota")
        return self._reduced({((number, exponent),) if exponent else (): Fraction(1)}), {}

    def _reduced(self, p: Polynomial) -> Polynomial:
        """Reduce powers of roots, of the imaginary unit and of steps."""
        result: Polynomial = {}
        for monomial, c in p.items():
            left = []
            for number, n in monomial:
                name = self.atoms[number]
                if name[0] == "side":
                    n = 1
                elif name[0] == "radical":
                    if abs(n) * name[1].bit_length() > MAX_COEFFICIENT:
                        raise Unchecked("a power of a root is too long")
                    c, n = c * Fraction(name[1]) ** (n // name[2]), n % name[2]
                elif name[0] == "iota":
                    c, n = c * (-1) ** (n % 4 // 2), n % 2
                if n:
                    left.append((number, n))
            key = tuple(left)
            value = result.get(key, 0) + c
            if value:
                result[key] = value
            else:
                result.pop(key, None)
        return result

    def multiply(self, p: Polynomial, q: Polynomial) -> Polynomial:
        """The product of polynomials."""
        self.fuel.burn(len(p) * len(q) + 1)
        result: Polynomial = {}
        for m, c in p.items():
            if c.numerator.bit_length() + c.denominator.bit_length() > MAX_COEFFICIENT:
                raise Unchecked("a coefficient is too long")
            for n, d in q.items():
                if m and n:
                    exponents = dict(m)
                    for number, e in n:
                        exponents[number] = exponents.get(number, 0) + e
                    key = tuple(sorted((a, e) for a, e in exponents.items() if e))
                else:
                    key = m or n
                value = result.get(key, 0) + c * d
                if value:
                    result[key] = value
                else:
                    result.pop(key, None)
        if self.special:
            return self._reduced(result)
        return result

    def times(self, a: Quotient, b: Quotient) -> Quotient:
        """The product of quotients."""
        factors = dict(a[1])
        for f, n in b[1].items():
            factors[f] = factors.get(f, 0) + n
        return self.multiply(a[0], b[0]), factors

    def plus(self, terms: Iterable[Quotient]) -> Quotient:
        """The sum of quotients over their least common denominator."""
        terms = list(terms)
        common: Factors = {}
        for _, factors in terms:
            for f, n in factors.items():
                common[f] = max(n, common.get(f, 0))
        total: Polynomial = {}
        for p, factors in terms:
            for f, n in common.items():
                for _ in range(n - factors.get(f, 0)):
                    p = self.multiply(p, dict(f))
            self.fuel.burn(len(p))
            for m, c in p.items():
                value = total.get(m, 0) + c
                if value:
                    total[m] = value
                else:
                    total.pop(m, None)
        return total, common if total else {}

    def scaled(self, c: Fraction | int, a: Quotient) -> Quotient:
        """A rational multiple."""
        return ({m: c * v for m, v in a[0].items()} if c else {}), a[1]

    def power(self, a: Quotient, n: int) -> Quotient:
        """A power, possibly negative."""
        if n < 0:
            return self.power(self._inverse(a), -n)
        if len(a[0]) == 1 and not a[1]:
            ((m, c),) = a[0].items()
            if (c.numerator.bit_length() + c.denominator.bit_length() - 2) * n > MAX_COEFFICIENT:
                raise Unchecked("a coefficient is too long")
            return self._reduced({tuple((v, e * n) for v, e in m): c**n}), {}
        result = ONE
        while n:
            if n & 1:
                result = self.times(result, a)
            n >>= 1
            a = self.times(a, a) if n else a
        return result

    def _inverse(self, a: Quotient) -> Quotient:
        p, factors = a
        if not p:
            raise Refused("a denominator is identically zero")
        if any(self.atoms[v][0] == "side" for m in p for v, _ in m):
            raise Unchecked("a denominator contains a step")
        content = {}
        for v in {v for m in p for v, _ in m}:
            if self.atoms[v][0] not in ("radical", "iota"):
                content[v] = min(dict(m).get(v, 0) for m in p)
        monomial = tuple(sorted((v, -e) for v, e in content.items() if e))
        if len(p) == 1:
            ((m, c),) = p.items()
            result: Quotient = self._reduced({tuple((v, -e) for v, e in m): 1 / c}), {}
        else:
            p = self.multiply(p, {monomial: Fraction(1)})
            lead = p[max(p)]
            result = {monomial: 1 / lead}, {frozenset((m, c / lead) for m, c in p.items()): 1}
        for f, n in factors.items():
            for _ in range(n):
                result = self.multiply(result[0], dict(f)), result[1]
        return result

    def quotient(self, root: int) -> Quotient:
        """The value of a node."""
        if root not in self.known:
            for k in self.tower.closure([root]):
                if k not in self.known:
                    self.known[k] = self._value(k)
        return self.known[root]

    def is_zero(self, root: int) -> bool:
        """Whether the numerator of a node vanishes."""
        return not self.quotient(root)[0]

    def _value(self, k: int) -> Quotient:
        node, known = self.tower.graph.nodes[k], self.known
        op = node[0]
        match op:
            case "rat":
                c = Fraction(node[1], node[2])
                return {(): c} if c else {}, {}
            case "in" | "coord":
                return self.atom(op, node[1])
            case "par":
                return known[node[2]]
            case "add":
                return self.plus(known[c] for c in node[1:])
            case "mul":
                result = known[node[1]]
                for c in node[2:]:
                    result = self.times(result, known[c])
                return result
            case "pow":
                return self.power(known[node[1]], node[2])
            case "isqrtpi" | "pi":
                return self.atom("isqrtpi", exponent=1 if op == "isqrtpi" else -2)
            case "relu" | "abs" | "step" | "sign":
                return self._kink(op, node[1])
        return self._function(k, node)

    def _kink(self, op: str, a: int) -> Quotient:
        value = self.known[a]
        if not value[0]:
            return {}, {}
        if self.signs is not None:
            if a not in self.signs:
                raise Unchecked(f"no region tells the sign of node {a}")
            side = self.scaled(int(self.signs[a] > 0), ONE)
        elif value[0].keys() == {()} and not value[1]:
            side = self.scaled(int(value[0][()] > 0), ONE)
        else:
            lead = value[0][max(value[0])]
            shape = frozenset((m, c / lead) for m, c in value[0].items())
            side = self.atom("side", shape, frozenset(value[1].items()))
            if lead < 0:
                side = self.plus([ONE, self.scaled(-1, side)])
        if op in ("abs", "sign"):
            side = self.plus([self.scaled(2, side), self.scaled(-1, ONE)])
        if op in ("step", "sign"):
            return side
        return self.times(side, value)

    def _function(self, k: int, node: tuple[Any, ...]) -> Quotient:
        op, a = node[0], self.tower.graph.argument(k)
        value = self.known[a]
        if not value[0] and op != "jet":
            if op == "log":
                raise Refused("the logarithm of zero")
            if op in ("exp", "cosh", "cos"):
                return ONE
            return ({}, {})
        if self.full and op == "jet" and ("jet", node[1], a) in self.tower.verified:
            ((g, sign),) = self.tower.image("jet", node[1], a)
            factor = 1 if sign > 0 else self.tower.graph.reflection(node[1], node[2])
            return self.scaled(factor, self.atom("jet", g, node[2]))
        if op == "root" and ("root", a, node[2]) in self.tower.verified:
            p, q, recipe = self.tower.image("root", a, node[2])
            return self.scaled(Fraction(p, q), self.monomial(recipe))
        if self.full and self.tower.group(op, a) in self.tower.verified:
            return self._image(op, a)
        sign = 1
        reflection = self.tower.graph.reflection(*node[1:3]) if op == "jet" else int(op not in ODD)
        if op == "jet" and not value[0]:
            known = self.tower.graph.functions[node[1]].endswith("0") and not node[2]
            if known or reflection < 0:
                return ({}, {})
            return self.atom("free", op, *node[1:3])
        if (op in ODD or op in EVEN or op == "exp" or (op == "jet" and reflection)) and value[0][
            max(value[0])
        ] < 0:
            sign, value = -1, self.scaled(-1, value)
        shape = frozenset(value[0].items()), frozenset(value[1].items())
        if op == "exp":
            return self.atom("free", op, *shape, exponent=sign)
        extra = node[1:3] if op == "jet" else node[2:] if op == "root" else ()
        if sign > 0 or op in EVEN:
            reflection = 1
        elif op in ODD:
            reflection = -1
        return self.scaled(reflection, self.atom("free", op, *extra, *shape))

    def monomial(self, recipe: Iterable[tuple[int, int]]) -> Quotient:
        r"""$\prod_g z_g^{n_g}$."""
        result = ONE
        for g, n in recipe:
            kind = self.tower.generators[g]
            if kind[0] == "log":
                factor = self.power(self.quotient(kind[1]), n)
            elif kind[0] == "root":
                factor = self.atom("radical", kind[1], kind[2], exponent=n)
            else:
                factor = self.atom("t", g, exponent=n)
            result = self.times(result, factor)
        return result

    def combination(self, recipe: Iterable[tuple[int, int]]) -> Quotient:
        r"""$\sum_g n_g y_g$ without the factor $i$ of trigonometric generators."""
        terms = []
        for g, n in recipe:
            kind = self.tower.generators[g]
            real = kind[0] in ("exp", "cis")
            y = self.quotient(kind[1]) if real else self.atom("t", g)
            terms.append(self.scaled(n, y))
        return self.plus(terms)

    def _image(self, op: str, a: int) -> Quotient:
        group = self.tower.group(op, a)
        if group[0] not in ("exp", "cis"):
            root, recipe = self.tower.image(*group)
            return self.scaled(Fraction(1, root), self.combination(recipe))
        e = self.monomial(self.tower.image(*group))
        if op == "exp":
            return e
        iota = self.atom("iota") if group[0] == "cis" else ONE
        inverse = self.power(e, -1)
        odd = self.plus([e, self.scaled(-1, inverse)])
        odd, even = self.times(odd, self.power(iota, -1)), self.plus([e, inverse])
        if op in ("tanh", "tan"):
            return self.times(odd, self.power(even, -1))
        return self.scaled(Fraction(1, 2), odd if op in ("sinh", "sin") else even)
