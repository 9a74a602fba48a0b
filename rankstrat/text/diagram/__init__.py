r"""Diagrams of nodes in rows as text: a page with a zoomable graph, TikZ, GraphML."""

from __future__ import annotations

from rankstrat.text.diagram.graphml import graphml, plain
from rankstrat.text.diagram.layout import Diagram, Edge, Node
from rankstrat.text.diagram.page import page
from rankstrat.text.diagram.tikz import tikz

__all__ = ["Diagram", "Edge", "Node", "graphml", "page", "plain", "tikz"]
