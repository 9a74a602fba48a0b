"""Strata or branches up to symmetry: one disc for each orbit, with multiplicities."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from rankstrat.errors import DataError, demand
from rankstrat.pictures.canvas import colours, pyplot
from rankstrat.strata import RankHierarchy
from rankstrat.targets import TargetSet
from rankstrat.targets.quotient import orbits
from rankstrat.text.diagram import Diagram, Node

MAX_NODES = 3_000
LABELLED, FEW = 30, 12
"""Orbits that are drawn one by one; with few of them every edge is drawn."""
LONGEST, SHORT = 36, 14
"""Letters of a line below a disc; where discs stand in columns."""
OPEN = "#d55e00"
"""The frame of what is not proved: dashed, in a colour that the colour-blind tell from the rest."""
COLUMN = 1.5
"""Between columns, where discs stand in columns."""


def plot_orbits(source: RankHierarchy | TargetSet, *, axes: Any = None) -> Any:
    r"""The Hasse diagram of strata, or the graph of branches, up to symmetry.

    A disc is one orbit, with the number of its members below; a dashed frame says that its rank is
    not proved at every point. Rows are ranks of strata, and numbers r of neurons of branches (their
    dimensions, where neurons are not counted). With more than 30 orbits a disc stands for all
    orbits of one row and one dimension (of strata) or one generic rank (of branches), in columns;
    an edge then says that some of them meet.

    With more than 12 discs only those edges between branches are drawn whose intersection has
    codimension one in the smaller branch, and of the edges between strata those that do not follow
    from others.

    Args:
        source: a rank hierarchy or a target set, with at most 3000 orbits.
        axes: matplotlib axes to draw on; by default new ones.

    Returns:
        The axes.

    Raises:
        ModuleNotFoundError: matplotlib is not installed.
        DataError: there are too many orbits.
    """
    demand(
        source, RankHierarchy | TargetSet, DataError, "a rank hierarchy or a target set",
        "draw stratify(model)",
    )  # fmt: skip
    if isinstance(source, TargetSet):
        count = sum(b.representative is None for b in source.branches)
    else:
        count = len(source.strata)
    if not 0 < count <= MAX_NODES:
        raise DataError(
            f"{count} orbits were given; between 1 and {MAX_NODES} can be drawn; use to_html()"
        )
    if count <= LABELLED:
        diagram, columns = source.diagram, None
        places = list(diagram.places)
    else:
        diagram = _whole(source).gathered
        columns = sorted({n.shade for n in diagram.nodes})
        places = [(COLUMN * columns.index(n.shade), n.row) for n in diagram.nodes]
    return _draw(diagram, places, axes, columns)


def _whole(source: RankHierarchy | TargetSet) -> Diagram:
    """All orbits and edges, also where a page leaves the edges out."""
    if isinstance(source, TargetSet) and not source.diagram.edges:
        return orbits(source.model, source.branches, source.quotient, source.basis)
    return source.diagram


def _draw(
    diagram: Diagram, where: Sequence[tuple[float, int]], axes: Any, columns: list[int] | None
) -> Any:
    rows = {row: k for k, row in enumerate(sorted({n.row for n in diagram.nodes}))}
    places = [(x, float(rows[row])) for x, row in where]
    if axes is None:
        wide = max(x for x, _ in places) - min(x for x, _ in places)
        step = max(0.8, 0.4 + 0.066 * min(LONGEST, max(map(_length, diagram.nodes))))
        least = max(7.0, 0.09 * len(diagram.title))
        size = (min(26.0, max(least, step * wide + 3)), 1.6 + 1.25 * len(rows))
        if columns is not None:
            size = (max(least, 1.5 + 0.8 * len(columns)), 1.3 + 0.7 * len(rows))
        axes = pyplot("plot_orbits").subplots(figsize=size, layout="constrained")[1]
    for edge in diagram.edges:
        if not (edge.minor and len(diagram.nodes) > FEW) and edge.first != edge.second:
            _join(axes, places[edge.first], places[edge.second])
    values = sorted({node.shade for node in diagram.nodes})
    palette = colours()
    for node, place in zip(diagram.nodes, places, strict=True):
        shade = palette(values.index(node.shade) / max(1, len(values) - 1))
        proved = node.verdict == "PROVED"
        axes.scatter(
            *place, s=190, color=[shade], zorder=3, linewidths=1.6,
            edgecolors="white" if proved else OPEN, linestyle="-" if proved else "--",
        )  # fmt: skip
        many = f"\n×{node.many}" if node.many > 1 else ""
        words = _words(node, LONGEST if columns is None else SHORT)
        axes.annotate(
            words + many, place, (0, -10), textcoords="offset points", ha="center", va="top",
            fontsize=8, zorder=2, linespacing=0.95,
            bbox={"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none",
                  "alpha": 0.8},
        )  # fmt: skip
    axes.set_yticks(list(rows.values()), [f"{diagram.rows} {row}" for row in rows])
    axes.set_xticks([])
    if columns is not None:
        axes.set_xticks([COLUMN * k for k in range(len(columns))], map(str, columns))
        axes.set_xlabel(diagram.shades)
    axes.tick_params(length=0)
    axes.set_xlim(min(x for x, _ in places) - 0.8, max(x for x, _ in places) + 0.8)
    axes.set_ylim(-0.7, len(rows) - 0.5)
    axes.spines[:].set_visible(False)
    axes.set_title(diagram.title, fontsize=10)
    _legend(axes, diagram, values if columns is None else [])
    return axes


def _join(axes: Any, one: tuple[float, float], two: tuple[float, float]) -> None:
    """An edge; inside a row it passes above the discs between its ends."""
    (x0, y0), (x1, y1) = one, two
    bend = 0.0 if y0 != y1 else min(0.4, 0.14 + 0.05 * abs(x0 - x1))
    t = np.linspace(0, 1, 31)
    curve = y0 + (y1 - y0) * t + 4 * bend * t * (1 - t)
    axes.plot(x0 + (x1 - x0) * t, curve, color="0.75", linewidth=0.7, zorder=1)


def _words(node: Node, longest: int) -> str:
    """The conditions, one below the other; the first letters of those that are too long."""
    if _length(node) > longest:
        return f"{node.label[: longest - 2]} …"
    return f"${node.latex}$".replace(r",\ ", "$\n$").replace("| ", r"\,|\,")


def _length(node: Node) -> int:
    """About how many letters the longest line below a disc has."""
    return max(map(len, node.label.split(", ") if "=" in node.label else [node.label]))


def _legend(axes: Any, diagram: Diagram, values: list[int]) -> None:
    line = importlib.import_module("matplotlib.lines").Line2D
    palette, style = colours(), {"linestyle": "", "marker": "o", "markersize": 9}
    handles = [
        line([], [], color=palette(k / max(1, len(values) - 1)),
             label=f"{diagram.shades} {v}", **style)
        for k, v in enumerate(values)
    ]  # fmt: skip
    if any(node.verdict != "PROVED" for node in diagram.nodes):
        handles.append(
            line([], [], color="white", markeredgecolor=OPEN, label="not proved everywhere",
                 **style)
        )  # fmt: skip
    if not handles:
        return
    axes.legend(
        handles=handles[::-1], loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False,
        fontsize=9,
    )  # fmt: skip


__all__ = ["plot_orbits"]
