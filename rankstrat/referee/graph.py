"""The model as a graph of nodes, and its derivatives: "Nodes" in docs/certificates.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from .reading import BIG, SMALL, Fuel, Kinds, Refused, read

Node = tuple[Any, ...]
FUNCTIONS = {
    "exp": "exp", "tanh": "exp", "sinh": "exp", "cosh": "exp", "sin": "cis", "cos": "cis",
    "tan": "cis", "log": "log", "atan": "atan", "erf": "erf",
}  # fmt: skip
"""Functions of one argument, and the kind of image that they have."""
KINKS = ("relu", "abs", "step", "sign")
LEAVES = ("rat", "in", "coord", "pi", "isqrtpi")
LEAST_LAYER = {"in": 2, "coord": 1, "jet": 1}
MAX_NODES = 3_000_000
SLOPES: dict[str, Callable[[Graph, int, int], int]] = {
    "par": lambda g, k, a: g.one,
    "pow": lambda g, k, a: g.product(g.number(k), g.node("pow", g.nodes[k][1] - 1, a)),
    "root": lambda g, k, a: g.product(k, g.node("pow", -1, g.product(g.number(k), a))),
    "exp": lambda g, k, a: k,
    "log": lambda g, k, a: g.node("pow", -1, a),
    "sinh": lambda g, k, a: g.node("cosh", a),
    "cosh": lambda g, k, a: g.node("sinh", a),
    "tanh": lambda g, k, a: g.total(g.one, g.product(g.minus, g.node("pow", 2, k))),
    "sin": lambda g, k, a: g.node("cos", a),
    "cos": lambda g, k, a: g.product(g.minus, g.node("sin", a)),
    "tan": lambda g, k, a: g.total(g.one, g.node("pow", 2, k)),
    "atan": lambda g, k, a: g.node("pow", -1, g.total(g.one, g.node("pow", 2, a))),
    "erf": lambda g, k, a: g.product(g.node("rat", 2, 1), g.node("isqrtpi"), g.nodes[k][1]),
    "jet": lambda g, k, a: g.node("jet", g.nodes[k][1], g.nodes[k][2] + 1, a),
    "relu": lambda g, k, a: g.node("step", a),
    "abs": lambda g, k, a: g.node("sign", a),
    "step": lambda g, k, a: g.zero,
    "sign": lambda g, k, a: g.zero,
}
"""The derivative of node k by its argument a."""


class Graph:
    """Nodes; each refers to earlier ones only.

    Attributes:
        layers: 2 above inputs, 1 above coordinates or jets, 0 otherwise.
        private: whether a parameter or an input stands below.
        given: the number of nodes that were read; derivatives come after them.
    """

    def __init__(self, data: Any, sizes: dict[str, int], functions: list[str], fuel: Fuel) -> None:
        self.sizes, self.functions, self.fuel = sizes, functions, fuel
        self.nodes: list[Node] = []
        self.known: dict[Node, int] = {}
        self.layers: list[int] = []
        self.private: list[bool] = []
        owners: dict[int, int] = {}
        node = range(len(data) if type(data) is list else 0)
        schema = Kinds(dict.fromkeys((*FUNCTIONS, *KINKS), (node,))) | {
            "rat": (range(-BIG, BIG), range(1, BIG)), "in": (range(sizes["inputs"]),),
            "coord": (range(sizes["coordinates"]),), "pi": (), "isqrtpi": (),
            "par": (range(sizes["parameters"]), node), "add": [node], "mul": [node],
            "pow": (range(-SMALL, SMALL), node), "root": (range(2, 65), node), "erf": (node, node),
            "jet": (range(len(functions)), range(1000), node),
        }  # fmt: skip
        for k, entry in enumerate(read(data, [Kinds(schema)], "graph")):
            if any(c >= k for c in self._children(entry)) or entry in (("add",), ("mul",)):
                raise Refused(f"graph: node {k} refers to no earlier node")
            if entry[0] == "par":
                if self.private[entry[2]] or owners.setdefault(entry[1], k) != k:
                    raise Refused(f"graph: node {k} is no parameter with a value on the chart")
            if entry[0] == "erf" and self.nodes[entry[1]][0] != "exp":
                raise Refused(f"graph: the companion of node {k} is not an exponential")
            self._append(entry)
        self.given = len(self.nodes)
        self.zero: int = self.node("rat", 0, 1)
        self.one: int = self.node("rat", 1, 1)
        self.minus: int = self.node("rat", -1, 1)

    @staticmethod
    def _children(node: Node) -> Sequence[int]:
        if node[0] in LEAVES:
            return ()
        return node[1:] if node[0] in ("add", "mul", "erf") else node[-1:]

    def children(self, k: int) -> Sequence[int]:
        """The nodes that a node is computed from; the argument of a function comes last."""
        return self._children(self.nodes[k])

    def _append(self, node: Node) -> int:
        if len(self.nodes) >= MAX_NODES:
            raise Refused(f"the graph has more than {MAX_NODES} nodes")
        below = self._children(node)
        least = LEAST_LAYER.get(node[0], 0)
        self.layers.append(max([least, *(self.layers[c] for c in below)]))
        self.private.append(node[0] in ("par", "in") or any(self.private[c] for c in below))
        self.nodes.append(node)
        return self.known.setdefault(node, len(self.nodes) - 1)

    def node(self, *node: Any) -> int:
        """The number of a node, which is added if it is new."""
        return self.known[node] if node in self.known else self._append(node)

    def number(self, k: int) -> int:
        """A node for the exponent in a power or root."""
        return self.node("rat", self.nodes[k][1], 1)

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
                stack.extend((below or self.children)(k))
        return sorted(seen)

    def total(self, *terms: int) -> int:
        """A node for a sum."""
        left = [t for t in terms if t != self.zero]
        if len(left) == 1:
            return left[0]
        return self.node("add", *left) if left else self.zero

    def product(self, *factors: int) -> int:
        """A node for a product."""
        left = [f for f in factors if f != self.one]
        if self.zero in left or len(left) == 1:
            return self.zero if self.zero in left else left[0]
        return self.node("mul", *left) if left else self.one

    def _partials(self, k: int) -> Iterable[tuple[int, int]]:
        """Pairs (child, node of the partial derivative)."""
        node = self.nodes[k]
        if node[0] in LEAVES:
            return []
        if node[0] != "mul":
            slope = self.one if node[0] == "add" else SLOPES[node[0]](self, k, node[-1])
            return [(c, slope) for c in (node[1:] if node[0] == "add" else node[-1:])]
        before, after, pairs = [self.one], self.one, []
        for c in node[1:-1]:
            before.append(self.product(before[-1], c))
        for c, left in zip(reversed(node[1:]), reversed(before), strict=True):
            pairs.append((c, self.product(left, after)))
            after = self.product(c, after)
        return pairs

    def gradient(self, root: int, leaves: Sequence[str], layer: int = 0) -> dict[int, int]:
        """Derivatives of a node by leaves of the given kinds, by one backward sweep.

        Nodes below the layer are constants.
        """
        waiting: dict[int, list[int]] = {root: [self.one]}
        found: dict[int, int] = {}
        for k in reversed(self.closure([root])):
            if k not in waiting or self.layers[k] < layer:
                continue
            adjoint = self.total(*waiting.pop(k))
            if self.nodes[k][0] in leaves:
                found[k] = adjoint
            elif adjoint != self.zero:
                for child, slope in self._partials(k):
                    waiting.setdefault(child, []).append(self.product(adjoint, slope))
        return found
