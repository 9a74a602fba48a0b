r"""Proposes generators, images and decisions of a proof object; the referee judges them.

Arguments are expanded to Laurent polynomials in inputs, coordinates and function nodes. In every
layer a basis over the rationals is chosen among the arguments, or among their monomials where these
are not more; all other arguments are combinations of the basis plus an argument of a lower layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, product
from math import lcm
from typing import Any

from sympy.ntheory.residue_ntheory import nthroot_mod, sqrt_mod

from rankstrat.algebra.differential import laurent
from rankstrat.algebra.program import FUNCTION, LEAF
from rankstrat.rank.proof.nodes import Nodes

Monomial = tuple[tuple[int, Any], ...]
Combination = dict[Monomial, Fraction]
Recipe = dict[Any, int]
BUDGET = 400
MOST_CHOICES = 64
LARGEST = 2147483647


@dataclass
class Request:
    """An argument of a function: its expansion, and the recipe for it that is being built."""

    group: str
    node: int
    argument: int
    terms: Combination
    depth: int


class Proposal:
    """Generators, images and decisions for the function nodes of a model."""

    def __init__(self, nodes: Nodes) -> None:
        self.nodes, self.special = nodes, nodes.special
        self._memo: dict[int, Any] = {}
        self._layers: dict[int, int] = {}
        self._depths: dict[int, int] = {}
        self.generators: dict[Any, tuple[int, int, list[Any]]] = {}  # key -> layer, depth, entry
        self.images: list[list[Any]] = []
        self.pending: list[tuple[list[Any], int, Recipe]] = []
        self.cores: dict[Any, Any] = {}
        self._roots()
        for request in self._requests("log"):
            self._logarithm(request)
        for request in (*self._requests("atan"), *self._requests("erf")):
            self._odd(request)
        self._jets()
        for group in ("exp", "cis"):
            self._exponentials(group, self._requests(group))
        self.order = sorted(self.generators, key=lambda key: self.generators[key][:2])
        self.number = {key: g for g, key in enumerate(self.order)}

    def _requests(self, group: str) -> list[Request]:
        return [
            Request(key[0], key[-1], argument, self._terms(argument), self._depth(argument))
            for key, argument in list(self.nodes.calls.items())
            if key[0] == group
        ]

    def _terms(self, node: int) -> Combination:
        terms = laurent(self.special, node, BUDGET, self._memo)
        if terms is None:
            return {((node, 1),): Fraction(1)}
        return {m: Fraction(c) for m, c in terms.items()}

    def _layer(self, node: int) -> int:
        """0 for numbers, 1 for functions of coordinates, 2 for functions of inputs."""
        if node not in self._layers:
            for n in self.special.reachable((node,)):
                if self.special.kind[n] == LEAF:
                    kind = self.special.data[n][0]
                    self._layers[n] = {"x": 2, "u": 1}.get(kind, 0)
                else:
                    self._layers[n] = max(
                        (self._layers[a] for a in self.special.args[n]), default=0
                    )
        return self._layers[node]

    def _depth(self, node: int) -> int:
        if node not in self._depths:
            for n in self.special.reachable((node,)):
                below = max((self._depths[a] for a in self.special.args[n]), default=0)
                self._depths[n] = below + (self.special.kind[n] == FUNCTION)
        return self._depths[node]

    def _level(self, monomial: Monomial) -> int:
        return max((self._layer(n) for n, _ in monomial), default=0)

    def _order_of(self, monomial: Monomial) -> int:
        return max((self._depth(n) for n, _ in monomial), default=0)

    def _node(self, terms: Combination) -> int:
        """The node of a Laurent polynomial."""
        nodes = self.nodes
        parts = []
        for monomial, c in terms.items():
            factors = [nodes.power(nodes.plain(n), e) for n, e in monomial]
            parts.append(nodes.scaled(c, nodes.product(factors)) if factors else nodes.rational(c))
        if parts:
            return nodes.total(parts)
        return nodes.rational(0)

    def _generator(self, key: Any, layer: int, depth: int, *entry: Any) -> Any:
        self.generators.setdefault(key, (layer, depth, list(entry)))
        return key

    def _roots(self) -> None:
        """Roots of rational numbers are products of roots of primes."""
        nodes = self.nodes
        orders: dict[int, int] = {}
        for node in nodes.nodes:
            if node[0] == "root":
                kind, q, *bottom = nodes.nodes[node[2]]
                if kind == "rat" and bottom == [1]:
                    orders[q] = lcm(orders.get(q, 1), node[1])
        for q, n in orders.items():
            self._generator(("root", q), 0, 0, "root", q, n)
        if any(node[0] in ("pi", "erf") for node in nodes.nodes):
            self._generator("pi", 0, 0, "isqrtpi")

    def _place(self, node: int, argument: int) -> int:
        """The node of an argument, without inputs or coordinates on which it does not depend.

        It is the node of the model where that has none: a logarithm of the model is positive.
        """
        if self.nodes.layer(node) == self._layer(argument):
            return node
        return self.nodes.constant(argument)

    def _shape(self, terms: Combination) -> tuple[Monomial, Fraction, Any]:
        """m, c, p with terms = c m p, where p has neither a monomial nor a number as a factor."""
        least: dict[int, Any] = {}
        for n in {n for m in terms for n, _ in m}:
            least[n] = min(dict(m).get(n, 0) for m in terms)
        content = tuple(sorted((n, Fraction(e)) for n, e in least.items() if e))
        lead = terms[max(terms)]
        rest = frozenset((_times(m, content, -1), c / lead) for m, c in terms.items())
        return content, lead, rest

    def _logarithm(self, request: Request) -> None:
        """log of c m p: logarithms of p, of the number c, and of the factors of m that are not
        exponentials.
        """
        content, c, rest = self._shape(request.terms)
        recipe: dict[Any, Fraction] = {}
        free = []
        for n, e in content:
            if self.special.kind[n] == FUNCTION and self.special.data[n] == "exp":
                inner = self.special.args[n][0]
                self.nodes.calls.setdefault(("exp", self.nodes.plain(inner)), inner)
                recipe["arg", inner] = Fraction(e)
            else:
                free.append((n, e))
        unit = free[0][1] if free else Fraction(1)
        direction = tuple((n, e / unit) for n, e in free)
        key = ("log", rest, direction) if len(rest) > 1 or direction else None
        scale = unit if len(rest) == 1 and direction else Fraction(1)
        if len(rest) > 1:
            key = ("log", rest, tuple(free))
        if key is not None:
            layer, depth = self._layer(request.argument), self._depth(request.argument)
            if key not in self.cores:
                entry = self._place(request.node, request.argument)
                self._generator(key, layer, depth, "log", entry)
                self.cores[key] = c, scale, dict(recipe)
                self.pending.append((["log", request.node], 1, {key: 1}))
                return
            c0, scale0, recipe0 = self.cores[key]
            q = scale / scale0
            recipe[key] = q
            for k, e in recipe0.items():
                recipe[k] = recipe.get(k, Fraction(0)) - q * e
            c = c / c0**q if q.denominator == 1 else c
        if c != 1 and c > 0:
            large = max(c, 1 / c)
            entry = self.nodes.rational(large)
            key = self._generator(("number", large), 0, 0, "log", entry)
            recipe[key] = Fraction(1 if large == c else -1)
        bottom = lcm(*(e.denominator for e in recipe.values()))
        self.pending.append(
            (["log", request.node], bottom, {k: int(e * bottom) for k, e in recipe.items()})
        )

    def _odd(self, request: Request) -> None:
        if not request.terms:
            self.pending.append(([request.group, request.node], 1, {}))
            return
        terms = frozenset(request.terms.items())
        minus = frozenset((m, -c) for m, c in terms)
        group, layer = request.group, self._layer(request.argument)
        sign, shape = (-1, minus) if (group, minus) in self.cores else (1, terms)
        key = self._generator(
            (group, shape),
            layer,
            request.depth + 1000 * (group == "erf"),
            group,
            self._place(request.node, request.argument),
        )
        self.cores[group, shape] = key
        self.pending.append(([group, request.node], 1, {key: sign}))

    def _jets(self) -> None:
        for key, argument in list(self.nodes.calls.items()):
            if key[0] == "jet":
                _, function, node = key
                terms = self._terms(argument)
                shape = frozenset(terms.items())
                minus = frozenset((m, -c) for m, c in terms.items())
                parity = self.nodes.parities[self.nodes.functions[function]]
                sign = 1
                if parity.rstrip("0") and ("jet", function, minus) in self.generators:
                    sign, shape = -1, minus
                if parity and not terms:
                    continue
                layer = max(1, self._layer(argument))
                depth = self._depth(argument)
                entry = self._place(node, argument)
                g = self._generator(("jet", function, shape), layer, depth, "jet", function, entry)
                self.pending.append((["jet", function, node], 1, {g: sign}))

    def _exponentials(self, group: str, requests: Sequence[Request]) -> None:
        left = {r.argument: (dict(r.terms), Recipe(), r) for r in requests}
        for layer in (2, 1, 0):
            self._one_layer(group, layer, left)
        for r in requests:
            self.pending.append(([group, r.node], 1, left[r.argument][1]))
        self.recipes = {
            **getattr(self, "recipes", {}),
            **{(group, a): v[1] for a, v in left.items()},
        }

    def _one_layer(
        self, group: str, layer: int, left: dict[int, tuple[Combination, Recipe, Request]]
    ) -> None:
        """Express the parts of this layer in generators; what is left is of lower layers."""
        parts: dict[int, Combination] = {}
        for a, (terms, recipe, _) in left.items():
            part = {m: c for m, c in terms.items() if self._level(m) == layer}
            for m in list(part):
                if len(m) == 1 and m[0][1] == 1 and part[m].denominator == 1 and group == "exp":
                    key = self._log_of(m[0][0])
                    if key is not None:
                        recipe[key] = recipe.get(key, 0) + int(part.pop(m))
                        del terms[m]
            if part:
                parts[a] = part
        if not parts:
            return
        monomials = sorted(
            {m for part in parts.values() for m in part}, key=lambda m: (self._order_of(m), m)
        )
        ranked = sorted(parts, key=lambda a: left[a][2].depth)
        basis = _Basis()
        combinations = {a: basis.reduce(parts[a], a) for a in ranked}
        if len(basis.members) == len(monomials):
            for m in monomials:
                d = lcm(*(p[m].denominator for p in parts.values() if m in p))
                unit = {m: Fraction(1, d)}
                entry = self._node(unit)
                key = self._generator((group, m), layer, self._order_of(m), group, entry)
                for a, part in parts.items():
                    if m in part:
                        left[a][1][key] = int(part[m] * d)
            for a, part in parts.items():
                for m in part:
                    del left[a][0][m]
            return
        bottoms = dict.fromkeys(basis.members, 1)
        for combination in combinations.values():
            for b, c in combination.items():
                bottoms[b] = lcm(bottoms[b], c.denominator)
        wholes = {b: dict(left[b][0]) for b in basis.members}
        for b in basis.members:
            _, _, request = left[b]
            whole = self._place(request.node, request.argument)
            entry = self.nodes.scaled(Fraction(1, bottoms[b]), whole)
            if wholes[b] != request.terms:
                entry = self._node({m: c / bottoms[b] for m, c in wholes[b].items()})
            self._generator((group, layer, b), layer, request.depth, group, entry)
        for a, combination in combinations.items():
            terms, recipe, _ = left[a]
            for b, c in combination.items():
                recipe[group, layer, b] = int(c * bottoms[b])
                for m, v in wholes[b].items():
                    terms[m] = terms.get(m, Fraction(0)) - c * v
                    if not terms[m]:
                        del terms[m]

    def _log_of(self, node: int) -> Any:
        if self.special.kind[node] == FUNCTION and self.special.data[node] == "log":
            content, c, rest = self._shape(self._terms(self.special.args[node][0]))
            key = ("log", rest, content)
            if len(rest) > 1 and key in self.cores and self.cores[key][0] == c:
                return key
        return None

    def tower(self, seed: int) -> dict[str, Any]:
        """The generators, images and residues of the proof object."""
        entries = [self.generators[key][2] for key in self.order]
        for start, bottom, recipe in self.pending:
            pairs = sorted([self.number[k], n] for k, n in self._flat(recipe).items() if n)
            if start not in entries:  # a generator is its own image
                self.images.append([*start, bottom, pairs])
        return {"generators": entries, "images": self.images, "residues": self.residues(seed)}

    def _flat(self, recipe: Recipe) -> Recipe:
        result: Recipe = {}
        for key, n in recipe.items():
            parts = {key: 1}
            if key[0] == "arg":
                parts = self.recipes["exp", key[1]]
            for k, m in parts.items():
                result[k] = result.get(k, 0) + n * m
        return result

    def residues(self, seed: int) -> dict[str, Any]:
        """A prime with square roots of -1 and roots of primes where they are needed: each choice of
        them is a homomorphism.
        """
        radicals = [self.generators[k][2][1:] for k in self.order if k[0] == "root"]
        imaginary = any(self.generators[k][2][0] in ("cis", "atan") for k in self.order)
        step = lcm(4 if imaginary else 1, *(n for _, n in radicals))
        p = LARGEST - LARGEST % step + 1
        options: list[Any] = [None]
        while None in options:
            p -= step
            if _is_prime(p):
                options = [nthroot_mod(q, n, p, all_roots=True) or None for q, n in radicals]
        iota = int(sqrt_mod(-1, p)) if imaginary else 0
        choices = product(*options, dict.fromkeys((iota, p - iota if iota else 0)))
        found = [[c[-1], [int(r) for r in c[:-1]]] for c in islice(choices, MOST_CHOICES)]
        return {"prime": p, "seed": seed, "choices": found}


class _Basis:
    """Vectors that are independent over the rationals, in echelon form."""

    def __init__(self) -> None:
        self.members: list[int] = []
        self._rows: list[tuple[Monomial, Combination, dict[int, Fraction]]] = []

    def reduce(self, vector: Combination, name: int) -> dict[int, Fraction]:
        """The combination of members that a vector is; it becomes one where there is none."""
        rest = dict(vector)
        used: dict[int, Fraction] = {}
        for pivot, row, names in self._rows:
            c = rest.get(pivot)
            if c:
                _subtract(rest, c, row)
                for b, v in names.items():
                    used[b] = used.get(b, Fraction(0)) + c * v
        used = {b: c for b, c in used.items() if c}
        if not rest:
            return used
        pivot = min(rest)
        inverse = 1 / rest[pivot]
        names = {b: -c * inverse for b, c in used.items()} | {name: inverse}
        self._rows.append((pivot, {m: c * inverse for m, c in rest.items()}, names))
        self.members.append(name)
        return {name: Fraction(1)}


def _subtract(vector: Combination, c: Fraction, row: Combination) -> None:
    for m, v in row.items():
        value = vector.get(m, Fraction(0)) - c * v
        if value:
            vector[m] = value
        else:
            vector.pop(m, None)


def _times(m: Monomial, other: Monomial, sign: int) -> Monomial:
    exponents = dict(m)
    for n, e in other:
        exponents[n] = exponents.get(n, 0) + sign * e
    return tuple(sorted((n, e) for n, e in exponents.items() if e))


def _is_prime(n: int) -> bool:
    return all(pow(b, n - 1, n) == 1 for b in (2, 3, 5, 7, 11))
