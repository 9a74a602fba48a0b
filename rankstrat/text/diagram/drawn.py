r"""A diagram as a TikZ picture; the document needs `\usepackage{amsmath, tikz}`."""

from __future__ import annotations

from rankstrat.text.cells import to_latex
from rankstrat.text.diagram.layout import Diagram

LINES = {"PROVED": "solid", "PROBABLE": "dash dot", "NUMERICAL": "dotted"}
"""Verdict -> how a node is framed; dashed where it is open."""


def tikz(diagram: Diagram, *, across: float = 2.6, up: float = 1.5) -> str:
    r"""The diagram between `\begin{tikzpicture}` and `\end{tikzpicture}`.

    Args:
        diagram: nodes in rows.
        across: the distance of neighbours in centimetres.
        up: the distance of rows in centimetres.
    """
    lines = [
        rf"% {diagram.rows} upwards; dashed frames: not proved".replace("\n", " "),
        r"\begin{tikzpicture}[every node/.style={font=\footnotesize}]",
    ]
    for i, (node, (x, row)) in enumerate(zip(diagram.nodes, diagram.places, strict=True)):
        style = LINES.get(node.verdict, "dashed")
        many = rf"\\$\times {node.many}$" if node.many > 1 else ""
        words = to_latex(f"{diagram.shades} {node.shade}")
        lines.append(
            rf"  \node[draw, rounded corners, align=center, {style}] (n{i}) at"
            rf" ({x * across:.2f}, {row * up:.2f}) {{${node.latex}$\\{words}{many}}};"
        )
    arrow = "->" if diagram.directed else "-"
    for edge in diagram.edges:
        label = (
            rf" node[midway, fill=white, inner sep=1pt, font=\scriptsize] {{${edge.latex}$}}"
            if edge.latex
            else ""
        )
        # inside a row an edge passes above the nodes between its ends
        level = diagram.nodes[edge.first].row == diagram.nodes[edge.second].row
        join = "to[bend left=25]" if level else "--"
        lines.append(rf"  \draw[{arrow}, gray] (n{edge.first}) {join}{label} (n{edge.second});")
    return "\n".join([*lines, r"\end{tikzpicture}"])
