"""Graphs that every writer of networkx takes: attributes are numbers and texts."""

from __future__ import annotations

import io
from typing import Any

import networkx as nx


def plain(graph: nx.Graph) -> nx.Graph:
    """A copy of a graph whose nodes are whole numbers and whose attributes are numbers or texts.

    Example:
        >>> graph = nx.DiGraph()
        >>> graph.add_edge("a", "b", condition=("w", 1))
        >>> sorted(plain(graph).edges(data=True))
        [(0, 1, {'condition': "('w', 1)"})]
    """
    number = {node: i for i, node in enumerate(graph)}
    result = graph.__class__()
    result.graph.update({str(k): _plain(v) for k, v in graph.graph.items()})
    for node, data in graph.nodes(data=True):
        attributes = {str(k): _plain(v) for k, v in data.items()}
        attributes.setdefault("label", _plain(node))
        result.add_node(number[node], **attributes)
    for u, v, data in graph.edges(data=True):
        result.add_edge(number[u], number[v], **{str(k): _plain(d) for k, d in data.items()})
    return result


def graphml(graph: nx.Graph) -> str:
    """The graph as GraphML (Gephi, yEd, Cytoscape read it)."""
    buffer = io.BytesIO()
    nx.write_graphml(plain(graph), buffer)
    return buffer.getvalue().decode("utf-8")


def _plain(value: Any) -> Any:
    if isinstance(value, bool | int | float | str):
        return value
    return str(value).partition("\n")[0]
