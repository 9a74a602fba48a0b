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


def evaluation_order(nodes: Sequence[Sequence[Any]], tower: dict[str, Any]) -> list[int]:
    """Children first, and arguments of the generators in the image of a node before the node."""
    images = {_key(entry): entry[-1] for entry in tower["images"]}
    generators = tower["generators"]
    done, order = [False] * len(nodes), []
    for root in range(len(nodes)):
        stack = [root]
        while stack:
            k = stack[-1]
            used = [generators[g] for g, _ in images.get(_image_of(nodes[k]), ())]
            below = [*children(nodes[k]), *(g[-1] for g in used if g[0] not in ("root", "pi"))]
            missing = [c for c in below if not done[c]]
            if missing and len(stack) <= len(nodes):
                stack.extend(missing)
                continue
            stack.pop()
            if not done[k]:
                done[k] = True
                order.append(k)
    return order


def _key(entry: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(entry[: {"jet": 3, "root": 3, "pi": 1}.get(entry[0], 2)])


def _image_of(node: Sequence[Any]) -> tuple[Any, ...]:
    match node[0]:
        case "jet":
            return "jet", node[1], node[3]
        case "root":
            return "root", node[1], node[2]
    return GROUPS.get(node[0], ""), node[-1]


def ordered(proof: dict[str, Any]) -> dict[str, Any]:
    """The proof object with its nodes in the order of evaluation."""
    graph, tower, upper = proof["graph"], proof["tower"], proof["upper"]
    order = evaluation_order(graph, tower)
    new = {k: i for i, k in enumerate(order)}

    def moved(node: Sequence[Any]) -> list[Any]:
        count = len(children(node))
        return [*node[: len(node) - count], *(new[c] for c in children(node))]

    def entry(words: Sequence[Any]) -> list[Any]:
        size = len(_key(words))
        if words[0] == "pi":
            return list(words)
        return [*words[: size - 1], new[words[size - 1]], *words[size:]]

    result = proof | {
        "graph": [moved(graph[k]) for k in order],
        "outputs": [new[k] for k in proof["outputs"]],
        "tower": tower
        | {
            "generators": [
                g if g[0] in ("root", "pi") else [*g[:-1], new[g[-1]]] for g in tower["generators"]
            ],
            "images": [entry(words) for words in tower["images"]],
        },
    }
    if upper["kind"] == "relations":
        relations = [[p, [[i, new[c]] for i, c in terms]] for p, terms in upper["relations"]]
        result["upper"] = upper | {"relations": relations}
    return result
