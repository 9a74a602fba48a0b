r"""The model as a directed acyclic graph of typed nodes, and its derivatives as further nodes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .reading import Fuel, Refused, array, big, integer, printable

Node = tuple[Any, ...]
UNARY = ("exp", "log", "tanh", "sinh", "cosh", "sin", "cos", "tan", "atan")
KINKS = ("relu", "abs", "step", "sign")
GROUPS = dict.fromkeys(("exp", "tanh", "sinh", "cosh"), "exp") | {
    "sin": "cis", "cos": "cis", "tan": "cis",
    "log": "log", "atan": "atan", "erf": "erf", "jet": "jet", "root": "root",
}  # fmt: skip
MAX_NODES = 3_000_000


class Graph:
    """Nodes; each refers to earlier ones, so that their order is an order of evaluation."""

    def __init__(self, nodes: Any, sizes: dict[str, int], functions: list[str], fuel: Fuel) -> None:
        self.sizes, self.functions, self.fuel = sizes, functions, fuel
        self.nodes: list[Node] = []
        self.known: dict[Node, int] = {}
        self.layers: list[int] = []
        self.private: list[bool] = []  # whether a parameter or an input stands below
        owners: dict[int, int] = {}
        for k, entry in enumerate(array(nodes, "graph")):
            node = self._read(array(entry, f"graph[{k}]"), k)
            if node[0] == "par" and owners.setdefault(node[1], k) != k:
                raise Refused(f"graph[{k}]: parameter {node[1]} has two nodes")
            self._append(node)
        self.given = len(self.nodes)
        self.zero, self.one = self.rational(0), self.rational(1)

    def _read(self, entry: list[Any], k: int) -> Node:
        where, op = f"graph[{k}]", entry[0] if entry else None
        sizes, last = self.sizes, k - 1
        match entry:
            case ["rat", p, q]:
                node: Node = ("rat", big(p, where), big(q, where))
                if q < 1:
                    raise Refused(f"{where}: the denominator is not positive")
            case ["in", i]:
                node = ("in", integer(i, where, 0, sizes["inputs"] - 1))
            case ["coord", i]:
                node = ("coord", integer(i, where, 0, sizes["coordinates"] - 1))
            case ["par", i, v]:
                node = (
                    "par",
                    integer(i, where, 0, sizes["parameters"] - 1),
                    integer(v, where, 0, last),
                )
                if self.private[v]:
                    raise Refused(f"{where}: the value of a parameter contains one or an input")
            case ["add" | "mul", _, *_]:
                node = (op, *(integer(a, where, 0, last) for a in entry[1:]))
            case ["pow", a, n]:
                node = (op, integer(a, where, 0, last), integer(n, where, -(10**9)))
            case ["root", a, n]:
                node = (op, integer(a, where, 0, last), integer(n, where, 2, 64))
            case ["erf", a, e]:
                node = (op, integer(a, where, 0, last), integer(e, where, 0, last))
                if self.nodes[e][0] != "exp":
                    raise Refused(f"{where}: the companion is not an exponential")
            case ["jet", f, j, a]:
                f = integer(f, where, 0, len(self.functions) - 1)
                node = (op, f, integer(j, where, 0, 1000), integer(a, where, 0, last))
            case ["pi" | "isqrtpi"]:
                node = (op,)
            case [str(), a] if op in UNARY or op in KINKS:
                node = (op, integer(a, where, 0, last))
            case _:
                raise Refused(f"{where}: {printable(op)} is no kind of node with such arguments")
        return node

    def _append(self, node: Node) -> int:
        if len(self.nodes) >= MAX_NODES:
            raise Refused(f"the graph has more than {MAX_NODES} nodes")
        op, below = node[0], [self.layers[c] for c in self._children(node)]
        least = {"in": 2, "coord": 1, "jet": 1}.get(op, 0)
        self.layers.append(max(least, *below) if below else least)
        private = node[0] in ("par", "in") or any(self.private[c] for c in self._children(node))
        self.private.append(private)
        self.nodes.append(node)
        return self.known.setdefault(node, len(self.nodes) - 1)

    def node(self, *node: Any) -> int:
        """The number of a node, which is added if it is new."""
        if node in self.known:
            return self.known[node]
        return self._append(node)

    def rational(self, p: int, q: int = 1) -> int:
        """The number of a constant node."""
        return self.node("rat", p, q)

    def reflection(self, f: int, j: int) -> int:
        """s with sigma^(j)(-h) = s sigma^(j)(h) for an odd or even function, else 0."""
        parity = self.functions[f].rstrip("0")
        if parity:
            return (-1) ** (j + (parity == "odd"))
        return 0

    def argument(self, k: int) -> int:
        """The argument of a function node."""
        return int(self.nodes[k][3 if self.nodes[k][0] == "jet" else 1])

    @staticmethod
    def _children(node: Node) -> Sequence[int]:
        match node[0]:
            case "rat" | "in" | "coord" | "pi" | "isqrtpi":
                return ()
            case "par":
                return node[2:]
            case "pow" | "root":
                return node[1:2]
            case "jet":
                return node[3:]
        return node[1:]

    def children(self, k: int) -> Sequence[int]:
        """The nodes that a node is computed from."""
        return self._children(self.nodes[k])

    def closure(self, roots: Iterable[int]) -> list[int]:
        """The given nodes and all below them, in order of evaluation."""
        stack = list(roots)
        seen = set(stack)
        while stack:
            self.fuel.burn(1)
            for c in self.children(stack.pop()):
                if c not in seen:
                    seen.add(c)
                    stack.append(c)
        return sorted(seen)

    def total(self, terms: Sequence[int]) -> int:
        """A node for a sum."""
        terms = [t for t in terms if t != self.zero]
        if not terms:
            return self.zero
        if len(terms) == 1:
            return terms[0]
        return self.node("add", *terms)

    def product(self, *factors: int) -> int:
        """A node for a product."""
        if self.zero in factors:
            return self.zero
        left = [f for f in factors if f != self.one]
        if not left:
            return self.one
        if len(left) == 1:
            return left[0]
        return self.node("mul", *left)

    def partials(self, k: int) -> list[tuple[int, int]]:
        """Pairs (child, node of the partial derivative), by the rules of calculus."""
        node, op = self.nodes[k], self.nodes[k][0]
        a = self.argument(k) if len(node) > 1 else 0
        match op:
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
            case "pow":
                power = self.node("pow", a, node[2] - 1)
                if node[2]:
                    return [(a, self.product(self.rational(node[2]), power))]
                return []
            case "exp":
                slope = k
            case "log":
                slope = self.node("pow", a, -1)
            case "tanh":
                slope = self.total(
                    [self.one, self.product(self.rational(-1), self.node("pow", k, 2))]
                )
            case "tan":
                slope = self.total([self.one, self.node("pow", k, 2)])
            case "sinh" | "cosh":
                slope = self.node("cosh" if op == "sinh" else "sinh", a)
            case "sin":
                slope = self.node("cos", a)
            case "cos":
                slope = self.product(self.rational(-1), self.node("sin", a))
            case "atan":
                slope = self.node("pow", self.total([self.one, self.node("pow", a, 2)]), -1)
            case "erf":
                slope = self.product(self.rational(2), self.node("isqrtpi"), node[2])
            case "root":
                slope = self.product(self.rational(1, node[2]), k, self.node("pow", a, -1))
            case "jet":
                slope = self.node("jet", node[1], node[2] + 1, a)
            case "relu" | "abs":
                slope = self.node("step" if op == "relu" else "sign", a)
            case _:
                return []
        return [(a, slope)]

    def gradient(self, output: int) -> dict[int, int]:
        r"""Nodes of $\partial F/\partial\theta_i$ by one backward sweep; missing ones are zero."""
        waiting: dict[int, list[int]] = {output: [self.one]}
        gradient: dict[int, int] = {}
        for k in reversed(self.closure([output])):
            if k not in waiting:
                continue
            adjoint = self.total(waiting.pop(k))
            if self.nodes[k][0] == "par":
                gradient[self.nodes[k][1]] = adjoint
            elif adjoint != self.zero:
                for child, slope in self.partials(k):
                    waiting.setdefault(child, []).append(self.product(adjoint, slope))
        return gradient

    def derivative(self, roots: Sequence[int], seeds: set[int]) -> dict[int, int]:
        """Nodes of the derivatives of the roots by a variable, which is a set of equal leaves.

        A jet is a variable of its own here: it is not derived further.
        """
        result: dict[int, int] = {}
        for k in self.closure(roots):
            if k in seeds:
                result[k] = self.one
            elif self.nodes[k][0] == "par":
                result[k] = result[self.nodes[k][2]]
            elif self.nodes[k][0] == "jet" or all(result[c] == self.zero for c in self.children(k)):
                result[k] = self.zero
            else:
                result[k] = self.total([self.product(s, result[c]) for c, s in self.partials(k)])
        return {k: result[k] for k in roots}
