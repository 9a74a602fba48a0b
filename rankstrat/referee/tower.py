r"""Generators and images as they are written in a proof object, and an order of evaluation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .graph import GROUPS, KINKS, Graph
from .reading import (
    SMALL,
    Fuel,
    Refused,
    Unchecked,
    array,
    big,
    distinct,
    integer,
    printable,
    record,
)
from .residues import Residues, is_prime

Recipe = list[tuple[int, int]]


class Tower:
    """Generators in layers: 0 numbers, 1 functions of coordinates, 2 functions of inputs."""

    def __init__(
        self, graph: Graph, data: Any, outputs: list[int], fuel: Fuel, algebra: Fuel
    ) -> None:
        data = record(data, "tower", ("generators", "images", "decisions"))
        self.graph, self.fuel, self.algebra, self.outputs = graph, fuel, algebra, outputs
        self.verified: set[tuple[Any, ...]] = set()
        self.generators: list[tuple[Any, ...]] = []
        self.arguments: list[int] = []
        self.images: dict[tuple[Any, ...], Any] = {}
        for g, entry in enumerate(array(data["generators"], "generators")):
            self._read_generator(array(entry, f"generators[{g}]"), f"generators[{g}]")
        self.kinds = [g[0] for g in self.generators]
        for i, entry in enumerate(array(data["images"], "images")):
            self._read_image(array(entry, f"images[{i}]"), f"images[{i}]")
        self.decisions = array(data["decisions"], "decisions", 3)
        self._order()

    def _read_generator(self, entry: list[Any], where: str) -> None:
        last = self.graph.given - 1
        match entry:
            case ["exp" | "cis" | "log" | "atan" | "erf", a]:
                self.arguments.append(integer(a, where, 0, last))
            case ["jet", f, a]:
                integer(f, where, 0, len(self.graph.functions) - 1)
                self.arguments.append(integer(a, where, 0, last))
            case ["root", q, n]:
                if not is_prime(integer(q, where, 2)):
                    raise Refused(f"{where}: {q} is not a prime")
                integer(n, where, 2, 64)
                self.arguments.append(-1)
            case ["pi"]:
                self.arguments.append(-1)
            case _:
                raise Refused(f"{where}: no kind of generator")
        self.generators.append(tuple(entry))

    def _read_image(self, entry: list[Any], where: str) -> None:
        last = self.graph.given - 1
        match entry:
            case ["exp" | "cis" as group, a, recipe]:
                key: tuple[Any, ...] = (group, integer(a, where, 0, last))
                value: Any = self._recipe(recipe, where)
            case ["log" | "atan" | "erf" as group, a, n, recipe]:
                key = (group, integer(a, where, 0, last))
                value = integer(n, where, 1, 1000), self._recipe(recipe, where)
            case ["jet", f, a, g, s]:
                key = ("jet", integer(f, where), integer(a, where, 0, last))
                value = self._recipe([[g, s]], where)
            case ["root", a, n, p, q, recipe]:
                key = ("root", integer(a, where, 0, last), integer(n, where, 2, 64))
                value = big(p, where), big(q, where), self._recipe(recipe, where)
                if p < 1 or q < 1:
                    raise Refused(f"{where}: the factor is not positive")
            case ["pi", g]:
                key, value = ("pi",), integer(g, where, 0, len(self.generators) - 1)
            case _:
                raise Refused(f"{where}: no kind of image")
        if key in self.images:
            raise Refused(f"{where}: a second image of the same node")
        self.images[key] = value

    def _recipe(self, value: Any, where: str) -> Recipe:
        pairs = [array(pair, where, 2) for pair in array(value, where)]
        last = len(self.generators) - 1
        recipe = [(integer(g, where, 0, last), integer(n, where, -SMALL)) for g, n in pairs]
        distinct([g for g, _ in recipe], where)
        return recipe

    @staticmethod
    def group(op: str, a: int) -> tuple[Any, ...]:
        """The key of an image of a function of one argument."""
        return GROUPS[op], a

    def image(self, *key: Any) -> Any:
        """An image.

        Raises:
            Unchecked: the proof gives none, or none that was checked.
        """
        if key not in self.images:
            raise Unchecked(f"no checked image for the function {printable(key)}")
        return self.images[key]

    def layer(self, g: int) -> int:
        """0 for numbers, 1 for functions of coordinates, 2 for functions of inputs."""
        a = self.arguments[g]
        least = 1 if self.kinds[g] == "jet" else 0
        return least if a < 0 else max(least, self.graph.layers[a])

    def used(self, key: tuple[Any, ...], value: Any) -> list[int]:
        """The generators in an image."""
        if key[0] == "pi":
            return [value]
        return [g for g, _ in (value if key[0] in ("exp", "cis", "jet") else value[-1])]

    def key(self, k: int) -> tuple[Any, ...]:
        """The key of the image of a function node."""
        node = self.graph.nodes[k]
        match node[0]:
            case "pi" | "isqrtpi":
                return ("pi",)
            case "jet":
                return "jet", node[1], node[3]
            case "root":
                return "root", node[1], node[2]
        return (GROUPS[node[0]], node[1]) if node[0] in GROUPS else ()

    def _below(self, k: int) -> list[int]:
        """The nodes that the value of a node is computed from, through its image also."""
        key = self.key(k)
        used = self.used(key, self.images[key]) if key in self.images else []
        return [
            *self.graph.children(k),
            *(self.arguments[g] for g in used if self.arguments[g] >= 0),
        ]

    def closure(self, roots: Iterable[int]) -> list[int]:
        """Nodes below the roots, through images also, in order of evaluation."""
        stack = list(roots)
        seen = set(stack)
        while stack:
            self.fuel.burn(1)
            for c in self._below(stack.pop()):
                if c not in seen:
                    seen.add(c)
                    stack.append(c)
        return sorted(seen, key=lambda k: self.position[k] if k < self.graph.given else k)

    def _sort(self) -> None:
        """An order of evaluation of all given nodes: children and arguments of images first."""
        self.position = [-1] * self.graph.given
        count, opened = 0, [False] * self.graph.given
        for root in range(self.graph.given):
            stack = [root]
            while stack:
                k = stack[-1]
                if self.position[k] >= 0:
                    stack.pop()
                    continue
                missing = [c for c in self._below(k) if self.position[c] < 0]
                if missing and opened[k]:
                    raise Refused(f"images: the image of node {k} contains the node itself")
                opened[k] = True
                if not missing:
                    self.position[k] = count
                    count += 1
                stack.extend(missing)

    def _order(self) -> None:
        """Every generator is built from earlier ones."""
        layers = [self.layer(g) for g in range(len(self.generators))]
        if layers != sorted(layers):
            raise Refused("generators: numbers come first, then functions of coordinates")
        distinct(self.generators, "generators")
        for key, value in self.images.items():
            if key[0] == "pi":
                if self.kinds[value] != "pi":
                    raise Refused("images: the image of pi is not the generator pi")
                continue
            a = key[2] if key[0] == "jet" else key[1]
            if any(
                layers[g] > max(self.graph.layers[a], key[0] == "jet")
                for g in self.used(key, value)
            ):
                raise Refused(f"images: {printable(key)} uses a generator of a later layer")
        self._sort()
        support = [-1] * self.graph.given
        for k in self.closure(range(self.graph.given)):
            key = self.key(k)
            below = [support[c] for c in self._below(k)]
            if key in self.images:
                below += self.used(key, self.images[key])
            support[k] = max(below, default=-1)
        for g, a in enumerate(self.arguments):
            if a >= 0 and support[a] >= g:
                raise Refused(f"generators[{g}]: its argument contains later generators")

    def setting(self, data: Any, where: str, seed: Any, fixed: bool = True) -> Residues:
        """Residues for a prime, a square root of -1 (0 for none) and residues of roots."""
        prime = integer(data["prime"], where, 3, (1 << 62) - 1)
        if not is_prime(prime):
            raise Refused(f"{where}: {prime} is not a prime")
        residues = Residues(self, prime, integer(seed, where), {}, 0)
        if fixed:
            self.choose(residues, data["iota"], data["roots"], where)
        return residues

    def choose(self, residues: Residues, iota: Any, roots: Any, where: str) -> None:
        """Choose a root of every defining equation."""
        p = residues.prime
        residues.iota = integer(iota, where, 0, p - 1)
        if residues.iota and (residues.iota**2 + 1) % p:
            raise Refused(f"{where}: {iota}^2 is not -1")
        numbers = [g for g, kind in enumerate(self.kinds) if kind == "root"]
        if roots == []:
            return
        for g, v in zip(numbers, array(roots, where, len(numbers)), strict=True):
            _, q, n = self.generators[g]
            if pow(integer(v, where, 1, p - 1), n, p) != q % p:
                raise Refused(f"{where}: {v} is no root number {n} of {q}")
            residues.algebraic[g] = v

    def kinks(self, nodes: Iterable[int]) -> set[int]:
        """Arguments of kinks among the nodes."""
        return {self.graph.nodes[k][1] for k in nodes if self.graph.nodes[k][0] in KINKS}
