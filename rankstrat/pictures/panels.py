"""Pictures of experiments: measured curves in colour, what was predicted in black."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from rankstrat.errors import DataError
from rankstrat.pictures.canvas import colours, pyplot

Pairs = Sequence[Sequence[float]]
Style = Literal["line", "dots", "steps"]


ROW = 3
"""So many panels stand side by side."""
FEW = 6
"""So many abscissae, each with a tick of its own where they are logarithmic."""


@dataclass(frozen=True)
class Curve:
    """Points (x, y) under one label.

    Attributes:
        label: in the legend; no label, no entry.
        points: (x, y) pairs.
        style: a line, dots, or steps.
        predicted: drawn in black: it comes from theory, not from a run.
    """

    label: str
    points: Pairs
    style: Style = "line"
    predicted: bool = False


@dataclass(frozen=True)
class Panel:
    """One pair of axes.

    Attributes:
        title: what is shown.
        x, y: names of the axes.
        curves: in the order of drawing.
        levels: (label, y) of predicted horizontal lines.
        places: (label, x) of predicted vertical lines.
        logarithmic: which axes are, "", "x", "y" or "xy".
        square: one scale for both axes.
    """

    title: str
    x: str
    y: str
    curves: tuple[Curve, ...]
    levels: tuple[tuple[str, float], ...] = ()
    places: tuple[tuple[str, float], ...] = ()
    logarithmic: Literal["", "x", "y", "xy"] = ""
    square: bool = False


def plot_panels(panels: Sequence[Panel], title: str = "") -> Any:
    """Panels side by side, more than three in two rows.

    Args:
        panels: from left to right.
        title: of the figure.

    Returns:
        The figure.

    Raises:
        DataError: no panel has a point.
        ModuleNotFoundError: matplotlib is not installed.
    """
    drawn = [p for p in panels if any(len(c.points) for c in p.curves)]
    if not drawn:
        raise DataError("no cell has kept a curve; there is nothing to draw; run the experiment")
    rows = 1 if len(drawn) <= ROW else 2
    columns = -(-len(drawn) // rows)
    figure, axes = pyplot("plot_panels").subplots(
        rows, columns, figsize=(4.9 * columns, 3.9 * rows), layout="constrained", squeeze=False
    )
    places = list(axes.flat)
    for place, panel in zip(places, drawn, strict=False):
        _draw(place, panel)
    for place in places[len(drawn) :]:
        place.remove()
    if title:
        figure.suptitle(title, fontsize=12, x=0.01, ha="left")
    return figure


def _draw(axes: Any, panel: Panel) -> None:
    measured = [c for c in panel.curves if not c.predicted]
    shades = {id(c): k / max(1, len(measured) - 1) for k, c in enumerate(measured)}
    for curve in panel.curves:
        if not len(curve.points):
            continue
        colour = "black" if curve.predicted else colours()(0.1 + 0.75 * shades[id(curve)])
        xs, ys = zip(*curve.points, strict=True)
        _curve(axes, curve, list(xs), list(ys), colour)
    for k, (label, y) in enumerate(panel.levels):
        axes.axhline(y, color="black", linestyle="--", linewidth=1.2, zorder=1)
        said = label in [other for other, _ in panel.levels[:k]]
        axes.annotate(
            "" if said else label, (1.0, y), xycoords=("axes fraction", "data"), ha="right",
            va="bottom", fontsize=8, xytext=(-2, 2), textcoords="offset points",
        )  # fmt: skip
    for label, x in panel.places:
        axes.axvline(x, color="black", linestyle="--", linewidth=1.2, zorder=1)
        axes.annotate(
            label, (x, 0.0), xycoords=("data", "axes fraction"), ha="left", va="bottom",
            fontsize=8, xytext=(3, 4), textcoords="offset points", rotation=90,
        )  # fmt: skip
    if all(float(x).is_integer() for c in panel.curves for x, _ in c.points):
        axes.xaxis.get_major_locator().set_params(integer=True)
    if "x" in panel.logarithmic:
        axes.set_xscale("log")
        few = sorted({float(x) for c in panel.curves for x, _ in c.points})
        if len(few) <= FEW:  # the places themselves: 2 x 10^2 and 3 x 10^2 would overlap
            axes.set_xticks(few, [f"{x:g}" for x in few])
            axes.set_xticks([], minor=True)
    if "y" in panel.logarithmic:
        axes.set_yscale("log")
    if panel.square:
        axes.set_aspect("equal", adjustable="datalim")
    axes.set(xlabel=panel.x, ylabel=panel.y)
    axes.set_title(panel.title, fontsize=10, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    if any(c.label and len(c.points) for c in panel.curves):
        axes.legend(framealpha=0.85, edgecolor="none", fontsize=8, loc="best")


def _curve(axes: Any, curve: Curve, x: list[float], y: list[float], colour: Any) -> None:
    label = curve.label or None
    if curve.style == "dots" and curve.predicted:
        axes.scatter(
            x, y, s=130, facecolors="none", edgecolors=colour, linewidth=1.4, label=label, zorder=3
        )
    elif curve.style == "dots":
        axes.scatter(x, y, s=24, color=colour, alpha=0.75, linewidth=0, label=label, zorder=2)
    elif curve.style == "steps":
        axes.step(x, y, where="post", color=colour, linewidth=1.6, label=label)
    else:
        dash = "--" if curve.predicted else "-"
        axes.plot(x, y, dash, color=colour, linewidth=1.0 if curve.predicted else 2.2, label=label)


__all__ = ["Curve", "Panel", "plot_panels"]
