"""Puts the nodes of a proof object into the order in which the referee reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

GROUPS = dict.fromkeys(("exp", "tanh", "sinh", "cosh"), "exp") | {
    "sin": "cis", "cos": "cis", "tan": "cis", "log": "log", "atan": "atan", "erf": "erf",
}  # fmt: skip


def children(node: Sequence[Any]) -> Sequence[int]:
    """The nodes that a node is computed from."""
    if node[0] in ("rat", "in", "coord", "pi", "isqrtpi"):
        return ()
    if node[0] in ("add", "mul", "erf"):
        return node[1:]
    return node[-1:]


def evaluation_order(nodes: Sequence[Sequence[Any]], proof: dict[str, Any]) -> list[int]:
    """Children first, and arguments of the generators in the image of a node before the node."""
    images = {tuple(entry[:-2]): entry[-1] for entry in proof["images"]}
    generators = proof["generators"]
    done, order = [False] * len(nodes), []
    for root in range(len(nodes)):
        stack = [root]
        while stack:
            k = stack[-1]
            used = [generators[g] for g, _ in images.get(_image_of(nodes[k]), ())]
            below = [*children(nodes[k]), *(g[-1] for g in used)]
            missing = [c for c in below if not done[c]]
            if missing and len(stack) <= len(nodes):
                stack.extend(missing)
                continue
            stack.pop()
            if not done[k]:
                done[k] = True
                order.append(k)
    return order


def _image_of(node: Sequence[Any]) -> tuple[Any, ...]:
    if node[0] == "jet":
        return "jet", node[1], node[3]
    return GROUPS.get(node[0], ""), node[-1]


def ordered(proof: dict[str, Any]) -> dict[str, Any]:
    """The proof object with its nodes in the order of evaluation.

    An error function stands after the node exp(-a^2), which is its first child here.
    """
    graph, upper = proof["graph"], proof["upper"]
    order = evaluation_order(graph, proof)
    new = {k: i for i, k in enumerate(order)}

    def moved(node: Sequence[Any]) -> list[Any]:
        below = children(node)
        count = len(below)
        return [*node[: len(node) - count], *(new[c] for c in below[node[0] == "erf" :])]

    def entry(words: Sequence[Any]) -> list[Any]:
        """A generator or an image, whose node comes after its kind or the number of a function."""
        if words[0] in ("root", "isqrtpi"):
            return list(words)
        place = 2 if words[0] == "jet" else 1
        return [*words[:place], new[words[place]], *words[place + 1 :]]

    result = proof | {
        "graph": [moved(graph[k]) for k in order],
        "outputs": [new[k] for k in proof["outputs"]],
        "generators": [entry(words) for words in proof["generators"]],
        "images": [entry(words) for words in proof["images"]],
    }
    if upper["kind"] == "relations":
        relations = [[[i, new[c]] for i, c in terms] for terms in upper["relations"]]
        result["upper"] = upper | {"relations": relations}
    return result
