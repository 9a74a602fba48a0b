"""Pictures of target sets, where matplotlib is installed (the extra `plot`)."""

from __future__ import annotations

import importlib
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import sympy

from rankstrat.deadline import within
from rankstrat.errors import DataError, demand
from rankstrat.pictures.canvas import pyplot
from rankstrat.targets import Branch, TargetSet
from rankstrat.targets.joining import branch_graph
from rankstrat.waiting import waiting

MAX_NODES = 200
_LABELLED = 40
_SMALL = 12
_DASHES = ("-", "--", "-.", ":")
_PAPER = {"boxstyle": "round,pad=0.12", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}


def plot_branches(target: TargetSet, *, axes: Any = None, budget: float | None = None) -> Any:
    r"""The graph of branches, drawn as in the lectures: one row for every number r of neurons
    (for every dimension, where a family does not count them).

    A disc is one branch; its size grows with its dimension, its colour is its generic rank. Edges
    carry the dimension of the intersection. With more than 12 branches only those edges are drawn
    whose intersection has codimension one in the smaller branch.

    Args:
        target: a target set with at most 200 branches.
        axes: matplotlib axes to draw on; by default new ones.
        budget: seconds after which the edges found so far are drawn, and the title says OPEN.

    Returns:
        The axes.

    Raises:
        ModuleNotFoundError: matplotlib is not installed.
        DataError: there are too many branches.
    """
    demand(target, TargetSet, DataError, "a target set", "draw target_set(model, target)")
    count = len(target.branches)
    if count > MAX_NODES:  # before the graph, which compares every pair
        raise DataError(
            f"{count} branches are too many for a picture; at most {MAX_NODES} are drawn; use"
            " plot_orbits or to_dot()"
        )
    branches = target.branches
    with waiting("graph of branches"), within(budget):
        graph = branch_graph(target.model, branches, partial=True)
    edges = [
        (i, j, dimension)
        for i, j, dimension in graph.edges(data="dimension")
        if count <= _SMALL or dimension >= min(branches[i].dimension, branches[j].dimension) - 1
    ]
    places = _layout(target, edges)
    few = count <= _LABELLED
    rows = sorted({y for _, y in places})
    if axes is None:
        widest = max(sum(1 for p in places if p[1] == y) for y in rows)
        size = (min(max(6.0, (1.25 if few else 0.55) * widest + 1.6), 26.0), 1.4 + 1.9 * len(rows))
        axes = pyplot("plot_branches").subplots(figsize=size, layout="constrained")[1]
    for i, j, dimension in edges:
        (x0, y0), (x1, y1) = sorted((places[i], places[j]), key=lambda p: -p[1])
        bend = 0.0 if y0 != y1 else 0.22 + 0.05 * abs(x0 - x1)
        t = np.linspace(0, 1, 41)
        curve_x, curve_y = x0 + (x1 - x0) * t, y0 + (y1 - y0) * t - 4 * bend * t * (1 - t)
        axes.plot(curve_x, curve_y, color="0.7", linewidth=0.9 if few else 0.3, zorder=1)
        if count <= _SMALL:
            # nearer to the upper branch than to the middle, where the edges of a symmetric picture
            # cross
            at = (curve_x[13], curve_y[13]) if y0 != y1 else (curve_x[20], curve_y[20])
            axes.annotate(
                str(dimension), at, color="0.25", fontsize=8, ha="center", va="center", bbox=_PAPER
            )
    ranks = sorted({branch.rank for branch in branches})
    colours = dict(zip(ranks, _colours(len(ranks)), strict=True))
    axes.scatter(
        *zip(*places, strict=True),
        s=[_area(branch.dimension) for branch in branches],
        c=[colours[branch.rank] for branch in branches],
        zorder=3, edgecolors="white", linewidths=1.2,
    )  # fmt: skip
    if few:
        for branch, (x, y) in zip(branches, places, strict=True):
            up = y == rows[-1] and len(rows) > 1
            space = (_area(branch.dimension) ** 0.5) / 2 + 3
            axes.annotate(
                branch.label, (x, y), (0, space if up else -space), textcoords="offset points",
                ha="center",
                va="bottom" if up else "top", fontsize=8, zorder=2, bbox=_PAPER,
            )  # fmt: skip
    word = "r =" if _counted(target) else "dimension"
    axes.set_yticks(rows, [f"{word} {int(y)}" for y in rows])
    axes.set_xticks([])
    axes.tick_params(length=0)
    axes.margins(0.12, 0.16)
    axes.spines[:].set_visible(False)
    missing = f"\nedges OPEN: {graph.graph['ended']}" if graph.graph["ended"] else ""
    axes.set_title(f"{target.model}: {count} branches{missing}", fontsize=10)
    _legend(axes, colours, sorted({branch.dimension for branch in branches}))
    return axes


def _area(dimension: int) -> float:
    return 70.0 + 55.0 * dimension


def _colours(count: int) -> list[Any]:
    """Steps of viridis, which the colour-blind tell apart, without its palest end."""
    palette = importlib.import_module("matplotlib").colormaps["viridis"]
    return [palette(0.1 + 0.78 * k / max(1, count - 1)) for k in range(count)]


def _legend(axes: Any, colours: Mapping[int, Any], dimensions: Sequence[int]) -> None:
    style = {"linestyle": "", "marker": "o", "markeredgecolor": "white"}
    lines = importlib.import_module("matplotlib.lines")
    by_rank = [
        lines.Line2D([], [], color=c, markersize=9, label=f"rank {r}", **style)
        for r, c in colours.items()
    ]
    by_size = [
        lines.Line2D(
            [], [], color="0.6", markersize=_area(d) ** 0.5, label=f"dimension {d}", **style
        )
        for d in dimensions
    ]
    axes.legend(
        handles=[*reversed(by_rank), *reversed(by_size)], title="generic rank, dimension",
        loc="center left",
        bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=9, title_fontsize=9, labelspacing=0.9,
    )  # fmt: skip


