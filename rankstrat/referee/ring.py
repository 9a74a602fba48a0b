"""Values of nodes in a ring: one rule for each kind of node, whatever the ring is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Generic, TypeVar

from .graph import Node
from .reading import Unchecked
from .tower import Recipe, Tower

V = TypeVar("V")


class Ring(Generic[V]):
    """Values in a ring, which says what numbers, leaves, sums, products and inverses are.

    Attributes:
        rational: the number p/q, of p and q = 1.
        leaf: an input, a coordinate, a generator `("t", g)`, `("jet", g, j)`, `("iota",)`, or
            `("isqrtpi",)`, the inverse of the root of pi.
        plus: a sum of integer multiples, of pairs (n, v).
        times, inverse: a product, and one over a value.
        values: those of the nodes that were evaluated.
        signs: the signs of arguments of kinks, if a region is chosen.
    """

    rational: Callable[..., V]
    leaf: Callable[..., V]
    plus: Callable[..., V]
    times: Callable[[V, V], V]
    inverse: Callable[[V], V]

    def __init__(self, tower: Tower) -> None:
        self.tower, self.graph, self.fuel = tower, tower.graph, tower.fuel
        self.values: dict[int, V] = {}
        self.signs: Mapping[int, int] | None = None

    def power(self, a: V, n: int) -> V:
        """An integer power, by squaring."""
        a, n, result = self.inverse(a) if n < 0 else a, abs(n), self.rational(1)
        while n:
            result = self.times(result, a) if n & 1 else result
            n >>= 1
            a = self.times(a, a) if n else a
        return result

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
                return self.plus(*[(1, values[c]) for c in node[1:]])
            case "pow":
                return self.power(values[node[2]], node[1])
            case "par":
                return values[node[2]]
            case "rat":
                return self.rational(node[1], node[2])
            case "in" | "coord":
                return self.leaf(*node)
            case "pi" | "isqrtpi":
                return self.power(self.leaf("isqrtpi"), 1 if node[0] == "isqrtpi" else -2)
            case "relu" | "abs" | "step" | "sign":
                side, other = self.sides(node[1])
                if node[0] in ("abs", "sign"):
                    side = self.plus((1, side), (-1, other))
                return self.times(side, values[node[1]]) if node[0] in ("relu", "abs") else side
        return self.function(node)

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
        key = self.tower.key(node)
        numbers, recipe = self.tower.image(*key)
        match key[0]:
            case "exp" | "cis":
                return self.exponential(node[0], self.monomial(recipe))
            case "root":
                return self.times(self.rational(*numbers), self.monomial(recipe))
            case "jet":
                ((g, sign),) = recipe
                factor = 1 if sign > 0 else self.graph.reflection(node[1], node[2])
                return self.plus((factor, self.leaf("jet", g, node[2])))
            case "log":
                return self.times(self.rational(1, *numbers), self.exponent(recipe))
        return self.plus(*((n, self.leaf("t", g)) for g, n in recipe))

    def _of(self, g: int, *, itself: bool) -> V:
        return self.leaf("t", g) if itself else self.value(self.tower.arguments[g])

    def monomial(self, recipe: Recipe) -> V:
        r"""$\prod_g z_g^{n_g}$."""
        result = self.rational(1)
        for g, n in recipe:
            z = self._of(g, itself=self.tower.kinds[g] != "log")
            result = self.times(result, self.power(z, n))
        return result

    def exponent(self, recipe: Recipe) -> V:
        r"""$\sum_g n_g y_g$, without the factors $i$ and $2i$ of cis and atan."""
        kinds = self.tower.kinds
        return self.plus(*((n, self._of(g, itself=kinds[g] == "log")) for g, n in recipe))

    def exponential(self, op: str, e: V) -> V:
        r"""The function of a for which $e = e^a$, or $e = e^{ia}$."""
        if op == "exp":
            return e
        whole = op in ("tanh", "tan")
        first, second = (self.times(e, e), self.rational(1)) if whole else (e, self.power(e, -1))
        odd, even = (self.plus((1, first), (sign, second)) for sign in (-1, 1))
        bottom = even if whole else self.rational(2)
        if op in ("sin", "tan"):
            bottom = self.times(self.leaf("iota"), bottom)
        return self.times(even if op in ("cosh", "cos") else odd, self.power(bottom, -1))
