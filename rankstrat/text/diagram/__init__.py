r"""Diagrams of nodes in rows as text: a page with a zoomable graph, TikZ, GraphML."""

from __future__ import annotations

from rankstrat.text.diagram.drawn import tikz
from rankstrat.text.diagram.exports import graphml, plain
from rankstrat.text.diagram.layout import Diagram, Edge, Node
from rankstrat.text.diagram.self_contained import page

__all__ = ["Diagram", "Edge", "Node", "graphml", "page", "plain", "tikz"]
