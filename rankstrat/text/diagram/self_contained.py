"""A diagram as one self-contained HTML file: zoom, tooltips, search; nothing is fetched."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path

from rankstrat.text.diagram.layout import Diagram

SHADES = ("#440154", "#414487", "#2a788e", "#22a884", "#7ad151")
"""Steps of viridis, which the colour-blind tell apart, without its palest end."""
ACROSS, UP = 150, 130


def page(diagram: Diagram) -> str:
    """The file."""
    values = sorted({node.shade for node in diagram.nodes})
    nodes = []
    rows = {row: k for k, row in enumerate(sorted({n.row for n in diagram.nodes}, reverse=True))}
    for node, (x, row) in zip(diagram.nodes, diagram.places, strict=True):
        nodes.append(
            {
                "x": round(x * ACROSS),
                "y": rows[row] * UP,
                "label": node.label,
                "row": node.row,
                "colour": _colour(node.shade, values),
                "verdict": node.verdict,
                "many": node.many,
                "facts": [list(fact) for fact in node.facts],
            }
        )
    data = {
        "rows": diagram.rows,
        "nodes": nodes,
        "edges": [[e.first, e.second, e.label] for e in diagram.edges],
        "directed": diagram.directed,
    }
    legend = "".join(
        f'<span><i style="background:{_colour(v, values)}"></i>{escape(diagram.shades)} {v}</span>'
        for v in values
    )
    title = escape(diagram.title)
    # "<" in a label must not end the script
    text = json.dumps(data, ensure_ascii=True).replace("<", "\\u003c")
    template = Path(__file__).with_name("page.html").read_text(encoding="utf-8")
    return (
        template.replace("@TITLE@", title)
        .replace("@LEGEND@", legend)
        .replace("@NOTE@", escape(diagram.note))
        .replace("@DATA@", text)
    )


def _colour(value: int, values: list[int]) -> str:
    place = values.index(value) / max(1, len(values) - 1)
    return SHADES[round(place * (len(SHADES) - 1))]
