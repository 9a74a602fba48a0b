"""How condensed a network is: units by their similarity, their orientations, the profile, the tree.

These pictures know arrays alone; `rankstrat.networks` brings them.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rankstrat.errors import DataError
from rankstrat.pictures.canvas import colours, pyplot

Floats = NDArray[np.float64]
MOST_SHOWN = 1_000
"""The most units of a matrix; of more, every so many-th is drawn."""


def plot_similarity(
    vectors: Floats, labels: Sequence[int] | None = None, *, signed: bool = False, axes: Any = None
) -> Any:
    r"""The matrix $\cos(v_i, v_j)$ of the incoming weights, sorted by cluster and inside by angle;
    units alone come last, by angle.

    Args:
        vectors: incoming weights with the bias, shape (m, D).
        labels: the cluster of each unit; by default all are one.
        signed: whether v and -v are one class; then absolute values are shown.
        axes: matplotlib axes to draw on; by default new ones.

    Returns:
        The axes.

    Raises:
        DataError: no units.
        ModuleNotFoundError: matplotlib is not installed.
    """
    vectors = np.asarray(vectors, dtype=float)
    if vectors.ndim != 2 or not len(vectors):
        raise DataError(
            f"weights of shape {vectors.shape} were given; (units, weights) with at least one unit"
            " is needed; give one row for each unit"
        )
    groups = np.zeros(len(vectors), dtype=int) if labels is None else np.asarray(labels)
    chosen = np.arange(len(vectors))[:: -(-len(vectors) // MOST_SHOWN)]
    vectors, groups = vectors[chosen], groups[chosen]
    size = np.bincount(groups)[groups]
    groups = np.where(size == 1, groups.max() + 1, groups)  # those alone are one block, by angle
    order = np.lexsort((_angles(vectors, signed), groups, -size))
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = (vectors / np.where(lengths > 0, lengths, 1))[order]
    cosine = np.clip(unit @ unit.T, -1, 1)
    if axes is None:
        axes = pyplot("plot_similarity").subplots(figsize=(5.4, 4.6), layout="constrained")[1]
    if signed:
        shown = axes.imshow(np.abs(cosine), cmap=colours(), vmin=0, vmax=1, interpolation="nearest")
    else:
        shown = axes.imshow(cosine, cmap="RdBu_r", vmin=-1, vmax=1, interpolation="nearest")
    steps = np.flatnonzero(np.diff(groups[order])) + 0.5
    if len(steps) <= 40:
        for step in steps:
            axes.axhline(step, color="white", linewidth=0.8)
            axes.axvline(step, color="white", linewidth=0.8)
    axes.locator_params(integer=True, min_n_ticks=1)  # units have whole numbers
    axes.set_xlabel("unit, sorted by cluster")
    axes.set_ylabel("unit")
    name = r"$|\cos(v_i, v_j)|$" if signed else r"$\cos(v_i, v_j)$"
    axes.figure.colorbar(shown, ax=axes, label=name, shrink=0.85).outline.set_visible(False)
    return axes


def plot_orientations(
    vectors: Floats, amplitudes: Floats, labels: Sequence[int] | None = None, *, axes: Any = None
) -> Any:
    r"""Amplitude $|a||v|$ against the angle of $v = (w, b)$, one dot for each unit.

    Args:
        vectors: (w, b), shape (m, 2).
        amplitudes: shape (m,).
        labels: the cluster of each unit, shown by colour.
        axes: matplotlib axes to draw on; by default new ones.

    Returns:
        The axes.

    Raises:
        DataError: units that do not have two incoming weights.
        ModuleNotFoundError: matplotlib is not installed.
    """
    vectors = np.asarray(vectors, dtype=float)
    if vectors.ndim != 2 or vectors.shape[1] != 2:
        raise DataError(
            f"weights of shape {vectors.shape} were given; one input and a bias, (m, 2), are needed"
            " for an angle; use plot_similarity"
        )
    if axes is None:
        axes = pyplot("plot_orientations").subplots(figsize=(6.0, 3.6), layout="constrained")[1]
    groups = np.zeros(len(vectors), dtype=int) if labels is None else np.asarray(labels)
    number = int(groups.max(initial=0)) + 1
    angles = np.arctan2(vectors[:, 1], vectors[:, 0])
    axes.vlines(angles, 0, amplitudes, color="0.85", linewidth=0.8, zorder=1)
    axes.scatter(
        angles, amplitudes, c=colours()(groups / max(1, number - 1)), s=26, zorder=2,
        edgecolors="white", linewidths=0.5,
    )  # fmt: skip
    axes.set_xlim(-np.pi - 0.1, np.pi + 0.1)
    axes.set_xticks(
        [-np.pi, -np.pi / 2, 0, np.pi / 2, np.pi],
        [r"$-\pi$", r"$-\pi/2$", "0", r"$\pi/2$", r"$\pi$"],
    )
    axes.set_ylim(bottom=0)
    axes.set_xlabel("orientation: the angle of $(w, b)$")
    axes.set_ylabel("amplitude $|a||v|$")
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def plot_profile(
    ranks: Sequence[int],
    errors: Sequence[float],
    marked: Sequence[tuple[int, str]] = (),
    *,
    label: str = "",
    axes: Any = None,
) -> Any:
    r"""Relative error against certified rank, both logarithmic, with named points.

    Args:
        ranks: of the snapped points (an upper bound where the rank is not decided).
        errors: relative errors.
        marked: number of a point and its name.
        label: of the curve.
        axes: matplotlib axes to draw on; by default new ones.

    Returns:
        The axes.

    Raises:
        ModuleNotFoundError: matplotlib is not installed.
    """
    if axes is None:
        axes = pyplot("plot_profile").subplots(figsize=(6.0, 3.8), layout="constrained")[1]
    least = min((e for e in errors if e > 0), default=1e-16)
    heights = [max(e, least) for e in errors]
    order = sorted(range(len(ranks)), key=lambda k: (ranks[k], heights[k]))
    axes.loglog(
        [max(1, ranks[k]) for k in order], [heights[k] for k in order],
        color=colours()(0.25), marker="o", markersize=4.5, linewidth=1.3, label=label or None,
    )  # fmt: skip
    for number, name in marked:
        place = (max(1, ranks[number]), heights[number])
        axes.plot(*place, marker="o", markersize=11, fillstyle="none", color="crimson")
        axes.annotate(
            name, place, (14, 14), textcoords="offset points", fontsize=9, color="crimson",
            arrowprops={"arrowstyle": "-", "color": "crimson", "linewidth": 0.7},
        )  # fmt: skip
    axes.margins(0.08, 0.12)
    axes.set_xlabel("rank of the snapped point (effective parameters)")
    axes.set_ylabel("relative error (NUMERICAL)")
    axes.grid(True, which="major", color="0.93")
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def plot_dendrogram(
    count: int,
    edges: Any,
    heights: Floats,
    cut: float | None = None,
    *,
    axes: Any = None,
) -> Any:
    r"""The tree of merges of the units of a layer, tolerance on a logarithmic axis.

    Args:
        count: the number of units.
        edges: the merges by ascending tolerance, pairs of units.
        heights: their tolerances.
        cut: a tolerance, drawn as a line.
        axes: matplotlib axes to draw on; by default new ones.

    Returns:
        The axes.

    Raises:
        DataError: no merge.
        ModuleNotFoundError: matplotlib is not installed.
    """
    if not len(edges):
        raise DataError(f"{count} units were given without a merge; at least two are needed")
    heights = np.asarray(heights, dtype=float)
    floor = max(float(heights[heights > 0].min(initial=1.0)) / 3, 1e-13)
    if axes is None:
        axes = pyplot("plot_dendrogram").subplots(figsize=(6.0, 3.8), layout="constrained")[1]
    children = _children(count, edges)
    places = _leaf_places(count, children)
    lines = []
    level = dict.fromkeys(range(count), floor)
    for number, (one, two) in enumerate(children):
        node, top = count + number, max(float(heights[number]), floor)
        left, right = sorted((places[one], places[two]))
        lines += [[(places[k], level[k]), (places[k], top)] for k in (one, two)]
        lines.append([(left, top), (right, top)])
        places[node], level[node] = (left + right) / 2, top
    collections = importlib.import_module("matplotlib.collections")
    axes.add_collection(collections.LineCollection(lines, colors="0.25", linewidths=0.7))
    axes.set_yscale("log")
    axes.set_xlim(-1, count)
    axes.set_ylim(floor, max(float(heights.max()) * 1.6, floor * 10))
    if cut is not None:
        axes.axhline(cut, color="crimson", linewidth=1.0, linestyle="--")
    axes.set_xticks([])
    axes.set_xlabel(f"{count} units")
    axes.set_ylabel("tolerance (part of the scale)")
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    return axes


def _children(count: int, edges: Any) -> list[tuple[int, int]]:
    """The two nodes that each merge joins; leaves are 0, ..., count - 1."""
    parent = list(range(count))
    node = list(range(count))

    def root(k: int) -> int:
        while parent[k] != k:
            parent[k] = parent[parent[k]]
            k = parent[k]
        return k

    found = []
    for number, (i, j) in enumerate(np.asarray(edges).tolist()):
        one, two = root(i), root(j)
        found.append((node[one], node[two]))
        parent[two] = one
        node[one] = count + number
    return found


def _leaf_places(count: int, children: list[tuple[int, int]]) -> dict[int, float]:
    """Leaves from left to right, so that no lines cross."""
    joined = {node for pair in children for node in pair}
    roots = [k for k in range(count + len(children)) if k not in joined]
    places: dict[int, float] = {}
    stack = list(reversed(roots))
    while stack:
        node = stack.pop()
        if node < count:
            places[node] = float(len(places))
        else:
            stack.extend(children[node - count])
    return places


def _angles(vectors: Floats, signed: bool) -> Floats:
    """The angle in the plane of the two largest directions."""
    if min(vectors.shape) == 1:
        return np.sign(vectors[:, 0])
    directions = np.linalg.svd(vectors, full_matrices=False)[2][:2]
    plane = vectors @ directions.T
    angles = np.arctan2(plane[:, 1], plane[:, 0])
    return np.asarray(angles % np.pi if signed else angles)


__all__ = ["plot_dendrogram", "plot_orientations", "plot_profile", "plot_similarity"]
