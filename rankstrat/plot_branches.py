"""Pictures of target sets, where matplotlib is installed (the extra `plot`)."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Sequence
from typing import Any

import numpy as np

from rankstrat.errors import DataError
from rankstrat.target import TargetSet

MAX_NODES = 200
_LABELLED = 40
_SMALL = 12


def plot_branches(target: TargetSet, *, axes: Any = None) -> Any:
    r"""The graph of branches, drawn as in the lectures: one row for every number r of neurons.

    A disc is one branch; its size grows with its dimension, its colour is its generic rank.  Edges carry the dimension
    of the intersection.  With more than 12 branches only those edges are drawn whose intersection has codimension one
    in the smaller branch.

    Args:
        target: a target set with at most 200 branches.
        axes: matplotlib axes to draw on; by default new ones.

    Returns:
        The axes.

    Raises:
        ModuleNotFoundError: matplotlib is not installed.
        DataError: there are too many branches.
    """
    graph = target.graph
    count = graph.number_of_nodes()
    if count > MAX_NODES:
        raise DataError(f"{count} branches are too many for a picture; at most {MAX_NODES} are drawn; use to_dot()")
    places = _layout(target)
    if axes is None:
        widest = max(sum(1 for p in places if p[1] == y) for _, y in places)
        size = (min(max(4.0, 1.2 * widest), 24.0), 1.0 + 1.6 * len({y for _, y in places}))
        axes = _pyplot("plot_branches").subplots(figsize=size, layout="constrained")[1]
    few = count <= _LABELLED
    dimensions = [branch.dimension for branch in target.branches]
    for i, j, data in graph.edges(data=True):
        if count > _SMALL and data["dimension"] < min(dimensions[i], dimensions[j]) - 1:
            continue
        (x0, y0), (x1, y1) = places[i], places[j]
        bend = 0.0 if y0 != y1 else 0.18 + 0.04 * abs(x0 - x1)
        t = np.linspace(0, 1, 25)
        curve_x, curve_y = x0 + (x1 - x0) * t, y0 + (y1 - y0) * t - 4 * bend * t * (1 - t)
        axes.plot(curve_x, curve_y, color="0.6", linewidth=0.8 if few else 0.3, zorder=1)
        if count <= _SMALL:
            axes.annotate(str(data["dimension"]), (curve_x[12], curve_y[12]), color="0.4", fontsize=8, ha="center")
    sizes = [80.0 + 60.0 * dimension for dimension in dimensions]
    ranks = [branch.rank for branch in target.branches]
    discs = axes.scatter(*zip(*places, strict=True), s=sizes, c=ranks, cmap="viridis", zorder=2, edgecolors="black")
    if few:
        for branch, (x, y) in zip(target.branches, places, strict=True):
            axes.annotate(branch.label, (x, y), xytext=(0, 13), textcoords="offset points", ha="center", fontsize=7)
    axes.figure.colorbar(discs, ax=axes, label="generic rank", ticks=sorted(set(ranks)))
    rows = sorted({y for _, y in places})
    axes.set_yticks(rows, [f"$r = {int(y)}$" for y in rows])
    axes.set_xticks([])
    axes.margins(0.15)
    axes.set_title(f"{count} branches")
    return axes


def _layout(target: TargetSet) -> list[tuple[float, float]]:
    rows: dict[int, list[int]] = {}
    for i, branch in enumerate(target.branches):
        rows.setdefault(branch.index[0] if branch.index else 0, []).append(i)
    places: list[tuple[float, float]] = [(0.0, 0.0)] * len(target.branches)
    widest = max(map(len, rows.values()))
    for y, members in rows.items():
        step = widest / len(members) if len(members) > 1 else 1.0
        for k, i in enumerate(members):
            places[i] = (step * (k - (len(members) - 1) / 2), float(y))
    return places


def plot_lines(
    target: TargetSet, parameters: Sequence[str] = ("a1", "w1_1", "w2_1"), *, reach: float = 2.0, axes: Any = None
) -> Any:
    r"""The one-dimensional branches as curves in the space of three parameters (Q1, Q2, Q3 for m = 2, d = 1).

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
        raise DataError(f"{list(parameters)} are not three parameters of the model; choose among {known}")
    curves = [branch for branch in target.branches if len(branch.chart.coordinates) == 1]
    if not curves:
        raise DataError("no branch has dimension one; use plot_branches for the graph of branches")
    if axes is None:
        pyplot = _pyplot("plot_lines")
        axes = pyplot.figure(layout="constrained").add_subplot(projection="3d")
    for branch in curves:
        (u,) = branch.chart.coordinates
        values = [branch.chart.values[target.model.parameters[names.index(p)]] for p in parameters]
        middle = float(next((v for p, v in branch.minimum.minimiser.values.items() if p == u), 0))
        steps = middle + np.linspace(-reach, reach, 41)
        points = [[float(v.xreplace({u: step})) for v in values] for step in steps]
        axes.plot(*zip(*points, strict=True), label=f"{branch.label} (rank {branch.rank})")
    axes.set_xlabel(parameters[0])
    axes.set_ylabel(parameters[1])
    axes.set_zlabel(parameters[2])
    axes.legend()
    return axes


def _pyplot(name: str) -> Any:
    # Looked up here and not at the top: matplotlib is optional, and importing it takes longer than most ranks.
    if importlib.util.find_spec("matplotlib") is None:
        raise ModuleNotFoundError(f"{name} needs matplotlib, which is not installed; try `pip install rankstrat[plot]`")
    return importlib.import_module("matplotlib.pyplot")


__all__ = ["plot_branches", "plot_lines"]
