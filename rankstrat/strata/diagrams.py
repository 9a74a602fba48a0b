r"""Hasse diagrams of strata as text: Graphviz DOT and Mermaid."""

from __future__ import annotations

import networkx as nx

from rankstrat.model.model import Model
from rankstrat.strata.stratum import Stratum
from rankstrat.text.diagram import Diagram, Edge, Node


def _numbered(graph: nx.DiGraph) -> dict[Stratum, str]:
    ordered = sorted(graph.nodes, key=lambda s: (-s.rank, -s.dimension, repr(s.label)))
    return {stratum: f"s{i}" for i, stratum in enumerate(ordered)}


def _edges(graph: nx.DiGraph, names: dict[Stratum, str]) -> list[tuple[str, str, str]]:
    return sorted(
        (names[u], names[v], str(data["condition"])) for u, v, data in graph.edges(data=True)
    )


def dot(graph: nx.DiGraph) -> str:
    """The diagram for Graphviz, strata of one rank in one row, the largest rank on top."""
    names = _numbered(graph)
    lines = ["digraph strata {", "  rankdir=TB;", "  node [shape=box, style=rounded];"]
    rows: dict[int, list[str]] = {}
    for stratum, name in names.items():
        label = f"{stratum.words.text}\\nrank {stratum.rank}, dim {stratum.dimension}"
        label += f", x{stratum.orbit}" if stratum.orbit > 1 else ""
        lines.append(f'  {name} [label="{label}"];')
        rows.setdefault(stratum.rank, []).append(name)
    lines += [
        f"  {{ rank=same; {'; '.join(row)}; }}" for _, row in sorted(rows.items(), reverse=True)
    ]
    lines += [f'  {u} -> {v} [label="{condition}"];' for u, v, condition in _edges(graph, names)]
    return "\n".join([*lines, "}"])


def mermaid(graph: nx.DiGraph) -> str:
    """The diagram for Mermaid (GitHub and MyST draw it)."""
    names = _numbered(graph)
    lines = ["flowchart TD"]
    for stratum, name in names.items():
        many = f", x{stratum.orbit}" if stratum.orbit > 1 else ""
        lines.append(
            f'  {name}["{stratum.words.text}<br/>rank {stratum.rank}, dim'
            f' {stratum.dimension}{many}"]'
        )
    lines += [f'  {u} -->|"{condition}"| {v}' for u, v, condition in _edges(graph, names)]
    return "\n".join(lines)


def hasse(model: Model, graph: nx.DiGraph, coverage: str) -> Diagram:
    """The Hasse diagram, a row for each rank, coloured by dimension; a node is an orbit."""
    strata = list(_numbered(graph))
    number = {stratum: i for i, stratum in enumerate(strata)}
    nodes = tuple(
        Node(
            s.words.text,
            s.words.latex,
            s.rank,
            s.dimension,
            str(s.verdict),
            s.orbit,
            (
                ("rank", str(s.rank)),
                ("dimension", str(s.dimension)),
                ("codimension", str(s.codimension)),
                ("strata in the orbit", str(s.orbit)),
                (str(s.verdict), s.constancy.reason),
            ),
        )
        for s in strata
    )
    edges = tuple(
        Edge(number[u], number[v], c.text, c.latex) for u, v, c in graph.edges(data="condition")
    )
    return Diagram(
        f"Rank strata of {model}", "rank", "dimension", nodes, edges, directed=True,
        note=f"Coverage: {coverage}.",
    )  # fmt: skip


__all__ = ["dot", "hasse", "mermaid"]