def _counted(target: TargetSet) -> bool:
    """Whether every branch has its number of neurons."""
    return all(branch.index for branch in target.branches)


def _layout(target: TargetSet, edges: Sequence[tuple[int, int, int]]) -> list[tuple[float, float]]:
    """Rows by r; in a row from left to right in the order of the neighbours' means, which saves
    crossings.
    """
    rows: dict[int, list[int]] = {}
    counted = _counted(target)
    for i, branch in enumerate(target.branches):
        place = branch.dimension
        if counted and branch.index is not None:
            place = branch.index[0]
        rows.setdefault(place, []).append(i)
    widest = max(map(len, rows.values()))
    x = [0.0] * len(target.branches)

    def spread(row: list[int]) -> None:
        step = min(2.0, widest / len(row)) if len(row) > 1 else 1.0
        for k, i in enumerate(row):
            x[i] = step * (k - (len(row) - 1) / 2)

    around: dict[int, list[int]] = {i: [] for i in range(len(x))}
    height = {i: r for r, members in rows.items() for i in members}
    for i, j, _ in edges:
        if height[i] != height[j]:
            around[i].append(j)
            around[j].append(i)
    for row in rows.values():
        spread(row)
    ordered = [rows[r] for r in sorted(rows)]
    for _ in range(24):
        for row in (*ordered, *reversed(ordered)):
            row.sort(
                key=lambda i: sum(x[j] for j in around[i]) / len(around[i]) if around[i] else x[i]
            )
            spread(row)
    return [(x[i], float(height[i])) for i in range(len(x))]


def plot_lines(
    target: TargetSet,
    parameters: Sequence[str] = ("a1", "w1_1", "w2_1"),
    *,
    reach: float = 2.0,
    axes: Any = None,
) -> Any:
    r"""The one-dimensional branches as curves in the space of three parameters (Q1, Q2, Q3 for m =
    2, d = 1).

    Args:
        target: a target set with branches of dimension one.
        parameters: the names of the three parameters on the axes.
        reach: how far the coordinate of each branch runs, on both sides of its middle.
        axes: three-dimensional matplotlib axes; by default new ones.

    Returns:
        The axes.

    Raises:
        ModuleNotFoundError: matplotlib is not installed.
        DataError: unknown parameters, or no branch of dimension one.
    """
    names = [str(p) for p in target.model.parameters]
    unknown = [p for p in parameters if p not in names]
    if unknown or len(parameters) != 3:
        known = ", ".join(names[:12])
        raise DataError(
            f"{list(parameters)} are not three parameters of the model; choose among {known}"
        )
    curves = [branch for branch in target.branches if len(branch.chart.coordinates) == 1]
    if not curves:
        raise DataError("no branch has dimension one; use plot_branches for the graph of branches")
    if axes is None:
        figures = pyplot("plot_lines")
        axes = figures.figure(figsize=(7.2, 5.6), layout="constrained").add_subplot(projection="3d")
    columns = [names.index(p) for p in parameters]
    meetings = _meetings(curves)
    palette = _colours(len(curves))
    for number, branch in enumerate(curves):
        (u,) = branch.chart.coordinates
        values = [branch.chart.values[target.model.parameters[i]] for i in columns]
        crossed = [
            p[names.index(str(u))] for p in meetings.get(branch.label, ()) if str(u) in names
        ]
        lowest = branch.minimum.minimiser
        least = 0 if lowest is None else lowest.values.get(u, 0)
        middle = sum(crossed) / len(crossed) if crossed else float(least)
        steps = middle + np.linspace(-reach, reach, 41)
        points = [[float(v.xreplace({u: step})) for v in values] for step in steps]
        style = _DASHES[number % len(_DASHES)]
        label = f"$Q_{{{number + 1}}}$: {branch.label}, rank {branch.rank}"
        axes.plot(
            *zip(*points, strict=True),
            color=palette[number],
            linestyle=style,
            linewidth=2.4,
            label=label,
        )
    if meetings:
        drawn = dict.fromkeys(
            tuple(point[i] for i in columns) for found in meetings.values() for point in found
        )
        axes.scatter(
            *zip(*drawn, strict=True), color="black", s=28, depthshade=False, label="they meet here"
        )
    for name, axis in zip(parameters, "xyz", strict=True):
        getattr(axes, f"set_{axis}label")(
            f"${sympy.latex(sympy.Symbol(name))}$", labelpad=6, fontsize=12
        )
        getattr(axes, f"{axis}axis").set_major_locator(
            importlib.import_module("matplotlib.ticker").MaxNLocator(5)
        )
    axes.view_init(elev=22, azim=-58)
    axes.legend(loc="upper left", frameon=False, fontsize=9)
    return axes


def _meetings(curves: Sequence[Branch]) -> dict[str, list[tuple[float, ...]]]:
    """Label of a branch -> the points in which it meets others."""
    found: dict[str, list[tuple[float, ...]]] = {}
    for first, second in itertools.combinations(curves, 2):
        if first.affine is not None and second.affine is not None:
            common = first.affine.intersect(second.affine)
            if common is not None and not common.dimension:
                point = tuple(map(float, common.section({})))
                for branch in (first, second):
                    found.setdefault(branch.label, []).append(point)
    return found


__all__ = ["plot_branches", "plot_lines"]
