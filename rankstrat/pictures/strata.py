"""The Hasse diagram of the strata of a model."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

from rankstrat.errors import DataError, demand
from rankstrat.pictures.canvas import colours, pyplot
from rankstrat.strata import RankHierarchy, Stratum

LABELLED = 40


def plot_strata(hierarchy: RankHierarchy, *, axes: Any = None, labels: bool | None = None) -> Any:
    r"""The Hasse diagram of the strata: height is the rank, area the size of the orbit, colour the
    dimension.

    Strata of one rank stand in a band, those of larger dimension higher. An edge leads down to the
    largest strata in the closure.

    Args:
        hierarchy: the rank stratification.
        axes: matplotlib axes to draw on; by default new ones, sized to the diagram.
        labels: whether to write the conditions beside the strata; by default if there are at most
            forty.

    Returns:
        The axes.

    Raises:
        ModuleNotFoundError: matplotlib is not installed.
    """
    demand(hierarchy, RankHierarchy, DataError, "a rank hierarchy", "draw stratify(model)")
    labels = len(hierarchy.strata) <= LABELLED if labels is None else labels
    places = _places(hierarchy, apart=labels)
    largest = max(s.orbit for s in hierarchy.strata)
    width = max(1.0, *(abs(x) for x, _ in places.values()))
    if axes is None:
        step, rise = (1.3, 1.3) if labels else (0.62, 1.1)
        tall = max(4.5, rise * len(hierarchy.levels) + 1)
        title = 0.09 * len(str(hierarchy.model))  # it must fit as well
        size = (max(6.0, step * (2 * width + 1.5), 0.75 * tall, title), tall)
        axes = pyplot("plot_strata").subplots(figsize=size, layout="constrained")[1]
    _edges(axes, hierarchy, places)
    strata = list(places)
    dots = axes.scatter(
        [places[s][0] for s in strata],
        [places[s][1] for s in strata],
        s=[_area(s.orbit, largest) for s in strata],
        c=[s.dimension for s in strata],
        cmap=colours(), edgecolors="white", linewidths=1.2, zorder=3,
    )  # fmt: skip
    if labels:
        _conditions(axes, places, largest)
    ranks = [level.rank for level in hierarchy.levels]
    for rank in ranks[::2]:
        axes.axhspan(rank - 0.5, rank + 0.5, color="0.965", zorder=0, linewidth=0)
    axes.set_yticks(ranks)
    axes.set_ylim(min(ranks) - 0.75, max(ranks) + 0.6)
    axes.set_xlim(-width - 0.7, width + 0.7)
    axes.set_xticks([])
    axes.set_ylabel("model rank")
    axes.set_title(str(hierarchy.model), fontsize=10)
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    bar = axes.figure.colorbar(dots, ax=axes, shrink=0.5, aspect=22, pad=0.01, label="dimension")
    bar.locator = importlib.import_module("matplotlib.ticker").MaxNLocator(integer=True)
    bar.outline.set_visible(False)
    bar.update_ticks()
    _legend(axes, sorted({s.orbit for s in strata}))
    return axes


Places = dict[Stratum, tuple[float, float]]


def _edges(axes: Any, hierarchy: RankHierarchy, places: Places) -> None:
    look = {"arrowstyle": "-", "color": "0.75", "linewidth": 0.6}
    look["connectionstyle"] = "arc3,rad=0.04"
    for upper, lower in hierarchy.graph.edges:
        axes.annotate("", places[lower], places[upper], zorder=1, arrowprops=look)


def _conditions(axes: Any, places: Places, largest: int) -> None:
    box = {"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.8}
    for stratum, place in places.items():
        lines = stratum.words.latex.replace(r",\ ", "$\n$")
        below = (0, -(_area(stratum.orbit, largest) ** 0.5) / 2 - 2)
        axes.annotate(
            f"${lines}$", place, below, textcoords="offset points", ha="center", va="top",
            fontsize=9, color="0.1", zorder=2, linespacing=0.95, bbox=box,
        )  # fmt: skip


def _places(hierarchy: RankHierarchy, *, apart: bool) -> dict[Stratum, tuple[float, float]]:
    """Bands by rank; inside a band by dimension; from left to right in the order of the neighbours'
    means.

    With `apart` no two strata of a band stand above each other, so that there is room for labels.
    """
    height: dict[Stratum, float] = {}
    rows: dict[tuple[int, int], list[Stratum]] = {}
    for position, level in enumerate(hierarchy.levels):
        dimensions = sorted({s.dimension for s in level.strata})
        for s in level.strata:
            number = dimensions.index(s.dimension)
            offset = (number - (len(dimensions) - 1) / 2) * min(0.32, 0.84 / len(dimensions))
            height[s] = level.rank + offset
            rows.setdefault((position, 0 if apart else number), []).append(s)
    ordered = sorted(rows)
    widest = max(map(len, rows.values()))
    x: dict[Stratum, float] = {}
    for key in ordered:
        _spread(rows[key], x, widest)
    around = hierarchy.graph.to_undirected(as_view=True)
    for _ in range(24):
        for key in (*ordered, *reversed(ordered)):
            rows[key].sort(key=lambda s: (_mean([x[t] for t in around[s]], x[s]), repr(s.label)))
            _spread(rows[key], x, widest)
    if not apart:
        # rows of one band are shifted against each other, so that no dot hides an edge of another
        for number, key in enumerate(ordered):
            for stratum in rows[key]:
                x[stratum] += 0.22 * (number % 2 - 0.5)
    return {s: (x[s], height[s]) for s in hierarchy.strata}


def _spread(row: Sequence[Stratum], x: dict[Stratum, float], widest: int) -> None:
    step = max(1.0, min(1.8, widest / (len(row) + 1)))
    x.update({stratum: step * (i - (len(row) - 1) / 2) for i, stratum in enumerate(row)})


def _mean(values: Sequence[float], otherwise: float) -> float:
    if values:
        return sum(values) / len(values)
    return otherwise


def _area(orbit: int, largest: int) -> float:
    return 55.0 + 330.0 * (orbit - 1) / max(1, largest - 1)


def _legend(axes: Any, orbits: Sequence[int]) -> None:
    shown = sorted({orbits[0], orbits[len(orbits) // 2], orbits[-1]})
    handles = [
        axes.scatter([], [], s=_area(n, orbits[-1]), color="0.6", label=str(n)) for n in shown
    ]
    axes.legend(
        handles=handles, title="strata in the orbit", loc="upper left", frameon=False, fontsize=9,
        title_fontsize=9,
        labelspacing=1.1, handletextpad=0.9, borderpad=0.8,
    )  # fmt: skip


__all__ = ["plot_strata"]
