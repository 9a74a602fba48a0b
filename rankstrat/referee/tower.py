"""Generators, and images of function nodes in them: "Generators" in docs/certificates.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .graph import FUNCTIONS, KINKS, Graph, Node
from .reading import BIG, SMALL, Kinds, Maybe, Refused, Unchecked, distinct, printable, read

Recipe = Sequence[tuple[int, int]]
Key = tuple[Any, ...]
RESIDUE = range(1 << 62)
SETTING = {"prime": RESIDUE, "seed": range(SMALL), "iota": RESIDUE, "roots": [RESIDUE]}
EMPTY = {"generators": [], "images": [], "decisions": [None, None, None]}
KEY_SIZES = {"jet": 3, "root": 3, "pi": 1}
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

    Attributes:
        kinds, arguments, layers: of generators; -1 is the argument of those that have none.
        images: kind and arguments of a function -> numbers and a recipe.
        verified: the images that are identities.
    """

    def __init__(self, graph: Graph, data: Any) -> None:
        self.graph, self.fuel = graph, graph.fuel
        self.verified: set[Key] = set()
        node, function = range(graph.given), range(len(graph.functions))
        kinds = Kinds(dict.fromkeys(("exp", "cis", "log", "atan", "erf"), (node,))) | {
            "jet": (function, node), "root": (range(2, SMALL), range(2, 65)), "pi": ()
        }  # fmt: skip
        self.generators = read(data["generators"], [Kinds(kinds)], "generators")
        self.kinds = [entry[0] for entry in self.generators]
        self.arguments = [-1 if g[0] in ("root", "pi") else g[-1] for g in self.generators]
        recipe = [(range(len(self.generators)), range(-SMALL, SMALL))]
        entries = dict.fromkeys(("exp", "cis", "atan", "erf"), (node, recipe)) | {
            "log": (node, range(1, 1000), recipe), "jet": (function, node, recipe),
            "root": (range(2, 65), node, range(1, BIG), range(1, BIG), recipe), "pi": (recipe,),
        }  # fmt: skip
        self.images: dict[Key, tuple[tuple[int, ...], Recipe]] = {}
        for entry in read(data["images"], [Kinds(entries)], "images"):
            size = KEY_SIZES.get(entry[0], 2)
            if entry[:size] in self.images:
                raise Refused(f"images: {printable(entry)} is a second image")
            self.images[entry[:size]] = entry[size:-1], entry[-1]
        variables = Kinds({"in": (range(graph.sizes["inputs"]),),
                           "coord": (range(graph.sizes["coordinates"]),),
                           "jet": (range(len(self.generators)), range(1000))})  # fmt: skip
        numbers = Maybe({"prime": RESIDUE, "rows": [(RESIDUE, [RESIDUE])]})
        functions = Maybe(SETTING | {"rows": [(range(SMALL), variables, RESIDUE, [RESIDUE])]})
        self.decisions = read(data["decisions"], (numbers, functions, functions), "decisions")
        self._check_order()

    def numbered(self, *kinds: str, layers: Sequence[int] = (0, 1, 2)) -> list[int]:
        """The generators of some kinds and layers."""
        pairs = enumerate(zip(self.kinds, self.layers, strict=True))
        return [g for g, (kind, layer) in pairs if kind in kinds and layer in layers]

    def key(self, node: Node) -> Key:
        """The key of the image of a function node; empty for other nodes."""
        match node:
            case ("pi" | "isqrtpi",):
                return ("pi",)
            case ("jet", f, _, a):
                return "jet", f, a
            case ("root", n, a):
                return "root", n, a
        return (FUNCTIONS[node[0]], node[-1]) if node[0] in FUNCTIONS else ()

    def image(self, *key: Any) -> tuple[tuple[int, ...], Recipe]:
        """The image of a function, once it is verified."""
        if key not in self.verified:
            raise Unchecked(f"no checked image for the function {printable(key)}")
        return self.images[key]

    def _recipe(self, k: int) -> Recipe:
        return self.images.get(self.key(self.graph.nodes[k]), ((), ()))[1]

    def _below(self, k: int) -> list[int]:
        """What a node is computed from: arguments of the generators in its image also."""
        found = [self.arguments[g] for g, _ in self._recipe(k)]
        return [*self.graph.children(k), *(a for a in found if a >= 0)]

    def closure(self, roots: Iterable[int]) -> list[int]:
        """Nodes below the roots, through images also, in order of evaluation."""
        return self.graph.closure(roots, self._below)

    def kinks(self, nodes: Iterable[int]) -> set[int]:
        """Arguments of kinks among the nodes."""
        return {self.graph.nodes[k][1] for k in nodes if self.graph.nodes[k][0] in KINKS}

    def _check_order(self) -> None:
        """Every generator is built from earlier ones, every image from lower layers."""
        layers = [*self.graph.layers[: self.graph.given], 0]  # the last one for -1, no argument
        pairs = list(zip(self.kinds, self.arguments, strict=True))
        self.layers = [max(layers[a], int(kind == "jet")) for kind, a in pairs]
        distinct(self.generators, "generators")
        if self.layers != sorted(self.layers):
            raise Refused("generators: numbers come first, then functions of coordinates")
        primes = [entry[1] for entry in self.generators if entry[0] == "root"]
        distinct(primes, "roots")
        if not all(map(is_prime, primes)):
            raise Refused("generators: roots are those of primes")
        for key, (_, recipe) in self.images.items():
            distinct([g for g, _ in recipe], "images")
            highest = 0 if key[0] == "pi" else max(layers[key[-1]], int(key[0] == "jet"))
            if any(self.layers[g] > highest for g, _ in recipe):
                raise Refused(f"images: {printable(key)} uses a generator of a later layer")
        support: list[int] = []
        for k in range(self.graph.given):
            below = self._below(k)
            if any(c >= k for c in below):
                raise Refused(f"graph: node {k} needs the argument of a generator that comes later")
            used = [g for g, _ in self._recipe(k)]
            support.append(max([-1, *(support[c] for c in below), *used]))
        for g, a in enumerate(self.arguments):
            if a >= 0 and support[a] >= g:
                raise Refused(f"generators: the argument of number {g} contains later generators")
