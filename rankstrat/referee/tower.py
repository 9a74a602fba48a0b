"""Generators, and images of function nodes in them: "Generators" in docs/certificates.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .balls import Balls
from .graph import FUNCTIONS, KINKS, Graph, Node
from .polynomials import Expander
from .reading import BIG, SMALL, Fuel, Kinds, Maybe, Refused, Unchecked, distinct, printable, read
from .residues import Residues, is_prime
from .ring import Key, Recipe

EMPTY = {"generators": [], "images": [], "decisions": [None, None, None]}
ALLOWED = {"exp": {"exp", "log"}, "log": {"exp", "log"}}
"""Generators in images of a kind; in others there are those of the same kind only."""
ALGEBRA = 1_500_000


class Tower:
    """Generators in layers: 0 numbers, 1 functions of coordinates, 2 functions of inputs.

    Attributes:
        arguments: the nodes of arguments of generators, -1 for those that have none.
        images: kind and arguments of a function -> numbers and a recipe.
        verified: the images that are identities.
    """

    def __init__(self, graph: Graph, data: Any, outputs: Sequence[int]) -> None:
        self.graph, self.fuel, self.outputs = graph, graph.fuel, outputs
        self.verified: set[Key] = set()
        node, function = range(graph.given), range(len(graph.functions))
        unary = dict.fromkeys(("exp", "cis", "log", "atan", "erf"), (node,))
        kinds = unary | {
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
            size = {"jet": 3, "root": 3, "pi": 1}.get(entry[0], 2)
            if entry[:size] in self.images:
                raise Refused(f"images: {printable(entry)} is a second image")
            self.images[entry[:size]] = entry[size:-1], entry[-1]
        residue = range(1 << 62)
        setting = {"prime": residue, "seed": range(SMALL), "iota": residue, "roots": [residue]}
        variables = Kinds({"in": (range(graph.sizes["inputs"]),),
                           "coord": (range(graph.sizes["coordinates"]),),
                           "jet": (range(len(self.generators)), range(1000))})  # fmt: skip
        row = (range(SMALL), variables, residue, [residue])
        numbers = Maybe({"prime": residue, "rows": [(residue, [residue])]})
        functions = Maybe(setting | {"rows": [row]})
        self.decisions = read(data["decisions"], (numbers, functions, functions), "decisions")
        self._check_order()

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

    def _below(self, k: int) -> list[int]:
        """What a node is computed from: arguments of the generators in its image also."""
        _, recipe = self.images.get(self.key(self.graph.nodes[k]), ((), ()))
        found = [self.arguments[g] for g, _ in recipe if self.arguments[g] >= 0]
        return [*self.graph.children(k), *found]

    def closure(self, roots: Iterable[int]) -> list[int]:
        """Nodes below the roots, through images also, in order of evaluation."""
        seen: set[int] = set()
        stack = list(roots)
        while stack:
            k = stack.pop()
            if k not in seen:
                self.fuel.burn(1)
                seen.add(k)
                stack.extend(self._below(k))
        return sorted(seen)

    def kinks(self, nodes: Iterable[int]) -> set[int]:
        """Arguments of kinks among the nodes."""
        return {self.graph.nodes[k][1] for k in nodes if self.graph.nodes[k][0] in KINKS}

    def _check_order(self) -> None:
        """Every generator is built from earlier ones, every image from lower layers."""
        layers = self.graph.layers
        self.layers = [
            max(layers[a] if a >= 0 else 0, int(kind == "jet"))
            for a, kind in zip(self.arguments, self.kinds, strict=True)
        ]
        distinct(self.generators, "generators")
        if self.layers != sorted(self.layers):
            raise Refused("generators: numbers come first, then functions of coordinates")
        for entry in self.generators:
            if entry[0] == "root" and not is_prime(entry[1]):
                raise Refused(f"generators: {entry[1]} is not a prime")
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
            _, recipe = self.images.get(self.key(self.graph.nodes[k]), ((), ()))
            support.append(max([-1, *(support[c] for c in below), *(g for g, _ in recipe)]))
        for g, a in enumerate(self.arguments):
            if a >= 0 and support[a] >= g:
                raise Refused(f"generators: the argument of number {g} contains later generators")

    def verify(self) -> list[str]:
        """Check that images are identities; the result names those beyond the budget.

        Exact expansion uses those images only that were verified before.
        """
        expander = Expander(self, True, Fuel(ALGEBRA))
        present = {self.graph.nodes[k] for k in self.graph.closure(self.outputs)}
        dropped = []

        def last(key: Key) -> int:
            used = [self.arguments[g] for g, _ in self.images[key][1]]
            return max([0, *(key[-1:] if len(key) > 1 else ()), *used])

        for key in sorted(self.images, key=last):
            try:
                if not self._is_identity(expander, key, present):
                    raise Refused(f"images: {printable(key)} is not shown to be an identity")
            except Unchecked as reason:
                dropped.append(f"image of {printable(key)} not checked: {reason}")
                continue
            self.verified.add(key)
        return dropped

    def _is_identity(self, e: Expander, key: Key, present: set[Node]) -> bool:
        kind, a = key[0], key[-1]
        numbers, recipe = self.images[key]
        single = len(recipe) == 1 and recipe[0][1] in (1, -1)
        if not {self.kinds[g] for g, _ in recipe} <= ALLOWED.get(kind, {kind}):
            return False
        for g, _ in recipe:
            if self.kinds[g] == "log" and ("log", self.arguments[g]) not in present:
                self.check_positive(g)
        if kind == "pi":
            return single and recipe[0][1] == 1
        if kind in ("atan", "erf", "jet") and recipe and not single:
            return False
        if kind == "jet":
            reflects = single and (recipe[0][1] == 1 or self.graph.reflection(key[1], 0))
            if not reflects or self.generators[recipe[0][0]][1] != key[1]:
                return False
        if kind != "root" and numbers in ((), (1,)) and len(recipe) == 1:
            ((g, n),) = recipe
            if n == 1 and self.kinds[g] == kind and self.arguments[g] == a:
                return True
        if kind == "log":
            left, right = e.power(e.value(a), *numbers), e.monomial(recipe)
        elif kind == "root":
            p, q = (e.power(e.rational(c), key[1]) for c in numbers)
            left = e.times(q, e.value(a))
            right = e.times(p, e.power(e.monomial(recipe), key[1]))
        else:
            left = e.value(a)
            terms = [e.rational(0)]
            for g, n in recipe:
                y = e.leaf("t", g) if self.kinds[g] == "log" else e.value(self.arguments[g])
                terms.append(e.times(e.rational(n), y))
            right = e.plus(terms)
        return e.vanishes(e.plus([left, e.times(e.rational(-1), right)]))

    def check_positive(self, g: int, other_than: int | None = None) -> None:
        """The argument of a generator is a positive number, other than the given one."""
        if self.layers[g]:
            raise Refused(f"generators: number {g} is no logarithm of the model")
        balls = Balls(Tower(self.graph, EMPTY, self.outputs), 256)
        low, high = balls.value(self.arguments[g])
        if low <= 0 or (other_than is not None and low <= other_than * balls.unit <= high):
            raise Unchecked(f"generators: the argument of number {g} is not positive and not 1")

    def setting(self, data: Any, where: str) -> Residues:
        """Residues with a prime, a seed, and solutions of algebraic equations."""
        if not is_prime(data["prime"]) or data["prime"] == 2:
            raise Refused(f"{where}: {data['prime']} is not an odd prime")
        residues = Residues(self, data["prime"], data.get("seed", 0))
        residues.choose(data.get("iota", 0), data.get("roots", ()), where)
        return residues
