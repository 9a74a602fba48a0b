"""Values of nodes in a ring: one rule for each kind of node, whatever the ring is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

from .graph import Graph, Node
from .reading import Fuel, Unchecked

Recipe = Sequence[tuple[int, int]]
Key = tuple[Any, ...]
V = TypeVar("V")


class Generators(Protocol):
    """What the values of nodes need of generators: their kinds, arguments and images.

    Attributes:
        layers: 0 for numbers, 1 for functions of coordinates, 2 for functions of inputs.
        arguments: the nodes of arguments of generators, -1 for those that have none.
        verified: the images that are identities.
    """

    graph: Graph
    fuel: Fuel
    generators: Any
    kinds: list[Any]
    layers: list[int]
    arguments: list[int]
    verified: set[Key]

    def key(self, node: Node) -> Key:
        """The key of the image of a function node; empty for other nodes."""

    def image(self, *key: Any) -> tuple[tuple[int, ...], Recipe]:
        """The image of a function, once it is verified."""

    def closure(self, roots: Iterable[int]) -> list[int]:
        """The nodes that values at the roots need, those below first."""


class Ring(ABC, Generic[V]):
    """Values in a ring, which says what numbers, leaves, sums, products and powers are.

    Attributes:
        signs: the signs of arguments of kinks, if a region is chosen.
    """

    def __init__(self, tower: Generators) -> None:
        self.tower, self.graph, self.fuel = tower, tower.graph, tower.fuel
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

    def _node(self, node: tuple[Any, ...]) -> V:
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
                return self._kink(node[0], node[1])
        return self.function(node)

    def isqrtpi(self) -> V:
        """The inverse of the root of pi."""
        return self.monomial(self.tower.image("pi")[1])

    def step(self, a: int) -> V | None:
        """1 or 0 as the argument is positive or negative; None if it is 0 by convention."""
        if self.signs is None or a not in self.signs:
            raise Unchecked(f"no place tells the sign of node {a}")
        return self.rational(int(self.signs[a] > 0)) if self.signs[a] else None

    def _kink(self, op: str, a: int) -> V:
        side = self.step(a)
        if side is None:
            return self.rational(0)
        if op in ("abs", "sign"):
            side = self.plus([self.times(self.rational(2), side), self.rational(-1)])
        return self.times(side, self.values[a]) if op in ("relu", "abs") else side

    def function(self, node: tuple[Any, ...]) -> V:
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
        return self.times(self.rational(1, *numbers), self.combination(recipe))

    def monomial(self, recipe: Recipe) -> V:
        r"""$\prod_g z_g^{n_g}$."""
        result = self.rational(1)
        for g, n in recipe:
            logarithm = self.tower.kinds[g] == "log"
            z = self.value(self.tower.arguments[g]) if logarithm else self.leaf("t", g)
            result = self.times(result, self.power(z, n))
        return result

    def combination(self, recipe: Recipe) -> V:
        r"""$\sum_g n_g y_g$, or $\sum_g n_g t_g$ for trigonometric generators."""
        terms = [self.rational(0)]
        for g, n in recipe:
            exponential = self.tower.kinds[g] == "exp"
            y = self.value(self.tower.arguments[g]) if exponential else self.leaf("t", g)
            terms.append(self.times(self.rational(n), y))
        return self.plus(terms)

    def exponential(self, op: str, e: V) -> V:
        r"""The function of a for which $e = e^a$, or $e = e^{ia}$."""
        if op == "exp":
            return e
        if op in ("tanh", "tan"):
            square = self.times(e, e)
            top = self.plus([square, self.rational(-1)])
            bottom = self.plus([square, self.rational(1)])
        else:
            sign = self.rational(-1 if op in ("sinh", "sin") else 1)
            top = self.plus([e, self.times(sign, self.power(e, -1))])
            bottom = self.rational(2)
        if op in ("sin", "tan"):
            bottom = self.times(self.leaf("iota"), bottom)
        return self.times(top, self.power(bottom, -1))
