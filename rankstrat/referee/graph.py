"""The model as a graph of nodes, and its derivatives: "Nodes" in docs/certificates.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

from .reading import ANY, BIG, SMALL, Fuel, Kinds, Numbers, Refused, read

Node = tuple[Any, ...]
LEAVES = ("rat", "in", "coord", "isqrtpi")
LEAST_LAYER = {"in": 2, "coord": 1, "jet": 1}
SIGN = ("add", ("step", "a"), ("mul", -1, ("step", ("mul", -1, "a"))))
DEFINED: dict[str, Any] = {
    "tanh": ("add", 1, ("mul", -2, ("pow", -1, ("add", 1, ("pow", 2, ("exp", "a")))))),
    "sinh": ("mul", ("pow", -1, 2), ("add", ("exp", "a"), ("mul", -1, ("pow", -1, ("exp", "a"))))),
    "cosh": ("mul", ("pow", -1, 2), ("add", ("exp", "a"), ("pow", -1, ("exp", "a")))),
    "tan": ("mul", ("sin", "a"), ("pow", -1, ("cos", "a"))),
    "relu": ("mul", "a", ("step", "a")),
    "sign": SIGN,
    "abs": ("mul", "a", SIGN),
    "pi": ("pow", -2, ("isqrtpi",)),
}
"""Functions of an argument a that stand for nodes of other kinds."""
SLOPES: dict[str, Any] = {
    "exp": ("exp", "a"),
    "log": ("pow", -1, "a"),
    "sin": ("cos", "a"),
    "cos": ("mul", -1, ("sin", "a")),
    "atan": ("pow", -1, ("add", 1, ("pow", 2, "a"))),
    "erf": ("mul", ("mul", 2, ("isqrtpi",)), ("exp", ("mul", -1, ("pow", 2, "a")))),
    "step": 0,
    "par": 1,
    "add": 1,
}
"""The derivatives of the others."""


def spelled(c: int | Fraction) -> str:
    """A number in words: the hashes of texts, unlike those of numbers, cannot be foreseen."""
    return f"{c.numerator:x}/{c.denominator:x}"


class Graph:
    """Nodes; each refers to earlier ones only, `index` are those that a file has numbered.

    The layer of a node is 2 above inputs, 1 above coordinates or jets, 0 otherwise.
    """

    def __init__(self, data: Any, sizes: dict[str, int], functions: list[str], fuel: Fuel) -> None:
        self.sizes, self.functions, self.fuel = sizes, functions, fuel
        self.nodes: list[Node] = []
        self.known: dict[Node, int] = {}
        self.layers: list[int] = []
        self.given = False
        self.zero, self.one = self.node("rat", 0, 1), self.node("rat", 1, 1)
        a = self.index = Numbers()
        schema = Kinds(dict.fromkeys((*SLOPES, *DEFINED), (a,)))
        schema.update({
            "rat": (range(-BIG, BIG), range(1, BIG)), "in": (range(sizes["inputs"]),),
            "coord": (range(sizes["coordinates"]),), "pi": (), "isqrtpi": (),
            "par": (range(sizes["parameters"]), a), "add": [a], "mul": [a],
            "pow": (range(-SMALL, SMALL), a), "root": (range(2, 65), a),
            "jet": (range(len(functions)), range(1000), a),
        })  # fmt: skip
        owners: dict[int, Node] = {}
        for k, entry in enumerate(read(data, [ANY], "graph")):
            node = read(entry, schema, f"graph: node {k}")
            if node[0] == "par":
                below = {self.nodes[c][0] for c in self.closure([node[2]])}
                if below & {"par", "in"} or owners.setdefault(node[1], node) != node:
                    raise Refused(f"graph: node {k} is no parameter with a value on the chart")
            if node[0] == "erf":
                self.build(SLOPES["erf"], node[1])
            defined = node[0] in DEFINED
            a.append(self.build(DEFINED[node[0]], node[-1]) if defined else self.node(*node))
        self.given = True

    def build(self, term: Any, a: Any) -> int:
        """The node that a term of the tables stands for."""
        match term:
            case "a":
                return int(a)
            case int():
                return self.node("rat", term, 1)
            case ("pow", n, base):
                return self.node("pow", n, self.build(base, a))
        return self.node(term[0], *(self.build(part, a) for part in term[1:]))

    def children(self, node: Node) -> Iterable[int]:
        """The nodes that a node is computed from; the argument of a function comes last."""
        if node[0] in LEAVES:
            return ()
        return node[1:] if node[0] in ("add", "mul") else node[-1:]

    def node(self, *node: Any) -> int:
        """The number of a node, which is added if it is new.

        Sums go without zeros and have 16 terms at most, products without ones, and have two factors
        each. In derivatives products with zero are zero; the model has to be defined there too.
        """
        if node[0] in ("add", "mul"):
            unit, most = (self.zero, 16) if node[0] == "add" else (self.one, 2)
            left = [c for c in node[1:] if c != unit]
            if node[0] == "mul" and self.zero in left and self.given:
                return self.zero
            if len(left) > most:
                parts = (left[i : i + most] for i in range(0, len(left), most))
                return self.node(node[0], *(self.node(node[0], *part) for part in parts))
            if len(left) < 2:
                return left[0] if left else unit
            node = node[0], *left
        elif node[0] == "pow" and node[1] == 1:
            return int(node[2])
        name = ("rat", *map(spelled, node[1:])) if node[0] == "rat" else node
        if name not in self.known:
            self.fuel.burn(20)
            below = [self.layers[c] for c in self.children(node)]
            self.layers.append(max([LEAST_LAYER.get(node[0], 0), *below]))
            self.known[name] = len(self.nodes)
            self.nodes.append(node)
        return self.known[name]

    def reflection(self, f: int, j: int) -> int:
        """s with sigma^(j)(-h) = s sigma^(j)(h) for an odd or even function, else 0."""
        parity = self.functions[f].rstrip("0")
        return (-1) ** (j + (parity == "odd")) if parity else 0

    def closure(
        self, roots: Iterable[int], below: Callable[[int], Iterable[int]] | None = None
    ) -> list[int]:
        """The given nodes and all below them, in order of evaluation."""
        seen: set[int] = set()
        stack = list(roots)
        while stack:
            k = stack.pop()
            if k not in seen:
                self.fuel.burn(1)
                seen.add(k)
                stack.extend(below(k) if below else self.children(self.nodes[k]))
        return sorted(seen)

    def _partials(self, k: int) -> Iterable[tuple[int, int]]:
        """Pairs (child, node of the partial derivative)."""
        match node := self.nodes[k]:
            case ("mul", a, b):
                return (a, b), (b, a)
            case ("pow", n, a):
                slope = self.node("mul", self.node("rat", n, 1), self.node("pow", n - 1, a))
            case ("root", n, a):
                multiple = self.node("mul", self.node("rat", n, 1), a)
                slope = self.node("mul", k, self.node("pow", -1, multiple))
            case ("jet", f, j, a):
                slope = self.node("jet", f, j + 1, a)
            case _:
                slope = 0 if node[0] in LEAVES else self.build(SLOPES[node[0]], node[-1])
        return [(c, slope) for c in self.children(node)]

    def gradient(self, root: int) -> dict[int, int]:
        """Nodes of the derivatives of a node by the parameters below, in one backward sweep."""
        waiting: dict[int, list[int]] = {root: [self.one]}
        found: dict[int, int] = {}
        for k in reversed(self.closure([root])):
            adjoint = self.node("add", *waiting.pop(k, ()))
            if self.nodes[k][0] == "par":
                found[self.nodes[k][1]] = adjoint
            elif adjoint != self.zero:
                self.fuel.burn(2 * len(self.nodes[k]))
                for child, slope in self._partials(k):
                    waiting.setdefault(child, []).append(self.node("mul", adjoint, slope))
        return found
