"""Strata or branches up to symmetry: one disc for each orbit, with multiplicities."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from rankstrat.errors import DataError, demand
from rankstrat.pictures.canvas import colours, pyplot
from rankstrat.strata import RankHierarchy
from rankstrat.targets import TargetSet
from rankstrat.text.diagram import Diagram

MAX_NODES = 300
LABELLED = 30
OPEN = "#d55e00"
"""The frame of what is not proved: dashed, in a colour that the colour-blind tell from the rest."""


def plot_orbits(source: RankHierarchy | TargetSet, *, axes: Any = None) -> Any:
    r"""The Hasse diagram of strata, or the graph of branches, up to symmetry.

    A disc is one orbit, with the number of its members below; a dashed frame says that its rank is
    not proved at every point. Rows are ranks of strata, and numbers r of neurons of branches.

    Args:
        source: a rank hierarchy or a target set, with at most 300 orbits.
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
    return _draw(source.diagram, axes)


def _draw(diagram: Diagram, axes: Any) -> Any:
    rows = {row: k for k, row in enumerate(sorted({n.row for n in diagram.nodes}))}
    places = [(x, rows[row]) for x, row in diagram.places]
    named = len(diagram.nodes) <= LABELLED
    if axes is None:
        wide = max(x for x, _ in places) - min(x for x, _ in places)
        size = (min(26.0, max(7.0, (1.25 if named else 0.6) * wide + 3)), 1.6 + 1.25 * len(rows))
        axes = pyplot("plot_orbits").subplots(figsize=size, layout="constrained")[1]
    for edge in diagram.edges:
        (x0, y0), (x1, y1) = places[edge.first], places[edge.second]
        # inside a row an edge passes above the discs between its ends
        bend = 0.0 if y0 != y1 else min(0.4, 0.14 + 0.05 * abs(x0 - x1))
        t = np.linspace(0, 1, 31)
        curve = y0 + (y1 - y0) * t + 4 * bend * t * (1 - t)
        axes.plot(x0 + (x1 - x0) * t, curve, color="0.75", linewidth=0.7, zorder=1)
    values = sorted({node.shade for node in diagram.nodes})
    palette = colours()
    for node, (x, y) in zip(diagram.nodes, places, strict=True):
        shade = palette(values.index(node.shade) / max(1, len(values) - 1))
        proved = node.verdict == "PROVED"
        axes.scatter(
            [x], [y], s=190, color=[shade], zorder=3, linewidths=1.6,
            edgecolors="white" if proved else OPEN, linestyle="-" if proved else "--",
        )  # fmt: skip
        if named:
            words = f"${node.latex}$".replace(r",\ ", "$\n$").replace("| ", r"\,|\,")
            many = f"\n×{node.many}" if node.many > 1 else ""
            axes.annotate(
                words + many, (x, y), (0, -10), textcoords="offset points", ha="center", va="top",
                fontsize=8, zorder=2, linespacing=0.95,
                bbox={"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none",
                      "alpha": 0.8},
            )  # fmt: skip
        elif node.many > 1:
            axes.annotate(f"×{node.many}", (x, y), (8, 5), textcoords="offset points", fontsize=7)
    axes.set_yticks(list(rows.values()), [f"{diagram.rows} {row}" for row in rows])
    axes.set_xticks([])
    axes.tick_params(length=0)
    axes.set_xlim(min(x for x, _ in places) - 0.8, max(x for x, _ in places) + 0.8)
    axes.set_ylim(-0.7, len(rows) - 0.5)
    axes.spines[:].set_visible(False)
    axes.set_title(diagram.title, fontsize=10)
    _legend(axes, diagram, values)
    return axes


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
    axes.legend(
        handles=handles[::-1], loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False,
        fontsize=9,
    )  # fmt: skip


__all__ = ["plot_orbits"]
