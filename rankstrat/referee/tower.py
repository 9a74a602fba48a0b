"""Generators, images of function nodes in them, and values of nodes in a ring: one rule for each
kind of node, whatever the ring is. "Generators" in docs/certificates.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from .graph import LEAST_LAYER, Graph, Node
from .reading import SMALL, Kinds, Refused, Unchecked, distinct, printable, read

V = TypeVar("V")
Recipe = Sequence[tuple[int, int]]
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


class Tower:
    """Generators in layers: 0 numbers, 1 functions of coordinates, 2 functions of inputs.

    An image (N and a recipe) belongs to the kind and arguments of a function; those that are
    `verified` are identities, as those of generators themselves are.
    """

    def __init__(self, graph: Graph, generators: Any, images: Any) -> None:
        self.graph, self.fuel, a, function = graph, graph.fuel, graph.index, len(graph.functions)
        kinds: dict[str, Any] = dict.fromkeys(("exp", "cis", "log", "atan", "erf"), (a,))
        kinds["jet"] = range(function), a
        roots = {"root": (range(2, SMALL), range(2, 65)), "isqrtpi": ()}
        self.generators = read(generators, [Kinds(kinds | roots)], "generators")
        distinct(self.generators, "generators")
        self.kinds = [entry[0] for entry in self.generators]
        self.arguments = [g[-1] if g[0] in kinds else -1 for g in self.generators]  # -1: none
        least = [LEAST_LAYER.get(kind, 0) for kind in self.kinds]
        layers = [*graph.layers, 0]
        self.layers = [max(n, layers[a]) for n, a in zip(least, self.arguments, strict=True)]
        self.images: dict[Node, tuple[int, Recipe]] = {
            entry: (1, ((g, 1),)) for g, entry in enumerate(self.generators) if entry[0] != "root"
        }
        known = [(g, e) for g, e in enumerate(self.generators) if e[0] == "root"]
        primes = {("rat", q, 1): (g, n) for g, (_, q, n) in known}
        self.fuel.burn(100 * len(known))
        if len(primes) < len(known) or not all(is_prime(q) for _, q, _ in primes):
            raise Refused("generators: roots are those of different primes")
        for node in [node for node in graph.nodes if node[0] == "root"]:
            g, order = primes.get(graph.nodes[node[2]], (0, 1))
            if order % node[1] == 0:
                self.images[node] = 1, ((g, order // node[1]),)
        self.verified = set(self.images)
        numbers = range(1, 1000), [(range(len(self.generators)), range(-SMALL, SMALL))]
        for entry in read(images, [Kinds({k: s + numbers for k, s in kinds.items()})], "images"):
            if entry[:-2] in self.images:
                raise Refused(f"images: {printable(entry)} is a second image")
            self.images[entry[:-2]] = entry[-2:]
        self._check_order()

    def _check_order(self) -> None:
        """Every generator is built from earlier ones, every image from lower layers."""
        support: list[int] = []
        for k, layer in enumerate(self.graph.layers):
            below, used = self.below(k), self._used(k)
            if any(c >= k for c in below) or any(self.layers[g] > layer for g in used):
                raise Refused(f"images: node {k} needs an argument that comes later")
            support.append(max([-1, *(support[c] for c in below), *used]))
        if any(a >= 0 and support[a] >= g for g, a in enumerate(self.arguments)):
            raise Refused("generators: an argument contains later generators")

    def key(self, node: Node) -> Node:
        """The key of the image of a function node."""
        if node[0] == "jet":
            return "jet", node[1], node[3]
        return ("cis", node[1]) if node[0] in ("sin", "cos") else node

    def image(self, node: Node) -> tuple[int, Recipe]:
        """The image of a function node, once it is verified."""
        if self.key(node) not in self.verified:
            raise Unchecked(f"no checked image for the function {printable(node)}")
        return self.images[self.key(node)]

    def _used(self, k: int) -> list[int]:
        """The generators in the image of a node."""
        return [g for g, _ in self.images.get(self.key(self.graph.nodes[k]), (1, ()))[1]]

    def below(self, k: int) -> list[int]:
        """What a node is computed from: arguments of the generators in its image also."""
        used = self._used(k)
        self.fuel.burn(4 * len(used))
        found = [self.arguments[g] for g in used if self.arguments[g] >= 0]
        return [*self.graph.children(self.graph.nodes[k]), *found]

    def closure(self, roots: Iterable[int]) -> list[int]:
        """Nodes below the roots, through images also, in order of evaluation."""
        return self.graph.closure(roots, self.below)

    def kinks(self, roots: Iterable[int]) -> set[int]:
        """Arguments of kinks below the roots."""
        nodes = self.graph.nodes
        return {nodes[k][1] for k in self.closure(roots) if nodes[k][0] == "step"}

    def layer(self, *name: Any) -> int:
        """The layer of an unknown: an input, a coordinate, or a generator with a number."""
        generator = name[0] in ("t", "jet")
        return self.layers[name[1]] if generator else LEAST_LAYER.get(name[0], 0)


class Ring(Generic[V]):
    """Values in a ring, which says what its operations are.

    Attributes:
        rational: the number p/q, of p and q = 1.
        leaf: an input, a coordinate, a generator `("t", g)`, `("jet", g, j)`, `("iota",)`, or
            `("isqrtpi",)`, the inverse of the root of pi.
        plus: a sum of integer multiples, of pairs (n, v).
        signs: the signs of arguments of kinks, if a region is chosen.
    """

    rational: Callable[..., V]
    leaf: Callable[..., V]
    plus: Callable[..., V]
    times: Callable[[V, V], V]
    inverse: Callable[[V], V]

    def __init__(self, tower: Tower, signs: Mapping[int, int] | None = None) -> None:
        self.tower, self.graph, self.fuel, self.signs = tower, tower.graph, tower.fuel, signs
        self.values: dict[int, V] = {}

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
                return self.times(values[node[1]], values[node[2]])
            case "add":
                return self.plus(*[(1, values[c]) for c in node[1:]])
            case "pow":
                return self.power(values[node[2]], node[1])
            case "par":
                return values[node[2]]
            case "rat":
                return self.rational(node[1], node[2])
            case "in" | "coord" | "isqrtpi":
                return self.leaf(*node)
            case "step":
                return self.step(node[1])
        return self.function(node)

    def step(self, a: int) -> V:
        """1 where the argument of a kink is positive, 0 elsewhere; 0 if it vanishes identically."""
        if self.signs is None or a not in self.signs:
            raise Unchecked(f"no place tells the sign of node {a}")
        return self.rational(int(self.signs[a] > 0))

    def function(self, node: Node) -> V:
        """The value of a function node, by its image."""
        n, recipe = self.tower.image(node)
        self.fuel.burn(4 * len(recipe))
        match node:
            case ("exp" | "root", *_):
                return self.monomial(recipe)
            case ("sin" | "cos" as op, _):
                e, bottom = self.monomial(recipe), self.rational(2)
                if op == "sin":
                    bottom = self.times(self.leaf("iota"), bottom)
                double = self.plus((1, e), (1 if op == "cos" else -1, self.power(e, -1)))
                return self.times(double, self.power(bottom, -1))
            case ("jet", f, j, _):
                ((g, sign),) = recipe
                factor = 1 if sign > 0 else self.graph.reflection(f, j)
                return self.plus((factor, self.leaf("jet", g, j)))
            case ("log", _):
                return self.times(self.rational(1, n), self.exponent(recipe))
        return self.plus(*((n, self.leaf("t", g)) for g, n in recipe))

    def monomial(self, recipe: Recipe) -> V:
        r"""$\prod_g z_g^{n_g}$."""
        result, kinds = self.rational(1), self.tower.kinds
        for g, n in recipe:
            z = self.value(self.tower.arguments[g]) if kinds[g] == "log" else self.leaf("t", g)
            result = self.times(result, self.power(z, n))
        return result

    def exponent(self, recipe: Recipe) -> V:
        r"""$\sum_g n_g y_g$, without the factors $i$ and $2i$ of cis and atan."""
        terms = []
        for g, n in recipe:
            log = self.tower.kinds[g] == "log"
            terms.append((n, self.leaf("t", g) if log else self.value(self.tower.arguments[g])))
        return self.plus(*terms)
