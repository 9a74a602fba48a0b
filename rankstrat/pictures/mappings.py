"""Pictures of graphs of critical mappings, where matplotlib is installed (the extra `plot`)."""

from __future__ import annotations

from typing import Any

import networkx as nx

from rankstrat.errors import DataError
from rankstrat.pictures.canvas import pyplot

MAX_NODES = 100


def plot_embeddings(graph: nx.DiGraph, *, compositions: bool = False, axes: Any = None) -> Any:
    r"""A graph of critical mappings: models in rows from the narrowest up, one-step generators as
    arrows.

    Args:
        graph: the value of `embedding_graph` or `mapping_graph`.
        compositions: also the compositions, dotted.
        axes: matplotlib axes to draw on; by default new ones.

    Returns:
        The axes.

    Raises:
        ModuleNotFoundError: matplotlib is not installed.
        DataError: more than 100 models.
    """
    if graph.number_of_nodes() > MAX_NODES:
        raise DataError(
            f"{graph.number_of_nodes()} models are too many for a picture; at most {MAX_NODES} are"
            " drawn"
        )
    places = _layout(graph)
    if axes is None:
        rows = [y for _, y in places.values()]
        widest = max(rows.count(y) for y in set(rows))
        size = (min(2.0 + 1.8 * widest, 24.0), min(1.5 + 1.3 * len(set(rows)), 24.0))
        axes = pyplot("plot_embeddings").subplots(figsize=size, layout="constrained")[1]
    labels = {i: f"{data['label']}\n$M = {data['size']}$" for i, data in graph.nodes(data=True)}
    box = {"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": "black"}
    for i, j, data in graph.edges(data=True):
        if data["generator"] or compositions:
            style = {"arrowstyle": "->", "shrinkA": 16, "shrinkB": 16}
            if not data["generator"]:
                style |= {"linestyle": "dotted", "color": "0.5", "connectionstyle": "arc3,rad=0.2"}
            axes.annotate("", xy=places[j], xytext=places[i], arrowprops=style)
    for i, (x, y) in places.items():
        axes.text(x, y, labels[i], ha="center", va="center", fontsize=8, bbox=box)
    xs, ys = zip(*places.values(), strict=True)
    axes.set_xlim(min(xs) - 0.7, max(xs) + 0.7)
    axes.set_ylim(min(ys) - 0.5, max(ys) + 0.5)
    axes.set_axis_off()
    return axes


def _layout(graph: nx.DiGraph) -> dict[int, tuple[float, float]]:
    """Rows by the longest path of generators (equal nets of two families share a row), spread
    evenly.
    """
    generators = nx.DiGraph((i, j) for i, j, data in graph.edges(data=True) if data["generator"])
    generators.add_nodes_from(graph)
    condensed = nx.condensation(generators)
    row: dict[int, int] = {}
    for layer, components in enumerate(nx.topological_generations(condensed)):
        for c in components:
            row |= dict.fromkeys(condensed.nodes[c]["members"], layer)
    places = {}
    for y in sorted(set(row.values())):
        members = sorted(i for i in graph if row[i] == y)
        for k, i in enumerate(members):
            places[i] = (k - (len(members) - 1) / 2, float(y))
    return places


__all__ = ["plot_embeddings"]
