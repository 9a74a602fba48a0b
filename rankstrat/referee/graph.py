"""The model as a graph of typed nodes, and its derivatives as further nodes.

See "Nodes" in docs/certificates.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from .reading import BIG, SMALL, Fuel, Kinds, Refused, read

Node = tuple[Any, ...]
Template = Any
KINKS = ("relu", "abs", "step", "sign")
FUNCTIONS = {
    "exp": "exp", "tanh": "exp", "sinh": "exp", "cosh": "exp", "sin": "cis", "cos": "cis",
    "tan": "cis", "log": "log", "atan": "atan", "erf": "erf",
}  # fmt: skip
"""Functions of one argument, and the kind of image that they have."""
SLOPES: dict[str, Any] = {
    "par": 1, "exp": "f", "sinh": ("cosh", "a"), "cosh": ("sinh", "a"), "sin": ("cos", "a"),
    "cos": ("mul", -1, ("sin", "a")), "tan": ("add", 1, ("pow", 2, "f")),
    "tanh": ("add", 1, ("mul", -1, ("pow", 2, "f"))), "log": ("pow", -1, "a"),
    "atan": ("pow", -1, ("add", 1, ("pow", 2, "a"))), "erf": ("mul", 2, ("isqrtpi",), "e"),
    "relu": ("step", "a"), "abs": ("sign", "a"), "step": 0, "sign": 0,
}  # fmt: skip
"""Derivatives of functions f(a): numbers, f, a, the companion e of erf, and nodes of these."""
LEAVES = ("rat", "in", "coord", "pi", "isqrtpi")
LEAST_LAYER = {"in": 2, "coord": 1, "jet": 1}
MAX_NODES = 3_000_000


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
        node, order = range(len(data) if type(data) is list else 0), range(2, 65)
        unary = dict.fromkeys((*FUNCTIONS, *KINKS), (node,))
        schema = Kinds(unary) | {
            "rat": (range(-BIG, BIG), range(1, BIG)), "in": (range(sizes["inputs"]),),
            "coord": (range(sizes["coordinates"]),), "pi": (), "isqrtpi": (),
            "par": (range(sizes["parameters"]), node), "add": [node], "mul": [node],
            "pow": (range(-SMALL, SMALL), node), "root": (order, node), "erf": (node, node),
            "jet": (range(len(functions)), range(1000), node),
        }  # fmt: skip
        for k, entry in enumerate(read(data, [Kinds(schema)], "graph")):
            below = self._children(entry)
            if any(c >= k for c in below) or entry in (("add",), ("mul",)):
                raise Refused(f"graph: node {k} refers to no earlier node")
            if entry[0] == "par" and (
                self.private[entry[2]] or owners.setdefault(entry[1], k) != k
            ):
                raise Refused(f"graph: node {k} is no parameter with a value on the chart")
            if entry[0] == "erf" and self.nodes[entry[1]][0] != "exp":
                raise Refused(f"graph: the companion of node {k} is not an exponential")
            self._append(entry)
        self.given = len(self.nodes)
        self.zero, self.one, self.minus = (self.node("rat", c, 1) for c in (0, 1, -1))

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
        self.layers.append(
            max(LEAST_LAYER.get(node[0], 0), max((self.layers[c] for c in below), default=0))
        )
        self.private.append(node[0] in ("par", "in") or any(self.private[c] for c in below))
        self.nodes.append(node)
        return self.known.setdefault(node, len(self.nodes) - 1)

    def node(self, *node: Any) -> int:
        """The number of a node, which is added if it is new."""
        return self.known[node] if node in self.known else self._append(node)

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
        if self.zero in factors:
            return self.zero
        left = [f for f in factors if f != self.one]
        if len(left) == 1:
            return left[0]
        return self.node("mul", *left) if left else self.one

    def _partials(self, k: int) -> list[tuple[int, int]]:
        """Pairs (child, node of the partial derivative)."""
        node = self.nodes[k]
        match node[0]:
            case "add":
                return [(c, self.one) for c in node[1:]]
            case "mul":
                before = [self.one]
                for c in node[1:-1]:
                    before.append(self.product(before[-1], c))
                after, pairs = self.one, []
                for c, left in zip(reversed(node[1:]), reversed(before), strict=True):
                    pairs.append((c, self.product(left, after)))
                    after = self.product(c, after)
                return pairs
            case op if op in LEAVES:
                return []
        return [(node[-1], self.built(self._slope(node), k))]

    @staticmethod
    def _slope(node: Node) -> Template:
        """The derivative of a node by its argument."""
        match node:
            case ("pow", n, _):
                return "mul", n, ("pow", n - 1, "a")
            case ("root", n, _):
                return "mul", "f", ("pow", -1, ("mul", n, "a"))
            case ("jet", function, order, _):
                return "jet", function, order + 1, "a"
        return SLOPES[node[0]]

    def built(self, template: Template, k: int) -> int:
        """The node that a template describes for node k: see `SLOPES`."""
        match template:
            case int():
                return self.node("rat", template, 1)
            case str():
                return {"f": k, "a": self.nodes[k][-1], "e": self.nodes[k][1]}[template]
            case ("add", *parts):
                return self.total(*(self.built(p, k) for p in parts))
            case ("mul", *parts):
                return self.product(*(self.built(p, k) for p in parts))
            case (op,):
                return self.node(op)
        return self.node(*template[:-1], self.built(template[-1], k))

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
