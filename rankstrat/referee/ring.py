"""Values of nodes in a ring: one rule for each kind of node, whatever the ring is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from .graph import Node
from .reading import Fuel, Unchecked
from .tower import Recipe, Tower

V = TypeVar("V")


class Ring(ABC, Generic[V]):
    """Values in a ring, which says what numbers, leaves, sums, products and powers are.

    Attributes:
        signs: the signs of arguments of kinks, if a region is chosen.
    """

    def __init__(self, tower: Tower, fuel: Fuel | None = None) -> None:
        self.tower, self.graph, self.fuel = tower, tower.graph, fuel or tower.fuel
        self.values: dict[int, V] = {}
        self.signs: Mapping[int, int] | None = None

    @abstractmethod
    def rational(self, p: int, q: int = 1) -> V:
        """The number p/q."""

    @abstractmethod
    def leaf(self, *name: Any) -> V:
        """An input, a coordinate, a generator `("t", g)`, `("jet", g, j)`, or `("iota",)`."""

    @abstractmethod
    def plus(self, terms: Sequence[V]) -> V:
        """A sum."""

    @abstractmethod
    def times(self, a: V, b: V) -> V:
        """A product."""

    @abstractmethod
    def power(self, a: V, n: int) -> V:
        """An integer power."""

    def value(self, root: int) -> V:
        """The value of a node."""
        if root not in self.values:
            self.evaluate(k for k in self.tower.closure([root]) if k not in self.values)
        return self.values[root]

    def evaluate(self, order: Iterable[int]) -> None:
        """Compute the values of nodes; those below have values, or come earlier."""
        for k in order:
            self.fuel.burn(1)
            self.values[k] = self._node(self.graph.nodes[k])

    def _node(self, node: Node) -> V:
        values = self.values
        match node[0]:
            case "mul":
                product = values[node[1]]
                for c in node[2:]:
                    product = self.times(product, values[c])
                return product
            case "add":
                return self.plus([values[c] for c in node[1:]])
            case "pow":
                return self.power(values[node[2]], node[1])
            case "par":
                return values[node[2]]
            case "rat":
                return self.rational(node[1], node[2])
            case "in" | "coord":
                return self.leaf(*node)
            case "isqrtpi":
                return self.isqrtpi()
            case "pi":
                return self.power(self.isqrtpi(), -2)
            case "relu" | "abs" | "step" | "sign":
                side, other = self.sides(node[1])
                if node[0] in ("abs", "sign"):
                    side = self.plus([side, self.times(self.rational(-1), other)])
                return self.times(side, values[node[1]]) if node[0] in ("relu", "abs") else side
        return self.function(node)

    def isqrtpi(self) -> V:
        """The inverse of the root of pi."""
        return self.monomial(self.tower.image("pi")[1])

    def sign(self, a: int) -> int:
        """The sign of the argument of a kink; 0 by convention if it vanishes identically."""
        if self.signs is None or a not in self.signs:
            raise Unchecked(f"no place tells the sign of node {a}")
        return self.signs[a]

    def sides(self, a: int) -> tuple[V, V]:
        """1 and 0 where the argument of a kink is positive, 0 and 1 where it is negative."""
        sign = self.sign(a)
        return self.rational(int(sign > 0)), self.rational(int(sign < 0))

    def function(self, node: Node) -> V:
        """The value of a function node, by its image."""
        op, key = node[0], self.tower.key(node)
        numbers, recipe = self.tower.image(*key)
        match key[0]:
            case "exp" | "cis":
                return self.exponential(op, self.monomial(recipe))
            case "root":
                return self.times(self.rational(*numbers), self.monomial(recipe))
            case "jet":
                ((g, sign),) = recipe
                factor = 1 if sign > 0 else self.graph.reflection(node[1], node[2])
                return self.times(self.rational(factor), self.leaf("jet", g, node[2]))
            case "log":
                return self.times(self.rational(1, *numbers), self.exponents(recipe))
        return self.sum((n, self.leaf("t", g)) for g, n in recipe)

    def sum(self, terms: Iterable[tuple[int, V]]) -> V:
        """A sum of multiples."""
        return self.plus([self.rational(0), *(self.times(self.rational(n), v) for n, v in terms)])

    def monomial(self, recipe: Recipe) -> V:
        r"""$\prod_g z_g^{n_g}$."""
        result = self.rational(1)
        for g, n in recipe:
            logarithm = self.tower.kinds[g] == "log"
            z = self.value(self.tower.arguments[g]) if logarithm else self.leaf("t", g)
            result = self.times(result, self.power(z, n))
        return result

    def exponents(self, recipe: Recipe) -> V:
        r"""$\sum_g n_g y_g$, where $y_g$ is the argument of a generator that is no logarithm."""
        logarithms = [self.tower.kinds[g] == "log" for g, _ in recipe]
        return self.sum(
            (n, self.leaf("t", g) if logarithm else self.value(self.tower.arguments[g]))
            for (g, n), logarithm in zip(recipe, logarithms, strict=True)
        )

    def exponential(self, op: str, e: V) -> V:
        r"""The function of a for which $e = e^a$, or $e = e^{ia}$."""
        if op == "exp":
            return e
        whole = op in ("tanh", "tan")
        first, second = (self.times(e, e), self.rational(1)) if whole else (e, self.power(e, -1))
        odd, even = (self.sum([(1, first), (sign, second)]) for sign in (-1, 1))
        bottom = even if whole else self.rational(2)
        if op in ("sin", "tan"):
            bottom = self.times(self.leaf("iota"), bottom)
        return self.times(even if op in ("cosh", "cos") else odd, self.power(bottom, -1))
